"""Stations about which statements differ, number by number, for people who settle it. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .judge import open_questions
from .roll import KeyHolder, KeyRoll
from .statement import SealedStatement


@dataclass(frozen=True)
class SealedConflict:
    """One form of one station about which statements differ that count.

    Attributes:
        station: its code.
        template: id of the form.
        statements: that differ, the earliest first, each with who signed it by the roll.
        numbers: by field what each of them says, in their order; only fields on which they differ.
    """

    station: str
    template: str
    statements: tuple[tuple[SealedStatement, KeyHolder | None], ...]
    numbers: Mapping[str, tuple[int | None, ...]]


def conflicts(statements: Sequence[SealedStatement], roll: KeyRoll | None) -> list[SealedConflict]:
    """The conflicts among statements whose signatures fit, by station.

    Args:
        statements: all that are known.
        roll: of keys; None: all statements are compared.
    """
    found: list[SealedConflict] = []
    for (station, form), same in sorted(standing(statements, roll).items()):
        fields = sorted({name for one in same for name in one.numbers})
        said = {name: tuple(one.numbers.get(name) for one in same) for name in fields}
        numbers = {name: values for name, values in said.items() if len(set(values)) > 1}
        if numbers:
            who = tuple((one, roll.holder(one.keyid) if roll else None) for one in same)
            found.append(SealedConflict(station, form, who, numbers))
    return found


def standing(
    statements: Sequence[SealedStatement], roll: KeyRoll | None
) -> dict[tuple[str, str], list[SealedStatement]]:
    """The statements of stations with a right by the roll that their own key did not replace, by station and form."""
    rights, _ = open_questions(statements, roll)
    stations = [one for one in statements if one.kind == "station"]
    if roll is not None:
        stations = [one for one in stations if not any(finding.is_fault for finding in rights[one.id])]
    replaced = {(one.keyid, one.body["supersedes"]) for one in stations}
    found: dict[tuple[str, str], list[SealedStatement]] = defaultdict(list)
    for one in sorted(stations, key=lambda one: (one.stamp.at, one.id)):
        if (one.keyid, one.id) not in replaced:
            found[one.area, one.body["template"]["id"]].append(one)
    return found
