"""Judges every number of every photo once: truth against results.

A photo is located when the right template and page were found. A silent error is an accepted number that is not what
is written (where nothing is written, on a wrong page or an unknown form included), or a blank that is not blank.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..records.field_record import Quad
from .readings import ReadNumber, ReadRecord, Results
from .truths import Fault, Truth, TruthField, TruthFile, TruthKind, stem, stem_of_name

Kind = Literal["written", "blank", "invented", "outside"]


@dataclass(frozen=True)
class Judged:
    """One number.

    Attributes:
        field: id of the number.
        kind: something is written; nothing is written; the photo has no such number (`invented`); or the photo does not
            show all of it, by the truth, and the reader says so (`outside`): neither right nor wrong.
        want: what is written; None if invented.
        got: what was read; None where the photo was not located or the record does not have the number.
        right, text_right: whether the value, and the text, is what is written.
        silent: a silent error.
        offset: mean distance of the corners from the true ones in widths of one cell; None without geometry.
    """

    field: str
    kind: Kind
    want: TruthField | None
    got: ReadNumber | None
    right: bool
    text_right: bool
    silent: bool
    offset: float | None = None

    @property
    def accepted(self) -> bool:
        """True when the number's status is accepted."""
        return self.got is not None and self.got.given

    @property
    def trial(self) -> bool:
        """True for a trial of the rate of silent errors: accepted or wrongly blank; right blanks would dilute it."""
        return self.accepted or self.silent

    @property
    def false_review(self) -> bool:
        """True when the number was read right and is in review."""
        return self.kind == "written" and self.right and self.got is not None and self.got.status == "review"


@dataclass(frozen=True)
class JudgedPhoto:
    """One photo of the truth. `known`: a template describes its form; `reading` None: no record, or several."""

    truth: Truth
    reading: ReadRecord | None
    known: bool
    located: bool
    numbers: tuple[Judged, ...]

    @property
    def width(self) -> int | None:
        """Width of the photo in px, by the record, else by the truth."""
        return (self.reading.photo.width if self.reading else 0) or self.truth.width

    @property
    def all_settled(self) -> bool:
        """True when the photo was located, all written numbers were accepted and all others found blank.

        Numbers that the photo does not show are left out.
        """
        return self.located and all(
            n.got is not None and n.got.status == ("accepted" if n.kind == "written" else "blank")
            for n in self.numbers
            if n.kind not in ("invented", "outside")
        )


@dataclass(frozen=True)
class Judgement:
    """The judged photos of a truth.

    `orphans`: records without truth, which are not judged. `decided`: documents with people's decisions.
    """

    kind: TruthKind
    photos: tuple[JudgedPhoto, ...]
    orphans: tuple[ReadRecord, ...]
    verdicts: Mapping[str, str]
    faults: tuple[Fault, ...]
    decided: int = 0


def judge(results: Results, truth: TruthFile) -> Judgement:
    """Judge every number of every photo of the truth.

    Photos are matched by name and frame. Where a name occurs more than once the match is ambiguous: the photo counts as
    not located, its records count as records without truth, and both are listed as faults.

    Args:
        results: records of the reader.
        truth: what is written.
    """
    faults = [*truth.faults, *results.faults]
    by_path: dict[tuple[str, int], list[ReadRecord]] = defaultdict(list)
    by_stem: dict[tuple[str, int], list[ReadRecord]] = defaultdict(list)
    for reading in results.readings:
        by_path[reading.path, reading.photo.frame].append(reading)
        by_stem[stem(reading.photo.file), reading.photo.frame].append(reading)
    seen: dict[tuple[str, int], Truth] = {}
    twice: set[tuple[str, int]] = set()
    for photo in truth.photos:
        key = photo.name, photo.frame
        if key in seen:
            same = photo == seen[key]
            faults.append(_doubled_truth(photo.name, same))
            if not same:
                twice.add(key)
        else:
            seen[key] = photo
    photos: list[JudgedPhoto] = []
    used: set[int] = set()
    for key, photo in seen.items():
        found = by_path.get(key) or by_stem.get((stem_of_name(photo.name), photo.frame), [])
        if len(found) > 1:  # the truth may name a folder inside of the one that was read
            found = [reading for reading in found if f"/{reading.path}".endswith(f"/{photo.name}")] or found
        if len(found) > 1:
            faults.append(_doubled_records(photo.name, found))
        reading = found[0] if len(found) == 1 and key not in twice else None
        if reading is not None and id(reading) in used:
            faults.append(_doubled_truth(photo.name, False))
            reading = None
        if reading is not None:
            used.add(id(reading))
        photos.append(judge_photo(photo, reading))
        faults += _unknown_ids(photos[-1])
    orphans = tuple(reading for reading in results.readings if id(reading) not in used)
    return Judgement(truth.kind, tuple(photos), orphans, results.verdicts, tuple(faults), results.decided)


