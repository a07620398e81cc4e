"""The closed lists of problems of a photo, which keep it from being read or used, and of warnings, which do not.

Every code has a message in Indonesian and English that names the next step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Message, both

PROBLEMS: Final[Mapping[str, Message]] = {
    "file_unreadable": (
        "Berkas tidak dapat dibuka ({reason}). Periksa nama berkas dan izin membacanya, lalu jalankan lagi.",
        "The file cannot be opened ({reason}). Check its name and permissions, then run again.",
    ),
    "file_empty": (
        "Berkas kosong (0 byte): pengiriman terputus. Minta foto dikirim ulang.",
        "The file is empty (0 bytes): the transfer broke off. Ask for the photo again.",
    ),
    "file_too_large": (
        "Berkas {bytes} byte melebihi batas {limit} byte. Kirim foto asli dari telepon; pecah PDF yang besar.",
        "The file of {bytes} bytes exceeds the limit of {limit} bytes. Send the phone's own photo; split a large PDF.",
    ),
    "file_changed": (
        "Berkas berubah selagi dibaca: mungkin masih disalin. Tunggu sampai selesai, lalu jalankan lagi.",
        "The file changed while it was read: it may still be being copied. Wait until that is done, then run again.",
    ),
    "not_a_file": (
        "Ini bukan berkas ({kind}). Bila berisi foto, salin foto itu ke folder biasa, atau sebut folder itu sendiri "
        "di perintah, lalu jalankan lagi.",
        "It is no file ({kind}). If there are photos in it, copy them into a plain folder, or name that folder itself "
        "in the command, then run again.",
    ),
    "file_archive": (
        "Berkas ini arsip ({kind}), dan foto di dalamnya belum dibaca. Buka arsipnya ke sebuah folder, lalu jalankan "
        "lagi dengan folder itu.",
        "The file is an archive ({kind}), and photos in it have not been read. Open it into a folder, then run again "
        "with that folder.",
    ),
    "not_an_image": (
        "Isi berkas bukan foto JPEG, PNG, WebP, TIFF atau HEIC dan bukan PDF. Minta foto aslinya.",
        "The content is not a JPEG, PNG, WebP, TIFF or HEIC photo, nor a PDF. Ask for the original photo.",
    ),
    "image_truncated": (
        "Foto rusak atau terpotong saat dikirim. Minta foto dikirim ulang.",
        "The photo is damaged or was cut off in transfer. Ask for it to be sent again.",
    ),
    "heic_not_installed": (
        "Foto HEIC (iPhone) belum dapat dibaca di sini. Jalankan pip install 'ocr-recap[heic]' lalu ulangi, atau "
        "minta foto sebagai JPEG.",
        "HEIC photos (iPhone) cannot be read here yet. Run pip install 'ocr-recap[heic]' and start again, or ask for "
        "the photo as JPEG.",
    ),
    "pdf_locked": (
        "PDF terkunci dengan kata sandi. Buka lalu simpan tanpa kata sandi, atau minta foto halamannya.",
        "The PDF is locked with a password. Open it and save it without one, or ask for photos of its pages.",
    ),
    "pdf_damaged": (
        "PDF rusak atau terpotong saat dikirim, sehingga halaman ini tidak dapat dibaca. Minta dikirim ulang, atau "
        "minta foto halamannya.",
        "The PDF is damaged or was cut off in transfer, so this page cannot be read. Ask for it to be sent again, or "
        "for a photo of the page.",
    ),
    "pdf_without_pages": (
        "PDF ini tidak berisi halaman. Minta dikirim ulang, atau minta foto halamannya.",
        "The PDF has no pages. Ask for it to be sent again, or for photos of the pages.",
    ),
    "frame_missing": (
        "Tidak ada halaman ke-{frame} di berkas ini; isinya {frames} halaman. Periksa apakah berkas berubah, lalu "
        "jalankan lagi.",
        "The file has no page {frame}; it holds {frames}. Check whether the file has changed, then run again.",
    ),
    "frames_not_read": (
        "Berkas ini berisi {frames} halaman; mulai halaman {first} belum dibaca karena batasnya {limit}. "
        "Pecah berkasnya, atau naikkan --max-frames, lalu jalankan lagi.",
        "The file holds {frames} pages; from page {first} on it has not been read, since the limit is {limit}. "
        "Split the file, or raise --max-frames, then run again.",
    ),
    "image_too_large": (
        "Gambar {pixels} piksel melebihi batas {limit} piksel. Kirim foto asli dari telepon.",
        "The image of {pixels} pixels exceeds the limit of {limit} pixels. Send the phone's own photo.",
    ),
    "image_too_small": (
        "Foto {width} x {height} terlalu kecil untuk dibaca. Minta foto asli, bukan gambar pratinjau.",
        "The photo of {width} x {height} is too small to read. Ask for the original, not a thumbnail.",
    ),
    "photo_without_contrast": (
        "Foto gelap atau polos: tidak ada tinta yang terlihat. Ulangi foto dengan cahaya yang cukup.",
        "The photo is dark or blank: no ink can be seen. Take it again with enough light.",
    ),
    "no_form": (
        "Tidak ada formulir yang dikenali di foto ini. Foto seluruh halaman dari depan, dengan semua tabel terlihat.",
        "No known form was found in this photo. Photograph the whole page from the front, with all of its tables in "
        "sight.",
    ),
    "form_unsure": (
        "Foto ini mirip {form}, halaman {page}, tetapi garis-garisnya tidak memastikannya: kecocokan {agreement}; "
        "perlu {needed}, dan jelas lebih cocok daripada di letak atau formulir lain. Bila memang formulir itu, ratakan "
        "kertas dan foto lagi seluruh halaman dari depan; bila formulir lain, tambahkan templatnya "
        "(ocr-recap docs templates).",
        "The photo looks like {form}, page {page}, but its lines do not settle it: they agree by {agreement}; {needed} "
        "is needed, and a clear lead over other places and forms. If it is that form, flatten the paper and photograph "
        "the whole page from the front again; if it is another, add a template of it (ocr-recap docs templates).",
    ),
    "heading_conflict": (
        "Garis-garisnya cocok dengan {form}, halaman {page}, tetapi judulnya menyebut {read}: ini formulir lain dengan "
        "tabel yang sama. Foto formulir yang benar, atau tambahkan templat formulir itu (ocr-recap docs templates).",
        "The lines fit {form}, page {page}, but the heading says {read}: this is another form with the same table. "
        "Photograph the right form, or add a template of that form (ocr-recap docs templates).",
    ),
    "unknown_form": (
        "Foto ini menunjukkan formulir lain: penanda nomor {tags} bukan milik {known}. Foto formulir yang benar, atau "
        "tambahkan templat formulir itu (ocr-recap docs templates).",
        "The photo shows another form: the tag {tags} does not belong to {known}. Photograph the right form, or add a "
        "template of that form (ocr-recap docs templates).",
    ),
    "two_sheets": (
        "Dua lembar {form}, halaman {page}, tampak utuh di foto ini, dan tidak ada yang menunjukkan lembar mana yang "
        "dimaksud. Foto setiap lembar sendiri-sendiri.",
        "Two whole sheets of {form}, page {page}, are in sight, and nothing says which of them is meant. Photograph "
        "each sheet by itself.",
    ),
    "photo_mirrored": (
        "Foto terbalik seperti di cermin. Matikan pencerminan kamera dan ulangi foto.",
        "The photo is mirrored. Turn off mirroring in the camera and take it again.",
    ),
    "back_of_sheet": (
        "Yang difoto sisi belakang lembar: cetakannya tembus, pucat dan terbalik. Balik lembarnya, lalu foto sisi "
        "depannya.",
        "The photo shows the back of a sheet: its print shows through, pale and mirrored. Turn the sheet over and "
        "photograph its front.",
    ),
    "photo_too_blurred": (
        "Foto terlalu kabur: tidak ada garis yang tajam, sehingga formulirnya tidak dapat dikenali. Tahan telepon "
        "dengan dua tangan, ketuk layar pada formulir supaya fokus, bersihkan lensanya, lalu ulangi foto.",
        "The photo is too blurred: no edge in it is sharp, so no form can be made out. Hold the phone with both hands, "
        "tap the screen on the form to focus, wipe the lens, and take the photo again.",
    ),
    "page_incomplete": (
        "Halaman terpotong atau tertutup. Tidak terlihat: {missing}. Ulangi foto dari depan dengan seluruh halaman di "
        "dalam bingkai, dan singkirkan benda yang menutupinya.",
        "The page is cut off or covered. Out of sight: {missing}. Take the photo again from the front with the whole "
        "page in the frame and nothing lying on it.",
    ),
    "no_number_in_photo": (
        "Foto ini menunjukkan {form}, halaman {page}, tetapi tidak satu pun kotak angkanya terlihat utuh. Foto lagi, "
        "dengan kotak-kotak angka di dalam bingkai.",
        "The photo shows {form}, page {page}, but none of its numbers has all of its boxes in sight. Take the photo "
        "again with the boxes of its numbers in the frame.",
    ),
    "page_distorted": (
        "Halaman ditemukan tetapi garis-garisnya tidak cocok dengan formulirnya (kecocokan {agreement}, perlu "
        "{needed}). Ratakan kertas dan ulangi foto dari depan.",
        "The page was found, but its lines do not agree with its form (by {agreement}; {needed} is needed). Flatten "
        "the paper and take the photo again from the front.",
    ),
    "duplicate_photo": (
        "Foto yang sama sudah dibaca sebagai {first}; angka tidak dihitung dua kali. Hapus salah satu.",
        "The same photo was already read as {first}; its numbers are not given twice. Remove one of the two.",
    ),
    "photo_withdrawn": (
        "Foto ini ditarik oleh {by} ({at}): {reason}. Tidak ada angkanya yang dihitung. Bila halamannya belum ada di "
        "foto lain, minta fotonya.",
        "This photo was withdrawn by {by} ({at}): {reason}. None of its numbers counts. Where no other photo shows "
        "its page, ask for one.",
    ),
    "page_again": (
        "Halaman ini juga ada di foto {counts}, yang terbaca lebih jelas; angka foto ini tidak dihitung lagi. Tidak "
        "perlu tindakan: bila keduanya berbeda, angkanya sudah ada di daftar periksa.",
        "This page is also on photo {counts}, which reads better; the numbers of this photo are not given again. "
        "Nothing needs to be done: where the two differ, the number already is in the review list.",
    ),
    "page_conflict": (
        "Menurut daftar ini halaman {expected}, tetapi foto menunjukkan halaman {found}; yang dipakai adalah fotonya. "
        "Periksa daftar, dan minta foto halaman {expected} bila belum ada.",
        "The list says page {expected}, but the photo shows page {found}; the photo counts. Check the list, and ask "
        "for page {expected} if it is not there.",
    ),
    "other_form": (
        "Foto {file} menunjukkan formulir {found}, bukan {expected}; angkanya tidak termasuk dokumen ini. Baca foto "
        "itu sebagai dokumen tersendiri.",
        "Photo {file} shows the form {found}, not {expected}; its numbers are not part of this document. Read it as a "
        "document of its own.",
    ),
    "station_unknown": (
        "TPS tidak diketahui. Tulis kode TPS 13 digit di nama berkas atau folder, atau beri daftar dengan --manifest; "
        "baru setelah itu foto-foto satu TPS digabung dan dicocokkan.",
        "The station is not known. Put its 13 digits into the name of the file or folder, or give a list with "
        "--manifest; only then are the photos of one station put together and compared.",
    ),
    "station_conflict": (
        "Kode TPS berbeda-beda: {codes}. Lihat kop formulir untuk memastikan TPS-nya, lalu perbaiki nama berkas, "
        "folder atau daftar dan jalankan lagi.",
        "The station codes differ: {codes}. Find out the station from the form's header, then correct the name of the "
        "file, of the folder, or the list, and run again.",
    ),
    "photo_under_two_stations": (
        "Gambar yang sama dikirim untuk TPS {station} dan untuk TPS {other_station} (foto {other}). Lihat kop formulir "
        "untuk memastikan milik TPS mana, lalu minta foto yang benar dari TPS lainnya.",
        "The same picture was sent for station {station} and for station {other_station} (photo {other}). Find out "
        "from the form's header whose it is, and ask the other station for its own photo.",
    ),
    "station_not_on_roll": (
        "TPS {station} tidak ada dalam daftar TPS. Periksa kode di nama berkas, folder atau daftar foto, dan lengkapi "
        "daftar TPS bila kodenya memang benar.",
        "Station {station} is not on the roll. Check the code in the name of the file or folder or in the manifest, "
        "and complete the roll if the code is right.",
    ),
    "time_limit": (
        "Membaca foto ini belum selesai setelah {seconds} detik, lalu dihentikan. Jalankan lagi dengan "
        "--retry-problems dan --photo-seconds yang lebih besar, atau baca foto itu dengan mata.",
        "Reading this photo was not finished after {seconds} seconds and was stopped. Run again with --retry-problems "
        "and a larger --photo-seconds, or read the photo by eye.",
    ),
    "file_stopped": (
        "Berkas ini terlalu berat untuk dibaca: {failed} halaman berturut-turut gagal, sehingga mulai halaman {first} "
        "tidak dibaca. Minta foto halamannya, atau pecah berkasnya dan jalankan lagi.",
        "This file takes too much to read: {failed} of its pages failed in a row, so from page {first} on it has not "
        "been read. Ask for photos of the pages, or split the file and run again.",
    ),
    "file_time_limit": (
        "Membaca berkas ini belum selesai setelah {seconds} detik, sehingga mulai halaman {first} tidak dibaca. Pecah "
        "berkasnya, atau jalankan lagi dengan --retry-problems dan --file-seconds yang lebih besar.",
        "Reading this file was not finished after {seconds} seconds, so from page {first} on it has not been read. "
        "Split the file, or run again with --retry-problems and a larger --file-seconds.",
    ),
    "memory_limit": (
        "Membaca foto ini memerlukan memori lebih banyak daripada yang boleh dipakai. Minta foto yang lebih kecil, "
        "atau jalankan lagi dengan --retry-problems dan --photo-memory yang lebih besar.",
        "Reading this photo takes more memory than it may use. Ask for a smaller photo, or run again with "
        "--retry-problems and a larger --photo-memory.",
    ),
    "process_died": (
        "Proses yang membaca foto ini mati, juga saat diulang; foto belum dibaca. Minta foto aslinya dikirim ulang, "
        "atau baca foto itu dengan mata, dan laporkan kepada pengembang program.",
        "The process that was reading this photo died, and so did the next one; the photo has not been read. Ask for "
        "the original photo again, or read it by eye, and report this to the developers.",
    ),
    "internal_error": (
        "Kesalahan tak terduga dalam program ({error}). Foto ini belum dibaca: jalankan lagi, dan bila terulang "
        "laporkan pesan ini kepada pengembang program dan baca foto itu dengan mata.",
        "An unexpected error in the program ({error}). This photo has not been read: run again, and if it happens "
        "again report this message to the developers and read the photo by eye.",
    ),
}

# Warnings: the photo is read, and the text advises on how to take a better one.
WARNINGS: Final[Mapping[str, Message]] = {
    "photo_far": (
        "Kotak angka hanya {pixels} piksel lebarnya, perlu {needed}. Ulangi foto lebih dekat, dengan halaman memenuhi "
        "bingkai, dan kirim foto aslinya, bukan lewat aplikasi obrolan yang mengecilkannya.",
        "The digit boxes are {pixels} pixels wide, {needed} are needed. Take the photo again from closer, with the "
        "page filling the frame, and send the original, not through a chat app that shrinks it.",
    ),
    "photo_blurred": (
        "Foto kabur: garis kotak melebar {blur} dari tinggi angka, paling banyak {limit}. Ulangi foto: tahan telepon "
        "dengan dua tangan dan ketuk layar pada angkanya supaya fokus.",
        "The photo is blurred: printed lines are smeared over {blur} of a digit's height, at most {limit} will do. "
        "Take it again: hold the phone with both hands and tap the screen on the numbers to focus.",
    ),
    "photo_dark": (
        "Foto terlalu gelap: kertas {paper} dari 255, perlu {needed}. Ulangi foto dengan lampu atau dekat jendela.",
        "The photo is too dark: paper is at {paper} of 255, {needed} is needed. Take it again with a lamp on or near a "
        "window.",
    ),
    "photo_pale": (
        "Tinta hampir sama terangnya dengan kertas (beda {contrast} dari 255, perlu {needed}). Ulangi foto: bersihkan "
        "lensa dan hindari cahaya dari depan kamera.",
        "Ink and paper are nearly alike (they differ by {contrast} of 255, {needed} are needed). Take the photo again: "
        "wipe the lens and keep light from shining into it.",
    ),
    "photo_glare": (
        "Pantulan atau cahaya memutihkan {cells} dari {of} kotak angka. Ulangi foto dari sudut lain, atau keluarkan "
        "kertas dari plastiknya.",
        "A reflection or too much light washes out {cells} of {of} digit boxes. Take the photo again from another "
        "angle, or with the paper out of its plastic.",
    ),
    "photo_cut": (
        "Sebagian kertas ada di luar foto: {sides}. Ulangi foto dengan seluruh halaman di dalam bingkai.",
        "Part of the paper lies outside the photo: {sides}. Take it again with the whole page in the frame.",
    ),
    "photo_covered": (
        "Ada sesuatu yang menutupi sebagian halaman; angka di bawahnya tidak terbaca. Ulangi foto tanpa itu.",
        "Something lies on a part of the page; numbers beneath it are not read. Take the photo again without it.",
    ),
    "other_sheet": (
        "Lembar lain ikut terlihat ({others}); yang dibaca hanya satu: {read}{so}. Foto setiap lembar sendiri-sendiri.",
        "Another sheet is in sight ({others}); only one is read: {read}{so}. Photograph each sheet by itself.",
    ),
    "photo_of_screen": (
        "Ini tampaknya foto layar, bukan kertas. Minta foto kertasnya, atau berkas gambarnya sendiri.",
        "This seems to be a photo of a screen, not of paper. Ask for a photo of the paper, or for the picture's file.",
    ),
    "photo_of_copy": (
        "Ini tampaknya fotokopi: garis cetak yang pucat hilang. Minta foto formulir aslinya.",
        "This seems to be a photocopy: the form's pale printed lines are gone. Ask for a photo of the original form.",
    ),
}

# Problems that grouping finds; each grouping computes them again.
OF_GROUPING: Final = frozenset(
    {
        "page_again",
        "page_conflict",
        "station_unknown",
        "station_conflict",
        "photo_under_two_stations",
        "station_not_on_roll",
    }
)


class PhotoProblem(Exception):
    """A photo that cannot be read further: a code of `PROBLEMS` and its data. Never leaves `Reader`."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        if code not in PROBLEMS:
            raise KeyError(code)
        self.code = code
        self.data = data


def hint(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The message of a problem or warning with its next step, `{"id": ..., "en": ...}`."""
    return both(PROBLEMS[code] if code in PROBLEMS else WARNINGS[code], data)
