"""The readers with weights, loaded once and used for all photos of a process."""

from __future__ import annotations

from dataclasses import dataclass

from .alteration_reader import AlterationReader
from .digit_reader import DigitReader
from .tally_reader import TallyReader
from .words_reader import WordsReader


@dataclass(frozen=True, eq=False)
class Readers:
    """One reader of each kind; inference sessions are built at their first use.

    Attributes:
        digits: reads the characters in boxes.
        tallies: counts the strokes in grids.
        alterations: detects numbers struck out and digits written over.
        words: reads numbers in words.
    """

    digits: DigitReader
    tallies: TallyReader
    alterations: AlterationReader
    words: WordsReader

    @classmethod
    def shipped(cls) -> Readers:
        """Readers with the weights of the package.

        Raises:
            RuntimeError: weights are missing or damaged.
        """
        return cls(DigitReader(), TallyReader(), AlterationReader(), WordsReader())
