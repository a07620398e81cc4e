"""The registry of witnesses, in the order in which they are asked: the first that confirms a number is named.

A new witness is one new file beside this one, which holds a `TableWitness`, and one entry of `WITNESSES`.
"""

from __future__ import annotations

from typing import Final

from .bubble_witness import BubbleWitness
from .count_witness import CountWitness
from .witness import TableWitness, Witness

WITNESSES: Final[dict[str, Witness]] = {one.name: one for one in (BubbleWitness(), CountWitness())}


def tables() -> dict[str, TableWitness]:
    """Those of the registry that give each number a probability, and nothing else."""
    return {name: one for name, one in WITNESSES.items() if isinstance(one, TableWitness)}
