"""Publishes a recap as open data: tables, a report by NIST's format, pages. Figures that changed are said.

`areas.csv` and `areas.parquet` have a row per area and field, `stations.parquet` a row per station, `marks.parquet` a
row per number that is not known or does not add up. `corrections.csv` has what sessions changed, `changes.csv` each
figure that an earlier edition in the same folder gave otherwise.
"""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, WrongUse, system_reason
from ..records import region_names
from ..report.csv_tables import defused
from .areas import LEVELS, area_name
from .folder import LOGS, MARKS, STATIONS, SUMS, UPPER_FILE, held, refuse_edits, refuse_other, relist
from .level_file import Contest
from .minutes import Correction, corrections_of
from .nist import nist_report
from .pending import recover
from .recap_info import contest_of
from .site import SiteOptions, write_site
from .statement_log import StatementLog
from .station_tables import regencies, require_recap
from .sums import AreaSum, connection, paths

AREAS_CSV: Final = "areas.csv"
AREAS_PARQUET: Final = "areas.parquet"
STATIONS_PARQUET: Final = "stations.parquet"
MARKS_PARQUET: Final = "marks.parquet"
CORRECTIONS_CSV: Final = "corrections.csv"
DIFFERENCES_CSV: Final = "differences.csv"
CHANGES_CSV: Final = "changes.csv"
NIST_FILE: Final = "nist-1500-100.json"
EDITION_FILE: Final = "edition.json"
_NEW_AREAS: Final = ".areas.parquet"  # before it takes the place of the last edition's
AREA_COLUMNS: Final = (
    *("level", "area", "name", "field", "label", "total", "at_least", "counted", "expected", "unread", "missing"),
    *("review", "conflict", "inconsistent"),
)
CHANGE_COLUMNS: Final = ("edition", "level", "area", "field", "before", "now", "counted_before", "counted_now")
CORRECTION_COLUMNS: Final = (
    *("station", "field", "before", "after", "stage", "reason", "chair", "chair_role", "second", "second_role"),
    *("at", "statement"),
)
_UPPER: Final = ("nation", "province")  # levels of `upper.parquet`; its regencies stand in their own files too


@dataclass(frozen=True)
class PublishOptions:
    """What is published how.

    Attributes:
        names: whether areas have names (extra `names`).
        language: of labels and pages.
        areas: the pages of these areas and of what lies in them are made; none: of all.
        results: folders of results that have the pictures of stations.
        differences: a table of `compare` that is published with the rest.
    """

    names: bool = False
    language: Language = "en"
    areas: tuple[str, ...] = ()
    results: tuple[Path, ...] = ()
    differences: Path | None = None


@dataclass(frozen=True)
class PublishedEdition:
    """What was published: its number, from 1; how many areas and pages; and figures that changed since the last one."""

    edition: int
    areas: int
    pages: int
    changes: int
    files: tuple[str, ...] = field(default=())


def publish(folder: Path, out: Path, options: PublishOptions) -> PublishedEdition:
    """Publish a recap.

    Args:
        folder: of the recap.
        out: a new folder, or the one of the last edition.
        options: what to publish.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the recap cannot be used, or the folder cannot be written.
    """
    require_recap()
    refuse_other(folder)
    if options.names:
        region_names.require()
    if out.exists() and any(out.iterdir()) and not (out / EDITION_FILE).is_file():
        raise WrongUse("recap_folder_not_empty", path=out)
    try:
        with held(folder):
            recover(folder)
            refuse_edits(folder, LOGS)
            out.mkdir(parents=True, exist_ok=True)
            log = StatementLog(folder)
            try:
                return _published(folder, out, log, contest_of(folder), options)
            finally:
                log.close()
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=out, why=system_reason(fault)) from None


def _published(
    folder: Path, out: Path, log: StatementLog, contest: Contest, options: PublishOptions
) -> PublishedEdition:
    areas = _write_areas(folder, out, contest, options)
    before = _last_edition(out)
    changes = _write_changes(out, before)
    edition = before if before and not changes else before + 1
    _write_tables(folder, out)
    _write_corrections(out, log, contest)
    sums = _upper_sums(out, contest)
    names = {area: area_name(area) for area in sums} if options.names else dict[str, str]()
    at = max((one.at for one in log.all()), default=f"{contest.file.date}T00:00:00Z")
    version = importlib.metadata.version("ocr-recap")
    write_atomically(out / NIST_FILE, nist_report(contest.file, sums, names, at, version))
    if options.differences is not None:
        shutil.copyfile(options.differences, out / DIFFERENCES_CSV)
    site = SiteOptions(options.language, options.names, options.areas, options.results, edition)
    pages = write_site(folder, out, log, contest, changes_of(out), site)
    write_atomically(out / EDITION_FILE, (json.dumps({"edition": edition, "as_of": at}) + "\n").encode())
    relist(out, [path.relative_to(out).as_posix() for path in sorted(out.rglob("*")) if _is_listed(path)])
    return PublishedEdition(edition, areas, pages, len(changes))


