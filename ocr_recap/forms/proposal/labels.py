"""Labels and ids of the numbers of a blank sheet, from the text that is printed beside and above their boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...imaging.pdf_print import TextLine

Rect = tuple[float, float, float, float]

_ROW: Final = 0.3  # of the boxes' height: text whose middle lies farther above or below them is not beside them
_BLOCK: Final = 3.0  # heights of a capital: lines of one text begin no farther apart than this, right and left
_HEAD: Final = 12.0  # box heights above a number within which its column's head is looked for; by judgement
_NOT_HEADS: Final = re.compile(r"\(?\s*[\d.]+\s*\)?")  # the numbers of a table's columns: (1), (2)
_NOTE: Final = re.compile(r"\(.*\)")  # a text in brackets explains, and names nothing
_ORDER: Final = re.compile(r"^\(?(?:[A-Z]|[IVX]+|\d{1,2})[.)]\s+")  # "A. ", "1. ", "IV. " before a text
_LONGEST: Final = 200  # characters of a label in a template

# Ids by words of Indonesian forms, in the order in which they are tried; {n} is the number in the text. By judgement,
# on the forms of the package: a form that calls a number otherwise gets an id made of its own words.
_IDS: Final = (
    (r"disabilitas", "disabled"),
    (r"suara sah dan (?:suara )?tidak sah", "grand_total"),
    (r"tidak sah", "invalid"),
    (r"surat suara.*diterima", "ballots_received"),
    (r"surat suara.*(?:dikembalikan|rusak)", "ballots_returned"),
    (r"surat suara.*(?:tidak digunakan|tidak terpakai|sisa)", "ballots_unused"),
    (r"surat suara.*digunakan", "ballots_used"),
    (r"pengguna.*(?:dptb|tambahan)", "used_dptb"),
    (r"pengguna.*(?:dpph|pindahan)", "used_dpph"),
    (r"pengguna.*(?:dpk|khusus)", "used_dpk"),
    (r"pengguna.*(?:dpt|tetap)", "used_dpt"),
    (r"pengguna", "used_total"),
    (r"pemilih.*(?:dpt|tetap)", "dpt"),
    (r"^(?P<n>\d{1,2})\b.*calon", "votes_{n}"),
    (r"(?:calon|paslon|nomor urut|suara sah)\D{0,20}\b(?P<n>\d{1,2})\b", "votes_{n}"),
    (r"suara sah", "valid_total"),
    (r"\btanggal\b", "date_day"),
    (r"\bbulan\b", "date_month"),
    (r"\btahun\b", "date_year"),
)
_COLUMNS: Final = ((r"\(l\+p\)|\(l \+ p\)", "_J"), (r"\(l\)|laki", "_L"), (r"\(p\)|perempuan", "_P"))


@dataclass(frozen=True)
class ProposedLabel:
    """What is printed beside the boxes of a number (`row`) and above them (`column`); empty where nothing is."""

    row: str = ""
    column: str = ""

    @property
    def text(self) -> str:
        """Both as one text."""
        parts = [part for part in (self.row, self.column) if part]
        if self.row.isdigit():
            parts.reverse()
            return " ".join(parts)
        return ", ".join(parts)[:_LONGEST]


def labels_of(outlines: Sequence[Rect], lines: Sequence[TextLine]) -> list[ProposedLabel]:
    """Find the texts that name numbers.

    The head of its column names a number whose row has no text of letters, or shares its text with other numbers.

    Args:
        outlines: around the boxes of each number, mm.
        lines: of text on the page, mm.
    """
    rows = [_row(outline, lines) for outline in outlines]
    found: list[ProposedLabel] = []
    for outline, row in zip(outlines, rows, strict=True):
        middle = (outline[1] + outline[3]) / 2
        alike = [
            text for other, text in zip(outlines, rows, strict=True) if other[1] < middle < other[3] and text == row
        ]
        named = len(alike) == 1 and row and not row.isdigit()
        found.append(ProposedLabel(row, "" if named else _head(outline, lines)))
    return found


def _row(outline: Rect, lines: Sequence[TextLine]) -> str:
    """The text to the left of a number's boxes: the nearest one, with the lines that belong to it."""
    x0, y0, _, y1 = outline
    height = y1 - y0
    beside = [
        line
        for line in lines
        if not _is_note(line)
        and line.x1 < x0 + 0.3 * height
        and y0 - _ROW * height < line.baseline - line.height / 2 < y1 + _ROW * height
    ]
    if not beside:
        return ""
    nearest = max(beside, key=lambda line: line.x1)
    reach = _BLOCK * nearest.height
    block = [line for line in beside if min(abs(line.x0 - nearest.x0), abs(_middle(line) - _middle(nearest))) < reach]
    text = " ".join(line.text for line in sorted(block, key=lambda line: line.baseline))
    return _ORDER.sub("", text).rstrip(" :")


def _is_note(line: TextLine) -> bool:
    return _NOTE.fullmatch(line.text) is not None


def _middle(line: TextLine) -> float:
    return (line.x0 + line.x1) / 2


def _head(outline: Rect, lines: Sequence[TextLine]) -> str:
    """The text above a number's column: the nearest one, with the lines that belong to it."""
    x0, y0, x1, y1 = outline
    above = [
        line
        for line in lines
        if x0 < _middle(line) < x1
        and 0 < y0 - line.baseline < _HEAD * (y1 - y0)
        and not _NOT_HEADS.fullmatch(line.text)
        and not _is_note(line)
    ]
    if not above:
        return ""
    nearest = max(above, key=lambda line: line.baseline)
    block = [line for line in above if nearest.baseline - line.baseline < 2.2 * nearest.height]
    return " ".join(line.text for line in sorted(block, key=lambda line: line.baseline))


def ids_of(labels: Sequence[ProposedLabel], first: int = 1, taken: frozenset[str] = frozenset()) -> list[str]:
    """Ids for numbers by their labels: those that the package's forms use, else made of the label's words.

    Args:
        labels: of the numbers, in their order.
        first: number of the first one, for ids of numbers without a label (`number_1`).
        taken: ids that are used already.
    """
    used, found = set(taken), list[str]()
    for i, label in enumerate(labels, first):
        name = _id(label) or f"number_{i}"
        if name in used:
            name = next(f"{name}_{k}" for k in range(2, 1000) if f"{name}_{k}" not in used)
        used.add(name)
        found.append(name)
    return found


def _id(label: ProposedLabel) -> str:
    """The id that a label asks for; empty for none."""
    text = " ".join((label.text if label.row.isdigit() else label.row or label.column).lower().split())
    suffix = next((end for words, end in _COLUMNS if re.search(words, label.column.lower())), "")
    for words, name in _IDS:
        match = re.search(words, text)
        if match:
            return name.format(**match.groupdict()) + suffix
    words = [word for word in re.findall(r"[a-z0-9]+", text) if len(word) > 1]
    slug = "_".join(words[:4])
    return f"{slug[:50]}{suffix}" if slug[:1].isalpha() else ""
