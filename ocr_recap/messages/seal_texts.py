"""Texts of the printed slip and of the page that explains a number, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

SLIP: Final[Mapping[str, Message]] = {
    "slip_title": ("Salinan angka TPS {station}", "Slip of the numbers of station {station}"),
    "slip_provisional": (
        "SEMENTARA - formulir kertas yang berlaku.",
        "PROVISIONAL - the paper form prevails.",
    ),
    "slip_form": ("Formulir {form}", "Form {form}"),
    "slip_unread": ("belum terbaca", "not read"),
    "slip_by": ("Disegel oleh {person}, {at} UTC", "Sealed by {person}, {at} UTC"),
    "slip_key": ("Kunci {key}", "Key {key}"),
    "slip_statement": ("Pernyataan {statement}", "Statement {statement}"),
    "slip_head": ("Kepala catatan {head}", "Head of the log {head}"),
    "slip_sms": ("SMS (sementara, tidak ditandatangani):", "SMS (preliminary, not signed):"),
    "slip_sign": (
        "Nama dan tanda tangan petugas dan saksi:",
        "Names and signatures of officers and witnesses:",
    ),
    "slip_unknown": ("pemegang kunci ini", "the holder of this key"),
}

EXPLAIN: Final[Mapping[str, Message]] = {
    "explain_title": ("Mengapa angka ini: {label}", "Why this number: {label}"),
    "explain_where": (
        "TPS {station}, formulir {template}, angka {field}.",
        "Station {station}, form {template}, number {field}.",
    ),
    "explain_value": ("Nilai: {value} (status: {status}).", "Value: {value} (status: {status})."),
    "explain_no_value": ("tidak ada", "none"),
    "explain_photo": ("Foto {name}, SHA-256 {hash}.", "Photo {name}, SHA-256 {hash}."),
    "explain_photo_left": (
        "Foto {name} tidak dibawa; SHA-256 yang disegel: {hash}.",
        "Photo {name} is not carried; its sealed SHA-256: {hash}.",
    ),
    "explain_witnesses": ("Saksi", "Witnesses"),
    "explain_digits": ("Kotak angka: {text}, peluang {chance}.", "Digit boxes: {text}, probability {chance}."),
    "explain_bubbles": (
        "Bulatan ({state}): {value}, peluang {chance}.",
        "Bubbles ({state}): {value}, probability {chance}.",
    ),
    "explain_tally": ("Turus ({state}): {value}, peluang {chance}.", "Tally ({state}): {value}, probability {chance}."),
    "explain_row_totals": (
        "Jumlah baris turus ({state}): {value}, peluang {chance}.",
        "Row totals ({state}): {value}, probability {chance}.",
    ),
    "explain_words": (
        'Dengan huruf: "{text}", yaitu {value}, peluang {chance}.',
        'In words: "{text}", which is {value}, probability {chance}.',
    ),
    "explain_no_words": ("Dengan huruf: {state}.", "In words: {state}."),
    # statuses of numbers, and states of witnesses
    "explain_is_accepted": ("diterima", "accepted"),
    "explain_is_review": ("perlu diperiksa", "in review"),
    "explain_is_blank": ("kosong", "blank"),
    "explain_is_not_in_photo": ("tidak ada di foto", "in no photo"),
    "explain_is_read": ("terbaca", "read"),
    "explain_is_empty": ("kosong", "empty"),
    "explain_is_unclear": ("kurang jelas", "unclear"),
    "explain_is_not_read": ("tidak dibaca", "not read"),
    "explain_is_unreadable": ("tidak terbaca", "unreadable"),
    "explain_is_words_absent": ("tidak ada tulisan", "nothing is written"),
    "explain_is_words_digits": ("di tempat huruf tertulis angka", "digits stand in place of the words"),
    "explain_is_words_struck": ("ada coretan", "something is struck out"),
    "explain_is_words_unreadable": ("tidak terbaca", "they cannot be read"),
    "explain_no_witness": ("Angka ini tidak ada di foto.", "This number is in no photo."),
    "explain_rules": ("Aturan", "Rules"),
    "explain_rule_holds": ("{text}: cocok.", "{text}: holds."),
    "explain_rule_broken": ("{text}: tidak cocok, selisih {difference}.", "{text}: broken, difference {difference}."),
    "explain_rule_open": ("{text}: belum dapat diperiksa.", "{text}: not evaluated."),
    "explain_no_rule": ("Tidak ada aturan untuk angka ini.", "There is no rule about this number."),
    "explain_decisions": ("Keputusan orang", "Decisions of people"),
    "explain_decision": (
        "{at} UTC, {person}: {value} (terbaca {old}). {note}",
        "{at} UTC, {person}: {value} (read as {old}). {note}",
    ),
    "explain_decision_key": ("Baris itu menyebut kunci {key}.", "The line names the key {key}."),
    "explain_no_decision": ("Tidak ada keputusan orang.", "Nobody decided this number."),
    "explain_seals": ("Segel", "Seals"),
    "explain_seal": (
        "{at} UTC, {person} ({role}), kunci {key}, pernyataan {statement}: {verdict}.",
        "{at} UTC, {person} ({role}), key {key}, statement {statement}: {verdict}.",
    ),
    "explain_counts": (
        "tanda tangan cocok, berhak menurut daftar kunci",
        "the signature fits, with the right by the roll of keys",
    ),
    "explain_not_vouched": (
        "tanda tangan cocok, tetapi haknya tidak dijamin",
        "the signature fits, but its right is not vouched for",
    ),
    "explain_file": ("{name}: sidik sama dengan yang disegel.", "{name}: its hash is the one that was sealed."),
    "explain_whole": ("Pemeriksaan kiriman: semua cocok.", "Check of the bundle: all holds."),
    "explain_found": ("Pemeriksaan kiriman menemukan:", "The check of the bundle found:"),
    "explain_more": ("dan {count} hal lain", "and {count:other thing}"),
    "explain_versions": ("Versi", "Versions"),
    "explain_made": (
        "ocr_recap {version}; templat {template}; bobot angka {weights}, turus {tally}, coretan {alterations}.",
        "ocr_recap {version}; template {template}; weights of digits {weights}, tally {tally}, alterations "
        "{alterations}.",
    ),
    "explain_made_words": ("Bobot huruf {words}.", "Weights of words {words}."),
    "explain_provisional": (
        "SEMENTARA: formulir kertas yang berlaku.",
        "PROVISIONAL: the paper form prevails.",
    ),
}
