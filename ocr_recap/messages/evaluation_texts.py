"""Texts of the evaluation, on its pages and in the terminal, in Indonesian and English; `{name}` is filled in.

Numbers are filled in with English notation; `evaluate/words.py` converts them to Indonesian notation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

EVALUATION_TEXTS: Final[Mapping[str, Message]] = {
    # main figures: what each is called
    "located": ("foto yang halamannya dikenali", "photos located"),
    "placement": (
        "letak kotak (median, 95%, terburuk; lebar kotak)",
        "placement (median, 95%, worst; cell widths)",
    ),
    "cells": ("kotak terbaca benar", "cells read right"),
    "all_cells": ("semua kotak terbaca benar", "all cells read right"),
    "digit_cells": ("kotak berisi digit 0-9 terbaca benar", "digit cells read right"),
    "numbers": ("angka tertulis terbaca benar", "written numbers read right"),
    "accepted": ("angka tertulis diterima", "written numbers accepted"),
    "false_reviews": ("benar, tetapi perlu diperiksa", "right, yet sent to review"),
    "silent_errors": ("KESALAHAN TAK TERDETEKSI", "SILENT ERRORS"),
    "blanks": ("isian kosong dikenali kosong", "blank fields found blank"),
    "blanks_read": ("isian kosong dikenali kosong", "blank fields read as blank"),
    "documents_right": ("dokumen terbaca benar seluruhnya", "documents read right"),
    "straight_through": ("dokumen yang cocok, lolos tanpa diperiksa", "consistent documents straight through"),
    "inconsistent_reported": (
        "jumlahnya tidak cocok, dilaporkan apa adanya",
        "inconsistent as written, reported so",
    ),
    "unknown_forms": ("formulir tak dikenal, tidak dibaca", "unknown forms left unread"),
    "tallies": ("turus terhitung benar", "tally marks counted right"),
    "empty_grids": ("kisi turus kosong dikenali", "empty tally grids found empty"),
    "words": ("huruf terbaca benar", "numbers in words read right"),
    "no_words": ("tempat huruf kosong dikenali", "empty spaces for words found empty"),
    "row_sums": ("jumlah tiap baris terbaca benar", "row totals read right"),
    "ece": ("galat kalibrasi (ECE)", "calibration error (ECE)"),
    # main figures: values
    "silent_interval": (
        "{errors:,} dari {trials:,}; antara {low} dan {high} (binomial eksak, 95%)",
        "{errors:,} of {trials:,}; between {low} and {high} (exact binomial, 95%)",
    ),
    "wrong_at_most": ("{share}, salah paling banyak {upper}", "{share}, wrong at most {upper}"),
    # what n can show
    "independent": (
        "Batas ini menganggap angka saling bebas; angka dari satu penulis atau satu lembar tidak sepenuhnya bebas. "
        "Hasil ini berlaku untuk foto seperti ini, bukan untuk foto lain.",
        "The bounds take numbers as independent; those of one writer or one sheet are not quite. Figures hold for "
        "photos like these, not for others.",
    ),
    "nothing_accepted": (
        "Tidak ada angka yang diterima: tentang kesalahan tak terdeteksi tidak ada yang terbukti.",
        "No number was accepted: nothing is shown about silent errors.",
    ),
    "best_bound": (
        "Dengan {trials:,} angka yang diterima, bahkan tanpa satu pun kesalahan, yang terbukti hanya: paling banyak "
        "{best}. Untuk 1 dari 100,000 perlu {goal:,} tanpa kesalahan.",
        "{trials:,} accepted numbers can show no less than {best}, even without any error. 1 in 100,000 takes {goal:,} "
        "without an error.",
    ),
    "per_sheet": (
        "Foto-foto ini hanya menunjukkan {sheets:,} lembar berbeda. Per lembar: {right} angka terbaca benar di "
        "semua fotonya; kesalahan tak terdeteksi {errors:,} dari {trials:,}, paling banyak {upper}.",
        "These photos show only {sheets:,distinct sheet}. Per sheet: {right} numbers read right on all photos; "
        "silent errors {errors:,} of {trials:,}, at most {upper}.",
    ),
    "records_without_truth": (
        "{records:,} hasil tanpa kunci jawaban tidak dinilai; di dalamnya {accepted:,} angka diterima.",
        "Not judged, since there is no truth: {records:,record} with {accepted:,accepted number}.",
    ),
    "forms_without_rules": (
        "Templat {names} tidak ada: aturannya tidak diperiksa, dan tanggal ikut menentukan dokumen. Beri berkasnya "
        "dengan --template.",
        "There is no template of {names}: its rules are not checked, and dates decide on documents like counts. Give "
        "its file with --template.",
    ),
    "unlisted_accepted": (
        "{numbers:,} angka yang diterima tidak ada di kunci jawaban dan tidak dinilai.",
        "Not judged, since the table of truth does not list them: {numbers:,accepted number}.",
    ),
    "documents_decided": (
        "Yang dinilai adalah bacaan mesin: keputusan orang di {documents:,} dokumen (decisions.jsonl) tidak dihitung.",
        "The machine is judged: what people decided in {documents:,document} (decisions.jsonl) does not count.",
    ),
    "photos_without_record": (
        "{photos:,} foto di kunci jawaban tanpa hasil; dihitung sebagai tidak dikenali.",
        "No record, counted as not located: {photos:,photo} of the truth.",
    ),
    "sheet_filled": (
        "Lembar uji: {rows:,} dari {drawn:,} angka contoh sudah diisi (dari {accepted:,} yang diterima); "
        "{unread:,} tanpa jawaban dihitung sebagai salah.",
        "Blind sheet: {rows:,} of {drawn:,} drawn numbers are filled in (of {accepted:,} accepted); {unread:,} without "
        "an answer count as wrong.",
    ),
    "sheet_silent": ("Kesalahan tak terdeteksi: {interval}", "Silent errors: {interval}"),
    # page: tiles and titles
    "title": ("Penilaian pembacaan", "Evaluation of a reading"),
    "judged_against": ("dibandingkan dengan", "judged against"),
    "tile_photos": ("foto", "photos"),
    "tile_numbers": ("angka tertulis", "written numbers"),
    "tile_right": ("terbaca benar", "read right"),
    "tile_accepted": ("diterima", "accepted"),
    "tile_review": ("perlu diperiksa", "to review"),
    "tile_silent": ("kesalahan tak terdeteksi", "silent errors"),
    "main_figures": ("Hasil utama", "Main figures"),
    "what_n_shows": ("Apa yang terbukti", "What n can show"),
    "not_used": ("Yang tidak dapat dipakai ({faults})", "What could not be used ({faults})"),
    "worst": ("Yang terburuk", "The worst"),
    "confidence_title": ("Keyakinan", "Confidence"),
    "confusions": ("Digit yang tertukar", "Digits taken for others"),
    "documents": ("Dokumen", "Documents"),
    "reasons": ("Mengapa perlu diperiksa", "Why right numbers went to review"),
    # page: the worst numbers
    "none_wrong": (
        "Dari angka yang terbaca tidak ada yang salah.",
        "Of the numbers that were read none is wrong.",
    ),
    "worst_note": (
        "{shown} dari {wrong} angka yang salah: dulu kesalahan tak terdeteksi, lalu yang salah dengan keyakinan "
        "tinggi. Yang fotonya tidak dikenali tidak terbaca dan tidak ada di sini.",
        "{shown} of {wrong} wrong numbers: silent errors first, then wrong ones by confidence. Numbers of photos that "
        "were not located were not read and are not here.",
    ),
    "no_picture": ("gambar tidak ada", "no picture"),
    "written": ("tertulis", "written"),
    "read": ("terbaca", "read"),
    "shot_silent": ("KESALAHAN TAK TERDETEKSI", "SILENT"),
    "shot_review": ("perlu diperiksa", "review"),
    # page: confidence, confusions, verdicts
    "confidence": ("keyakinan", "confidence"),
    "share_right": ("bagian yang benar", "share right"),
    "share_taken": ("bagian yang diambil", "share taken"),
    "share_wrong": ("bagian yang salah", "share wrong"),
    "confidence_note": (
        "ECE {ece} atas kelas-kelas di bawah; garis tegak: selang eksak 95%; garis putus: jujur. Kanan: diambil "
        "menurut keyakinan saja; titik: yang benar-benar diterima pembaca, dengan semua kesalahan tak terdeteksi.",
        "ECE {ece} over the bins below; bars: exact 95% intervals; dashed: honest. Right: numbers taken by confidence "
        "alone; the dot: what the reader did accept, with all its silent errors.",
    ),
    "right": ("benar", "right"),
    "mean_confidence": ("keyakinan rata-rata", "mean confidence"),
    "written_read": ("tertulis \\ terbaca", "written \\ read"),
    "truth_verdict": ("kunci jawaban \\ putusan", "truth \\ verdict"),
    "truth_consistent": ("cocok sesuai tulisan di formulir", "consistent as written"),
    "truth_inconsistent": ("tidak cocok", "not"),
    "verdicts_note": (
        "Lolos tanpa diperiksa dengan kesalahan tak terdeteksi: {wrong}. Tidak cocok, tetapi lolos: {passed}.",
        "Straight through with a silent error: {wrong}. Inconsistent and yet straight through: {passed}.",
    ),
    "reason": ("alasan", "reason"),
    # page: tables
    "by_field": ("Per angka", "Per field"),
    "by_defect": ("Per cacat", "Per defect"),
    "by_template": ("Per formulir dan halaman", "Per form and page"),
    "by_writer": ("Per penulis", "Per writer"),
    "by_width": ("Per lebar foto (piksel)", "Per photo width (pixels)"),
    "by_sheet": ("Per lembar", "Per distinct sheet"),
    "by_counted": ("Salah tulis petugas", "Clerks' slips"),
    "by_sight": ("Per bagian yang terlihat di foto", "Per parts that the photo shows"),
    "column_photos": ("foto", "photos"),
    "column_located": ("dikenali", "located"),
    "column_numbers": ("angka", "numbers"),
    "column_numbers_right": ("benar", "right"),
    "column_accepted": ("diterima", "accepted"),
    "column_false_reviews": ("benar, perlu diperiksa", "right, to review"),
    "column_silent_errors": ("kesalahan tak terdeteksi", "silent errors"),
    "column_at_most": ("paling banyak", "at most (95%)"),
    "column_blanks": ("kosong", "blanks"),
    "column_blanks_right": ("dikenali kosong", "found blank"),
    "rows_left_out": (
        "{rows} baris dengan kesalahan tersedikit tidak ditampilkan.",
        "Not shown: {rows:row} with the fewest errors.",
    ),
    # the blind sheet ("lembar uji")
    "sheet_title": ("Lembar uji", "Blind sheet"),
    "sheet_steps": (
        "Contoh acak: {drawn:,} dari {accepted:,} angka yang diterima, benih acak {seed}. Tulis setiap angka seperti "
        "terlihat pada gambar (kosong = tidak ada tulisan, ? = tidak terbaca), tanpa melihat hasil baca; lalu ketik "
        "angka itu di kolom text berkas sheet.csv.",
        "{drawn:,} of {accepted:,} accepted numbers, seed {seed}. Write each number as the picture shows it (blank = "
        "nothing is written, ? = cannot be read), without looking at the results; then type it into the column text "
        "of sheet.csv.",
    ),
}
