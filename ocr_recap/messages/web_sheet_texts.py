"""What the page of two sheets says, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

WEB_SHEET_TEXTS: Final[Mapping[str, Message]] = {
    "sheets": ("Dua lembar satu halaman", "Two sheets of one page"),
    "sheets_wait": (
        "Ada halaman dengan foto yang saling bertentangan. Pilih dahulu lembar yang dihitung.",
        "There are pages with photos that contradict each other. Choose first which sheet counts.",
    ),
    "sheets_none": ("Tidak ada halaman yang menunggu.", "No page waits."),
    "sheets_how": (
        "Foto-foto ini dari TPS yang sama dan halaman yang sama, tetapi isinya berbeda. Lembar mana yang dihitung? "
        "Foto lembar lainnya ditarik: berkasnya tetap disimpan, angkanya tidak dihitung.",
        "These photos are of one station and one page, but say different things. Which sheet counts? Photos of the "
        "other sheet are withdrawn: their files are kept, their numbers do not count.",
    ),
    "sheet_photo": ("Foto {number}", "Photo {number}"),
    "sheet_alt": ("Halaman pada foto {number}", "The page on photo {number}"),
    "sheet_read": ("Yang terbaca berbeda", "Read differently"),
    "sheet_number": ("Angka", "Number"),
    "sheet_seen": ("Dua orang menjawab berbeda: {answers}", "Two people answered differently: {answers}"),
    "sheet_which": ("Lembar yang dihitung", "The sheet that counts"),
    "sheet_neither": ("Tidak satu pun", "Neither"),
    "sheet_same": ("Semua foto menunjukkan lembar yang sama", "All photos show the same sheet"),
    "sheet_unknown": ("Saya tidak dapat memastikan", "I cannot tell"),
    "sheet_save": ("Simpan", "Save"),
    "sheet_other_counts": (
        "lembar lain halaman ini yang dihitung: {counts}",
        "another sheet of the page counts: {counts}",
    ),
    "sheet_neither_counts": (
        "tidak satu pun lembar halaman ini yang dihitung",
        "neither sheet of the page counts",
    ),
}
