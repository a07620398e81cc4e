"""What a witness is: a source beside the digit cells that says which number is meant, and its part in a decision.

The witnesses that are asked are those of the registry, `witnesses.WITNESSES`. A new one is one new file that holds a
`TableWitness`, and one entry there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from ..messages.catalog import Message

if TYPE_CHECKING:  # a witness is asked by all of these
    from ..cells.crop import FieldPatches
    from ..cells.readers import Readers
    from .candidates import Choice
    from .case import Case, Reason
    from .evidence import NumberEvidence
    from .policy import Thresholds

# Probability that a witness is about something else than the number written in the boxes: drawn clerks fill a wrong
# bubble in 5 of 100 documents of some 15 columns, 0.003 a column.
DOUBT = 0.003
PLAUSIBLE = 0.001  # a value outside a witness's own 99.9% set is contradicted by that witness


class Witness(ABC):
    """One kind of evidence about numbers, beside the digit cells.

    Attributes:
        name: in the registry, and of `Choices.speaking`.
    """

    name: str

    @abstractmethod
    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """Probability of each number 0, 1, ... by this witness; None where it says nothing."""

    @abstractmethod
    def says(self, choice: Choice) -> float:
        """Probability of one candidate by this witness."""

    @abstractmethod
    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """The name of the evidence that says what the digits say, surely enough to accept the number; None: none."""

    @abstractmethod
    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """Why this witness speaks against the number as read."""

    @abstractmethod
    def doubts(self, case: Case) -> list[Reason]:
        """Why this witness does not confirm the number, where it was asked and does not speak against it."""

    def listed(self, evidence: NumberEvidence) -> tuple[FloatArray | None, ...]:
        """Tables as `numbers` has them, of which the most probable number must be among the candidates."""
        return (self.numbers(evidence),)

    def sees_blank(self, case: Case) -> bool | None:
        """Whether this witness says that nothing is written; None where it never says so."""
        return None

    def beside_blank(self, case: Case) -> list[Reason]:
        """Why empty boxes are no blank: this witness says that there is a number."""
        return []


class TableWitness(Witness):
    """A witness that gives each number a probability, and nothing else.

    Its word is kept in the record as `evidence.others`, so that a document is decided again without asking it again.

    Attributes:
        label: what people call it, in Indonesian and English.
        sure: probability of a number from which the witness confirms it.
    """

    label: Message
    sure: float

    @abstractmethod
    def ask(self, patches: Mapping[str, FieldPatches], readers: Readers) -> Mapping[str, FloatArray]:
        """What it says of the numbers of a page.

        Args:
            patches: cut from the page, by field.
            readers: the nets.

        Returns:
            By field, the probability of each number 0, 1, ...; a field is left out where the witness says nothing.
        """

    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """See `Witness.numbers`."""
        return evidence.tables.get(self.name)

    def says(self, choice: Choice) -> float:
        """See `Witness.says`."""
        return choice.others.get(self.name, 0.0)

    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """See `Witness.confirms`."""
        return self.name if self.name in case.others and self.says(case.choice) >= self.sure else None

    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """See `Witness.objections`."""
        said = case.others.get(self.name)
        if said is None or case.kind != "number" or self.says(case.choice) >= PLAUSIBLE:
            return []
        digits = case.digits_text.replace(" ", "_")
        return [("witness_disagrees", {"witness": self.name, "number": str(said.value), "digits": digits})]

    def doubts(self, case: Case) -> list[Reason]:
        """See `Witness.doubts`."""
        said = case.others.get(self.name)
        return [] if said is None else [("witness_unclear", {"witness": self.name, "number": str(said.value)})]
