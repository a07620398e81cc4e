"""Posterior over all numbers of a document, from witnesses and rules; no images, no decisions.

All numbers of a document are weighed together. Each is one of its candidates or something else (`candidates`). Each
rule makes some combinations more probable than others, softly, since clerks make errors (`rule_factors`). Exact
variable elimination (`elimination`) gives the probability of each candidate, given all evidence. Candidates come from
the ink of a number; a value that only arithmetic asks for weighs no more than its ink allows.

The weight of everything that is not a candidate is bounded from above and counts in full. The probabilities of listed
candidates are therefore lower bounds.
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

# Candidates lighter than this share of their number's heaviest candidate join its rest. The shares are tried in turn
# until the tables are small enough, so doubtful numbers keep their candidates longest. The first share is enough for
# most documents. By judgement.
_THIN = (1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0)
# Entries in one table of the elimination, by judgement: fewer accept fewer numbers, more take longer.
LARGEST = 300_000
LARGEST_TABLE = 20_000  # most entries in the table of one rule; longer rules become chains; by judgement
# An unlisted number that a rule points to becomes a candidate if it weighs less than this share of the heaviest
# unlisted number. From 0.05 to 1 the value made no difference on 160 drawn documents (calibration writers); more
# candidates cost time.
_LIGHT_SHARE = 0.2
_FEW_CANDIDATES = 100  # with no more candidates of all numbers, leaving out none is tried first; by judgement
_MOST_COMPARED = 4  # most numbers of an inequality that is weighed; longer ones are ignored here; by judgement


@dataclass(frozen=True)
class Evaluated:
    """A rule evaluated on numbers as written.

    Attributes:
        rule: the rule.
        numbers: value by field id; None for a blank or a number that was not read.
        outcome: whether the rule holds.
        difference: by how much the rule is broken; None where it is not evaluated.
        holds, breaks: lower bounds of the probabilities that the rule holds, and that it is broken, as written;
            unknown numbers count for neither. None unless the rule is exact and all its numbers were weighed.
    """

    rule: Rule
    numbers: Mapping[str, int | None]
    outcome: Outcome
    difference: float | None
    holds: float | None = None
    breaks: float | None = None


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior over what is written, given all evidence.

    Attributes:
        chances: by field id, (candidates,) probability of each listed candidate, in their order.
        rest: by field id, an upper bound of the probability of everything else.
        holds, breaks: by rule id, lower bounds of the probabilities that an exact rule holds, and that it is broken, as
            written.
    """

    chances: Mapping[str, FloatArray]
    rest: Mapping[str, float]
    holds: Mapping[str, float]
    breaks: Mapping[str, float]


