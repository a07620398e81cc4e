"""Photos of filled forms of random stations, each with its truth, as `ocr-recap synth` writes them.

Photo i of a set is page i % n of document i // n, where n is the form's number of pages. All randomness comes from
(seed, i) and, for what the pages of a document share, from (seed, document). Photos can therefore be made in any order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ...forms.fields import FormField
from ...forms.template import Template
from ...imaging.files import write_atomically
from ..camera.conditions import Preset
from ..camera.photo import LONGER, Shot, photograph
from ..forms import clerk, numbers
from ..forms import defects as writing_defects
from ..forms.fill import FieldWriting, blank_page, fill_page
from ..forms.truth import truth
from ..writing.hand import Hand, Writers, draw_hand
from .parallel import in_order

# Name of the truth file in a folder of photos.
TRUTH = "truth.jsonl"
Alter = Callable[[Sequence[FormField], Mapping[str, FieldWriting], np.random.Generator], dict[str, FieldWriting]]
# Provinces of made-up codes, as of 2024; regency, district and village are drawn, so a code may be a real station's.
_PROVINCES = (*range(11, 20), 21, *range(31, 37), 51, 52, 53, *range(61, 66), *range(71, 77), 81, 82)
# Stations of an invented village; by judgement.
_STATIONS_PER_VILLAGE = 12
# The comment in each JPEG.
_COMMENT = b"Synthetic photo made by ocr-recap synth. Form, numbers, handwriting and signatures are invented."


@dataclass(frozen=True)
class Order:
    """Photos to make.

    Attributes:
        template: the form.
        count: number of photos, not of documents.
        seed: the same seed gives the same bytes.
        preset: difficulty of the photos.
        defects: names of `camera.defects.DEFECTS` and `forms.defects.WRITING_DEFECTS` that every photo gets.
        writers: part of the writers.
        longer: longer side of a photo, px.
        alter: function that changes the writing of a page before it is drawn; called with the page's fields, the
            writing of all fields by id, and a random generator of its own.
    """

    template: Template
    count: int
    seed: int
    preset: Preset = "field"
    defects: tuple[str, ...] = ()
    writers: Writers = "test"
    longer: int = LONGER
    alter: Alter | None = None


@dataclass(frozen=True)
class MadePhoto:
    """One photo: its name without ending, the bytes of its file, and its truth."""

    name: str
    jpeg: bytes
    truth: dict[str, Any]


def make(order: Order, index: int) -> MadePhoto:
    """Make photo number `index` of a set.

    Raises:
        numbers.NumbersError: no numbers obey the template's rules.
        ValueError: a defect is unknown.
    """
    template = order.template
    document, place = divmod(index, len(template.pages))
    page = template.pages[place]
    counted, written, hand = _document(order, document)
    if order.alter is not None:
        apart = np.random.default_rng([order.seed, 4, index])
        written = replace(written, fields=order.alter(template.fields_of(page.id), written.fields, apart))
    station = station_code(order.seed, document)
    name = f"{station}-{page.id}"
    rng = np.random.default_rng([order.seed, 2, index])
    scale = 1.3 * order.longer / max(template.paper.width, template.paper.height)
    empty = all(not written.fields[f.id].text.strip() for f in template.fields_of(page.id))
    sheet = fill_page(template, page.id, written.fields, hand, rng, scale, signatures=not empty)
    beside = None if len(template.pages) == 1 else template.pages[(place + 1) % len(template.pages)].id
    neighbour = None if beside is None else np.repeat(blank_page(template, beside, scale)[:, :, None], 3, axis=2)
    size = (template.paper.width, template.paper.height)
    shot = photograph(
        sheet,
        size,
        order.preset,
        rng,
        defects=[name for name in order.defects if name not in writing_defects.WRITING_DEFECTS],
        neighbour=neighbour,
        longer=order.longer,
        parts=pairs_of_boxes(template.fields_of(page.id)),
    )
    height, width = shot.picture.shape[:2]
    on_page = {field.id for field in template.fields_of(page.id)}
    facts = truth(
        template,
        page.id,
        written.fields,
        shot.project,
        name,
        (width, height),
        visible=shot.visible,
        pages=written.fields,
        image=f"{name}.jpg",
        document=f"{station}-{template.id}",
        sheet=f"{station}-{template.id}-{page.id}",
        station=station,
        rotation=_turn_back(shot),
        tps_written="",
        notes="synthetic",
        writer=hand.name,
        preset=order.preset,
        defects=[*shot.defects, *writing_defects.seen(written.fields[field] for field in sorted(on_page))],
        slips=[slip.export() for slip in written.slips if slip.field in on_page],
        counted={field: value for field, value in counted.items() if field in on_page},
        seed=order.seed,
    )
    return MadePhoto(name, _labelled(shot.jpeg), facts)


def with_grids(order: Order) -> Iterator[MadePhoto]:
    """The photos of an order that show pages with tally grids, one after the other.

    Raises:
        numbers.NumbersError, ValueError: as `make`.
    """
    pages = order.template.pages
    gridded = {field.page for field in order.template.fields if field.tally is not None}
    for index in range(order.count):
        if pages[index % len(pages)].id in gridded:
            yield make(order, index)


def pairs_of_boxes(fields: Sequence[FormField]) -> list[tuple[float, float, float, float]]:
    """Every two neighbouring boxes of a number, [x0, y0, x1, y1] mm: the least that a close-up shows."""
    rows = [field.cells.rects() for field in fields]
    return [(*left[:2], *right[2:]) for row in rows for left, right in pairwise(row)]


def make_set(order: Order, out: Path, workers: int = 1, progress: Callable[[int], None] | None = None) -> None:
    """Write all photos of an order into a folder, and then `truth.jsonl` in their order.

    Args:
        order: photos to make.
        out: folder, created if needed.
        workers: number of processes; the bytes do not depend on it.
        progress: called with the number of photos done.

    Raises:
        OSError: the folder cannot be written.
        numbers.NumbersError, ValueError: as `make`.
    """
    out.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for line in in_order(partial(_write, order, out), range(order.count), workers):
        lines.append(line)
        if progress:
            progress(len(lines))
    write_atomically(out / TRUTH, ("\n".join(lines) + "\n").encode("utf-8"))


def station_code(seed: int, document: int) -> str:
    """Random code of 13 digits; the documents of one seed have different codes."""
    village, station = divmod(document, _STATIONS_PER_VILLAGE)
    rng = np.random.default_rng([seed, 3, village])
    province = _PROVINCES[int(rng.integers(len(_PROVINCES)))]
    regency = int(rng.integers(1, 30)) if rng.random() < 0.8 else int(rng.integers(71, 80))
    district, number = divmod(village, 500)
    return f"{province}{regency:02d}{district % 99 + 1:02d}{2001 + number:04d}{station + 1:03d}"


def _document(order: Order, document: int) -> tuple[dict[str, int], clerk.Written, Hand]:
    """What the pages of one document share: the counts, the writing and the hand."""
    rng = np.random.default_rng([order.seed, 1, document])
    counted = numbers.station(order.template, rng)
    known = writing_defects.WRITING_DEFECTS
    asked = [known[name] for name in order.defects if name in known]
    for defect in asked:
        defect.prepare(order.template, counted)
    written, hand = clerk.write(order.template, counted, rng), draw_hand(order.writers, rng)
    for defect in asked:
        defect.change(order.template, written.fields)
    return counted, written, hand


def _write(order: Order, out: Path, index: int) -> str:
    """Make one photo and write its file; returns its line of truth."""
    made = make(order, index)
    write_atomically(out / f"{made.name}.jpg", made.jpeg)
    return json.dumps(made.truth, ensure_ascii=False)


def _turn_back(shot: Shot) -> int:
    """Degrees clockwise, a multiple of 90, that bring the photo to reading orientation."""
    width, height = shot.view.size_mm
    left, right = shot.project([[0.2 * width, height / 2], [0.8 * width, height / 2]])
    if shot.conditions.back:  # mirrored
        left, right = right, left
    return -90 * round(math.degrees(math.atan2(right[1] - left[1], right[0] - left[0])) / 90) % 360


def _labelled(jpeg: bytes) -> bytes:
    """The JPEG file with a comment that says that it is synthetic."""
    return jpeg[:2] + b"\xff\xfe" + (len(_COMMENT) + 2).to_bytes(2, "big") + _COMMENT + jpeg[2:]
