"""Compares two publications, number by number: pure functions. An agreement of two publications proves neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from .areas import LEVELS, LevelName, level_of
from .level_file import LevelFile

Verdict = Literal["same", "differs", "unread_a", "unread_b", "only_a", "only_b"]
# The order of the list: what surely differs, then what may.
_ORDER: Final[tuple[Verdict, ...]] = ("differs", "unread_a", "unread_b", "only_a", "only_b", "same")


class PublishedFigure(NamedTuple):
    """A number as published: None where none is; `at_least`: the least that it can be, since something is unread."""

    value: int | None
    at_least: bool = False


Published = Mapping[tuple[str, str], PublishedFigure]  # by area and field


@dataclass(frozen=True)
class FigureDifference:
    """What two publications say about one field of one area.

    Attributes:
        level, area, field: what they speak of.
        a, b: what they say.
        verdict: `same`; `differs`; `unread_a`, `unread_b`: that one is only the least, and the other is not below it;
            `only_a`, `only_b`: the other one has no such number.
        difference: b less a; None where one of them has no number.
        stations: of an area: the stations within it that differ in this field.
    """

    level: LevelName
    area: str
    field: str
    a: PublishedFigure
    b: PublishedFigure
    verdict: Verdict
    difference: int | None
    stations: tuple[str, ...] = ()


def compare(a: Published, b: Published, contest: LevelFile) -> list[FigureDifference]:
    """Compare two publications.

    Args:
        a, b: what they say, by area and field.
        contest: its fields; others are left out.

    Returns:
        All numbers that one of them has: what differs first, the largest difference first.
    """
    place = {name: i for i, name in enumerate(contest.field_ids)}
    found = [_compared(area, field, a, b) for area, field in {*a, *b} if field in place and level_of(area) is not None]
    differing = _differing_stations(found)
    found = [one if one.level == "station" else _with_stations(one, differing) for one in found]
    return sorted(
        found,
        key=lambda one: (
            _ORDER.index(one.verdict),
            -abs(one.difference or 0),
            LEVELS.index(one.level),
            one.area,
            place[one.field],
        ),
    )


def _compared(area: str, field: str, a: Published, b: Published) -> FigureDifference:
    ours, theirs = a.get((area, field)), b.get((area, field))
    level = level_of(area)
    assert level is not None
    first, second = ours or PublishedFigure(None), theirs or PublishedFigure(None)
    difference = None if first.value is None or second.value is None else second.value - first.value
    return FigureDifference(level, area, field, first, second, verdict_of(ours, theirs), difference)


def verdict_of(a: PublishedFigure | None, b: PublishedFigure | None) -> Verdict:
    """What two numbers are to each other; None where a publication has no such number at all."""
    if a is None or b is None:
        return "only_b" if a is None else "only_a"
    if a.value is None or b.value is None:
        return "unread_a" if a.value is None else "unread_b"
    if a.value == b.value and not (a.at_least or b.at_least):
        return "same"
    # What is only the least may be larger, never smaller: below it the two contradict each other.
    if a.at_least and b.value >= a.value:
        return "unread_a"
    if b.at_least and a.value >= b.value:
        return "unread_b"
    return "differs"


def _differing_stations(found: Iterable[FigureDifference]) -> Mapping[str, Sequence[str]]:
    """The stations that differ, by field, sorted."""
    by_field: dict[str, list[str]] = {}
    for one in found:
        if one.level == "station" and one.verdict == "differs":
            by_field.setdefault(one.field, []).append(one.area)
    return {field: sorted(stations) for field, stations in by_field.items()}


def _with_stations(one: FigureDifference, differing: Mapping[str, Sequence[str]]) -> FigureDifference:
    stations = tuple(code for code in differing.get(one.field, ()) if code.startswith(one.area))
    if not stations:
        return one
    return FigureDifference(one.level, one.area, one.field, one.a, one.b, one.verdict, one.difference, stations)
