"""The row totals beside a tally grid ("jumlah tiap baris"), from the digit witness's evidence: values and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..imaging.arrays import FloatArray

_RANGE = 1000  # numbers are 0 .. 999
_LEAST_SURE = 0.5  # a total whose text is less probable counts as not read; by judgement


@dataclass(frozen=True)
class TotalReading:
    """One row's total.

    Attributes:
        row: from 1.
        text: a character per box, of `digit_reader.CLASSES`, or per digit where the form has one box for all digits.
        value: the number that the text means; None where it means none.
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
        state: `unclear` where one of the totals cannot be read.
        totals: those that are written.
        sums: probability of each sum, 0 .. 999; empty unless `state` is `read`.
        struck: rows, from 1, whose totals are struck out as unused space; they are not among `totals`.
    """

    state: Literal["empty", "read", "unclear"]
    totals: tuple[TotalReading, ...]
    sums: FloatArray
    struck: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """How many totals are written."""
        return len(self.totals)

    @property
    def sum(self) -> int | None:
        """The most probable sum; None unless all totals are read."""
        return int(self.sums.argmax()) if self.state == "read" else None

    @property
    def numbers(self) -> FloatArray:
        """Probability of each number 0 .. 999 of the field, given these totals."""
        return self.sums

    def says(self, value: int | None) -> float:
        """Probability that the sum is this value."""
        return float(self.sums[value]) if value is not None and 0 <= value < len(self.sums) else 0.0


def add_up(totals: Sequence[TotalReading], struck: tuple[int, ...] = ()) -> TotalsReading:
    """Add the totals of one grid up, taken as independent: the distribution of the sum is a convolution.

    Args:
        totals: those that are written and not struck out.
        struck: rows, from 1, whose totals are struck out.
    """
    written = tuple(totals)
    if not written:
        return TotalsReading("empty", (), np.zeros(0), struck)
    if any(t.value is None or t.confidence < _LEAST_SURE for t in written):
        return TotalsReading("unclear", written, np.zeros(0), struck)
    sums = np.zeros(_RANGE)
    sums[0] = 1.0
    for total in written:
        grown = np.zeros(_RANGE)
        for value, chance in total.values.items():
            if value < _RANGE:
                grown[value:] += chance * sums[: _RANGE - value]
        sums = grown
    return TotalsReading("read", written, sums, struck)
