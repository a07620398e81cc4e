"""Texts of `--help`: commands, arguments and options, their groups, and the headings.

A text of a parameter is found by `COMMAND.PARAMETER`, else by `PARAMETER`; its name is that of the Python function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import rehearse_command, seal_help_texts
from .catalog import Message
from .recap_help import RECAP_COMMANDS, RECAP_DEFAULTS, RECAP_EXAMPLES, RECAP_PARAMETERS, RECAP_VALUES

COMMANDS: Final[Mapping[str, Message]] = {
    "": ("Baca foto formulir hasil penghitungan suara.", "Read photos of Indonesian election tally forms."),
    "read": ("Baca foto ke folder hasil.", "Read photos into a folder of results."),
    "check": (
        "Cukup baikkah fotonya? Angka tidak dibaca.\n\nSelesai dengan 0 bila tidak ada foto yang perlu diulang, 1 bila "
        "ada.",
        "Is the photo good enough? Nothing is read.\n\nExits with 0 if no photo must be taken again, 1 if one must.",
    ),
    "serve": (
        "Aplikasi web: meja TPS, pemeriksa, pengawas; dengan folder rekap: rapat pleno.\n\nTanpa internet; hanya "
        "komputer ini, kecuali dengan --lan.",
        "The local web application: station desk, review, supervisor; with a recap folder: a plenary session.\n\n"
        "Without internet; this machine only, unless --lan is given.",
    ),
    "schema": ("Tampilkan JSON Schema hasil.", "Show the JSON Schema of results."),
    "status": ("Sejauh mana pembacaan berjalan.", "How far reading is."),
    "synth": (
        "Buat foto formulir terisi beserta kunci jawaban.",
        "Make photos of filled forms, with the truth about them.",
    ),
    "evaluate": (
        "Bandingkan hasil dengan kunci jawaban: ketepatan, kesalahan tak terdeteksi dan batasnya.",
        "Judge results against truth: accuracy, silent errors with bounds.",
    ),
    "sample": (
        "Ambil contoh acak dari angka yang diterima, untuk diperiksa orang dari gambarnya.",
        "Draw a blind sheet of accepted numbers, for a person to read from pictures.",
    ),
    "docs": ("Tampilkan halaman dokumentasi.", "Show a page of the documentation."),
    "apply": (
        "Catat keputusan orang dan tulis ulang tabel.",
        "Log what people decided and write the tables again.",
    ),
    "print": ("Cetak formulir kosong ke PDF.", "Print a blank form to PDF."),
    "doctor": ("Periksa pemasangan ini.", "Check this installation."),
    "templates": ("Formulir yang dikenal.", "The forms that are known."),
    "templates list": ("Daftar formulir.", "List the forms."),
    "templates show": ("Halaman, angka dan aturan satu formulir.", "Pages, numbers and rules of one form."),
    "templates check": ("Periksa berkas templat.", "Check template files."),
    "templates schema": ("Tampilkan JSON Schema berkas templat.", "Show the JSON Schema of template files."),
    "templates new": (
        "Usulkan templat dari lembar kosong: YAML dan gambar.",
        "Propose a template from a blank sheet: YAML and a picture.",
    ),
    **RECAP_COMMANDS,
    **seal_help_texts.SEAL_COMMANDS,
    **rehearse_command.REHEARSE_COMMANDS,
}

# The same in both languages: what is typed.
EXAMPLES: Final[Mapping[str, str]] = {
    "": "ocr-recap read photos",
    "read": "ocr-recap read photos --stations roll.csv --out results",
    "check": "ocr-recap check photo.jpg",
    "serve": "ocr-recap serve results --lan",
    "schema": "ocr-recap schema document",
    "status": "ocr-recap status results",
    "synth": "ocr-recap synth c-hasil-ppwp-2024 --count 30 --out trial",
    "evaluate": "ocr-recap evaluate results truth.jsonl --html evaluation.html",
    "sample": "ocr-recap sample results --count 300",
    "docs": "ocr-recap docs corrections",
    "apply": "ocr-recap apply results results/review.csv --by Siti",
    "print": "ocr-recap print c-hasil-ppwp-2024 --out form.pdf",
    "doctor": "ocr-recap doctor",
    "templates": "ocr-recap templates list",
    "templates list": "ocr-recap templates list",
    "templates show": "ocr-recap templates show c-hasil-ppwp-2024",
    "templates check": "ocr-recap templates check my-form.yaml",
    "templates schema": "ocr-recap templates schema",
    "templates new": "ocr-recap templates new blank.pdf --out my-form.yaml",
    **RECAP_EXAMPLES,
    **seal_help_texts.SEAL_EXAMPLES,
    **rehearse_command.REHEARSE_EXAMPLES,
}

_SHARED: Final[Mapping[str, Message]] = {
    "help": ("Tampilkan bantuan ini.", "Show this help."),
    "lang": ("Bahasa layar: id atau en.", "Language of the screen: id or en."),
    "quiet": ("Tanpa kemajuan dan ringkasan.", "No progress and no summary."),
    "as_json": ("Satu objek JSON, untuk program.", "One JSON object, for programs."),
    "photos": (
        "Foto, folder foto, atau satu halaman: scan.pdf#2.",
        "Photos, folders of photos, or one page: scan.pdf#2.",
    ),
    "templates": (
        "Pilih hanya di antara formulir ini: id atau berkas YAML; bisa diulang.",
        "Choose among these forms only: an id or a YAML file; may be repeated.",
    ),
    "photo_seconds": ("Batas waktu tiap foto, detik.", "Time limit of a photo, seconds."),
    "photo_memory": ("Batas memori tiap foto, MiB.", "Memory limit of a photo, MiB."),
    "file_seconds": ("Batas waktu tiap PDF atau TIFF, detik.", "Time limit of a PDF or TIFF, seconds."),
    "accept_edits": (
        "Terima berkas hasil yang disunting; alasannya dicatat.",
        "Accept results that were edited; the reason is logged.",
    ),
    "folder": ("Folder hasil.", "Folder of results."),
    "workers": ("Jumlah proses.", "How many processes."),
    "seed": ("Benih acak: benih sama, hasil sama.", "Seed of the draw: same seed, same result."),
    "name": ("Id formulir atau berkas YAML.", "Id of a form, or a YAML file."),
}

_READ: Final[Mapping[str, Message]] = {
    "read.out": ("Folder hasil.", "Folder of results."),
    "manifest": (
        "CSV dengan kolom file, station dan bila perlu page: foto mana milik TPS mana.",
        "A CSV with the columns file, station and, if wanted, page: which photo belongs to which station.",
    ),
    "station_pattern": (
        "Ekspresi reguler untuk kode TPS di nama berkas.",
        "Regular expression for station codes in names.",
    ),
    "folder_is_document": ("Foto dalam satu folder adalah satu dokumen.", "The photos of one folder are one document."),
    "stations": (
        "CSV dengan kolom station: semua TPS; boleh juga election_date dan angka yang diketahui, mis. dpt_J.",
        "A CSV with the column station: all stations; if wanted also election_date and known numbers, such as dpt_J.",
    ),
    "election_date": (
        "Hari pemilu, mis. 2024-02-14: tanggal di formulir yang cocok diterima.",
        "Election day, such as 2024-02-14: a date on a form that agrees is accepted.",
    ),
    "no_stations": (
        "Jangan pakai daftar TPS dari pembacaan sebelumnya.",
        "Do without the list of stations of the earlier run.",
    ),
    "csv_dialect": (
        "excel-id: titik koma dan koma desimal, untuk Excel berbahasa Indonesia.",
        "excel-id: semicolons and decimal commas, for Excel in Indonesian.",
    ),
    "formats": (
        "Tabel lain di samping CSV; bisa diulang. csv: hanya CSV.",
        "Tables beside CSV; may be repeated. csv: only CSV.",
    ),
    "names": (
        "Nama provinsi sampai desa di tabel (perlu paket tambahan names).",
        "Names of provinces to villages in the tables (needs the extra names).",
    ),
    "policy": ("Seberapa yakin agar angka diterima.", "How sure a number must be to be accepted."),
    "overlay": ("Simpan foto yang ditandai dengan hasil bacaannya.", "Save photos with what was read drawn on them."),
    "save_pages": ("Simpan halaman yang diluruskan.", "Save the straightened pages."),
    "executor": (
        "Tempat foto dibaca (ray: perlu paket tambahan ray).",
        "Where photos are read (ray: needs the extra ray).",
    ),
    "ship_photos": (
        "Kirim isi foto ke simpul Ray yang tidak melihat berkasnya.",
        "Send photos to nodes of Ray that do not see the files.",
    ),
    "force": ("Baca ulang semua foto.", "Read all photos again."),
    "retry_problems": ("Baca ulang foto yang bermasalah.", "Read photos with problems again."),
    "read.by": ("Siapa yang menerima suntingan.", "Who accepts the edits."),
    "max_pixels": ("Tolak foto dengan piksel lebih banyak.", "Refuse photos with more pixels."),
    "max_frames": (
        "Halaman terbanyak yang dibaca dari satu PDF atau TIFF.",
        "Most pages that are read of one PDF or TIFF.",
    ),
}

_OTHERS: Final[Mapping[str, Message]] = {
    "version": ("Tampilkan versi.", "Show the version."),
    "install_completion": (
        "Pasang pelengkapan perintah untuk shell ini.",
        "Install completion of commands for this shell.",
    ),
    "show_completion": (
        "Tampilkan skrip pelengkapan untuk shell ini.",
        "Show the script of completion for this shell.",
    ),
    "check.as_json": ("Satu baris JSON per foto.", "One line of JSON per photo."),
    "kind": (
        "Skema dari baris photos.jsonl, documents.jsonl, decisions.jsonl, atau dari run.json dan templat.",
        "Of a line of photos.jsonl, documents.jsonl, decisions.jsonl, or of run.json and templates.",
    ),
    "apply.review": (
        "review.csv atau tables.xlsx dengan kolom verified terisi; boleh beberapa.",
        "review.csv or tables.xlsx with the column verified filled in; there may be several.",
    ),
    "apply.by": ("Nama pemeriksa, bila kolom by kosong.", "Who checked, where the column by is empty."),
    "page": ("Nama halaman; tanpa nama: daftarnya.", "Name of the page; without one: the list."),
    "files": ("Berkas YAML.", "YAML files."),
    "print.out": ("Berkas PDF.", "The PDF file."),
    "results": ("Folder hasil atau photos.jsonl.", "Folder of results, or photos.jsonl."),
    "truth": (
        "truth.jsonl, CSV file,field,text, atau lembar uji yang sudah diisi.",
        "truth.jsonl, a CSV file,field,text, or a sheet that was filled in.",
    ),
    "evaluate.cells": (
        "Nilai pembaca angka saja: truth.jsonl atau folder gambar.",
        "Judge the digit reader alone: truth.jsonl, or a folder of pictures.",
    ),
    "html": ("Tulis laporan HTML ke berkas ini.", "Write a report to this file."),
    "evaluate.photos": (
        "Folder foto, untuk gambar; bisa diulang.",
        "Folder of the photos, for pictures; may be repeated.",
    ),
    "sample.photos": (
        "Folder foto, untuk gambar; bisa diulang.",
        "Folder of the photos, for pictures; may be repeated.",
    ),
    "evaluate.templates": ("Formulir sendiri (YAML); bisa diulang.", "Forms of your own (YAML); may be repeated."),
    "sample.count": ("Berapa angka.", "How many numbers."),
    "sample.out": ("Folder lembar uji.", "Folder of the sheet."),
    "synth.out": ("Folder baru; dengan --cells berkas .npz.", "A new folder; with --cells a file .npz."),
    "synth.count": ("Jumlah foto, bukan TPS.", "How many photos, not stations."),
    "preset": ("Seberapa sulit fotonya.", "How hard the photos are."),
    "defect": (
        "Cacat di setiap foto; bisa diulang (ocr-recap docs synthesis-camera).",
        "A defect of every photo; may be repeated (ocr-recap docs synthesis-camera).",
    ),
    "writers": (
        "Tulisan tangan siapa; shift: sumber yang tidak pernah dipakai untuk melatih.",
        "Whose hands; shift: a source that training never saw.",
    ),
    "longer": ("Sisi panjang foto, piksel.", "Longer side of the photos, pixels."),
    "synth.cells": ("Buat kotak berlabel, bukan foto.", "Make labelled cells instead of photos."),
    "mnist": ("Folder MNIST, untuk --cells.", "Folder of MNIST, for --cells."),
    "blanks": ("Lembar kosong (PNG, JPG, PDF), satu per halaman.", "Blank sheets (PNG, JPG, PDF), one for each page."),
    "templates new.out": ("Berkas YAML.", "The YAML file."),
    "paper": ("Ukuran kertas, mm: 297x420.", "Size of the paper, mm: 297x420."),
    "picture": (
        "Ukur hanya gambar terbesar di tiap halaman PDF, seperti formulir di dalam lampiran peraturan.",
        "Measure only the largest picture of each PDF page, such as a form inside a regulation.",
    ),
    "templates new.force": ("Timpa berkas yang ada.", "Overwrite files that are there."),
}

_SERVE: Final[Mapping[str, Message]] = {
    "serve.folder": (
        "Folder hasil, dibuat bila belum ada; atau folder rekap.",
        "Folder of results, made if it is not there; or a recap folder.",
    ),
    "serve.results": (
        "Dengan folder rekap: folder hasil yang punya gambar formulir; boleh diulang.",
        "With a recap folder: folder of results that has pictures of forms; may be repeated.",
    ),
    "port": ("Porta; 0 memilih yang bebas.", "Port; 0 chooses a free one."),
    "lan": (
        "Juga untuk perangkat lain di jaringan ini, dengan tautan pribadi.",
        "For other devices in this network as well, by personal links.",
    ),
    "people": ("Berapa orang memasukkan setiap angka.", "How many people enter each number."),
    "first": (
        "Masukan pertama dari dua: orang, atau bacaan mesin bila satu saksi sudah pasti.",
        "The first entry of two: a person's, or the machine's reading where one witness is sure.",
    ),
    "watch": (
        "Folder yang foto dan kirimannya diambil begitu datang.",
        "Folder whose photos and bundles are taken as they arrive.",
    ),
    "apply.key": (
        "Kunci orang itu; keputusannya ditandatangani dengan ocr-recap seal.",
        "That person's key; the decisions are signed by ocr-recap seal.",
    ),
    "serve.key": (
        "Kunci yang menyegel TPS yang selesai dan memberi tanda terima.",
        "The key that seals finished stations and gives receipts.",
    ),
}

PARAMETERS: Final[Mapping[str, Message]] = {
    **_SHARED,
    **_READ,
    **_OTHERS,
    **_SERVE,
    **RECAP_PARAMETERS,
    **seal_help_texts.SEAL_PARAMETERS,
    **rehearse_command.REHEARSE_PARAMETERS,
}

# Texts of defaults that are not plain values; keys as those of `PARAMETERS`.
DEFAULTS: Final[Mapping[str, Message]] = {
    "lang": ("OCR_RECAP_LANG, lalu bahasa sistem", "OCR_RECAP_LANG, then the system's language"),
    "workers": ("menurut mesin", "by the machine"),
    "templates": ("semua formulir", "all forms"),
    "station_pattern": ("13 digit", "13 digits"),
    "election_date": ("menurut formulir", "by the form"),
    "csv_dialect": (
        "seperti sebelumnya, lalu excel-id bila layarnya berbahasa Indonesia",
        "as before, else excel-id where the screen is in Indonesian",
    ),
    "stations": ("seperti sebelumnya, lalu tanpa", "as before, else none"),
    "formats": ("seperti sebelumnya, lalu csv", "as before, else csv"),
    "names": ("seperti sebelumnya, lalu tanpa", "as before, else off"),
    "overlay": ("seperti sebelumnya, lalu tanpa", "as before, else off"),
    "save_pages": ("seperti sebelumnya, lalu tanpa", "as before, else off"),
    "sample.out": ("sample-SEED di folder hasil", "sample-SEED in the results"),
    "templates new.out": ("NAMA.yaml di sini", "NAME.yaml here"),
    "paper": ("ukuran PDF, lalu sisi pendek 210", "the PDF's, else shorter side 210"),
    "evaluate.photos": ("folder kunci jawaban", "folder of the truth"),
    **RECAP_DEFAULTS,
    **seal_help_texts.SEAL_DEFAULTS,
    **rehearse_command.REHEARSE_DEFAULTS,
}

_FILE: Final[Message] = ("BERKAS", "FILE")
_FOLDER: Final[Message] = ("FOLDER", "DIR")
_NUMBER: Final[Message] = ("ANGKA", "N")
_SECONDS: Final[Message] = ("DETIK", "SECONDS")
_NAME: Final[Message] = ("NAMA", "NAME")
_FORM: Final[Message] = ("ID|BERKAS", "ID|FILE")

# Names of values in the help; keys as those of `PARAMETERS`. Options with a fixed choice list their values.
VALUES: Final[Mapping[str, Message]] = {
    "read.photos": ("FOTO", "PHOTOS"),
    "check.photos": ("FOTO", "PHOTOS"),
    "photos": _FOLDER,
    "read.out": _FOLDER,
    "sample.out": _FOLDER,
    "out": _FILE,
    "synth.out": ("FOLDER|BERKAS", "DIR|FILE"),
    "folder": _FOLDER,
    "templates": _FORM,
    "name": _FORM,
    "manifest": _FILE,
    "stations": _FILE,
    "apply.review": _FILE,
    "station_pattern": ("POLA", "PATTERN"),
    "election_date": ("TANGGAL", "DATE"),
    "workers": _NUMBER,
    "photo_seconds": _SECONDS,
    "file_seconds": _SECONDS,
    "photo_memory": ("MIB", "MIB"),
    "max_pixels": _NUMBER,
    "max_frames": _NUMBER,
    "accept_edits": ("ALASAN", "REASON"),
    "by": _NAME,
    "page": ("HALAMAN", "PAGE"),
    "watch": _FOLDER,
    "serve.results": _FOLDER,
    "port": _NUMBER,
    "people": _NUMBER,
    "files": _FILE,
    "results": ("HASIL", "RESULTS"),
    "truth": ("KUNCI", "TRUTH"),
    "evaluate.cells": _FILE,
    "html": _FILE,
    "count": _NUMBER,
    "seed": _NUMBER,
    "defect": ("CACAT", "DEFECT"),
    "longer": ("PIKSEL", "PIXELS"),
    "synth.cells": _NUMBER,
    "mnist": _FOLDER,
    "blanks": _FILE,
    "paper": ("LxT", "WxH"),
    **RECAP_VALUES,
    **seal_help_texts.SEAL_VALUES,
    **rehearse_command.REHEARSE_VALUES,
}

PANELS: Final[Mapping[str, Message]] = {
    "arguments": ("Argumen", "Arguments"),
    "options": ("Opsi", "Options"),
    "stations": ("TPS dan dokumen", "Stations and documents"),
    "output": ("Hasil", "Results"),
    "again": ("Membaca lagi di folder yang sama", "Reading again in the same folder"),
    "machine": ("Mesin dan batas", "Machine and limits"),
    "screen": ("Layar", "Screen"),
    "commands": ("Perintah", "Commands"),
    "photos_in": ("Dari foto ke tabel", "From photos to tables"),
    "areas_up": ("Dari TPS ke nasional", "From stations to the nation"),
    "quality": ("Menguji", "Testing"),
    "forms": ("Formulir", "Forms"),
    "about": ("Tentang program ini", "About this program"),
    "sealing": seal_help_texts.SEAL_PANEL,
}

# The group of an option by the name of its parameter; others stand under `options`.
PANEL_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("manifest", "station_pattern", "folder_is_document", "stations", "no_stations"), "stations"),
    "election_date": "stations",
    **dict.fromkeys(("read.out", "csv_dialect", "formats", "names", "overlay", "save_pages"), "output"),
    **dict.fromkeys(("read.force", "retry_problems", "accept_edits", "by"), "again"),
    **dict.fromkeys(("workers", "executor", "ship_photos", "photo_seconds", "photo_memory"), "machine"),
    **dict.fromkeys(("file_seconds", "max_pixels", "max_frames"), "machine"),
    **dict.fromkeys(("lang", "quiet", "help", "as_json", "install_completion", "show_completion"), "screen"),
}
PANEL_OF_COMMAND: Final[Mapping[str, str]] = {
    **dict.fromkeys(("read", "serve", "status", "check", "apply"), "photos_in"),
    **dict.fromkeys(("recap", "plenary", "compare", "audit", "publish"), "areas_up"),
    **dict.fromkeys(("evaluate", "sample", "synth", "rehearse"), "quality"),
    **dict.fromkeys(("templates", "print"), "forms"),
    **dict.fromkeys(
        ("keys", "seal", "pack", "receive", "verify", "slip", "scan", "explain", "log"),
        "sealing",
    ),
    **dict.fromkeys(("schema", "docs", "doctor"), "about"),
}

WORDS: Final[Mapping[str, Message]] = {
    "usage": ("Pemakaian: ", "Usage: "),
    "some_options": ("[OPSI]", "[OPTIONS]"),
    "some_command": ("PERINTAH [ARGUMEN]...", "COMMAND [ARGS]..."),
    "default": ("[bawaan: {}]", "[default: {}]"),
    "required": ("[wajib]", "[required]"),
    "example": ("Contoh:", "Example:"),
    "whole_number": ("angka bulat", "a whole number"),
    "number_from": ("angka mulai {least}", "a number from {least} on"),
    "number_between": ("angka {least} sampai {most}", "a number from {least} to {most}"),
}
