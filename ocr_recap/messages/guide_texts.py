"""Texts of the guide of one page for station officers, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

GUIDE_TEXTS: Final[Mapping[str, Message]] = {
    "title": ("Memotret formulir hasil: satu halaman panduan", "Photographing the tally form: a guide of one page"),
    "one": (
        "1.  Tempelkan atau letakkan formulir mendatar dan rata. Pastikan cukup terang; jangan pakai lampu kilat.",
        "1.  Lay or hang the form flat. See that there is enough light; do not use the flash.",
    ),
    "two": (
        "2.  Satu halaman untuk satu foto. Pegang ponsel lurus di depan halaman; keempat sudutnya harus terlihat.",
        "2.  One page, one photo. Hold the phone straight in front of the page; all four corners must be in sight.",
    ),
    "three": (
        "3.  Tunggu penilaian: “foto baik”, atau apa yang harus diperbaiki. Foto ulang sebelum formulir disegel.",
        "3.  Wait for the verdict: “good photo”, or what to do better. Take it again before the form is sealed.",
    ),
    "four": (
        "4.  Bandingkan setiap angka dengan gambarnya. Ketik yang tertulis di kertas, juga bila jumlahnya tidak cocok.",
        "4.  Compare each number with its picture. Type what is written on paper, also where it does not add up.",
    ),
    "five": (
        "5.  Tulis kejadian khusus, lalu tekan “TPS ini selesai”. Kalau sambungan putus, buka lagi tautan yang sama.",
        "5.  Write down special events, then press “This station is finished”. If the connection breaks, open the "
        "same link again.",
    ),
    "good": ("Baik: lurus, utuh, tajam", "Good: straight, whole, sharp"),
    "slanted": ("Jangan dari samping", "Not from the side"),
    "cut_off": ("Jangan terpotong", "Not cut off"),
    "blurred": ("Jangan kabur: diam sebentar", "Not blurred: hold still"),
    "dark": ("Jangan gelap atau tertutup bayangan", "Not dark or in a shadow"),
    "glare": ("Jangan silau", "No reflection"),
    "foot": (
        "Hasil di sini bersifat sementara; formulir kertas yang berlaku. Foto tidak dikirim ke internet.",
        "Results here are provisional; the paper form prevails. Photos are not sent to the internet.",
    ),
}
