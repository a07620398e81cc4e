"""Practice sheets: photos of a form's page with a random character in every box.

Training cells (`cells`) are drawn a row at a time. These are cells of whole photos, with the print of a real form and
all defects of a photo. Clerks write few eights and hardly any *other*; here all characters have the shares of training
cells, by writers of one part, and the numbers have no meaning.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...cells.crop import cut
from ...cells.patch import PATCH
from ...forms import template
from ...forms.fields import FormField
from ...forms.template import Template
from ...imaging.photo import load
from ..camera.photo import photograph
from ..forms import clerk, numbers
from ..forms.fill import FieldWriting, fill_page
from ..writing import ink
from ..writing.hand import SLICE, Hand, Manner, named
from ..writing.sheet import PageImage, Sheet
from ..writing.sources import Source, Split, writer_seed
from ..writing.strokes import Writer
from .cellphoto import placing
from .cells import CLASSES, EMPTY, GUIDED_PRIOR, OTHER, PRIOR, SEVEN, LabelledCells, Mix
from .othercells import shape

CUTS = 2  # crops of each cell, each with another error of placing
LONGER = (1000, 1400, 2000)  # px of the photo's longer side: larger photos are no harder to read, and cost more
_BLOCK = 64  # consecutive photos of one size, so that cached pages are used
HARD = 0.3  # share of photos with the preset *hard*; the others have *field*
# Rates of characters, twice those of clerks of whole pages (`clerk.MANNER_RATES`), since readers make errors there.
_MANNERS: dict[Manner, float] = {"over_edge": 0.06, "neighbour": 0.015, "fluid": 0.015}
_STRUCK = 0.15  # share of *other* that is a struck digit with the right one beside it
_SEEN, _COVERED = 0.9, 0.4  # least visible share of a cell for its label, and largest one of a cell labelled as none


def practice_cells(split: Split, mix: Mix, seed: int, index: int) -> LabelledCells:
    """Cells of one photo, `CUTS` times each, without those partly outside the photo or half covered.

    Args:
        split: part of the writers.
        mix: sources of digits, already cut to the part, with their shares.
        seed: seeds all randomness, together with the index.
        index: index of the photo.

    Returns:
        As `cells.batch`; `rows` counts the numbers of the page.
    """
    rng = np.random.default_rng([seed, index])
    form_id, page = draw_page(rng)
    form, fields = _form(form_id), _form(form_id).fields_of(page)
    hand = _hand(split, mix, rng)
    labels = {f.id: _labels(f, rng) for f in fields}
    longer = LONGER[index // _BLOCK % len(LONGER)]
    sheet = _sheet(form, page, hand, labels, longer, rng)
    size = (form.paper.width, form.paper.height)
    shot = photograph(sheet, size, "hard" if rng.random() < HARD else "field", rng, longer=longer)
    photo = load(shot.jpeg, "practice")
    made: list[tuple[NDArray[np.uint8], int, NDArray[np.float64], int]] = []
    for row, field in enumerate(fields):
        for rect, label in zip(field.cells.rects(), labels[field.id], strict=True):
            seen = shot.visible(rect)
            corners = shot.quad(rect)
            inside = (corners >= 0).all() and (corners < (photo.width - 1, photo.height - 1)).all()
            if inside and not _COVERED < seen < _SEEN:
                quads = np.stack([_misplaced(corners, rng) for _ in range(CUTS)])
                patches, boxes = cut(photo, quads, field.cells.box[2:])
                what = OTHER if seen <= _COVERED else int(label)
                made += [(patch, what, box, row) for patch, box in zip(patches, boxes, strict=True)]
    return LabelledCells(
        np.array([m[0] for m in made], np.uint8).reshape(-1, PATCH, PATCH),
        np.array([m[1] for m in made], np.int64),
        np.array([m[2] for m in made], np.float32).reshape(-1, 2),
        np.array([m[3] for m in made], np.int64),
    )


def draw_page(rng: np.random.Generator) -> tuple[str, str]:
    """Draw a random page of the package's forms, with a weight by its boxes, so that every box has the same chance."""
    pages, boxes = _pages()
    return pages[int(rng.choice(len(pages), p=boxes / boxes.sum()))]


