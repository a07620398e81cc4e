"""Texts of the report's pages, in Indonesian and English; the page's template fills in `{name}`.

Keys that begin with `verdict_`, `status_` or `outcome_` end with a code of the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

REPORT_TEXTS: Final[Mapping[str, Message]] = {
    # every page
    "provisional": ("Sementara – formulir kertas yang berlaku", "Provisional – paper prevails"),
    "all_stations": ("← Semua TPS", "← All stations"),
    "find": ("Cari TPS, berkas", "Find station, file"),
    "none": ("Tidak ada.", "None."),
    "verdict_inconsistent": (
        "jumlahnya tidak cocok (sesuai tulisan di formulir)",
        "does not add up as written",
    ),
    "verdict_review": ("perlu diperiksa", "to review"),
    "verdict_problem": ("tidak terbaca", "not read"),
    "verdict_missing": ("foto belum ada", "no photos"),
    "verdict_incomplete": ("belum lengkap", "incomplete"),
    "verdict_settled": ("selesai", "settled"),
    "page": ("halaman", "page"),
    "pages": ("halaman", "pages"),
    "pages_missing": ("halaman {pages} belum ada", "pages missing: {pages}"),
    "fields_missing": (
        "{numbers} angka tidak terlihat di foto mana pun",
        "{numbers:number} in no photo",
    ),
    # the first page
    "index_title": ("Hasil baca formulir", "Tally forms, read"),
    "tile_photos": ("foto", "photos"),
    "tile_located": ("halaman dikenali", "pages found"),
    "tile_accepted": ("angka diterima", "numbers accepted"),
    "tile_review": ("angka perlu diperiksa", "numbers to review"),
    "tile_dates": ("bagian tanggal perlu diperiksa", "parts of dates to review"),
    "tile_disagreements": ("angka diisi berbeda oleh pemeriksa", "numbers on which people disagree"),
    "tile_blank": ("angka kosong", "numbers blank"),
    "tile_not_in_photo": ("angka tidak terlihat di foto", "numbers in no photo"),
    "tile_decided": ("angka ditetapkan orang", "numbers decided by people"),
    "tile_problems": ("foto bermasalah", "problem photos"),
    "edits_accepted": (
        "Berkas yang disunting di luar program diterima oleh {by} ({at}): {files}. Alasan: {reason}",
        "Files edited outside this program were accepted by {by} ({at}): {files}. Reason: {reason}",
    ),
    "withdrawn_photo": (
        "Foto {file} ditarik oleh {by} ({at}); angkanya tidak dihitung. Alasan: {reason}",
        "The photo {file} was withdrawn by {by} ({at}); its numbers do not count. Reason: {reason}",
    ),
    "log_taken_over": (
        "{lines} baris pertama {log} dari versi lama, tanpa rantai sidik ({at}).",
        "At the beginning of {log}, {lines:line} of an older version, without a chain ({at}).",
    ),
    "window_index": ("Hasil {stations} TPS", "Results of {stations:station}"),
    "numbers_of": ("{numbers} angka", "{numbers:number}"),
    "more_questions": (
        "{stations} TPS lain juga perlu diperiksa; semua angkanya ada di {file}.",
        "Other stations to review: {stations}; all numbers are in {file}.",
    ),
    "list_title": ("Hasil per TPS", "Results by station"),
    "results_of_stations": ("Hasil per TPS", "Results by station"),
    "station": ("TPS", "Station"),
    "state": ("Keadaan", "State"),
    "no_form": ("Tanpa formulir yang dikenali", "Without a known form"),
    "does_not_add_up": ("jumlahnya tidak cocok", "does not add up"),
    "totals": ("Jumlah", "Total"),
    "provisional_totals": ("sementara, hanya angka diterima", "provisional, accepted numbers only"),
    "at_least": ("sekurangnya", "at least"),
    "of_stations": ("{known} dari {stations} TPS", "{known} of {stations:station}"),
    "coverage": (
        "{complete} dari {stations} TPS lengkap; {unknown} angka belum diketahui. Selama ada yang belum diketahui, "
        "jumlahnya sekurang-kurangnya sebesar ini.",
        "Complete: {complete} of {stations:station}; {unknown:number} not yet known. While anything is unknown, a "
        "total is at least as high as shown.",
    ),
    "coverage_full": (
        "Semua TPS lengkap ({complete} dari {stations}).",
        "All stations are complete ({complete} of {stations}).",
    ),
    "cell_review": ("perlu diperiksa", "to review"),
    "cell_blank": ("kosong: tidak ada tulisan", "blank: nothing is written"),
    "cell_absent": ("belum ada fotonya", "not in any photo yet"),
    "numbers_to_review": ("angka perlu diperiksa", "to review"),
    "people_disagree": ("{numbers} diisi berbeda oleh pemeriksa", "people disagree on {numbers}"),
    "filter": ("Saring", "Filter"),
    "all": ("semua", "all"),
    "listed": ("TPS/dokumen ditampilkan", "stations/documents shown"),
    "photo_not_read": ("{photos} foto tidak terbaca", "{photos} photo not read"),
    "photos_not_read": ("{photos} foto tidak terbaca", "{photos} photos not read"),
    "decided_by": ("ditetapkan oleh", "decided by"),
    "tables": ("Tabel", "Tables"),
    "skipped": ("Dilewati karena bukan foto", "Skipped, not photos"),
    # pages of documents
    "documents_title": ("TPS dan dokumen", "Stations and documents"),
    "documents_span": ("TPS dan dokumen ke-{first} sampai ke-{last}", "Stations and documents {first} to {last}"),
    "document_number": ("TPS atau dokumen ke-{first}", "Station or document {first}"),
    "pages_nav": ("halaman laporan", "pages of the report"),
    "previous": ("sebelumnya", "previous"),
    "next": ("berikutnya", "next"),
    "all_of_this_page": ("Tampilkan semua TPS di halaman ini", "Show all stations of this page"),
    "review_first": ("Yang perlu diperiksa dahulu", "To review first"),
    "the_others": ("TPS lainnya", "Other stations"),
    "todo": ("{numbers} angka perlu diperiksa:", "{numbers:number} to review:"),
    "dates": ("Tanggal ({dates} bagian)", "Date ({dates:part})"),
    "of_them_to_review": ("{numbers} perlu diperiksa", "{numbers} to review"),
    "slips_title": (
        "Dugaan salah tulis, satu untuk seluruh formulir. Tanyakan kepada KPPS; angka yang tertulis tidak diubah.",
        "Likely slips, one explanation for the whole form. Ask the officers; nothing that is written is changed.",
    ),
    "photos_of": ("Foto dan kop formulir ({photos})", "Photos and form headers ({photos})"),
    "other_evidence": ("bukti lain: bulatan, turus, huruf", "other evidence: bubbles, tally marks, words"),
    "other_rules": (
        "{holds} aturan cocok, {open} belum dapat dihitung",
        "{holds:rule} found true, {open} not evaluated",
    ),
    "overlay": ("foto bertanda", "marked photo"),
    "straightened": ("halaman diluruskan", "straightened page"),
    "not_used": ("tidak dipakai", "not used"),
    "heading": ("kop formulir", "form header"),
    # a number
    "status_accepted": ("diterima", "accepted"),
    "status_review": ("perlu diperiksa", "review"),
    "status_blank": ("kosong", "blank"),
    "status_not_in_photo": ("tidak terlihat di foto ini", "not in this photo"),
    "number_from": ("dari foto {photo}; terlihat juga di {others}", "from photo {photo}; also seen in {others}"),
    "read": ("terbaca", "read"),
    "written": ("tertulis", "written"),
    "confidence": ("keyakinan", "confidence"),
    "note": ("Catatan", "Note"),
    "words_of": ("huruf: {label}", "words: {label}"),
    "bubbles_of": ("bulatan: {label}", "bubbles: {label}"),
    "tally_marks_of": ("turus: {label}", "tally marks: {label}"),
    "open_number": ("buka", "open"),  # a link in the workbook
    # a rule
    "outcome_holds": ("cocok", "holds"),
    "outcome_broken": ("tidak cocok", "broken"),
    "outcome_not_evaluated": ("belum dapat dihitung", "not evaluated"),
    "difference": ("selisih", "difference"),
    "only_a_warning": ("hanya peringatan", "only a warning"),
}
