"""The list of `ocr-recap docs` in Indonesian: its parts, and titles of pages. English pages have their own headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

PARTS: Final[Mapping[str, Message]] = {
    "tutorial": ("belajar sambil mencoba", "tutorial"),
    "how-to": ("mengerjakan sesuatu", "how-to"),
    "reference": ("mencari keterangan", "reference"),
    "explanation": ("memahami", "explanation"),
}

# Titles in Indonesian by the name of the page; pages that exist in Indonesian have a heading of their own.
TITLES: Final[Mapping[str, str]] = {
    "first-photos": "Foto pertama",
    "night-of-work": "Kerja semalam",
    "trial-run": "Uji coba lengkap",
    "two-regencies": "Dua kabupaten dan provinsinya",
    "recap": "Menjumlahkan TPS ke wilayah",
    "open-data": "Data terbuka: arti setiap kolom",
    "sealed-night": "Malam yang disegel",
    "add-a-field": "Menambah angka pada formulir",
    "batch": "Membaca banyak foto",
    "check-photos": "Memeriksa foto sebelum pulang",
    "new-form": "Menambah formulir baru dalam satu jam",
    "one-row-per-station": "Satu baris per TPS",
    "retrain": "Melatih pembaca angka dengan tulisan sendiri",
    "seal": "Menyegel hasil, membawanya, memeriksanya",
    "run-a-trial": "Menjalankan uji coba",
    "deploy": "Meja dan kantor di satu mesin, Ray, penyimpanan bersama",
    "release": "Daftar periksa rilis",
    "scale": "Membaca seluruh pemilu: 823.236 TPS, tiga halaman per TPS",
    "use-from-python": "Memakai dari Python",
    "cli": "Perintah",
    "evaluation": "Evaluasi: arti setiap ukuran",
    "exit-codes": "Kode keluar",
    "quality": "Mutu foto",
    "records": "Isi hasil",
    "sealed-files": "Berkas yang disegel",
    "synthesis-camera": "Foto buatan: kameranya",
    "synthesis": "Pemilu buatan: apa yang digambar, seberapa sering, dan mengapa",
    "templates": "Templat: menggambarkan formulir",
    "accuracy": "Ketelitian pembaca",
    "design": "Susunan program",
    "digits": "Pembaca angka",
    "words": "Angka yang ditulis dengan huruf",
    "locating": "Bagaimana halaman ditemukan",
    "reconcile": "Bagaimana angka diputuskan",
    "tally": "Turus dan jumlah baris",
    "law-and-ceremony": "Hukum, dan upacara kunci",
}
