"""Formats messages in Indonesian and English and fills in their data.

Messages are `str.format` templates; the data that fills them travels with the code, so that other programs never parse
a sentence. Data may hold:

- a list: codes of `WORDS`, or pairs of such a code and a text; it is written with commas;
- a `Wording`: written in the language of the message around it;
- `StackedText`: texts of one line each, below each other;
- a whole number, which a template may count: `{photos:photo}` is written `1 photo`, `2 photos`, and `{photos:,photo}`
  `2,000 photos`. In Indonesian, decimals have a comma and thousands a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

Language = Literal["id", "en"]
Message = tuple[str, str]  # Indonesian, English


class Wording(NamedTuple):
    """The same text in both languages."""

    id: str
    en: str


class StackedText(tuple[Any, ...]):
    """Texts, or values as in the data of messages, that are written below each other."""

    __slots__ = ()


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
    "No space left on device": ("disk penuh", "no space is left on the disk"),
    "Not a regular file": ("di sana ada pipa, soket atau perangkat", "a pipe, a socket or a device is there"),
    "Disk quota exceeded": ("jatah disk habis", "the disk quota is used up"),
    "Read-only file system": ("disk hanya dapat dibaca", "the disk is read-only"),
    "Operation not permitted": ("tidak diizinkan", "operation not permitted"),
    "Not a directory": ("ada berkas di tempat folder", "a file stands where a folder should be"),
    "File exists": ("sudah ada berkas dengan nama itu", "there is a file of that name already"),
    # Of SQLite, about the journal.
    "database is locked": ("journal.sqlite sedang dipakai proses lain", "another process is using journal.sqlite"),
    "database disk image is malformed": ("journal.sqlite rusak", "journal.sqlite is damaged"),
    "file is not a database": ("journal.sqlite rusak atau bukan jurnal", "journal.sqlite is damaged or is no journal"),
    "disk I/O error": (
        "journal.sqlite tidak terbaca: media penyimpanan rusak atau terputus",
        "journal.sqlite: the disk is damaged or was disconnected",
    ),
    "unable to open database file": ("journal.sqlite tidak dapat dibuka", "journal.sqlite cannot be opened"),
    "attempt to write a readonly database": ("journal.sqlite hanya dapat dibaca", "journal.sqlite is read-only"),
    "database or disk is full": ("disk penuh", "no space is left on the disk"),
    "local": ("lokal", "local"),
    "directory": ("folder yang tidak ditelusuri", "a folder that is not searched"),
    "pipe": ("pipa", "a pipe"),
    "socket": ("soket", "a socket"),
    "device": ("perangkat", "a device"),
}


def both(message: Message, data: Mapping[str, Any]) -> dict[str, str]:
    """The message in both languages, `{"id": ..., "en": ...}`.

    Raises:
        KeyError: the message needs data that is not given.
    """
    return {"id": filled(message, "id", data), "en": filled(message, "en", data)}


def filled(message: Message, language: Language, data: Mapping[str, Any]) -> str:
    """The message in one language, filled with its data.

    Raises:
        KeyError: the message needs data that is not there.
    """
    place = _PLACES[language]
    return message[place].format_map({key: _said(value, place) for key, value in data.items()})


_PLACES: Final[Mapping[Language, int]] = {"id": 0, "en": 1}


class _Number(int):
    """A whole number that a template can count in English: the format `photo` gives `1 photo`, `2 photos`."""

    def __format__(self, spec: str, /) -> str:
        noun = spec.removeprefix(",")
        if len(noun) < 2 or not noun.replace(" ", "").isalpha():
            return int(self).__format__(spec)
        return counted(int(self), noun) if noun == spec else f"{int(self):,} {noun if self == 1 else f'{noun}s'}"


class _IndonesianNumber(int):
    """A whole number in Indonesian: the format `,` gives `2.000`; nouns do not change with a number."""

    def __format__(self, spec: str, /) -> str:
        return _indonesian(int(self).__format__(spec))


class _IndonesianDecimal(float):
    """A number with decimals in Indonesian: `0,17`."""

    def __format__(self, spec: str, /) -> str:
        return _indonesian(float(self).__format__(spec))


def _indonesian(number: str) -> str:
    return number.translate({ord("."): ",", ord(","): "."})


def _said(value: Any, place: int) -> Any:
    if isinstance(value, Wording):
        return value[place]
    if isinstance(value, float) and place == _PLACES["id"]:
        return _IndonesianDecimal(value)
    if isinstance(value, StackedText):
        return "\n".join(str(_said(line, place)) for line in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _IndonesianNumber(value) if place == _PLACES["id"] else _Number(value)
    if not isinstance(value, list | tuple):
        return value
    items: list[Any] = list(value)
    parts: list[str] = []
    for item in items:
        code, *more = [str(x) for x in item] if isinstance(item, list | tuple) else [str(item)]
        word = WORDS[code][place] if code in WORDS else code
        parts.append(" ".join((word, *more)))
    return ", ".join(parts)


def grouped(number: int, language: Language) -> str:
    """A whole number with its thousands apart, as the language writes it: `2.000`, `2,000`."""
    return filled(("{n:,}", "{n:,}"), language, {"n": number})


def say(language: Language, text_id: str, text_en: str) -> str:
    """The text of a language."""
    return text_id if language == "id" else text_en


def counted(number: int, what: str) -> str:
    """A number of things in English: 1 photo, 2 photos."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
