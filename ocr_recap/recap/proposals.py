"""How a session stands between its steps: what waits for a second person, and which stations were read out.

Nothing is stored about that beside the events and statements themselves. A proposal is confirmed where the statement or
event that it asked for is in the log; it waits where neither that nor a withdrawal is there; it is outdated where what
its author saw has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .areas import level_of
from .level_file import LevelFile
from .plenary import SessionEvent, closings, digest_of, matters
from .standing import heads_of, standing_of
from .statement import Author, Statement
from .statement_log import StatementLog

ProposalState = Literal["pending", "confirmed", "withdrawn", "outdated"]
ReadState = Literal["same", "differs", "corrected", "again"]
READ: frozenset[ReadState] = frozenset({"same", "corrected"})  # a station in these states was read out and agreed


@dataclass(frozen=True)
class PlenaryProposal:
    """What the chair proposed, as it stands.

    Attributes:
        event: the proposal.
        state: `pending` until a second person confirms it; `outdated`: what the chair saw has changed since.
        withdrawal: who withdrew it, and why; None where nobody did.
        second: who confirmed it; None where nobody did.
        outcome: id of the statement or event that confirming it made; empty where nobody did.
    """

    event: SessionEvent
    state: ProposalState
    withdrawal: SessionEvent | None = None
    second: Author | None = None
    outcome: str = ""


@dataclass(frozen=True)
class StationReading:
    """How far a session came with a station.

    Attributes:
        state: `same`: read out and agreed; `differs`: read out, something differs; `corrected`: by two people; `again`:
            something arrived since it was read out or corrected.
        event: the last reading; None where the station was only corrected.
    """

    state: ReadState
    event: SessionEvent | None


def standing_digest(said: Sequence[Statement]) -> str:
    """The hash of what stands about a station: changes with every correction and every newer count.

    Args:
        said: all statements about the station.
    """
    return digest_of((one.id for one in heads_of(said)), ())


def station_digest(log: StatementLog, station: str) -> str:
    """The hash of everything that was said about a station, witnesses' copies included."""
    return digest_of(log.ids(station), ())


def area_digest(log: StatementLog, events: Iterable[SessionEvent], area: str) -> str:
    """The digest of an area as it is now (`digest_of`)."""
    return digest_of(log.ids(area), [one for one in events if one.subject.startswith(area)])


def proposals_in(log: StatementLog, events: Sequence[SessionEvent], area: str = "") -> list[PlenaryProposal]:
    """All proposals about an area, its stations and areas, oldest first.

    Args:
        log: of statements.
        events: of the whole folder.
        area: code of the area or station.
    """
    gone = {one.about: one for one in events if one.kind == "withdrawal"}
    found: list[PlenaryProposal] = []
    for one in events:
        if one.kind != "proposal" or not one.subject.startswith(area):
            continue
        if one.id in gone:
            found.append(PlenaryProposal(one, "withdrawn", gone[one.id]))
        elif one.act == "correction":
            found.append(_correction_state(one, log.about(one.subject)))
        elif one.act == "resolution":
            found.append(_resolution_state(one, events))
        else:
            found.append(_closing_state(one, log, events))
    return found


def pending_in(log: StatementLog, events: Sequence[SessionEvent], area: str = "") -> list[PlenaryProposal]:
    """The proposals of an area that wait for a second person."""
    return [one for one in proposals_in(log, events, area) if one.state == "pending"]


def matter_digest(events: Iterable[SessionEvent], matter: str) -> str:
    """The hash of how an objection or special event stands: changes with every resolution."""
    return digest_of((), [one for one in events if one.id == matter or (one.kind, one.about) == ("resolution", matter)])


def _correction_state(proposal: SessionEvent, said: Sequence[Statement]) -> PlenaryProposal:
    for place, one in enumerate(said):
        if _carries_out(one, proposal) and standing_digest(said[:place]) == proposal.digest:
            return PlenaryProposal(proposal, "confirmed", second=one.second, outcome=one.id)
    return PlenaryProposal(proposal, "pending" if standing_digest(said) == proposal.digest else "outdated")


def _carries_out(statement: Statement, proposal: SessionEvent) -> bool:
    """True when a statement is the correction that was proposed."""
    by_chair = (statement.by.name, statement.reason) == (proposal.by.name, proposal.text)
    numbers = all(statement.values.get(name) == value for name, value in proposal.numbers.items())
    marks = all(name in statement.unread for name in proposal.marks)
    return statement.stage in ("correction", "ruling") and by_chair and numbers and marks


def _resolution_state(proposal: SessionEvent, events: Sequence[SessionEvent]) -> PlenaryProposal:
    for place, one in enumerate(events):
        same = (one.kind, one.about, one.state, one.text) == (
            "resolution",
            proposal.about,
            proposal.state,
            proposal.text,
        )
        if same and matter_digest(events[:place], proposal.about or "") == proposal.digest:
            return PlenaryProposal(proposal, "confirmed", second=one.second, outcome=one.id)
    now = matter_digest(events, proposal.about or "")
    return PlenaryProposal(proposal, "pending" if now == proposal.digest else "outdated")


def _closing_state(proposal: SessionEvent, log: StatementLog, events: Sequence[SessionEvent]) -> PlenaryProposal:
    closing = closings(events).get(proposal.subject)
    if closing is not None:
        if closing.digest != proposal.digest:
            return PlenaryProposal(proposal, "outdated")
        return PlenaryProposal(proposal, "confirmed", second=closing.second, outcome=closing.id)
    now = area_digest(log, events, proposal.subject)
    return PlenaryProposal(proposal, "pending" if now == proposal.digest else "outdated")


def readings_in(
    log: StatementLog, events: Iterable[SessionEvent], contest: LevelFile, area: str
) -> dict[str, StationReading]:
    """The stations of an area that were read out or corrected, by code, as they stand; all others were not read.

    Args:
        log: of statements.
        events: of the whole folder.
        contest: its fields.
        area: code of the area or station.
    """
    last = {
        one.subject: one for one in events if one.kind in ("read_same", "read_differs") and one.subject.startswith(area)
    }
    changed = {one.subject for one in log.of_stage(("correction", "ruling"), area)}
    found: dict[str, StationReading] = {}
    for station in sorted(last.keys() | changed):
        if level_of(station) == "station":
            found[station] = _reading(log, station, last.get(station), contest, station in changed)
    return found


def _reading(
    log: StatementLog, station: str, event: SessionEvent | None, contest: LevelFile, is_changed: bool
) -> StationReading:
    if event is not None and event.digest == station_digest(log, station):
        return StationReading("same" if event.kind == "read_same" else "differs", event)
    if is_changed:
        standing = standing_of(log.about(station), contest)
        if standing is not None and not standing.is_newer_count:
            return StationReading("corrected", event)
    return StationReading("again", event)


def open_matters(events: Iterable[SessionEvent], area: str) -> int:
    """How many objections and special events of an area are open."""
    return sum(one.state == "open" for one in matters(events, area))
