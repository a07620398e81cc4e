"""Labelled cells of whole drawn photos, cropped by their true corners, to test the digit readers.

Training draws its cells in another way (`cells`). Here a clerk fills in a form and the sheet is photographed with all
defects; nothing is located.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ...cells.crop import cut
from ...cells.patch import PATCH
from ...forms import template
from ...imaging.photo import load
from ..camera.conditions import Preset
from ..sets import photos
from ..writing.hand import CORRECTIONS, Manner, Writers, named
from .cells import CLASSES

# All manners of writing a character (`hand.Manner`).
MANNERS: tuple[Manner, ...] = get_args(Manner)
# Manners of cells with two right readings.
CORRECTED = tuple(MANNERS.index(manner) for manner in CORRECTIONS if manner != "fluid")


@dataclass(frozen=True)
class CellKind:
    """One kind of photos: preset, defects that each photo has, longer side in pixels, part of the writers."""

    name: str
    preset: Preset
    defects: tuple[str, ...] = ()
    longer: int = photos.LONGER
    writers: Writers = "test"


@dataclass(frozen=True)
class PageCells:
    """Cells of photos, n of them.

    Attributes:
        patches: (n, 48, 48) uint8 gray.
        boxes: (n, 2) sizes of the printed boxes in them, px (as `DigitReader.read`).
        labels: (n,) indices into `CLASSES`: the character that counts, also after a correction.
        was: (n,) digit that a correction replaced, -1 without one.
        manners: (n,) indices into `MANNERS`.
        sides: (n,) shorter side of the printed box on the photo, px.
        segments: (n,) True where the writer traces seven-segment figures.
    """

    patches: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    was: NDArray[np.int64]
    manners: NDArray[np.int64]
    sides: NDArray[np.float64]
    segments: NDArray[np.bool_]


def photo_cells(kind: CellKind, seed: int, index: int) -> PageCells:
    """Cells of one photo that are completely in it; pages of all forms take turns.

    Args:
        kind: kind of photos.
        seed: seeds all randomness, together with the index.
        index: index of the photo.
    """
    pages = _pages()
    form_id, page = pages[index % len(pages)]
    form = template.load(template.available()[form_id])
    order = photos.Order(form, index + 1, seed + index, kind.preset, kind.defects, kind.writers, kind.longer)
    made = photos.make(order, [p.id for p in form.pages].index(page))
    photo = load(made.jpeg, made.name)
    sides = {field.id: (field.cells.box[2], field.cells.box[3]) for field in form.fields_of(page)}
    parts: list[tuple[NDArray[np.uint8], NDArray[np.float64]]] = []
    facts: list[tuple[int, int, int]] = []
    pixels: list[float] = []
    hand = named(made.truth["writer"])
    for field in (f for f in made.truth["fields"] if "struck_out" not in f):
        count = len(field["text"])
        manners, was = field.get("manners", ["plain"] * count), field.get("was", " " * count)
        for char, quad, manner, old in zip(field["text"], field["cell_quads"], manners, was, strict=True):
            corners = np.array(quad)
            if (corners >= 0).all() and (corners < (photo.width - 1, photo.height - 1)).all():
                parts.append(cut(photo, corners[None], sides[field["id"]]))
                facts.append((CLASSES.index(char), int(old) if old.isdigit() else -1, MANNERS.index(manner)))
                pixels.append(float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).min()))
    labels, was, manners = np.array(facts, dtype=np.int64).reshape(-1, 3).T
    return PageCells(
        np.concatenate([np.zeros((0, PATCH, PATCH), np.uint8), *(p[0] for p in parts)]),
        np.concatenate([np.zeros((0, 2)), *(p[1] for p in parts)]),
        labels,
        was,
        manners,
        np.array(pixels),
        np.full(len(facts), hand.glyphs is None and hand.writer.seven_segment),
    )


def together(parts: list[PageCells]) -> PageCells:
    """Concatenate the cells of several photos."""
    return PageCells(*(np.concatenate([getattr(p, name) for p in parts]) for name in PageCells.__annotations__))


@cache
def _pages() -> list[tuple[str, str]]:
    return list(_in_turn())


def _in_turn() -> Iterator[tuple[str, str]]:
    """Pages of all forms, one of each form in turn, so that forms with many pages have no larger share."""
    forms = [[(name, page.id) for page in template.load(path).pages] for name, path in template.available().items()]
    longest = max(map(len, forms))
    rounds = (itertools.islice(itertools.cycle(pages), longest) for pages in forms)
    yield from itertools.chain.from_iterable(zip(*rounds, strict=True))
