"""A plenary session: corrections, objections, special events, closing. Pure functions on statements and events.

A correction needs two people, the chair and one more role. It supersedes and never overwrites. A closed area refuses
corrections of its own session and of those within it; a session above it may still supersede (a ruling).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from ..messages.errors import WrongUse
from ..records.decisions import Sha256, Time
from ..records.frozen import FrozenMapping
from ..records.record import JsonLine
from .areas import containing, level_of, shown_code
from .level_file import LevelFile
from .standing import StationStanding, standing_of
from .statement import Author, Statement, Unread, state

CHAIR = "chair"
MatterState = Literal["open", "settled", "passed_on"]
EventKind = Literal[
    "objection", "special_event", "resolution", "closing", "read_same", "read_differs", "proposal", "withdrawal"
]
Act = Literal["correction", "resolution", "closing"]  # what two people do: one proposes, the other confirms
# Keys of an event that are not written, nor hashed, where they would be empty.
EMPTY_LEFT_OUT: Final = ("act", "session", "numbers", "marks", "after")
# What a person may say in the place of a number; `unread` of the statement.
NO_NUMBER: Mapping[str, Unread] = {"-": "empty", "?": "illegible"}


def _is_unset(value: object) -> bool:
    return value is None


def _is_empty(value: object) -> bool:
    return not value


class SessionEvent(JsonLine):
    """One line of `plenary.jsonl`. The id is the SHA-256 of everything but `id` and `at`.

    Attributes:
        kind: `objection`, `special_event`, `resolution` (a matter gets another state), `closing` (an area is frozen);
            `read_same`, `read_differs` (a station was read out, and agreed or not); `proposal` (the chair proposes what
            a second person has to confirm: nothing has changed yet), `withdrawal` (of a proposal).
        subject: code of the station or area.
        at: when, UTC.
        by, second: who; a closing and a resolution have two people.
        text: what was objected, what happened, how it was settled; the reason of a proposal or withdrawal.
        about: id of the matter that a resolution is about, or of the proposal that is withdrawn.
        state: of the matter from then on.
        digest: of a closing: hash of all statements and events of the area (`digest_of`). Of a reading and a proposal:
            hash of what its author saw.
        statements: of a closing: how many there were.
        totals, counted: of a closing: the sums as they stood, null where none is known, and the stations in each.
        expected: of a closing: stations of the area.
        act: of a proposal and its withdrawal: what is proposed.
        session: of a reading and a proposal: area of the session.
        numbers, marks: of a proposed correction, as in `CorrectionRequest`.
        after: the event that this one follows, so that the same can be said again after it was withdrawn.
    """

    schema_: Literal[1] = 1
    id: Sha256
    kind: EventKind
    subject: Annotated[str, Field(pattern=r"^[0-9]{0,13}$")]
    at: Time
    by: Author
    second: Author | None = None
    text: str = ""
    about: Sha256 | None = None
    state: MatterState = "open"
    digest: Sha256 | None = None
    statements: int = 0
    totals: FrozenMapping[str, int | None] = Field(default_factory=dict[str, int | None])
    counted: FrozenMapping[str, int] = Field(default_factory=dict[str, int])
    expected: int = 0
    act: Act | None = Field(default=None, exclude_if=_is_empty)
    session: Annotated[str, Field(pattern=r"^[0-9]{0,13}$")] | None = Field(default=None, exclude_if=_is_unset)
    numbers: FrozenMapping[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict[str, int], exclude_if=_is_empty
    )
    marks: FrozenMapping[str, Literal["-", "?"]] = Field(
        default_factory=dict[str, Literal["-", "?"]], exclude_if=_is_empty
    )
    after: Sha256 | None = Field(default=None, exclude_if=_is_empty)

    @property
    def is_whole(self) -> bool:
        """True when the id is that of the content."""
        return self.id == _id_of(self)


@dataclass(frozen=True)
class Matter:
    """An objection or special event as it stands: its event, its state, and how it came to that."""

    event: SessionEvent
    state: MatterState
    resolutions: tuple[SessionEvent, ...] = ()


def event(**content: Any) -> SessionEvent:
    """An event from its content, with its id.

    Raises:
        pydantic.ValidationError: the content is none of an event.
    """
    draft = SessionEvent(id="0" * 64, **content)
    return draft.model_copy(update={"id": _id_of(draft)})


def _id_of(one: SessionEvent) -> str:
    said = {key: value for key, value in one.export().items() if key not in ("id", "at")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def closings(events: Iterable[SessionEvent]) -> dict[str, SessionEvent]:
    """The areas that are closed, by code, with their closings."""
    return {one.subject: one for one in events if one.kind == "closing"}


def closed_area_of(code: str, closed: Mapping[str, SessionEvent]) -> str | None:
    """The largest closed area that a station or area lies in or is; None without one."""
    return next((area for area in containing(code) if area in closed), None)


def matters(events: Iterable[SessionEvent], area: str = "") -> list[Matter]:
    """Objections and special events of an area and within it, oldest first, as they stand."""
    found: dict[str, Matter] = {}
    for one in events:
        if one.kind in ("objection", "special_event") and one.subject.startswith(area):
            found[one.id] = Matter(one, one.state)
        elif one.kind == "resolution" and one.about in found:
            before = found[one.about]
            found[one.about] = Matter(before.event, one.state, (*before.resolutions, one))
    return list(found.values())


def refuse_closed(session: str, subject: str, closed: Mapping[str, SessionEvent]) -> None:
    """Refuse a change by a session.

    Args:
        session: area of the session.
        subject: what is changed: a station or area.
        closed: the areas that are closed.

    Raises:
        WrongUse: the subject does not lie in the area, or the session's area, or one around it, is closed.
    """
    if not subject.startswith(session):
        raise WrongUse("not_in_session", subject=shown_code(subject), session=shown_code(session))
    area = closed_area_of(session, closed)
    if area is not None:
        raise WrongUse("area_closed", area=shown_code(area), at=closed[area].at)


def refuse_one_person(chair: Author, second: Author | None) -> None:
    """Refuse an act of two people by one.

    Raises:
        WrongUse: the two have the same name or role, or none of them is the chair.
    """
    alone = second is None or second.role == CHAIR or chair.name.casefold() == second.name.casefold()
    if chair.role != CHAIR or alone:
        raise WrongUse("two_people", chair=chair.name, second=second.name if second else "-")


@dataclass(frozen=True)
class CorrectionRequest:
    """What a session wants corrected.

    Attributes:
        station: its code.
        session: area of the session.
        numbers: new values by field; None with `-` (nothing is written) or `?` (cannot be read) in `marks`.
        marks: `-` or `?` by field.
        reason: why.
        chair, second: the two people; the second one is None as long as the correction is only proposed.
        at: when, UTC.
    """

    station: str
    session: str
    numbers: Mapping[str, int]
    marks: Mapping[str, str]
    reason: str
    chair: Author
    second: Author | None
    at: str


def correction(
    wanted: CorrectionRequest, statements: Sequence[Statement], contest: LevelFile, closed: Mapping[str, SessionEvent]
) -> Statement:
    """The statement that corrects the numbers of a station.

    Args:
        wanted: the correction.
        statements: all about the station.
        contest: its fields.
        closed: the areas that are closed.

    Returns:
        The statement: all numbers that stood, with the new ones in their places. Its stage is `ruling` where a smaller
        area around the station is closed, else `correction`.

    Raises:
        WrongUse: the session may not correct the station, a field is unknown, nothing would change, or the two people
            or the reason are missing.
    """
    refuse_one_person(wanted.chair, wanted.second)
    values, unread = corrected_numbers(wanted, statements, contest, closed)
    found = standing_of(statements, contest)
    heads = found.heads if found else ()
    above = closed_area_of(wanted.station, closed) is not None
    return state(
        contest=contest.id,
        station=wanted.station,
        level="station",
        stage="ruling" if above else "correction",
        source="typed",
        at=wanted.at,
        supersedes=heads[0].id if heads else None,
        by=wanted.chair,
        second=wanted.second,
        values=values,
        unread=unread,
        evidence=tuple(sorted({one.id for one in heads} | _rested_on(heads))),
        pictures=tuple(dict.fromkeys(name for one in heads for name in one.pictures)),
        reason=wanted.reason.strip(),
    )


def corrected_numbers(
    wanted: CorrectionRequest, statements: Sequence[Statement], contest: LevelFile, closed: Mapping[str, SessionEvent]
) -> tuple[dict[str, int | None], dict[str, Unread]]:
    """What stands after a correction, whoever confirms it: the numbers by field, and why others are null.

    Raises:
        WrongUse: as `correction`, but for the two people.
    """
    refuse_closed(wanted.session, wanted.station, closed)
    if not wanted.reason.strip():
        raise WrongUse("correction_without_reason")
    for name in (*wanted.numbers, *wanted.marks):
        if name not in contest.labels:
            raise WrongUse("field_unknown", field=name, fields=", ".join(contest.field_ids))
    found = standing_of(statements, contest)
    values, unread = _numbers(found, contest)
    before = dict(values), dict(unread)
    values |= wanted.numbers
    for name in wanted.numbers:
        unread.pop(name, None)
    for name, mark in wanted.marks.items():
        values[name] = None
        unread[name] = NO_NUMBER[mark]
    if (values, unread) == before and not (found and found.conflict):
        raise WrongUse("correction_changes_nothing", station=wanted.station)
    return values, unread


def _numbers(found: StationStanding | None, contest: LevelFile) -> tuple[dict[str, int | None], dict[str, Unread]]:
    """The numbers that stand and why others are null; a conflict leaves only what its statements agree on."""
    if found is None:
        return dict.fromkeys(contest.field_ids), dict.fromkeys(contest.field_ids, "missing")
    values: dict[str, int | None] = {}
    unread: dict[str, Unread] = {}
    for one in found.heads:
        for name, value in one.values.items():
            if name in found.conflict or values.get(name) is not None:
                continue
            values[name] = value
            unread.pop(name, None)
            if value is None:
                unread[name] = one.unread[name]
    return values, unread


def _rested_on(heads: Iterable[Statement]) -> set[str]:
    """What corrections that are corrected again rested on: the counts stay known to the last one."""
    return {sha256 for one in heads if one.stage != "count" for sha256 in one.evidence}


def resolution(
    matter: SessionEvent, to: MatterState, text: str, people: tuple[Author, Author], at: str
) -> SessionEvent:
    """The event that gives an objection or special event another state.

    Raises:
        WrongUse: the text or the two people are missing.
    """
    refuse_one_person(*people)
    if not text.strip():
        raise WrongUse("resolution_without_text")
    return event(
        kind="resolution",
        subject=matter.subject,
        at=at,
        by=people[0],
        second=people[1],
        text=text,
        about=matter.id,
        state=to,
    )


def digest_of(statement_ids: Iterable[str], events: Iterable[SessionEvent]) -> str:
    """The digest of an area: SHA-256 over the sorted ids of its statements and events, one a line.

    The ids are hashes of the contents, so that the digest changes with every statement that is changed, added or
    removed. Closings, and what was proposed about them, are left out: the digest of an area stays the same when its
    parts are closed one by one.
    """
    ids = {*statement_ids, *(one.id for one in events if one.kind != "closing" and one.act != "closing")}
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(ids)).encode()).hexdigest()


def is_station(code: str) -> bool:
    """True for the code of a station."""
    return level_of(code) == "station"
