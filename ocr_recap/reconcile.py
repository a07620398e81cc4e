"""Witnesses and rules to what is written: pure arithmetic on plain data, no images, no decisions.

All numbers of a document are weighed together. Each may be one of its choices or something else (`choices`); each rule
makes some of these stand together more easily than others, softly, since clerks slip (`rulefactors`); exact variable
elimination (`elimination`) says how likely each choice is, everything heard. What arithmetic would like a number to be
is never a choice: only what its own ink may be.

What was left out of a number's choices is bounded from above and counts against it in full: its listed choices are, if
anything, likelier than is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from . import slips
from .choices import Choices
from .elimination import Factor, Plan, TooManyStates, beliefs, plan
from .longrules import LongRule, chain
from .rulefactors import BLANK, NUMBER, REST, UNREADABLE, Equation, States, bound, table
from .rules import Outcome
from .template import Rule

FloatArray = NDArray[np.float64]

# Choices lighter than this share of their number's heaviest join its rest, tried one after the other until the tables
# are small enough. So what is doubtful keeps its choices the longest; the first is enough for most documents.
LARGEST = 100_000  # entries in one table of the elimination: some milliseconds of work
LARGEST_TABLE = 20_000  # entries in the table of one rule; longer rules become chains
_MOST_COMPARED = 4  # numbers of an inequality; longer ones say nothing here
_THIN = (1e-4, 1e-3, 1e-2, 0.1, 1.0)


@dataclass(frozen=True)
class Evaluated:
    """A rule, the numbers that it was evaluated on, and what came out.

    Attributes:
        holds: probability that it holds as written; None unless it is exact and all its numbers were weighed.
    """

    rule: Rule
    numbers: Mapping[str, int | None]
    outcome: Outcome
    difference: float | None
    holds: float | None = None


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is written, everything heard.

    Attributes:
        chances: by field id, the probability of each of its listed choices, in their order.
        rest: by field id, the probability, at most, of everything else.
        holds: by id, the probability that an exact rule holds as written.
    """

    chances: Mapping[str, FloatArray]
    rest: Mapping[str, float]
    holds: Mapping[str, float]


def posterior(choices: Mapping[str, Choices], rules: Sequence[Rule]) -> Posterior:
    """Weigh all numbers of a document together.

    Args:
        choices: of every number that was read, by field id.
        rules: of its form; those with a number that was not read say nothing.
    """
    heard = [r for r in rules if all(name in choices for name in r.relation.fields)]
    for share in _THIN:
        with suppress(TooManyStates):
            return _weigh({name: _thinned(c, share) for name, c in choices.items()}, choices, heard)
    return _weigh(choices, choices, [])


def _weigh(kept: Mapping[str, Choices], choices: Mapping[str, Choices], rules: Sequence[Rule]) -> Posterior:
    names = list(kept)
    index = {name: i for i, name in enumerate(names)}
    states = {name: _states(c) for name, c in kept.items()}
    sizes = [len(states[name]) for name in names]
    factors = [Factor((i,), _weights(kept[name])) for name, i in index.items()]
    equations = {
        r.id: Equation.of(r.relation, r.slip) for r in rules if r.strength == "exact" and r.relation.operator == "="
    }
    scopes = [tuple(index[n] for n in r.relation.fields) for r in rules if len(r.relation.fields) <= _MOST_COMPARED]
    _check(plan(sizes, scopes))  # before anything is built
    pays = _charged(equations)
    holding: dict[str, tuple[int, FloatArray]] = {}
    for rule in rules:
        if (exact := equations.get(rule.id)) is not None:
            made = _built(exact, states, index, pays.get(rule.id, set()), len(sizes))
            sizes += made.sums
            factors += made.factors
            holding[rule.id] = (len(factors) - 1, made.holding)
        elif len(rule.relation.fields) <= _MOST_COMPARED:
            factors.append(bound(rule.relation, rule.slip, states, index))
    order = plan(sizes, [f.scope for f in factors])
    _check(order)
    believed = beliefs(sizes, factors, order.order)
    chances = {name: np.zeros(len(choices[name].listed)) for name in names}
    rest: dict[str, float] = {}
    for name, i in index.items():
        listed = len(kept[name].listed)
        chances[name][:listed] = believed[i][:listed]
        rest[name] = float(believed[i][listed:].sum())
    holds = {rule: float((believed[last] * share).sum()) for rule, (last, share) in holding.items()}
    return Posterior(chances, rest, holds)


def _check(found: Plan) -> None:
    if found.largest > LARGEST:
        raise TooManyStates(f"{found.largest} entries in a table, {LARGEST} allowed")


def _built(
    rule: Equation, states: Mapping[str, States], index: Mapping[str, int], pays: set[str], first: int
) -> LongRule:
    """An exact rule as factors: one table, or a chain of partial sums where that would be large."""
    if prod(len(states[name]) for name in rule.names) > LARGEST_TABLE:
        return chain(rule, states, index, pays, first)
    weight, held = table(rule, states, pays)
    share = np.divide(held, weight, out=np.zeros_like(weight), where=weight > 0)
    return LongRule((Factor(tuple(index[name] for name in rule.names), weight),), (), share)


def _thinned(choices: Choices, share: float) -> Choices:
    """Without choices lighter than this share of the heaviest, which join the rest."""
    kept = int((choices.weights >= share * choices.weights[0]).sum())
    if kept == len(choices.listed):
        return choices
    left = choices.weights[kept:]
    rest, largest = choices.rest + float(left.sum()), max(choices.largest, float(left.max()))
    return replace(choices, listed=choices.listed[:kept], rest=rest, largest=largest)


def _weights(choices: Choices) -> FloatArray:
    weights = np.append(choices.weights, choices.rest) if choices.rest > 0 else choices.weights
    return weights / weights.max()


def _states(choices: Choices) -> States:
    values, kinds, charge = list[int](), list[int](), list[float]()
    for choice in choices.listed:
        values.append(choice.value or 0)
        kinds.append(NUMBER if choice.value is not None else BLANK if choice.kind == "blank" else UNREADABLE)
        charge.append(1 / slips.RANGE)  # a text that is no number may stand for any
    if choices.rest > 0:
        values.append(0)
        kinds.append(REST)
        charge.append(min(1.0, choices.largest / choices.rest))
    return States(np.array(values, dtype=np.int64), np.array(kinds, dtype=np.int64), np.array(charge))


def _charged(equations: Mapping[str, Equation]) -> dict[str, set[str]]:
    """For each exact rule the numbers whose unknown states are charged in it: each number in its shortest rule."""
    shortest: dict[str, str] = {}
    for rule, equation in sorted(equations.items(), key=lambda pair: len(pair[1].names)):
        for name in equation.names:
            shortest.setdefault(name, rule)
    return {rule: {name for name, chosen in shortest.items() if chosen == rule} for rule in equations}


def evaluate(
    rules: Sequence[Rule], values: Mapping[str, int | None], holds: Mapping[str, float] | None = None
) -> list[Evaluated]:
    """Evaluate rules on the numbers as written; a rule with a missing or blank number is not evaluated.

    Args:
        rules: of the form.
        values: by field id.
        holds: `Posterior.holds`.
    """
    results: list[Evaluated] = []
    for rule in rules:
        numbers = {name: values.get(name) for name in rule.relation.fields}
        difference = rule.relation.difference(values)
        results.append(
            Evaluated(
                rule,
                numbers,
                rule.relation.evaluate(values),
                None if difference is None else float(difference),
                (holds or {}).get(rule.id),
            )
        )
    return results
