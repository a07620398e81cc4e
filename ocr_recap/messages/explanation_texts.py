"""The words that explanations of a number are made of (`records.explanations`), in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Language, Message, filled

# What was decided, and what was seen.
EXPLANATIONS: Final[Mapping[str, Message]] = {
    "accepted": ("Diterima", "Accepted"),
    "review": ("Perlu diperiksa", "To be reviewed"),
    "blank": ("Kosong", "Blank"),
    "nothing_written": ("Kosong: tidak ada tulisan di semua kotak.", "Blank: nothing is written in any box."),
    "not_in_photo": (
        "Tidak terlihat di foto ini. Foto juga bagian halaman yang memuat kotak angka ini.",
        "Not in this photo. Photograph the part of the page with the boxes of this number as well.",
    ),
    "unseen": ("kotaknya tidak terlihat di foto ini", "its boxes are not in this photo"),
    "read": ("tulisan terbaca {text} ({percent})", "the handwriting reads {text} ({percent})"),
    "or": ("atau", "or"),
    "bubbles": ("bulatan {text}", "the bubbles say {text}"),
    "bubbles_empty": ("bulatan kosong", "the bubbles are empty"),
    "strokes": ("turus {count}", "the strokes say {count}"),
    "struck_space": ("kolom turus yang tidak terpakai dicoret", "unused tally cells are struck out"),
    "totals_struck": (
        "jumlah baris yang tidak terpakai dicoret (baris {rows})",
        "unused row totals are struck out (row {rows})",
    ),
    "row_totals": ("jumlah tiap baris seluruhnya {sum}", "the row totals add up to {sum}"),
    "words_read": ('hurufnya "{words}", yaitu {number}', 'the words read "{words}", which is {number}'),
    "words_digits": ("di tempat huruf tertulis angka", "digits stand in place of the words"),
    "words_struck": ("ada coretan pada tulisan hurufnya", "something in the words is struck out"),
    "words_unreadable": ("tulisan hurufnya tidak terbaca", "the words cannot be read"),
    "witness": ("menurut {witness}: {number}", "by the {witness}: {number}"),
    "date_known": ("tanggal yang mungkin: {possible}", "possible dates: {possible}"),
    "list_known": ("menurut daftar: {possible}", "by the list: {possible}"),
    "sum_holds": ("penjumlahan cocok: {rules}", "the sum holds: {rules}"),
    "sum_would_be_off": (
        "dengan {number} penjumlahan selisih {off}",
        "with {number} the sum would be {off} off",
    ),
    "clerk_error": (
        "Mungkin salah tulis: {name} tertulis {written}; dengan {fits} jumlahnya cocok ({why}).",
        "A likely slip: {name} is written {written}; with {fits} it would add up ({why}).",
    ),
}

# What speaks for the most likely clerk error, by its kind (`decide.likely_error`).
CLERK_ERRORS: Final[Mapping[str, Message]] = {
    "strokes": ("turusnya {fits}", "the strokes say {fits}"),
    "row_totals": ("jumlah tiap barisnya {fits}", "the row totals add up to {fits}"),
    "bubbles": ("bulatannya {fits}", "the bubbles say {fits}"),
    "words": ("hurufnya {fits}", "the words say {fits}"),
    "transposed": ("dua digitnya mungkin tertukar", "two of its digits may have changed places"),
    "one": ("selisih satu", "off by one"),
    "ten": ("selisih sepuluh", "off by ten"),
    "hundred": ("selisih seratus", "off by a hundred"),
    "forgotten_line": (
        "{other} mungkin tidak ikut dijumlahkan",
        "{other} may have been left out of the sum",
    ),
    "copied": ("mungkin tersalin dari {other}", "it may have been copied from {other}"),
    "anything": ("penjumlahan lain pun akan cocok", "another sum would hold as well"),
}


def explained(language: Language, key: str, **data: Any) -> str:
    """A part of an explanation in one language.

    Raises:
        KeyError: there is no such part, or it needs data that is not given.
    """
    return filled(EXPLANATIONS[key], language, data)


def clerk_error(language: Language, kind: str, **data: Any) -> str:
    """What speaks for a clerk error of this kind, in one language.

    Raises:
        KeyError: there is no such kind, or its text needs data that is not given.
    """
    return filled(CLERK_ERRORS[kind], language, data)
