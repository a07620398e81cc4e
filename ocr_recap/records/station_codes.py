"""Finds the polling station of a photo: by a manifest, else by a code in its name; otherwise the station is unknown.

Codes are text of 13 digits: province 2, regency 2, district 2, village 4, TPS 3. Neighbouring files and times are not
used, and the page comes from the form, not from a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .options import compiled
from .record import Problem, Station, label, problem

# Both two-digit codes of Indonesia's provinces (Ministry of Home Affairs and BPS), and 99 for overseas. These and the
# bounds below keep other numbers in a name from being taken for a station: a date, 13 digits of milliseconds (those of
# 14 February 2024 begin with 17078 or 17079), a phone number (13 digits from 628 on). Codes in a manifest may be any.
_PROVINCES = frozenset(
    (
        *("11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36"),
        *("51", "52", "53", "61", "62", "63", "64", "65", "71", "72", "73", "74", "75", "76", "81", "82"),
        *("91", "92", "93", "94", "95", "96", "97", "99"),
    )
)
_REGENCIES = (*range(1, 40), *range(71, 80))  # regencies (kabupaten) have 01 to 36 at most, cities 71 to 79
_DISTRICTS = range(1, 61)  # some 50 at most in one regency
# A code in a name, with or without separators between its parts.
_CODE = re.compile(
    # Digits of other scripts are digits to people too: a code has none of them, and none directly before or after it.
    r"(?<!\d)(?P<village>[0-9]{10})"
    r"(?:(?P<tps>[0-9]{3})|(?:[ ._-]+(?:tps[ ._-]*)?|tps[ ._-]*)(?P<short>[0-9]{1,3}))(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ManifestRow:
    """The row of one photo in a manifest: its station's code and, if given, the expected page."""

    station: str
    page: str | None = None


@dataclass(frozen=True)
class Naming:
    """How to find stations.

    Attributes:
        manifest: rows by the file's name in the results.
        pattern: regular expression for names, instead of the usual one; its group `station`, or the whole match, is
            the code.
        folder_is_document: photos of one folder that name no station are one document.
    """

    manifest: Mapping[str, ManifestRow] = field(default_factory=dict[str, ManifestRow])
    pattern: re.Pattern[str] | None = None
    folder_is_document: bool = False


@dataclass(frozen=True)
class Place:
    """The station and folder of one photo.

    Attributes:
        station: code and its source; without code where there is none, or where sources contradict each other.
        folder: the folder that is one document, by its name in results; None unless folders are documents.
        where: path of that folder, since two folders may have the same name in results.
        page: the page that the manifest expects; the page that was found counts.
        problems: `station_conflict`, or none.
    """

    station: Station = field(default_factory=Station)
    folder: str | None = None
    where: str = ""
    page: str | None = None
    problems: tuple[Problem, ...] = ()


def naming(manifest: Mapping[str, ManifestRow], pattern: str | None, folder_is_document: bool) -> Naming:
    """Build the settings to find stations from options and a manifest."""
    return Naming(manifest, None if pattern is None else compiled(pattern), folder_is_document)


def normal(text: str) -> str | None:
    """Normalise a station code to 13 digits; None if the text is no code.

    Codes are accepted as 13 digits, or as 10 digits of the village, a separator and the TPS without leading zeros.

    >>> normal("2101142004-1")
    '2101142004001'
    """
    match = _CODE.fullmatch(text.strip())
    return None if match is None else _joined(match)


def given_code(text: str) -> str:
    """A code that a program gives, as 13 digits.

    Raises:
        ValueError: it is none.
    """
    code = normal(text)
    if code is None:
        raise ValueError(f"{text!r} is no station code: give 13 digits, such as '2101142004001'")
    return code


def codes_in(name: str, pattern: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """The different station codes in a file's or folder's name, in order of occurrence.

    Args:
        name: the file's or folder's name.
        pattern: regular expression instead of the usual one (`Naming.pattern`).
    """
    if pattern is not None:
        texts = [m.group("station" if "station" in pattern.groupindex else 0) for m in pattern.finditer(name)]
        found = [normal(text or "") for text in texts]
    else:
        found = [_joined(match) for match in _CODE.finditer(name)]
        found = [code for code in found if code is not None and _is_plausible(code)]
    return tuple(dict.fromkeys(code for code in found if code is not None))


def place(name: str, by: Naming, place_of_file: str = "", frame: int = 0) -> Place:
    """Find the station and folder of a photo.

    Args:
        name: of the file in the results, with forward slashes.
        by: how to find stations.
        place_of_file: the path of the file, if it has folders beyond those in `name`.
        frame: of the file, from 0; the manifest may name a frame (`scan.pdf#2`, see `record.label`).
    """
    row = by.manifest.get(label(name, frame)) or by.manifest.get(name)
    said: list[tuple[str, tuple[str, ...]]] = []
    if row is not None:
        said.append(("manifest", (row.station,)))
    path = PurePosixPath(place_of_file or name)
    said.append(("file", codes_in(PurePosixPath(name).stem, by.pattern)))
    nearest = (codes for folder in path.parents if (codes := codes_in(folder.name, by.pattern)))
    said.append(("folder", next(nearest, ())))
    said = [(source, codes) for source, codes in said if codes]
    different = {code for _, codes in said for code in codes}
    page = row.page if row else None
    folder = f"{PurePosixPath(name).parent.as_posix()}/" if by.folder_is_document else None
    # Not part of any result: it distinguishes folders of one name, such as two that were given on one command line.
    where = Path(place_of_file or name).absolute().parent.as_posix() if by.folder_is_document else ""
    if len(different) > 1:
        sources = [[source, "/".join(codes)] for source, codes in said]
        return Place(folder=folder, where=where, page=page, problems=(problem("station_conflict", codes=sources),))
    if said:
        source, codes = said[0]
        return Place(Station(code=codes[0], source=source), folder, where, page)
    return Place(folder=folder, where=where, page=page)


def placed_as(code: str, name: str, by: Naming, place_of_file: str = "") -> Place:
    """A photo of a station that a program names, beside what the photo's own name says; arguments as of `place`."""
    own = place(name, by, place_of_file)
    said = [pair for p in own.problems for pair in p.data["codes"]]
    if own.station.code not in (None, code):
        said = [[own.station.source, own.station.code]]
    problems = (problem("station_conflict", codes=[["given", code], *said]),) if said else ()
    return Place(Station(code=code, source="given"), problems=problems)


def _joined(match: re.Match[str]) -> str | None:
    tps = (match["tps"] or match["short"]).zfill(3)
    return None if tps == "000" else match["village"] + tps


def _is_plausible(code: str) -> bool:
    known = int(code[2:4]) in _REGENCIES and int(code[4:6]) in _DISTRICTS
    return code[:2] in _PROVINCES and (code.startswith("99") or known)
