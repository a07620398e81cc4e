"""Dates that a known election day confirms, on drawn pages: how many are accepted, and how many of these are wrong.

    python training/policy/dates.py [--documents 160] [--hard 40] [--writers calibration] [--seed N] [--keep DIR]
                                    [--workers 2] [--impossible]

Each document gives its page with a date, of the forms that say which dates are possible, in turn. Clerks write possible
dates, other dates and none at the rates of `ocr_recap/synth/forms/mistakes.py`. For each limit of the joint probability
of a date (`Thresholds.known` of `ocr_recap/decide/policy.json`) the script prints, with all other thresholds of the
policy as they are: the dates as written, possible and impossible; of the possible ones those accepted whole; numbers
of dates that are accepted, those of them that are wrong, and the upper end of the 95% interval of that share
(Clopper-Pearson); and impossible dates of which a number is accepted.

The limits in policy.json are those of the policy's posterior, by judgement: these documents are too few to choose a
lower one at the risk of `choose.py`, which would take 2,995 numbers without an error. They bound the chosen ones.
`--writers test` measures on writers whom no choice saw. `--impossible` gives every document that has a date an
impossible one, of the kinds and shares of `mistakes.py`, to measure how many of those are let through.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np

from ocr_recap.decide import evidence, policy
from ocr_recap.decide.case import Case
from ocr_recap.decide.facts import date_fact
from ocr_recap.decide.policy import Thresholds
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.forms import template
from ocr_recap.forms.fields import FormField
from ocr_recap.forms.template import Template
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.forms.fill import FieldWriting
from ocr_recap.synth.forms.mistakes import slip_date
from ocr_recap.synth.sets import photos
from ocr_recap.synth.sets.evidence_key import package_sha256
from ocr_recap.synth.sets.inferred_documents import InferredNumber, read_page
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing.hand import Writers

SEED = 20_261_201
FORMS = ("c-hasil-ppwp-2024", "ppwp-plano-2019", "c-hasil-kwk")
LIMITS = (0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9)


@dataclass(frozen=True)
class Session:
    """Pages to draw: preset and writers, the seed of all random numbers, and whether all dates are impossible."""

    preset: Preset
    writers: Writers
    seed: int
    impossible: bool = False


@dataclass(frozen=True)
class DatedPage:
    """One page with a date: its form, the numbers of the date that were found, and what is written in each of them."""

    form: str
    numbers: dict[str, InferredNumber]
    truth: dict[str, str]


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=160, help="documents of the field preset")
    parser.add_argument("--hard", type=int, default=40, help="documents of the hard preset")
    parser.add_argument(
        "--writers", choices=("calibration", "test"), default="calibration", help="writers of the pages"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--keep", type=Path, help="folder of evidence: no page is read twice")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--impossible", action="store_true", help="draw impossible dates only")
    args = parser.parse_args()
    print(
        "| preset | policy | limit | dates: possible / impossible / none / not found | possible ones accepted | ",
        end="",
    )
    print("numbers accepted | of these wrong (95%) | impossible dates with a number accepted |")
    print("|---|---|---|---|---|---|---|---|")
    presets: tuple[tuple[Preset, int], ...] = (("field", args.documents), ("hard", args.hard))
    for preset, count in presets:
        session = Session(preset, args.writers, args.seed, args.impossible)
        drawn = in_order(partial(dated_page, session, args.keep), range(count), args.workers)
        pages = [(page, weighed(page)) for page in drawn]
        for how in ("strict", "balanced"):
            for limit in LIMITS:
                print(f"| {preset} | {how} | {limit} | {row(pages, how, limit)} |", flush=True)


def dated_page(session: Session, keep: Path | None, index: int) -> DatedPage:
    """Draw and read the page of a document that has a date, or take it from the folder of evidence."""
    path = None
    if keep is not None:
        drawn = f"{session.preset} {session.writers} {session.seed} {session.impossible} {index}"
        key = hashlib.sha256(f"{package_sha256()} {drawn}".encode()).hexdigest()[:24]
        path = keep / f"dates-{key}.pickle"
    form = form_of(FORMS[index % len(FORMS)])
    if path is not None and path.exists():
        return DatedPage(form.id, *pickle.loads(path.read_bytes()))
    names, _ = form.possible_dates()
    page = next(field.page for field in form.fields if field.id == names[0])
    place = [p.id for p in form.pages].index(page)
    alter = partial(impossible, form) if session.impossible else None
    order = photos.Order(form, 1, session.seed, session.preset, writers=session.writers, alter=alter)
    made = photos.make(order, index * len(form.pages) + place)
    found = read_page(form, page, made)
    numbers = {} if isinstance(found, str) else {name: n for name, n in found.items() if name in names}
    truth = {fact["id"]: fact["text"] for fact in made.truth["fields"] if fact["id"] in names}
    dated = DatedPage(form.id, numbers, truth)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial_path = path.with_suffix(".partial")
        partial_path.write_bytes(pickle.dumps((numbers, truth), protocol=5))
        partial_path.replace(path)
    return dated


@cache
def form_of(name: str) -> Template:
    """A form by its id, loaded once."""
    return template.load(name)


def impossible(
    form: Template, fields: Sequence[FormField], written: Mapping[str, FieldWriting], rng: np.random.Generator
) -> dict[str, FieldWriting]:
    """The writing on a page with an impossible date in place of the possible one; an empty date stays empty."""
    names, possible = form.possible_dates()
    boxes = {field.id: field.cells.count for field in fields}
    right = {name: evidence.interpret(written[name].text)[1] or 0 for name in names}
    changed = dict(written)
    if tuple(right.values()) not in possible:
        return changed
    slips = slip_date(form, right, rng)
    while not any(slip.kind == "wrong_date" for slip in slips):
        slips = slip_date(form, right, rng)
    for slip in slips:
        changed[slip.field] = FieldWriting(slip.written.zfill(boxes[slip.field]))
    return changed


def weighed(page: DatedPage) -> list[Case]:
    """The numbers of a date, compared with the dates that are possible."""
    fact = date_fact(form_of(page.form), None, "template")
    cases = [replace(number.case(name), facts=(fact,) if fact else ()) for name, number in page.numbers.items()]
    return reconciled(cases, [])[0]


def row(pages: Sequence[tuple[DatedPage, list[Case]]], how: Literal["strict", "balanced"], limit: float) -> str:
    """Figures at one limit."""
    thresholds = replace(Thresholds.of(how), known=limit)
    seen: Counter[str] = Counter()
    for page, cases in pages:
        form = form_of(page.form)
        names, possible = form.possible_dates()
        written = tuple(evidence.interpret(page.truth[name])[1] for name in names)
        kind = "possible" if written in possible else "none" if set(written) == {None} else "impossible"
        if not page.numbers:
            kind = "not found"
        seen[kind] += 1
        decisions = policy.decide(cases, [], thresholds)
        taken = [case for case in cases if decisions[case.field].status == "accepted"]
        right = [case.value == written[names.index(case.field)] for case in taken]
        seen["accepted"] += len(right)
        seen["wrong"] += len(right) - sum(right)
        seen["whole"] += kind == "possible" and len(right) == len(names)
        seen["let through"] += kind == "impossible" and bool(right)
    kinds = " / ".join(str(seen[kind]) for kind in ("possible", "impossible", "none", "not found"))
    most = clopper_pearson(seen["wrong"], seen["accepted"])[1] if seen["accepted"] else 1.0
    share = seen["whole"] / max(1, seen["possible"])
    wrong = f"{seen['wrong']} (< {most:.2%})"
    return f"{kinds} | {seen['whole']} ({share:.1%}) | {seen['accepted']} | {wrong} | {seen['let through']}"


if __name__ == "__main__":
    main()
