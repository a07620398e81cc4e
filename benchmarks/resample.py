"""Numbers resampled from the evidence of drawn photos, for bounds that would need too many photos.

    python benchmarks/resample.py [--numbers 400000] [--documents 240] [--hard 40] [--keep DIR] [--workers 2]

Documents by test writers are drawn, photographed and read once (`ocr_recap.synth.sets.inferred_documents`). Then
further stations are drawn, with clerk errors. Every page takes one photo as its source. Each cell gets the evidence of
a cell with the same writing, together with that of its column of bubbles, so that a shadow affects both. Each grid gets
the evidence of a grid of strokes with its row totals, shifted to the new count. As far as possible all evidence comes
from that photo, and none is used twice, so that a bad photo stays bad throughout. Then the documents are decided as
usual.

The number in words is left out: a photo rarely shows the words of another station's number.

This tests how witnesses and rules are combined and when a number is accepted. It cannot show effects that no photo of
the table has, and it does not test photography.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.row_totals import TotalsReading
from ocr_recap.cells.tally_reader import TallyReading
from ocr_recap.decide import evidence, policy
from ocr_recap.decide.case import Case
from ocr_recap.decide.reconcile import make_case, reconciled
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.forms import template
from ocr_recap.forms.fields import FormField
from ocr_recap.forms.template import Template
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.synth.forms import clerk, numbers
from ocr_recap.synth.forms.fill import FieldWriting
from ocr_recap.synth.sets.inferred_documents import InferredDocument, InferredNumber, Session, infer
from ocr_recap.synth.sets.parallel import in_order

Counted = tuple[int, TallyReading | None, TotalsReading | None]  # true count, and readings
POLICIES: tuple[policy.Policy, ...] = ("strict", "balanced")
PIECE = 20  # documents of one job


@dataclass(frozen=True)
class Source:
    """Evidence of one page of one photo.

    Attributes:
        plain, bubbled: by character, cells of numbers without and with bubbles: (14,) log-probabilities, and the (12,)
            of the column beside.
        counted: grids, by whether they hold strokes and whether there are row totals beside them.
        seen: of its numbers: every box detected, inside the photo, reasons of poor quality.
    """

    plain: dict[str, list[tuple[FloatArray, FloatArray | None]]]
    bubbled: dict[str, list[tuple[FloatArray, FloatArray | None]]]
    counted: dict[tuple[bool, bool], list[Counted]]
    seen: list[tuple[bool, bool, tuple[str, ...], bool]]


def resample(
    form: Template,
    count: int,
    seed: int,
    workers: int,
    documents: tuple[int, int] = (20, 10),
    keep: Path | None = None,
) -> dict[str, Any]:
    """Decide at least `count` resampled numbers of a form.

    Args:
        form: the form.
        count: least number of numbers.
        seed: seed of the documents that are read and of those that are drawn.
        workers: number of processes.
        documents: number of documents that are read, of the field and the hard preset.
        keep: folder for their evidence (`inferred_documents.infer`).
    """
    inferred: list[InferredDocument] = []
    for preset, many in zip(("field", "hard"), documents, strict=True):
        if many:
            inferred += infer(Session((form.id,), preset, "test", seed, 0, many), workers, keep)
    sources = {page.id: tuple(_sources(inferred, form, page.id)) for page in form.pages}
    made_up = -(-count // len(form.fields))
    pieces = [(seed, first, min(PIECE, made_up - first)) for first in range(0, made_up, PIECE)]
    total = np.zeros((len(POLICIES), 5), dtype=int)
    for part in in_order(partial(decide, form.id, sources), pieces, workers):
        total += part
    found: dict[str, Any] = {
        "template": form.id,
        "source_pages": sum(map(len, sources.values())),
        "documents": made_up - int(total[0, 4]),
        "documents_left_out": int(total[0, 4]),
        "numbers": int(total[0, 0]),
    }
    for name, (_, accepted, wrong, blanks, _) in zip(POLICIES, total.tolist(), strict=True):
        low, high = clopper_pearson(wrong, accepted)
        found[name] = {"accepted": accepted, "wrong": wrong, "blank": blanks, "lower95": low, "upper95": high}
    return found


def _sources(inferred: Sequence[InferredDocument], form: Template, page: str) -> list[Source]:
    """One source for each time that a page was found, then one of all together."""
    fields = form.fields_of(page)
    found = [_source([document], fields) for document in inferred if document.pages[page] == "found"]
    return [*found, _source(inferred, fields)]


def _source(inferred: Sequence[InferredDocument], fields: Sequence[FormField]) -> Source:
    source = Source(defaultdict(list), defaultdict(list), defaultdict(list), [])
    for document in inferred:
        slipped = {slip["field"] for slip in document.slips}
        for field in fields:
            number = document.numbers.get(field.id)
            if number is None:
                continue
            source.seen.append((number.found, number.inside, number.poor, number.held))
            if field.id in slipped:  # the evidence there differs from what is written
                continue
            table = source.plain if number.bubbles is None else source.bubbled
            columns = [None] * len(number.text) if number.bubbles is None else list(number.bubbles)
            for char, cell, column in zip(number.text, number.cells, columns, strict=True):
                table[char].append((cell, column))
            if (grid := _grid(number)) is not None:
                source.counted[grid[0]].append(grid[1])
    return Source(dict(source.plain), dict(source.bubbled), dict(source.counted), source.seen)


def _grid(number: InferredNumber) -> tuple[tuple[bool, bool], Counted] | None:
    """Whether a grid has strokes and row totals, and its readings; None if the grid cannot be used."""
    if number.strokes is None or number.counted is None:
        return None
    filled = number.strokes.state != "empty"
    totals = number.totals is not None and number.totals.state != "empty"
    return (filled, totals), (number.counted, number.strokes, number.totals)


def decide(form_id: str, sources: dict[str, tuple[Source, ...]], piece: tuple[int, int, int]) -> NDArray[np.int64]:
    """Decide some documents by every policy.

    Returns:
        By policy: numbers decided; accepted or wrongly blank; wrong ones of these; rightly blank; and documents left
            out
        because no photo of the table shows their writing.
    """
    seed, first, documents = piece
    form = template.load(form_id)
    counts = np.zeros((len(POLICIES), 5), dtype=np.int64)
    for index in range(first, first + documents):
        rng = np.random.default_rng([seed, 9, index])
        written = clerk.write(form, numbers.station(form, rng), rng)
        wrong_bubbles = {slip.field for slip in written.slips if slip.kind == "wrong_bubble"}
        cases: list[Case] = []
        try:
            for page in form.pages:
                drawn = _Drawn(sources[page.id], rng)
                for field in form.fields_of(page.id):
                    cases.append(_case(field, written.fields[field.id], field.id in wrong_bubbles, drawn))
        except LookupError:
            counts[:, 4] += 1
            continue
        cases, rules = reconciled(cases, form.rules)
        for place, name in enumerate(POLICIES):
            decisions = policy.decide(cases, rules, name)
            for case in cases:
                status = decisions[case.field].status
                truth = evidence.interpret(written.fields[case.field].text.ljust(1))[1]
                value = None if status == "blank" else case.value
                sure = status != "review" and not (status == "blank" and truth is None)
                counts[place] += (1, sure, sure and value != truth, status == "blank" and truth is None, 0)
    return counts


class _Drawn:
    """Evidence for one page: that of the chosen photo, each once and in random order, then that of all photos."""

    def __init__(self, sources: Sequence[Source], rng: np.random.Generator) -> None:
        self._all = sources[-1]
        one = sources[int(rng.integers(len(sources) - 1))]
        self._left = {
            kind: {key: [rows[i] for i in rng.permutation(len(rows))] for key, rows in getattr(one, kind).items()}
            for kind in ("plain", "bubbled", "counted")
        }
        self._seen = one.seen
        self._rng = rng

    def cell(self, char: str, bubbled: bool) -> tuple[FloatArray, FloatArray | None]:
        """Evidence of a cell with this writing, and of its column."""
        return self._next("bubbled" if bubbled else "plain", char)

    def grid(self, filled: bool, totals: bool) -> Counted:
        """Evidence of a grid of this kind."""
        return self._next("counted", (filled, totals))

    def seen(self) -> tuple[bool, bool, tuple[str, ...], bool]:
        """Quality of a number of the photo."""
        return self._seen[int(self._rng.integers(len(self._seen)))]

    def _next(self, kind: str, key: Any) -> Any:
        if left := self._left[kind].get(key):
            return left.pop()
        rows = getattr(self._all, kind)[key]
        return rows[int(self._rng.integers(len(rows)))]


def _case(field: FormField, said: FieldWriting, wrong_bubble: bool, drawn: _Drawn) -> Case:
    """One number with evidence of the chosen photo."""
    text = said.text.ljust(field.cells.count)
    pairs = [drawn.cell(char, bool(field.bubbles)) for char in text]
    cells = np.stack([cell for cell, _ in pairs])
    bubbles = None
    if field.bubbles:
        columns = [column for _, column in pairs]
        if wrong_bubble and said.bubbles is not None:
            for place, marks in enumerate(said.bubbles):
                if len(marks) == 1 and text[place].isdigit() and str(marks[0]) != text[place]:
                    columns[place] = drawn.cell(str(marks[0]), True)[1]
        bubbles = np.stack([column for column in columns if column is not None])
    strokes = totals = None
    if said.strokes is not None:
        count = sum(said.strokes.rows)
        rows = [row.strip(" X-") for row in said.row_texts or ()]
        strokes, totals = _shifted(drawn.grid(count > 0, any(rows)), count, sum(int(row) for row in rows if row))
    return make_case(field.id, evidence.number_evidence(cells, bubbles, strokes, totals), *drawn.seen())


def _shifted(grid: Counted, count: int, total: int) -> tuple[TallyReading | None, TotalsReading | None]:
    """Reading of a grid shifted to another count; reading errors stay the same."""
    was, strokes, totals = grid
    if strokes is not None and strokes.state == "read" and strokes.count is not None:
        counts = _moved(strokes.counts, count - was)
        strokes = replace(strokes, counts=counts, count=int(counts.argmax()))
    if totals is not None and totals.state == "read":
        totals = replace(totals, sums=_moved(totals.sums, total - was))
    return strokes, totals


def _moved(chances: FloatArray, by: int) -> FloatArray:
    """Probabilities of 0, 1, ... shifted up or down; those beyond an end stay at that end."""
    places = np.clip(np.arange(len(chances)) + by, 0, len(chances) - 1)
    return np.bincount(places, chances, minlength=len(chances))


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=400_000)
    parser.add_argument("--documents", type=int, default=240, help="documents read of the field preset")
    parser.add_argument("--hard", type=int, default=40, help="documents of the hard preset")
    parser.add_argument("--template", default="c-hasil-ppwp-2024")
    parser.add_argument("--seed", type=int, default=20_241_331, help="seed of all random numbers")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    args = parser.parse_args()
    form = template.load(args.template)
    found = resample(form, args.numbers, args.seed, args.workers, (args.documents, args.hard), args.keep)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
