"""The same night in two other ways: all numbers keyed twice by hand, and all numbers as the best single reader says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .night import Night
from .result_figures import Key, NightFigures
from .typist import CAREFUL, SECONDS, typed

_TYPISTS: Final = ("typist 1", "typist 2", "typist 3")


@dataclass(frozen=True)
class OtherWay:
    """What came of another way.

    Attributes:
        n: numbers that were taken.
        wrong: of these.
        entries: numbers that people typed.
        hours: that this takes at `typist.SECONDS` a number.
    """

    n: int
    wrong: int
    entries: int

    @property
    def hours(self) -> float:
        """Hours of typing."""
        return self.entries * SECONDS / 3600


def keyed_twice(night: Night) -> OtherWay:
    """Two people key every written number; where they differ a third one does, and the supervisor reads the paper.

    The people are as careful as the reviewers of the night (`typist.CAREFUL`).
    """
    n = wrong = entries = 0
    for place, value in _written(night).items():
        first, second, third = (typed(str(value), CAREFUL, night.world.seed, who, *place) for who in _TYPISTS)
        n, entries = n + 1, entries + 2
        if first != second:
            entries += 1
            first = third if third in (first, second) else str(value)
        wrong += first != str(value)
    return OtherWay(n, wrong, entries)


def best_reader(night: Night, found: NightFigures) -> OtherWay:
    """Every number is what the digits alone most probably say."""
    truth = _written(night)
    said = {place: one.digits for place, one in found.readings.items() if one.digits is not None}
    return OtherWay(len(said), sum(value != truth[place] for place, value in said.items()), 0)


def _written(night: Night) -> Mapping[Key, int]:
    return {
        (station, name): value
        for station, values in night.truth.written.items()
        for name, value in values.items()
        if value is not None and not name.startswith("date_")
    }
