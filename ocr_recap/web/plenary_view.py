"""What the pages of a plenary session show: areas with their state, a station's numbers side by side, proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..messages.catalog import Language
from ..recap import session as sessions
from ..recap.areas import LENGTHS, containing, level_of, shown_code
from ..recap.level_file import LevelFile
from ..recap.minutes import Correction, corrections_of
from ..recap.pages import text
from ..recap.plenary import SessionEvent, closed_area_of, matters
from ..recap.proposals import (
    READ,
    PlenaryProposal,
    StationReading,
    proposals_in,
    readings_in,
    station_digest,
)
from ..recap.session import RecapSession, StationSheet
from ..recap.standing import StationStanding, counts_only, heads_of, standing_of
from ..recap.statement import Statement
from ..recap.station_tables import PARTITION, regencies, station_statuses
from ..recap.sums import AreaSum, parts_of, sums_of
from .pictures import Kind
from .recap_office import RecapOffice

MOST_ROWS = 200  # areas or stations in one list; by judgement
_STEPS = 2  # rules from the candidates on whose numbers are shown first: their sum, and the sum with invalid votes


@dataclass(frozen=True)
class AreaRow:
    """An area in a list.

    Attributes:
        code: digits, or `nation`, as paths have it.
        title: its level, code and name.
        depth: levels below the topmost one.
        counted, expected: stations whose numbers of all candidates are known, and of the roll.
        read: stations that were read out and agreed, or corrected.
        open: objections and special events that are open.
        waiting: proposals that wait for a second person.
        closing: when and by whom it was closed; None while it is open.
        is_within_closed: an area around it is closed.
        votes: of each candidate: the sum as it stands, and the total that the area was closed with, if it was.
    """

    code: str
    title: str
    depth: int
    counted: int
    expected: int
    read: int
    open: int
    waiting: int
    closing: SessionEvent | None
    is_within_closed: bool
    votes: tuple[tuple[AreaSum, int | None], ...]


@dataclass(frozen=True)
class StationLine:
    """A station in a list: its code, `stated`, `missing` or `conflict`, and how far the session came."""

    code: str
    status: str
    reading: StationReading | None


@dataclass(frozen=True)
class FigureRow:
    """A number of a station with everything that is said about it, as texts.

    Attributes:
        field, label: its id and name.
        is_main: shown first.
        pictures: statements whose form has a picture of it, with the kinds of pictures.
        counted: what forms say, each with the folder of results where there are several.
        copies: what witnesses' copies say: name, number, whether it differs from what stands.
        others: what other sources say, each with its name.
        standing, note: what stands, and why it is not known or does not add up.
        is_corrected: what stands is not what the form says.
        proposed: what a pending proposal says; None without one.
    """

    field: str
    label: str
    is_main: bool
    pictures: tuple[tuple[str, tuple[Kind, ...]], ...]
    counted: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str, bool], ...]
    others: tuple[tuple[str, str], ...]
    standing: str
    note: str
    is_corrected: bool
    proposed: str | None

    @property
    def differs(self) -> bool:
        """True when a copy or another source does not say what stands."""
        return any(differs for _, _, differs in self.copies) or len({said for _, said in self.counted}) > 1


@dataclass(frozen=True)
class ShownProposal:
    """A proposal with what stands before and after it: label, before, after."""

    proposal: PlenaryProposal
    changes: tuple[tuple[str, str, str], ...]
    matter: SessionEvent | None


@dataclass(frozen=True)
class StationPage:
    """A station as a session reads it out.

    Attributes:
        sheet: what was said about it.
        rows: its numbers.
        status: `stated`, `missing` or `conflict`.
        reading: how far the session came; None where it was not read.
        corrections: every number that sessions changed, oldest first.
        proposals: those that wait or are outdated.
        closed: the closed area that it lies in, as paths have it; empty where there is none.
        digest: of what the page shows.
        previous, next: codes of the stations before and after it in the area; empty where there is none.
        place, stations: its place in the area, from 1, and how many there are.
        missing_folders: folders of results whose pictures are not on this machine.
    """

    sheet: StationSheet
    rows: tuple[FigureRow, ...]
    status: str
    reading: StationReading | None
    corrections: tuple[Correction, ...]
    proposals: tuple[ShownProposal, ...]
    closed: str
    digest: str
    previous: str
    next: str
    place: int
    stations: int
    missing_folders: tuple[str, ...]


def title_of(office: RecapOffice, code: str, language: Language) -> str:
    """The level, code and name of an area or station."""
    level = level_of(code)
    labels = office.contest.level_labels
    label = getattr(labels[level], language) if level in labels else ""
    return " ".join(part for part in (label, code, office.name_of(code)) if part) or shown_code(code)


def trail_of(office: RecapOffice, code: str, language: Language) -> list[tuple[str, str]]:
    """The areas around an area or station, the largest first: code in paths, and title."""
    around = [one for one in containing(code) if one != code and level_of(one) in office.contest.areas]
    return [(shown_code(one), title_of(office, one, language)) for one in around]


def tree_of(office: RecapOffice, session: RecapSession) -> list[str]:
    """The areas of a recap by code, as many levels from the top as fit one list."""
    file = office.contest
    digits = LENGTHS[file.areas[0]]
    codes = regencies(office.folder) if digits <= PARTITION else station_statuses(office.folder, "")
    found: list[str] = []
    level = sorted({code[:digits] for code in codes})
    while level and len(found) + len(level) <= MOST_ROWS:
        found += level
        level = [part for area in level for part in parts_of(session.folder, area, file)]
    return sorted(found)


def area_rows(office: RecapOffice, session: RecapSession, areas: Sequence[str], language: Language) -> list[AreaRow]:
    """How areas stand, in their order."""
    events, file = session.plenary.events, office.contest
    closed = session.plenary.closed_areas()
    shared = _common(areas)
    readings = readings_in(session.log, events, file, shared)
    waiting = [one.event.subject for one in proposals_in(session.log, events, shared) if one.state == "pending"]
    open_ones = [one.event.subject for one in matters(events, shared) if one.state == "open"]
    found: list[AreaRow] = []
    for area in areas:
        sums = {one.field: one for one in sums_of(session.folder, area, file)}
        names = file.candidates or file.field_ids
        around = closed_area_of(area, closed)
        with_totals = closed[area].totals if area in closed else {}
        found.append(
            AreaRow(
                shown_code(area),
                title_of(office, area, language),
                file.areas.index(level_of(area) or file.areas[0]),
                min((sums[name].counted for name in names if name in sums), default=0),
                max((one.expected for one in sums.values()), default=0),
                sum(code.startswith(area) and one.state in READ for code, one in readings.items()),
                sum(code.startswith(area) for code in open_ones),
                sum(code.startswith(area) for code in waiting),
                closed.get(area),
                around is not None and around != area,
                tuple((sums[name], with_totals.get(name)) for name in file.candidates if name in sums),
            )
        )
    return found


def _common(codes: Sequence[str]) -> str:
    """The longest beginning that all codes share."""
    if not codes:
        return ""
    first, last = min(codes), max(codes)
    same = next((place for place, one in enumerate(first) if place >= len(last) or one != last[place]), len(first))
    return first[:same]


def station_lines(session: RecapSession, office: RecapOffice, area: str) -> list[StationLine]:
    """The stations of an area in the order in which they are read out: by code."""
    readings = readings_in(session.log, session.plenary.events, office.contest, area)
    statuses = station_statuses(session.folder, area)
    return [StationLine(code, status, readings.get(code)) for code, status in statuses.items()]


def next_unread(lines: Sequence[StationLine], after: str = "") -> str:
    """The first station after another one that was not read out and agreed, else the first at all; empty if none is."""
    left = [one.code for one in lines if one.reading is None or one.reading.state not in READ]
    return next((code for code in left if code > after), left[0] if left else "")


def station_page(
    office: RecapOffice, session: RecapSession, area: str, station: str, language: Language
) -> StationPage | None:
    """A station as the session of an area reads it out; None where the area has no such station."""
    statuses = station_statuses(session.folder, area)
    codes = list(statuses)
    if station not in statuses:
        return None
    place = codes.index(station)
    events = session.plenary.events
    sheet = sessions.station_sheet(session, station)
    said = session.log.about(station)
    proposals = [one for one in proposals_in(session.log, events, station) if one.state in ("pending", "outdated")]
    shown = tuple(shown_proposal(office, session, one, language) for one in proposals)
    closed = closed_area_of(station, session.plenary.closed_areas())
    heads = _forms(said)
    have = office.pictures.origins()
    return StationPage(
        sheet=sheet,
        rows=tuple(_rows(office, sheet, said, proposals, language)),
        status=statuses[station],
        reading=readings_in(session.log, events, office.contest, station).get(station),
        corrections=tuple(corrections_of(said, office.contest)),
        proposals=shown,
        closed="" if closed is None else shown_code(closed),
        digest=station_digest(session.log, station),
        previous=codes[place - 1] if place else "",
        next=codes[place + 1] if place + 1 < len(codes) else "",
        place=place + 1,
        stations=len(codes),
        missing_folders=tuple(dict.fromkeys(one.origin for one in heads if one.origin and one.origin not in have)),
    )


def _forms(said: Iterable[Statement]) -> tuple[Statement, ...]:
    """What the station's forms say now, before any correction, by folder of results."""
    return tuple(sorted(heads_of(counts_only(said)), key=lambda one: (one.origin, one.id)))


