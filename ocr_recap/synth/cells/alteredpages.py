"""Strips and cells from photos of whole pages with numbers struck out or written over at random.

`alteredcells` draws single rows, which is cheap. The effect of a form's print, of the dotted guide and of neighbouring
boxes on a thin line occurs only in photos of whole pages, so training takes a part of its strips and cells from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...cells.crop import crop
from ...forms import template
from ...forms.fields import FormField
from ...forms.template import Template
from ...imaging.photo import load
from ...locate.locate import locate
from ...messages.problems import PhotoProblem
from ..forms.alter import OVER
from ..forms.fill import FieldWriting, Struck
from ..sets import photos
from ..writing.hand import Manner
from ..writing.sources import Split
from ..writing.strikes import AMENDED
from .alteredcells import STRIKE_SHARES, UNKNOWN, AlteredStrip
from .practice import HARD, LONGER, draw_page

STRUCK: Final = 0.4  # share of numbers with two or more digits; by judgement
WRITTEN_OVER: Final = 0.4  # of the other numbers
DIGITS_OVER: Final = 0.5  # share of the digits of such a number, after the first; by judgement
_BLOCK: Final = 768  # consecutive photos of one size, so that cached pages are used
_CORRECTED: Final[frozenset[Manner]] = frozenset(("struck", "fluid"))  # it is not known whether two digits are visible


def altered_page(split: Split, seed: int, index: int) -> list[tuple[AlteredStrip, NDArray[np.uint8]]]:
    """Strips and patches of the numbers of one photo.

    Args:
        split: part of the writers.
        seed: seeds all randomness, together with the index.
        index: index of the photo.

    Returns:
        The strip of each number with its labels, without columns, and the patches (n, 48, 48) of its boxes. Empty where
        the page is not found in the photo.
    """
    rng = np.random.default_rng([seed, index])
    form_id, page = draw_page(rng)
    form = _form(form_id)
    preset = "hard" if rng.random() < HARD else "field"
    longer = LONGER[index // _BLOCK % len(LONGER)]
    order = photos.Order(form, 1, seed, preset, writers=split, longer=longer, alter=by_chance)
    place = [p.id for p in form.pages].index(page)
    made = photos.make(order, index * len(form.pages) + place)
    try:
        photo = load(made.jpeg, made.name)
        located = locate(photo, [form])
        if located.page_id != page:
            return []
        patches = crop(photo, located)
    except PhotoProblem:
        return []
    found: list[tuple[AlteredStrip, NDArray[np.uint8]]] = []
    for fact in made.truth["fields"]:
        patch = patches.get(fact["id"])  # None where the number is not in the photo
        if patch is not None and patch.found.all() and patch.inside:
            struck, over = _labels(fact, len(patch.cells))
            found.append((AlteredStrip(patch.strip, np.zeros((0, 2)), struck, over), patch.cells))
    return found


def by_chance(
    fields: Sequence[FormField], written: Mapping[str, FieldWriting], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """Writing of a page after some of its numbers were altered at random; a function as `photos.Alter`."""
    found = dict(written)
    for field in fields:
        said = written[field.id]
        digits = [i for i, char in enumerate(said.text) if char.isdigit()]
        if said.struck is not None or not digits:
            continue
        if field.cells.count > 1 and rng.random() < STRUCK:
            kind = tuple(STRIKE_SHARES)[int(rng.choice(len(STRIKE_SHARES), p=list(STRIKE_SHARES.values())))]
            found[field.id] = replace(said, manners=(), was="", struck=Struck(kind, said.text))
        elif rng.random() < WRITTEN_OVER:
            found[field.id] = _written_over(said, digits, rng)
    return found


def _written_over(said: FieldWriting, digits: list[int], rng: np.random.Generator) -> FieldWriting:
    """The number with some of its digits written over another one."""
    manners = [*said.manners, *["plain"] * (len(said.text) - len(said.manners))]
    was = list(said.was.ljust(len(said.text)))
    sure = digits[int(rng.integers(len(digits)))]
    for place in digits:
        if place != sure and rng.random() >= DIGITS_OVER:
            continue
        digit = int(said.text[place])
        manner = OVER[int(rng.integers(len(OVER)))]
        old = [before for before, after in AMENDED if after == digit]
        if manner == "amended" and not old:
            manner = "rewritten"
        if manner != "amended":
            old = [other for other in range(10) if other != digit]
        manners[place] = manner
        was[place] = str(old[int(rng.integers(len(old)))])
    return replace(said, manners=tuple(manners), was="".join(was))


def _labels(fact: Mapping[str, object], boxes: int) -> tuple[int, NDArray[np.int8]]:
    """Whether a number is struck out, and which of its boxes hold two digits."""
    if "struck_out" in fact:
        return (1 if boxes > 1 else UNKNOWN), np.full(boxes, UNKNOWN, np.int8)
    over = np.zeros(boxes, np.int8)
    manners = fact.get("manners", ())
    assert isinstance(manners, Sequence)
    for i, manner in enumerate(manners):
        if manner in OVER:
            over[i] = 1
        elif manner in _CORRECTED:
            over[i] = UNKNOWN
    return (UNKNOWN if "struck" in manners else 0), over


@cache
def _form(name: str) -> Template:
    return template.load(template.available()[name])
