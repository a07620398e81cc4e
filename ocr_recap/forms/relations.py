"""Linear relations between numbers of a form: parsed from one line of text, evaluated in exact arithmetic.

Grammar (whitespace is free)::

    rule       = sum ("=" | "<=" | ">=") sum [ "+-" number ]
    sum        = ["-"] term { ("+" | "-") term }
    term       = number | field | number "*" field
    number     = digits [ "." digits ]
    field      = letter { letter | digit | "_" }

Examples: ``valid_total = votes_1 + votes_2 + votes_3``, ``used_dpt_L <= dpt_L``,
``ballots_received = 1.02 * dpt_J + 0.5 +- 1.5``. No text is executed: it is parsed to coefficients or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Literal, NamedTuple

Operator = Literal["=", "<=", ">="]
Outcome = Literal["holds", "broken", "not_evaluated"]

# A token of the grammar: a sign, a number, or a field.
_TOKEN = re.compile(r"\s*(?:(\+-|<=|>=|[=+\-*])|([0-9]+(?:\.[0-9]+)?)|([A-Za-z][A-Za-z0-9_]*))")
_LONGEST_TEXT = 1000  # characters: no form needs more, and hostile templates stay cheap; by judgement
_LONGEST_NUMBER = 15  # characters: forms have shares such as 1.02, and votes of at most 10 digits; by judgement


class RuleSyntaxError(ValueError):
    """The text is not a rule; the message has the place and the correct form."""


class Whole(NamedTuple):
    """A relation in whole numbers: all terms multiplied by `scale`."""

    coefficients: dict[str, int]
    constant: int
    tolerance: int
    scale: int


@dataclass(frozen=True)
class Relation:
    """``sum(coefficient * field) + constant  OP  0``, within ``tolerance`` (only for ``=``)."""

    coefficients: tuple[tuple[str, Fraction], ...]
    constant: Fraction
    operator: Operator
    tolerance: Fraction

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Ids of the fields, in the order in which the text names them."""
        return tuple(name for name, _ in self.coefficients)

    def difference(self, values: Mapping[str, int | None]) -> Fraction | None:
        """Left side minus right side for these values; None while a value is missing."""
        off = self.off(values)
        return None if off is None else Fraction(off, self.whole.scale)

    def off(self, values: Mapping[str, int | None]) -> int | None:
        """`difference` times `whole.scale`, a whole number; None while a value is missing."""
        total = self.whole.constant
        for name, coefficient in self.whole.coefficients.items():
            value = values.get(name)
            if value is None:
                return None
            total += coefficient * value
        return total

    @cached_property
    def whole(self) -> Whole:
        """Coefficients, constant and tolerance in whole numbers."""
        fractions = [*(c for _, c in self.coefficients), self.constant, self.tolerance]
        scale = lcm(*(f.denominator for f in fractions))
        coefficients = {name: int(c * scale) for name, c in self.coefficients}
        return Whole(coefficients, int(self.constant * scale), int(self.tolerance * scale), scale)

    def solve(self, name: str, values: Mapping[str, int | None]) -> Fraction | None:
        """The value of the field `name` at which both sides are equal; None while another value is missing."""
        difference = self.difference({**values, name: 0})
        return None if difference is None else -difference / dict(self.coefficients)[name]

    def evaluate(self, values: Mapping[str, int | None]) -> Outcome:
        """Whether the relation holds as written; `not_evaluated` while any number is missing or blank."""
        return self.outcome(self.off(values))

    def outcome(self, off: int | None) -> Outcome:
        """Like `evaluate`, from the difference in whole numbers (`off`)."""
        if off is None:
            return "not_evaluated"
        if self.operator == "=":
            holds = abs(off) <= self.whole.tolerance
        elif self.operator == "<=":
            holds = off <= 0
        else:
            holds = off >= 0
        return "holds" if holds else "broken"


