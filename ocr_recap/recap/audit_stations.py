"""The stations of an audit, from the tables of a recap: published votes, and the most ballots of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..messages.errors import InputUnusable, WrongUse
from ..messages.table_faults import LineFault, refuse
from ..messages.text import quoted
from ..records.station_lists import table
from .areas import LENGTHS, shown_code
from .audit_math import AuditBatch
from .folder import STATIONS
from .level_file import Contest
from .recap_info import contest_of
from .station_tables import file_of, regencies, require_recap


@dataclass(frozen=True)
class AuditStations:
    """What there is to audit.

    Attributes:
        area: code of the area.
        candidates: in the order of the ballot.
        batches: stations whose votes are known, by code.
        missing: how many stations lack a number of votes.
        missing_votes: the most votes that these can hold together.
    """

    area: str
    candidates: tuple[str, ...]
    batches: list[AuditBatch]
    missing: int
    missing_votes: int


def audit_batches(folder: Path, area: str | None, most: int, ballots: Path | None) -> AuditStations:
    """Collect the stations of an area.

    Args:
        folder: of the recap.
        area: code; None: the topmost area, if there is one only.
        most: most ballots of a station.
        ballots: a table with the bounds of other stations.

    Raises:
        InputUnusable: the folder is no recap, the area has no stations, or the contest has no candidates.
        WrongUse: there are several topmost areas.
        TableFaulty: the table of bounds has faults.
    """
    require_recap()
    contest = contest_of(folder)
    candidates = contest.file.candidates
    if len(candidates) < 2:
        raise InputUnusable("audit_few_candidates", contest=contest.file.id)
    where = _area(folder, contest) if area is None else area
    bounds = _bounds(ballots) if ballots is not None else {}
    batches: list[AuditBatch] = []
    missing = missing_votes = 0
    for station, votes in _votes(folder, where, candidates):
        bound = bounds.get(station, most)
        known = {name: vote for name, vote in zip(candidates, votes, strict=True) if vote is not None}
        if len(known) == len(candidates):
            batches.append(AuditBatch(station, known, bound))
        else:
            missing += 1
            missing_votes += bound
    if not batches:
        raise InputUnusable("area_without_stations", area=shown_code(where))
    return AuditStations(where, candidates, batches, missing, missing_votes)


def _area(folder: Path, contest: Contest) -> str:
    digits = LENGTHS[contest.file.areas[0]]
    tops = sorted({name[:digits] for name in regencies(folder)})
    if len(tops) > 1:
        raise WrongUse("audit_area", areas=", ".join(map(shown_code, tops)))
    return tops[0] if tops else ""


def _votes(folder: Path, area: str, candidates: Sequence[str]) -> list[tuple[str, list[int | None]]]:
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    found: list[tuple[str, list[int | None]]] = []
    for regency in regencies(folder, area):
        table_read = parquet.read_table(folder / file_of(STATIONS, regency), columns=["code", *candidates])
        columns = [table_read[name].to_pylist() for name in ("code", *candidates)]
        found += [(code, votes) for code, *votes in zip(*columns, strict=True) if code.startswith(area)]
    return found


def _bounds(path: Path) -> Mapping[str, int]:
    found: dict[str, int] = {}
    faults: list[LineFault] = []
    for line, row in table(path, ("station", "ballots")):
        text = row["ballots"]
        if text and not (text.isascii() and text.isdigit() and len(text) < 10):
            faults.append(LineFault(line, "ballots_number", {"text": quoted(text)}))
        elif text:
            found[row["station"]] = int(text)
    refuse(path, faults)
    return found
