"""Exact marginals of a product of small tables (sum-product by bucket elimination): pure arithmetic, no domain in it.

Variables are eliminated one by one into a tree of buckets; one pass up and one down give what every variable and every
factor believes, given all factors. Nothing is sampled or iterated (R. Dechter, "Bucket elimination", Artificial
Intelligence 113, 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Scope = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Factor:
    """A non-negative table over some variables: axis k of `table` runs over the states of variable `scope[k]`."""

    scope: Scope
    table: FloatArray


@dataclass(frozen=True)
class Plan:
    """In which order to eliminate, and how many entries the largest table on the way has."""

    order: tuple[int, ...]
    largest: int


class TooManyStates(ValueError):
    """The tables on the way would be larger than allowed; give variables fewer states."""


def plan(sizes: Sequence[int], scopes: Sequence[Scope]) -> Plan:
    """A good order: always the variable whose elimination makes the smallest table, the first of equals.

    Args:
        sizes: states of each variable.
        scopes: of the factors.
    """
    near: list[set[int]] = [set() for _ in sizes]
    for scope in scopes:
        for variable in scope:
            near[variable].update(scope)
    cost = [prod(sizes[v] for v in group | {i}) for i, group in enumerate(near)]
    left, order, largest = set(range(len(sizes))), list[int](), 1
    while left:
        chosen = min(left, key=lambda v: (cost[v], v))
        largest = max(largest, cost[chosen])
        order.append(chosen)
        left.remove(chosen)
        others = near[chosen] - {chosen}
        for variable in others:
            near[variable] |= others
            near[variable].discard(chosen)
            cost[variable] = prod(sizes[v] for v in near[variable] | {variable})
    return Plan(tuple(order), largest)


def beliefs(sizes: Sequence[int], factors: Sequence[Factor], order: Sequence[int]) -> list[FloatArray]:
    """What is believed of each factor's variables together, given all factors: a table like its own that sums to 1.

    Args:
        sizes: states of each variable.
        factors: whose product is the joint weight; at least one assignment must have weight.
        order: every variable once (`plan`).

    Raises:
        ValueError: no assignment has any weight.
    """
    rank = {variable: i for i, variable in enumerate(order)}
    members: list[list[int]] = [[] for _ in order]
    for number, factor in enumerate(factors):
        if factor.scope:
            members[min(rank[v] for v in factor.scope)].append(number)
    tables: list[tuple[Scope, FloatArray]] = []
    arriving: list[list[tuple[Scope, FloatArray]]] = [[] for _ in order]
    sent: list[tuple[int, Scope, FloatArray] | None] = []
    for i, variable in enumerate(order):
        parts = [(factors[n].scope, factors[n].table) for n in members[i]] + arriving[i]
        scope, table = _product(variable, parts, sizes)
        peak = float(table.max()) if table.size else 0.0
        if not peak > 0.0:
            raise ValueError("no assignment of the variables has any weight")
        table = table / peak  # else long products would run out of exponents
        tables.append((scope, table))
        message = table.sum(axis=0)
        if len(scope) == 1:
            sent.append(None)
            continue
        parent = min(rank[v] for v in scope[1:])
        arriving[parent].append((scope[1:], message))
        sent.append((parent, scope[1:], message))
    believed: list[tuple[Scope, FloatArray]] = [((), np.ones(()))] * len(order)
    for i in reversed(range(len(order))):
        (scope, table), up = tables[i], sent[i]
        if up is not None:
            parent, separator, message = up
            above = _marginal(*believed[parent], separator)
            down = np.divide(above, message, out=np.zeros_like(above), where=message > 0)
            table = table * down[None]
        believed[i] = (scope, table / table.sum())
    found: list[FloatArray] = [np.ones(())] * len(factors)
    for i, numbers in enumerate(members):
        for number in numbers:
            found[number] = _marginal(*believed[i], factors[number].scope)
    return found


def _product(first: int, parts: Sequence[tuple[Scope, FloatArray]], sizes: Sequence[int]) -> tuple[Scope, FloatArray]:
    """The product of tables over all their variables, `first` on axis 0, the others ascending."""
    others = sorted({v for scope, _ in parts for v in scope} - {first})
    scope = (first, *others)
    place = {v: i for i, v in enumerate(scope)}
    table = np.ones([sizes[v] for v in scope])
    for part, values in parts:
        axes = [place[v] for v in part]
        ordered = values.transpose(np.argsort(axes)) if axes != sorted(axes) else values
        shape = [1] * len(scope)
        for axis in axes:
            shape[axis] = sizes[scope[axis]]
        table *= ordered.reshape(shape)
    return scope, table


def _marginal(scope: Scope, table: FloatArray, wanted: Scope) -> FloatArray:
    """A table summed down to some of its variables, its axes in the order wanted."""
    axes = tuple(i for i, v in enumerate(scope) if v not in wanted)
    kept = [v for v in scope if v in wanted]
    summed = table.sum(axis=axes) if axes else table
    return summed if tuple(kept) == tuple(wanted) else summed.transpose([kept.index(v) for v in wanted])
