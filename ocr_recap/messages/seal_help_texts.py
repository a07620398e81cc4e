"""What `--help` says about the commands for keys, sealing and bundles; part of `help_texts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

SEAL_COMMANDS: Final[Mapping[str, Message]] = {
    "keys": ("Daftar kunci pemilu.", "The roll of keys of an election."),
    "keys init": ("Buat daftar kunci dari permintaan pejabat.", "Make a roll from requests of officials."),
    "keys request": (
        "Buat kunci perangkat dan permintaannya, sebagai teks dan QR.",
        "Make the key of a device and its request, as text and QR.",
    ),
    "keys enrol": ("Daftarkan kunci perangkat.", "Enrol keys of devices."),
    "keys revoke": ("Cabut sebuah kunci.", "Revoke a key."),
    "keys sign": ("Tanda tangani perubahan yang menunggu.", "Sign the change that waits."),
    "keys list": ("Siapa berhak atas apa.", "Who has which right."),
    "seal": (
        "Tandatangani angka dan sidik berkas tiap TPS.",
        "Sign the numbers and the hashes of the files of each station.",
    ),
    "pack": ("Buat kiriman: folder BagIt atau zip.", "Make a bundle: a BagIt folder or zip."),
    "receive": (
        "Terima kiriman: periksa, simpan yang baru, beri tanda terima.",
        "Receive bundles: check, take what is new, give a receipt.",
    ),
    "verify": (
        "Periksa kiriman: siapa menandatangani apa, apa yang berubah atau hilang.\n\nSelesai dengan 0 bila semua "
        "cocok, 1 bila tidak.",
        "Check a bundle: who signed what, what was altered or is missing.\n\nExits with 0 if all holds, 1 if not.",
    ),
    "slip": ("Buat salinan satu TPS dengan kode QR (PDF).", "Make the slip of a station with its QR code (PDF)."),
    "scan": ("Baca kode QR salinan atau baris SMS.", "Read the QR code of a slip, or an SMS line."),
    "explain": ("Jelaskan satu angka dalam satu halaman PDF.", "Explain a number on one page (PDF)."),
    "log": ("Kepala catatan dan bukti satu TPS.", "Heads of logs, and proofs about a station."),
}

SEAL_EXAMPLES: Final[Mapping[str, str]] = {
    "keys": "ocr-recap keys list roll.json",
    "keys init": "ocr-recap keys init a.request b.request c.request --election Latihan --threshold 2 --out roll.json",
    "keys request": "ocr-recap keys request --key siti.key --person Siti --role station --code 2101142004001",
    "keys enrol": "ocr-recap keys enrol roll.json siti.request --from 2029-02-14 --until 2029-03-31 --key a.key",
    "keys revoke": "ocr-recap keys revoke roll.json 4f1a --reason hilang --from 2029-02-14T18:00 --key a.key",
    "keys sign": "ocr-recap keys sign roll.json --key b.key",
    "keys list": "ocr-recap keys list roll.json",
    "seal": "ocr-recap seal results --key siti.key --roll roll.json",
    "pack": "ocr-recap pack results --out stick --photos photos",
    "receive": "ocr-recap receive stick/bundle-2101142004-1a2b3c4d --into district --key desk.key",
    "verify": "ocr-recap verify stick/bundle-2101142004-1a2b3c4d --roll roll.json",
    "slip": "ocr-recap slip results 2101142004001 --key siti.key --out slip.pdf",
    "scan": "ocr-recap scan photo.jpg --station 2101142004001 --roll roll.json",
    "explain": "ocr-recap explain bundle 2101142004001 votes_1 --roll roll.json --out why.pdf",
    "log": "ocr-recap log bundle --station 2101142004001 --out proof.json",
}

_ROLL: Final[Message] = ("Daftar kunci yang tepercaya.", "The roll of keys that you trust.")
_KEY: Final[Message] = ("Kunci penanda tangan.", "The key that signs.")
_OFFICIALS_KEY: Final[Message] = (
    "Kunci pejabat; boleh beberapa kali.",
    "An official's key; may be repeated.",
)

SEAL_PARAMETERS: Final[Mapping[str, Message]] = {
    "keys init.requests": ("Permintaan para pejabat.", "Requests of the officials."),
    "election": ("Nama pemilu.", "Name of the election."),
    "threshold": ("Berapa pejabat harus menandatangani.", "How many officials must sign."),
    "keys init.out": ("Berkas daftar kunci baru.", "File of the new roll."),
    "keys init.rehearsal": ("Daftar kunci untuk uji coba.", "A roll for a test run."),
    "keys init.templates": (
        "Hanya formulir ini yang berlaku: id atau berkas YAML; boleh beberapa kali.",
        "Only these forms count: an id or a YAML file; may be repeated.",
    ),
    "keys init.keys": _OFFICIALS_KEY,
    "keys request.key": (
        "Berkas kunci; dibuat bila belum ada.",
        "File of the key; made if it is not there.",
    ),
    "person": ("Nama pemegang kunci.", "Name of the key's holder."),
    "role": ("Perannya.", "The holder's role."),
    "codes": ("Kode TPS atau wilayah; boleh beberapa kali.", "Code of a station or area; may be repeated."),
    "passphrase": ("Kunci berkas dengan frasa sandi.", "Lock the file with a passphrase."),
    "keys request.out": ("Berkas permintaan.", "File of the request."),
    "roll_file": ("Berkas daftar kunci.", "File of the roll."),
    "keys enrol.requests": ("Permintaan perangkat.", "Requests of devices."),
    "keys enrol.start": ("Mulai berlaku.", "Valid from."),
    "until": ("Berlaku sampai.", "Valid until."),
    "keys enrol.keys": _OFFICIALS_KEY,
    "keyid": ("Permintaan kunci itu, atau digit pertama idnya.", "The request of the key, or first digits of its id."),
    "reason": ("Alasannya.", "Why."),
    "keys revoke.start": ("Sejak kapan.", "From when."),
    "keys revoke.keys": _OFFICIALS_KEY,
    "keys sign.keys": _OFFICIALS_KEY,
    "key": _KEY,
    "roll": _ROLL,
    "seal.rehearsal": ("Tandai sebagai uji coba.", "Mark it as a test run."),
    "minutes": ("Segel berkas ini sebagai berita acara.", "Seal this file as minutes."),
    "recap": ("Segel berkas ini sebagai rekap.", "Seal this file as a recap."),
    "area": ("Kode wilayahnya.", "Code of its area."),
    "pack.out": (
        "Folder, misalnya diska lepas, atau nama kiriman (.zip: satu berkas).",
        "A folder, such as a stick, or the name of the bundle (.zip: one file).",
    ),
    "pack.photos": ("Folder fotonya; boleh beberapa kali.", "Folder of the photos; may be repeated."),
    "without_photos": ("Hanya bawa sidik foto.", "Carry only the hashes of photos."),
    "as_zip": ("Satu berkas zip.", "One zip file."),
    "bundles": (
        "Kiriman, zip, folder hasil, atau tanda terima.",
        "Bundles, zips, folders of results, or receipts.",
    ),
    "receive.into": ("Folder penerima.", "Folder that receives."),
    "receive.key": ("Kunci penerima, untuk tanda terima.", "The receiver's key, for the receipt."),
    "bundle": ("Kiriman, zip, atau folder hasil.", "A bundle, a zip, or a folder of results."),
    "station": ("Kode TPS.", "Code of the station."),
    "slip.out": ("Berkas PDF.", "The PDF file."),
    "show": ("Tampilkan kode QR di layar.", "Show the QR code on the screen."),
    "what": ("Foto salinan, teks kode QR, atau baris SMS.", "A photo of a slip, the text of a code, or an SMS line."),
    "scan.station": ("Kode TPS yang tertulis di salinan.", "Code of the station that the slip names."),
    "scan.into": ("Simpan kodenya di folder ini.", "Keep the code in this folder."),
    "scan.key": ("Kunci penerima, untuk --into.", "The receiver's key, for --into."),
    "field": ("Id angka.", "Id of the number."),
    "explain.out": ("Berkas PDF.", "The PDF file."),
    "log.bundle": (
        "Kiriman, zip, folder hasil, atau bukti.",
        "A bundle, a zip, a folder of results, or a proof.",
    ),
    "log.station": ("Buat bukti untuk TPS ini.", "Make the proof of this station."),
    "since": ("Buat bukti sejak ukuran ini.", "Make the proof since this size."),
    "log.log": ("Catatan kunci ini: digit pertama.", "The log of this key: first digits."),
    "log.out": ("Berkas bukti.", "File of the proof."),
}

SEAL_DEFAULTS: Final[Mapping[str, Message]] = {
    "keys request.out": ("KUNCI.request", "KEY.request"),
    "roll": ("yang ada di folder", "the one in the folder"),
    "keys enrol.start": ("sekarang", "now"),
    "keys revoke.start": ("sekarang", "now"),
    "slip.out": ("slip-KODE.pdf", "slip-CODE.pdf"),
    "explain.out": ("explain-KODE-ANGKA.pdf", "explain-CODE-FIELD.pdf"),
}

_FILE: Final[Message] = ("BERKAS", "FILE")
_FOLDER: Final[Message] = ("FOLDER", "DIR")
_TIME: Final[Message] = ("WAKTU", "TIME")
_CODE: Final[Message] = ("KODE", "CODE")

SEAL_VALUES: Final[Mapping[str, Message]] = {
    "keys init.requests": ("PERMINTAAN", "REQUEST"),
    "keys enrol.requests": ("PERMINTAAN", "REQUEST"),
    "election": ("NAMA", "NAME"),
    "threshold": ("ANGKA", "N"),
    "keys init.out": _FILE,
    "keys init.templates": ("ID|BERKAS", "ID|FILE"),
    "keys": _FILE,
    "key": _FILE,
    "person": ("NAMA", "NAME"),
    "codes": _CODE,
    "roll_file": ("DAFTAR", "ROLL"),
    "start": _TIME,
    "until": _TIME,
    "keyid": ("KUNCI", "KEY"),
    "reason": ("ALASAN", "REASON"),
    "roll": ("DAFTAR", "ROLL"),
    "minutes": _FILE,
    "recap": _FILE,
    "area": _CODE,
    "pack.out": ("FOLDER|NAMA", "DIR|NAME"),
    "pack.photos": _FOLDER,
    "bundles": ("KIRIMAN", "BUNDLE"),
    "into": _FOLDER,
    "bundle": ("KIRIMAN", "BUNDLE"),
    "station": _CODE,
    "what": ("FOTO|KODE", "PHOTO|CODE"),
    "field": ("ANGKA", "FIELD"),
    "since": ("UKURAN", "SIZE"),
    "log.log": ("KUNCI", "KEY"),
}

SEAL_PANEL: Final[Message] = ("Kunci, segel, kiriman", "Keys, seals, bundles")
