"""Random numbers of one polling station for any template, which obey every rule of it.

The rules become intervals of linear sums. Numbers are drawn one by one, the largest first (a total before its parts),
each within the bounds that the rules and the numbers drawn before leave, with backtracking where no value is left. Ids
of fields only affect the distribution of a number (invalid votes are few), never whether the rules hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...forms.fields import FormField, Tally
from ...forms.template import Rule, Template

LARGEST_ROLL = 300  # voters at one TPS (KPU, 2024)
# Range of a number's share of its whole, by a pattern of its id; the first match counts. By judgement, from the meaning
# of the words and the published turnout (Pemilu 2024: about 82%); no other figures of single stations are known.
_SHARES: tuple[tuple[str, float, float], ...] = (
    (r"_(L|P)$", 0.42, 0.56),
    (r"invalid|tidak_sah|returned|rusak|disab|dptb|dpph|dpk", 0.0, 0.035),
    (r"unused|sisa", 0.05, 0.35),
    (r"used", 0.62, 0.96),
)
# Ids of fields with the number of registered voters.
_ROLL = re.compile(r"^dpt(_J)?$")
_FEW = 0.05  # numbers with smaller shares are drawn first, and the others take the remainder; by judgement
_STEPS = 3000  # attempts at a number before a new start; by judgement
# Random starts before a set of numbers is given up; by judgement.
_STARTS = 6


class NumbersError(ValueError):
    """Raised when no numbers obey the rules of a template."""


@dataclass(frozen=True)
class _Sum:
    """The condition low <= sum(factor * number) <= high, in integers."""

    terms: tuple[tuple[int, int], ...]
    low: float
    high: float


@dataclass
class _Bounds:
    low: list[int]
    high: list[int]

    def copy(self) -> _Bounds:
        """Copy both lists."""
        return _Bounds(self.low.copy(), self.high.copy())


def station(template: Template, rng: np.random.Generator) -> dict[str, int]:
    """Draw the numbers of one station.

    Every exact rule and inequality holds, and soft rules hold where that is possible. A roll has 5 to 300 voters.

    Args:
        template: the form.
        rng: random generator.

    Returns:
        Numbers by field id, on all pages; all parts of a date belong to one day: one of the form's possible dates, each
        as probable as the others, or a random day where the form says nothing about dates.

    Raises:
        NumbersError: the rules contradict each other, or no numbers fit the boxes.
    """
    dates = _dates(template, rng)
    counts = [field for field in template.fields if field.role == "count"]
    small = rng.random() < 0.04  # prisons, hospitals, islands
    roll = int(rng.integers(5, 60) if small else rng.integers(110, LARGEST_ROLL + 1))
    for rules in (template.rules, tuple(rule for rule in template.rules if rule.strength != "soft")):
        problem = _Problem(counts, rules, dates, roll)
        for _ in range(_STARTS):
            found = problem.solve(rng)
            if found is not None:
                return dict(zip((field.id for field in counts), found, strict=True)) | dates
    raise NumbersError(
        f"{template.id}: no numbers obey its rules; see that no exact rule or inequality contradicts another and that "
        "every number fits its boxes"
    )


def _dates(template: Template, rng: np.random.Generator) -> dict[str, int]:
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(2014, 2030))
    values: dict[str, int] = {}
    for field in template.fields:
        if field.role == "date":
            is_year = field.cells.count >= 4 or re.search("year|tahun", field.id) is not None
            is_month = re.search("month|bulan", field.id) is not None
            values[field.id] = (year if is_year else month if is_month else day) % 10**field.cells.count
    fields, rows = template.possible_dates()
    # The random day chooses among the possible dates, so that all other numbers stay what they were.
    return values | (dict(zip(fields, rows[day % len(rows)], strict=True)) if rows else {})


class _Problem:
    """The rules of one template over its counts, with the order in which numbers are drawn."""

    def __init__(self, fields: Sequence[FormField], rules: Sequence[Rule], fixed: dict[str, int], roll: int) -> None:
        self.ids = [field.id for field in fields]
        self.roll = roll
        place = {name: i for i, name in enumerate(self.ids)}
        self.sums = [s for rule in rules for s in _sums(rule, place, fixed)]
        self.touching: list[list[int]] = [[] for _ in fields]
        for number, item in enumerate(self.sums):
            for i, _ in item.terms:
                self.touching[i].append(number)
        self.start = _Bounds([0] * len(fields), [_most(field) for field in fields])
        self.copies = [
            (place[r.coefficients[0][0]], place[r.coefficients[1][0]])
            for r in (rule.relation for rule in rules if rule.strength == "exact")
            if r.operator == "=" and len(r.fields) == 2 and all(name in place for name in r.fields)
        ]
        self.wholes = self._wholes(rules, place)
        self.order = self._order()

    def solve(self, rng: np.random.Generator) -> list[int] | None:
        """Draw numbers that obey all sums; None where this attempt found none."""
        bounds = self.start.copy()
        if not self._narrow(bounds, range(len(self.sums))):
            return None
        evenness = float(rng.choice((0.6, 1.5, 4.0)))
        steps = 0
        trail: list[tuple[_Bounds, int, Iterator[int]]] = []
        position = 0
        while position < len(self.order):
            i = self.order[position]
            if bounds.low[i] == bounds.high[i]:
                position += 1
                continue
            trail.append((bounds, position, self._candidates(i, bounds, evenness, rng)))
            while True:
                steps += 1
                if not trail or steps > _STEPS:
                    return None
                before, position, values = trail[-1]
                value = next(values, None)
                if value is None:
                    trail.pop()
                    continue
                i = self.order[position]
                bounds = before.copy()
                bounds.low[i] = bounds.high[i] = value
                if self._narrow(bounds, self.touching[i]):
                    break
            position += 1
        return bounds.low

    def _narrow(self, bounds: _Bounds, start: Sequence[int] | range) -> bool:
        """Propagate bounds until no sum tightens them further; False where an interval becomes empty."""
        waiting = list(start)
        queued = set(waiting)
        rounds = 0
        while waiting:
            rounds += 1
            if rounds > 50 * len(self.sums) + 50:  # non-integer coefficients converge slowly; the search tries the rest
                return True
            number = waiting.pop()
            queued.discard(number)
            item = self.sums[number]
            least = sum(f * (bounds.low[i] if f > 0 else bounds.high[i]) for i, f in item.terms)
            most = sum(f * (bounds.high[i] if f > 0 else bounds.low[i]) for i, f in item.terms)
            if least > item.high or most < item.low:
                return False
            for i, factor in item.terms:
                own_low, own_high = sorted((factor * bounds.low[i], factor * bounds.high[i]))
                ceiling, floor = item.high - (least - own_low), item.low - (most - own_high)
                if factor < 0:
                    ceiling, floor = -floor, -ceiling
                size = abs(factor)
                high = bounds.high[i] if ceiling == math.inf else min(bounds.high[i], math.floor(ceiling / size))
                low = bounds.low[i] if floor == -math.inf else max(bounds.low[i], math.ceil(floor / size))
                if low > high:
                    return False
                if (low, high) != (bounds.low[i], bounds.high[i]):
                    bounds.low[i], bounds.high[i] = low, high
                    fresh = [n for n in self.touching[i] if n not in queued]
                    queued.update(fresh)
                    waiting += fresh
                    least = sum(f * (bounds.low[j] if f > 0 else bounds.high[j]) for j, f in item.terms)
                    most = sum(f * (bounds.high[j] if f > 0 else bounds.low[j]) for j, f in item.terms)
        return True

    def _candidates(self, i: int, bounds: _Bounds, evenness: float, rng: np.random.Generator) -> Iterator[int]:
        low, high = bounds.low[i], bounds.high[i]
        first = min(max(self._likely(i, bounds, evenness, rng), low), high)
        tried = {first}
        yield first
        for value in (*rng.integers(low, high + 1, 4).tolist(), (low + high) // 2, low, high):
            if value not in tried:
                tried.add(value)
                yield int(value)

    def _likely(self, i: int, bounds: _Bounds, evenness: float, rng: np.random.Generator) -> int:
        name, high = self.ids[i], bounds.high[i]
        if _ROLL.match(name):
            return min(high, self.roll)
        share = _share(name)
        whole, parts = self._whole(i, bounds)
        if whole is None and share is not None and share[1] <= _FEW:
            whole = min(high, self.roll)
        if whole is None:
            return round(min(high, self.roll) * float(rng.uniform(0.55, 1.0)))
        if share is not None:
            return int(rng.binomial(whole, float(rng.uniform(*share))))
        if parts > 1:
            return round(high * float(rng.beta(evenness, evenness * (parts - 1))))
        return round(min(high, whole) * float(rng.beta(2.0, 2.0)))

    def _whole(self, i: int, bounds: _Bounds) -> tuple[int | None, int]:
        """Whole that this number is a part of, as far as it is known, and the number of parts not drawn yet."""
        for whole, parts in self.wholes[i]:
            if bounds.low[whole] == bounds.high[whole]:
                return bounds.low[whole], sum(bounds.low[p] < bounds.high[p] for p in parts)
        return None, 0

    def _wholes(self, rules: Sequence[Rule], place: dict[str, int]) -> list[list[tuple[int, tuple[int, ...]]]]:
        """For each number its wholes with all their parts: sums of few parts first, then upper limits."""
        found: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in place]
        for rule in rules:
            pair = _part_and_whole(rule, place)
            if pair:
                for part in pair[1]:
                    found[part].append(pair)
        for _ in self.copies:  # a copy has the same wholes as its original
            for one, other in self.copies:
                found[one] = found[other] = list(dict.fromkeys(found[one] + found[other]))
        for items in found:
            items.sort(key=lambda pair: (len(pair[1]) == 1, len(pair[1])))
        return found

    def _order(self) -> list[int]:
        """Order of drawing: wholes before parts, copies at the same level, small shares before large ones."""
        depth = [0] * len(self.ids)
        for _ in self.ids:
            before = depth.copy()
            for part, wholes in enumerate(self.wholes):
                depth[part] = max([depth[part], *(depth[whole] + 1 for whole, _ in wholes)])
            for one, other in self.copies:
                depth[one] = depth[other] = max(depth[one], depth[other])
            if depth == before or max(depth) > len(self.ids):
                break
        return sorted(
            range(len(self.ids)),
            key=lambda i: (depth[i], not _ROLL.match(self.ids[i]), not _few(self.ids[i]), i),
        )


def _share(name: str) -> tuple[float, float] | None:
    return next(((low, high) for pattern, low, high in _SHARES if re.search(pattern, name)), None)


def _few(name: str) -> bool:
    share = _share(re.sub(r"_(L|P)$", "", name))
    return share is not None and share[1] <= _FEW


def _most(field: FormField) -> int:
    """Largest number that fits the boxes and, where there is one, the tally grid."""
    most = int(10**field.cells.count) - 1
    for witness in field.witnesses:
        if isinstance(witness, Tally):
            most = min(most, witness.rows * witness.columns * witness.strokes)
    return most


def _sums(rule: Rule, place: dict[str, int], fixed: dict[str, int]) -> list[_Sum]:
    relation = rule.relation
    constant = relation.constant
    terms: list[tuple[int, Fraction]] = []
    for name, factor in relation.coefficients:
        if name in place:
            terms.append((place[name], factor))
        else:
            constant += factor * fixed[name]
    if not terms:
        return []
    unit = math.lcm(constant.denominator, relation.tolerance.denominator, *(f.denominator for _, f in terms))
    whole = tuple((i, int(factor * unit)) for i, factor in terms)
    middle = -constant * unit
    slack = relation.tolerance * unit
    if relation.operator == "=":
        return [_Sum(whole, math.ceil(middle - slack), math.floor(middle + slack))]
    if relation.operator == "<=":
        return [_Sum(whole, -math.inf, math.floor(middle))]
    return [_Sum(whole, math.ceil(middle), math.inf)]


def _part_and_whole(rule: Rule, place: dict[str, int]) -> tuple[int, tuple[int, ...]] | None:
    """Whole a and its parts in `a = b + c`; whole a and part b in `b <= a`; None where there is no whole."""
    relation = rule.relation
    if any(name not in place for name, _ in relation.coefficients) or relation.tolerance:
        return None
    plus = tuple(place[name] for name, factor in relation.coefficients if factor > 0)
    minus = tuple(place[name] for name, factor in relation.coefficients if factor < 0)
    if relation.operator == "=":
        single, others = (plus, minus) if len(plus) == 1 else (minus, plus)
        return (single[0], others) if len(single) == 1 and len(others) > 1 else None
    small, large = (plus, minus) if relation.operator == "<=" else (minus, plus)
    return (large[0], small) if len(large) == 1 and len(small) == 1 else None
