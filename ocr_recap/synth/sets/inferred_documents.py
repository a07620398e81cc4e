"""Drawn documents with the evidence of all witnesses, which are read once and may be decided many times.

Each number is kept with the evidence that `case.reconciled` needs and with what is written. The effect of a change in
`decide` can therefore be measured in seconds, on the same photos. Everything depends on the seed only.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

from ...cells.crop import crop
from ...cells.readers import Readers
from ...cells.row_totals import TotalsReading
from ...cells.tally_reader import TallyReading
from ...cells.words_evidence import WordsEvidence
from ...decide import evidence
from ...decide.ask_witnesses import Alterations, ask_witnesses
from ...decide.case import Case
from ...decide.reconcile import make_case
from ...forms import template
from ...forms.template import Template
from ...imaging.arrays import FloatArray
from ...imaging.photo import load
from ...locate.locate import locate
from ...messages.problems import PhotoProblem
from ...records import photo_advice
from ..camera.conditions import Preset
from ..writing.hand import CORRECTIONS, Writers
from . import photos
from .evidence_key import package_sha256
from .parallel import in_order

Found = Literal["found", "not_found", "wrong_page"]


@dataclass(frozen=True, eq=False)
class InferredNumber:
    """One number: what is written, and the evidence of each witness.

    Attributes:
        text: text as written, a character per cell.
        counted: number as counted; a clerk error makes `text` differ.
        cells: (cells, 14) log-probabilities of the digit witness, by `cells.digit_reader.CLASSES`.
        bubbles: (columns, 12) probabilities of the bubble witness, None where the form has none.
        strokes, totals: readings of the tally grid and of the row totals.
        found: True when every printed box was detected.
        held: True when exactly one box was not detected, and its place is known from the others.
        inside: True when every cell lies within the photo.
        poor: reason codes of cells that are not legible.
        corrected: True when the number is struck out, or a digit of it was corrected.
        alterations: evidence that it was struck out or written over.
        words: evidence of the number in words, None where the form has no space for it.
    """

    text: str
    counted: int | None
    cells: FloatArray
    bubbles: FloatArray | None
    strokes: TallyReading | None
    totals: TotalsReading | None
    found: bool
    inside: bool
    poor: tuple[str, ...]
    held: bool
    corrected: bool
    alterations: Alterations
    words: WordsEvidence | None

    @property
    def value(self) -> int | None:
        """The number as written; None for a blank."""
        return evidence.interpret(self.text)[1]

    def case(self, field: str, bubbles: bool = True, counts: bool = True, words: bool = True) -> Case:
        """Evidence about the number, without rules.

        Args:
            field: id of the number.
            bubbles: False leaves the bubbles out.
            counts: False leaves strokes and row totals out.
            words: False leaves the number in words out.
        """
        marks = self.bubbles if bubbles else None
        counted = (self.strokes, self.totals) if counts else (None, None)
        witnessed = evidence.number_evidence(self.cells, marks, *counted, words=self.words if words else None)
        altered = self.alterations.seen(readers().alterations.limits)
        return make_case(field, witnessed, self.found, self.inside, self.poor, self.held, altered)


@dataclass(frozen=True)
class InferredDocument:
    """Pages of one station.

    Attributes:
        template: id of the form.
        index: index of the document in its set.
        preset: preset of its photos.
        pages: outcome of each page.
        slips: clerk errors (`mistakes.Slip.export`).
        truth: text of every number, also of pages that were not found.
        numbers: numbers of the pages that were found, by field id.
    """

    template: str
    index: int
    preset: Preset
    pages: dict[str, Found]
    slips: tuple[dict[str, Any], ...]
    truth: dict[str, str]
    numbers: dict[str, InferredNumber]

    @property
    def whole(self) -> bool:
        """True when every page was found."""
        return all(state == "found" for state in self.pages.values())

    @property
    def written(self) -> dict[str, int | None]:
        """Numbers as written, on all pages, by field id."""
        return {name: evidence.interpret(text)[1] for name, text in self.truth.items()}


@dataclass(frozen=True)
class Session:
    """Documents to draw: `forms` take turns, `first` is the first index, `documents` the number of documents."""

    forms: tuple[str, ...]
    preset: Preset
    writers: Writers
    seed: int
    first: int
    documents: int


def infer(session: Session, workers: int, keep: Path | None = None) -> Iterator[InferredDocument]:
    """Yield the documents of a session in order.

    Args:
        session: documents to draw.
        workers: number of processes.
        keep: cache folder; None keeps nothing. A document that is there is not drawn again, so an interrupted session
            resumes. Files are named by session, index and a hash of weights, templates and code
            (`evidence_key.package_sha256`), so every document is inferred anew after a change of any of these.
    """
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    indices = range(session.first, session.first + session.documents)
    yield from in_order(partial(_kept, session, keep), indices, workers)


def _kept(session: Session, keep: Path | None, index: int) -> InferredDocument:
    if keep is None:
        return _infer(session, index)
    key = hashlib.sha256(f"{package_sha256()} {session.forms}".encode()).hexdigest()[:16]
    path = keep / f"{session.preset}-{session.writers}-{session.seed}-{index:06d}-{key}.pickle"
    if path.exists():
        return pickle.loads(path.read_bytes())
    witnessed = _infer(session, index)
    partial_path = path.with_suffix(".partial")
    partial_path.write_bytes(pickle.dumps(witnessed, protocol=5))
    partial_path.replace(path)
    return witnessed


def _infer(session: Session, index: int) -> InferredDocument:
    form = _form(session.forms[index % len(session.forms)])
    order = photos.Order(form, 1, session.seed, session.preset, writers=session.writers)
    pages: dict[str, Found] = {}
    truth: dict[str, str] = {}
    numbers: dict[str, InferredNumber] = {}
    slips: list[dict[str, Any]] = []
    for place, page in enumerate(form.pages):
        made = photos.make(order, index * len(form.pages) + place)
        truth |= {field["id"]: field["text"] for field in made.truth["fields"]}
        slips += made.truth["slips"]
        found = read_page(form, page.id, made)
        pages[page.id] = found if isinstance(found, str) else "found"
        numbers |= found if isinstance(found, dict) else {}
    return InferredDocument(form.id, index, session.preset, pages, tuple(slips), truth, numbers)


def read_page(form: Template, page: str, made: photos.MadePhoto) -> dict[str, InferredNumber] | Found:
    """Numbers of a photo by field id, or the outcome of its page."""
    try:
        photo = load(made.jpeg, made.name)
        located = locate(photo, [form])
        if located.page_id != page:
            return "wrong_page"
        patches = crop(photo, located)
        witnessed = ask_witnesses(patches, readers(), photo_advice.cells(located, patches))
    except PhotoProblem:
        return "not_found"
    texts = {field["id"]: field["text"] for field in made.truth["fields"]}
    corrected = {
        f["id"] for f in made.truth["fields"] if "struck_out" in f or set(f.get("manners", ())) & {*CORRECTIONS}
    }
    return {
        name: InferredNumber(
            texts[name],
            made.truth["counted"].get(name),
            said.cells.table,
            said.bubbles,
            said.evidence.strokes,
            said.evidence.totals,
            said.case.cells_found,
            said.case.inside,
            said.case.poor,
            said.case.held,
            name in corrected,
            said.alterations,
            said.evidence.words,
        )
        for name, said in witnessed.items()
    }


@cache
def readers() -> Readers:
    """The shipped readers, loaded once in each process."""
    return Readers.shipped()


@cache
def _form(name: str) -> Template:
    return template.load(template.available()[name])


def summary(documents: Sequence[InferredDocument]) -> dict[str, int]:
    """Number of pages by outcome: found, not found, wrong page."""
    states = [state for document in documents for state in document.pages.values()]
    return {state: states.count(state) for state in ("found", "not_found", "wrong_page")}
