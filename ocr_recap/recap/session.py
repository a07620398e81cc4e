"""What a plenary session does to a recap folder: corrections, witnesses' copies, matters, closing, minutes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from .areas import containing, level_of, shown_code
from .folder import CONTEST_FILE, LOGS, held, refuse_edits, refuse_other
from .level_file import Contest
from .memory import RecapMemory
from .minutes import Minutes, minutes_of
from .pending import recover
from .plenary import (
    NO_NUMBER,
    CorrectionRequest,
    Matter,
    MatterState,
    SessionEvent,
    correction,
    digest_of,
    event,
    matters,
    refuse_closed,
    refuse_one_person,
    resolution,
)
from .plenary_log import PlenaryLog
from .proposals import pending_in
from .recap import refresh
from .recap_info import contest_of
from .standing import StationStanding, counts_only, standing_of
from .statement import Author, Statement, Unread, state
from .statement_log import StatementLog
from .station_tables import require_recap
from .sums import sums_of


@dataclass(frozen=True)
class RecapSession:
    """An open recap folder, whose lock is held.

    Attributes:
        folder: of the recap.
        contest: its level file.
        log: of statements.
        plenary: of events.
        memory: what was kept since the folder was opened first.
    """

    folder: Path
    contest: Contest
    log: StatementLog
    plenary: PlenaryLog
    memory: RecapMemory

    def refuse_edits(self) -> None:
        """Hash all logs anew, and refuse those that were edited.

        Raises:
            FolderDamaged: one was.
        """
        self.memory.files.forget()
        refuse_edits(self.folder, LOGS, self.memory.files.sha256_of)


@dataclass(frozen=True)
class StationSheet:
    """A station as a session reads it out.

    Attributes:
        station: its code.
        counted: what its forms say.
        standing: what stands.
        witnesses: statements of witnesses' copies, oldest first.
        matters: objections and special events about it.
    """

    station: str
    counted: StationStanding | None
    standing: StationStanding | None
    witnesses: tuple[Statement, ...]
    matters: tuple[Matter, ...]

    def differing(self, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """By field what witnesses' copies say otherwise than what stands: names and values."""
        found: dict[str, list[tuple[str, int]]] = {}
        values = self.standing.values if self.standing else {}
        for one in self.witnesses:
            for name in fields:
                value = one.values.get(name)
                if value is not None and name in values and value != values[name]:
                    found.setdefault(name, []).append((one.by.name, value))
        return found


@contextmanager
def opened(folder: Path, memory: RecapMemory | None = None) -> Generator[RecapSession]:
    """Open a recap folder for a session.

    Args:
        folder: of the recap.
        memory: of a process that opened it before; without it all logs are hashed and read.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder is no recap, is in use, was edited, or cannot be written.
    """
    require_recap()
    refuse_other(folder)
    try:
        with held(folder):
            memory = memory or RecapMemory()
            hashed = memory.files.sha256_of
            recover(folder, hashed)
            refuse_edits(folder, LOGS, hashed)
            if memory.contest is None or memory.contest.sha256 != hashed(folder / CONTEST_FILE):
                memory.contest = contest_of(folder)
            log = StatementLog(folder, hashed)
            try:
                yield RecapSession(folder, memory.contest, log, PlenaryLog(folder, memory), memory)
            finally:
                log.close()
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=folder, why=system_reason(fault)) from None


