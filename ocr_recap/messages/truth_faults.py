"""The closed list of faults of an evaluation's inputs, in Indonesian and English.

The inputs are lines of a truth, of results or of a filled-in sheet, photos, and cropped cells. A fault's code, which
other programs read, may have several sentences, each with a key of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Message, Wording, both

FAULTS: Final[Mapping[str, Message]] = {
    "broken_line": ("baris tidak terpakai ({why}); perbaiki baris itu", "line not used ({why}); correct that line"),
    "letters_and_cells": (
        "{names}: jumlah huruf dan kotak berbeda; kotaknya tidak dinilai",
        "{names}: text and cells differ in number; its cells are not compared",
    ),
    "bad_frame": ("{text}: bukan halaman berkas", "{text}: no page of a file"),
    "bad_text": ("{text} bukan isian kotak", "{text} is no reading"),
    "listed_twice": (
        "{name} ditulis dua kali; yang pertama dipakai",
        "{name} is listed twice; the first counts",
    ),
    "unknown_field": (
        "halaman yang terbaca tidak memiliki: {names}; dihitung sebagai tidak terbaca",
        "the page that was read has no {names}; counted as not read",
    ),
    "truth_twice": (
        "dua baris kunci jawaban yang sama; satu dihitung",
        "two equal lines of truth; one counts",
    ),
    "truths_differ": (
        "dua kunci jawaban yang berbeda; fotonya dihitung sebagai tidak dikenali. Perbaiki berkas kunci jawaban",
        "two different truths; the photo counts as not located. Correct the truth file",
    ),
    "records_of_one_name": (
        "{count} hasil bernama sama ({files}); dihitung sebagai tidak dikenali. Beri nama yang berbeda",
        "{count} records of this name ({files}); counted as not located. Give the photos different names",
    ),
    "not_drawn": ("angka ini tidak termasuk contoh acak", "this number was not drawn"),
    "row_twice": ("baris ganda; yang pertama dipakai", "listed twice; the first counts"),
    "not_answered": (
        "{text}: tanpa jawaban yang dapat dipakai; dihitung sebagai salah",
        "{text}: no answer that can be used; counted as wrong",
    ),
    "cells_not_given": (
        "{name}: jumlah huruf dan kotak berbeda atau tanpa cell_quads; tidak dinilai",
        "{name}: texts and cells differ in number, or there are no cell_quads; not evaluated",
    ),
    "no_photo": ("foto tidak ditemukan", "its photo was not found"),
    "photo_unreadable": ("foto tidak terbaca", "its photo cannot be read"),
    "bad_name": ("nama bukan NAMA__KOLOM__i__LABEL", "not NAME__FIELD__i__LABEL"),
    "cell_twice": ("kotak ini sudah ada", "this cell is there twice"),
    "cells_missing": ("ada kotak yang hilang", "some of its cells are missing"),
    "not_an_image": ("bukan gambar", "not an image"),
    "too_small": ("terlalu kecil: kurang dari {least} piksel", "under {least} pixels"),
}


def truth_fault(key: str, **data: Any) -> Wording:
    """A sentence of `FAULTS`, filled with its data.

    Raises:
        KeyError: there is no such sentence, or it needs data that is not given.
    """
    return Wording(**both(FAULTS[key], data))
