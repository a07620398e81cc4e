"""Judged numbers to figures: one object with stable keys, all defined in docs/reference/evaluation.md."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..forms.template import Template
from .bounds import clopper_pearson, trials_for
from .calibration import calibrate, risk_coverage
from .judge import Judged, JudgedPhoto, Judgement
from .paperwork import JudgedDocument, papers
from .truths import Truth, TruthField

GOAL = 1e-5  # the project's goal: silent errors per accepted number
PLACED = 0.15  # widths of one cell: largest mean distance of the corners of a number in its place; by judgement
WIDTHS = (800, 1200, 1600, 2400, 3600)  # upper ends of the classes of photo width, px


@dataclass
class Counts:
    """Counts of a set of photos and numbers. `numbers` are written ones; `trials` are accepted or wrongly blank."""

    photos: int = 0
    located: int = 0
    numbers: int = 0
    numbers_right: int = 0
    accepted: int = 0
    silent_errors: int = 0
    trials: int = 0
    blanks: int = 0
    blanks_right: int = 0
    false_reviews: int = 0

    def add(self, number: Judged) -> None:
        """Add one number to the counts."""
        got, written = number.got, number.kind == "written"
        self.numbers += written
        self.numbers_right += written and number.right
        self.accepted += written and number.accepted
        self.silent_errors += number.silent
        self.trials += number.trial
        self.blanks += number.kind == "blank"
        self.blanks_right += number.kind == "blank" and got is not None and got.status == "blank"
        self.false_reviews += number.false_review

    def export(self) -> dict[str, Any]:
        """Plain JSON, with the upper bound of silent errors."""
        return {**asdict(self), "silent_error_rate_upper95": _rounded(self.upper)}

    @property
    def upper(self) -> float:
        """Exact two-sided 95% upper bound of silent errors per trial."""
        return clopper_pearson(self.silent_errors, self.trials)[1]


def figures(judgement: Judgement, forms: Mapping[str, Template]) -> dict[str, Any]:
    """Compute all figures, as plain JSON.

    Args:
        judgement: truth compared with results.
        forms: templates by id, where they are available.
    """
    known = [photo for photo in judgement.photos if photo.known]
    unknown = [photo for photo in judgement.photos if not photo.known]
    total = count(judgement.photos)
    low, high = clopper_pearson(total.silent_errors, total.trials)
    written = [n for photo in known for n in photo.numbers if n.kind == "written"]
    claimed = [n for photo in judgement.photos for n in photo.numbers if _claims(n)]
    sure = [(n.got.confidence, n.right) for n in claimed if n.got and n.got.confidence is not None]
    unread = sum(not _claims(n) for n in written)
    paper = papers(known, judgement.verdicts, forms) if judgement.kind != "sheet" else ()
    calibration = calibrate(sure)
    return {
        "truth": judgement.kind,
        "photos": len(known),
        "located": sum(photo.located for photo in known),
        "photos_without_record": sum(photo.reading is None for photo in known),
        "photos_all_settled": sum(photo.all_settled for photo in known),
        "unknown_forms": len(unknown),
        "unknown_read": sum(photo.reading is not None and photo.reading.page is not None for photo in unknown),
        **_placement(known),
        "numbers": total.numbers,
        "numbers_right": total.numbers_right,
        "texts_right": sum(n.text_right for n in written),
        "accepted": total.accepted,
        "accepted_right": sum(n.accepted and n.right for n in written),
        "silent_errors": total.silent_errors,
        "silent_error_trials": total.trials,
        "silent_error_rate": _rounded(total.silent_errors / total.trials) if total.trials else None,
        "silent_error_rate_lower95": _rounded(low),
        "silent_error_rate_upper95": _rounded(high),
        "trials_for_goal": trials_for(GOAL),
        "reviews": sum(n.got is not None and n.got.status == "review" for n in written),
        "false_reviews": total.false_reviews,
        "false_reviews_by_reason": _reasons(written),
        "not_in_photo": sum(
            n.got is not None and n.got.status == "not_in_photo" for photo in known for n in photo.numbers
        ),
        "blanks": total.blanks,
        "blanks_right": total.blanks_right,
        **_cells(known),
        **_documents(paper),
        **_sheets(judgement.photos),
        **_witnesses(known),
        "ece": calibration.ece,
        "reliability": calibration.export(),
        "risk_coverage": risk_coverage(sure, len(sure) + unread),
        "records_without_truth": len(judgement.orphans),
        "unjudged_accepted": sum(f.given for r in judgement.orphans for f in r.fields.values()),
        "unlisted_accepted": _unlisted(known) if judgement.kind == "typed" else 0,
        "documents_decided": judgement.decided,
        "forms_without_rules": forms_without_rules(known, forms) if judgement.kind != "sheet" else [],
        "faults": [asdict(fault) for fault in judgement.faults],
        "tables": {name: {k: c.export() for k, c in table.items()} for name, table in tables(judgement.photos).items()},
    }


def forms_without_rules(photos: Iterable[JudgedPhoto], forms: Mapping[str, Template]) -> list[str]:
    """Ids of forms without template, whose rules and dates are unknown."""
    named = {photo.truth.form[0] for photo in photos if photo.truth.form}
    return sorted(name for name in named if name and forms.get(name) is None)


def _claims(number: Judged) -> bool:
    """True when the reader gives a confidence for a number: a written one, or one read where nothing is written."""
    got = number.got
    return got is not None and got.confidence is not None and (number.kind == "written" or got.value is not None)


def _unlisted(photos: Iterable[JudgedPhoto]) -> int:
    """Count the accepted numbers of photos of a typed truth that the truth does not list."""
    return sum(
        got.given and name not in photo.truth.wanted
        for photo in photos
        if photo.located and photo.reading
        for name, got in photo.reading.fields.items()
    )


def count(photos: Iterable[JudgedPhoto]) -> Counts:
    """Count photos of known forms and all their numbers."""
    counts = Counts()
    for photo in photos:
        counts.photos += photo.known
        counts.located += photo.located
        for number in photo.numbers:
            counts.add(number)
    return counts


def tables(photos: Iterable[JudgedPhoto]) -> dict[str, dict[str, Counts]]:
    """Counts by field, defect, template and page, writer, photo width, distinct sheet, clerk error, and what is in
    sight of a number."""
    names = ("field", "defect", "template", "writer", "width", "sheet", "counted", "sight")
    found: dict[str, dict[str, Counts]] = {name: defaultdict(Counts) for name in names}
    for photo in photos:
        truth = photo.truth
        form = truth.form
        where = " ".join(part for part in (form or ()) if part) or truth.family or "?"
        groups = [
            *(found["defect"][name] for name in truth.defects or ("-",)),
            found["template"][where],
            found["writer"][truth.writer or "-"],
            found["width"][_width_class(photo.width)],
            found["sheet"][sheet_of(photo)],
        ]
        of_numbers: dict[int, Counts] = {}
        for number in photo.numbers:
            own = [found["field"][number.field], found["sight"][_sight(number)]]
            if number.want and number.field in (truth.counted or {}):
                own.append(found["counted"][_slip(number.want, truth)])
            of_numbers.update((id(counts), counts) for counts in own)
            for counts in (*groups, *own):
                counts.add(number)
        for counts in (*groups, *of_numbers.values()):
            counts.photos += photo.known
            counts.located += photo.located
    return {name: {key: table[key] for key in sorted(table, key=_natural)} for name, table in found.items()}


def _sight(number: Judged) -> str:
    """What the photo shows of a number, as far as the reader found it: its boxes, and printed witnesses beside them."""
    got = number.got
    if got is None:
        return "page not found"
    if got.status == "not_in_photo":
        return "boxes not in photo"
    witnesses = got.evidence.in_sight if got.evidence else ()
    return ", ".join(("boxes", *witnesses)) if witnesses else "boxes only"


def _slip(want: TruthField, truth: Truth) -> str:
    same = want.value == (truth.counted or {}).get(want.id)
    return "written as counted" if same else "written otherwise"


def sheet_of(photo: JudgedPhoto) -> str:
    """The key of the physical sheet: the truth's own, else the page of its document, else the photo itself."""
    truth = photo.truth
    if truth.sheet:
        return truth.sheet
    if truth.document and truth.page:
        return f"{truth.document} {truth.page}"
    return truth.name if truth.frame == 0 else f"{truth.name}#{truth.frame}"


