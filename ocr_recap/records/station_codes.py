"""Which polling station a photo belongs to: a list of files, else a code in its name, else nothing is assumed.

Codes are text of 13 digits: province 2, regency 2, district 2, village 4, TPS 3. A photo is never given to a station
because it lies or was taken next to another one, and the page comes from the form, never from a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .options import compiled
from .record import Problem, Station, label, problem

# Both two-digit codes of Indonesia's provinces (home affairs and statistics office), and 99 for overseas. These and the
# bounds below only guard against taking another number in a name for a station: a date, 13 digits of milliseconds (of
# 14 February 2024 they begin with 17078 or 17079), a phone number (13 digits from 628 on). A manifest may name any.
_PROVINCES = frozenset(
    (
        *("11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36"),
        *("51", "52", "53", "61", "62", "63", "64", "65", "71", "72", "73", "74", "75", "76", "81", "82"),
        *("91", "92", "93", "94", "95", "96", "97", "99"),
    )
)
_REGENCIES = (*range(1, 40), *range(71, 80))  # kabupaten count from 01 to 36 at most, cities from 71 to 79
_DISTRICTS = range(1, 61)  # some 50 at most in one regency
_CODE = re.compile(
    # Digits of other scripts are digits to whoever reads a name: none may stand beside a code, and none is part of one.
    r"(?<!\d)(?P<village>[0-9]{10})"
    r"(?:(?P<tps>[0-9]{3})|(?:[ ._-]+(?:tps[ ._-]*)?|tps[ ._-]*)(?P<short>[0-9]{1,3}))(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ManifestRow:
    """What a manifest says of one photo: its station's code and, if given, the page that is expected."""

    station: str
    page: str | None = None


@dataclass(frozen=True)
class Naming:
    """How to find stations.

    Attributes:
        manifest: what a list of files says, by the file's name in the results.
        pattern: regular expression for names, instead of the usual one: its group `station`, or else all of it, is
            the code.
        folder_is_document: photos of one folder that name no station are one document.
    """

    manifest: Mapping[str, ManifestRow] = field(default_factory=dict[str, ManifestRow])
    pattern: re.Pattern[str] | None = None
    folder_is_document: bool = False


@dataclass(frozen=True)
class Place:
    """Where one photo belongs.

    Attributes:
        station: its code and where that came from; no code where nothing, or more than one thing, is said.
        folder: the folder that was said to be one document, as results call it; None unless asked for.
        where: which folder that is: two of one name are two.
        page: the page that the manifest expects; the form decides.
        problems: `station_conflict`.
    """

    station: Station = field(default_factory=Station)
    folder: str | None = None
    where: str = ""
    page: str | None = None
    problems: tuple[Problem, ...] = ()


def naming(manifest: Mapping[str, ManifestRow], pattern: str | None, folder_is_document: bool) -> Naming:
    """How to find stations, from options and a manifest."""
    return Naming(manifest, None if pattern is None else compiled(pattern), folder_is_document)


def normal(text: str) -> str | None:
    """A code as 13 digits: given so, or as 10 digits of the village, a separator and the TPS without zeros; else None.

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
    """The different station codes in a file's or folder's name, in order."""
    if pattern is not None:
        texts = [m.group("station" if "station" in pattern.groupindex else 0) for m in pattern.finditer(name)]
        found = [normal(text or "") for text in texts]
    else:
        found = [_joined(match) for match in _CODE.finditer(name)]
        found = [code for code in found if code is not None and _is_plausible(code)]
    return tuple(dict.fromkeys(code for code in found if code is not None))


def place(name: str, by: Naming, place_of_file: str = "", frame: int = 0) -> Place:
    """Where a photo belongs.

    Args:
        name: how results call it, with forward slashes.
        by: how to find stations.
        place_of_file: the path that it was found at, if that has folders beyond those in `name`.
        frame: which picture of the file, from 0; the manifest may name it alone (`scan.pdf#2`, see `record.label`).
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
    # Never part of a result: only tells folders apart that results call alike, such as two given on one command line.
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
