"""Evidence of the number in words: a distribution over numbers, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..imaging.arrays import FloatArray

WordsState = Literal["read", "absent", "digits", "struck", "unreadable"]


@dataclass(frozen=True, eq=False)
class WordsEvidence:
    """What the space for words of one number says.

    Attributes:
        state: `read`; `absent`: nothing is written; `digits`: digits stand there in place of words; `struck`: something
            is struck out (the distribution is that of what is not); `unreadable`: no number in words was recognised.
        probabilities: calibrated probability of each number 0 .. 999 (0 .. 9999 for four boxes). The sum is less than 1
            by the probability that something else is written. Empty for `absent`, `digits` and `unreadable`.
        other: probability that no number in words is written.
        height_px: height of the letters, photo pixels; 0 where nothing is written.
        text: most probable text, letter by letter, in capitals; `#` for struck-out ink, `9` for digits. For people.
    """

    state: WordsState
    probabilities: FloatArray
    other: float
    height_px: float
    text: str

    @property
    def numbers(self) -> FloatArray | None:
        """Probability of each number 0, 1, ..., which sum to 1; None unless a number was read."""
        if self.state not in ("read", "struck"):
            return None
        return (self.probabilities + self.other / len(self.probabilities)) / (self.probabilities.sum() + self.other)

    @property
    def best(self) -> int | None:
        """The most probable number; None unless one was read (what is struck out may be all that is written)."""
        read = self.state in ("read", "struck") and bool(self.probabilities.any())
        return int(np.argmax(self.probabilities)) if read else None

    def says(self, number: int | None) -> float:
        """Probability of one number; 0 for None, and where none was read."""
        if number is None or not 0 <= number < len(self.probabilities):
            return 0.0
        return float(self.probabilities[number])
