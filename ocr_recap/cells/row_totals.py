"""The row totals beside a tally grid ("jumlah tiap baris"), read by the digit witness: what is written, and its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..imaging.arrays import FloatArray

_RANGE = 1000
_LEAST_SURE = 0.5  # of a total's text; below it the total counts as not read


@dataclass(frozen=True)
class TotalReading:
    """One row's total.

    Attributes:
        row: from 1.
        text: a character per box as the digit witness writes them, or per digit where the form has one box for all.
        value: None where it is no number.
        confidence: probability of the value.
        values: probability of each value.
    """

    row: int
    text: str
    value: int | None
    confidence: float
    values: dict[int, float]


@dataclass(frozen=True, eq=False)
class TotalsReading:
    """All row totals of one grid that are written.

    Attributes:
        state: `unclear` where one cannot be read.
        totals: those that are written.
        sums: probability of each sum, 0 .. 999; empty unless read.
    """

    state: Literal["empty", "read", "unclear"]
    totals: tuple[TotalReading, ...]
    sums: FloatArray

    @property
    def rows(self) -> int:
        """How many are written."""
        return len(self.totals)

    @property
    def sum(self) -> int | None:
        """The likeliest sum, None unless all are read."""
        return int(self.sums.argmax()) if self.state == "read" else None

    @property
    def numbers(self) -> FloatArray:
        """Probability of each number that was counted, given these totals."""
        return self.sums

    def says(self, value: int | None) -> float:
        """Probability that the sum is this value."""
        return float(self.sums[value]) if value is not None and 0 <= value < len(self.sums) else 0.0


def add_up(totals: Sequence[TotalReading]) -> TotalsReading:
    """The sum of the totals of one grid, taken as independent."""
    written = tuple(totals)
    if not written:
        return TotalsReading("empty", (), np.zeros(0))
    if any(t.value is None or t.confidence < _LEAST_SURE for t in written):
        return TotalsReading("unclear", written, np.zeros(0))
    sums = np.zeros(_RANGE)
    sums[0] = 1.0
    for total in written:
        grown = np.zeros(_RANGE)
        for value, chance in total.values.items():
            if value < _RANGE:
                grown[value:] += chance * sums[: _RANGE - value]
        sums = grown
    return TotalsReading("read", written, sums)
