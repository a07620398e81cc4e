"""Registry of witnesses, in the order in which they are asked. The first that confirms a number is named in its record.

A new witness is one new file in this folder that holds a `TableWitness`, and one entry of `WITNESSES`. A fact that is
known before the count needs a `FactWitness`.
"""

from __future__ import annotations

from typing import Final

from .bubble_witness import BubbleWitness
from .count_witness import CountWitness
from .fact_witness import DATE_WITNESS, LIST_WITNESS
from .witness import TableWitness, Witness
from .words_witness import WordsWitness

WITNESSES: Final[dict[str, Witness]] = {
    one.name: one for one in (BubbleWitness(), CountWitness(), WordsWitness(), DATE_WITNESS, LIST_WITNESS)
}


def tables() -> dict[str, TableWitness]:
    """Witnesses of the registry that only give each number a probability, by name."""
    return {name: one for name, one in WITNESSES.items() if isinstance(one, TableWitness)}
