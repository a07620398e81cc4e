"""Areas: prefixes of station codes, their levels, and what they are called.

A station code has 13 digits: province 2, regency 4, district 6, village 10, station 13. The nation is the empty prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from ..records.region_names import region_of

LevelName = Literal["nation", "province", "regency", "district", "village", "station"]
# Digits of each level's code, from the nation down (KPU's codes).
LENGTHS: Final[dict[LevelName, int]] = {
    "nation": 0,
    "province": 2,
    "regency": 4,
    "district": 6,
    "village": 10,
    "station": 13,
}
LEVELS: Final[tuple[LevelName, ...]] = tuple(LENGTHS)
NATION_WORD: Final = "nation"  # what stands for the empty code on the command line and in file names
_LEVEL_OF: Final[dict[int, LevelName]] = {length: level for level, length in LENGTHS.items()}
_NAMED: Final[dict[LevelName, int]] = {"province": 0, "regency": 1, "district": 2, "village": 3}


def level_of(code: str) -> LevelName | None:
    """The level of an area's code; None where it is no code of an area."""
    if code and not (code.isascii() and code.isdigit()):
        return None
    return _LEVEL_OF.get(len(code))


def area_code(text: str) -> str | None:
    """The code of an area as a person writes it: digits, or `nation`; None where it is none."""
    code = "" if text.strip().lower() == NATION_WORD else text.strip()
    return code if (code or text.strip()) and level_of(code) is not None else None


def shown_code(code: str) -> str:
    """The code of an area for people and file names: digits, or `nation`."""
    return code or NATION_WORD


def containing(code: str) -> Iterator[str]:
    """The codes of the areas that contain an area, the largest first, itself included."""
    yield from (code[:length] for length in LENGTHS.values() if length <= len(code))


def area_name(code: str) -> str:
    """The name of an area; empty for the nation, a station, and a code that is not in the list.

    Raises:
        ocr_recap.messages.errors.ExtraMissing: the extra `names` is not installed.
    """
    level = level_of(code)
    if level is None or level not in _NAMED:
        return ""
    return region_of(code)[_NAMED[level]]
