"""Witnesses and rules to what is written: pure arithmetic on plain data, no images, no decisions.

All numbers of a document are weighed together. Each may be one of its candidates or something else (`candidates`). Each
rule makes some combinations more probable than others, softly, since clerks err (`rule_factors`). Exact variable
elimination (`elimination`) says how probable each candidate is, given all evidence. What arithmetic would like a number
to be is never a candidate: only what its own ink may be.

What was left out of a number's choices is bounded from above and counts against it in full: its listed choices are, if
anything, likelier than is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..forms.relations import Outcome
from ..forms.template import Rule
from ..imaging.arrays import FloatArray
from .candidates import Choices
from .elimination import Factor, Plan, Scope, TooManyStates, beliefs, plan
from .long_sums import chain
from .rule_factors import NUMBER, Equation, bound, may_break
from .rule_tables import tables
from .variables import Entered, charged_in, enter, meant, shared, thinned

# Choices lighter than this share of their number's heaviest join its rest, tried one after the other until the tables
# are small enough. So what is doubtful keeps its choices the longest; the first is enough for most documents.
_THIN = (1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0)
# Entries in one table of the elimination, by judgement: fewer accept fewer numbers, more take longer.
LARGEST = 300_000
LARGEST_TABLE = 20_000  # entries in the table of one rule; longer rules become chains
# Of the heaviest number that is not listed: so light a one is told apart from the others. From 0.05 to 1 it made no
# difference on 160 drawn documents (calibration writers); more of them cost time.
_LIGHT = 0.2
_SMALL = 100  # choices of all numbers: with so few none is left out where it can be helped
_MOST_COMPARED = 4  # numbers of an inequality; longer ones say nothing here


@dataclass(frozen=True)
class Evaluated:
    """A rule, the numbers that it was evaluated on, and what came out.

    Attributes:
        holds, breaks: probability, at least, that it holds and that it is broken as written; what is not known is in
            neither. None unless it is exact and all its numbers were weighed.
    """

    rule: Rule
    numbers: Mapping[str, int | None]
    outcome: Outcome
    difference: float | None
    holds: float | None = None
    breaks: float | None = None


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is written, given all evidence.

    Attributes:
        chances: by field id, the probability of each of its listed choices, in their order.
        rest: by field id, the probability, at most, of everything else.
        holds, breaks: by id, the probability, at least, that an exact rule holds and that it is broken as written.
    """

    chances: Mapping[str, FloatArray]
    rest: Mapping[str, float]
    holds: Mapping[str, float]
    breaks: Mapping[str, float]


def posterior(choices: Mapping[str, Choices], rules: Sequence[Rule], thinning: Sequence[float] = _THIN) -> Posterior:
    """Weigh all numbers of a document together.

    Args:
        choices: of every number that was read, by field id.
        rules: of its form; those with a number that was not read say nothing.
        thinning: shares of their number's heaviest below which choices are left out, tried in turn until the tables are
            small enough; (0,) leaves none out, and tables that are too large then make every number stand alone.
    """
    known = [r for r in rules if all(name in choices for name in r.relation.fields)]
    equations = {
        r.id: Equation.of(r.relation, r.slip) for r in known if r.strength == "exact" and r.relation.operator == "="
    }
    means, both = meant(choices, equations.values()), shared(equations.values())
    wider = {name: _with(c, means[name], thinning[0]) for name, c in choices.items()}
    compared = [r for r in known if r.id not in equations and len(r.relation.fields) <= _MOST_COMPARED]
    exact = [r for r in known if r.id in equations]
    kept: dict[str, NDArray[np.bool_]] = {}
    said: Posterior | None = None
    small = sum(len(c.listed) for c in choices.values()) <= _SMALL
    # What rules point to is added where that costs none of the choices.
    for share, some in product((0.0, *thinning) if small else thinning, (wider, choices)):
        kept = {name: thinned(c, share, means[name]) for name, c in some.items()}
        left = {name: c.only(kept[name]) for name, c in some.items()}
        listed = {name: [n.value for n in c.listed if n.value is not None] for name, c in left.items()}
        telling = [*exact, *(r for r in compared if may_break(r.relation, listed))]
        entered = {name: enter(c, means[name] if name in both else ()) for name, c in left.items()}
        with suppress(TooManyStates):
            said = _weigh(entered, telling, equations)
            break
    if said is None:
        kept = {name: np.ones(len(c.listed), dtype=bool) for name, c in choices.items()}
        said = _weigh({name: enter(c, ()) for name, c in choices.items()}, [], {})
    chances: dict[str, FloatArray] = {}
    rest = dict(said.rest)
    for name, keep in kept.items():
        found = np.zeros(len(keep))
        found[keep] = said.chances[name]
        listed = len(choices[name].listed)
        chances[name] = found[:listed]
        rest[name] += float(found[listed:].sum())
    return replace(said, chances=chances, rest=rest)


def _with(choices: Choices, means: Collection[int], lightest: float) -> Choices:
    """With the unlisted numbers at which a rule holds, as heavy as they may be at most.

    Their own ink says how little these weigh. Among all that is not listed they would be taken to be as heavy as the
    heaviest of it, and a sheet that does not add up would seem to be misread.
    """
    listed = choices.listed
    extra = [choices.unlisted(value) for value in means if not any(c.value == value and c.proper for c in listed)]
    if not extra:
        return choices
    # Light choices will join the rest, and it may then be any number as heavy as the heaviest of them.
    weights = choices.weights
    largest = max(choices.largest, float(weights[weights < lightest * weights[0]].max(initial=0.0)))
    telling = [c for c in extra if c.digits < _LIGHT * largest]
    return replace(choices, listed=(*listed, *telling)) if telling else choices