def judge_photo(truth: Truth, reading: ReadRecord | None) -> JudgedPhoto:
    """Judge one photo; without a record it counts as not located."""
    form, wanted = truth.form, truth.wanted
    fields: Mapping[str, ReadNumber] = reading.fields if reading else {}
    located = form is not None and _located(form, reading, truth)
    # Numbers of a form without template cannot be read, so they do not count as missed.
    judged = wanted.items() if form is not None else ()
    numbers = [_judge(want, fields.get(name) if located else None) for name, want in judged]
    for name, got in fields.items():
        known = located and name in wanted
        unjudged = name.startswith("rowsum_") or (located and truth.partial)
        if got.given and not known and not unjudged:
            numbers.append(Judged(name, "invented", None, got, False, False, True))
    return JudgedPhoto(truth, reading, form is not None, located, tuple(numbers))


def _located(form: tuple[str | None, str | None], reading: ReadRecord | None, truth: Truth) -> bool:
    page = reading.page if reading else None
    if reading is None or page is None:
        return False
    template, page_id = form
    if template is None:  # typed truth without a form: any form that has these numbers
        return any(name in reading.fields for name in truth.wanted)
    return page.template == template and page_id in (None, page.page)


def _judge(want: TruthField, got: ReadNumber | None) -> Judged:
    written = want.value is not None
    values = want.values
    right = got is not None and got.value in values
    text_right = got is not None and got.text in want.texts
    silent = False
    if got is not None and got.given:
        # Programs use `accepted`; where it differs from `value` one of the two is wrong.
        silent = not written or not right or (got.accepted is not None and got.accepted not in values)
    elif got is not None and got.status == "blank":
        silent = written
    offset = _offset(got.quad, want) if got is not None and got.quad and want.quad else None
    kind: Kind = "written" if written else "blank"
    if got is not None and got.status == "not_in_photo" and want.visible is not None and want.visible < 1:
        kind = "outside"
    return Judged(want.id, kind, want, got, right, text_right, silent, offset)


def _offset(quad: Quad, want: TruthField) -> float | None:
    """Mean distance of the four corners in widths of one cell."""
    if want.quad is None or want.cells < 1:
        return None
    width = math.dist(want.quad[0], want.quad[1]) / want.cells
    return sum(math.dist(a, b) for a, b in zip(quad, want.quad, strict=True)) / 4 / width if width else None


def _unknown_ids(photo: JudgedPhoto) -> list[Fault]:
    if not photo.located or photo.reading is None:
        return []
    missing = [n.field for n in photo.numbers if n.got is None]
    if not missing:
        return []
    names = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
    return [Fault.of("unknown_field", photo.truth.name, names=names)]


def _doubled_truth(name: str, same: bool) -> Fault:
    return Fault.of("doubled", name, "truth_twice" if same else "truths_differ")


def _doubled_records(name: str, found: Sequence[ReadRecord]) -> Fault:
    files = ", ".join(reading.photo.file for reading in found)
    return Fault.of("doubled", name, "records_of_one_name", count=len(found), files=files)