def main_fields(contest: LevelFile) -> frozenset[str]:
    """The numbers that are read out first: votes, and the sums that they are part of; all where there are no votes."""
    found = set(contest.candidates or contest.field_ids)
    for _ in range(_STEPS):
        touched = [rule.relation.fields for rule in contest.rules if found & set(rule.relation.fields)]
        near = [names for names in touched if len(found & set(names)) >= len(names) - _STEPS and len(names) > 2]
        found |= {name for names in near for name in names}
    return frozenset(found)


def _rows(
    office: RecapOffice,
    sheet: StationSheet,
    said: Sequence[Statement],
    proposals: Sequence[PlenaryProposal],
    language: Language,
) -> Iterable[FigureRow]:
    contest = office.contest
    forms = _forms(said)
    pictures = {one.id: office.pictures.shown(one, contest.fields) for one in forms}
    pending = next((one.event for one in proposals if one.state == "pending"), None)
    main = main_fields(contest)
    for number in contest.fields:
        name = number.id
        standing = _said(sheet.standing, name, language)
        origins = len(forms) > 1
        counted = [(one.origin if origins else "", _stated(one, name, language)) for one in forms]
        copies = [(one.by.name, _stated(one, name, language)) for one in sheet.witnesses if name in one.values]
        proposed = None if pending is None else _proposed(pending, name, language)
        yield FigureRow(
            field=name,
            label=getattr(number.label, language),
            is_main=name in main,
            pictures=tuple((one.id, pictures[one.id][name]) for one in forms if name in pictures[one.id]),
            counted=tuple(counted),
            copies=tuple((who, value, value != standing) for who, value in copies),
            others=tuple(_others(said, forms, name, language)),
            standing=standing,
            note=_note(sheet.standing, name, language),
            is_corrected=_said(sheet.counted, name, language) != standing,
            proposed=proposed,
        )


