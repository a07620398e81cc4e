"""The texts of errors about keys, sealing and bundles: code to Indonesian and English, each with a next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

SEAL_WRONG_USE: Final[Mapping[str, Message]] = {
    "key_exists": (
        "{path} sudah ada dan tidak ditimpa: kunci tidak dapat dibuat ulang. Pilih nama lain.",
        "{path} is there already and is not overwritten: a key cannot be made again. Choose another name.",
    ),
    "key_readable_by_others": (
        "{path} dapat dibaca orang lain. Jalankan: chmod 600 {path}",
        "Others may read {path}. Run: chmod 600 {path}",
    ),
    "key_needs_passphrase": (
        "{path} dikunci dengan frasa sandi. Jalankan di terminal, atau isi OCR_RECAP_PASSPHRASE.",
        "{path} is locked with a passphrase. Run it in a terminal, or set OCR_RECAP_PASSPHRASE.",
    ),
    "key_passphrase_wrong": (
        "Frasa sandi untuk {path} salah. Coba lagi.",
        "The passphrase of {path} is wrong. Try again.",
    ),
    "request_without_person": (
        "Tulis nama pemegang kunci dengan --person.",
        "Write the name of the key's holder with --person.",
    ),
    "request_without_codes": (
        "Tulis kode TPS atau wilayah dengan --code; boleh beberapa kali.",
        "Write the code of the station or area with --code; it may be repeated.",
    ),
    "key_role_unknown": (
        "Peran {role} tidak dikenal; pilih dari {known}.",
        "Unknown role {role}; choose from {known}.",
    ),
    "code_malformed": (
        "{text}: kode TPS atau wilayah terdiri dari 1 sampai 13 digit. Perbaiki kodenya.",
        "{text}: the code of a station or area has 1 to 13 digits. Correct it.",
    ),
    "time_malformed": (
        "{text}: tulis waktu seperti 2029-02-14T07:00 (waktu komputer ini) atau 2029-02-14T00:00Z.",
        "{text}: write a time as 2029-02-14T07:00 (of this machine) or 2029-02-14T00:00Z.",
    ),
    "init_needs_officials": (
        "Daftar kunci baru memerlukan permintaan kunci berperan official. Buat dengan keys request --role official.",
        "A new roll takes requests with the role official. Make them with keys request --role official.",
    ),
    "threshold_impossible": (
        "Ambang {threshold} dari {officials} pejabat tidak mungkin. Pilih 1 sampai {officials}.",
        "A threshold of {threshold} of {officials:official} is impossible. Choose 1 to {officials}.",
    ),
    "request_twice": (
        "Satu kunci diminta dua kali. Hapus salah satu permintaannya.",
        "One key is requested twice. Remove one of the requests.",
    ),
    "official_named_twice": (
        "Dua pejabat bernama sama: satu pejabat hanya boleh punya satu kunci. Perbaiki permintaannya.",
        "Two officials have the same name: an official has one key only. Correct the requests.",
    ),
    "times_reversed": (
        "Waktu mulai {start} tidak sebelum {end}. Perbaiki --from atau --until.",
        "The time {start} is not before {end}. Correct --from or --until.",
    ),
    "key_enrolled_already": (
        "Kunci {key} ({person}) sudah ada di daftar. Minta kunci baru untuk perangkat lain.",
        "Key {key} ({person}) is in the roll already. Request a new key for another device.",
    ),
    "key_not_in_roll": (
        "Tidak ada, atau lebih dari satu, kunci yang dimulai dengan {key}. Lihat keys list.",
        "No key, or several, begin with {key}. See keys list.",
    ),
    "key_revoked_already": (
        "Kunci {key} sudah dicabut sejak {start}. Pilih waktu yang lebih awal.",
        "Key {key} is revoked since {start} already. Choose an earlier time.",
    ),
    "revoke_without_reason": ("Tulis alasannya dengan --reason.", "Write why with --reason."),
    "too_few_officials": (
        "Tanpa pejabat itu tersisa kurang dari {threshold}. Daftarkan penggantinya dahulu.",
        "Without this official less than {threshold} are left. Enrol a successor first.",
    ),
    "nothing_waits": (
        "Tidak ada yang menunggu tanda tangan. Ubah daftar kunci dahulu, misalnya dengan keys enrol.",
        "Nothing waits for signatures. Change the roll first, for example with keys enrol.",
    ),
    "key_of_no_official": (
        "{path} bukan kunci pejabat daftar ini. Pakai kunci pejabat.",
        "{path} is the key of no official of this roll. Use an official's key.",
    ),
    "roll_waits": (
        "Ada perubahan yang menunggu {missing} tanda tangan lagi. Tanda tangani dahulu dengan keys sign.",
        "A change waits for {missing:more signature}. Sign it first with keys sign.",
    ),
    "no_bundle": (
        "{path} bukan kiriman, bukan zip kiriman dan bukan folder hasil yang disegel. Periksa namanya.",
        "{path} is no bundle, no zip of one and no folder of sealed results. Check its name.",
    ),
    "nothing_sealed": (
        "Di {folder} belum ada yang disegel. Jalankan dahulu: ocr-recap seal {folder} --key KUNCI",
        "Nothing is sealed in {folder}. Run first: ocr-recap seal {folder} --key KEY",
    ),
    "bundle_exists": (
        "{path} sudah ada dan isinya lain; tidak ditimpa. Pilih --out lain.",
        "{path} is there already with other content, and is not overwritten. Choose another --out.",
    ),
    "key_without_person": (
        "Dengan --key tulis juga --by: nama pemegang kunci itu.",
        "With --key also give --by: the name of the key's holder.",
    ),
    "sms_line_damaged": (
        "Baris SMS itu terpotong atau salah ketik; tidak disimpan. Minta dikirim lagi, dan salin seluruhnya.",
        "The SMS line is cut off or mistyped, and was not kept. Ask for it again, and copy all of it.",
    ),
    "bundle_not_given": (
        "Tidak ada berkas yang dikirim. Pilih kiriman (.zip) atau tanda terima, lalu coba lagi.",
        "No file was sent. Choose a bundle (.zip) or receipts, and try again.",
    ),
    "receive_needs_roll": (
        "Tanpa daftar kunci tidak ada yang dapat diterima. Beri daftar kunci yang tepercaya dengan --roll.",
        "Nothing can be received without a roll of keys. Give one that you trust with --roll.",
    ),
    "minutes_without_area": (
        "Tulis wilayah berita acara atau rekap dengan --area.",
        "Write the area of the minutes or recap with --area.",
    ),
    "scan_into_needs_key": (
        "Untuk menyimpan kode ke folder perlu kunci penerima: --key.",
        "Keeping a code in a folder takes the receiver's key: --key.",
    ),
    "code_not_kept": (
        "Kode ini tidak disimpan, karena {codes}. Perbaiki dahulu, atau serahkan kepada petugas.",
        "This code is not kept, because of {codes}. Settle that first, or hand it to people.",
    ),
    "slip_other_key": (
        "Pernyataan TPS {station} disegel dengan kunci lain. Pakai kunci yang menyegelnya.",
        "The statement of station {station} was sealed with another key. Use the key that sealed it.",
    ),
    "log_needs_one": (
        "Kiriman ini punya {count} catatan; pilih satu dengan --log.",
        "This bundle has {count:log}; choose one with --log.",
    ),
    "no_log_of_area": (
        "{folder} tidak punya catatan wilayah {area} yang utuh. Beri folder yang menerima kiriman dengan --key, atau "
        "verify dahulu.",
        "{folder} has no log of the area {area} that is whole. Name a folder that received bundles with --key, or "
        "verify it first.",
    ),
    "proof_not_there": (
        "{what} tidak ada dalam catatan itu. Lihat ocr-recap log.",
        "{what} is not in that log. See ocr-recap log.",
    ),
}

SEAL_INPUT_UNUSABLE: Final[Mapping[str, Message]] = {
    "key_unusable": (
        "{path} bukan kunci Ed25519. Beri berkas yang dibuat oleh keys request.",
        "{path} is no key of Ed25519. Give a file that keys request made.",
    ),
    "request_unusable": (
        "{path} bukan permintaan kunci, atau berubah. Minta lagi dari perangkatnya.",
        "{path} is no request for a key, or was altered. Ask the device for it again.",
    ),
    "roll_unsigned": (
        "{path} belum ditandatangani cukup pejabat. Lanjutkan dengan keys sign.",
        "{path} is not signed by enough officials yet. Go on with keys sign.",
    ),
    "sealed_file_large": (
        "{path} lebih besar dari {most} MiB. Bagi berkasnya.",
        "{path} is larger than {most} MiB. Divide the file.",
    ),
    "photos_not_found": (
        "{count} foto tidak ditemukan ({names}). Sebutkan foldernya dengan --photos, atau pakai --without-photos.",
        "{count:photo} not found ({names}). Name their folder with --photos, or use --without-photos.",
    ),
    "explain_nothing": (
        "{path}: tidak ada angka {field} TPS {station} yang disegel dan utuh. Periksa kodenya, atau verify kirimannya.",
        "{path}: no number {field} of station {station} is sealed and as it was. Check the codes; verify the bundle.",
    ),
    "scan_nothing": (
        "{path}: tidak ada kode QR salinan yang terbaca. Foto lebih dekat, lurus dan terang.",
        "{path}: no QR code of a slip can be read. Take the photo closer, straight and in good light.",
    ),
    "proof_unusable": (
        "{path} bukan bukti dari ocr-recap log. Minta lagi.",
        "{path} is no proof of ocr-recap log. Ask for it again.",
    ),
}

SEAL_CANNOT_WRITE: Final[Mapping[str, Message]] = {
    "bundle_broken": (
        "{path}: yang tertulis di media tidak sama dengan yang dikirim ({codes}); kiriman batal. Pakai media lain.",
        "{path}: what the disk holds is not what was written ({codes}); there is no bundle. Use another disk.",
    ),
}

SEAL_FOLDER_DAMAGED: Final[Mapping[str, Message]] = {
    "roll_unusable": (
        "{path} bukan daftar kunci yang berlaku ({why}). Minta salinan lain dari para pejabat.",
        "{path} is no roll of keys that holds ({why}). Ask the officials for another copy.",
    ),
    "roll_of_another": (
        "{path} milik pemilu lain atau berbeda dari daftar kunci yang diberikan. Periksa sidiknya dengan keys list.",
        "{path} is of another election, or differs from the roll that was given. Compare fingerprints with keys list.",
    ),
    "sealed_line": (
        "{path}, baris {line}: rusak. Pulihkan berkas itu dari salinan atau dari kiriman.",
        "{path}, line {line}: damaged. Restore the file from a copy or from a bundle.",
    ),
    "key_used_elsewhere": (
        "{key} sudah menyegel lebih banyak daripada yang ada di {path}: satu kunci untuk satu folder. Segel di folder "
        "yang lama, atau daftarkan kunci baru.",
        "{key} has sealed more than {path} holds: one key seals in one folder. Seal in the former folder, or enrol a "
        "new key.",
    ),
}

SEAL_EXTRA_MISSING: Final[Mapping[str, Message]] = {
    "seal_missing": (
        "Kunci dan segel memerlukan tambahan seal. Jalankan pip install 'ocr-recap[seal]' lalu ulangi.",
        "Keys and seals need the extra seal. Run pip install 'ocr-recap[seal]' and start again.",
    ),
}
