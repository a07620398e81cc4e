"""Texts of the local server's pages about seals and bundles; part of `web_texts.WEB_TEXTS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

WEB_SEAL_TEXTS: Final[Mapping[str, Message]] = {
    # the desk's finished page
    "seal_no_key": (
        "Hasil ini tidak disegel: peladen dijalankan tanpa kunci. Untuk menyegel, jalankan lagi dengan --key.",
        "This result is not sealed: the server was started without a key. To seal it, start it again with --key.",
    ),
    "seal_waiting": (
        "Hasil ini sedang disegel. Halaman ini dimuat ulang sendiri sampai selesai.",
        "This result is being sealed. The page loads itself again until that is done.",
    ),
    "seal_no_right": (
        "Hasil ini tidak disegel: kunci peladen ini tidak berhak atas TPS ini. Minta pejabat mendaftarkan kunci "
        "untuk TPS ini.",
        "This result is not sealed: the server's key has no right to this station. Ask the officials to enrol a key "
        "for it.",
    ),
    "seal_nothing": (
        "Hasil ini tidak disegel: belum ada foto yang formulirnya dikenali. Foto halaman formulir, lalu tekan selesai "
        "lagi.",
        "This result is not sealed: no photo shows a form that is known. Take photos of the form, and finish again.",
    ),
    "seal_changed": (
        "Angka atau foto berubah sesudah disegel. Tekan Lanjutkan lagi, periksa, lalu tekan selesai lagi untuk "
        "menyegel yang baru.",
        "Numbers or photos changed after they were sealed. Press Go on again, check them, and finish again to seal "
        "them as they are now.",
    ),
    "seal_done": ("disegel oleh {person}, {at}", "sealed by {person}, {at}"),
    "seal_unknown_person": ("kunci yang belum didaftarkan", "a key that is not enrolled yet"),
    "seal_not_enrolled": (
        "Kunci ini belum ada di daftar kunci; segel ini berlaku setelah kunci didaftarkan.",
        "This key is not in the roll of keys; the seal counts once the key is enrolled.",
    ),
    "seal_read_aloud": (
        "Bacakan dan tulis di berita acara kertas:",
        "Read aloud, and write on the paper minutes:",
    ),
    "seal_statement": ("Pernyataan", "Statement"),
    "seal_head": ("Kepala catatan", "Head of the log"),
    "seal_qr_alt": (
        "Kode QR dengan angka TPS ini dan tanda tangannya",
        "QR code with the numbers of this station and their signature",
    ),
    "seal_qr_how": (
        "Kode ini memuat angka dan tanda tangan. Siapa pun boleh memotretnya.",
        "This code holds the numbers and a signature. Anybody may take a photo of it.",
    ),
    "seal_slip": ("Unduh salinan (PDF)", "Download the slip (PDF)"),
    "seal_sms": (
        "SMS, bila hanya suara yang sampai. Sementara sampai pernyataan bertanda tangan tiba:",
        "SMS, if nothing else gets through. Preliminary until the signed statement arrives:",
    ),
    # the supervisor's page of bundles
    "nav_bundles": ("Kiriman", "Bundles"),
    "seal_trust": ("Daftar kunci dan tanda terima", "Roll of keys and receipts"),
    "seal_roll": (
        "Diperiksa dengan daftar kunci {name}, versi {version}, sidik {fingerprint}.",
        "Checked by the roll of keys {name}, version {version}, fingerprint {fingerprint}.",
    ),
    "seal_rehearsal": ("uji coba", "test run"),
    "seal_no_roll": (
        "Tanpa daftar kunci tidak ada yang diterima. Jalankan peladen dengan --roll.",
        "Nothing is received without a roll of keys. Start the server with --roll.",
    ),
    "receipts_no_key": (
        "Tanpa tanda terima: peladen dijalankan tanpa --key.",
        "No receipts are given: the server was started without --key.",
    ),
    "receipts_unknown_key": (
        "Tanpa tanda terima: kunci {keyid} belum ada di daftar kunci. Minta pejabat mendaftarkannya sebagai receiver.",
        "No receipts are given: key {keyid} is not in the roll. Ask the officials to enrol it as receiver.",
    ),
    "receipts_no_right": (
        "Tanpa tanda terima: kunci {person} berperan {role}. Jalankan peladen dengan kunci berperan receiver.",
        "No receipts are given: the key of {person} has the role {role}. Start the server with a receiver's key.",
    ),
    "receipts_by": (
        "Tanda terima diberikan oleh {person} ({role}), kunci {keyid}.",
        "Receipts are given by {person} ({role}), key {keyid}.",
    ),
    "bundles_settle": ("Perlu diputuskan orang", "For people to settle"),
    "bundles_settle_how": (
        "Tidak satu pun diputuskan sendiri. Bandingkan dengan formulir kertas; yang salah diperbaiki oleh pengirimnya "
        "atau dalam rapat pleno.",
        "None of this is settled by itself. Compare it with the paper forms; the sender or the plenary corrects what "
        "is wrong.",
    ),
    "bundles_nothing_to_settle": ("Tidak ada.", "There is nothing."),
    "conflict_number": ("Angka", "Number"),
    "bundle_receive": ("Terima kiriman", "Receive a bundle"),
    "bundle_file": ("Kiriman (.zip) atau tanda terima (.intoto.jsonl)", "A bundle (.zip) or receipts (.intoto.jsonl)"),
    "bundle_send": ("Terima", "Receive"),
    "bundles_watched": (
        "Kiriman dari diska lepas: salin ke {folder}; diterima begitu lengkap.",
        "Bundles from a stick: copy them to {folder}; they are received when they are complete.",
    ),
    "bundles_not_watched": (
        "Kiriman yang berupa folder atau besar: jalankan peladen dengan --watch FOLDER dan salin ke sana.",
        "Bundles that are folders, or large: start the server with --watch FOLDER and copy them there.",
    ),
    "slip_photo": ("Foto kode QR salinan", "Photo of a slip's QR code"),
    "slip_photo_how": (
        "Untuk TPS yang hanya salinannya sampai. Kode disimpan dengan tanda terima bila tanda tangannya cocok, "
        "kuncinya berhak, dan kode itu milik TPS yang tertulis di salinan.",
        "For stations of which only the slip arrived. The code is kept with a receipt if its signature fits, its key "
        "has the right, and it is the code of the station that the slip names.",
    ),
    "slip_station": ("TPS yang tertulis di salinan, 13 digit", "Station that the slip names, 13 digits"),
    "slip_file": ("Foto salinan", "Photo of the slip"),
    "slip_send": ("Baca kode", "Read the code"),
    "slip_kept": ("kode disimpan, dengan tanda terima", "code kept, with a receipt"),
    "slip_kept_before": ("kode sudah disimpan sebelumnya", "code kept before"),
    "slip_not_kept": ("kode tidak disimpan", "code not kept"),
    "slip_says": ("TPS {station}, disegel {at}", "station {station}, sealed {at}"),
    "slip_numbers": ("Angka dalam kode", "Numbers in the code"),
    "sms_lines": ("Baris SMS", "SMS lines"),
    "sms_how": (
        "Baris SMS tidak ditandatangani: sementara dan tidak dihitung sampai pernyataan bertanda tangan tiba. Sesudah "
        "itu keduanya dibandingkan.",
        "An SMS line is not signed: it is preliminary and not counted until the signed statement arrives. Then the two "
        "are compared.",
    ),
    "sms_preliminary": ("sementara", "preliminary"),
    "sms_line": ("Salin baris SMS", "Copy the SMS line"),
    "bundles_received": ("Yang diterima", "What was received"),
    "bundles_none": ("Belum ada kiriman.", "No bundle yet."),
    "bundle_taken": (
        "{taken} pernyataan baru, {known} sudah ada, {left} tidak diambil.",
        "{taken:new statement}, {known} here before, {left} not taken.",
    ),
    "bundle_refused": ("ditolak; tidak ada yang diambil", "refused; nothing was taken"),
    "bundle_failed": ("tidak dapat diterima", "cannot be received"),
    "bundle_receipt": ("Unduh tanda terima untuk pengirim", "Download the receipt for the sender"),
    "finding_fault": ("salah", "fault"),
    "finding_note": ("catatan", "note"),
    "findings_more": ("dan {count} hal lain", "and {count:other thing}"),
}
