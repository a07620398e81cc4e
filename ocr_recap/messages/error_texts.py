"""The texts of `errors.CATALOGUE` by cause: code to Indonesian and English, each with a next step.

Those of wrong use of a command or function stand in `usage_texts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

_Texts = Mapping[str, Message]

INPUT_UNUSABLE: Final[_Texts] = {
    "no_photos": (
        "Tidak ada foto di {where}. Beri nama berkas foto, atau folder berisi berkas {endings}.",
        "No photos in {where}. Name photo files, or a folder that holds files ending in {endings}.",
    ),
    "photos_not_there": (
        "{photos} tidak ada, padahal {folder} sudah berisi hasil: hasil itu dibiarkan. Periksa nama foto atau folder, "
        "atau pilih folder hasil lain dengan --out.",
        "{photos} is not there, and {folder} holds results already: they are left as they are. Check the name of the "
        "photo or folder, or choose another folder of results with --out.",
    ),
    "inputs_missing": (
        "Tidak ada: {paths}. Periksa nama dan letaknya; belum ada yang dibaca atau ditulis.",
        "Not there: {paths}. Check the name and the folder; nothing was read or written.",
    ),
    "results_as_photos": (
        "{folder} adalah folder hasil, bukan folder foto. Sebutkan folder fotonya saja, atau pindahkan folder hasil "
        "itu ke luar folder foto.",
        "{folder} is a folder of results, not of photos. Name the folder of the photos alone, or move the results out "
        "of the folder of photos.",
    ),
    "file_unreadable": (
        "{path}: tidak dapat dibaca ({why}). Periksa nama berkas dan izin membacanya.",
        "{path}: cannot be read ({why}). Check its name and permissions.",
    ),
    "photo_unusable": ("{path}: {why}", "{path}: {why}"),  # a problem with the photo, or one of those below
    "blank_too_small": (
        "gambar terlalu kecil ({side} piksel). Pindai atau simpan lagi; tiap sisi paling sedikit {least}.",
        "the picture is too small ({side} pixels). Scan or save it again with at least {least} on each side.",
    ),
    "blank_without_boxes": (
        "tidak ada kotak bergaris pada gambar ini. Beri lembar kosong dengan tabel dan kotaknya, tegak dan rata.",
        "there is no ruled box on this picture. Give a blank sheet with its tables and boxes, upright and flat.",
    ),
    "blank_is_photo": (
        "ini tampaknya foto: cahayanya tidak rata. Beri gambar asli formulir (PDF atau PNG) atau pindaian datar.",
        "this seems to be a photo: its light is uneven. Give the form's own drawing (PDF or PNG) or a flat scan.",
    ),
    "blank_not_level": (
        "garisnya tidak lurus mendatar ({degrees} derajat). Luruskan gambarnya, atau beri pindaian datar.",
        "its lines do not run level ({degrees} degrees). Straighten the picture, or give a flat scan.",
    ),
    "blank_without_numbers": (
        "tidak ada deretan kotak angka di lembar ini (2-6 kotak kosong sama besar). Periksa apakah lembarnya kosong.",
        "there is no row of boxes for digits on this sheet (2-6 equal empty boxes). Check whether the sheet is blank.",
    ),
    "blank_page": ("{path}, halaman {page}: {why}", "{path}, page {page}: {why}"),
    "no_results": (
        "{folder} bukan folder hasil: {file} tidak ada. Beri folder yang dibuat oleh ocr-recap read --out.",
        "{folder} is no folder of results: it has no {file}. Name a folder that ocr-recap read --out made.",
    ),
    "no_readings": (
        "{path}: tidak ada {file} di sini. Buat dahulu dengan: ocr-recap read FOTO --out {path}",
        "{path}: there is no {file} here. Make it first: ocr-recap read PHOTOS --out {path}",
    ),
    "results_line": (
        "{where}: {why}. Beri folder hasil, atau baca foto-fotonya lagi dengan ocr-recap read.",
        "{where}: {why}. Give a folder of results, or read the photos again with ocr-recap read.",
    ),
    "no_journal": (
        "Di {folder} tidak ada {file}. Beri folder yang dibuat oleh ocr-recap read --out.",
        "{folder} has no {file}. Name a folder that ocr-recap read --out made.",
    ),
    "results_unreadable": (
        "{path}: tidak dapat dibaca ({why}), sehingga hasil di {folder} tidak dapat diperiksa. Periksa izin membaca "
        "dan media penyimpanannya.",
        "{path}: cannot be read ({why}), so the results in {folder} cannot be checked. Look at permissions and the "
        "disk.",
    ),
    "nothing_accepted": (
        "{path}: belum ada angka yang diterima, jadi tidak ada yang dapat diambil sebagai contoh. Baca dahulu fotonya.",
        "{path}: there is no accepted number to draw from. Read photos into it first.",
    ),
    "no_labelled_cells": (
        "{path}: tidak ada kotak berlabel. Beri truth.jsonl dengan fotonya atau folder NAMA__KOLOM__i__LABEL.png.",
        "{path}: no labelled cells. Give a truth.jsonl with its photos, or a folder of NAME__FIELD__i__LABEL.png.",
    ),
    "digit_images": (
        "{path}: gambar angka MNIST tidak dapat dipakai ({why}). Unduh lagi berkasnya.",
        "{path}: the MNIST images cannot be used ({why}). Fetch the files again.",
    ),
}

TABLE_FAULTY: Final[_Texts] = {
    "table_lines": ("{lines}", "{lines}"),  # by `table_faults.refuse`
    "table_not_utf8": (
        "{path}, baris {line}: bukan teks UTF-8. Simpan lagi sebagai 'CSV UTF-8'.",
        "{path}, line {line}: not UTF-8 text. Save it again as 'CSV UTF-8'.",
    ),
    "truth_unusable": (
        "{path}: tidak ada satu pun baris kunci jawaban yang dapat dibaca. Beri truth.jsonl, atau tabel "
        "file,field,text.{why}",
        "{path}: there is no line of truth in it that can be read. Give a truth.jsonl, or a table "
        "file,field,text.{why}",
    ),
    "truth_empty": (
        "{path}: tidak ada isian. Tulis di kolom text apa yang tertulis di formulir.",
        "{path}: there is nothing in it. Type into the column text what the form says.",
    ),
    "sheet_of_other_results": (
        "{path}: lembar ini tidak diambil dari {results}. Beri folder hasil yang menjadi asalnya.",
        "{path}: not drawn from {results}. Give the results that it was drawn from.",
    ),
    "sheet_empty": (
        "{path}: belum ada yang diisi. Tulis di kolom text apa yang terlihat pada gambar.",
        "{path}: nothing is filled in yet. Type into the column text what the pictures show.",
    ),
    "sheet_altered": (
        "{path}: kolom {column} harus sama di semua baris dan berupa angka; lembar ini sudah diubah. Pulihkan dari "
        "salinan.",
        "{path}: {column} must be the same number on all rows; this sheet was altered. Restore it from a copy.",
    ),
}

FOLDER_BUSY: Final[_Texts] = {
    "folder_busy": (
        "Folder hasil {folder} sedang dipakai oleh proses ocr-recap lain. Tunggu sampai selesai, atau pilih folder "
        "lain dengan --out.",
        "Another ocr-recap process is at work in the folder of results {folder}. Wait until it has finished, or "
        "choose another folder with --out.",
    ),
    "folder_served": (
        "Peladen lain (ocr-recap serve) sudah bekerja di folder {folder}. Pakai tautannya, atau hentikan peladen itu "
        "dengan Ctrl-C lalu ulangi perintah ini.",
        "Another server (ocr-recap serve) is at work in the folder {folder} already. Use its links, or stop that "
        "server with Ctrl-C and run this command again.",
    ),
}

CANNOT_WRITE: Final[_Texts] = {
    "port_unusable": (
        "Porta {port} tidak dapat dipakai ({why}). Pilih yang lain, misalnya --port 0 untuk porta bebas.",
        "Port {port} cannot be used ({why}). Choose another, such as --port 0 for a free one.",
    ),
    "folder_unwritable": (
        "Folder hasil {folder} tidak dapat ditulis ({why}). Pilih folder lain dengan --out, atau periksa izin dan "
        "ruang disk; perintah yang sama akan melanjutkan.",
        "The folder of results {folder} cannot be written ({why}). Choose another with --out, or check permissions "
        "and disk space; the same command then goes on.",
    ),
    "results_unwritable": (
        "Folder hasil {folder} tidak dapat ditulis ({why}). Tutup berkas hasil yang masih terbuka di aplikasi lain, "
        "periksa izin dan ruang disk, lalu ulangi.",
        "The folder of results {folder} cannot be written ({why}). Close results that are open in other programs, "
        "check permissions and disk space, then repeat.",
    ),
    "file_unwritable": (
        "{path}: tidak dapat ditulis ({why}). Pilih tempat lain, atau periksa izin dan ruang disk.",
        "{path}: cannot be written ({why}). Choose another place, or check permissions and disk space.",
    ),
    "status_unwritable": (
        "{folder} tidak dapat ditulis, dan prosesnya belum selesai: keadaannya tidak dapat dibaca di sini. Tanyakan "
        "di komputer yang membaca fotonya, atau salin folder itu ke disk yang dapat ditulis.",
        "{folder} cannot be written, and its batch is not finished: how far it is cannot be read here. Ask on the "
        "machine that reads the photos, or copy the folder to a disk that can be written.",
    ),
    "sheet_full": (
        "Tabel ini lebih dari {rows} baris, batas satu lembar Excel. Jalankan lagi tanpa --format xlsx; yang sudah "
        "dibaca tidak dibaca ulang.",
        "This table has more than {rows} rows, the limit of an Excel sheet. Run again without --format xlsx; what has "
        "been read is not read again.",
    ),
}

FOLDER_DAMAGED: Final[_Texts] = {
    "folder_link": (
        "{path} adalah tautan ke tempat lain. Hapus tautan itu, atau pilih folder lain dengan --out: hasil hanya "
        "ditulis di dalam foldernya.",
        "{path} is a link to another place. Remove the link, or choose another folder with --out: results are written "
        "inside their folder only.",
    ),
    "results_unusable": (
        "{path} tidak dapat dipakai oleh versi ini. Baca foto-fotonya lagi dengan ocr-recap read.",
        "{path} cannot be used by this version. Read the photos again with ocr-recap read.",
    ),
    "office_unusable": (
        "{path} rusak atau dibuat oleh versi lain ({why}). Pindahkan berkas itu ke tempat lain untuk mulai dengan yang "
        "baru; foto dan hasil tetap ada, tetapi jawaban yang belum masuk ke hasil hanya ada di berkas itu.",
        "{path} is damaged or of another version ({why}). Move the file away to begin with a new one; photos and "
        "results stay, but answers that are not in the results yet are in that file only.",
    ),
    "folder_without_plan": (
        "{folder} dibaca oleh versi yang lebih lama, sehingga foto baru tidak dapat ditambahkan. Baca semua fotonya "
        "sekali lagi dengan ocr-recap read.",
        "{folder} was read by an older version, so that photos cannot be added to it. Read all its photos once more "
        "with ocr-recap read.",
    ),
    "template_in_results": (
        "{folder}: templat yang tersimpan di dalamnya tidak dapat dipakai oleh versi ini. Baca foto-fotonya lagi "
        "dengan ocr-recap read.\n{why}",
        "{folder}: a template that is kept in it cannot be used by this version. Read the photos again with ocr-recap "
        "read.\n{why}",
    ),
    "journal_unreadable": (
        "{path} tidak dapat dibaca ({why}). Ulangi sebentar lagi, atau jalankan lagi perintah read.",
        "{path} cannot be read ({why}). Try again in a moment, or run the read command again.",
    ),
    "reading_changed": (
        "{file}: hasil baca {photo} berubah sejak dibaca; tidak ada yang ditulis. Jalankan lagi perintah yang sama: "
        "foto itu dibaca ulang.",
        "{file}: what was read of {photo} was changed since; nothing was written. Run the same command again: that "
        "photo is read again.",
    ),
    "log_unreadable": (
        "{path}: tidak dapat dibaca ({why}). Periksa izin berkas, atau kembalikan dari cadangan.",
        "{path}: cannot be read ({why}). Check its permissions, or restore it from a backup.",
    ),
    "log_line": (
        "{path}, baris {line}: bukan keputusan. Jangan ubah berkas ini; kembalikan dari cadangan.",
        "{path}, line {line}: no decision. This file is not to be edited; restore it from a backup.",
    ),
    "log_chain_broken": (
        "{path}, baris {line}: rantai sidik putus. Satu baris di atasnya atau baris ini diubah, ditambah, dihapus "
        "atau dipindah; tidak ada yang ditulis. Pulihkan berkas dari salinan, atau ulangi perintah dengan "
        "--accept-edits ALASAN --by NAMA, dan itu dicatat.",
        "{path}, line {line}: the chain of hashes is broken. A line above or this one was changed, added, removed or "
        "moved; nothing was written. Restore the file from a copy, or repeat the command with --accept-edits REASON "
        "--by NAME, which is logged.",
    ),
    "results_edited": (
        "{folder}: tidak sama dengan yang tercatat di {sums}: {names}. Berkas berubah, ditambah atau hilang; tidak "
        "ada yang ditulis. Pulihkan folder dari salinan. Bila perubahan itu memang dimaksud, jalankan lagi read atau "
        "apply (mis. {command}) dengan --accept-edits ALASAN --by NAMA, dan itu dicatat.",
        "{folder}: not what {sums} lists: {names}. Each was changed or lost, or was added; nothing was written. "
        "Restore the folder from a copy. If the edit is meant, run read or apply again (such as {command}) with "
        "--accept-edits REASON --by NAME, which is logged.",
    ),
    "results_half_written": (
        "{folder}: hasil sedang ditulis, atau penulisannya terputus ({names} belum sama dengan {sums}). Jalankan lagi "
        "perintah read atau apply yang terakhir, lalu ulangi.",
        "{folder}: results are being written, or writing was interrupted ({names} not yet as {sums} lists). Run the "
        "last read or apply again, then repeat.",
    ),
    "new_results_damaged": (
        "{folder}: hasil baru belum selesai dipasang, dan {name} di antaranya rusak atau diubah. Jalankan lagi "
        "perintah read yang sama dengan --accept-edits ALASAN --by NAMA: hasil setengah jadi itu dibuang, lalu dibuat "
        "ulang.",
        "{folder}: new results were not yet in place, and {name} among them was damaged or changed. Run the same read "
        "command again with --accept-edits REASON --by NAME: the unfinished results are dropped and made again.",
    ),
}

WORKERS_FAILED: Final[_Texts] = {
    "workers_not_started": (
        "Proses pekerja tidak dapat dimulai ({why}). Dalam skrip Python, letakkan pemanggilannya di bawah "
        'if __name__ == "__main__": (ocr-recap docs use-from-python). Selain itu, periksa memori yang kosong dan '
        "jalankan ocr-recap doctor, lalu ulangi.",
        "Worker processes cannot start ({why}). In a Python script, put the calls under "
        'if __name__ == "__main__": (ocr-recap docs use-from-python). Otherwise check how much memory is free and '
        "run ocr-recap doctor, then try again.",
    ),
    "readers_not_started": (
        "Proses pembaca tidak dapat dimulai ({why}). Dalam skrip Python, letakkan pemanggilannya di bawah "
        'if __name__ == "__main__": (ocr-recap docs use-from-python). Selain itu, periksa memori yang kosong dan '
        "jalankan ocr-recap doctor, lalu ulangi; --executor serial membaca tanpa proses lain.",
        "Processes that read cannot start ({why}). In a Python script, put the calls under "
        'if __name__ == "__main__": (ocr-recap docs use-from-python). Otherwise check how much memory is free and '
        "run ocr-recap doctor, then try again; --executor serial reads without other processes.",
    ),
    "worker_killed": (
        "Satu proses dihentikan sistem. Ulangi dengan --workers lebih kecil.",
        "A process was killed. Run again with fewer --workers.",
    ),
    "ray_unreachable": (
        "Ray ({where}) tidak dapat dihubungi: {why}. Periksa {variable}, atau pilih --executor processes.",
        "Ray ({where}) cannot be reached: {why}. Check {variable}, or choose --executor processes.",
    ),
}

EXTRA_MISSING: Final[_Texts] = {
    "ray_missing": (
        "Ray belum terpasang. Jalankan pip install 'ocr-recap[ray]', atau pilih --executor processes.",
        "Ray is not installed. Run pip install 'ocr-recap[ray]', or choose --executor processes.",
    ),
    "xlsx_missing": (
        "Buku kerja Excel memerlukan tambahan xlsx. Jalankan pip install 'ocr-recap[xlsx]' lalu ulangi, atau pakai "
        "--format csv; semua tabel juga ada sebagai CSV.",
        "Excel workbooks need the extra xlsx. Run pip install 'ocr-recap[xlsx]' and start again, or use "
        "--format csv; all tables are there as CSV too.",
    ),
    "parquet_missing": (
        "Parquet memerlukan tambahan parquet. Jalankan pip install 'ocr-recap[parquet]' lalu ulangi, atau pakai "
        "--format csv; semua tabel juga ada sebagai CSV.",
        "Parquet needs the extra parquet. Run pip install 'ocr-recap[parquet]' and start again, or use "
        "--format csv; all tables are there as CSV too.",
    ),
    "pandas_missing": (
        "to_pandas() memerlukan tambahan pandas. Jalankan pip install 'ocr-recap[pandas]' lalu ulangi, atau pakai "
        "to_rows().",
        "to_pandas() needs the extra pandas. Run pip install 'ocr-recap[pandas]' and start again, or use to_rows().",
    ),
    "web_missing": (
        "Peladen memerlukan tambahan web. Jalankan pip install 'ocr-recap[web]' lalu ulangi.",
        "The server needs the extra web. Run pip install 'ocr-recap[web]' and start again.",
    ),
    "names_missing": (
        "Nama wilayah memerlukan tambahan names. Jalankan pip install 'ocr-recap[names]' lalu ulangi, atau pakai "
        "--no-names.",
        "Names of regions need the extra names. Run pip install 'ocr-recap[names]' and start again, or use --no-names.",
    ),
}

TEMPLATE_FAULTY: Final[_Texts] = {
    "template_unknown": (
        "{name}: tidak ada templat atau berkas itu; templat yang dikenal: {known}. Pilih salah satunya, atau beri "
        "berkas .yaml.",
        "{name}: no such template or file; known templates are {known}. Choose one of them, or give a .yaml file.",
    ),
    "template_too_large": (
        "{path}: lebih besar dari {limit} byte, yang tidak diperlukan formulir mana pun. Periksa apakah ini templat.",
        "{path}: larger than {limit} bytes, which no form needs. Check whether it is a template.",
    ),
    "template_unreadable": (
        "{path}: tidak dapat dibaca sebagai teks UTF-8. Periksa izin membacanya, lalu simpan lagi sebagai UTF-8.",
        "{path}: cannot be read as UTF-8 text. Check its permissions, then save it again as UTF-8.",
    ),
    "template_faulty": (
        "Templat tidak dapat dipakai. Perbaiki yang disebut di bawah ini (dalam bahasa Inggris, seperti isi "
        "templat):\n{problems}",
        "The template cannot be used. Correct what is named below:\n{problems}",
    ),
    "template_contradicts": (
        "{name}: tidak ada angka yang memenuhi semua aturannya. Periksa aturan exact dan inequality di templat, dan "
        "apakah setiap angka muat di kotaknya.",
        "{name}: no numbers obey its rules. Check that no exact rule or inequality contradicts another, and that "
        "every number fits its boxes.",
    ),
}

INTERRUPTED: Final[_Texts] = {
    "interrupted": ("Dihentikan. Jalankan lagi bila perlu.", "Interrupted. Run the command again if need be."),
    "interrupted_read": (
        "Dihentikan. Jalankan perintah yang sama lagi: yang sudah dibaca tidak dibaca ulang.",
        "Interrupted. Run the same command again: what has been read is not read again.",
    ),
    "interrupted_synth": (
        "Dihentikan. Hapus yang setengah jadi, lalu jalankan lagi.",
        "Interrupted. Remove what is half done, then run again.",
    ),
}