def _width_class(width: int | None) -> str:
    if not width:
        return "-"
    low = 0
    for high in WIDTHS:
        if width <= high:
            return f"{low + 1}-{high}"
        low = high
    return f"{low + 1}-"


def _natural(name: str) -> list[tuple[int, str]]:
    """Key of natural sorting: 800 before 1200, w2 before w10."""
    parts = re.split(r"(\d+)", name)
    return [(len(part.lstrip("0")) if part.isdecimal() else 0, part) for part in parts]


def _placement(photos: Iterable[JudgedPhoto]) -> dict[str, Any]:
    offsets = sorted(n.offset for photo in photos for n in photo.numbers if n.offset is not None)
    places = {"median": len(offsets) // 2, "p95": int(len(offsets) * 0.95), "worst": len(offsets) - 1}
    found = {f"placement_{name}": round(offsets[i], 3) if offsets else None for name, i in places.items()}
    return {**found, "placed": sum(offset <= PLACED for offset in offsets), "placement_trials": len(offsets)}


def _cells(photos: Iterable[JudgedPhoto]) -> dict[str, Any]:
    """Cell accuracy over all photos, located or not; a character is right if a correct text has it in this place."""
    total = right = digits = digits_right = 0
    confusions: dict[str, Counter[str]] = defaultdict(Counter)
    for photo in photos:
        for number in photo.numbers:
            want, got = number.want, number.got
            if want is None or number.kind == "outside" or want.cells < 1 or len(want.text) != want.cells:
                continue
            said = got.text if got and got.text is not None and len(got.text) == want.cells else None
            for i, char in enumerate(want.text):
                good = said is not None and any(said[i] == t[i] for t in want.texts if len(t) == want.cells)
                total, right = total + 1, right + good
                digits, digits_right = digits + char.isdigit(), digits_right + (char.isdigit() and good)
                if said is not None:
                    confusions[char][char if good else said[i]] += 1
    return {
        "cells": total,
        "cells_right": right,
        "digit_cells": digits,
        "digit_cells_right": digits_right,
        "confusions": {char: dict(sorted(row.items())) for char, row in sorted(confusions.items())},
    }


def _documents(paper: Iterable[JudgedDocument]) -> dict[str, Any]:
    documents = list(paper)
    consistent = [d for d in documents if d.consistent]
    through = [d for d in consistent if d.straight_through]
    verdicts: dict[str, Counter[str]] = {"consistent": Counter(), "inconsistent": Counter()}
    for document in documents:
        verdicts["consistent" if document.consistent else "inconsistent"][document.verdict] += 1
    return {
        "documents": len(documents),
        "documents_right": sum(d.right for d in documents),
        "documents_consistent": len(consistent),
        "straight_through": len(through),
        "straight_through_rate": _rounded(len(through) / len(consistent)) if consistent else None,
        "straight_through_wrong": sum(d.silent for d in through),
        "documents_inconsistent": len(documents) - len(consistent),
        "inconsistent_reported": verdicts["inconsistent"]["inconsistent"],
        "inconsistent_passed": sum(d.straight_through for d in documents if not d.consistent),
        "verdicts": {name: dict(sorted(counter.items())) for name, counter in verdicts.items()},
    }


def _sheets(photos: Iterable[JudgedPhoto]) -> dict[str, Any]:
    """Each number of each distinct sheet once, however many photos show it: wrong if wrong on any of them."""
    numbers: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    sheets: set[str] = set()
    for photo in photos:
        sheets.add(sheet_of(photo))
        for number in photo.numbers:
            numbers[sheet_of(photo), number.field].append(number)
    written = [all_of for all_of in numbers.values() if any(n.kind == "written" for n in all_of)]
    trials = [all_of for all_of in numbers.values() if any(n.trial for n in all_of)]
    errors = sum(any(n.silent for n in all_of) for all_of in trials)
    return {
        "sheets": len(sheets),
        "sheet_numbers": len(written),
        "sheet_numbers_right": sum(all(n.right for n in all_of if n.kind == "written") for all_of in written),
        "sheet_trials": len(trials),
        "sheet_silent_errors": errors,
        "sheet_silent_error_rate_upper95": _rounded(clopper_pearson(errors, len(trials))[1]),
    }


def _witnesses(photos: Iterable[JudgedPhoto]) -> dict[str, int]:
    """Tally marks, row totals and words, where the truth has them."""
    kinds = ("tallies", "empty_grids", "row_sums", "words", "no_words")
    found: dict[str, int] = {key: 0 for kind in kinds for key in (kind, f"{kind}_right")}
    for photo in photos:
        reading = photo.reading
        for name, tally in photo.truth.tallies.items():
            if tally.count is None:
                continue
            kind = "tallies" if tally.count else "empty_grids"
            number = reading.fields.get(name) if reading and photo.located else None
            said = number.evidence.tally.count if number and number.evidence and number.evidence.tally else None
            found[kind] += 1
            found[f"{kind}_right"] += said == tally.count
        sums = {(r.field, r.row): r.value for r in reading.row_sums} if reading and photo.located else {}
        for want in photo.truth.row_sums:
            if want.value is not None:
                found["row_sums"] += 1
                found["row_sums_right"] += sums.get((want.field, want.row)) == want.value
        for name, words in photo.truth.words.items():
            number = reading.fields.get(name) if reading and photo.located else None
            seen = number.evidence.words if number and number.evidence else None
            if words.state == "absent":
                found["no_words"] += 1
                found["no_words_right"] += seen is not None and seen.state == "absent"
            elif words.state == "read":
                found["words"] += 1
                found["words_right"] += seen is not None and (seen.state, seen.value) == ("read", words.value)
    return found


def _reasons(written: Iterable[Judged]) -> dict[str, int]:
    counter = Counter(reason for n in written if n.false_review and n.got for reason in n.got.reasons)
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
