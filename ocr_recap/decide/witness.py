"""Protocol of witnesses: sources of evidence beside the digit cells that say which number is meant.

The registry `witnesses.WITNESSES` lists the witnesses that are asked. Most of them are marks on the form: each gives a
distribution over numbers, which is weighed with the digit cells. A new one is one new file that holds a `TableWitness`,
and one entry of the registry. Facts that are known before the count need no image and are not weighed with the digit
cells: they confirm or contradict what was read (`fact_witness.FactWitness`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..imaging.arrays import FloatArray
from ..messages.catalog import Message

if TYPE_CHECKING:  # these modules import this one
    from ..cells.crop import FieldPatches
    from ..cells.readers import Readers
    from .candidates import Choice
    from .case import Case, Reason
    from .evidence import NumberEvidence
    from .policy import Thresholds

# Probability that a witness gives another number than the one written in the boxes: drawn clerks fill a wrong bubble in
# 5 of 100 documents of some 15 columns, which is 0.003 per column.
DOUBT = 0.003
PLAUSIBLE = 0.001  # a witness contradicts a value to which it gives a smaller probability; by judgement


class Witness(ABC):
    """One kind of evidence about numbers, beside the digit cells.

    Attributes:
        name: key of the witness in the registry and in `Choices.speaking`.
        label: name for people, in Indonesian and English.
        doubt: probability that it gives another number than the one written in the boxes. It can therefore favour one
            number over another by at most 1 / `doubt`.
    """

    name: str
    label: Message
    doubt: float = DOUBT

    @abstractmethod
    def numbers(self, evidence: NumberEvidence) -> FloatArray | None:
        """Probability of each number 0, 1, ... by this witness; None where it gives no evidence."""

    @abstractmethod
    def says(self, choice: Choice) -> float:
        """Probability of one candidate by this witness."""

    @abstractmethod
    def confirms(self, case: Case, thresholds: Thresholds) -> str | None:
        """Name of the evidence that confirms the best reading surely enough to accept it; None without one."""

    def least(self, thresholds: Thresholds) -> float:
        """Least probability, given all evidence, of a number that is accepted because this witness confirms it."""
        return thresholds.posterior

    @abstractmethod
    def objections(self, case: Case, thresholds: Thresholds) -> list[Reason]:
        """Reasons why this witness contradicts the best reading."""

    @abstractmethod
    def doubts(self, case: Case) -> list[Reason]:
        """Reasons why this witness, though it gives evidence and does not contradict, does not confirm the number."""

    def listed(self, evidence: NumberEvidence) -> tuple[FloatArray | None, ...]:
        """Tables like that of `numbers`; the most probable number of each is always a candidate."""
        return (self.numbers(evidence),)

    def sees_blank(self, case: Case) -> bool | None:
        """True when this witness also finds nothing written; None where it cannot tell."""
        return None

    def beside_blank(self, case: Case) -> list[Reason]:
        """Reasons why empty boxes are not accepted as blank: this witness gives a number."""
        return []


class TableWitness(Witness):
    """A witness that only gives each number a probability.

    Records hold its evidence as `evidence.others`, so a document is decided again without asking the witness again.

    Attributes:
        sure: least probability of a number that the witness confirms.
    """

    sure: float

    @abstractmethod
    def ask(self, patches: Mapping[str, FieldPatches], readers: Readers) -> Mapping[str, FloatArray]:
        """Evidence of this witness about the numbers of a page.

        Args:
            patches: image patches cut from the page, by field.
            readers: the nets.

        Returns:
            By field, the probability of each number 0, 1, ...; fields without evidence are left out.
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
