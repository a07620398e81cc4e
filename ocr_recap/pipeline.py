"""The recipe, from one photo to one record. Read this first: each step is a function of its own module."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from . import policy, reconcile
from .crop import FieldPatches, crop
from .load import Photo, Source, load
from .locate import Located, locate
from .options import Options
from .policy import Case, Decision
from .problems import PhotoProblem, hint
from .problems import reason as reason_text
from .record import (
    Bilingual,
    BubbleEvidence,
    Candidate,
    CellEvidence,
    DigitEvidence,
    Evidence,
    FieldRecord,
    Page,
    PhotoInfo,
    Problem,
    Provenance,
    Record,
    RuleResult,
    TallyEvidence,
    bilingual,
    quad,
)
from .template import FormField, Tally, Template
from .witnesses import bubbles as bubble_witness
from .witnesses import digits as digit_witness

_CANDIDATES = 5  # shown per number
_SHOWN_PROBABILITY = 0.0005  # classes of a cell below this are left out of a record


@dataclass(frozen=True)
class Reading:
    """One photo, read. `photo` is the decoded picture, None when it could not be decoded."""

    record: Record
    photo: Photo | None


def read_photo(
    source: Source, name: str, templates: Sequence[Template], digits: digit_witness.DigitReader, options: Options
) -> Reading:
    """Photo to record. Every problem with a photo becomes part of its record; only a caller's mistake raises."""
    photo: Photo | None = None
    try:
        photo = load(source, name, options)
        located = locate(photo, templates)
        patches = crop(photo, located)
        cases = hear_witnesses(patches, digits)
        rules = reconcile.evaluate(
            located.template.rules_of(located.page_id), {case.field: case.value for case in cases.values()}
        )
        decisions = policy.decide(list(cases.values()), rules)
        record = make_record(photo, located, patches, cases, rules, decisions, digits, options)
    except PhotoProblem as problem:
        record = problem_record(name, photo, problem, digits, options)
    return Reading(record, photo)


def hear_witnesses(patches: Mapping[str, FieldPatches], digits: digit_witness.DigitReader) -> dict[str, Case]:
    """Ask every witness about every number; all cells of the page go through the net together."""
    table = digits.read(np.concatenate([p.cells for p in patches.values()]))
    cases: dict[str, Case] = {}
    start = 0
    for field, patch in patches.items():
        cells = table[start : start + len(patch.cells)]
        start += len(patch.cells)
        bubbles = None if patch.bubbles is None else bubble_witness.read(patch.bubbles).probabilities
        evidence = reconcile.weigh(cells, bubbles)
        cases[field] = Case(
            field,
            evidence,
            reconcile.posterior(evidence),
            bool(patch.found.all()),
            patch.inside,
            cells,
            bubbles,
        )
    return cases


def make_record(
    photo: Photo,
    located: Located,
    patches: Mapping[str, FieldPatches],
    cases: dict[str, Case],
    rules: Sequence[reconcile.Evaluated],
    decisions: dict[str, Decision],
    digits: digit_witness.DigitReader,
    options: Options,
) -> Record:
    """Put everything that is known of a photo into its record."""
    template = located.template
    fields = {f.id: f for f in template.fields_of(located.page_id)}
    counts = {f.id for f in fields.values() if f.role == "count"}
    return Record(
        photo=_info(photo.name, photo),
        page=Page(
            template=template.id,
            page=located.page_id,
            corners=quad(located.corners()),
            residual=round(located.residual, 4),
            anchors=located.anchors,
            homography=_rounded(located.homography),
        ),
        fields={i: _field_record(f, cases[i], patches[i], decisions[i]) for i, f in fields.items()},
        rules=tuple(
            RuleResult(
                id=r.rule.id,
                text=r.rule.text,
                strength=r.rule.strength,
                basis=r.rule.basis,
                numbers=dict(r.numbers),
                outcome=r.outcome,
                difference=None if r.difference is None else round(r.difference, 6),
            )
            for r in rules
        ),
        status=policy.verdict(decisions, counts, rules, cases),
        provenance=_provenance(template.sha256, digits, options),
    )


def problem_record(
    name: str, photo: Photo | None, problem: PhotoProblem, digits: digit_witness.DigitReader, options: Options
) -> Record:
    """A record that says why a photo was not read, and what to do."""
    data = {key: value for key, value in problem.data.items() if key != "sha256"}
    info = PhotoInfo(
        file=name,
        sha256=photo.sha256 if photo else str(problem.data.get("sha256", "")),
        width=photo.width if photo else _number(data.get("width")),
        height=photo.height if photo else _number(data.get("height")),
    )
    described = Problem(code=problem.code, data=data, hint=bilingual(hint(problem.code, data)))
    return Record(
        photo=info,
        page=None,
        fields={},
        status="problem",
        problems=(described,),
        provenance=_provenance(None, digits, options),
    )


