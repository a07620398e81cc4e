"""Draws the photos of a regency, one file each with its truth beside it. What is there already is not drawn again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..forms.fields import FormField
from ..forms.template import load
from ..imaging.files import write_atomically
from ..synth.forms.fill import FieldWriting
from ..synth.sets.parallel import in_order
from ..synth.sets.photos import Order, make
from .journal import RehearsalJournal
from .world import PhotoPlan, World

PHOTOS: Final = "photos"
AGAIN: Final = "-again"  # end of the name of a photo that was taken again
SLIP_FIELD: Final = "votes_1"  # the number of which a clerk with a slip writes ten more than was counted
SLIP: Final = 10


@dataclass(frozen=True)
class PhotoJob:
    """A photo to draw: where, with which seed, how large."""

    plan: PhotoPlan
    folder: Path
    seed: int
    longer: int


def photo_file(plan: PhotoPlan) -> str:
    """The file of a photo, relative to the folder of the rehearsal."""
    return f"{PHOTOS}/{plan.station}/{plan.name}.jpg"


def draw_photos(folder: Path, world: World, longer: int, workers: int, journal: RehearsalJournal) -> None:
    """Draw all photos that are not there yet.

    Args:
        folder: of the rehearsal.
        world: whose photos.
        longer: longer side of a photo, px.
        workers: processes.
        journal: that shows progress.

    Raises:
        OSError: the folder cannot be written.
    """
    jobs = [PhotoJob(plan, folder, world.seed, longer) for plan in world.photos()]
    left = [job for job in jobs if not truth_file(folder, job.plan).exists()]
    for done, _ in enumerate(in_order(partial(_draw), left, workers), 1):
        if done % 50 == 0:
            journal.show("drawn", done=len(jobs) - len(left) + done, photos=len(jobs))


def draw_again(folder: Path, world: World, plan: PhotoPlan, longer: int) -> PhotoPlan:
    """Draw another, better photo of the same sheet, as an officer takes it who is asked to.

    Returns:
        The plan of the new photo.
    """
    again = replace(plan, name=f"{plan.name}{AGAIN}", preset="clean")
    if not truth_file(folder, again).exists():
        _draw(PhotoJob(again, folder, world.seed, longer))
    return again


def truth_file(folder: Path, plan: PhotoPlan) -> Path:
    """The truth beside a photo."""
    return (folder / photo_file(plan)).with_suffix(".json")


def _draw(job: PhotoJob) -> None:
    plan = job.plan
    form = load(plan.form)
    order = Order(form, 1, job.seed, plan.preset, longer=job.longer)  # type: ignore[arg-type]
    if plan.slip:
        order = replace(order, alter=with_slip)
    made = make(order, plan.document * len(form.pages) + plan.place)
    file = job.folder / photo_file(plan)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, made.jpeg)
    write_atomically(file.with_suffix(".json"), json.dumps(_facts(plan, made.jpeg, made.truth)).encode())


def _facts(plan: PhotoPlan, jpeg: bytes, truth: Mapping[str, Any]) -> dict[str, Any]:
    """What the rehearsal needs of a photo's truth."""
    fields = {one["id"]: [one["value"], one.get("visible", 1.0)] for one in truth["fields"]}
    same = ("station", "name", "form", "counts", "preset")
    return {
        **{name: getattr(plan, name) for name in same},
        "page": truth["page"],
        "sha256": hashlib.sha256(jpeg).hexdigest(),
        "fields": fields,
        "counted": truth["counted"],
        "defects": truth["defects"],
    }


def with_slip(
    fields: Sequence[FormField], written: Mapping[str, FieldWriting], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """A clerk who writes ten more votes than were counted; strokes and bubbles stay as they were."""
    found = dict(written)
    if any(field.id == SLIP_FIELD for field in fields):
        said = found[SLIP_FIELD]
        digits = "".join(char for char in said.text if char.isdigit()) or "0"
        text = str((int(digits) + SLIP) % 10 ** len(said.text)).rjust(len(said.text))
        found[SLIP_FIELD] = replace(said, text=text, manners=(), was="", struck=None, unused=None)
    return found
