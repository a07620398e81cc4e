"""The closed lists of what can go wrong with a photo (problems) and why a number needs, or had, a person (reasons).

Every code has one message in Indonesian and English that names the next step. Messages are `str.format` templates;
the data that fills them travels with the problem, so that other programs never parse a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Message = tuple[str, str]  # Indonesian, English

PROBLEMS: Final[Mapping[str, Message]] = {
    "file_unreadable": (
        "Berkas tidak dapat dibuka ({reason}). Periksa nama dan izin berkas, lalu jalankan lagi.",
        "The file cannot be opened ({reason}). Check its name and permissions, then run again.",
    ),
    "file_empty": (
        "Berkas kosong (0 byte): pengiriman terputus. Minta foto dikirim ulang.",
        "The file is empty (0 bytes): the transfer broke off. Ask for the photo again.",
    ),
    "not_an_image": (
        "Isi berkas bukan foto JPEG, PNG atau WebP. Minta foto aslinya.",
        "The content is not a JPEG, PNG or WebP photo. Ask for the original photo.",
    ),
    "image_truncated": (
        "Foto rusak atau terpotong saat dikirim. Minta foto dikirim ulang.",
        "The photo is damaged or was cut off in transfer. Ask for it to be sent again.",
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
        "Tidak ada formulir yang dikenali di foto ini. Foto seluruh halaman dari depan, dengan keempat tanda sudut "
        "terlihat.",
        "No known form was found in this photo. Photograph the whole page from the front, with all four corner marks "
        "visible.",
    ),
    "unknown_form": (
        "Ada penanda nomor {tags} yang bukan milik formulir yang dikenal ({known}). Pilih formulir yang benar atau "
        "tambahkan templatnya.",
        "It carries the tag {tags}, which belongs to no known form ({known}). Choose the right form or add its "
        "template.",
    ),
    "photo_mirrored": (
        "Foto terbalik seperti di cermin. Matikan pencerminan kamera dan ulangi foto.",
        "The photo is mirrored. Turn off mirroring in the camera and take it again.",
    ),
    "page_incomplete": (
        "Halaman terpotong atau tertutup: hanya terlihat {seen}; tidak terlihat {missing}. Ulangi foto dengan seluruh "
        "halaman di dalam bingkai.",
        "The page is cut off or covered: only {seen} can be seen; {missing} cannot. Take the photo again with the "
        "whole page in the frame.",
    ),
    "page_distorted": (
        "Halaman ditemukan tetapi tidak pas dengan formulirnya (selisih {residual} lebar kotak, batas {limit}). "
        "Ratakan kertas dan ulangi foto dari depan.",
        "The page was found but does not fit its form (off by {residual} of a cell width, limit {limit}). Flatten the "
        "paper and take the photo again from the front.",
    ),
    "duplicate_photo": (
        "Foto yang sama sudah dibaca sebagai {first}; angka tidak dihitung dua kali. Hapus salah satu.",
        "The same photo was already read as {first}; its numbers are not given twice. Remove one of the two.",
    ),
    "page_again": (
        "Halaman ini juga ada di foto {counts}, yang terbaca lebih jelas; angka foto ini tidak dihitung lagi. Bila "
        "keduanya berbeda, angkanya ada di daftar periksa.",
        "This page is also on photo {counts}, which reads better; the numbers of this photo are not given again. Where "
        "the two differ, the number is in the review list.",
    ),
    "page_conflict": (
        "Menurut daftar ini halaman {expected}, tetapi foto menunjukkan halaman {found}; yang dipakai adalah fotonya. "
        "Periksa daftar, dan minta foto halaman {expected} bila belum ada.",
        "The list says page {expected}, but the photo shows page {found}; the photo counts. Check the list, and ask "
        "for page {expected} if it is not there.",
    ),
    "other_form": (
        "Foto {file} menunjukkan formulir {found}, bukan {expected}; angkanya tidak termasuk dokumen ini. Pisahkan "
        "fotonya.",
        "Photo {file} shows the form {found}, not {expected}; its numbers are not part of this document. Keep them "
        "apart.",
    ),
    "station_unknown": (
        "TPS tidak diketahui. Tulis kode TPS 13 angka di nama berkas atau folder, atau beri daftar dengan --manifest; "
        "baru setelah itu foto-foto satu TPS digabung dan dicocokkan.",
        "The station is not known. Put its 13 digits into the name of the file or folder, or give a list with "
        "--manifest; only then are the photos of one station put together and compared.",
    ),
    "station_conflict": (
        "Kode TPS berbeda-beda: {codes}. Pastikan TPS yang benar, lalu perbaiki nama berkas, folder atau daftar.",
        "The station codes differ: {codes}. Find out the right station, then correct the name of the file, of the "
        "folder, or the list.",
    ),
    "photo_under_two_stations": (
        "Gambar yang sama dikirim untuk TPS {station} dan untuk {other_station} (foto {other}). Pastikan milik TPS "
        "mana, lalu minta foto yang benar untuk TPS lainnya.",
        "The same picture was sent for station {station} and for {other_station} (photo {other}). Find out whose it "
        "is, and ask the other station for its own photo.",
    ),
    "station_not_on_roll": (
        "TPS {station} tidak ada dalam daftar TPS. Periksa kode di nama berkas atau folder.",
        "Station {station} is not on the roll. Check the code in the name of the file or folder.",
    ),
    "internal_error": (
        "Kesalahan tak terduga dalam program ({error}). Foto ini belum dibaca; laporkan bersama fotonya.",
        "An unexpected error in the program ({error}). This photo has not been read; report it with the photo.",
    ),
}

REASONS: Final[Mapping[str, Message]] = {
    "digits_uncertain": (
        "angka tulisan tangan kurang jelas (keyakinan {confidence})",
        "the handwritten digits are not clear enough (confidence {confidence})",
    ),
    "digit_unreadable": (
        "kotak ke-{cells} berisi coretan, koreksi atau tulisan yang bukan angka",
        "box {cells} holds a correction, a scribble or something that is no digit",
    ),
    "cross_not_leading": (
        "ada silang, strip atau kotak kosong setelah angka",
        "a cross, a dash or an empty box follows a digit",
    ),
    "blank_uncertain": ("mungkin kosong, tetapi belum pasti", "it may be blank, but that is not certain"),
    "bubbles_disagree": (
        "bulatan menunjukkan {bubbles}, angka terbaca {digits}",
        "the bubbles say {bubbles}, the digits say {digits}",
    ),
    "bubbles_unclear": (
        "bulatan tidak lengkap atau lebih dari satu ({bubbles})",
        "the bubbles are incomplete or more than one is filled ({bubbles})",
    ),
    "rule_broken": ("jumlah tidak cocok: {rules}", "it does not add up: {rules}"),
    "no_second_witness": (
        "tidak ada bukti kedua (bulatan atau penjumlahan yang pasti) yang menguatkan",
        "no second witness (bubbles or a sum that is sure) confirms it",
    ),
    "cell_not_found": (
        "garis kotak tidak ditemukan di tempatnya; kotak mungkin tertutup atau kertas terlipat",
        "the printed box was not found where it should be; it may be covered or the paper folded",
    ),
    "photos_disagree": (
        "foto {others} dari halaman yang sama terbaca {values}",
        "photo {others} of the same page reads {values}",
    ),
    "station_doubtful": (
        "belum pasti angka ini milik TPS mana; lihat masalah pada foto",
        "it is not certain which station this number belongs to; see the photo's problem",
    ),
    "other_photo_counts": (
        "angka ini dihitung dari foto {counts}",
        "this number is taken from photo {counts}",
    ),
    "decided_by_person": (
        "ditetapkan oleh {by} pada {at}",
        "decided by {by} on {at}",
    ),
    "outside_photo": (
        "kotak terletak di luar foto atau di tepinya",
        "the boxes lie outside the photo or on its edge",
    ),
}


# What is found only when photos are put together; grouping them again finds it anew.
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
    """What happened to the photo and what to do next, `{"id": ..., "en": ...}`."""
    return _both(PROBLEMS[code], data)


def reason(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Why a number goes to review or was taken from a person, `{"id": ..., "en": ...}`."""
    return _both(REASONS[code], data)


def _both(message: Message, data: Mapping[str, Any]) -> dict[str, str]:
    return {"id": message[0].format_map(data), "en": message[1].format_map(data)}
