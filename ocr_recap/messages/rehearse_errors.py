"""The texts of errors of `ocr-recap rehearse`, by class and cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

REHEARSE_WRONG_USE: Final[Mapping[str, Message]] = {
    "rehearsal_system": (
        "Geladi tidak berjalan di Windows: ia membatasi dan mematikan proses. Jalankan di Linux, macOS, atau WSL.",
        "A rehearsal does not run on Windows, since it limits and kills processes. Run it on Linux, macOS or WSL.",
    ),
    "rehearsal_other": (
        "{path} berisi geladi lain (jumlah TPS, benih, halaman, ukuran, atau naskah berbeda). Pilih --out lain, atau "
        "beri "
        "pilihan yang sama untuk melanjutkan.",
        "{path} holds another rehearsal (other stations, seed, pages, size or script). Choose another --out, or give "
        "the "
        "same options to go on.",
    ),
}
SCRIPT_FAULTY: Final[Mapping[str, Message]] = {
    "script_unreadable": (
        "{path}: naskah tidak dapat dibaca sebagai teks UTF-8. Periksa nama dan izinnya.",
        "{path}: the script cannot be read as UTF-8 text. Check its name and permissions.",
    ),
    "script_faulty": ("{problems}", "{problems}"),
    "script_too_large": (
        "Kejadian {kind} perlu {count}, tetapi tinggal {free} yang bebas. Tambah --stations, atau kurangi kejadian di "
        "naskah.",
        "The event {kind} needs {count}, but only {free} are free. Raise --stations, or remove events from the script.",
    ),
}
INTERRUPTED_REHEARSAL: Final[Mapping[str, Message]] = {
    "interrupted_rehearsal": (
        "Dihentikan. Jalankan perintah yang sama lagi: geladi dilanjutkan.",
        "Interrupted. Run the same command again: the rehearsal goes on.",
    ),
}
