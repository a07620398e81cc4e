"""What `ocr-recap rehearse` says in its help and prints, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

REHEARSE_COMMANDS: Final[Mapping[str, Message]] = {
    "rehearse": (
        "Geladi pemilu satu kabupaten buatan: dari foto pertama sampai berita acara yang diperiksa, dengan hal-hal "
        "yang "
        "bisa salah. Bila dihentikan, perintah yang sama melanjutkan.\n\nSelesai dengan 1 bila ada angka salah tanpa "
        "terdeteksi, kehilangan yang tidak disebut, atau perintah yang berakhir di luar dugaan.",
        "Rehearse the election of a made-up regency: from the first photo to verified minutes, with what may go wrong. "
        "The same command goes on where it was ended.\n\nExits with 1 if a number is silently wrong, a loss is not "
        "named, or a command ends otherwise than expected.",
    ),
}
REHEARSE_EXAMPLES: Final[Mapping[str, str]] = {
    "rehearse": "ocr-recap rehearse --stations 24 --seed 1 --out rehearsal",
}
REHEARSE_PARAMETERS: Final[Mapping[str, Message]] = {
    "rehearse.stations": ("Jumlah TPS.", "How many stations."),
    "rehearse.out": (
        "Folder geladi: baru, atau yang dilanjutkan.",
        "Folder of the rehearsal: a new one, or one to go on.",
    ),
    "events": ("Naskah kejadian (YAML).", "Script of the events (YAML)."),
    "pages": (
        "Halaman yang difoto: semua, atau yang memuat suara saja.",
        "Which pages are photographed: all, or those with votes alone.",
    ),
}
REHEARSE_DEFAULTS: Final[Mapping[str, Message]] = {
    "events": ("naskah bawaan", "the script of the package"),
}
REHEARSE_VALUES: Final[Mapping[str, Message]] = {
    "rehearse.stations": ("ANGKA", "N"),
    "rehearse.out": ("FOLDER", "DIR"),
    "events": ("BERKAS", "FILE"),
}

# What a rehearsal shows while it works, behind the minutes since it began.
REHEARSE_PROGRESS: Final[Mapping[str, Message]] = {
    "minutes": ("{minutes:6.1f} menit  {said}", "{minutes:6.1f} min  {said}"),
    "drawing": ("{stations} TPS, {photos} foto digambar", "{stations} stations, {photos} photos are drawn"),
    "drawn": ("{done} dari {photos} foto selesai digambar", "{done} of {photos} photos drawn"),
    "keys": ("kunci: pejabat, perangkat, daftar kunci", "keys: officials, devices, the roll"),
    "desk_read": (
        "{district}: {stations} TPS terbaca; pemeriksaan dimulai",
        "{district}: {stations} stations read; review begins",
    ),
    "desk_done": ("{district}: meja selesai", "{district}: desk done"),
    "laptop_done": ("{village}: laptop {stations} TPS selesai", "{village}: laptop of {stations} stations done"),
    "evening": (
        "malam: kabupaten menerima yang datang lewat jaringan",
        "evening: the regency receives what came over the network",
    ),
    "noon": ("siang: kiriman diska lepas tiba", "noon: the sticks arrive"),
    "sums_evening": ("malam: penjumlahan", "evening: sums"),
    "sums_noon": ("siang: penjumlahan", "noon: sums"),
    "sessions": ("rapat pleno", "plenary sessions"),
    "sessions_over": (
        "rapat pleno selesai; berita acara disegel",
        "plenary sessions are over; minutes are sealed",
    ),
    "checking": (
        "semuanya dikemas dan diperiksa dengan verify.py saja",
        "everything is packed and verified by verify.py alone",
    ),
    "report": ("laporan", "report"),
}

REHEARSE_SCREENS: Final[Mapping[str, Message]] = {
    "rehearsed": (
        "Laporan geladi: {report}\nAngka salah tanpa terdeteksi: {silent}. Kehilangan yang tidak disebut: {unnamed}. "
        "Perintah yang berakhir di luar dugaan: {surprises}.",
        "Report of the rehearsal: {report}\nNumbers silently wrong: {silent}. Losses that nobody named: {unnamed}. "
        "Commands that ended otherwise than expected: {surprises}.",
    ),
}
