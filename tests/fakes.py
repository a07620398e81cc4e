"""Photos we draw and records we make up, for tests of what happens to records once they exist."""

from __future__ import annotations

import errno
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_recap.batch.executor import Executor
from ocr_recap.batch.serial_executor import SerialWorker
from ocr_recap.forms import drawing, template
from ocr_recap.imaging import photo as load
from ocr_recap.messages.problems import PhotoProblem, hint
from ocr_recap.messages.reasons import reason
from ocr_recap.read.pipeline import Reading
from ocr_recap.records.field_record import (
    BubbleEvidence,
    CellEvidence,
    ChoiceEvidence,
    DigitEvidence,
    Evidence,
    FieldRecord,
    bilingual,
    quad,
)
from ocr_recap.records.options import Options
from ocr_recap.records.record import PagePlace, PhotoInfo, Problem, Provenance, Record, RuleResult
from ocr_recap.report.csv_format import CsvTables
from ocr_recap.report.table_formats import FORMATS
from ocr_recap.report.table_writer import Ending

FORM = template.load("c-hasil-ppwp-2024")
SCALE = 3.0
HOMOGRAPHY = ((SCALE, 0.0, -0.5), (0.0, SCALE, -0.5), (0.0, 0.0, 1.0))
PROVENANCE = Provenance(
    ocr_recap="0",
    template_sha256=FORM.sha256,
    weights_sha256=None,
    options={"templates": []},
    options_sha256="0" * 64,
    runtime={},
)


@lru_cache
def drawn(page: str) -> np.ndarray:
    """A blank page, (h, w) gray."""
    return drawing.raster(FORM, page, SCALE)


def photo(path: Path, page: str = "2", mark: int = 0) -> Path:
    """A drawn page as JPEG; another `mark` gives other bytes."""
    image = drawn(page).copy()
    cv2.circle(image, (60 + 20 * mark, 600), 8, 90, -1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".jpg", image)[1].tobytes())
    return path


def corners(rect) -> np.ndarray:
    x0, y0, x1, y1 = rect
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float) * SCALE - 0.5


def field(described, status: str, value: int | None, text: str | None = None) -> FieldRecord:
    count = described.cells.count
    text = (" " * count if value is None else str(value).rjust(count, "X")) if text is None else text
    cells = tuple(
        CellEvidence(quad=quad(corners(rect)), probabilities={c: 0.99})
        for rect, c in zip(described.cells.rects(), text, strict=True)
    )
    digits = DigitEvidence(
        text=text,
        value=value,
        probability=0.99,
        supports=0.99 if status == "accepted" else 0.5,
        blank=0.99 if value is None else 0.0,
        found=True,
        inside=True,
        cells=cells,
    )
    bubbles = None
    if described.bubbles and value is not None:
        shown = str(value).rjust(count, "0")
        columns = tuple((c, 0.99) for c in shown)
        bubbles = BubbleEvidence(
            state="read", text=shown, value=value, probability=0.99, supports=0.99, digits_agree=0.99, columns=columns
        )
    doubtful = status == "review"
    said = ChoiceEvidence(
        text=text,
        value=value,
        digits=digits.blank if value is None else digits.supports,
        bubbles=0.99 if bubbles else 0.0,
    )
    why = reason("no_second_witness", {}) if doubtful else {"id": "dua bukti cocok", "en": "two witnesses agree"}
    return FieldRecord(
        text=text,
        read=text,
        value=value,
        accepted=value if status == "accepted" else None,
        status=status,  # pyright: ignore[reportArgumentType]
        confidence=0.8 if doubtful else 0.99999,
        candidates=(),
        reasons=("no_second_witness",) if doubtful else (),
        explanation=bilingual(why),
        quad=quad(corners(described.cells.outline())),
        evidence=Evidence(
            digits=digits,
            bubbles=bubbles,
            choices=(said,),
            rest={"accepted": 9.8e-6, "review": 0.01, "blank": 0.0}[status],
        ),
    )