@dataclass(frozen=True, eq=False)
class _Network:
    """The numbers and rules of a document as the elimination takes them.

    Attributes:
        sizes: states of each variable: the numbers, then partial sums.
        factors: the numbers' own weights, then rules.
        holding: by id of an exact rule, the variables of a table of it, and which share of each entry is a rule that
            holds as written.
    """

    sizes: Sequence[int]
    factors: Sequence[Factor]
    holding: Mapping[str, tuple[Scope, FloatArray]]


def _weigh(entered: Mapping[str, Entered], rules: Sequence[Rule], equations: Mapping[str, Equation]) -> Posterior:
    index = {name: i for i, name in enumerate(entered)}
    order = _plan([len(n.states) for n in entered.values()], _scopes(rules, index))  # before anything is built
    net = _network(entered, rules, equations)
    if len(net.sizes) > len(index):  # with partial sums
        order = _plan(net.sizes, [f.scope for f in net.factors])
    believed = beliefs(net.sizes, net.factors, order.order)
    together = {rule: believed.of(scope) for rule, (scope, _) in net.holding.items()}
    alone: list[FloatArray | None] = [None] * len(index)
    for rule, (scope, _) in net.holding.items():
        for axis, variable in enumerate(scope):  # out of a small table, where there is one
            if variable < len(index) and alone[variable] is None:
                alone[variable] = together[rule].sum(axis=(*range(axis), *range(axis + 1, len(scope))))
    chances: dict[str, FloatArray] = {}
    rest: dict[str, float] = {}
    slipped: dict[str, float] = {}
    unknown: dict[str, float] = {}
    for (name, number), found in zip(entered.items(), alone, strict=True):
        each = (believed.of((index[name],)) if found is None else found).tolist()
        summed = [0.0] * (number.listed + 1)
        for choice, chance in zip(number.choice, each, strict=True):
            summed[choice] += chance
        chances[name] = np.minimum(summed[:-1], 1.0)  # sums of shares round
        rest[name] = summed[-1]
        slipped[name] = sum(each[number.as_counted :])
        unknown[name] = sum(c for c, kind in zip(each, number.states.kinds.tolist(), strict=True) if kind != NUMBER)
    holds: dict[str, float] = {}
    breaks: dict[str, float] = {}
    for rule, (_, share) in net.holding.items():
        held = float((together[rule] * share).sum())
        # Where a number slipped the rule held when it was counted, and does not as written.
        slips = [slipped[name] for name in equations[rule].names]
        not_known = sum(unknown[name] for name in equations[rule].names)
        holds[rule] = max(0.0, held - sum(slips))
        breaks[rule] = max(0.0, min(1.0, 1.0 - held + max(0.0, max(slips) - (1.0 - held)) - not_known))
    return Posterior(chances, rest, holds, breaks)


def _network(entered: Mapping[str, Entered], rules: Sequence[Rule], equations: Mapping[str, Equation]) -> _Network:
    index = {name: i for i, name in enumerate(entered)}
    states = {name: number.states for name, number in entered.items()}
    sizes = [len(s) for s in states.values()]
    factors = [Factor((i,), entered[name].weights) for name, i in index.items()]
    holding: dict[str, tuple[Scope, FloatArray]] = {}
    pays = charged_in(equations)
    exact = [(r.id, equations[r.id]) for r in rules if r.id in equations]
    short = [(i, e) for i, e in exact if prod(len(states[n]) for n in e.names) <= LARGEST_TABLE]
    made = tables([e for _, e in short], states, [pays[i] for i, _ in short])
    for (rule, equation), weight, held in zip(short, made.weights, made.held, strict=True):
        factors.append(Factor(tuple(index[n] for n in equation.names), weight))
        holding[rule] = (factors[-1].scope, np.divide(held, weight, out=np.zeros_like(weight), where=weight > 0))
    for rule, equation in exact:
        if rule not in holding:  # a chain of partial sums where one table would be large
            long = chain(equation, states, index, pays[rule], len(sizes))
            sizes += long.sums
            factors += long.factors
            holding[rule] = (factors[-1].scope, long.holding)
    factors += [bound(r.relation, r.slip, states, index) for r in rules if r.id not in equations]
    return _Network(sizes, factors, holding)


def _scopes(rules: Sequence[Rule], index: Mapping[str, int]) -> list[Scope]:
    """The variables of each rule that makes one table; of a long sum no one knows yet how it is taken apart."""
    return [tuple(index[n] for n in r.relation.fields) for r in rules if len(r.relation.fields) <= _MOST_COMPARED]


def _plan(sizes: Sequence[int], scopes: Sequence[Scope]) -> Plan:
    found = plan(sizes, scopes)
    if found.largest > LARGEST:
        raise TooManyStates(f"{found.largest} entries in a table, {LARGEST} allowed")
    return found


def evaluate(rules: Sequence[Rule], values: Mapping[str, int | None], said: Posterior | None = None) -> list[Evaluated]:
    """Evaluate rules on the numbers as written; a rule with a missing or blank number is not evaluated.

    Args:
        rules: of the form.
        values: by field id.
        said: the evidence on these numbers.
    """
    results: list[Evaluated] = []
    for rule in rules:
        numbers = {name: values.get(name) for name in rule.relation.fields}
        off = rule.relation.off(values)
        results.append(
            Evaluated(
                rule,
                numbers,
                rule.relation.outcome(off),
                None if off is None else off / rule.relation.whole.scale,
                said and said.holds.get(rule.id),
                said and said.breaks.get(rule.id),
            )
        )
    return results
