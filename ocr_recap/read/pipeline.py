"""The pipeline from one photo to one record. Start here: each step is a function of its own module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..cells.crop import crop
from ..cells.readers import Readers
from ..decide import policy
from ..decide.ask_witnesses import ask_witnesses
from ..decide.case import only_blanks, other_sheet
from ..decide.facts import date_fact
from ..decide.reconcile import reconciled
from ..forms.template import Template
from ..imaging.photo import Photo, Source, load
from ..locate import heading_ocr
from ..locate.locate import locate
from ..locate.located import Located
from ..messages.problems import PhotoProblem
from ..records import photo_advice
from ..records.assemble import make_record, problem_record
from ..records.options import Options
from ..records.record import Record


@dataclass(frozen=True)
class Reading:
    """The record of one photo, and the decoded photo; `photo` is None when it could not be decoded."""

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
    """Read one photo into a record. Problems with the photo become part of its record.

    Args:
        source: as for `photo.load`.
        name: of the photo in the record.
        templates: forms to choose among.
        readers: of the cells.
        options: of reading.
        frame: of a file with several frames, from 0.

    Raises:
        TypeError, ValueError: a wrong argument, as in `photo.load`.
    """
    photo: Photo | None = None
    try:
        photo = load(source, name, max_pixels=options.max_pixels, frame=frame)
        located = locate(photo, templates)
        if options.headings and "tag" not in located.anchors:
            heading_ocr.refuse_twins(photo, located)
        record = read_page(photo, located, readers, options)
    except PhotoProblem as problem:
        record = problem_record(name, photo, problem, readers, options, frame)
    return Reading(record, photo)


def read_page(photo: Photo, located: Located, readers: Readers, options: Options) -> Record:
    """Read the numbers of a page that was located.

    Args:
        photo: the decoded photo.
        located: its page.
        readers: of the cells.
        options: of reading.

    Raises:
        PhotoProblem: the photo shows none of the page's numbers.
    """
    patches = crop(photo, located)
    measured = photo_advice.cells(located, patches)
    witnessed = ask_witnesses(patches, readers, measured)
    unseen = {f.id for f in located.template.fields_of(located.page_id)} - patches.keys()
    doubts = (
        *other_sheet(", ".join(other.name for other in located.rivals)),
        *only_blanks(bool(unseen), "tag" in located.anchors, (h.case.digits_text for h in witnessed.values())),
    )
    dates = date_fact(located.template, options.election_date, "option")
    alone = [
        replace(h.case, objections=doubts, facts=(dates,) if dates and name in dates.fields else ())
        for name, h in witnessed.items()
    ]
    cases, rules = reconciled(alone, located.template.rules_of(located.page_id))
    decisions = policy.decide(cases, rules, options.policy, unseen)
    quality = photo_advice.page(photo, located, measured) if options.advice else None
    return make_record(photo, located, patches, witnessed, cases, rules, decisions, readers, options, quality)
