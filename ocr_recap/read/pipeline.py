"""The recipe, from one photo to one record. Read this first: each step is a function of its own module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..cells.crop import crop
from ..cells.readers import Readers
from ..decide import policy
from ..decide.ask_witnesses import ask_witnesses
from ..decide.case import other_sheet, reconciled
from ..forms.template import Template
from ..imaging.photo import Photo, Source, load
from ..locate import heading_ocr
from ..locate.locate import locate
from ..messages.problems import PhotoProblem
from ..records import photo_advice
from ..records.assemble import make_record, problem_record
from ..records.options import Options
from ..records.record import Record


@dataclass(frozen=True)
class Reading:
    """One photo, read. `photo` is the decoded picture, None when it could not be decoded."""

    record: Record
    photo: Photo | None


def read_photo(
    source: Source,
    name: str,
    templates: Sequence[Template],
    readers: Readers,
    options: Options,
    frame: int = 0,
) -> Reading:
    """Photo to record. Every problem with a photo becomes part of its record; only a caller's mistake raises."""
    photo: Photo | None = None
    try:
        photo = load(source, name, max_pixels=options.max_pixels, frame=frame)
        located = locate(photo, templates)
        if options.headings and "tag" not in located.anchors:
            heading_ocr.refuse_twins(photo, located)
        patches = crop(photo, located)
        measured = photo_advice.cells(located, patches)
        witnessed = ask_witnesses(patches, readers, measured)
        doubts = other_sheet(", ".join(other.name for other in located.rivals))
        alone = [replace(h.case, objections=doubts) for h in witnessed.values()]
        cases, rules = reconciled(alone, located.template.rules_of(located.page_id))
        decisions = policy.decide(cases, rules, options.policy)
        quality = photo_advice.page(photo, located, measured) if options.advice else None
        record = make_record(photo, located, patches, witnessed, cases, rules, decisions, readers, options, quality)
    except PhotoProblem as problem:
        record = problem_record(name, photo, problem, readers, options, frame)
    return Reading(record, photo)