def _others(
    said: Iterable[Statement], forms: Sequence[Statement], name: str, language: Language
) -> Iterable[tuple[str, str]]:
    """What else was said: earlier readings that were superseded, and typed tables."""
    ids = {one.id for one in forms}
    for one in said:
        if one.stage == "count" and one.source in ("d_hasil", "typed") and one.id not in ids and name in one.values:
            yield one.origin or one.by.name, _stated(one, name, language)


def _said(standing: StationStanding | None, name: str, language: Language) -> str:
    """The number that stands, or why there is none."""
    if standing is None:
        return text(language, "number_missing")
    value = standing.values.get(name)
    return str(value) if value is not None else text(language, f"number_{standing.states.get(name, 'missing')}")


def _stated(one: Statement, name: str, language: Language) -> str:
    value = one.values.get(name)
    if value is not None:
        return str(value)
    return text(language, f"number_{one.unread.get(name, 'review')}")


def _note(standing: StationStanding | None, name: str, language: Language) -> str:
    is_broken = standing is not None and name in standing.inconsistent
    return text(language, "number_inconsistent") if is_broken else ""


def _proposed(proposal: SessionEvent, name: str, language: Language) -> str | None:
    if name in proposal.numbers:
        return str(proposal.numbers[name])
    if name in proposal.marks:
        return text(language, "number_empty" if proposal.marks[name] == "-" else "number_illegible")
    return None


def shown_proposal(
    office: RecapOffice, session: RecapSession, one: PlenaryProposal, language: Language
) -> ShownProposal:
    """A proposal with what stands before and after it; before is what stands now, or stood when it was confirmed."""
    event = one.event
    if event.act == "resolution":
        found = next((m.event for m in matters(session.plenary.events) if m.event.id == event.about), None)
        return ShownProposal(one, (), found)
    if event.act == "closing":
        return ShownProposal(one, (), None)
    said = session.log.about(event.subject)
    if one.state == "confirmed":
        said = said[: [statement.id for statement in said].index(one.outcome)]
    before = standing_of(said, office.contest)
    changes: list[tuple[str, str, str]] = []
    for number in office.contest.fields:
        after = _proposed(event, number.id, language)
        if after is not None:
            changes.append((getattr(number.label, language), _said(before, number.id, language), after))
    return ShownProposal(one, tuple(changes), None)
