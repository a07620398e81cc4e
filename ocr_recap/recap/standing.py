"""What stands of the statements about one station: pure rules, without files.

A statement that another one supersedes does not stand. Of those left the latest stage stands: a ruling before a
correction before a count. Several statements of that stage (one station in two folders) stand together where they do
not contradict each other; where they do, the station is a conflict and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from .level_file import LevelFile
from .statement import RANK, Statement

# `known`: counted; `review`: nobody has said anything yet; `conflict`: two statements contradict each other.
FieldState = Literal["known", "illegible", "empty", "missing", "review", "conflict"]
_EMPTY: Final = -1  # stands for `empty` among the values that are compared


@dataclass(frozen=True)
class StationStanding:
    """What stands of one station.

    Attributes:
        station: its code.
        values: the numbers that are known; only these are ever added up.
        states: the state of every field of the contest.
        heads: the statements that stand.
        conflict: fields on which they contradict each other; the station counts for nothing where there are any.
        broken: rules that do not hold as written.
        inconsistent: known fields in one of these rules.
        is_newer_count: a count arrived after the correction that stands.
    """

    station: str
    values: dict[str, int]
    states: dict[str, FieldState]
    heads: tuple[Statement, ...]
    conflict: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    inconsistent: frozenset[str] = field(default_factory=frozenset[str])
    is_newer_count: bool = False


def counts_only(statements: Iterable[Statement]) -> list[Statement]:
    """The statements of the forms themselves, without what plenary sessions said."""
    return [one for one in statements if one.stage == "count"]


def heads_of(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements that stand, in the order of their ids; copies of witnesses never do."""
    counting = [one for one in statements if one.source != "witness"]
    gone = {one.supersedes for one in counting}
    left = [one for one in counting if one.id not in gone]
    if not left:
        return ()
    latest = max(RANK[one.stage] for one in left)
    return tuple(sorted((one for one in left if RANK[one.stage] == latest), key=lambda one: one.id))


def standing_of(statements: Sequence[Statement], contest: LevelFile) -> StationStanding | None:
    """What stands of one station; None where nobody has said anything.

    Args:
        statements: all about this station.
        contest: its fields and rules.
    """
    heads = heads_of(statements)
    if not heads:
        return None
    values: dict[str, int] = {}
    states: dict[str, FieldState] = {}
    conflict: list[str] = []
    for name in contest.field_ids:
        said = {_claim(one, name) for one in heads}
        claims = {claim for claim in said if isinstance(claim, int)}
        if len(claims) > 1:
            conflict.append(name)
        elif claims:
            value = claims.pop()
            states[name] = "empty" if value == _EMPTY else "known"
            if value != _EMPTY:
                values[name] = value
        else:
            states[name] = next(kind for kind in ("illegible", "review", "missing") if kind in said)
    if conflict:
        states = dict.fromkeys(contest.field_ids, "conflict")
        return StationStanding(heads[0].subject, {}, states, heads, tuple(conflict))
    broken = [rule for rule in contest.rules if rule.relation.evaluate(values) == "broken"]
    touched = frozenset(name for rule in broken for name in rule.relation.fields)
    newer = heads[0].stage != "count" and _is_newer(statements, heads)
    return StationStanding(
        heads[0].subject, values, states, heads, (), tuple(rule.id for rule in broken), touched, is_newer_count=newer
    )


def _claim(statement: Statement, name: str) -> int | str:
    """What a statement says about a field: its value, `_EMPTY`, or why there is none."""
    if name not in statement.values:
        return "review"
    value = statement.values[name]
    if value is not None:
        return value
    why = statement.unread[name]
    return _EMPTY if why == "empty" else why


def _is_newer(statements: Sequence[Statement], heads: Sequence[Statement]) -> bool:
    """True when a count stands that the correction did not rest on."""
    known = {sha256 for one in statements if one.stage != "count" for sha256 in one.evidence}
    return bool(heads) and any(one.id not in known for one in heads_of(counts_only(statements)))
