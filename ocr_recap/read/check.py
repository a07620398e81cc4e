"""Checks whether a photo is good enough to be read, for officers before they leave the station.

The page is located and its cells are measured as for reading; no number is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..cells.crop import crop
from ..forms.template import Template
from ..imaging.photo import Photo, Source, load
from ..locate.locate import locate
from ..messages.problems import PhotoProblem
from ..records import photo_advice as advice
from ..records.options import Options
from ..records.record import PhotoQuality, Problem
from ..records.record import problem as make_problem

Judgement = Literal["good", "look", "retake"]


@dataclass(frozen=True)
class PhotoCheck:
    """The result of a check of one photo.

    Attributes:
        judgement: `good`; `look`: readable, but see the advice; `retake`: take it again.
        template, page: ids of the form and page that were found, or None.
        quality: of the page; None where no form was found.
        advice: problems and warnings with their next steps, most pressing first.
    """

    judgement: Judgement
    template: str | None
    page: str | None
    quality: PhotoQuality | None
    advice: tuple[Problem, ...]


def unchecked(code: str, data: Mapping[str, Any]) -> PhotoCheck:
    """The result for a photo that could not be checked: `retake`, with this problem and its data."""
    said = {key: value for key, value in data.items() if key != "sha256"}
    return PhotoCheck("retake", None, None, None, (make_problem(code, **said),))


def check(source: Source, name: str, templates: Sequence[Template], options: Options, frame: int = 0) -> PhotoCheck:
    """Check one photo. A bad photo gives a result with advice and raises nothing.

    Args:
        source: as for `photo.load`.
        name: of the photo in messages.
        templates: forms to choose among.
        options: of reading; only `max_pixels` is used.
        frame: of a file with several frames, from 0.

    Raises:
        TypeError, ValueError: a wrong argument, as in `photo.load`.
    """
    photo: Photo | None = None
    try:
        photo = load(source, name, max_pixels=options.max_pixels, frame=frame)
        located = locate(photo, templates)
        patches = crop(photo, located)
    except PhotoProblem as problem:
        return unchecked(problem.code, problem.data)
    quality = advice.page(photo, located, advice.cells(located, patches))
    fields = located.template.fields_of(located.page_id)
    said = advice.warnings(
        located, quality, sum(len(patches[f.id].cells) for f in fields if f.role == "count" and f.id in patches)
    )
    judgement: Judgement = "retake" if advice.take_again(said) else "look" if said else "good"
    return PhotoCheck(judgement, located.template.id, located.page_id, quality, said)