def _is_listed(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.name != "SHA256SUMS"


def _write_areas(folder: Path, out: Path, contest: Contest, options: PublishOptions) -> int:
    """Write `areas.csv` and, aside, the new `areas.parquet`; return how many areas there are."""
    levels = [level for level in LEVELS if level in contest.file.areas]
    files = paths(folder, SUMS, regencies(folder))
    with connection(threads=1) as database:
        database.execute("CREATE TABLE places (field TEXT, place INT, label TEXT)")
        labels = [
            (one.id, place, defused(getattr(one.label, options.language)))
            for place, one in enumerate(contest.file.fields)
        ]
        database.executemany("INSERT INTO places VALUES (?, ?, ?)", labels)
        database.execute("CREATE TABLE ranks (level TEXT, rank INT)")
        database.executemany("INSERT INTO ranks VALUES (?, ?)", [(level, rank) for rank, level in enumerate(levels)])
        upper = f"SELECT * FROM read_parquet($2) WHERE level IN {_UPPER}"
        database.execute(
            f"CREATE TABLE sums AS SELECT * FROM read_parquet($1) UNION ALL {upper}", [files, str(folder / UPPER_FILE)]
        )
        database.execute("CREATE TABLE names (area TEXT, name TEXT)")
        if options.names:
            codes = [row[0] for row in database.execute("SELECT DISTINCT area FROM sums ORDER BY 1").fetchall()]
            database.executemany("INSERT INTO names VALUES (?, ?)", [(code, area_name(code)) for code in codes])
        columns = "level, area, coalesce(name, '') AS name, field, label, total, counted < expected AS at_least,"
        columns += " counted, expected, unread, missing, review, conflict, inconsistent"
        rows = f"SELECT {columns} FROM sums JOIN ranks USING (level) JOIN places USING (field)"
        rows += " LEFT JOIN names USING (area) ORDER BY rank, area, place"
        for name, form in ((AREAS_CSV, "CSV, HEADER"), (_NEW_AREAS, "PARQUET, COMPRESSION zstd")):
            part = out / f".{name.lstrip('.')}.part"
            database.execute(f"COPY ({rows}) TO '{_quoted(part)}' (FORMAT {form})")
            part.replace(out / name)
        return database.execute("SELECT count(DISTINCT (level, area)) FROM sums JOIN ranks USING (level)").fetchone()[0]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _last_edition(out: Path) -> int:
    """The number of the last edition in a folder; 0 without one."""
    try:
        return int(json.loads((out / EDITION_FILE).read_bytes())["edition"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _write_changes(out: Path, before: int) -> list[tuple[Any, ...]]:
    """Put what the last edition gave otherwise at the end of `changes.csv`, and the new sums in place."""
    changes: list[tuple[Any, ...]] = []
    if before:
        with connection() as database:
            query = (
                "SELECT level, area, field, old.total, new.total, old.counted, new.counted FROM read_parquet($1) old"
            )
            query += " FULL JOIN read_parquet($2) new USING (level, area, field)"
            query += " WHERE old.total IS DISTINCT FROM new.total OR old.counted IS DISTINCT FROM new.counted"
            files = [str(out / AREAS_PARQUET), str(out / _NEW_AREAS)]
            changes = database.execute(f"{query} ORDER BY length(area), area, field", files).fetchall()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if not (out / CHANGES_CSV).exists():
        writer.writerow(CHANGE_COLUMNS)
    writer.writerows((before, *("" if cell is None else cell for cell in row)) for row in changes)
    earlier = (out / CHANGES_CSV).read_bytes() if (out / CHANGES_CSV).exists() else b""
    write_atomically(out / CHANGES_CSV, earlier + text.getvalue().encode())
    (out / _NEW_AREAS).replace(out / AREAS_PARQUET)
    return changes


def changes_of(out: Path) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """All changes of earlier editions, by area."""
    found: dict[str, list[Mapping[str, str]]] = {}
    with (out / CHANGES_CSV).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["area"], []).append(row)
    return found


def _write_tables(folder: Path, out: Path) -> None:
    with connection(threads=1) as database:
        for kind, name, order in ((STATIONS, STATIONS_PARQUET, "code"), (MARKS, MARKS_PARQUET, "code, field")):
            part = out / f".{name}.part"
            query = f"COPY (SELECT * FROM read_parquet($1) ORDER BY {order}) TO '{_quoted(part)}'"
            database.execute(f"{query} (FORMAT PARQUET, COMPRESSION zstd)", [paths(folder, kind, regencies(folder))])
            part.replace(out / name)


def _write_corrections(out: Path, log: StatementLog, contest: Contest) -> None:
    stations = sorted({one.subject for one in log.of_stage(("correction", "ruling")) if one.station is not None})
    found = (one for code in stations for one in corrections_of(log.about(code), contest.file))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CORRECTION_COLUMNS)
    writer.writerows(_correction_cells(one) for one in found)
    write_atomically(out / CORRECTIONS_CSV, text.getvalue().encode())


def _correction_cells(one: Correction) -> Iterable[str]:
    values = ("" if value is None else str(value) for value in (one.before, one.after))
    second = (one.second.name, one.second.role) if one.second else ("", "")
    people = (defused(text) for text in (one.reason, one.chair.name, one.chair.role, *second))
    return (one.station, one.field, *values, one.stage, *people, one.at, one.statement)


def _upper_sums(out: Path, contest: Contest) -> dict[str, list[AreaSum]]:
    """The sums of all areas above villages, the largest first, by code."""
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    filters = [("level", "!=", "village")]
    rows = parquet.read_table(out / AREAS_PARQUET, filters=filters).drop_columns(["name", "label", "at_least"])
    found: dict[str, list[AreaSum]] = {}
    for row in rows.to_pylist():
        found.setdefault(row["area"], []).append(AreaSum(**row))
    return found
