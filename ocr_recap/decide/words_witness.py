"""Witness: the number in words.

Words cannot be changed into others by adding a stroke, and their reader shares no net with that of the digits. They are
not fully independent of the digits all the same, for the reasons that hold for bubbles: one person writes both, from
one count, so a wrong number may stand in both, or the words may repeat another number of the page. `DOUBT` is the
probability that words say another number than the boxes: it bounds by how much words can favour one number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from .witness import PLAUSIBLE, Witness

if TYPE_CHECKING:
    from .candidates import Choice
    from .case import Case, Reason, WordsCase
    from .evidence import NumberEvidence
    from .policy import Thresholds

# Drawn clerks write wrong words for one of some five numbers in 3 of 100 documents (`synth/forms/word_clerk.py`), which
# is 0.006 per number; how often officers do is not published. Rounded up, by judgement.
DOUBT = 0.01
_LEAST_CLEAR = 0.5  # probability of the most probable number in words below which words are unclear; by judgement


class WordsWitness(Witness):
    """The number in words, where words were read."""

    name = "words"
    label = ("huruf", "words")
    doubt = DOUBT

    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """See `Witness.numbers`: evidence only where a number in words was read and none is struck out."""
        said = evidence.words
        return said.numbers if said is not None and said.state == "read" else None

    def says(self, choice: Choice) -> float:
        """See `Witness.says`."""
        return choice.words

    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """See `Witness.confirms`."""
        return self.name if _is_read(case.words) and case.choice.words >= thresholds.words else None

    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """See `Witness.objections`: words that are struck out object, whatever else they say."""
        said = case.words
        if said is None:
            return []
        if said.state == "struck":
            return [("words_struck_out", {})]
        if said.state != "read" or case.kind != "number" or case.choice.words >= PLAUSIBLE:
            return []
        if said.probability < _LEAST_CLEAR:
            return []
        digits = case.digits_text.replace(" ", "_")
        return [("words_disagree", {"number": str(said.value), "words": said.text, "digits": digits})]

    def doubts(self, case: Case) -> list[Reason]:
        """See `Witness.doubts`."""
        said = case.words
        if said is None or said.state in ("absent", "struck"):
            return []
        if said.state == "digits":
            return [("words_as_digits", {})]
        if said.state == "unreadable":
            return [("words_unreadable", {})]
        return [("words_unclear", {"number": str(said.value)})]

    def beside_blank(self, case: Case) -> list[Reason]:
        """See `Witness.beside_blank`: anything written in the space for words objects."""
        said = case.words
        if said is None or said.state == "absent":
            return []
        if said.value is None:
            return [("words_unread_but_blank", {})]
        return [("words_but_blank", {"number": str(said.value)})]


def _is_read(said: WordsCase | None) -> bool:
    return said is not None and said.state == "read"