def parse(text: str) -> Relation:
    """Parse one rule.

    Raises:
        RuleSyntaxError: the text does not follow the grammar of this module.
    """
    return _Parser(text).relation()


def in_words(text: str, names: Mapping[str, str]) -> str:
    """A rule's text for people: names in place of field ids, and mathematical signs.

    >>> in_words("grand_total = valid_total + invalid", {"grand_total": "all votes", "valid_total": "valid votes"})
    'all votes = valid votes + invalid'
    """
    signs = {"<=": "\u2264", ">=": "\u2265", "+-": "\u00b1", "*": "\u00d7"}
    return re.sub(r"[A-Za-z][A-Za-z0-9_]*|<=|>=|\+-|\*", lambda m: names.get(m[0], signs.get(m[0], m[0])), text)


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST_TEXT:
            raise RuleSyntaxError(f"longer than {_LONGEST_TEXT} characters; split it into several rules")
        self.tokens: list[str] = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise RuleSyntaxError(
                    f"cannot read {stripped[position:].strip()[:20]!r}; a rule is written like "
                    "'valid_total = votes_1 + votes_2' with = <= >= + - * and numbers"
                )
            self.tokens.append(match.group(0).strip())
            position = match.end()
        self.position = 0

    def relation(self) -> Relation:
        """Parse a whole rule."""
        left, constant_left = self._sum()
        operator = self._take("an operator = <= or >=")
        if operator not in ("=", "<=", ">="):
            raise RuleSyntaxError(f"expected = <= or >= but found {operator!r}")
        right, constant_right = self._sum()
        tolerance = Fraction(0)
        if self._peek() == "+-":
            if operator != "=":
                raise RuleSyntaxError("a tolerance (+-) goes with = only; widen the inequality instead")
            self.position += 1
            tolerance = self._number(self._take("a number after +-"))
        if self._peek() is not None:
            raise RuleSyntaxError(f"nothing may follow here, but found {self._peek()!r}")
        totals = dict(left)
        for name, coefficient in right.items():
            totals[name] = totals.get(name, Fraction(0)) - coefficient
        coefficients = tuple((name, value) for name, value in totals.items() if value)
        if not coefficients:
            raise RuleSyntaxError("it says nothing about any field; name at least one")
        return Relation(coefficients, constant_left - constant_right, operator, tolerance)

    def _sum(self) -> tuple[dict[str, Fraction], Fraction]:
        totals: dict[str, Fraction] = {}
        constant = Fraction(0)
        sign = 1
        if self._peek() == "-":
            self.position += 1
            sign = -1
        while True:
            name, value = self._term()
            if name is None:
                constant += sign * value
            else:
                totals[name] = totals.get(name, Fraction(0)) + sign * value
            following = self._peek()
            if following not in ("+", "-"):
                return totals, constant
            self.position += 1
            sign = 1 if following == "+" else -1

    def _term(self) -> tuple[str | None, Fraction]:
        token = self._take("a field or a number")
        if token[0].isdigit():
            number = self._number(token)
            if self._peek() != "*":
                return None, number
            self.position += 1
            field = self._take("a field after *")
            return self._field(field), number
        return self._field(token), Fraction(1)

    def _peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _take(self, wanted: str) -> str:
        token = self._peek()
        if token is None:
            raise RuleSyntaxError(f"it ends where {wanted} should stand")
        self.position += 1
        return token

    @staticmethod
    def _field(token: str) -> str:
        if not token[0].isalpha():
            raise RuleSyntaxError(f"expected a field id but found {token!r}")
        return token

    @staticmethod
    def _number(token: str) -> Fraction:
        if not token[0].isdigit():
            raise RuleSyntaxError(f"expected a number but found {token!r}")
        if len(token) > _LONGEST_NUMBER:
            raise RuleSyntaxError(f"a number of {len(token)} characters; write at most {_LONGEST_NUMBER}")
        return Fraction(token)
