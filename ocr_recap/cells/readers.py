"""The readers that carry weights, together: what one photo after another is read with."""

from __future__ import annotations

from dataclasses import dataclass

from .alteration_reader import AlterationReader
from .digit_reader import DigitReader
from .tally_reader import TallyReader


@dataclass(frozen=True, eq=False)
class Readers:
    """One of each; sessions are built when they are first needed.

    Attributes:
        digits: reads characters in boxes.
        tallies: counts strokes in grids.
        alterations: sees what was struck out or written over.
    """

    digits: DigitReader
    tallies: TallyReader
    alterations: AlterationReader

    @classmethod
    def shipped(cls) -> Readers:
        """Those of the package.

        Raises:
            RuntimeError: weights are missing or damaged.
        """
        return cls(DigitReader(), TallyReader(), AlterationReader())
