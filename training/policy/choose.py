"""Choose the thresholds of `ocr_recap/decide/policy.json` by risk control, on documents by calibration writers.

    python training/policy/choose.py [--documents 640] [--hard 160] [--seed N] [--keep DIR] [--workers 2] [--write]

Documents of all forms in turn, of the field and the hard preset together. Learn then Test (Angelopoulos, Bates, Candes,
Jordan, Lei, arXiv 2110.01052): for each policy several chains of thresholds are walked. In a chain the posterior from
which on numbers are accepted goes down `LADDER`, and all other thresholds are those of the chain (`chains`): as
designed, with a less sure second witness, with less sure ink, or with both. On each rung the hypothesis "more than the
policy's `RISK` of the numbers that are accepted are wrong" is tested by the exact binomial p-value. A walk begins where
enough numbers are accepted to reject the hypothesis at all, and ends on the first rung where it cannot be rejected. All
rungs before that hold simultaneously with the stated confidence: within a chain without a correction, since their order
was fixed before, and over the chains by dividing the error (Bonferroni). Of all rungs that hold, the one that accepts
most numbers is chosen, and of several the one with the highest posterior.

The risks and the chains are by judgement and were fixed before the documents were drawn. The ladder of a policy ends at
`LAST`: drawn documents bound the average of what is accepted, and the end bounds each single number. It was 0.99 and
0.9 at first; both held on the documents of the usual seed, and accepted 1.8% and 0.7% more numbers. As some of these
would be ten times as doubtful as any accepted before, the ends were put back. Thresholds that no chain changes
(`DESIGNS`) are by judgement.

The numbers of a document share its hand, its photo and its clerk, so they are not independent trials; the number of
documents with any wrong number is printed, too. `--write` saves the thresholds with a hash of all evidence: what is
written, and the evidence of every witness. The evidence in the folder of `--keep` is keyed by weights, templates and
the code that it depends on.
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
from ocr_recap.decide.case import Case
from ocr_recap.decide.policy import Thresholds
from ocr_recap.decide.posterior import Evaluated
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.evaluate.bounds import clopper_pearson, incomplete_beta
from ocr_recap.forms import template
from ocr_recap.synth.camera.conditions import Preset
from ocr_recap.synth.sets.evidence_key import feed
from ocr_recap.synth.sets.inferred_documents import InferredDocument, Session, infer

ROOT = Path(__file__).resolve().parents[2]
SEED = 20_261_207
# 1 - 10^-x for x from 5 down in steps of a quarter.
LADDER = tuple(round(1 - 10 ** (-x / 4), 6) for x in range(20, 3, -1))
CONFIDENCE = 0.95
RISK: Mapping[policy.Policy, float] = {"strict": 0.001, "balanced": 0.001}
LAST: Mapping[policy.Policy, float] = {"strict": 0.999, "balanced": 0.99}
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


# What a chain takes instead: of a second witness, and of the ink.
LESS_SURE: Mapping[policy.Policy, tuple[dict[str, float], dict[str, float]]] = {
    "strict": ({"bubbles": 0.93, "counted": 0.8, "rule": 0.97}, {"digits": 0.2, "summed": 0.3}),
    "balanced": ({"bubbles": 0.8, "counted": 0.3, "rule": 0.8}, {"digits": 0.002, "summed": 0.02}),
}


@dataclass(frozen=True)
class Weighed:
    """One document, weighed with its rules."""

    document: InferredDocument
    cases: Sequence[Case]
    rules: Sequence[Evaluated]


@dataclass(frozen=True)
class Rung:
    """Thresholds, and what they do with the documents."""

    chain: str
    thresholds: Thresholds
    taken: int
    wrong: int
    documents_wrong: int
    p_value: float


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Arguments that select the documents of calibration writers."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=640, help="documents of the field preset")
    parser.add_argument("--hard", type=int, default=160, help="documents of the hard preset")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all random numbers")
    parser.add_argument("--keep", type=Path, help="folder of evidence: no document is read twice")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    return parser


def evidence_of(args: argparse.Namespace) -> Iterator[tuple[Preset, Iterator[InferredDocument]]]:
    """Documents of each preset that the arguments select, all forms in turn."""
    presets: tuple[tuple[Preset, int], ...] = (("field", args.documents), ("hard", args.hard))
    for preset, count in presets:
        session = Session(tuple(template.available()), preset, "calibration", args.seed, 0, count)
        yield preset, infer(session, args.workers, args.keep)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="save what is chosen in ocr_recap/decide/policy.json")
    args = parser.parse_args()
    forms = {name: template.load(path) for name, path in template.available().items()}
    weighed: list[Weighed] = []
    evidence = hashlib.sha256()
    for preset, documents in evidence_of(args):
        for document in documents:
            feed(evidence, (preset, document))
            cases = [number.case(name) for name, number in document.numbers.items()]
            weighed.append(Weighed(document, *reconciled(cases, forms[document.template].rules)))
    found = {name: best(name, weighed) for name in DESIGNS}
    saved = {
        "script": "training/policy/choose.py",
        "method": f"Learn then Test, {len(chains('strict'))} fixed sequences, {CONFIDENCE:.0%}",
        "data": {
            "forms": list(forms),
            "writers": "calibration",
            "seed": args.seed,
            "field": args.documents,
            "hard": args.hard,
        },
        "data_sha256": evidence.hexdigest(),
        "policies": {name: export(name, rung) for name, rung in found.items()},
    }
    if args.write:
        path = ROOT / "ocr_recap" / "decide" / "policy.json"
        path.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")


def chains(name: policy.Policy) -> dict[str, Thresholds]:
    """The thresholds of each chain of a policy, by its name."""
    design = DESIGNS[name]
    second, ink = LESS_SURE[name]
    return {
        "as designed": design,
        "second witness less sure": replace(design, **second),
        "ink less sure": replace(design, **ink),
        "both less sure": replace(design, **second, **ink),
    }


def best(name: policy.Policy, weighed: Sequence[Weighed]) -> Rung:
    """Of all rungs that hold, the one that accepts most numbers.

    Raises:
        SystemExit: none holds.
    """
    held = [rung for chain, design in chains(name).items() for rung in walk(name, chain, design, weighed)]
    if not held:
        raise SystemExit(f"{name}: no rung holds a risk of {RISK[name]:.2%}; draw more documents")
    return max(held, key=lambda rung: (rung.taken, rung.thresholds.posterior))


def walk(name: policy.Policy, chain: str, design: Thresholds, weighed: Sequence[Weighed]) -> list[Rung]:
    """Rungs of one chain as far as the risk is held, or to the end of the ladder."""
    rungs: list[Rung] = []
    error = (1 - CONFIDENCE) / len(chains(name))
    least = log(error) / log1p(-RISK[name])  # fewest trials without an error that can reject the hypothesis
    for posterior in (p for p in LADDER if p >= LAST[name]):
        # A known fact is as sure as the posterior asks for.
        thresholds = replace(design, posterior=posterior, known=max(posterior, design.known))
        rung = step(name, chain, thresholds, weighed)
        print(
            f"{name}, {chain}, {posterior}: {rung.taken} accepted, {rung.wrong} wrong "
            f"in {rung.documents_wrong} documents, p {rung.p_value:.4f}",
            flush=True,
        )
        if rung.taken < least:
            continue
        if rung.p_value > error:
            break
        rungs.append(rung)
    return rungs


def step(name: policy.Policy, chain: str, thresholds: Thresholds, weighed: Sequence[Weighed]) -> Rung:
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
    return Rung(chain, thresholds, taken, wrong, spoilt, binomial_tail(wrong, taken, RISK[name]))


def binomial_tail(wrong: int, trials: int, risk: float) -> float:
    """Probability of at most so many wrong ones if the error rate were equal to the risk."""
    return 1.0 - incomplete_beta(wrong + 1, trials - wrong, risk) if wrong < trials else 1.0


def export(name: policy.Policy, chosen: Rung) -> dict[str, Any]:
    """A policy as in policy.json: the thresholds, and the data of their test."""
    print(f"{name}: chosen {chosen}")
    return {
        "thresholds": vars(chosen.thresholds),
        "chain": chosen.chain,
        "risk": RISK[name],
        "confidence": CONFIDENCE,
        "taken": chosen.taken,
        "wrong": chosen.wrong,
        "documents_wrong": chosen.documents_wrong,
        "wrong_upper95": round(clopper_pearson(chosen.wrong, chosen.taken)[1], 6),
    }


if __name__ == "__main__":
    main()
