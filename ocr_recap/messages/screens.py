"""The closed list of sentences that commands print, in Indonesian and English, by command.

Those of `recap` and of what follows on it are in `recap_screens`, those of `doctor` in `installation`; errors are in
`errors`, problems of photos in `problems`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Language, Message, filled
from .recap_screens import RECAP_SCREENS
from .rehearse_command import REHEARSE_SCREENS
from .seal_screens import SEAL_SCREENS

_SERVE: Final[Mapping[str, Message]] = {
    "serving": (
        "Folder {folder} dilayani. Buka tautan pengawas ini (hanya untuk Anda):\n\n  {link}\n",
        "Serving {folder}. Open this supervisor's link (for you only):\n\n  {link}\n",
    ),
    "serving_here": (
        "Hanya komputer ini yang dapat membukanya. Untuk ponsel di jaringan yang sama: --lan. Berhenti: Ctrl-C.",
        "Only this machine can open it. For phones in the same network: --lan. Stop: Ctrl-C.",
    ),
    "serving_lan": (
        "Semua perangkat di jaringan ini dapat membukanya dengan tautan pribadi; buat tautan di halaman Kantor. HTTP "
        "biasa tidak disandikan: pakai titik akses sendiri. Berhenti: Ctrl-C.",
        "Every device in this network can open it with a personal link; make links on the page Office. Plain HTTP is "
        "not encrypted: use a hotspot of your own. Stop: Ctrl-C.",
    ),
}
_READ: Final[Mapping[str, Message]] = {
    "reading": ("Membaca", "Reading"),
    "head_file": ("berkas", "file"),
    "head_page": ("halaman", "page"),
    "head_accepted": ("diterima", "accepted"),
    "head_review": ("perlu diperiksa", "review"),
    "head_blank": ("kosong", "blank"),
    "head_not_in_photo": ("tidak terlihat", "not in photo"),
    "head_problem": ("masalah", "problem"),
    "kept_options": (
        "Seperti pembacaan sebelumnya di folder ini: {options}. Agar tidak ikut, tulis {without}.",
        "As in the earlier run in this folder: {options}. To leave it out, add {without}.",
    ),
    "kept_dialect": (
        "Tabel CSV tetap {dialect}, seperti di folder ini. Untuk {usual}, tulis --csv-dialect {usual}.",
        "CSV tables stay {dialect}, as in this folder. For {usual}, add --csv-dialect {usual}.",
    ),
    "dropped_options": (
        "Pembacaan sebelumnya di folder ini memakai {options}; yang ini tidak. Agar tetap berlaku, hentikan (Ctrl-C) "
        "dan jalankan lagi dengan opsi itu.",
        "The earlier run in this folder had {options}; this one has not. To keep it, stop (Ctrl-C) and start again "
        "with that option.",
    ),
    "more_photos": ("... dan {more} foto lagi", "... and {more:more photo}"),
    "skipped": ("Dilewati ({count}): {names}", "Skipped ({count}): {names}"),
    "unchanged": (
        "Semua hasil sudah ada; tidak ada yang dibaca ulang.",
        "All results are in place; nothing was read again.",
    ),
    "resumed": ("{photos} foto dari pembacaan sebelumnya.", "{photos:photo} taken over from an earlier run."),
    "changed": (
        "Isi {file} untuk {photos} foto berubah sejak dibaca; foto itu dibaca ulang: {names}",
        "What {file} held of {photos:photo} was changed since it was read; read again: {names}",
    ),
    "totals": (
        "{photos} foto, {pages} halaman dikenali; angka: {accepted} diterima, {review} perlu diperiksa, {blank} "
        "kosong; {problems} foto bermasalah.",
        "{photos:photo}, {pages:page} found; numbers: {accepted} accepted, {review} to review, {blank} blank; "
        "{problems:problem photo}.",
    ),
    "dates": (
        "Tanggal di formulir: {dates} bagian perlu diperiksa; tidak menentukan hasil TPS.",
        "Dates on the forms: {dates:part} to review; no station's result depends on them.",
    ),
    "fields_missing": (
        "{numbers} angka tidak terlihat di foto mana pun: foto juga bagian halaman itu.",
        "{numbers:number} in no photo: photograph these parts of the pages as well.",
    ),
    "documents": ("{documents} dokumen: {parts}.", "{documents:document}: {parts}."),
    "verdict_settled": ("{count} selesai", "{count} settled"),
    "verdict_incomplete": ("{count} belum lengkap", "{count} incomplete"),
    "verdict_review": ("{count} perlu diperiksa", "{count} to review"),
    "verdict_inconsistent": (
        "{count} jumlahnya tidak cocok (sesuai tulisan di formulir)",
        "{count} not adding up as written",
    ),
    "verdict_problem": ("{count} tanpa halaman yang dikenali", "{count} without a page"),
    "stations_without_photos": ("{count} TPS yang fotonya belum ada", "{count:station} without photos"),
    "provisional": (
        "SEMENTARA: formulir kertas yang berlaku. Buka {report}",
        "PROVISIONAL: paper prevails. Open {report}",
    ),
    "write_down": (
        "Catat sidik {file} ini di luar komputer ini: {hash}",
        "Write this hash of {file} down, away from this computer: {hash}",
    ),
}

_APPLY: Final[Mapping[str, Message]] = {
    "applied": (
        "{new} keputusan baru ({replaced} membetulkan jawaban sendiri), {again} sudah tercatat; {empty} baris tanpa "
        "isian.",
        "{new:new decision} ({replaced} in place of one's own earlier one), {again} logged before; {empty:line} "
        "without an answer.",
    ),
    "overruled": (
        "{count} di antaranya sudah diganti keputusan yang lebih baru dan tidak berlaku: {names}. Agar berlaku lagi, "
        "isi note yang lain.",
        "No longer counts, as a later decision replaced it ({count}): {names}. To make it count again, write another "
        "note.",
    ),
    "disagreements": (
        "{count} angka diisi berbeda oleh pemeriksa dan perlu diperiksa: {names}. Yang keliru membetulkan jawabannya "
        "sendiri, atau orang ketiga mengisi angka itu; jawaban orang ketiga menyelesaikannya.",
        "People disagree, so it is in review ({count}): {names}. Whoever is wrong corrects the answer, or a third "
        "person answers, which settles it.",
    ),
    "only_notes": (
        "{lines} baris hanya berisi catatan: isi juga kolom verified agar tercatat.",
        "Only a note on {lines:line}: fill in verified as well for it to be logged.",
    ),
    "idle_decisions": (
        "{count} keputusan tersimpan tetapi tidak terpakai, karena fotonya tidak ada di sini, terbaca sebagai halaman "
        "lain, atau tidak dihitung: {names}",
        "Kept but not used: {count:decision} about a photo that is not here, is read as another page, or does not "
        "count: {names}",
    ),
    "kept_tables": (
        "Tabel yang sudah diisi disimpan sebagai {names}; ocr-recap apply memasukkan jawabannya.",
        "What was filled in is kept as {names}; ocr-recap apply takes the answers in.",
    ),
    "edits_accepted": (
        "Suntingan diterima oleh {by} ({at}): {files}. Alasan: {reason}",
        "Edits accepted by {by} ({at}): {files}. Reason: {reason}",
    ),
    "withdrawn_photo": (
        "Foto {file} ditarik oleh {by} ({at}); angkanya tidak dihitung. Alasan: {reason}",
        "The photo {file} was withdrawn by {by} ({at}); its numbers do not count. Reason: {reason}",
    ),
    "log_taken_over": (
        "{lines} baris {log} ditulis versi lama tanpa rantai sidik, {unlisted} di antaranya belum tercatat di {sums}; "
        "diambil alih apa adanya ({at}).",
        "{lines:line} of {log} by an older version, without a chain of hashes, {unlisted} of them not yet in {sums}: "
        "taken over as found ({at}).",
    ),
}

_STATUS: Final[Mapping[str, Message]] = {
    "running_since": ("Sedang berjalan sejak {began}, {workers} pekerja.", "Running since {began}, {workers:worker}."),
    "interrupted_at": ("Terputus; tanda terakhir {beat}.", "Interrupted; last sign of life {beat}."),
    "finished_at": ("Selesai {end}.", "Finished {end}."),
    "progress": (
        "{done} dari {total} foto sudah dibaca ({percent}%), {resumed} di antaranya dari pembacaan sebelumnya.",
        "{done} of {total:photo} read ({percent}%), {resumed} of them by an earlier run.",
    ),
    "progress_uncounted": (
        "{done} foto sudah dibaca, {resumed} di antaranya dari pembacaan sebelumnya; jumlah seluruhnya masih dihitung.",
        "{done:photo} read, {resumed} of them by an earlier run; how many there are is still being counted.",
    ),
    "no_problems": ("{count} foto bermasalah.", "{count:problem}."),
    "problems": ("{count} masalah: {codes}.", "{count:problem}: {codes}."),
    "under_way": ("Sedang dibaca: {photos}{more}.", "Being read: {photos}{more}."),
    "was_under_way": ("Terakhir sedang dibaca: {photos}{more}.", "Was being read: {photos}{more}."),
    "minutes_left": ("Kira-kira {minutes} menit lagi.", "About {minutes:minute} left."),
    "go_on": (
        "Jalankan lagi perintah yang sama: yang sudah dibaca tidak dibaca ulang.",
        "Run the same command again: what has been read is not read again.",
    ),
    "problems_explained": (
        "`ocr-recap docs records` menjelaskan tiap masalah; --retry-problems membacanya lagi.",
        "`ocr-recap docs records` tells what each problem means; --retry-problems reads them again.",
    ),
    "unlike_sums": (
        "TIDAK SAMA dengan {sums}: {names}. Berkas itu berubah, ditambah atau hilang setelah hasil ditulis; pulihkan "
        "dari salinan. Tabel dapat ditulis ulang dengan ocr-recap apply.",
        "NOT what {sums} lists: {names}. Each was changed, added or lost after results were written; restore it from "
        "a copy. Tables can be written again with ocr-recap apply.",
    ),
    "as_sums": (
        "Hasil sama dengan {sums}, yang sidiknya {hash}; bandingkan dengan yang dicatat.",
        "Results are what {sums} lists, whose hash is {hash}: compare it with the one written down.",
    ),
}

_CHECK: Final[Mapping[str, Message]] = {
    "judged_good": ("BAIK", "GOOD"),
    "judged_look": ("PERIKSA", "LOOK"),
    "judged_retake": ("ULANGI", "RETAKE"),
    "photo_figures": (
        "{template}, halaman {page}; kotak {pixels:.0f} piksel, kabur {blur}, kertas {paper:.0f}, kontras "
        "{contrast:.0f}",
        "{template}, page {page}; boxes {pixels:.0f} pixels, blur {blur}, paper {paper:.0f}, contrast {contrast:.0f}",
    ),
    "checked": (
        "{photos} foto: {good} BAIK, {look} PERIKSA, {retake} ULANGI.",
        "{photos:photo}: {good} GOOD, {look} LOOK, {retake} RETAKE.",
    ),
}

_EVALUATE: Final[Mapping[str, Message]] = {
    "without_pictures": (
        "{missing} dari {numbers} tanpa gambar: beri folder fotonya dengan --photos.",
        "{missing} of {numbers} have no picture: give the folder of the photos with --photos.",
    ),
    "sampled": (
        "{numbers} angka. Buka atau cetak {html}, isi kolom text di {csv}, lalu:\n  ocr-recap evaluate {results} {csv}",
        "{numbers:number}. Open or print {html}, fill in the column text of {csv}, then:\n  ocr-recap evaluate "
        "{results} {csv}",
    ),
}

_SYNTH: Final[Mapping[str, Message]] = {
    "making": ("Membuat", "Making"),
    "made_photos": (
        "{photos} foto dari {stations} TPS ({pages} halaman per TPS) dan {truth}: {out}",
        "{photos:photo} of {stations:station} ({pages:page} each) and {truth}: {out}",
    ),
    "made_cells": ("{cells} kotak berlabel: {out}", "{cells:labelled cell}: {out}"),
}

_TEMPLATES: Final[Mapping[str, Message]] = {
    "found_by_lines": (
        " (tanpa tanda sudut: dicari menurut garisnya)",
        " (no corner marks: found by its lines)",
    ),
    "possible_dates": ("tanggal yang mungkin: {dates}", "possible dates: {dates}"),
    "sheet_size": ("Lembar cetaknya {width} x {height} mm.", "The printed sheet is {width} x {height} mm."),
    "witness_digits": ("digit", "digits"),
    "witness_bubbles": ("bulatan", "bubbles"),
    "witness_tally": ("turus", "tally"),
    "witness_row_totals": ("jumlah baris", "row_totals"),
    "witness_words": ("huruf", "words"),
    "rule_exact": ("pasti", "exact"),
    "rule_inequality": ("batas", "inequality"),
    "rule_soft": ("peringatan saja", "soft"),
    "template_correct": ("{path}: benar ({template})", "{path}: correct ({template})"),
    "proposed": (
        "{size}\n{pages} halaman, {numbers} angka ({bubbles} dengan bulatan, {labels} dengan label), {tallies} kisi "
        "turus.\nLihat {pictures}, lengkapi {file}, lalu:\n  ocr-recap templates check {file}",
        "{size}\n{pages:page}, {numbers:number} ({bubbles} with bubbles, {labels} with a label), {tallies:tally grid}."
        "\nLook at {pictures}, complete {file}, then:\n  ocr-recap templates check {file}",
    ),
    "proposed_size": ("Kertas {width} x {height} mm.", "Paper of {width} x {height} mm."),
    "proposed_guess": (
        "Ukuran kertas tidak diketahui; dipakai {width} x {height} mm (ubah dengan --paper).",
        "The size of the paper is not known; taken as {width} x {height} mm (--paper says otherwise).",
    ),
    "proposed_picture": (
        "Halaman {page} berisi gambar di antara cetakan lain. Tambahkan --picture untuk mengukur gambar itu saja.",
        "Page {page} holds a picture with other print around it. Add --picture to measure the picture alone.",
    ),
}

_DOCS: Final[Mapping[str, Message]] = {
    "one_page": ("Satu halaman: ocr-recap docs NAMA", "One page: ocr-recap docs NAME"),
    "page_in_english": (
        "(Halaman ini hanya ada dalam bahasa Inggris.)",
        "(This page exists in English only.)",
    ),
}

_ERRORS: Final[Mapping[str, Message]] = {  # parts of texts of `errors`
    "similar": (" (mirip: {names})", " (similar: {names})"),
}

SCREENS: Final[Mapping[str, Message]] = {
    **_READ,
    **_SERVE,
    **_APPLY,
    **_STATUS,
    **_CHECK,
    **_EVALUATE,
    **_SYNTH,
    **_TEMPLATES,
    **_DOCS,
    **RECAP_SCREENS,
    **_ERRORS,
    **SEAL_SCREENS,
    **REHEARSE_SCREENS,
}


def said(language: Language, key: str, /, **data: Any) -> str:
    """A sentence of `SCREENS` in one language, filled with its data.

    Raises:
        KeyError: there is no such sentence, or it needs data that is not given.
    """
    return filled(SCREENS[key], language, data)
