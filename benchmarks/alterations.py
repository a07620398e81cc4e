"""Rate of struck-out or overwritten numbers that are accepted all the same, and the cost of detecting them.

    python benchmarks/alterations.py [--numbers 1000] [--seed N] [--writers test] [--kinds one two ...] [--workers 2]

Stations are drawn as usual (preset *field*), on pages whose numbers have a second witness of their own: bubbles or
strokes. Then every number of the page is altered before the page is photographed (`synth.forms.alter`):

- a kind of line: the number is struck out, and another number is written beside its boxes. Bubbles and strokes give the
  old number, so that only the line contradicts it;
- overwritten, rewritten, amended: one digit of the number is written over another one (`synth.writing.hand`). Bubbles
  and strokes give the old digit;
- plain: nothing is altered.

Each page is read and decided as a document of its own, by both policies. The script counts numbers that are accepted as
the old one, numbers that are accepted as the new one, and numbers in review with a reason that names the alteration.
For plain numbers the last count is the cost of detecting alterations. Everything depends on the seed only.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from ocr_recap import Options, Reader
from ocr_recap.decide.evidence import interpret
from ocr_recap.decide.policy import decide
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.forms import template
from ocr_recap.records.case_record import case_of
from ocr_recap.synth.forms.alter import OVER, altered
from ocr_recap.synth.sets import photos
from ocr_recap.synth.sets.parallel import in_order
from ocr_recap.synth.writing.hand import CORRECTIONS, Writers
from ocr_recap.synth.writing.strikes import STRIKES

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_261_201  # no documents of this seed were looked at while the nets were made
PAGES = (
    ("c-hasil-ppwp-2024", "2"),
    ("dpr-plano-2019", "lembar-2-hal-3"),
    ("c-hasil-kwk", "2"),
    ("c1-kwk-2017", "plano"),
)
KINDS = (*STRIKES, *OVER, "plain")
REASONS = ("struck_out", "overwritten", "bubbles_struck_out")
POLICIES = ("strict", "balanced")


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=1000, help="least number of numbers of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of alteration")
    parser.add_argument("--writers", choices=("calibration", "test"), default="test")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, help="keep all figures in this file, for each kind as soon as it is known")
    args = parser.parse_args()
    print(
        "| kind | pages found | numbers | accepted as the old one, strict / balanced (95% bound) | as the new one "
        "| to review, with the reason |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    found: dict[str, dict[str, int]] = {}
    for kind in args.kinds:
        found[kind] = dict(measure(kind, args.numbers, args.writers, args.seed, args.workers))
        print(row(kind, found[kind]), flush=True)
        if args.out:
            args.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def measure(kind: str, numbers: int, writers: Writers, seed: int, workers: int) -> Counter[str]:
    """Figures of one kind; pages of all forms take turns until there are enough numbers."""
    counts: Counter[str] = Counter()
    done, step = 0, 16 * len(PAGES)
    while counts["numbers"] < numbers:
        for part in in_order(partial(read_page, kind, writers, seed), range(done, done + step), workers):
            counts.update(part)
        done += step
    return counts


def read_page(kind: str, writers: Writers, seed: int, index: int) -> Counter[str]:
    """Figures of one page."""
    form_id, page = PAGES[index % len(PAGES)]
    form = _form(form_id)
    alter = None if kind == "plain" else partial(altered, kind)
    order = photos.Order(form, index + 1, seed, "field", writers=writers, alter=alter)
    place = [p.id for p in form.pages].index(page)
    made = photos.make(order, (index // len(PAGES)) * len(form.pages) + place)
    old = _old(made.truth, kind)
    record = _reader().read(made.jpeg, made.name)
    counts: Counter[str] = Counter(pages=1, found=record.page is not None, numbers=len(old) if record.page else 0)
    if record.page is None or record.page.page != page:
        return counts
    seen = [case_of(i, field) for i, field in record.fields.items() if field.status != "not_in_photo"]
    cases, rules = reconciled(seen, form.rules_of(page))
    new = {fact["id"]: fact["value"] for fact in made.truth["fields"]}
    for policy in POLICIES:
        decisions = decide(cases, rules, policy)
        for case in (c for c in cases if c.field in old):
            decision = decisions[case.field]
            if decision.status != "review":
                counts[f"{policy}_old"] += case.value == old[case.field]
                counts[f"{policy}_new"] += case.value == new[case.field]
                counts[f"{policy}_third"] += case.value not in (old[case.field], new[case.field])
            counts[f"{policy}_reason"] += any(code in REASONS for code, _ in decision.reasons)
            for code in {code for code, _ in decision.reasons} & set(REASONS):
                counts[f"{policy}_{code}"] += 1
    return counts


def _old(truth: dict[str, Any], kind: str) -> dict[str, int | None]:
    """Old number of every altered field; for plain pages the number as written."""
    found: dict[str, int | None] = {}
    for fact in truth["fields"]:
        over = any(manner in CORRECTIONS for manner in fact.get("manners", ()))
        if "struck_out" in fact:
            old = interpret(fact["struck_out"]["text"])[1] if kind in STRIKES else None
        elif over and kind in OVER:
            pairs = zip(fact["text"], fact["was"], strict=True)
            old = interpret("".join(char if was == " " else was for char, was in pairs))[1]
        else:
            old = None if over or kind != "plain" else fact["value"]
        if old is not None:
            found[fact["id"]] = old
    return found


@cache
def _form(name: str) -> template.Template:
    return template.load(template.available()[name])


@cache
def _reader() -> Reader:
    return Reader(Options(templates=tuple(name for name, _ in PAGES)))


def row(kind: str, counts: Mapping[str, int]) -> str:
    """One line of the table."""
    n = counts["numbers"]
    old, new, reason = ([counts.get(f"{policy}_{what}", 0) for policy in POLICIES] for what in ("old", "new", "reason"))
    bounds = " / ".join(f"{clopper_pearson(wrong, n)[1]:.2%}" for wrong in old)
    shares = " / ".join(f"{count / n:.1%}" for count in reason)
    return (
        f"| {kind} | {counts['found']} of {counts['pages']} | {n} | {old[0]} / {old[1]} ({bounds}) "
        f"| {new[0]} / {new[1]} | {shares} |"
    )


if __name__ == "__main__":
    main()
