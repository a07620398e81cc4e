"""Numbers resampled from the evidence of drawn photos: for bounds that photos are too slow for.

    python benchmarks/resample.py [--numbers 60000] [--photos 90] [--workers 2]

First photos are drawn (test writers, presets field and hard) and read; what the witnesses said of each cell and each
column of bubbles is kept by what is written there, photo by photo. Then stations are made up, with their clerks' slips;
every cell gets the evidence of a cell with the same writing, where possible all from one photo, so that a bad photo
stays bad throughout; and documents are decided as ever.

So this tests how witnesses and rules are put together and when a number is accepted. It cannot show what no photo of
the table showed, and says nothing of photography.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ocr_recap import policy, reconcile, template
from ocr_recap.crop import crop
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.load import load
from ocr_recap.locate import locate
from ocr_recap.options import Options
from ocr_recap.pipeline import hear_witnesses
from ocr_recap.problems import PhotoProblem
from ocr_recap.synth import clerk, numbers, photos
from ocr_recap.synth.fill import FieldWriting
from ocr_recap.synth.parallel import in_order
from ocr_recap.template import Template
from ocr_recap.witnesses.digits import DigitReader

Key = TypeVar("Key")
Floats = NDArray[np.float64]
DOCUMENTS = 20  # a piece of work
_NONE, _SEVERAL = 10, 11  # columns of bubbles beside the digits, as `witnesses.bubbles` numbers them


@dataclass(frozen=True)
class Table:
    """Evidence by writing. `cells`: per photo, character to (n, 14) log-probabilities; `bubbles`: per photo, filled
    digit (or none, several) to (n, 12) probabilities. The last entry of both is all photos together."""

    cells: tuple[dict[str, Floats], ...]
    bubbles: tuple[dict[int, Floats], ...]


def resample(form: Template, count: int, seed: int, workers: int, pictures: int = 90) -> dict[str, Any]:
    """Decide at least `count` resampled numbers of a form."""
    evidence = tabulate(form, pictures, seed, workers)
    per_document = sum(len(form.fields_of(page.id)) for page in form.pages)
    documents = -(-count // per_document)
    pieces = [(seed, first, min(DOCUMENTS, documents - first)) for first in range(0, documents, DOCUMENTS)]
    total = np.zeros(4, dtype=int)
    for part in in_order(partial(decide, form.id, evidence), pieces, workers):
        total += part
    decided, accepted, wrong, blanks = (int(v) for v in total)
    low, high = clopper_pearson(wrong, accepted)
    return {
        "template": form.id,
        "source_photos": len(evidence.cells) - 1,
        "documents": documents,
        "numbers": decided,
        "accepted": accepted,
        "wrong": wrong,
        "blank": blanks,
        "lower95": low,
        "upper95": high,
    }


def tabulate(form: Template, pictures: int, seed: int, workers: int) -> Table:
    """The evidence table of drawn photos; photos that are not found have no part in it."""
    jobs = [(index, seed, "field" if index % 2 else "hard") for index in range(pictures)]
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
        heard = hear_witnesses(crop(photo, located), _digits())
    except PhotoProblem:
        return None
    if located.page_id != made.truth["page"]:
        return None
    cells: dict[str, list[Floats]] = defaultdict(list)
    columns: dict[int, list[Floats]] = defaultdict(list)
    for field in made.truth["fields"]:
        said = heard[field["id"]]
        for char, row in zip(field["text"], said.cells, strict=True):
            cells[char].append(row)
        if said.bubbles is not None:
            for mark, row in zip(made.truth["bubbles"][field["id"]]["filled"], said.bubbles, strict=True):
                columns[_NONE if mark is None else int(mark)].append(row)
    return dict(cells), dict(columns)


def decide(form_id: str, evidence: Table, piece: tuple[int, int, int]) -> NDArray[np.int64]:
    """Numbers decided, accepted, accepted and wrong (or wrongly blank), blank: of some documents."""
    seed, first, documents = piece
    form = template.load(form_id)
    counts = np.zeros(4, dtype=np.int64)
    for index in range(first, first + documents):
        rng = np.random.default_rng([seed, 9, index])
        written = clerk.write(form, numbers.station(form, rng), rng)
        cases: list[policy.Case] = []
        for page in form.pages:
            source = int(rng.integers(len(evidence.cells) - 1))
            cases += [_case(field, written.fields, evidence, source, rng) for field in form.fields_of(page.id)]
        rules = reconcile.evaluate(form.rules, {case.field: case.value for case in cases})
        decisions = policy.decide(cases, rules)
        for case in cases:
            status = decisions[case.field].status
            truth = reconcile.interpret(written.fields[case.field].text)[1]
            value = None if status == "blank" else case.value
            sure = status != "review" and not (status == "blank" and truth is None)
            counts += (1, sure, sure and value != truth, status == "blank" and truth is None)
    return counts


def _case(
    field: Any, writing: Mapping[str, FieldWriting], evidence: Table, source: int, rng: np.random.Generator
) -> policy.Case:
    """One number as the witnesses of the chosen photo would have it."""
    said = writing[field.id]
    text = said.text.ljust(field.cells.count)
    cells = np.stack([_draw(evidence.cells, source, char, rng) for char in text])
    bubbles = None
    if field.bubbles:
        marks = [m[0] if len(m) == 1 else _SEVERAL if m else _NONE for m in said.bubbles] or [_NONE] * len(text)
        bubbles = np.stack([_draw(evidence.bubbles, source, mark, rng) for mark in marks])
    weighed = reconcile.weigh(cells, bubbles)
    return policy.make_case(field.id, weighed, reconcile.posterior(weighed), True, True)


def _draw(pools: tuple[dict[Key, Floats], ...], source: int, key: Key, rng: np.random.Generator) -> Floats:
    pool = pools[source].get(key)
    if pool is None:
        pool = pools[-1].get(key)
    if pool is None:
        raise SystemExit(f"no photo of the table shows {key!r}; draw more of them (--photos)")
    return pool[int(rng.integers(len(pool)))]


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
