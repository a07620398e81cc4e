"""Texts of minutes, open data pages and audit sheets, in Indonesian and English.

Keys that begin with `state_`, `stage_`, `matter_` or `signer_` end with a code of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

RECAP_TEXTS: Final[Mapping[str, Message]] = {
    "provisional": ("Sementara – formulir kertas yang berlaku", "Provisional – paper prevails"),
    "none": ("Tidak ada.", "None."),
    "unknown": ("tidak diketahui", "not known"),
    "at_least": ("sedikitnya {total:,}", "at least {total:,}"),
    "nation": ("Nasional", "Nation"),
    # states of numbers
    "state_unread": ("tidak terbaca atau kosong:", "unread or blank:"),
    "state_missing": ("belum ada:", "missing:"),
    "state_review": ("perlu diperiksa:", "in review:"),
    "state_conflict": ("bertentangan:", "in conflict:"),
    "state_inconsistent": ("jumlahnya tidak cocok (sesuai tulisan):", "not adding up as written:"),
    "number_illegible": ("tidak terbaca", "illegible"),
    "number_empty": ("tidak ada tulisan", "nothing written"),
    "number_missing": ("belum ada", "missing"),
    "number_review": ("perlu diperiksa", "in review"),
    "number_conflict": ("bertentangan, tidak dihitung", "in conflict, not counted"),
    "number_inconsistent": ("jumlahnya tidak cocok (sesuai tulisan)", "does not add up as written"),
    "stage_count": ("penghitungan", "count"),
    "stage_recap": ("rekapitulasi", "recap"),
    "stage_correction": ("perbaikan", "correction"),
    "stage_ruling": ("putusan tingkat atas", "ruling from above"),
    "matter_objection": ("Keberatan", "Objection"),
    "matter_special_event": ("Kejadian khusus", "Special event"),
    "matter_open": ("belum selesai", "open"),
    "matter_settled": ("selesai", "settled"),
    "matter_passed_on": ("diteruskan ke tingkat atas", "passed on to the level above"),
    # minutes
    "minutes_title": ("Catatan rapat pleno rekapitulasi", "Minutes of the recap session"),
    "minutes_aid": (
        "ALAT BANTU – bukan formulir resmi; yang berlaku formulir menurut peraturan",
        "AID – not an official form; the forms by law prevail",
    ),
    "minutes_foot": ("Wilayah {area} · sidik {digest} · halaman {page}", "Area {area} · digest {digest} · page {page}"),
    "minutes_expected": ("{stations:,} TPS di daftar", "{stations:,station} on the roll"),
    "minutes_open": (
        "RANCANGAN: wilayah ini belum ditutup.",
        "DRAFT: the area is not closed yet.",
    ),
    "minutes_closed": ("Ditutup pada {at} oleh {people}.", "Closed at {at} by {people}."),
    "minutes_totals": (
        "Jumlah menurut formulir dan sesudah perbaikan",
        "Totals as counted and as standing",
    ),
    "minutes_of": ("{counted:,} dari {expected:,}", "{counted:,} of {expected:,}"),
    "minutes_corrections": ("Perbaikan dalam rapat", "Corrections"),
    "minutes_matters": ("Keberatan dan kejadian khusus", "Objections and special events"),
    "minutes_digest": ("Sidik pernyataan", "Digest of the statements"),
    "minutes_digest_closed": ("Saat ditutup: {digest}", "When closed: {digest}"),
    "minutes_digest_since": (
        "Sesudah ditutup ada pernyataan baru dari tingkat atas.",
        "Since the closing a level above has made statements.",
    ),
    "minutes_digest_now": (
        "Sekarang: {digest} ({statements} pernyataan)",
        "Now: {digest} ({statements:statement})",
    ),
    "minutes_read_aloud": ("Untuk dibacakan", "To be read aloud"),
    "minutes_head_of_area": ("Kepala pernyataan wilayah ini: {head}", "Head of the statements of this area: {head}"),
    "minutes_head_of_log": ("Kepala catatan {person}: {head}", "Head of the log of {person}: {head}"),
    "minutes_code": (
        "Kode QR ini memuat sidik dan kepala di atas; pindai untuk membandingkannya.",
        "This QR code holds the digest and heads above; scan it to compare them.",
    ),
    "minutes_signatures": ("Tanda tangan", "Signatures"),
    "minutes_law": (
        "Catatan ini dibuat program dari foto dan isian rapat. Angka bersifat sementara. Hasil yang sah adalah "
        "formulir yang ditandatangani menurut peraturan.",
        "The program made these minutes from photos and from what the session entered. Numbers are provisional. The "
        "result is the form that was signed as the law says.",
    ),
    "minutes_head_field": ("Uraian", "Item"),
    "minutes_head_counted": ("Menurut formulir", "As counted"),
    "minutes_head_standing": ("Sesudah perbaikan", "As standing"),
    "minutes_head_change": ("Beda", "Change"),
    "minutes_head_stations": ("TPS terhitung", "Stations"),
    "minutes_head_station": ("TPS", "Station"),
    "minutes_head_before": ("Semula", "Before"),
    "minutes_head_after": ("Menjadi", "After"),
    "minutes_head_reason": ("Alasan dan orang", "Reason and persons"),
    "minutes_head_subject": ("TPS atau wilayah", "Station or area"),
    "minutes_head_matter": ("Isi", "What it says"),
    "minutes_head_state": ("Keadaan", "State"),
    "minutes_head_role": ("Tugas", "Role"),
    "minutes_head_name": ("Nama", "Name"),
    "minutes_head_signature": ("Tanda tangan", "Signature"),
    "signer_chair": ("Ketua", "Chair"),
    "signer_member": ("Anggota", "Member"),
    "signer_witness": ("Saksi", "Witness"),
    "signer_supervisor": ("Pengawas", "Supervisor"),
    # pages of open data
    "site_title": ("Rekapitulasi suara", "Recap of votes"),
    "site_parts": ("Wilayah di dalamnya", "Areas within"),
    "site_stations": ("TPS", "Stations"),
    "site_head_area": ("Wilayah", "Area"),
    "site_head_number": ("Angka", "Number"),
    "site_head_counted": ("TPS terhitung", "Counted"),
    "site_head_open": ("Belum diketahui", "Not known"),
    "site_statements": ("Pernyataan tentang TPS ini", "Statements about this station"),
    "site_pictures": ("Gambar formulir", "Pictures of the form"),
    "site_no_pictures": (
        "Gambarnya ada di folder hasil {origin}.",
        "Its pictures are in the folder of results {origin}.",
    ),
    "site_changed": (
        "Berubah sejak terbitan {edition}: semula {before}, sekarang {now}.",
        "Changed since edition {edition}: {before} before, {now} now.",
    ),
    "site_edition": ("Terbitan {edition}", "Edition {edition}"),
    "site_supersedes": ("menggantikan", "supersedes"),
    # audit sheet
    "audit_title": ("Lembar audit penyalinan", "Sheet of the transcription audit"),
    "audit_how": (
        "Tulis suara dari formulir asli setiap TPS. Jangan melihat angka yang sudah terbit. Formulir yang tidak ada "
        "atau tidak terbaca: tulis ?.",
        "Write the votes from the original form of each station. Do not look at published numbers. Where a form is "
        "missing or cannot be read, write ?.",
    ),
    "audit_seed": ("Benih: {seed}. Undian: {draws}.", "Seed: {seed}. Draws: {draws}."),
    "audit_not": (
        "Audit ini hanya tentang kesalahan membaca dan mengetik. Ia bukan penghitungan ulang surat suara, dan tidak "
        "memeriksa apakah formulirnya benar.",
        "The audit is about errors of reading and typing alone. It is no recount of ballots, and does not check "
        "whether the forms are right.",
    ),
    "audit_signature": ("Dibaca oleh, tanda tangan", "Read by, signature"),
}
