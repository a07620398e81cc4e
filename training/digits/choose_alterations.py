"""Chooses the limits of the reader of alterations: `choose_alterations.py --weights FOLDER [--write]`.

The photos are by calibration writers, which training never saw. Documents of all forms in turn (preset *field*) give
the cost of a limit: the share of unaltered numbers that count as altered. Each limit is the lowest at which at most
`COST` of them do. `perhaps`, the limit for a box that may hold two digits, counts only for numbers whose ink is not
clear (`case.CLEAR_INK`); other numbers are decided as usual. Pages on which every number is altered
(`ocr_recap/synth/forms/alter.py`) then give the share of alterations that is detected; they choose nothing. `--write`
saves the limits in `alterations.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from ocr_recap.cells.alteration_reader import CLASSES
from ocr_recap.decide.case import CLEAR_INK
from ocr_recap.forms import template
from ocr_recap.synth.forms.alter import KINDS, altered
from ocr_recap.synth.sets import photos
from ocr_recap.synth.sets.inferred_documents import InferredDocument, InferredNumber, Session, infer, read_page
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing.strikes import STRIKES

FORM = "c-hasil-ppwp-2024"  # whose pages are altered
ALTERED_PAGE = "2"  # each of its numbers has bubbles and strokes
SEED = 20_261_207
# Share of unaltered numbers; by judgement. Struck out: 0.5% is what seeing them may cost, less a margin of a fifth.
COST = {"struck": 0.004, "overwritten": 0.015, "perhaps": 0.005}
STEP = 0.005


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("ocr_recap/weights"), help="folder of the weights")
    parser.add_argument("--documents", type=int, default=640, help="number of documents")
    parser.add_argument("--pages", type=int, default=24, help="altered pages of each kind")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--keep", type=Path, help="folder of evidence: no document is read twice")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--write", action="store_true", help="save the result")
    args = parser.parse_args()
    if args.write:  # new nets need a reader first: one with limits that nothing reaches
        describe(args.weights, dict.fromkeys(COST, 1.0), {})
    session = Session(tuple(template.available()), "field", "calibration", args.seed, 0, args.documents)
    by_form = {name: list[InferredNumber]() for name in session.forms}
    for document in infer(session, args.workers, args.keep):
        by_form[document.template] += unaltered([document])
    plain = [number for numbers in by_form.values() for number in numbers]
    limits = {
        "struck": lowest(np.array([n.alterations.struck for n in plain]), COST["struck"]),
        "overwritten": lowest(np.array([n.alterations.overwritten.max() for n in plain]), COST["overwritten"]),
        "perhaps": lowest(np.array([in_doubt(n) for n in plain]), COST["perhaps"] + COST["overwritten"]),
    }
    print(f"{len(plain)} numbers that nobody altered; limits {limits}", flush=True)
    for name, numbers in by_form.items():
        struck = sum(number.alterations.struck >= limits["struck"] for number in numbers)
        print(f"{name}: {struck} of {len(numbers)} count as struck out", flush=True)
    if args.write:
        describe(args.weights, limits, {"seed": args.seed, "numbers": len(plain), "cost": COST})
    for kind in KINDS:
        seen = list(in_order(partial(of_page, kind, args.seed), range(args.pages), args.workers))
        print(recall(kind, [number for page in seen for number in page], limits), flush=True)


def describe(folder: Path, limits: dict[str, float], calibration: dict[str, Any]) -> None:
    """Write `alterations.json`: the nets' hashes, their limits, and the data of both."""
    file = folder / "alterations.json"
    before = json.loads(file.read_text("utf-8")).get("training", {}) if file.is_file() else {}
    nets = {name: folder / f"{name}.onnx" for name in CLASSES}
    card = {
        "classes": CLASSES,
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in nets.values()},
        "limits": limits,
        "licence": "CC BY-SA 4.0, see LICENSE.md",
        "training": {name: made_from(path) or before.get(name) for name, path in nets.items()},
        "calibration": {"script": "training/digits/choose_alterations.py", **calibration},
    }
    file.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    for path in nets.values():
        path.with_suffix(".training.json").unlink(missing_ok=True)


def made_from(net: Path) -> dict[str, Any] | None:
    """Description that training wrote beside a net."""
    fresh = net.with_suffix(".training.json")
    return json.loads(fresh.read_text("utf-8")) if fresh.is_file() else None


def lowest(chances: np.ndarray, cost: float) -> float:
    """Lowest limit that at most this share of the probabilities reaches."""
    steps = np.arange(STEP, 1.0, STEP)
    return round(float(next((limit for limit in steps if (chances >= limit).mean() <= cost), 1.0)), 4)


def unaltered(documents: Iterable[InferredDocument]) -> Iterator[InferredNumber]:
    """Numbers that are written and that no clerk corrected."""
    for document in documents:
        yield from (n for n in document.numbers.values() if n.value is not None and not n.corrected)


def in_doubt(number: InferredNumber) -> float:
    """Probability that a box is written over, where it counts: 0 for a number whose ink is clear."""
    clear = number.case("").by_ink >= CLEAR_INK
    return 0.0 if clear else float(number.alterations.overwritten.max())


def of_page(kind: str, seed: int, index: int) -> list[InferredNumber]:
    """Altered numbers of one page."""
    form = _form()
    order = photos.Order(form, 1, seed, "field", writers="calibration", alter=partial(altered, kind))
    place = [page.id for page in form.pages].index(ALTERED_PAGE)
    found = read_page(form, ALTERED_PAGE, photos.make(order, index * len(form.pages) + place))
    return [number for number in found.values() if number.corrected] if isinstance(found, dict) else []


@cache
def _form() -> template.Template:
    return template.load(template.available()[FORM])


def recall(kind: str, numbers: Sequence[InferredNumber], limits: dict[str, float]) -> str:
    """Number of detected alterations of a kind."""
    if kind in STRIKES:
        seen = sum(number.alterations.struck >= limits["struck"] for number in numbers)
    else:
        seen = sum(float(number.alterations.overwritten.max()) >= limits["overwritten"] for number in numbers)
    return f"{kind}: {seen} of {len(numbers)} seen"


if __name__ == "__main__":
    main()
