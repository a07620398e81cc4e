"""Gain of each witness: drawn documents decided from digits alone, and with one more witness at a time.

    python benchmarks/fusion.py [--documents 700] [--hard 100] [--seed N] [--writers test|shift] [--keep DIR]

Stations are drawn with clerk errors (test writers); every page is photographed and read once. The documents of the
usual seed are a development set: they were measured with many versions, and some rules were made after looking at
them. The evidence is decided in several ways:

- digits alone: the most probable number of the digit cells, accepted from the posterior of the strict policy on;
- + bubbles, + strokes and row totals, + words: the same with these witnesses;
- + rules hard: every exact rule must hold, as with a constraint solver;
- + rules soft: the posterior of `ocr_recap`, with the same threshold;
- strict, balanced: the policies of `ocr_recap`, with second witness, objections, quality and all.

An error is a number that is accepted, or called blank, and is written otherwise. The table is about counts. Below the
table are dates, which have no second witness and are never accepted, and the digit reader on single cells, as located
and cropped: the share that is right, and the number of cells that it surely calls a digit though they hold another one.
A corrected cell holds the digit that counts. The script prints a table for the docs, and writes all figures to
`benchmarks/fusion.json`. With `--keep` a second or a longer run reads no photo twice.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocr_recap.cells.digit_reader import CLASSES
from ocr_recap.decide import policy, posterior
from ocr_recap.decide.case import Case
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.calibration import calibrate
from ocr_recap.forms import template
from ocr_recap.forms.template import Rule, Template
from ocr_recap.synth.sets.inferred_documents import InferredDocument, Session, infer, summary

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_241_331
FORM = "c-hasil-ppwp-2024"
VARIANTS = (
    "digits alone",
    "+ bubbles",
    "+ strokes and row totals",
    "+ words",
    "+ rules hard",
    "+ rules soft",
    "strict",
    "balanced",
)
WEIGHED = VARIANTS[: VARIANTS.index("strict")]  # decided by the posterior alone
HARD = 1e-9  # rate of a rule that is practically never broken
SURE = (0.99, 0.999)  # of a single cell
POLICIES: Mapping[str, policy.Policy] = {"strict": "strict", "balanced": "balanced"}


@dataclass(frozen=True)
class Said:
    """Decision on one number: its value, its probability, and whether it is accepted."""

    field: str
    written: int | None
    value: int | None
    chance: float
    taken: bool

    @property
    def right(self) -> bool:
        """True when the value is the one that is written."""
        return self.value == self.written

    @property
    def silent(self) -> bool:
        """True when a wrong value is accepted."""
        return self.taken and not self.right


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=700, help="number of documents")
    parser.add_argument("--hard", type=int, default=100, help="documents of the hard preset")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument(
        "--writers", choices=("test", "shift"), default="test", help="shift: a source kept out of everything"
    )
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "fusion.json", help="file for the figures")
    args = parser.parse_args()
    found: dict[str, Any] = {}
    for preset, count in (("field", args.documents), ("hard", args.hard)):
        if count:
            session = Session((FORM,), preset, args.writers, args.seed, 0, count)
            found[preset] = measure(list(infer(session, args.workers, args.keep)))
            print(
                f"\n{preset}: {found[preset]['pages']}\n\n{table(found[preset])}\n\n{remarks(found[preset])}",
                flush=True,
            )
    args.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def measure(documents: Sequence[InferredDocument]) -> dict[str, Any]:
    """All figures of one set of documents."""
    form = template.load(template.available()[FORM])
    said: dict[str, list[list[Said]]] = {name: [] for name in VARIANTS}
    found: dict[str, Any] = {"documents": len(documents), "pages": summary(documents)}
    verdicts = Verdicts()
    seconds: list[float] = []
    for document in documents:
        if not document.numbers:
            continue
        for name in WEIGHED:
            said[name].append(list(weighed(document, form, name)))
        cases = [number.case(name) for name, number in document.numbers.items()]
        start = time.process_time()
        together, rules = reconciled(cases, form.rules)
        for name in POLICIES:
            decisions = policy.decide(together, rules, POLICIES[name])
            if name == "strict":
                seconds.append(time.process_time() - start)
            said[name].append([_decided(document, case, decisions[case.field]) for case in together])
            verdicts.add(name, document, form, together, rules, decisions)
    counts = {field.id for field in form.fields if field.role == "count"}
    every = {name: [n for numbers in each for n in numbers] for name, each in said.items()}
    found["variants"] = {name: figures([n for n in each if n.field in counts]) for name, each in every.items()}
    found["dates"] = figures([n for n in every["strict"] if n.field not in counts])
    found["verdicts"] = verdicts.export()
    found["cells"] = single_cells(documents)
    found["milliseconds"] = {
        "median": round(1000 * float(np.median(seconds)), 2),
        "p99": round(1000 * float(np.quantile(seconds, 0.99)), 2),
    }
    return found


def single_cells(documents: Sequence[InferredDocument]) -> dict[str, Any]:
    """Figures of the digit reader on all cells.

    Share of right cells, calibration error, and for each level of `SURE` the number of cells that it calls a digit with
    at least this probability, and of those that hold something else.
    """
    numbers = [number for document in documents for number in document.numbers.values()]
    said = np.exp(np.concatenate([number.cells for number in numbers]))
    written = np.array([char for number in numbers for char in number.text.ljust(len(number.cells))])
    best, chance = np.array(list(CLASSES))[said.argmax(axis=1)], said.max(axis=1)
    digits, right = np.char.isdigit(written), best == written
    rows: list[dict[str, Any]] = []
    for level in SURE:
        sure = np.char.isdigit(best) & (chance >= level)
        n, wrong = int(sure.sum()), int((sure & ~right).sum())
        rows.append({"level": level, "sure": n, "wrong": wrong, "upper95": clopper_pearson(wrong, n)[1]})
    return {
        "cells": len(written),
        "right": int(right.sum()),
        "digits": int(digits.sum()),
        "right_digits": int((digits & right).sum()),
        "ece": calibrate(zip(chance.tolist(), right.tolist(), strict=True)).ece,
        "surely_digits": rows,
    }


def weighed(document: InferredDocument, form: Template, variant: str) -> Iterator[Said]:
    """Decide every number by the posterior from some witnesses alone."""
    place = VARIANTS.index(variant)
    cases = {
        name: number.case(name, bubbles=place >= 1, counts=place >= 2, words=place >= 3)
        for name, number in document.numbers.items()
    }
    rules: Iterable[Rule] = form.rules if place >= 4 else ()
    if variant == "+ rules hard":
        rules = [rule.model_copy(update={"slip_rate": HARD}) for rule in rules if rule.strength == "exact"]
    chances = posterior.posterior({name: case.choices for name, case in cases.items()}, list(rules)).chances
    threshold = policy.Thresholds.of("strict").posterior
    for name, case in cases.items():
        best = int(np.argmax(chances[name]))
        value, chance = case.choices.listed[best].value, float(chances[name][best])
        yield Said(name, document.numbers[name].value, value, chance, chance >= threshold)


def _decided(document: InferredDocument, case: Case, decision: policy.PolicyDecision) -> Said:
    blank = decision.status == "blank"
    value = None if blank else case.value
    return Said(case.field, document.numbers[case.field].value, value, case.confidence, decision.status != "review")


def figures(numbers: Sequence[Said]) -> dict[str, Any]:
    """Figures of numbers: right, accepted, silently wrong, and the calibration of their probabilities."""
    written = [n for n in numbers if n.written is not None]
    taken, silent = sum(n.taken for n in numbers), sum(n.silent for n in numbers)
    return {
        "written": len(written),
        "right": sum(n.right for n in written),
        "blank": len(numbers) - len(written),
        "taken": taken,
        "taken_of_written": sum(n.taken for n in written),
        "silent": silent,
        "silent_upper95": clopper_pearson(silent, taken)[1],
        "ece": calibrate((n.chance, n.right) for n in numbers).ece,
    }


class Verdicts:
    """Verdicts on whole documents, by policy; only documents of which every page was found."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = {name: dict.fromkeys(self.KEYS, 0) for name in POLICIES}

    KEYS = ("consistent", "straight_through", "inconsistent", "said_so", "rule_seen_broken", "repaired")

    def add(
        self,
        name: str,
        document: InferredDocument,
        form: Template,
        cases: Sequence[Case],
        rules: Sequence[posterior.Evaluated],
        decisions: Mapping[str, policy.PolicyDecision],
    ) -> None:
        """Count one document."""
        if not document.whole:
            return
        counts = {field.id for field in form.fields if field.role == "count"}
        written = document.written
        truly = [r for r in posterior.evaluate(form.rules, written) if r.rule.strength == "exact"]
        broken = {r.rule.id for r in truly if r.outcome == "broken"}
        found = self._counts[name]
        if not broken:
            found["consistent"] += 1
            found["straight_through"] += all(decisions[f].status != "review" for f in counts)
            return
        seen = {r.rule.id for r in rules if r.outcome == "broken" and (r.holds or 0.0) < 0.5}
        said = policy.verdict(decisions, counts, rules, {c.field: c for c in cases}, POLICIES[name])
        found["inconsistent"] += 1
        found["said_so"] += said == "inconsistent"
        found["rule_seen_broken"] += broken <= seen
        found["repaired"] += any(c.value != written[c.field] and decisions[c.field].status == "accepted" for c in cases)

    def export(self) -> dict[str, dict[str, int]]:
        """Counts as plain JSON."""
        return self._counts


