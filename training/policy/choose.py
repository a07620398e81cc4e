"""Choose the posteriors of `ocr_recap/decide/policy.json` by risk control, on documents by calibration writers.

    python training/policy/choose.py [--documents 160] [--hard 40] [--seed N] [--keep DIR] [--workers 2] [--write]

Learn then Test (Angelopoulos, Bates, Candes, Jordan, Lei, arXiv 2110.01052) with fixed-sequence testing. For each
policy the posterior from which on numbers are accepted goes down a ladder, with all other thresholds as in `DESIGNS`.
On each rung the hypothesis "more than `RISK` of the numbers that are accepted are wrong" is tested by the exact
binomial p-value, on drawn documents of the field and the hard preset together. The walk begins where enough numbers are
accepted to reject the hypothesis at all, and ends on the first rung where it cannot be rejected. All rungs before that
hold simultaneously with the stated confidence, without a correction for their number, since their order was fixed
before. The lowest of them is chosen.

Real sheets differ from drawn ones. As a margin, the ladder of a policy ends at its `FLOOR`, even if drawn documents
would allow a lower posterior: the strict policy accepts no number whose posterior is below what the risk requires on
average; the balanced policy accepts none that is ten times less sure. Both walks ended at their floor, so the
posteriors in policy.json are set by judgement, and these documents bound them. All other thresholds (`DESIGNS`) are by
judgement. One form stands for all.

The numbers of a document share its hand, its photo and its clerk, so they are not independent trials; the share of
documents with any wrong number is printed, too. `--write` saves the thresholds with a hash of all evidence: what is
written, and the evidence of every witness. The evidence in the folder of `--keep` is keyed by weights, templates and
code as well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, log1p
from pathlib import Path
from typing import Any

from ocr_recap.decide import policy
from ocr_recap.decide.case import Case, reconciled
from ocr_recap.decide.policy import Thresholds
from ocr_recap.decide.posterior import Evaluated
from ocr_recap.evaluate.bounds import clopper_pearson, incomplete_beta
from ocr_recap.forms import template
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.sets.evidence_key import feed
from ocr_recap.synth.sets.inferred_documents import InferredDocument, Session, infer

ROOT = Path(__file__).resolve().parents[2]
SEED = 20_241_312  # not the documents on which a blank was accepted as a number, before `Case.rival` had blanks
FORM = "c-hasil-ppwp-2024"
LADDER = (0.99999, 0.9999, 0.9998, 0.9995, 0.999, 0.998, 0.995, 0.99)
CONFIDENCE = 0.95
RISK = 0.001
FLOOR: Mapping[policy.Policy, float] = {"strict": 0.999, "balanced": 0.99}
# All thresholds but the posterior, by judgement: the strict policy has limits of its own, the balanced one relies on
# the posterior. A cell that is not a clear sign gives 0.09 to each digit; below `summed` it is rather a clear sign of
# another digit. That limit was set after one drawn test document of the hard preset (0.04) was read as its sums
# require. The limit of an unconfirmed blank was 0.95, until resampled zeros of numbers without bubbles were read as
# empty at 0.97.
DESIGNS: Mapping[policy.Policy, Thresholds] = {
    "strict": Thresholds(
        posterior=1.0,
        digits=0.5,
        summed=0.5,
        flawed=False,
        bubbles=0.97,
        counted=0.9,
        words=0.97,
        rule=0.99,
        blank=0.95,
        unconfirmed=0.99,
        broken=0.5,
        known=0.999,
    ),
    "balanced": Thresholds(
        posterior=1.0,
        digits=0.01,
        summed=0.05,
        flawed=True,
        bubbles=0.9,
        counted=0.5,
        words=0.9,
        rule=0.9,
        blank=0.95,
        unconfirmed=0.98,
        broken=0.5,
        known=0.99,
    ),
}


@dataclass(frozen=True)
class Weighed:
    """One document, weighed with its rules."""

    document: InferredDocument
    cases: Sequence[Case]
    rules: Sequence[Evaluated]


@dataclass(frozen=True)
class Rung:
    """Figures at one posterior."""

    posterior: float
    taken: int
    wrong: int
    documents_wrong: int
    p_value: float


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Arguments that select the documents of calibration writers."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=160, help="documents of the field preset")
    parser.add_argument("--hard", type=int, default=40, help="documents of the hard preset")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--keep", type=Path, help="folder of evidence: no document is read twice")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    return parser


def evidence_of(args: argparse.Namespace) -> Iterator[tuple[Preset, Iterator[InferredDocument]]]:
    """Documents of each preset that the arguments select."""
    presets: tuple[tuple[Preset, int], ...] = (("field", args.documents), ("hard", args.hard))
    for preset, count in presets:
        yield preset, infer(Session((FORM,), preset, "calibration", args.seed, 0, count), args.workers, args.keep)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="save what is chosen in ocr_recap/decide/policy.json")
    args = parser.parse_args()
    form = template.load(template.available()[FORM])
    weighed: list[Weighed] = []
    evidence = hashlib.sha256()
    for preset, documents in evidence_of(args):
        for document in documents:
            feed(evidence, (preset, document))
            cases = [number.case(name) for name, number in document.numbers.items()]
            weighed.append(Weighed(document, *reconciled(cases, form.rules)))
    found = {name: walk(name, weighed) for name in DESIGNS}
    saved = {
        "script": "training/policy/choose.py",
        "method": f"Learn then Test, fixed sequence, {CONFIDENCE:.0%}",
        "data": {"form": FORM, "writers": "calibration", "seed": args.seed, "field": args.documents, "hard": args.hard},
        "data_sha256": evidence.hexdigest(),
        "policies": {name: export(name, rungs) for name, rungs in found.items()},
    }
    if args.write:
        path = ROOT / "ocr_recap" / "decide" / "policy.json"
        path.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")


def walk(name: policy.Policy, weighed: Sequence[Weighed]) -> list[Rung]:
    """Go down the ladder as far as the risk is held, or to the floor."""
    rungs: list[Rung] = []
    least = log(1 - CONFIDENCE) / log1p(-RISK)  # fewest trials without an error that can reject the hypothesis
    for posterior in (p for p in LADDER if p >= FLOOR[name]):
        rung = step(replace(DESIGNS[name], posterior=posterior), weighed)
        print(f"{name} {rung}", flush=True)
        if rung.taken < least:
            continue
        if rung.p_value > 1 - CONFIDENCE:
            break
        rungs.append(rung)
    if not rungs:
        raise SystemExit(f"{name}: no rung holds a risk of {RISK:.2%}; draw more documents")
    return rungs


def step(thresholds: Thresholds, weighed: Sequence[Weighed]) -> Rung:
    """Decide every document by these thresholds."""
    taken = wrong = spoilt = 0
    for one in weighed:
        decisions = policy.decide(one.cases, one.rules, thresholds)
        here = 0
        for case in one.cases:
            status = decisions[case.field].status
            if status != "review":
                taken += 1
                here += one.document.numbers[case.field].value != (None if status == "blank" else case.value)
        wrong += here
        spoilt += here > 0
    return Rung(thresholds.posterior, taken, wrong, spoilt, binomial_tail(wrong, taken, RISK))


def binomial_tail(wrong: int, trials: int, risk: float) -> float:
    """Probability of at most so many wrong ones if the error rate were equal to the risk."""
    return 1.0 - incomplete_beta(wrong + 1, trials - wrong, risk) if wrong < trials else 1.0


def export(name: policy.Policy, rungs: Sequence[Rung]) -> dict[str, Any]:
    """A policy as in policy.json: the thresholds, and the data of their test."""
    chosen = rungs[-1]
    print(f"{name}: chosen {chosen}")
    return {
        "thresholds": vars(replace(DESIGNS[name], posterior=chosen.posterior)),
        "risk": RISK,
        "confidence": CONFIDENCE,
        "taken": chosen.taken,
        "wrong": chosen.wrong,
        "wrong_upper95": round(clopper_pearson(chosen.wrong, chosen.taken)[1], 6),
    }


if __name__ == "__main__":
    main()
