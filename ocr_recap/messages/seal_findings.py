"""The closed list of what a check of sealed files can find, in Indonesian and English; codes are a contract.

`{where}` is the file, statement, key, station or version that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

_FILES: Final[Mapping[str, Message]] = {
    "link": (
        "{where} adalah tautan atau perangkat, bukan berkas. Tolak kiriman ini dan minta salinan asli.",
        "{where} is a link or a device, not a file. Refuse this bundle and ask for a genuine copy.",
    ),
    "path_outside": (
        "{where} menunjuk ke luar kiriman. Tolak kiriman ini dan minta salinan asli.",
        "{where} leads outside the bundle. Refuse this bundle and ask for a genuine copy.",
    ),
    "bomb": (
        "{where} terlalu besar untuk dibuka. Tolak kiriman ini dan minta salinan asli.",
        "{where} is too large to be opened. Refuse this bundle and ask for a genuine copy.",
    ),
    "bag_malformed": (
        "{where} tidak ada atau tidak menurut format BagIt 1.0. Minta salinan lain.",
        "{where} is missing, or is not as BagIt 1.0 has it. Ask for another copy.",
    ),
    "file_changed": (
        "{where} berubah sejak kiriman dibuat. Minta salinan lain.",
        "{where} was changed since the bundle was made. Ask for another copy.",
    ),
    "file_missing": (
        "{where} hilang dari kiriman. Minta salinan lain.",
        "{where} is missing from the bundle. Ask for another copy.",
    ),
    "file_added": (
        "{where} ditambahkan setelah kiriman dibuat. Jangan pakai isinya; tanyakan kepada pengirim.",
        "{where} was added after the bundle was made. Do not use it; ask the sender.",
    ),
    "file_renamed": (
        "{where} diganti namanya menjadi {name}. Minta salinan lain.",
        "{where} was renamed to {name}. Ask for another copy.",
    ),
    "file_not_as_signed": (
        "{where} bukan berkas yang ditandatangani: sidik SHA-256-nya lain. Minta salinan lain.",
        "{where} is not the file that was signed: its SHA-256 differs. Ask for another copy.",
    ),
    "file_unsigned": (
        "{where} tidak ditandatangani siapa pun. Jangan pakai isinya.",
        "{where} is signed by nobody. Do not use it.",
    ),
    "verifier_differs": (
        "{where} bukan pemeriksa yang dikenal program ini. Jangan jalankan; pakai verify.py dari sumber tepercaya.",
        "{where} is not the verifier that this program knows. Do not run it; use a verify.py that you trust.",
    ),
    "photos_left_out": (
        "{count} foto tidak dibawa; sidiknya tetap ditandatangani. Bandingkan bila fotonya datang.",
        "{count:photo} not carried; the hashes are signed all the same. Compare them when the photos arrive.",
    ),
}

_LINES: Final[Mapping[str, Message]] = {
    "not_json": (
        "{where}, baris {line}: bukan JSON yang dapat dibaca. Minta salinan lain.",
        "{where}, line {line}: this is no JSON that can be read. Ask for another copy.",
    ),
    "doubled_key": (
        "{where}, baris {line}: satu kunci JSON tertulis dua kali, sehingga dapat dibaca berbeda. Jangan pakai.",
        "{where}, line {line}: a key of the JSON is written twice, so that it can be read in two ways. Do not use it.",
    ),
    "not_canonical": (
        "{where}, baris {line}: ditulis dalam bentuk lain dari yang ditetapkan. Jangan pakai; minta salinan asli.",
        "{where}, line {line}: not in the canonical form. Do not use it; ask for a genuine copy.",
    ),
    "wrong_payload_type": (
        "{where}, baris {line}: jenis isinya bukan application/vnd.in-toto+json. Jangan pakai.",
        "{where}, line {line}: the type of its payload is not application/vnd.in-toto+json. Do not use it.",
    ),
    "unknown_statement": (
        "{where}, baris {line}: bukan pernyataan yang dikenal. Jangan pakai, atau periksa dengan versi lebih baru.",
        "{where}, line {line}: no statement that is known. Do not use it, or check it with a newer version.",
    ),
    "signature_invalid": (
        "Pernyataan {where} (baris {line}): tanda tangannya tidak cocok; isinya diubah. Minta salinan asli.",
        "Statement {where} (line {line}): its signature does not fit; it was altered. Ask for a genuine copy.",
    ),
    "signature_swapped": (
        "Pernyataan {where} (baris {line}): tanda tangannya milik pernyataan lain; isinya ditukar. Minta salinan asli.",
        "Statement {where} (line {line}): its signature is that of another statement; they were swapped. Ask for a "
        "genuine copy.",
    ),
    "statement_order": (
        "{where}, baris {line}: pernyataan tidak pada urutannya; barisnya dipindahkan. Minta salinan asli.",
        "{where}, line {line}: this statement is out of order; lines were moved. Ask for a genuine copy.",
    ),
    "statement_misplaced": (
        "{where}, baris {line}: pernyataan ini milik kunci lain. Minta salinan asli.",
        "{where}, line {line}: this statement is of another key. Ask for a genuine copy.",
    ),
}

_CHAIN: Final[Mapping[str, Message]] = {
    "chain_gap": (
        "Kunci {where}: pernyataan nomor {missing} tidak ada. Minta semua pernyataan perangkat ini.",
        "Key {where}: statement number {missing} is missing. Ask for all statements of this device.",
    ),
    "chain_fork": (
        "Kunci {where}: ada dua pernyataan nomor {number}. Kunci itu dipakai di dua tempat atau disalin; cabut.",
        "Key {where}: two statements have number {number}. The key is in use in two places, or was copied: revoke it.",
    ),
    "chain_broken": (
        "Kunci {where}: pernyataan nomor {number} tidak menyambung ke yang sebelumnya. Tanyakan kepada pemegangnya.",
        "Key {where}: statement number {number} does not follow the one before it. Ask its holder.",
    ),
    "clock_back": (
        "Kunci {where}: jam pada pernyataan nomor {number} mundur ({at}). Periksa jam perangkat dan pemegangnya.",
        "Key {where}: the clock of statement number {number} was set back ({at}). Look into the device and its holder.",
    ),
    "head_missing": (
        "Kunci {where}: pernyataan penutup tidak ada; mungkin akhirnya dipotong. Minta kiriman lengkap.",
        "Key {where}: the closing statement is missing; the end may be cut off. Ask for the whole bundle.",
    ),
    "statement_missing": (
        "Catatan kunci {where}: {count} pernyataan yang tercatat tidak ada. Minta kiriman lengkap.",
        "The log of key {where}: {count:statement} in it missing here. Ask for the whole bundle.",
    ),
    "log_mismatch": (
        "Catatan kunci {where} tidak sama dengan kepala yang ditandatangani ({spoken}). Minta kiriman lengkap.",
        "The log of key {where} is not what its signed head says ({spoken}). Ask for the whole bundle.",
    ),
}

_ROLL: Final[Mapping[str, Message]] = {
    "nobody_vouches": (
        "Tanpa daftar kunci tidak ada yang menjamin kunci {where}. Berikan daftar kunci yang tepercaya dengan --roll.",
        "Without a roll nobody vouches for key {where}. Give a roll of keys that you trust with --roll.",
    ),
    "roll_malformed": (
        "Daftar kunci, versi {where}: bukan daftar kunci yang dikenal. Minta dari pejabat pemegang kunci utama.",
        "Roll of keys, version {where}: not as a roll of keys is. Ask the officials of the root for it.",
    ),
    "roll_gap": (
        "Daftar kunci: versi {where} tidak ada atau tidak pada urutannya. Minta daftar lengkap.",
        "Roll of keys: version {where} is missing or out of order. Ask for the whole roll.",
    ),
    "roll_threshold": (
        "Daftar kunci, versi {where}: hanya {have} dari {need} pejabat yang menandatangani. Jangan pakai versi ini.",
        "Roll of keys, version {where}: signed by {have} of the {need} officials that it takes. Do not use it.",
    ),
    "official_twice": (
        "Daftar kunci, versi {where}: satu pejabat dihitung dua kali. Jangan pakai versi ini.",
        "Roll of keys, version {where}: one official is counted twice. Do not use it.",
    ),
    "roll_foreign": (
        "Daftar kunci di dalam kiriman milik pemilu lain ({where}). Yang dipakai hanya daftar tepercaya.",
        "The roll of keys in the bundle is of another election ({where}). Only the trusted one is used.",
    ),
    "roll_forked": (
        "Daftar kunci di dalam kiriman berbeda dari yang tepercaya pada versi {where}. Hubungi para pejabat.",
        "The roll of keys in the bundle differs from the trusted one in version {where}. Call the officials.",
    ),
    "roll_rolled_back": (
        "Ada pernyataan yang mengenal daftar kunci versi {where}, yang tidak ada di sini: daftar dimundurkan. Minta "
        "versi terbaru.",
        "A statement knows version {where} of the roll of keys, which is not here: the roll was rolled back. Ask for "
        "the newest one.",
    ),
    "roll_older": (
        "Kiriman membawa daftar kunci versi {where}, lebih tua dari yang tepercaya; yang terbaru dipakai.",
        "The bundle carries version {where} of the roll of keys, older than the trusted one; the newest is used.",
    ),
}

_RIGHTS: Final[Mapping[str, Message]] = {
    "key_unknown": (
        "Kunci {where} tidak ada di daftar kunci. Pernyataannya tidak berlaku sampai kunci itu didaftarkan.",
        "Key {where} is not in the roll of keys. Its statements do not count unless it is enrolled.",
    ),
    "key_without_right": (
        "Pernyataan {where}: {person} ({role}) tidak berhak menyegel {kind} untuk {area}. Serahkan kepada petugas.",
        "Statement {where}: {person} ({role}) has no right to seal a {kind} for {area}. Hand it to people.",
    ),
    "key_expired": (
        "Pernyataan {where}: dibuat {at}, setelah hak {person} berakhir ({end}). Serahkan kepada petugas.",
        "Statement {where}: made at {at}, after the right of {person} ended ({end}). Hand it to people.",
    ),
    "key_not_yet": (
        "Pernyataan {where}: dibuat {at}, sebelum hak {person} mulai ({start}). Serahkan kepada petugas.",
        "Statement {where}: made at {at}, before the right of {person} began ({start}). Hand it to people.",
    ),
    "key_revoked": (
        "Pernyataan {where}: dibuat {at}, setelah kunci {person} dicabut ({start}: {reason}). Serahkan kepada petugas.",
        "Statement {where}: made at {at}, after the key of {person} was revoked ({start}: {reason}). Hand it to "
        "people.",
    ),
    "revoked_unreceived": (
        "Pernyataan {where}: kunci {person} dicabut ({start}: {reason}), dan tidak ada tanda terima dari sebelumnya. "
        "Serahkan kepada petugas.",
        "Statement {where}: the key of {person} was revoked ({start}: {reason}), and no receipt is from before. Hand "
        "it to people.",
    ),
    "revoked_received": (
        "Pernyataan {where}: kunci {person} dicabut kemudian ({start}); tanda terima {at} dari sebelumnya, jadi tetap "
        "berlaku.",
        "Statement {where}: the key of {person} was revoked later ({start}); a receipt of {at} is from before, so it "
        "stays valid.",
    ),
    "other_election": (
        "Pernyataan {where}: milik pemilu atau daftar kunci lain. Tidak berlaku di sini.",
        "Statement {where}: of another election or roll of keys. It does not count here.",
    ),
    "test_run": (
        "Pernyataan {where}: dari uji coba, bukan dari pemilu ini. Tidak berlaku.",
        "Statement {where}: of a test run, not of this election. It does not count.",
    ),
    "other_template": (
        "Pernyataan {where}: memakai formulir {template}, yang bukan formulir pemilu ini. Serahkan kepada petugas.",
        "Statement {where}: made with the form {template}, which is not one of this election. Hand it to people.",
    ),
}

_CONTENT: Final[Mapping[str, Message]] = {
    "numbers_differ": (
        "Pernyataan {where}: angkanya lain dari {file} yang disegel bersamanya. Serahkan kepada petugas.",
        "Statement {where}: its numbers are not those of {file}, which is sealed with it. Hand it to people.",
    ),
    "other_station": (
        "Pernyataan {where}: untuk TPS {station}, tetapi {file} milik TPS lain. Serahkan kepada petugas.",
        "Statement {where}: about station {station}, but {file} is of another station. Hand it to people.",
    ),
    "conflict": (
        "TPS {where}: ada {count} pernyataan yang berbeda. Bandingkan dengan kertas; petugas yang memutuskan.",
        "Station {where}: {count:statement} that differ. Compare them with the paper; people decide.",
    ),
    "superseded": (
        "TPS {where}: pernyataan lebih awal diganti oleh perangkat yang sama. Keduanya disimpan.",
        "Station {where}: an earlier statement was replaced by the same device. Both are kept.",
    ),
    "decision_forged": (
        "{where}: keputusan atas nama {person} tidak ditandatangani kuncinya sendiri. Tanyakan kepadanya.",
        "{where}: a decision in the name of {person} is not signed by that person's own key. Ask that person.",
    ),
    "decision_unvouched": (
        "{where}: nama {person} pada keputusan hanya dijamin oleh perangkat yang menyegelnya.",
        "{where}: only the device that sealed it vouches for the name {person} of a decision.",
    ),
    "station_missing": (
        "TPS {where}: belum ada pernyataan.",
        "Station {where}: no statement yet.",
    ),
}

_CODES: Final[Mapping[str, Message]] = {
    "qr_damaged": (
        "Kode QR terpotong atau rusak. Pindai lagi dari kertasnya.",
        "The QR code is cut off or damaged. Scan it again from the paper.",
    ),
    "qr_signature": (
        "Kode QR TPS {where}: tanda tangannya tidak cocok. Jangan pakai angkanya; lihat kertasnya.",
        "The QR code of station {where}: its signature does not fit. Do not use its numbers; look at the paper.",
    ),
    "qr_other_station": (
        "Kode QR milik TPS {where}, bukan TPS {station}: kode ditempel pada salinan lain. Simpan kertasnya.",
        "The QR code is of station {where}, not of station {station}: it was put on another slip. Keep the paper.",
    ),
    "qr_unlike_statement": (
        "Kode QR TPS {where}: angkanya lain dari pernyataan yang disegel. Petugas yang memutuskan.",
        "The QR code of station {where}: its numbers are not those of the sealed statement. People decide.",
    ),
    "sms_damaged": (
        "Baris SMS terpotong atau salah ketik. Minta dikirim lagi.",
        "The SMS line is cut off or mistyped. Ask for it again.",
    ),
    "sms_unlike_statement": (
        "SMS TPS {where}: angkanya lain dari pernyataan yang disegel. Pernyataan yang berlaku; beri tahu petugas.",
        "The SMS of station {where}: its numbers are not those of the sealed statement, which counts. Tell people.",
    ),
    "sms_preliminary": (
        "SMS TPS {where}: sementara, sampai pernyataan yang ditandatangani tiba.",
        "The SMS of station {where}: preliminary until the signed statement arrives.",
    ),
}

FINDINGS: Final[Mapping[str, Message]] = {
    **_FILES,
    **_LINES,
    **_CHAIN,
    **_ROLL,
    **_RIGHTS,
    **_CONTENT,
    **_CODES,
}

# What is said and is no fault.
NOTES: Final = frozenset(
    {
        "photos_left_out",
        "roll_older",
        "revoked_received",
        "superseded",
        "decision_unvouched",
        "station_missing",
        "sms_preliminary",
    }
)

# With one of these nothing of a bundle is taken.
REFUSING: Final = frozenset({"link", "path_outside", "bomb", "bag_malformed"})

# With one of these `pack` has not written what it was to write.
BROKEN: Final = frozenset({*_FILES, *_LINES, *_CHAIN}) - NOTES - {"chain_fork", "clock_back"}
