"""Numbers resampled from the evidence of drawn photos: for bounds that photos are too slow for.

    python benchmarks/resample.py [--numbers 60000] [--photos 90] [--workers 2]

First photos are drawn (test writers, all three presets) and read; what the witnesses said of each cell and each
column of bubbles is kept by what is written there, photo by photo. Then stations are made up, with their clerks' slips;
every cell gets the evidence of a cell with the same writing, as far as they reach all from one photo and none twice, so
that a bad photo stays bad throughout; and documents are decided as ever.

So this tests how witnesses and rules are put together and when a number is accepted. It cannot show what no photo of
the table showed, and says nothing of photography.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ocr_recap import policy, readings, template
from ocr_recap.cases import Case, heard_together, make_case
from ocr_recap.crop import crop
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.hearing import hear_witnesses
from ocr_recap.load import load
from ocr_recap.locate import locate
from ocr_recap.options import Options
from ocr_recap.problems import PhotoProblem
from ocr_recap.synth import clerk, numbers, photos
from ocr_recap.synth.fill import FieldWriting
from ocr_recap.synth.parallel import in_order
from ocr_recap.template import FormField, Template
from ocr_recap.witnesses.digits import DigitReader

Key = TypeVar("Key")
Floats = NDArray[np.float64]
PRESETS = ("clean", "field", "hard")
DOCUMENTS = 20  # a piece of work
_NONE, _SEVERAL = 10, 11  # columns of bubbles beside the digits, as `witnesses.bubbles` numbers them


@dataclass(frozen=True)
class Table:
    """Evidence by writing. `cells`: per photo, character to (n, 16): 14 log-probabilities, whether the printed box was
    seen, whether the number lies within the photo; `bubbles`: per photo, filled digit (or none, several) to (n, 12)
    probabilities. The last entry of both is all photos together."""

    cells: tuple[dict[str, Floats], ...]
    bubbles: tuple[dict[int, Floats], ...]


def resample(form: Template, count: int, seed: int, workers: int, pictures: int = 90) -> dict[str, Any]:
    """Decide at least `count` resampled numbers of a form."""
    evidence = tabulate(form, pictures, seed, workers)
    per_document = sum(len(form.fields_of(page.id)) for page in form.pages)
    documents = -(-count // per_document)
    pieces = [(seed, first, min(DOCUMENTS, documents - first)) for first in range(0, documents, DOCUMENTS)]
    total = np.zeros(5, dtype=int)
    for part in in_order(partial(decide, form.id, evidence), pieces, workers):
        total += part
    decided, accepted, wrong, blanks, left_out = (int(v) for v in total)
    low, high = clopper_pearson(wrong, accepted)
    return {
        "template": form.id,
        "source_photos": len(evidence.cells) - 1,
        "documents": documents - left_out,
        "documents_left_out": left_out,
        "numbers": decided,
        "accepted": accepted,
        "wrong": wrong,
        "blank": blanks,
        "lower95": low,
        "upper95": high,
    }


def tabulate(form: Template, pictures: int, seed: int, workers: int) -> Table:
    """The evidence table of drawn photos; photos that are not found have no part in it."""
    jobs = [(index, seed, PRESETS[index // len(form.pages) % len(PRESETS)]) for index in range(pictures)]
    cells: list[dict[str, list[Floats]]] = []
    bubbles: list[dict[int, list[Floats]]] = []
    for found in in_order(partial(hear, form.id), jobs, workers):
        if found is not None:
            cells.append(found[0])
            bubbles.append(found[1])
    return Table(_stack(cells), _stack(bubbles))


def _stack(photos: list[dict[Key, list[Floats]]]) -> tuple[dict[Key, Floats], ...]:
    everything: dict[Key, list[Floats]] = defaultdict(list)
    for photo in photos:
        for key, rows in photo.items():
            everything[key] += rows
    return tuple({key: np.stack(rows) for key, rows in photo.items()} for photo in (*photos, everything))


def hear(form_id: str, job: tuple[int, int, Any]) -> tuple[dict[str, list[Floats]], dict[int, list[Floats]]] | None:
    """Draw one photo and ask the witnesses about every cell; None where the page is not found."""
    index, seed, preset = job
    form = template.load(form_id)
    made = photos.make(photos.Order(form, index + 1, seed + 1, preset), index)
    try:
        photo = load(made.jpeg, made.name, Options())
        located = locate(photo, [form])
        patches = crop(photo, located)
        heard = hear_witnesses(patches, _digits())
    except PhotoProblem:
        return None
    if located.page_id != made.truth["page"]:
        return None
    cells: dict[str, list[Floats]] = defaultdict(list)
    columns: dict[int, list[Floats]] = defaultdict(list)
    for field in made.truth["fields"]:
        said, patch = heard[field["id"]], patches[field["id"]]
        for char, row, found in zip(field["text"], said.cells.table, patch.found, strict=True):
            cells[char].append(np.append(row, (found, patch.inside)))
        if said.bubbles is not None:
            facts = made.truth["bubbles"][field["id"]]
            marks = facts.get("marks") or [[]] * len(said.bubbles)
            for digit, kinds, row in zip(facts["filled"], marks, said.bubbles, strict=True):
                several = sum(mark["kind"] != "erased" for mark in kinds) > 1
                columns[_SEVERAL if several else _NONE if digit is None else int(digit)].append(row)
    return dict(cells), dict(columns)


def decide(form_id: str, evidence: Table, piece: tuple[int, int, int]) -> NDArray[np.int64]:
    """Of some documents: numbers decided; accepted or wrongly blank; of these wrong; rightly blank. And the documents
    left out, since they have writing that no photo of the table shows."""
    seed, first, documents = piece
    form = template.load(form_id)
    counts = np.zeros(5, dtype=np.int64)
    for index in range(first, first + documents):
        rng = np.random.default_rng([seed, 9, index])
        written = clerk.write(form, numbers.station(form, rng), rng)
        cases: list[Case] = []
        try:
            for page in form.pages:
                drawn = _Drawn(evidence, int(rng.integers(len(evidence.cells) - 1)), rng)
                cases += [_case(field, written.fields[field.id], drawn) for field in form.fields_of(page.id)]
        except LookupError:
            counts[4] += 1
            continue
        cases, rules = heard_together(cases, form.rules)
        decisions = policy.decide(cases, rules)
        for case in cases:
            status = decisions[case.field].status
            truth = readings.interpret(written.fields[case.field].text)[1]
            value = None if status == "blank" else case.value
            sure = status != "review" and not (status == "blank" and truth is None)
            counts += (1, sure, sure and value != truth, status == "blank" and truth is None, 0)
    return counts


class _Drawn:
    """Evidence for one page: each row of the chosen photo once, in random order, then rows of all photos."""

    def __init__(self, evidence: Table, source: int, rng: np.random.Generator) -> None:
        self._everything = evidence.cells[-1], evidence.bubbles[-1]
        photo = evidence.cells[source], evidence.bubbles[source]
        self._left: list[dict[Any, list[Floats]]] = [
            {key: [rows[i] for i in rng.permutation(len(rows))] for key, rows in part.items()} for part in photo
        ]
        self._rng = rng

    def cell(self, char: str) -> Floats:
        return self._next(0, char)

    def bubbles(self, mark: int) -> Floats:
        return self._next(1, mark)

    def _next(self, kind: int, key: Any) -> Floats:
        if left := self._left[kind].get(key):
            return left.pop()
        rows: Floats = self._everything[kind][key]  # type: ignore[index]
        return rows[int(self._rng.integers(len(rows)))]


def _case(field: FormField, said: FieldWriting, drawn: _Drawn) -> Case:
    """One number as the witnesses of the chosen photo would have it."""
    text = said.text.ljust(field.cells.count)
    cells = np.stack([drawn.cell(char) for char in text])
    bubbles = None
    if field.bubbles:
        marks = [_mark(said, i) for i in range(len(text))]
        bubbles = np.stack([drawn.bubbles(mark) for mark in marks])
    found, inside = (bool(column.all()) for column in cells[:, -2:].T)
    return make_case(field.id, readings.hear(cells[:, :-2], bubbles), found, inside)


def _mark(said: FieldWriting, column: int) -> int:
    """The digit whose bubble is filled in a column, none, or several; bubbles taken back do not count."""
    digits = said.bubbles[column] if said.bubbles else ()
    kinds = said.bubble_kinds[column] if said.bubble_kinds else ("full",) * len(digits)
    marked = [digit for digit, kind in zip(digits, kinds, strict=True) if kind != "erased"]
    return marked[0] if len(marked) == 1 else _SEVERAL if marked else _NONE


_READERS: list[DigitReader] = []  # one a process


def _digits() -> DigitReader:
    if not _READERS:
        _READERS.append(DigitReader())
    return _READERS[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=60_000)
    parser.add_argument("--photos", type=int, default=90)
    parser.add_argument("--template", default="c-hasil-ppwp-2024")
    parser.add_argument("--seed", type=int, default=20_241_127)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    form = template.load(args.template)
    print(json.dumps(resample(form, args.numbers, args.seed, args.workers, args.photos), indent=2))


if __name__ == "__main__":
    main()