def _field_record(field: FormField, case: Case, patch: FieldPatches, decision: Decision) -> FieldRecord:
    best = case.posterior[0]
    value = None if best.kind in ("blank", "unreadable") else best.value
    accepted = value if decision.status == "accepted" else None
    outline = np.stack([patch.quads[0, 0], patch.quads[-1, 1], patch.quads[-1, 2], patch.quads[0, 3]])
    return FieldRecord(
        text=best.text,
        read="".join(c for c in best.text if c.isdigit()),
        value=value,
        accepted=accepted,
        status=decision.status,
        confidence=round(case.confidence, 6),
        candidates=tuple(
            Candidate(text=r.text, value=r.value, probability=round(r.probability, 6))
            for r in case.posterior[:_CANDIDATES]
        ),
        reasons=tuple(code for code, _ in decision.reasons),
        explanation=_explain(case, decision),
        quad=quad(outline),
        evidence=_evidence(field, case, patch),
    )


def _evidence(field: FormField, case: Case, patch: FieldPatches) -> Evidence:
    read = case.evidence.best
    cells: list[CellEvidence] = []
    for log_probabilities, corners in zip(case.cells, patch.quads, strict=True):
        chances = np.exp(log_probabilities)
        order = np.argsort(-chances, kind="stable")
        shown = {
            digit_witness.CLASSES[i]: round(float(chances[i]), 6) for i in order if chances[i] > _SHOWN_PROBABILITY
        }
        cells.append(CellEvidence(quad=quad(corners), probabilities=shown))
    bubbles = None
    if case.bubbles is not None and case.evidence.bubbles is not None:
        said = case.evidence.bubbles
        best = case.bubbles.argmax(axis=1)
        bubbles = BubbleEvidence(
            state={"number": "read", "blank": "empty"}.get(said.kind, "unclear"),  # pyright: ignore[reportArgumentType]
            text=said.text,
            value=said.value,
            probability=round(said.probability, 6),
            columns=tuple(
                (bubble_witness.CLASSES[i], round(float(column[i]), 6))
                for i, column in zip(best, case.bubbles, strict=True)
            ),
        )
    has_tally = any(isinstance(w, Tally) for w in field.witnesses)
    return Evidence(
        digits=DigitEvidence(
            text=read.text,
            value=read.value,
            probability=round(case.evidence.digits_say(read.value, read.kind), 6),
            cells=tuple(cells),
        ),
        bubbles=bubbles,
        tally=TallyEvidence(state="not_read", count=None, rows=None) if has_tally else None,
    )


def _explain(case: Case, decision: Decision) -> Bilingual:
    """One sentence on why this number has its status, in both languages."""
    if decision.status == "blank":
        return Bilingual(id="Kosong: tidak ada tulisan di semua kotak.", en="Blank: nothing is written in any box.")
    digits = case.evidence.best
    shown = digits.text.replace(" ", "_")
    sure = f"{case.evidence.digits_say(digits.value, digits.kind):.3f}"
    id_parts, en_parts = [f"angka tertulis {shown} ({sure})"], [f"the digits read {shown} ({sure})"]
    if case.evidence.bubbles is not None:
        said = case.evidence.bubbles
        text = {"blank": ("kosong", "empty")}.get(said.kind, (said.text.replace(" ", "_"),) * 2)
        id_parts.append(f"bulatan {text[0]}")
        en_parts.append(f"the bubbles {text[1]}")
    if decision.rules:
        id_parts.append(f"penjumlahan cocok ({', '.join(decision.rules)})")
        en_parts.append(f"the sum holds ({', '.join(decision.rules)})")
    texts = [reason_text(code, data) for code, data in decision.reasons]
    tail_id = "; ".join(t["id"] for t in texts)
    tail_en = "; ".join(t["en"] for t in texts)
    opening = ("Diterima", "Accepted") if decision.status == "accepted" else ("Perlu diperiksa", "To be reviewed")
    if tail_id:
        return Bilingual(
            id=f"{opening[0]}: {tail_id} - {', '.join(id_parts)}.",
            en=f"{opening[1]}: {tail_en} - {', '.join(en_parts)}.",
        )
    return Bilingual(id=f"{opening[0]}: {', '.join(id_parts)}.", en=f"{opening[1]}: {', '.join(en_parts)}.")


def _info(name: str, photo: Photo) -> PhotoInfo:
    return PhotoInfo(file=name, sha256=photo.sha256, width=photo.width, height=photo.height)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _rounded(homography: Any) -> Any:
    """Ten significant digits: the same on every run, and far below a hundredth of a pixel."""
    return tuple(tuple(float(f"{v:.10g}") for v in row) for row in homography)


def _provenance(template_sha256: str | None, digits: digit_witness.DigitReader, options: Options) -> Provenance:
    return Provenance(
        ocr_recap=version("ocr-recap"),
        template_sha256=template_sha256,
        weights_sha256=digits.sha256,
        # A template file's own name is enough beside its hash; folders of this machine are nobody's business.
        options={**options.model_dump(mode="json"), "templates": [Path(t).name for t in options.templates]},
        runtime=_runtime(),
    )


@cache
def _runtime() -> dict[str, str]:
    names = ("numpy", "onnxruntime", "opencv-python-headless", "pillow")
    return {"python": platform.python_version(), "machine": platform.machine(), **{n: version(n) for n in names}}
