"""Tables of all exact rules of a document, computed together in one pass over the entries of all tables.

Tables of three or four numbers are small, and a form has many rules. Computed rule by rule, most of the time would go
into calls of NumPy. The weight of an entry follows `rule_factors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from ..forms import clerk_errors
from ..imaging.arrays import FloatArray
from .rule_factors import (
    BLANK,
    ERROR_MOST,
    NUMBER,
    REST,
    UNREADABLE,
    Equation,
    IntArray,
    States,
    chance_off,
    completing,
)

_SPAN = 1 << 40  # numbers have at most ten digits: a number of a form and a value make one key


@dataclass(frozen=True)
class RuleTables:
    """One table per rule; axis k runs over the states of number k of `Equation.names`.

    Attributes:
        weights: probability that these numbers stand together.
        held: part of each weight with which the rule holds as written.
    """

    weights: list[FloatArray]
    held: list[FloatArray]


@dataclass(frozen=True, eq=False)
class _Entries:
    """All entries of all tables. Rows are places in a rule: the total is last, and unused places come first.

    Attributes:
        rule: (entries,) index of the rule.
        number: (places, entries) number at the place, counted from 1; 0 where the place is unused.
        coefficient: (places, entries) coefficient of the number in the rule.
        paid: (places, entries) True where the number is charged in the rule.
        value, kind, charge: (places, entries) of the number's state (`States`).
    """

    rule: IntArray
    number: IntArray
    coefficient: IntArray
    paid: NDArray[np.bool_]
    value: IntArray
    kind: IntArray
    charge: FloatArray


def tables(rules: Sequence[Equation], states: Mapping[str, States], charged_in: Sequence[set[str]]) -> RuleTables:
    """Compute the tables of exact rules.

    Args:
        rules: exact rules of a few numbers each.
        states: states of their numbers, by field id.
        charged_in: for each rule the field ids of the numbers that are charged in it.
    """
    if not rules:
        return RuleTables([], [])
    weight, held = _weighed(rules, states, _entries(rules, states, charged_in))
    shapes = [tuple(len(states[n]) for n in rule.names) for rule in rules]
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    return RuleTables(
        *(
            [part.reshape(shape) for part, shape in zip(np.split(all_, ends), shapes, strict=True)]
            for all_ in (weight, held)
        )
    )


def _entries(rules: Sequence[Equation], states: Mapping[str, States], charged_in: Sequence[set[str]]) -> _Entries:
    place = _numbered(rules)
    each = [states[name] for name in place]  # number 0, for unused places, has one state: zero
    first = np.concatenate([[0], np.cumsum([1, *(len(s) for s in each)])])
    most = max(len(rule.names) for rule in rules)
    number, coefficient, paid = (np.zeros((most, len(rules)), dtype=np.int64) for _ in range(3))
    for r, (rule, charged) in enumerate(zip(rules, charged_in, strict=True)):
        for p, (name, c) in enumerate((*rule.parts, rule.total), most - len(rule.names)):
            number[p, r], coefficient[p, r], paid[p, r] = place[name], c, name in charged
    sizes = np.diff(first)[number]
    strides = np.cumprod(np.vstack([np.ones(len(rules), dtype=np.int64), sizes[:0:-1]]), axis=0)[::-1]
    entries = sizes.prod(axis=0)
    which = np.repeat(np.arange(len(rules)), entries)
    within = np.arange(len(which)) - np.repeat(np.cumsum(entries) - entries, entries)
    state = first[number][:, which] + within // strides[:, which] % sizes[:, which]
    return _Entries(
        which,
        number[:, which],
        coefficient[:, which],
        paid.astype(bool)[:, which],
        np.concatenate([[0], *(s.values for s in each)])[state],
        np.concatenate([[NUMBER], *(s.kinds for s in each)])[state],
        np.concatenate([[0.0], *(s.charge for s in each)])[state],
    )


def _numbered(rules: Sequence[Equation]) -> dict[str, int]:
    """All numbers of the rules, counted from 1."""
    return {name: i for i, name in enumerate(dict.fromkeys(name for rule in rules for name in rule.names), 1)}


def _weighed(rules: Sequence[Equation], states: Mapping[str, States], at: _Entries) -> tuple[FloatArray, FloatArray]:
    """Weight of every entry, and the part of it with which the rule holds as written."""
    rate, left_out, copied, share = np.array([_shares(rule) for rule in rules]).T[:, at.rule]
    constant, tolerance, step = np.array([(r.constant, r.tolerance, abs(r.total[1])) for r in rules]).T[:, at.rule]
    used, terms = at.number > 0, at.coefficient * at.value
    difference = constant + terms.sum(axis=0)
    total, last = at.kind[-1], at.kind[-min(2, len(at.kind))]
    held = np.where(np.abs(difference) <= tolerance, 1 - rate, 0.0)
    weight = held + chance_off(difference, step, share, tolerance)
    # For rules of a single part both shares are zero.
    weight += left_out * ((np.abs(difference - terms[:-1]) <= tolerance) & used[:-1]).sum(axis=0)
    weight += copied * ((last == NUMBER) & (at.value[-min(2, len(at.kind))] == at.value[-1]))
    held *= total == NUMBER
    weight[total == BLANK] = clerk_errors.EMPTY
    unknown = at.kind >= UNREADABLE
    many = unknown.sum(axis=0)
    if many.any():
        np.copyto(weight, _bounds(rules, states, at, difference, unknown), where=many > 0)
        held[many > 0] = 0.0
    blank = at.kind == BLANK
    empty = blank[:-1].sum(axis=0)
    if empty.any():
        as_zero = clerk_errors.BLANK_IS_ZERO**empty
        weight, held = as_zero * weight + (1 - as_zero) * clerk_errors.EMPTY, as_zero * held
        weight[(empty > 0) & (blank | ~used).all(axis=0)] = clerk_errors.ALL_EMPTY
    return weight, held


def _shares(rule: Equation) -> tuple[float, float, float, float]:
    """Probabilities of errors in a rule: any, a given line left out, the last line copied, a typical difference."""
    if len(rule.parts) < 2:
        return rule.rate, 0.0, 0.0, rule.off_by
    left_out = rule.rate * clerk_errors.SHARES["forgotten_line"] / len(rule.parts)
    return rule.rate, left_out, rule.rate * clerk_errors.SHARES["copied"], rule.off_by


def _bounds(
    rules: Sequence[Equation],
    states: Mapping[str, States],
    at: _Entries,
    difference: IntArray,
    unknown: NDArray[np.bool_],
) -> FloatArray:
    """Upper bounds of the weights of entries with unknown numbers; empty parts count as zero."""
    rate, over = np.array([(rule.rate, rule.charged_besides) for rule in rules]).T[:, at.rule]
    paid = unknown & at.paid
    first = paid.argmax(axis=0)  # only the first such number is charged
    charge = np.minimum(1.0, at.charge[first, np.arange(len(first))] + over)
    found = np.where(paid.any(axis=0), charge, 1.0)
    # The term of a number that is not listed is zero, so the difference is the sum of all other terms.
    places, entries = np.nonzero((at.kind == REST) & (unknown.sum(axis=0) == 1) & (at.kind[-1] != BLANK))
    value, fits = completing(difference[entries], at.coefficient[places, entries])
    keys = np.concatenate([number * _SPAN + states[name].listed for name, number in _numbered(rules).items()])
    listed = np.isin(at.number[places, entries] * _SPAN + value, keys)
    breaks = fits & listed & (value >= 0) & (value < _SPAN)
    found[entries[breaks]] = (rate * ERROR_MOST)[entries[breaks]]
    return found