def posterior(choices: Mapping[str, Choices], rules: Sequence[Rule], thinning: Sequence[float] = _THIN) -> Posterior:
    """Weigh all numbers of a document together.

    Args:
        choices: candidates of every number that was read, by field id.
        rules: rules of its form; rules with a number that was not read are ignored.
        thinning: shares of the heaviest candidate's weight below which candidates join the rest, tried in turn until
            the tables are small enough. With ``(0,)`` no candidate joins the rest. If the tables are too large with
            every share, each number is weighed alone, without rules.
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
    small = sum(len(c.listed) for c in choices.values()) <= _FEW_CANDIDATES
    # Values that rules point to are added where no candidate has to be left out for them.
    for share, some in product((0.0, *thinning) if small else thinning, (wider, choices)):
        kept = {name: thinned(c, share, means[name]) for name, c in some.items()}
        left = {name: c.only(kept[name]) for name, c in some.items()}
        listed = {name: [n.value for n in c.listed if n.value is not None] for name, c in left.items()}
        informative = [*exact, *(r for r in compared if may_break(r.relation, listed))]
        entered = {name: enter(c, means[name] if name in both else ()) for name, c in left.items()}
        with suppress(TooManyStates):
            said = _weigh(entered, informative, equations)
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
    """Add the unlisted numbers at which a rule holds, with upper bounds of their weights by their own ink.

    Within the rest, such a number would be given the weight of the heaviest unlisted number, and a sheet that does not
    add up would seem to be misread.
    """
    listed = choices.listed
    extra = [choices.unlisted(value) for value in means if not any(c.value == value and c.proper for c in listed)]
    if not extra:
        return choices
    # Light candidates will join the rest, whose numbers may then each weigh as much as the heaviest of these.
    weights = choices.weights
    largest = max(choices.largest, float(weights[weights < lightest * weights[0]].max(initial=0.0)))
    informative = [c for c in extra if c.digits < _LIGHT_SHARE * largest]
    return replace(choices, listed=(*listed, *informative)) if informative else choices


@dataclass(frozen=True, eq=False)
class _Network:
    """Numbers and rules of a document as variables and factors of the elimination.

    Attributes:
        sizes: number of states of each variable: first the numbers, then partial sums.
        factors: weights of the numbers, then rules.
        holding: by id of an exact rule, the variables of one of its tables, and for each entry the share of its weight
            with which the rule holds as written.
    """

    sizes: Sequence[int]
    factors: Sequence[Factor]
    holding: Mapping[str, tuple[Scope, FloatArray]]


def _weigh(entered: Mapping[str, Entered], rules: Sequence[Rule], equations: Mapping[str, Equation]) -> Posterior:
    index = {name: i for i, name in enumerate(entered)}
    order = _plan([len(n.states) for n in entered.values()], _scopes(rules, index))  # raises before any table is built
    net = _network(entered, rules, equations)
    if len(net.sizes) > len(index):  # with partial sums
        order = _plan(net.sizes, [f.scope for f in net.factors])
    believed = beliefs(net.sizes, net.factors, order.order)
    together = {rule: believed.of(scope) for rule, (scope, _) in net.holding.items()}
    alone: list[FloatArray | None] = [None] * len(index)
    for rule, (scope, _) in net.holding.items():
        for axis, variable in enumerate(scope):  # from the table of a rule where there is one, as that is small
            if variable < len(index) and alone[variable] is None:
                alone[variable] = together[rule].sum(axis=(*range(axis), *range(axis + 1, len(scope))))
    chances: dict[str, FloatArray] = {}
    rest: dict[str, float] = {}
    in_error: dict[str, float] = {}
    unknown: dict[str, float] = {}
    for (name, number), found in zip(entered.items(), alone, strict=True):
        each = (believed.of((index[name],)) if found is None else found).tolist()
        summed = [0.0] * (number.listed + 1)
        for choice, chance in zip(number.choice, each, strict=True):
            summed[choice] += chance
        chances[name] = np.minimum(summed[:-1], 1.0)  # rounding of sums may exceed 1
        rest[name] = summed[-1]
        in_error[name] = sum(each[number.as_counted :])
        unknown[name] = sum(c for c, kind in zip(each, number.states.kinds.tolist(), strict=True) if kind != NUMBER)
    holds: dict[str, float] = {}
    breaks: dict[str, float] = {}
    for rule, (_, share) in net.holding.items():
        held = float((together[rule] * share).sum())
        # With a clerk error in a number, the rule held for the numbers as counted, and is broken as written.
        errors = [in_error[name] for name in equations[rule].names]
        not_known = sum(unknown[name] for name in equations[rule].names)
        holds[rule] = max(0.0, held - sum(errors))
        breaks[rule] = max(0.0, min(1.0, 1.0 - held + max(0.0, max(errors) - (1.0 - held)) - not_known))
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
        if rule not in holding:  # one table would be too large: a chain of partial sums
            long = chain(equation, states, index, pays[rule], len(sizes))
            sizes += long.sums
            factors += long.factors
            holding[rule] = (factors[-1].scope, long.holding)
    factors += [bound(r.relation, r.slip, states, index) for r in rules if r.id not in equations]
    return _Network(sizes, factors, holding)


def _scopes(rules: Sequence[Rule], index: Mapping[str, int]) -> list[Scope]:
    """Variables of each rule that makes one table; chains of long sums are not built yet."""
    return [tuple(index[n] for n in r.relation.fields) for r in rules if len(r.relation.fields) <= _MOST_COMPARED]


def _plan(sizes: Sequence[int], scopes: Sequence[Scope]) -> Plan:
    found = plan(sizes, scopes)
    if found.largest > LARGEST:
        raise TooManyStates(f"{found.largest} entries in a table, {LARGEST} allowed")
    return found


def evaluate(rules: Sequence[Rule], values: Mapping[str, int | None], said: Posterior | None = None) -> list[Evaluated]:
    """Evaluate rules on numbers as written; a rule with a missing or blank number gets no outcome.

    Args:
        rules: rules of the form.
        values: value by field id; None for a blank or a number that was not read.
        said: posterior over these numbers; None leaves `holds` and `breaks` out.
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
