"""The minutes of an area: totals as counted and as standing, corrections, matters, digest. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..seal.merkle import log_head
from .areas import LevelName, level_of, shown_code
from .level_file import LevelFile
from .plenary import Matter, SessionEvent, closings, digest_of, matters
from .standing import StationStanding, counts_only, standing_of
from .statement import Author, Stage, Statement
from .sums import AreaSum


@dataclass(frozen=True)
class MinutesLine:
    """One field of the minutes.

    Attributes:
        field: its id.
        counted_total, counted: total of the numbers on the forms, and of how many stations; total None where none is.
        standing: the sum as it stands, with all corrections.
    """

    field: str
    counted_total: int | None
    counted: int
    standing: AreaSum


@dataclass(frozen=True)
class Correction:
    """One number that a session changed; None where no number was known."""

    station: str
    field: str
    before: int | None
    after: int | None
    stage: Stage
    reason: str
    chair: Author
    second: Author | None
    at: str
    statement: str


@dataclass(frozen=True)
class Minutes:
    """What the minutes of an area say.

    Attributes:
        area, level, name: of which area.
        lines: by field, in the order of the contest.
        corrections: every number that was changed, oldest first.
        matters: objections and special events, the open ones first.
        closing: when and by whom the area was closed; None while it is open.
        digest: of all statements and events of the area now.
        statements: how many statements there are.
        head: of the tree (RFC 6962) of these statements' ids in their order, as it is read aloud; the same in every
            folder that has the same statements.
        log_heads: of sealed logs about the area: who keeps each, and the head as it is read aloud.
    """

    area: str
    level: LevelName
    name: str
    contest: LevelFile
    lines: tuple[MinutesLine, ...]
    corrections: tuple[Correction, ...]
    matters: tuple[Matter, ...]
    closing: SessionEvent | None
    digest: str
    statements: int
    head: str
    log_heads: tuple[tuple[str, str], ...] = ()

    @property
    def code_text(self) -> str:
        """What the QR code of the minutes says, one thing a line."""
        lines = [f"OCR-RECAP MINUTES {shown_code(self.area)}", f"DIGEST {self.digest}", f"HEAD {self.head}"]
        return "\n".join([*lines, *(f"LOG {head}" for _, head in self.log_heads)])


def minutes_of(
    area: str,
    contest: LevelFile,
    sums: Sequence[AreaSum],
    corrected: Sequence[Sequence[Statement]],
    events: Sequence[SessionEvent],
    ids: Sequence[str],
    names: Mapping[str, str],
) -> Minutes:
    """Put the minutes of an area together.

    Args:
        area: its code.
        contest: its fields.
        sums: of the area, as they stand.
        corrected: the statements of each station that a session corrected.
        events: of the whole folder.
        ids: of all statements of the area.
        names: of areas, by code.
    """
    level = level_of(area)
    assert level is not None
    totals = counted_totals(sums, corrected, contest)
    about = matters(events, area)
    within = [one for one in events if one.subject.startswith(area)]
    return Minutes(
        area,
        level,
        names.get(area, ""),
        contest,
        tuple(MinutesLine(one.field, *totals[one.field], one) for one in sums),
        tuple(sorted((c for said in corrected for c in corrections_of(said, contest)), key=_when)),
        tuple(sorted(about, key=lambda one: (one.state == "settled", one.state == "passed_on"))),
        closings(events).get(area),
        digest_of(ids, within),
        len(ids),
        log_head(sorted(ids)).spoken,
    )


def _when(one: Correction) -> tuple[str, str, str]:
    return one.at, one.station, one.field


def counted_totals(
    sums: Sequence[AreaSum], corrected: Sequence[Sequence[Statement]], contest: LevelFile
) -> dict[str, tuple[int | None, int]]:
    """The totals before any correction, with their numbers of stations, from those that stand.

    Args:
        sums: as they stand.
        corrected: the statements of each station that a session corrected; all others count as they stand.
        contest: its fields.
    """
    total = {one.field: one.total or 0 for one in sums}
    stations = {one.field: one.counted for one in sums}
    for said in corrected:
        for name, sign in ((False, -1), (True, 1)):
            found = standing_of(counts_only(said) if name else said, contest)
            for field, value in (found.values if found else {}).items():
                total[field] += sign * value
                stations[field] += sign
    return {field: (total[field] if stations[field] else None, stations[field]) for field in total}


def corrections_of(said: Sequence[Statement], contest: LevelFile) -> list[Correction]:
    """Every number of a station that sessions changed, in the order of the log."""
    found: list[Correction] = []
    for place, one in enumerate(said):
        if one.stage not in ("correction", "ruling"):
            continue
        before = standing_of(said[:place], contest)
        for field in contest.field_ids:
            earlier, later = _value(before, field), one.values.get(field)
            if earlier != later:
                change = (one.subject, field, earlier, later, one.stage, one.reason, one.by, one.second)
                found.append(Correction(*change, one.at, one.id))
    return found


def _value(standing: StationStanding | None, field: str) -> int | None:
    return standing.values.get(field) if standing else None
