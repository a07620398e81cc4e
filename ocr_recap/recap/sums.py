"""Sums of areas at all levels, from the tables of stations.

DuckDB adds up the numbers of each village (`GROUP BY`) and counts the marks; larger areas are sums of villages. Only
the regencies that changed are computed again; provinces and the nation are sums of the regencies' rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .areas import LENGTHS, LevelName, level_of
from .folder import MARKS, STATIONS, SUMS, UPPER_FILE
from .level_file import LevelFile
from .station_tables import INCONSISTENT, PARTITION, file_of, save_table

_MEMORY: Final = "2GB"  # most that DuckDB takes; by judgement
_UPPER: Final[tuple[LevelName, ...]] = ("nation", "province", "regency")  # levels in the file of those above
_STATES: Final = ("illegible", "empty", "missing", "review", INCONSISTENT)  # of marks, as counted
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class AreaSum:
    """The sum of one field over one area.

    Attributes:
        level, area, field: what is summed; `area` is a prefix of station codes.
        total: of the numbers that are known; None where none is.
        counted: stations whose number is in the total.
        expected: stations of the roll.
        unread: stations whose number cannot be read, or where nothing is written.
        missing: stations without a statement, or whose number is in no photo.
        review: stations whose number waits for a person.
        conflict: stations that two folders say different things about.
        inconsistent: of the counted ones, those whose number is in a rule that does not hold as written.
    """

    level: LevelName
    area: str
    field: str
    total: int | None
    counted: int
    expected: int
    unread: int
    missing: int
    review: int
    conflict: int
    inconsistent: int

    @property
    def at_least(self) -> bool:
        """True when something is not known: the total is the least that it can be."""
        return self.counted < self.expected


@dataclass(frozen=True)
class _Rows:
    """Sums of areas of one level: `areas` sorted; arrays of (areas,) and (areas, fields)."""

    areas: list[str]
    expected: _Ints
    absent: _Ints
    conflict: _Ints
    totals: _Ints
    counted: _Ints
    marks: dict[str, _Ints]

    def changed(self, areas: list[str], change: Callable[[_Ints], _Ints]) -> _Rows:
        """The rows of other areas, each array changed in the same way."""
        return _Rows(
            areas,
            change(self.expected),
            change(self.absent),
            change(self.conflict),
            change(self.totals),
            change(self.counted),
            {state: change(counts) for state, counts in self.marks.items()},
        )

    def rolled_up(self, digits: int) -> _Rows:
        """The sums of the areas around, whose codes have so many digits."""
        outer = [area[:digits] for area in self.areas]
        starts = [i for i, area in enumerate(outer) if i == 0 or area != outer[i - 1]]
        return self.changed([outer[i] for i in starts], lambda values: np.add.reduceat(values, starts, axis=0))

    def within(self, prefix: str) -> _Rows:
        """The rows of the areas within an area."""
        part = slice(bisect_left(self.areas, prefix), bisect_left(self.areas, prefix + ":"))
        return self.changed(self.areas[part], lambda values: values[part])


def compute(folder: Path, regencies: Sequence[str], contest: LevelFile) -> list[str]:
    """Add up the stations of some regencies, and the levels above.

    Args:
        folder: of the recap, with the tables of stations.
        regencies: that changed.
        contest: that has the fields.

    Returns:
        The names of the files that were written.

    Raises:
        OSError: the folder cannot be written.
    """
    if not regencies:
        return []
    villages = _villages(folder, regencies, contest.field_ids)
    districts = villages.rolled_up(LENGTHS["district"])
    levels: dict[LevelName, _Rows] = {
        "regency": districts.rolled_up(LENGTHS["regency"]),
        "district": districts,
        "village": villages,
    }
    names: list[str] = []
    for regency in regencies:
        tables = [_table(level, rows.within(regency), contest) for level, rows in levels.items()]
        names.append(file_of(SUMS, regency))
        save_table(folder / names[-1], _joined(tables))
    _write_upper(folder, levels["regency"], contest)
    return [*names, UPPER_FILE]


def connection(threads: int | None = None) -> Any:
    """A DuckDB in memory that stays within bounds and loads nothing from elsewhere.

    Args:
        threads: how many it takes; files that it writes have the same bytes with one only. None: by the machine.
    """
    import duckdb  # noqa: PLC0415  (an extra)

    found = duckdb.connect(config={"memory_limit": _MEMORY, "autoinstall_known_extensions": False})
    found.execute("SET preserve_insertion_order = false")
    if threads is not None:
        found.execute(f"SET threads = {threads}")
    return found


def paths(folder: Path, kind: str, regencies: Iterable[str]) -> list[str]:
    """The paths of the tables of some regencies, for DuckDB."""
    return [str(folder / file_of(kind, regency)) for regency in regencies]


def _villages(folder: Path, regencies: Sequence[str], fields: Sequence[str]) -> _Rows:
    digits = LENGTHS["village"]
    sums = "".join(f', sum("{name}")::BIGINT, count("{name}")' for name in fields)
    query = (
        f"SELECT code[1:{digits}] AS area, count(*), count(*) FILTER (status = 'missing'),"
        f" count(*) FILTER (status = 'conflict'){sums} FROM read_parquet($1) GROUP BY 1 ORDER BY 1"
    )
    counts = ", ".join(f"count(*) FILTER (state = '{state}')" for state in _STATES)
    marked = f"SELECT code[1:{digits}], field, {counts} FROM read_parquet($1) GROUP BY 1, 2"
    with connection() as database:
        columns = database.sql(query, params=[paths(folder, STATIONS, regencies)]).to_arrow_table().columns
        marks = database.sql(marked, params=[paths(folder, MARKS, regencies)]).to_arrow_table().columns
    areas: list[str] = columns[0].to_pylist()
    expected, absent, conflict = (_whole(column) for column in columns[1:4])
    totals = np.stack([_whole(column) for column in columns[4::2]], axis=1)
    counted = np.stack([_whole(column) for column in columns[5::2]], axis=1)
    found = {state: np.zeros((len(areas), len(fields)), dtype=np.int64) for state in _STATES}
    if len(marks[0]):
        place = {name: i for i, name in enumerate(fields)}
        row = {area: i for i, area in enumerate(areas)}
        rows = np.array([row[area] for area in marks[0].to_pylist()])
        columns_of = np.array([place[name] for name in marks[1].to_pylist()])
        for state, values in zip(_STATES, marks[2:], strict=True):
            found[state][rows, columns_of] = _whole(values)
    return _Rows(areas, expected, absent, conflict, totals, counted, found)


def _whole(column: Any) -> _Ints:
    """A column of whole numbers; 0 where a sum has no number, which `counted` tells."""
    return np.asarray(column.fill_null(0).to_numpy(), dtype=np.int64)


def _table(level: LevelName, rows: _Rows, contest: LevelFile) -> Any:
    """The rows of one level as a table of pyarrow: one row per area and field."""
    import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)

    fields = len(contest.field_ids)
    counted = rows.counted.ravel()
    absent = np.repeat(rows.absent, fields)

    def texts(places: Any, words: Sequence[str]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(list(words), pa.string()))

    columns = {
        "level": texts(np.zeros(len(counted), dtype=np.int32), (level,)),
        "area": texts(np.repeat(np.arange(len(rows.areas), dtype=np.int32), fields), rows.areas),
        "field": texts(np.tile(np.arange(fields, dtype=np.int32), len(rows.areas)), contest.field_ids),
        "total": pa.array(rows.totals.ravel(), pa.int64(), mask=counted == 0),
        "counted": counted,
        "expected": np.repeat(rows.expected, fields),
        "unread": (rows.marks["illegible"] + rows.marks["empty"]).ravel(),
        "missing": rows.marks["missing"].ravel() + absent,
        "review": rows.marks["review"].ravel(),
        "conflict": np.repeat(rows.conflict, fields),
        INCONSISTENT: rows.marks[INCONSISTENT].ravel(),
        "absent": absent,
    }
    return pa.table(columns)


def _joined(tables: Sequence[Any]) -> Any:
    import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)

    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _write_upper(folder: Path, fresh: _Rows, contest: LevelFile) -> None:
    """Write the levels above regencies: the fresh rows of regencies beside those of before."""
    rows = _merged(_regencies_before(folder, contest), fresh)
    tables = [_table(level, rows.rolled_up(LENGTHS[level]), contest) for level in _UPPER]
    save_table(folder / UPPER_FILE, _joined(tables))


def _regencies_before(folder: Path, contest: LevelFile) -> _Rows | None:
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    path = folder / UPPER_FILE
    if not path.is_file():
        return None
    table = parquet.read_table(path, filters=[("level", "=", "regency")])
    fields = len(contest.field_ids)

    def column(name: str) -> _Ints:
        return _whole(table[name]).reshape(-1, fields)

    areas = table["area"].to_pylist()[::fields]
    absent = column("absent")
    marks = {state: np.zeros_like(absent) for state in _STATES}
    marks |= {"illegible": column("unread"), "missing": column("missing") - absent}
    marks |= {"review": column("review"), INCONSISTENT: column(INCONSISTENT)}
    once = (column("expected")[:, 0], absent[:, 0], column("conflict")[:, 0])
    return _Rows(areas, *once, column("total"), column("counted"), marks)


def _merged(before: _Rows | None, fresh: _Rows) -> _Rows:
    """All regencies by code, the fresh rows in the place of earlier ones."""
    if before is None:
        return fresh
    new = set(fresh.areas)
    kept = [i for i, area in enumerate(before.areas) if area not in new]
    areas = [*(before.areas[i] for i in kept), *fresh.areas]
    order = np.argsort(np.array(areas), kind="stable")

    def both(first: _Ints, second: _Ints) -> _Ints:
        return np.concatenate([first[kept], second])[order]

    return _Rows(
        [areas[i] for i in order],
        both(before.expected, fresh.expected),
        both(before.absent, fresh.absent),
        both(before.conflict, fresh.conflict),
        both(before.totals, fresh.totals),
        both(before.counted, fresh.counted),
        {state: both(before.marks[state], fresh.marks[state]) for state in _STATES},
    )


def sums_of(folder: Path, area: str, contest: LevelFile) -> list[AreaSum]:
    """The sums of one area, in the order of the fields; empty where the area has no stations.

    Raises:
        OSError: the sums cannot be read.
    """
    found = _read(folder, _file_with(area), [("level", "=", level_of(area)), ("area", "=", area)])
    place = {name: i for i, name in enumerate(contest.field_ids)}
    return sorted(found, key=lambda one: place[one.field])


def parts_of(folder: Path, area: str, contest: LevelFile) -> list[str]:
    """The areas of the next level that an area is made of, by code; stations are not areas.

    Raises:
        OSError: the sums cannot be read.
    """
    levels = list(contest.areas)
    level = level_of(area)
    if level not in levels or level == levels[-1]:
        return []
    below = levels[levels.index(level) + 1]
    field = contest.field_ids[0]
    found: list[AreaSum] = []
    for name in _files_within(folder, area, LENGTHS[below]):
        found += _read(folder, name, [("level", "=", below), ("field", "=", field)])
    return sorted({one.area for one in found if one.area.startswith(area)})


def _file_with(area: str) -> str:
    return UPPER_FILE if len(area) < PARTITION else file_of(SUMS, area[:PARTITION])


def _files_within(folder: Path, area: str, digits: int) -> list[str]:
    if digits <= PARTITION:
        return [UPPER_FILE]
    found = sorted(path.stem for path in (folder / SUMS).glob(f"{area[:PARTITION]}*.parquet"))
    return [file_of(SUMS, name) for name in found if name.isdigit()]


def _read(folder: Path, name: str, filters: list[Any]) -> list[AreaSum]:
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    if not (folder / name).is_file():
        return []
    rows = parquet.read_table(folder / name, filters=filters).drop_columns(["absent"]).to_pylist()
    return [AreaSum(**row) for row in rows]