def reread(field: FieldRecord, *readings: tuple[str, int | None, float]) -> FieldRecord:
    """The number with other readings of its digit cells, each with its probability; its other witnesses stay."""
    said = {c.value: c for c in field.evidence.choices}
    choices = tuple(
        said.get(value, ChoiceEvidence(text=text, value=value, digits=0)).model_copy(update={"text": text, "digits": p})
        for text, value, p in readings
    )
    evidence = field.evidence.model_copy(update={"choices": choices, "rest": 0.0, "largest": 0.0})
    first, value, _ = readings[0]
    return field.model_copy(update={"text": first, "value": value, "evidence": evidence})


def located(file: str = "a.jpg", sha256: str = "0" * 64, page: str = "2", frame: int = 0) -> Record:
    """A record of a drawn page: one number accepted, one to review, one blank, in turn."""
    statuses = [("accepted", 117), ("review", 42), ("blank", None)]
    fields: dict[str, FieldRecord] = {}
    for i, described in enumerate(FORM.fields_of(page)):
        status, value = statuses[i % 3]
        fields[described.id] = field(described, status, None if value is None else value % 10**described.cells.count)
    size = round(FORM.paper.width * SCALE), round(FORM.paper.height * SCALE)
    rule = RuleResult(
        id="R6",
        text="valid_total = votes_1 + votes_2 + votes_3",
        strength="exact",
        basis="form",
        numbers={"valid_total": 160, "votes_1": 117, "votes_2": 42, "votes_3": None},
        outcome="broken",
        difference=1.0,
    )
    return Record(
        photo=PhotoInfo(file=file, frame=frame, sha256=sha256, width=size[0], height=size[1]),
        page=PagePlace(
            template=FORM.id,
            page=page,
            corners=quad(FORM.page(page).markers.corners.centers * SCALE - 0.5),
            residual=0.01,
            anchors=("tag", "tl"),
            homography=HOMOGRAPHY,
        ),
        fields=fields,
        rules=(rule,),
        status="review",
        provenance=PROVENANCE,
    )


def lost(file: str = "a.jpg", code: str = "no_form", sha256: str = "0" * 64, frame: int = 0, **data) -> Record:
    """A record of a photo with a problem."""
    return Record(
        photo=PhotoInfo(file=file, frame=frame, sha256=sha256, width=0, height=0),
        page=None,
        fields={},
        status="problem",
        problems=(Problem(code=code, data=data, hint=bilingual(hint(code, data))),),
        provenance=PROVENANCE,
    )


def contents(out: Path) -> dict[str, object]:
    """Everything that may not differ between two runs: all but `run.json` and its hash, and the journal."""
    files = [p for p in sorted(out.rglob("*")) if p.is_file() and not p.name.startswith("journal.sqlite")]
    found = {p.relative_to(out).as_posix(): p.read_bytes() for p in files}
    found.pop("run.json", None)
    listed = found.get("SHA256SUMS", b"").splitlines()
    return {**found, "SHA256SUMS": [line for line in listed if not line.endswith(b"  run.json")]}


# Stands for the executor `processes`: work is done in this process, by the reader that it has.
PROCESSES = Executor("processes", lambda setup: lambda: SerialWorker(setup.reader))


class NoSpace(CsvTables):
    """Stands for the tables of the format `csv` on a disk that is full when the last of them is written."""

    def close(self, ending: Ending) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def fill_disk(patch: pytest.MonkeyPatch) -> None:
    """From now on the tables find no space."""
    patch.setitem(FORMATS, "csv", replace(FORMATS["csv"], begin=NoSpace))


class FakeReader:
    """Stands for `Reader`: loads the photo for real, and says of any that it is page 2."""

    weights_sha256 = "0" * 64
    tally_sha256 = "1" * 64
    alterations_sha256 = "2" * 64
    words_sha256 = "3" * 64

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.templates = (FORM,)
        self.calls = []

    def template(self, template_id: str):
        assert template_id == FORM.id
        return FORM

    def unread(self, name: str, frame: int, code: str, sha256: str = "", **data) -> Record:
        return lost(name, code, sha256, frame, **data)

    def reading(self, source, name: str, frame: int = 0) -> Reading:
        self.calls.append(name if frame == 0 else f"{name}#{frame + 1}")
        try:
            decoded = load.load(source, name, max_pixels=self.options.max_pixels, frame=frame)
        except PhotoProblem as problem:
            return Reading(lost(name, problem.code, problem.data.get("sha256", ""), frame, **problem.data), None)
        return Reading(located(name, decoded.sha256, frame=frame), decoded)
