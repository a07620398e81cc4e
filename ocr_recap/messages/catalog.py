"""How a message is said in Indonesian and English, filled with its data.

Messages are `str.format` templates; the data that fills them travels with the code, so that other programs never parse
a sentence. A list in that data holds codes of `WORDS`, or pairs of such a code and a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

Language = Literal["id", "en"]
Message = tuple[str, str]  # Indonesian, English

# Codes in the data of problems, in words.
WORDS: Final[Mapping[str, Message]] = {
    "tag": ("penanda kotak hitam-putih", "the black-and-white tag"),
    "tl": ("pojok kiri atas", "the top left corner"),
    "tr": ("pojok kanan atas", "the top right corner"),
    "br": ("pojok kanan bawah", "the bottom right corner"),
    "bl": ("pojok kiri bawah", "the bottom left corner"),
    "left": ("tepi kiri", "the left edge"),
    "top": ("tepi atas", "the top edge"),
    "right": ("tepi kanan", "the right edge"),
    "bottom": ("tepi bawah", "the bottom edge"),
    "two_corners": ("dua tanda sudut", "two of the corner marks"),
    "all_in_doubt": (
        ", dan semua angkanya perlu diperiksa, karena belum pasti lembar mana yang dimaksud",
        ", and all its numbers go to review, since it is not certain which sheet is meant",
    ),
    "file": ("nama berkas", "file name"),
    "folder": ("nama folder", "folder name"),
    "manifest": ("daftar foto", "manifest"),
    "given": ("diminta", "asked for"),
    "No such file or directory": ("berkas tidak ada", "there is no such file"),
    "Permission denied": ("tidak boleh dibaca", "permission denied"),
    "Is a directory": ("ini folder, bukan berkas", "it is a folder"),
    "Too many levels of symbolic links": ("tautannya berputar", "its links go round in a circle"),
    "File name too long": ("namanya terlalu panjang", "its name is too long"),
    "Input/output error": ("media penyimpanan rusak atau terputus", "the disk is damaged or was disconnected"),
    "directory": ("folder yang tidak ditelusuri", "a folder that is not searched"),
    "pipe": ("pipa", "a pipe"),
    "socket": ("soket", "a socket"),
    "device": ("perangkat", "a device"),
}


def both(message: Message, data: Mapping[str, Any]) -> dict[str, str]:
    """The message in both languages, `{"id": ..., "en": ...}`.

    Raises:
        KeyError: the message needs data that is not there.
    """
    said = [{key: _said(value, language) for key, value in data.items()} for language in (0, 1)]
    return {"id": message[0].format_map(said[0]), "en": message[1].format_map(said[1])}


def _said(value: Any, language: int) -> Any:
    if not isinstance(value, list | tuple):
        return value
    items: list[Any] = list(value)
    parts: list[str] = []
    for item in items:
        code, *more = [str(x) for x in item] if isinstance(item, list | tuple) else [str(item)]
        word = WORDS[code][language] if code in WORDS else code
        parts.append(" ".join((word, *more)))
    return ", ".join(parts)


def say(language: Language, text_id: str, text_en: str) -> str:
    """The text of a language."""
    return text_id if language == "id" else text_en


def counted(number: int, what: str) -> str:
    """A number of things in English: 1 photo, 2 photos."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
