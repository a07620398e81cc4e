"""Figures of real photos, by policy and by what is in sight, for `benchmarks/accuracy.py`.

The photos lie beside this repository and are no part of it. They are looked at and measured, never trained on, and no
threshold is chosen by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Literal

import cv2

from ocr_recap.cells.digit_reader import DigitReader
from ocr_recap.cells.readers import Readers
from ocr_recap.evaluate.cells import evaluate_cells
from ocr_recap.evaluate.figures import PLACED, figures
from ocr_recap.evaluate.forms import Forms
from ocr_recap.evaluate.judge import judge
from ocr_recap.evaluate.readings import read_results
from ocr_recap.evaluate.truths import Truth, read_jsonl
from ocr_recap.imaging.photo import load
from ocr_recap.locate import heading_ocr
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.read.pipeline import read_page
from ocr_recap.read.reader import Reader
from ocr_recap.records.assemble import problem_record
from ocr_recap.records.options import Options

FOLDERS: Final = ("real-forms", "real-forms-2024")  # in the folder `shared` beside this repository
_IN_PART: Final = (
    "real-forms-2024",
)  # folders whose truth leaves out numbers that the photos show; these are not judged
Policy = Literal["strict", "balanced"]
POLICIES: Final[tuple[Policy, ...]] = ("strict", "balanced")
# Figures that are kept: all but long lists, which `ocr-recap evaluate --json` gives.
_LONG: Final = ("reliability", "risk_coverage", "tables", "faults", "sheets", "confusions", "mistakes")


def read_all(images: Path, out: Path, workers: int) -> None:
    """Read photos with every policy, each located once; `out` gets one file POLICY.jsonl of records for each policy."""
    paths = sorted(path for path in images.iterdir() if path.is_file())
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin) as pool:
        records = list(pool.map(_read, paths))
    for i, policy in enumerate(POLICIES):
        lines = "".join(both[i] + "\n" for both in records)
        (out / f"{policy}.jsonl").write_text(lines, encoding="utf-8")


def _begin() -> None:
    """Prepare a process: its forms and readers."""
    cv2.setNumThreads(1)
    _OURS["templates"], _OURS["readers"] = Reader().templates, Readers.shipped()


_OURS: Final[dict[str, Any]] = {}  # templates and readers of this process


def _read(path: Path) -> tuple[str, ...]:
    """The record of one photo by every policy, as JSON: what `Reader.read` gives."""
    templates, readers, options = _OURS["templates"], _OURS["readers"], Options()
    photo = None
    try:
        photo = load(path, path.name, max_pixels=options.max_pixels)
        located = locate(photo, templates)
        if options.headings and "tag" not in located.anchors:
            heading_ocr.refuse_twins(photo, located)
        records = [read_page(photo, located, readers, Options(policy=policy)) for policy in POLICIES]
    except PhotoProblem as problem:
        records = [problem_record(path.name, photo, problem, readers, options, 0)] * len(POLICIES)
    return tuple(record.to_json() for record in records)


def judged(records: Path, truth: Path) -> dict[str, Any]:
    """The figures of `ocr_recap.evaluate` without their long lists; `sight`: counts by what is in sight of a number."""
    facts = read_jsonl(truth)
    if truth.parent.name in _IN_PART:
        facts = replace(facts, photos=tuple(map(_in_part, facts.photos)))
    found = figures(judge(read_results(records), facts), Forms(()))
    return {**short(found), "sight": found["tables"]["sight"]}


def _in_part(photo: Truth) -> Truth:
    """A truth that does not list all numbers of its page, which is known all the same."""
    template, page = photo.form or (None, None)
    return photo.model_copy(update={"partial": True, "template": template, "page": page})


def short(found: Mapping[str, Any]) -> dict[str, Any]:
    """The figures without the long lists."""
    return {key: value for key, value in found.items() if key not in _LONG}


def measure(shared: Path, scratch: Path, workers: int, digits: DigitReader) -> dict[str, Any]:
    """Figures of every folder of real photos that is there: by policy, and of the digit reader alone on their cells."""
    found: dict[str, Any] = {}
    for name in FOLDERS:
        truth = shared / name / "truth.jsonl"
        if truth.is_file():
            read_all(shared / name / "images", scratch / name, workers)
            found[name] = {policy: judged(scratch / name / f"{policy}.jsonl", truth) for policy in POLICIES}
            found[name]["cells"] = short(evaluate_cells(truth, digits, Forms(())))
    return found


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of a table in Markdown: each folder as a whole, then by what is in sight of a number."""
    shades = [f"accepted, {p} | silent errors, {p} (95% bound)" for p in POLICIES]
    yield f"| real photos: in sight | found | in place | read right | {' | '.join(shades)} |"
    yield "|---|---|---|---|" + "---|---|" * len(POLICIES)
    for name, sets in found.items():
        one = sets[POLICIES[0]]
        where = f"{one['located']} of {one['photos']} | {one['placed']} of {one['placement_trials']}"
        yield f"| `../shared/{name}`: all | {where} | {_counts([sets[p] for p in POLICIES])} |"
        for sight, row in one["sight"].items():
            if row["numbers"] or row["silent_errors"]:
                yield f"| {sight} | | | {_counts([sets[p]['sight'].get(sight, row) for p in POLICIES])} |"


def _counts(rows: list[Mapping[str, Any]]) -> str:
    """Cells of a line: right of all numbers, and by policy what was accepted and wrong."""
    cells = [f"{rows[0]['numbers_right']} of {rows[0]['numbers']}"]
    for row in rows:
        bound = f" (< {100 * row['silent_error_rate_upper95']:.2g}%)" if row["accepted"] else ""
        cells += [str(row["accepted"]), f"{row['silent_errors']}{bound}"]
    return " | ".join(cells)


def note() -> str:
    """What the columns of the table mean."""
    return (
        "*Found*: photos whose form and page were found. *In place*: numbers of these whose corners are off by at most "
        f"{PLACED} of a box's width on average. *In sight*: what the photo shows of a number."
    )
