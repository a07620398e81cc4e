"""Makes a recap folder, and brings it up to date: from folders of results and recaps below to statements and sums.

Nothing is written before all folders, the roll and the level file were read and checked. Statements are appended first;
tables and sums of the regencies that they are about follow. A run that was interrupted in between is finished by the
next one: `recap.json` holds how many statements the tables cover.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..imaging.files import write_atomically
from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from ..messages.table_faults import LineFault, refuse
from ..records.station_lists import read_roll
from .areas import LENGTHS
from .folder import (
    CONFLICTS_FILE,
    CONTEST_FILE,
    LOGS,
    MARKS,
    ROLL_FILE,
    STATIONS,
    SUMS,
    UPPER_FILE,
    held,
    is_free,
    is_recap,
    refuse_edits,
    relist,
)
from .incoming import Incoming, read_incoming
from .level_file import Contest, load_contest
from .pending import recover, replace_file
from .plenary_log import PlenaryLog
from .recap_info import RecapInfo, SourceInfo, contest_of, info_of
from .sources import RecapSource, SeenFolders, sources_of, verify
from .standing import StationStanding, standing_of
from .statement_log import StatementLog
from .station_tables import file_of, grouped, regencies, require_recap, station_row, write_stations
from .sums import AreaSum, compute, connection, paths, sums_of

DEFAULT_CONTEST: Final = "ppwp-2024"


@dataclass(frozen=True)
class RecapResult:
    """What a run did.

    Attributes:
        folder: of the recap.
        contest: the level file.
        stations: expected, by the roll.
        fresh: statements that are new.
        read, unchanged: folders that were read again, and those that were as before.
        conflicts: stations that two folders say different things about.
        frozen: stations whose new numbers were not taken, since their area is closed.
        without_station: documents whose station is unknown.
        other_forms: documents of other contests.
        refused: stations of sealed results that do not count, each with the codes of what was found.
        preliminary: stations of which nothing but an SMS line has arrived; they are not counted.
        sums: of the topmost area.
    """

    folder: Path
    contest: Contest
    stations: int
    fresh: int
    read: tuple[str, ...]
    unchanged: tuple[str, ...]
    conflicts: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    without_station: int = 0
    other_forms: int = 0
    refused: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    preliminary: tuple[str, ...] = ()
    sums: Mapping[str, Sequence[AreaSum]] = field(default_factory=dict[str, Sequence[AreaSum]])


@dataclass(frozen=True)
class _Given:
    """What a run works with, checked."""

    contest: Contest
    roll: tuple[str, ...]
    before: RecapInfo | None
    incoming: Incoming


def recap(
    folders: Sequence[Path], out: Path, roll: Path | None = None, contest: str | Path | None = None
) -> RecapResult:
    """Make a recap folder or bring it up to date.

    Args:
        folders: of results, of sealed results (such as received bundles), and of recaps below.
        out: the recap folder; the folders that it was made from before are kept.
        roll: a table with the column `station`: all that are expected; None keeps the one before.
        contest: id of a level file, or a file; None keeps the one before.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: an input cannot be used, the folder is in use, or cannot be written.
            Nothing was written then.
    """
    require_recap()
    sources = sources_of(folders)
    if not is_recap(out) and not is_free(out):
        raise WrongUse("recap_folder_not_empty", path=out)
    try:
        if is_recap(out):
            with held(out):
                return _made(sources, out, roll, contest)
        given = _given(sources, out, roll, contest)
        out.mkdir(parents=True, exist_ok=True)
        with held(out):
            return _written(given, sources, out)
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=out, why=system_reason(fault)) from None


def _made(sources: Sequence[RecapSource], out: Path, roll: Path | None, contest: str | Path | None) -> RecapResult:
    """Bring a folder up to date, for a caller who holds its lock."""
    recover(out)
    refuse_edits(out, LOGS)
    return _written(_given(sources, out, roll, contest), sources, out)


def _given(sources: Sequence[RecapSource], out: Path, roll: Path | None, contest: str | Path | None) -> _Given:
    before = info_of(out) if is_recap(out) else None
    level_file = _contest(out, before, contest)
    if roll is None and before is None:
        raise WrongUse("recap_without_roll")
    stations = tuple(sorted(read_roll(roll if roll is not None else out / ROLL_FILE)))
    if not stations:
        raise InputUnusable("roll_empty", path=roll)
    seen = SeenFolders(out)
    known = {one.origin: one.sha256 for one in before.sources} if before else {}
    changed = [one for one in sources if known.get(one.origin) != one.sha256 or not seen.is_unchanged(one)]
    for one in changed:
        verify(one)
    incoming = read_incoming(changed, level_file.file)
    _refuse_strangers(incoming, set(stations))
    return _Given(level_file, stations, before, incoming)


def _contest(out: Path, before: RecapInfo | None, asked: str | Path | None) -> Contest:
    if before is None:
        return load_contest(asked if asked is not None else DEFAULT_CONTEST)
    kept = contest_of(out)
    if asked is not None and load_contest(asked).sha256 != kept.sha256:
        raise WrongUse("other_contest", folder=out, contest=kept.file.id)
    return kept


def _refuse_strangers(incoming: Incoming, roll: set[str]) -> None:
    """Refuse stations that are not on the roll.

    Raises:
        TableFaulty: there are some; the first folder that has any is named, with the lines.
    """
    for folder, name, lines in incoming.lines:
        strangers = sorted((line, code) for code, line in lines.items() if code not in roll)
        refuse(folder / name, [LineFault(line, "station_not_on_roll", {"station": code}) for line, code in strangers])


def _written(given: _Given, sources: Sequence[RecapSource], out: Path) -> RecapResult:
    """Write what is new, for a caller who holds the lock."""
    contest, roll, incoming = given.contest, given.roll, given.incoming
    info = _begun(given, out)
    log = StatementLog(out)
    try:
        plenary = PlenaryLog(out)
        statements, frozen = incoming.linked(log, plenary.closed_areas())
        plenary.take_over(incoming.events)
        fresh = log.append(statements)
        touched = set(grouped(log.stations_after(info.statements)))
        _write_tables(out, touched, roll, log, contest)
        info.model_copy(update={"sources": _sources(info, sources), "statements": len(log)}).save(out)
        doubtful = {name for said in (incoming.refused, incoming.preliminary) for name, codes in said.items() if codes}
        SeenFolders(out).remember(sources, doubtful)
        read = tuple(one.origin for one in sources if one.origin in incoming.origins)
        return RecapResult(
            folder=out,
            contest=contest,
            stations=len(roll),
            fresh=len(fresh),
            read=read,
            unchanged=tuple(one.origin for one in sources if one.origin not in read),
            conflicts=conflicts_of(out),
            frozen=frozen,
            without_station=incoming.without_station,
            other_forms=incoming.other_forms,
            refused=_refused(incoming),
            preliminary=tuple(sorted({code for codes in incoming.preliminary.values() for code in codes})),
            sums={area: sums_of(out, area, contest.file) for area in top_areas(roll, contest)},
        )
    finally:
        log.close()


def _refused(incoming: Incoming) -> dict[str, Sequence[str]]:
    """The stations of sealed results that do not count, by code, each with what was found in any folder."""
    found: dict[str, set[str]] = {}
    for stations in incoming.refused.values():
        for code, codes in stations.items():
            found.setdefault(code, set()).update(codes)
    return {code: sorted(found[code]) for code in sorted(found)}


def _begun(given: _Given, out: Path) -> RecapInfo:
    """Write the level file, the roll and `recap.json` where they are new; a new roll removes all tables."""
    text = "".join(f"{line}\n" for line in ("station", *given.roll)).encode()
    sha256 = hashlib.sha256(text).hexdigest()
    before = given.before
    if before is not None and before.roll_sha256 == sha256:
        return before
    if before is None:
        replace_file(out, CONTEST_FILE, given.contest.text.encode())
    replace_file(out, ROLL_FILE, text)
    _remove_tables(out)
    info = RecapInfo(
        contest=given.contest.file.id,
        contest_sha256=given.contest.sha256,
        roll_sha256=sha256,
        stations=len(given.roll),
        sources=before.sources if before else (),
        statements=0,
    )
    info.save(out)
    return info


def _write_tables(out: Path, touched: set[str], roll: Iterable[str], log: StatementLog, contest: Contest) -> None:
    """Compute the tables and sums of some regencies, and of those that have none yet."""
    by_regency = grouped(roll)
    whole = (out / UPPER_FILE).is_file() and (out / CONFLICTS_FILE).is_file()  # else an earlier run was interrupted
    lacking = {one for one in by_regency if not whole or not (out / file_of(SUMS, one)).is_file()}
    todo = sorted(by_regency.keys() & (touched | lacking))
    changed: list[str] = []
    for regency in todo:
        changed += _write_regency(out, regency, by_regency[regency], log, contest)
    changed += compute(out, todo, contest.file)
    if todo:
        changed.append(_write_conflicts(out, log, contest))
        relist(out, changed)


def top_areas(roll: Iterable[str], contest: Contest) -> list[str]:
    """The topmost areas of a contest that have stations on the roll, by code."""
    digits = LENGTHS[contest.file.areas[0]]
    return sorted({code[:digits] for code in roll})


def refresh(out: Path, log: StatementLog, contest: Contest, stations: Iterable[str]) -> None:
    """Compute tables and sums again where statements were added, and bring `recap.json` up to date.

    Args:
        out: the recap folder, whose lock the caller holds.
        log: with the new statements.
        contest: of the folder.
        stations: that the new statements are about.

    Raises:
        OSError: the folder cannot be written.
    """
    roll = (out / ROLL_FILE).read_text("utf-8").split()[1:]  # as `_begun` wrote it: a heading, then a code a line
    _write_tables(out, set(grouped(stations)), roll, log, contest)
    info_of(out).model_copy(update={"statements": len(log)}).save(out)


def _sources(before: RecapInfo, sources: Sequence[RecapSource]) -> tuple[SourceInfo, ...]:
    """The folders of before and now, by name."""
    found = {one.origin: one for one in before.sources}
    found |= {one.origin: SourceInfo(origin=one.origin, kind=one.kind, sha256=one.sha256) for one in sources}
    return tuple(found[name] for name in sorted(found))


def _write_regency(out: Path, regency: str, roll: Sequence[str], log: StatementLog, contest: Contest) -> list[str]:
    stood = {code: standing_of(statements, contest.file) for code, statements in log.stations(regency)}
    rows = [station_row(code, stood.get(code)) for code in sorted(roll)]
    return list(write_stations(out, regency, rows, contest.file))


def _remove_tables(out: Path) -> None:
    """Remove all tables and sums, which a new roll makes anew."""
    old = [file_of(kind, regency) for regency in regencies(out) for kind in (STATIONS, MARKS, SUMS)]
    for name in (*old, UPPER_FILE):
        (out / name).unlink(missing_ok=True)
    relist(out, [*old, UPPER_FILE])


def conflicts_of(out: Path) -> tuple[str, ...]:
    """The stations in conflict, by code, from `conflicts.csv`."""
    with (out / CONFLICTS_FILE).open(encoding="utf-8", newline="") as file:
        return tuple(dict.fromkeys(row["station"] for row in csv.DictReader(file)))


def _write_conflicts(out: Path, log: StatementLog, contest: Contest) -> str:
    """Write `conflicts.csv`: what each statement says about each field on which a station's statements differ."""
    files = paths(out, STATIONS, regencies(out))
    with connection() as database:
        query = "SELECT code FROM read_parquet($1) WHERE status = 'conflict' ORDER BY 1"
        codes = [row[0] for row in database.execute(query, [files]).fetchall()]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("station", "field", "origin", "document", "value", "statement"))
    for code in codes:
        found = standing_of(log.about(code), contest.file)
        writer.writerows(_conflict_rows(found) if found else ())
    write_atomically(out / CONFLICTS_FILE, text.getvalue().encode())
    return CONFLICTS_FILE


def _conflict_rows(found: StationStanding) -> Iterable[tuple[str, ...]]:
    for name in found.conflict:
        for one in found.heads:
            value = one.values.get(name)
            yield found.station, name, one.origin, one.document, "" if value is None else str(value), one.id
