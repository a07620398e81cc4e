"""Alters the numbers of a page as somebody would who wants the old ones to count: all but the ink still says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...decide.evidence import interpret
from ...forms.fields import FormField
from ..writing.hand import Manner
from ..writing.strikes import AMENDED, STRIKES
from .fill import FieldWriting, Struck

# Manners in which a digit is written over another one, and all kinds of alteration.
OVER: tuple[Manner, ...] = ("overwritten", "rewritten", "amended")
KINDS = (*STRIKES, *OVER)


def altered(
    kind: str, fields: Sequence[FormField], written: Mapping[str, FieldWriting], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """Every number of a page that has a witness of its own, altered; strokes, totals and bubbles stay what they are.

    Args:
        kind: a kind of line that strikes the number out, or a manner in which one digit is written over another.
        fields: of the page.
        written: what is written, by field id.
        rng: which digit becomes which.

    Returns:
        What is written then, with the fields that are not altered.
    """
    found = dict(written)
    for field in fields:
        said = written[field.id]
        if _confirmed(said):
            found[field.id] = _changed(kind, said, field.cells.count, rng)
    return found


def _confirmed(said: FieldWriting) -> bool:
    """Bubbles or strokes say the number, and no clerk has struck it out."""
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