@cache
def _pages() -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Pages and their weights: the pages of a form share the weight of a single-page form."""
    pages: list[tuple[str, str]] = []
    boxes: list[float] = []
    for name in template.available():
        form = _form(name)
        counts = [sum(f.cells.count for f in form.fields_of(page.id)) for page in form.pages]
        pages += [(name, page.id) for page in form.pages]
        boxes += [count / len(counts) for count in counts]
    return pages, np.array(boxes)


@cache
def _form(name: str) -> Template:
    return template.load(template.available()[name])


def _hand(split: Split, mix: Mix, rng: np.random.Generator) -> Hand:
    """A random hand of the stroke model, or one with a few digits of a source."""
    names = tuple(mix.weights)
    weights = np.array([mix.weights[name] for name in names])
    name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    seed = writer_seed(split, rng)
    source = mix.sources.get(name)
    if source is None:
        seven = rng.random() < SEVEN
        while seven and not Writer.from_seed(seed).seven_segment:
            seed = writer_seed(split, rng)
        return named(f"strokes-{seed}")
    chosen: list[NDArray[np.intp]] = []
    for digit in range(10):
        places = np.flatnonzero(source.labels == digit)
        first = int(rng.integers(max(1, len(places) - SLICE)))  # adjacent images in the file are mostly by one person
        chosen.append(places[first : first + SLICE])
    some = np.concatenate(chosen)
    glyphs = Source(source.images[some], source.labels[some], source.proportions)
    return Hand(f"{name}-practice", Writer.from_seed(seed), glyphs, float(rng.uniform(0.7, 1.0)))


def _labels(field: FormField, rng: np.random.Generator) -> NDArray[np.int64]:
    prior = GUIDED_PRIOR if field.guide == "seven_segment" else PRIOR
    return rng.choice(len(CLASSES), field.cells.count, p=prior).astype(np.int64)


def _sheet(
    form: Template, page: str, hand: Hand, labels: dict[str, NDArray[np.int64]], longer: int, rng: np.random.Generator
) -> PageImage:
    """The filled-in page: bubbles, strokes and row totals of a random station, and characters in all boxes."""
    written = clerk.write(form, numbers.station(form, rng), rng).fields
    filled = {name: _filled(written[name], characters, rng) for name, characters in labels.items()}
    scale = 1.3 * longer / max(form.paper.width, form.paper.height)
    image = fill_page(form, page, filled, hand, rng, scale)
    sheet = Sheet(image, scale, hand.writer, rng)
    for field in form.fields_of(page):
        for rect, label, manner in zip(field.cells.rects(), labels[field.id], filled[field.id].manners, strict=True):
            if label == OTHER and manner == "plain":
                sheet.draw(ink.place(shape(hand.writer, rng), hand.writer, rect, rng))
    return image


def _filled(written: FieldWriting, labels: NDArray[np.int64], rng: np.random.Generator) -> FieldWriting:
    """A field with other characters in its boxes; *other* stays blank unless it is a struck digit."""
    text, was, manners = "", "", list[Manner]()
    for label in labels:
        manner: Manner = "plain"
        if label == OTHER and rng.random() < _STRUCK:
            manner = "struck"
        elif label < EMPTY:
            drawn = rng.choice(len(_MANNERS) + 1, p=[*_MANNERS.values(), 1 - sum(_MANNERS.values())])
            manner = (*_MANNERS, manner)[int(drawn)]
        corrected = manner in ("struck", "fluid")
        text += str(rng.integers(10)) if manner == "struck" else " " if label == OTHER else CLASSES[label]
        was += str(rng.integers(10)) if corrected else " "
        manners.append(manner)
    return replace(written, text=text, was=was, manners=tuple(manners))


def _misplaced(corners: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Corners (4, 2) with a random error of location: moved and scaled slightly."""
    middle = corners.mean(axis=0)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    move, larger = placing(float(sides.min()), rng)
    return middle + move + (corners - middle) * larger
