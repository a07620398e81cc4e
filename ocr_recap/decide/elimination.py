"""Exact marginals of a product of small tables: sum-product by bucket elimination, independent of forms and ballots.

Variables are eliminated one by one into a tree of buckets. One pass up the tree and one pass down give the marginal of
every variable and every factor, given all factors. Nothing is sampled or iterated (R. Dechter, "Bucket elimination",
Artificial Intelligence 113, 1999).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import prod

import numpy as np

from ..imaging.arrays import FloatArray

Scope = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Factor:
    """A non-negative table over some variables: axis k of `table` runs over the states of variable `scope[k]`."""

    scope: Scope
    table: FloatArray


@dataclass(frozen=True)
class Plan:
    """Order of elimination, and number of entries of the largest intermediate table."""

    order: tuple[int, ...]
    largest: int


class TooManyStates(ValueError):
    """Raised when an intermediate table would be larger than allowed; fewer states per variable help."""


def plan(sizes: Sequence[int], scopes: Sequence[Scope]) -> Plan:
    """Choose an order of elimination by the min-weight heuristic.

    The next variable is always the one whose elimination makes the smallest table; ties go to the first variable.

    Args:
        sizes: number of states of each variable.
        scopes: variables of each factor.
    """
    near: list[set[int]] = [{v} for v in range(len(sizes))]
    for scope in scopes:
        for variable in scope:
            near[variable].update(scope)
    cost = [prod([sizes[v] for v in group]) for group in near]
    queue = [(c, v) for v, c in enumerate(cost)]  # outdated costs stay in the queue and are skipped
    heapify(queue)
    order, largest = list[int](), 1
    while len(order) < len(sizes):
        found, chosen = heappop(queue)
        if found != cost[chosen]:
            continue
        largest = max(largest, found)
        order.append(chosen)
        cost[chosen] = 0
        others = near[chosen] - {chosen}
        for variable in others:
            group = near[variable]
            group |= others
            group.discard(chosen)
            cost[variable] = prod([sizes[v] for v in group])
            heappush(queue, (cost[variable], variable))
    return Plan(tuple(order), largest)


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Joint marginals of the variables of each bucket, given all factors.

    Attributes:
        rank: position of each variable in the order of elimination.
        buckets: in that order, the variables of each bucket and its table, which sums to 1.
    """

    rank: Mapping[int, int]
    buckets: Sequence[tuple[Scope, FloatArray]]

    def of(self, scope: Scope) -> FloatArray:
        """Joint marginal of variables that occur together in a factor: axes in the order of `scope`, sum 1."""
        return _marginal(*self.buckets[min([self.rank[v] for v in scope])], scope)


def beliefs(sizes: Sequence[int], factors: Sequence[Factor], order: Sequence[int]) -> Beliefs:
    """Compute joint marginals by eliminating all variables, and passing messages back.

    Args:
        sizes: number of states of each variable.
        factors: tables whose product is the joint weight; at least one assignment must have a positive weight.
        order: every variable once (`plan`).

    Raises:
        ValueError: no assignment has any weight.
    """
    rank = {variable: i for i, variable in enumerate(order)}
    arriving: list[list[tuple[Scope, FloatArray]]] = [[] for _ in order]
    for factor in factors:
        if factor.scope:
            arriving[min([rank[v] for v in factor.scope])].append((factor.scope, factor.table))
    tables: list[tuple[Scope, FloatArray]] = []
    sent: list[tuple[int, Scope, FloatArray] | None] = []
    for i, variable in enumerate(order):
        scope, table = _product(variable, arriving[i], sizes)
        message = table.sum(axis=0)
        peak = float(message.max())
        if not peak > 0.0:
            raise ValueError("no assignment of the variables has any weight")
        tables.append((scope, table))
        if len(scope) == 1:
            table /= peak
            sent.append(None)
            continue
        parent = min([rank[v] for v in scope[1:]])
        arriving[parent].append((scope[1:], message / peak))  # scaled, so that long products do not underflow
        sent.append((parent, scope[1:], message))
    believed: list[tuple[Scope, FloatArray]] = [((), np.ones(()))] * len(order)
    for i in reversed(range(len(order))):
        (scope, table), up = tables[i], sent[i]
        if up is not None:
            parent, separator, message = up
            above = _marginal(*believed[parent], separator)
            table *= np.divide(above, message, out=np.zeros_like(above), where=message > 0)
        believed[i] = (scope, table)
    return Beliefs(rank, believed)


def _product(first: int, parts: Sequence[tuple[Scope, FloatArray]], sizes: Sequence[int]) -> tuple[Scope, FloatArray]:
    """Product of tables over all their variables: `first` on axis 0, the others ascending."""
    others = sorted({v for scope, _ in parts for v in scope} - {first})
    scope = (first, *others)
    if not parts:
        return scope, np.ones(sizes[first])
    place = {v: i for i, v in enumerate(scope)}
    table: FloatArray | None = None
    for part, values in sorted(parts, key=lambda p: p[1].size):  # small tables first, so that early products stay small
        if part == scope:
            shaped = values
        else:
            axes = [place[v] for v in part]
            ascending = sorted(range(len(axes)), key=axes.__getitem__)
            shape = [1] * len(scope)
            for axis in axes:
                shape[axis] = sizes[scope[axis]]
            shaped = values.transpose(ascending).reshape(shape)
        table = shaped.copy() if table is None else table * shaped
    assert table is not None
    return scope, table


def _marginal(scope: Scope, table: FloatArray, wanted: Scope) -> FloatArray:
    """Sum a table over all variables but those wanted; axes in the order wanted."""
    axes = tuple(i for i, v in enumerate(scope) if v not in wanted)
    kept = [v for v in scope if v in wanted]
    summed = table.sum(axis=axes) if axes else table
    return summed if tuple(kept) == tuple(wanted) else summed.transpose([kept.index(v) for v in wanted])
