"""Checks the rules of a form for consistency: totals in a cycle, and rules that contradict each other.

Such rules would make every sheet inconsistent, so a template with them is refused. Contradictions are found by Gaussian
elimination over fractions, with all numbers >= 0: between equations, between one inequality and equations, and between
two inequalities. Contradictions that need three or more inequalities are not searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from .relations import Relation

Row = dict[str, Fraction]  # coefficients by field, "" for the constant: the weighted sum of values is 0, or at most 0


@dataclass(frozen=True)
class _Line:
    """A row and the rules that it was derived from."""

    row: Row
    rules: frozenset[str]


def fault(rules: Mapping[str, Relation]) -> str | None:
    """Check the rules of a form.

    Args:
        rules: those that block acceptance when broken (`exact`, `inequality`), by id.

    Returns:
        The fault, as a sentence with a next step; None if there is none.
    """
    circle = _circle(rules)
    if circle:
        way = " -> ".join((*circle, circle[0]))
        return f"totals go round in a circle: {way}; each must be the sum of numbers that do not depend on it"
    clash = _clash(rules)
    if clash:
        named = ", ".join(repr(name) for name in sorted(clash))
        many = "rules contradict each other" if len(clash) > 1 else "the rule contradicts itself"
        return f"{many}: {named}; no numbers from 0 up can follow them, so correct or remove one"
    return None


def _circle(rules: Mapping[str, Relation]) -> tuple[str, ...]:
    """The fields of a cycle of totals, each of which is a part of the next; empty if there is no cycle."""
    parts: dict[str, set[str]] = {}
    for relation in rules.values():
        for total, others in _totals(relation):
            parts.setdefault(total, set()).update(others)
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> tuple[str, ...]:
        if name in way:
            return way[way.index(name) :]
        if name in done:
            return ()
        for part in sorted(parts.get(name, ())):
            if found := walk(part, (*way, name)):
                return found
        done.add(name)
        return ()

    return next((found for name in sorted(parts) if (found := walk(name, ()))), ())


def _totals(relation: Relation) -> Iterable[tuple[str, list[str]]]:
    """The total of a sum with its parts; nothing for copies and other relations."""
    if relation.operator != "=" or len(relation.coefficients) < 3:
        return
    for sign in (1, -1):
        alone = [name for name, c in relation.coefficients if c * sign > 0]
        if len(alone) == 1:
            yield alone[0], [name for name, c in relation.coefficients if c * sign < 0]


def _clash(rules: Mapping[str, Relation]) -> frozenset[str]:
    """Ids of rules that cannot all hold; empty if no contradiction is found."""
    solved: list[tuple[str, _Line]] = []
    for name, relation in rules.items():
        if relation.operator != "=" or relation.tolerance:
            continue
        line = _reduced(_Line(_row(relation, 1), frozenset((name,))), solved)
        pivot = next((key for key in sorted(line.row) if key and line.row[key]), None)
        if _impossible(line.row) or _impossible(_times(line.row, Fraction(-1))):
            return line.rules
        if pivot is not None:
            scaled = _Line(_times(line.row, 1 / line.row[pivot]), line.rules)
            solved = [(key, _reduced(other, [(pivot, scaled)])) for key, other in solved]
            solved.append((pivot, scaled))
    for _, line in solved:  # again, with all equations substituted
        if _impossible(line.row) or _impossible(_times(line.row, Fraction(-1))):
            return line.rules
    bounds = [
        _Line(_row(relation, 1 if relation.operator == "<=" else -1), frozenset((name,)))
        for name, relation in rules.items()
        if relation.operator != "="
    ]
    # As written, and with the equations substituted: every number is >= 0 in both.
    either = [*bounds, *(_reduced(bound, solved) for bound in bounds)]
    for line in either:
        if _impossible(line.row):
            return line.rules
    for first, second in combinations(either, 2):
        if _impossible(_plus(first.row, second.row, Fraction(1))):
            return first.rules | second.rules
    return frozenset()


def _row(relation: Relation, sign: int) -> Row:
    return {"": relation.constant * sign, **{name: c * sign for name, c in relation.coefficients}}


def _impossible(row: Row) -> bool:
    """True when the row is positive for all numbers >= 0."""
    return row.get("", Fraction(0)) > 0 and all(c >= 0 for name, c in row.items() if name)


def _reduced(line: _Line, solved: Sequence[tuple[str, _Line]]) -> _Line:
    """Substitute equations, each solved for a number, into a row."""
    row, used = line.row, line.rules
    for pivot, equation in solved:
        factor = row.get(pivot, Fraction(0))
        if factor:
            row, used = _plus(row, equation.row, -factor), used | equation.rules
    return _Line(row, used)


def _plus(first: Row, second: Row, factor: Fraction) -> Row:
    names = (*first, *(name for name in second if name not in first))
    return {n: first.get(n, Fraction(0)) + factor * second.get(n, Fraction(0)) for n in names}


def _times(row: Row, factor: Fraction) -> Row:
    return {name: c * factor for name, c in row.items()}