def numbers_given(texts: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Numbers as a person types them: `votes_1=117`, `votes_1=-` (nothing is written), `votes_1=?` (cannot be read).

    Raises:
        WrongUse: a text is none of these.
    """
    numbers: dict[str, int] = {}
    marks: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if separator and value.isascii() and value.isdigit() and len(value) < 10:
            numbers[name.strip()] = int(value)
        elif separator and value in NO_NUMBER:
            marks[name.strip()] = value
        else:
            raise WrongUse("number_given", text=text)
    return numbers, marks


def station_sheet(session: RecapSession, station: str) -> StationSheet:
    """A station as it stands, for a page or a screen."""
    said = session.log.about(station)
    contest = session.contest.file
    return StationSheet(
        station,
        standing_of(counts_only(said), contest),
        standing_of(said, contest),
        tuple(one for one in said if one.source == "witness"),
        tuple(one for one in matters(session.plenary.events) if one.event.subject == station),
    )


def correct(session: RecapSession, wanted: CorrectionRequest) -> Statement:
    """Log a correction and compute the sums again.

    Raises:
        WrongUse: the correction is refused (`plenary.correction`).
        OSError: the folder cannot be written.
    """
    refuse_unknown(session, wanted.station)
    said = session.log.about(wanted.station)
    made = correction(wanted, said, session.contest.file, session.plenary.closed_areas())
    session.log.append([made])
    refresh(session.folder, session.log, session.contest, [wanted.station])
    return made


def witness_copy(session: RecapSession, station: str, texts: Sequence[str], by: Author, at: str) -> Statement:
    """Log what a witness's copy of a form says; it is shown beside the form's numbers and never counted.

    Raises:
        WrongUse: a number cannot be used, or the area is closed.
        OSError: the folder cannot be written.
    """
    refuse_unknown(session, station)
    numbers, marks = numbers_given(texts)
    for name in (*numbers, *marks):
        if name not in session.contest.file.labels:
            raise WrongUse("field_unknown", field=name, fields=", ".join(session.contest.file.field_ids))
    refuse_closed(station, station, session.plenary.closed_areas())
    unread: dict[str, Unread] = {name: NO_NUMBER[mark] for name, mark in marks.items()}
    made = state(
        contest=session.contest.file.id,
        station=station,
        level="station",
        stage="count",
        source="witness",
        at=at,
        by=by,
        values={**numbers, **dict.fromkeys(marks)},
        unread=unread,
    )
    session.log.append([made])
    refresh(session.folder, session.log, session.contest, [station])
    return made


def bring_up(session: RecapSession, kind: str, subject: str, text: str, by: Author, at: str) -> SessionEvent:
    """Log an objection or a special event.

    Args:
        session: the open folder.
        kind: `objection` or `special_event`.
        subject: code of the station or area.
        text: what is objected, or what happened.
        by: who says it.
        at: when, UTC.

    Raises:
        WrongUse: the text is empty, or the area is closed.
        OSError: the folder cannot be written.
    """
    if not text.strip():
        raise WrongUse("matter_without_text")
    refuse_unknown(session, subject)
    refuse_closed(subject, subject, session.plenary.closed_areas())
    made = event(kind=kind, subject=subject, at=at, by=by, text=text.strip())
    session.plenary.take_over([made])
    return made


def resolve(
    session: RecapSession,
    area: str | None,
    matter: str,
    to: MatterState,
    text: str,
    people: tuple[Author, Author],
    at: str,
) -> SessionEvent:
    """Log that an objection or special event was settled or passed on.

    Args:
        session: the open folder.
        area: of the session; None: the station or area that the matter is about.
        matter: id of the matter, or its first digits.
        to: the state from now on.
        text: how.
        people: the chair and the second person.
        at: when, UTC.

    Raises:
        WrongUse: there is no such matter in the area, the area is closed, or the text or the two people are missing.
        OSError: the folder cannot be written.
    """
    found = [one.event for one in matters(session.plenary.events) if matter and one.event.id.startswith(matter)]
    if len(found) != 1:
        raise WrongUse("no_such_matter", id=matter)
    subject = found[0].subject
    refuse_closed(subject if area is None else area, subject, session.plenary.closed_areas())
    made = resolution(found[0], to, text.strip(), people, at)
    session.plenary.take_over([made])
    return made


def close(session: RecapSession, area: str, people: tuple[Author, Author], at: str) -> SessionEvent:
    """Close an area: its statements are frozen, with their digest and sums; its sum becomes a statement of its own.

    Raises:
        FolderDamaged: a log was edited; all are hashed anew.
        WrongUse: the area is closed already, something proposed in it waits, or the two people are missing.
        InputUnusable: the area has no stations.
        OSError: the folder cannot be written.
    """
    session.refuse_edits()
    refuse_one_person(*people)
    refuse_closed(area, area, session.plenary.closed_areas())
    waiting = [one for one in pending_in(session.log, session.plenary.events, area) if one.event.act != "closing"]
    if waiting:
        raise WrongUse("close_with_proposals", area=shown_code(area), count=len(waiting))
    found = sums_of(session.folder, area, session.contest.file)
    if not found:
        raise InputUnusable("area_without_stations", area=shown_code(area))
    ids = session.log.ids(area)
    made = event(
        kind="closing",
        subject=area,
        at=at,
        by=people[0],
        second=people[1],
        state="settled",
        digest=digest_of(ids, [one for one in session.plenary.events if one.subject.startswith(area)]),
        statements=len(ids),
        totals={one.field: one.total for one in found},
        counted={one.field: one.counted for one in found},
        expected=found[0].expected,
    )
    session.log.append([_sum_statement(session, area, made)])
    session.plenary.take_over([made])
    refresh(session.folder, session.log, session.contest, [])
    return made


def _sum_statement(session: RecapSession, area: str, closing: SessionEvent) -> Statement:
    """The sum of a closed area as a statement: a total that is only the least is null, its stations are missing."""
    whole = {name: total for name, total in closing.totals.items() if closing.counted[name] == closing.expected}
    unread: dict[str, Unread] = {name: "missing" for name in closing.totals if name not in whole}
    return state(
        contest=session.contest.file.id,
        area=area,
        level=level_of(area),
        stage="recap",
        source="typed",
        at=closing.at,
        by=closing.by,
        second=closing.second,
        values={name: whole.get(name) for name in closing.totals},
        unread=unread,
        evidence=(closing.digest,) if closing.digest else (),
    )


def minutes(session: RecapSession, area: str, names: Mapping[str, str] | None = None) -> Minutes:
    """What the minutes of an area say, as it stands.

    Raises:
        InputUnusable: the area has no stations.
        OSError: the folder cannot be read.
    """
    found = sums_of(session.folder, area, session.contest.file)
    if not found:
        raise InputUnusable("area_without_stations", area=shown_code(area))
    return minutes_of(
        area,
        session.contest.file,
        found,
        [session.log.about(code) for code in _corrected(session, area)],
        session.plenary.events,
        session.log.ids(area),
        names or {},
    )


def _corrected(session: RecapSession, area: str) -> list[str]:
    """The stations of an area that a session corrected, by code."""
    return sorted({one.subject for one in session.log.of_stage(("correction", "ruling"), area)})


def refuse_unknown(session: RecapSession, subject: str) -> None:
    """Refuse a station or area without a place in the sums.

    Raises:
        InputUnusable: no station of the roll is or lies there.
    """
    where = subject if level_of(subject) != "station" else list(containing(subject))[-2]
    if not sums_of(session.folder, where, session.contest.file):
        raise InputUnusable("area_without_stations", area=shown_code(subject))
