"""Alters the numbers of a page for measurements: all witnesses except the ink still give the old numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...decide.evidence import interpret
from ...forms.fields import FormField
from ..writing.hand import Manner
from ..writing.strikes import AMENDED, STRIKES
from .fill import FieldWriting, Struck

# Manners in which one digit is written over another, and all kinds of alteration.
OVER: tuple[Manner, ...] = ("overwritten", "rewritten", "amended")
KINDS = (*STRIKES, *OVER)


def altered(
    kind: str, fields: Sequence[FormField], written: Mapping[str, FieldWriting], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """Alter every number of a page that has a witness of its own; strokes, row totals and bubbles stay unchanged.

    Args:
        kind: kind of line that strikes the number out, or manner in which one digit is written over another.
        fields: fields of the page.
        written: writing by field id.
        rng: random generator of the new digits.

    Returns:
        Writing by field id after the alterations, fields without alteration included.
    """
    found = dict(written)
    for field in fields:
        said = written[field.id]
        if _confirmed(said):
            found[field.id] = _changed(kind, said, field.cells.count, rng)
    return found


def _confirmed(said: FieldWriting) -> bool:
    """True when bubbles or strokes give the number, and it is not struck out already."""
    value = interpret(said.text)[1] if said.struck is None else None
    return bool(value) and (bool(said.bubbles) or (said.strokes is not None and said.strokes.count == value))


def _changed(kind: str, said: FieldWriting, boxes: int, rng: np.random.Generator) -> FieldWriting:
    places = [i for i, char in enumerate(said.text) if char.isdigit()]
    if kind == "amended":
        places = [i for i in places if any(old == int(said.text[i]) for old, _ in AMENDED)] or places
    place = places[int(rng.integers(len(places)))]
    was = int(said.text[place])
    others = [new for old, new in AMENDED if old == was] if kind == "amended" else []
    others = others or [digit for digit in range(10) if digit != was]
    digit = others[int(rng.integers(len(others)))]
    text = said.text[:place] + str(digit) + said.text[place + 1 :]
    if kind in STRIKES:
        new = text.strip(" X-").rjust(boxes)
        return replace(said, text=new, manners=(), was="", struck=Struck(kind, said.text))  # type: ignore[arg-type]
    manner: Manner = "rewritten" if kind == "amended" and (was, digit) not in AMENDED else kind  # type: ignore[assignment]
    manners = tuple(manner if i == place else "plain" for i in range(len(text)))
    return replace(said, text=text, manners=manners, was=" " * place + str(was) + " " * (len(text) - place - 1))
