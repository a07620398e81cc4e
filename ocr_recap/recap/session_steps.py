"""The steps of a session that is held page by page: reading out, proposing, confirming, withdrawing.

What needs two people is proposed by the chair and confirmed by somebody else, each on a device of the own. A proposal
is an event of the log and changes no number; confirming it makes the statement or event by `session.py`. An
interruption between the two leaves a proposal that waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..messages.errors import WrongUse
from .areas import shown_code
from .plenary import (
    CHAIR,
    CorrectionRequest,
    MatterState,
    SessionEvent,
    corrected_numbers,
    event,
    matters,
    refuse_closed,
)
from .proposals import (
    PlenaryProposal,
    area_digest,
    matter_digest,
    pending_in,
    proposals_in,
    standing_digest,
    station_digest,
)
from .session import RecapSession, close, correct, numbers_given, refuse_unknown, resolve, station_sheet
from .statement import Author, Statement


@dataclass(frozen=True)
class StationStep:
    """Where and by whom a step is made.

    Attributes:
        session: area of the session.
        station: its code.
        by: who makes it.
        at: when, UTC.
        seen: the digest of the station (`proposals.station_digest`) on the page that its author saw.
    """

    session: str
    station: str
    by: Author
    at: str
    seen: str


def read_out(
    session: RecapSession, step: StationStep, verdict: Literal["same", "differs"], text: str = ""
) -> SessionEvent:
    """Log that a station was read out, and whether all agreed. Said twice, it is logged once.

    Raises:
        WrongUse: the author is not the chair, the station changed since it was shown, no number stands that could be
            agreed, or the area is closed.
        OSError: the folder cannot be written.
    """
    _refuse_step(session, step)
    standing = station_sheet(session, step.station).standing
    if verdict == "same" and (standing is None or standing.conflict):
        raise WrongUse("nothing_to_agree", station=step.station)
    kind = "read_same" if verdict == "same" else "read_differs"
    earlier = [
        one
        for one in session.plenary.events
        if one.kind in ("read_same", "read_differs") and one.subject == step.station
    ]
    last = earlier[-1] if earlier else None
    if last is not None and (last.kind, last.digest, last.text) == (kind, step.seen, text.strip()):
        return last
    made = event(
        kind=kind,
        subject=step.station,
        at=step.at,
        by=step.by,
        text=text.strip(),
        digest=step.seen,
        session=step.session,
        after=last.id if last else None,
    )
    session.plenary.take_over([made])
    return made


def propose_correction(session: RecapSession, step: StationStep, texts: Sequence[str], reason: str) -> SessionEvent:
    """Log what the chair proposes to correct; no number changes.

    Args:
        session: the open folder.
        step: where and by whom.
        texts: the new numbers, as in `session.numbers_given`.
        reason: why.

    Raises:
        WrongUse: as `session.correct`; the station changed since it was shown; or another proposal about it waits.
        OSError: the folder cannot be written.
    """
    _refuse_step(session, step)
    numbers, marks = numbers_given(texts)
    said = session.log.about(step.station)
    wanted = CorrectionRequest(step.station, step.session, numbers, marks, reason.strip(), step.by, None, step.at)
    corrected_numbers(wanted, said, session.contest.file, session.plenary.closed_areas())
    content = {"session": step.session, "numbers": numbers, "marks": marks, "digest": standing_digest(said)}
    draft = {"act": "correction", "at": step.at, "by": step.by, "text": reason.strip(), **content}
    return _proposed(session, step.station, draft)


def propose_resolution(
    session: RecapSession, area: str, matter: str, to: MatterState, text: str, by: Author, at: str
) -> SessionEvent:
    """Log that the chair proposes to settle an objection or special event, or to pass it on.

    Args:
        session: the open folder.
        area: of the session.
        matter: id of the matter.
        to: the state from then on.
        text: how it is settled, or where it goes.
        by: the chair.
        at: when, UTC.

    Raises:
        WrongUse: the author is not the chair, the text is empty, there is no such matter in the area, the area is
            closed, or another proposal about the matter waits.
        OSError: the folder cannot be written.
    """
    _refuse_other_than_chair(by)
    if not text.strip():
        raise WrongUse("resolution_without_text")
    found = next((one.event for one in matters(session.plenary.events) if one.event.id == matter), None)
    if found is None:
        raise WrongUse("no_such_matter", id=matter[:12])
    refuse_closed(area, found.subject, session.plenary.closed_areas())
    digest = matter_digest(session.plenary.events, matter)
    content = {"session": area, "about": matter, "state": to, "text": text.strip(), "digest": digest}
    return _proposed(session, found.subject, {"act": "resolution", "at": at, "by": by, **content})


def propose_closing(session: RecapSession, area: str, by: Author, at: str, seen: str) -> SessionEvent:
    """Log that the chair proposes to close an area.

    Args:
        session: the open folder.
        area: its code.
        by: the chair.
        at: when, UTC.
        seen: the digest of the area on the page that the chair saw.

    Raises:
        FolderDamaged: a log was edited; all are hashed anew.
        WrongUse: the author is not the chair, the area is closed or changed since, or proposals wait in it.
        OSError: the folder cannot be written.
    """
    session.refuse_edits()
    _refuse_other_than_chair(by)
    refuse_unknown(session, area)
    refuse_closed(area, area, session.plenary.closed_areas())
    if seen != area_digest(session.log, session.plenary.events, area):
        raise WrongUse("changed_meanwhile", subject=shown_code(area))
    waiting = pending_in(session.log, session.plenary.events, area)
    if waiting:
        raise WrongUse("close_with_proposals", area=shown_code(area), count=len(waiting))
    return _proposed(session, area, {"act": "closing", "at": at, "by": by, "session": area, "digest": seen})


def proposal_of(session: RecapSession, proposal: str) -> PlenaryProposal:
    """A proposal as it stands.

    Raises:
        WrongUse: there is no such proposal.
    """
    event_of = next((one for one in session.plenary.events if (one.kind, one.id) == ("proposal", proposal)), None)
    if event_of is None:
        raise WrongUse("no_such_proposal", id=proposal[:12])
    found = proposals_in(session.log, session.plenary.events, event_of.subject)
    return next(one for one in found if one.event.id == proposal)


def confirm(session: RecapSession, proposal: str, second: Author, at: str) -> Statement | SessionEvent:
    """Carry out what the chair proposed, by the second person.

    Returns:
        The correction, or the event.

    Raises:
        WrongUse: there is no such proposal, it does not wait any more, the second person is the chair or has the
            chair's role, or what is proposed is refused by now.
        OSError: the folder cannot be written.
    """
    found = proposal_of(session, proposal)
    wanted = found.event
    if second.role == CHAIR or second.name.casefold() == wanted.by.name.casefold():
        raise WrongUse("confirm_alone", chair=wanted.by.name)
    _refuse_over(found)
    people = wanted.by, second
    if wanted.act == "resolution":
        return resolve(session, wanted.session, wanted.about or "", wanted.state, wanted.text, people, at)
    if wanted.act == "closing":
        return close(session, wanted.subject, people, at)
    request = CorrectionRequest(
        wanted.subject, wanted.session or "", wanted.numbers, wanted.marks, wanted.text, *people, at
    )
    return correct(session, request)


def withdraw(session: RecapSession, proposal: str, reason: str, by: Author, at: str) -> SessionEvent:
    """Log that a proposal is withdrawn.

    Raises:
        WrongUse: there is no such proposal, it does not wait any more, or there is no reason.
        OSError: the folder cannot be written.
    """
    found = proposal_of(session, proposal)
    _refuse_over(found)
    if not reason.strip():
        raise WrongUse("withdrawal_without_reason")
    made = event(
        kind="withdrawal",
        subject=found.event.subject,
        at=at,
        by=by,
        text=reason.strip(),
        about=proposal,
        act=found.event.act,
    )
    session.plenary.take_over([made])
    return made


def _refuse_step(session: RecapSession, step: StationStep) -> None:
    _refuse_other_than_chair(step.by)
    refuse_unknown(session, step.station)
    refuse_closed(step.session, step.station, session.plenary.closed_areas())
    if step.seen != station_digest(session.log, step.station):
        raise WrongUse("changed_meanwhile", subject=step.station)


def _refuse_other_than_chair(by: Author) -> None:
    if by.role != CHAIR:
        raise WrongUse("chair_only", name=by.name)


def _refuse_over(found: PlenaryProposal) -> None:
    if found.state == "outdated":
        raise WrongUse("changed_meanwhile", subject=shown_code(found.event.subject))
    if found.state != "pending":
        raise WrongUse("proposal_over", id=found.event.id[:12])


def _proposed(session: RecapSession, subject: str, content: Mapping[str, object]) -> SessionEvent:
    """Log a proposal; what was withdrawn before may be proposed again."""
    events = session.plenary.events
    key = content["act"], content.get("about")
    for one in pending_in(session.log, events, subject):
        if (one.event.act, one.event.about) == key and one.event.subject == subject:
            raise WrongUse("proposal_waits", subject=shown_code(subject))
    gone = [one.id for one in events if one.kind == "withdrawal" and one.subject == subject]
    made = event(kind="proposal", subject=subject, after=gone[-1] if gone else None, **content)
    session.plenary.take_over([made])
    return made