def table(found: Mapping[str, Any]) -> str:
    """One line per way to decide."""
    lines = [
        "| witnesses | counts read right | taken without a person | silent errors (95% bound) | ECE |",
        "|---|---|---|---|---|",
    ]
    for name, f in found["variants"].items():
        bound = f"{f['silent']} of {f['taken']} (at most {f['silent_upper95']:.2%})"
        right, taken = f["right"] / f["written"], f["taken_of_written"] / f["written"]
        lines.append(f"| {name} | {right:.2%} of {f['written']} | {taken:.1%} | {bound} | {f['ece']:.4f} |")
    return "\n".join(lines)


def remarks(found: Mapping[str, Any]) -> str:
    """Text below the table."""
    lines: list[str] = []
    for name, v in found["verdicts"].items():
        lines.append(
            f"{name}: {v['straight_through']} of {v['consistent']} consistent documents need nobody; "
            f"{v['said_so']} of {v['inconsistent']} inconsistent ones are said to be so, all their broken rules are "
            f"seen in {v['rule_seen_broken']}, repaired {v['repaired']}"
        )
    dates, cells = found["dates"], found["cells"]
    lines.append(
        f"parts of dates: right {dates['right'] / dates['written']:.2%} of {dates['written']}, "
        f"taken {dates['taken_of_written']}, ECE {dates['ece']:.4f}"
    )
    lines.append(
        f"single cells: right {cells['right_digits'] / cells['digits']:.2%} of {cells['digits']} digits, "
        f"{cells['right'] / cells['cells']:.2%} of all {cells['cells']}, ECE {cells['ece']:.4f}"
    )
    for row in cells["surely_digits"]:
        lines.append(
            f"called a digit from {row['level']}: {row['sure']}, {row['wrong']} of them hold something else "
            f"(at most {10_000 * row['upper95']:.1f} in 10,000)"
        )
    times = found["milliseconds"]
    lines.append(f"posterior and decision: {times['median']} ms a document (median), {times['p99']} ms (p99), CPU")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
