"""What the commands about keys, sealing and bundles print; part of `screens.SCREENS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

SEAL_SCREENS: Final[Mapping[str, Message]] = {
    # keys
    "key_made": (
        "Kunci baru: {path}. Kunci ini tidak pernah meninggalkan perangkat ini; jangan disalin.",
        "New key: {path}. It never leaves this device; do not copy it.",
    ),
    "key_request": (
        "Permintaan untuk {person} ({role}: {codes}), kunci {key}, juga di {path}:",
        "Request of {person} ({role}: {codes}), key {key}, also in {path}:",
    ),
    "passphrase": ("Frasa sandi untuk {path}", "Passphrase of {path}"),
    "roll_complete": (
        "Daftar kunci {path}, versi {version}, ditandatangani {threshold} dari {officials} pejabat atau lebih.",
        "Roll of keys {path}, version {version}, signed by {threshold} of {officials:official} or more.",
    ),
    "roll_waiting": (
        "{path} menunggu {missing} tanda tangan lagi. Bawa ke pejabat lain: ocr-recap keys sign {path} --key KUNCI",
        "{path} waits for {missing:more signature}. Take it to the next official: ocr-recap keys sign {path} --key KEY",
    ),
    "roll_election": (
        "{name}. Sidik: {fingerprint}. Cetak sidik ini di berita acara pembuatan kunci.",
        "{name}. Fingerprint: {fingerprint}. Print it in the minutes of the key ceremony.",
    ),
    "roll_rehearsal": ("UJI COBA: tidak berlaku untuk pemilu.", "TEST RUN: it does not count for an election."),
    "roll_version": (
        "Versi {version}, dibuat {made}; {threshold} dari {officials} pejabat harus menandatangani.",
        "Version {version}, made {made}; {threshold} of {officials:official} must sign.",
    ),
    "roll_official": ("pejabat  {key}  {person}", "official  {key}  {person}"),
    "roll_holder": (
        "{role}  {key}  {person}  {codes}  {start} sampai {end}",
        "{role}  {key}  {person}  {codes}  {start} to {end}",
    ),
    "roll_revoked": ("  dicabut sejak {start}: {reason}", "  revoked from {start}: {reason}"),
    # seal
    "sealed": (
        "{new} TPS disegel, {unchanged} sudah disegel dengan isi yang sama.",
        "{new:station} sealed, {unchanged} sealed before with the same content.",
    ),
    "sealed_decisions": ("{count} keputusan Anda ditandatangani.", "{count:decision} of yours signed."),
    "sealed_left_out": (
        "Tidak disegel, karena TPS atau formulirnya belum diketahui: {names}",
        "Not sealed, since the station or the form is not known: {names}",
    ),
    "sealed_not_ours": (
        "Tidak disegel, karena kunci ini tidak berhak untuk: {names}",
        "Not sealed, since this key has no right to: {names}",
    ),
    "sealed_unknown_key": (
        "Kunci ini belum ada di daftar kunci: segelnya tidak berlaku sampai didaftarkan.",
        "This key is not in a roll of keys: its seals do not count until it is enrolled.",
    ),
    "sealed_head": (
        "Kepala catatan, untuk dibacakan dan ditulis: {head}",
        "Head of the log, to be read aloud and written down: {head}",
    ),
    "sealed_minutes": ("{count} berkas disegel sebagai {kind}.", "{count:file} sealed as {kind}."),
    "sealed_minutes_before": (
        "{count} berkas sudah disegel sebagai {kind} dengan isi yang sama.",
        "{count:file} sealed as {kind} before, with the same content.",
    ),
    "sealed_recap": (
        "Rekap wilayah {area}, {expected} TPS:",
        "Recap of the area {area}, {expected:station}:",
    ),
    # pack and receive
    "packed": (
        "{path}: {files} berkas, {photos} di antaranya foto; ditulis, dibaca kembali, cocok.",
        "{path}: {files:file}, {photos} of them photos; written, read back, as it should be.",
    ),
    "packed_before": ("{path} sudah ada, dengan isi yang sama.", "{path} is there already, with the same content."),
    "received": (
        "{path}: {taken} pernyataan baru, {known} sudah ada, {left} tidak diambil.",
        "{path}: {taken:new statement}, {known} here before, {left} not taken.",
    ),
    "received_refused": (
        "{path}: DITOLAK, tidak ada yang diambil.",
        "{path}: REFUSED, nothing was taken.",
    ),
    "receipt": (
        "Tanda terima untuk pengirim: {path}",
        "Receipt for the sender: {path}",
    ),
    "no_receipt": (
        "Tanpa --key tidak ada tanda terima.",
        "Without --key there is no receipt.",
    ),
    "for_people": ("Untuk petugas:", "For people:"),
    # verify
    "finding_fault": ("SALAH   {code}: {text}", "FAULT  {code}: {text}"),
    "finding_note": ("catatan {code}: {text}", "note   {code}: {text}"),
    "finding_more": (
        "catatan {code}: {count} lagi seperti ini; semuanya dengan ocr-recap verify --json.",
        "note   {code}: {count} more of these; ocr-recap verify --json lists all.",
    ),
    "verified_statement": (
        "{at}  {kind} {area}  nomor {number}  kunci {key}  {who}",
        "{at}  {kind} {area}  number {number}  key {key}  {who}",
    ),
    "who_claimed": ("{person} ({role}), tidak dijamin", "{person} ({role}), not vouched for"),
    "who_unknown": ("tidak dikenal", "unknown"),
    "verified_roll": (
        "Daftar kunci: {name}, versi {version}, sidik {fingerprint}.",
        "Roll of keys: {name}, version {version}, fingerprint {fingerprint}.",
    ),
    "verified_head": ("Catatan {key}: {head}", "Log of {key}: {head}"),
    "verified_holds": ("Semua cocok: {statements} pernyataan.", "All holds: {statements:statement}."),
    "verified_faults": (
        "{faults} hal tidak cocok. Jangan mengandalkan kiriman ini.",
        "{faults:thing} wrong. Do not rely on this bundle.",
    ),
    # codes
    "code_read": (
        "TPS {station}, {at}, kunci {key}; angka menurut kode QR:",
        "Station {station}, {at}, key {key}; numbers by the QR code:",
    ),
    "sms_read": ("TPS {station}; angka menurut SMS:", "Station {station}; numbers by the SMS:"),
    "code_no_form": (
        "Formulir kode ini tidak dikenal; angkanya tanpa nama: {numbers}",
        "The form of this code is not known; its numbers without names: {numbers}",
    ),
    "code_kept": ("Kode disimpan di {path}, dengan tanda terima.", "The code is kept in {path}, with a receipt."),
    "code_kept_before": ("Kode ini sudah disimpan di {path}.", "This code is kept in {path} already."),
    "sms_kept": (
        "Baris SMS disimpan di {path}: sementara, dan tidak dihitung sampai pernyataannya tiba.",
        "The SMS line is kept in {path}: preliminary, and not counted until its statement arrives.",
    ),
    "sms_kept_before": ("Baris SMS ini sudah disimpan di {path}.", "This SMS line is kept in {path} already."),
    "slip_written": ("Salinan: {path}", "Slip: {path}"),
    "slip_sms_line": ("SMS (sementara): {line}", "SMS (preliminary): {line}"),
    "explained": ("Penjelasan: {path}", "Explanation: {path}"),
    # log
    "proof_written": ("Bukti: {path}", "Proof: {path}"),
    "proof_holds": (
        "Bukti cocok: {what} ada dalam catatan berkepala {head}.",
        "The proof holds: {what} is in the log with the head {head}.",
    ),
    "proof_consistent": (
        "Bukti cocok: catatan {head} diawali catatan {earlier}.",
        "The proof holds: the log {head} begins as the log {earlier} did.",
    ),
    "proof_fails": (
        "Bukti TIDAK cocok. Jangan mengandalkannya; minta kiriman lengkap.",
        "The proof does NOT hold. Do not rely on it; ask for the whole bundle.",
    ),
}
