"""The tables of stations in a recap folder: one Parquet file of numbers and one of marks for each regency.

`stations/RRRR.parquet` has a row for each station of the roll: `code`, `status` (`stated`; `missing`: no statement;
`conflict`: counted for nothing) and a column for each field, null where no number is known. `marks/RRRR.parquet` has a
row for each number of a stated station that is not known, or is in a rule that does not hold: `code`, `field`, `state`.
What is added up are the columns of numbers alone: nothing in them stands for an unknown number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..messages.extras import require
from .folder import MARKS, STATIONS
from .level_file import LevelFile
from .standing import StationStanding

PARTITION: Final = 4  # digits of the codes that one file holds: a regency
INCONSISTENT: Final = "inconsistent"  # the state of a known number in a broken rule


def require_recap() -> None:
    """Check that the libraries of the extra `recap` are installed.

    Raises:
        ocr_recap.messages.errors.ExtraMissing: one is not.
    """
    require("duckdb", "recap")
    require("pyarrow", "recap")


@dataclass(frozen=True)
class StationRow:
    """A station as the tables hold it.

    Attributes:
        code: of the station.
        status: `stated`, `missing` or `conflict`.
        values: the known numbers, by field.
        marks: the state of each number that is not known or does not add up, by field.
    """

    code: str
    status: str
    values: Mapping[str, int]
    marks: Mapping[str, str]


def station_row(code: str, standing: StationStanding | None) -> StationRow:
    """The row of a station of the roll."""
    if standing is None:
        return StationRow(code, "missing", {}, {})
    if standing.conflict:
        return StationRow(code, "conflict", {}, {})
    marks = {name: state for name, state in standing.states.items() if state != "known"}
    marks |= {name: INCONSISTENT for name in sorted(standing.inconsistent) if name in standing.values}
    return StationRow(code, "stated", standing.values, marks)


def file_of(kind: str, regency: str) -> str:
    """The name of a regency's file in the recap folder."""
    return f"{kind}/{regency}.parquet"


def write_stations(folder: Path, regency: str, rows: Sequence[StationRow], contest: LevelFile) -> tuple[str, str]:
    """Write both files of a regency.

    Args:
        folder: of the recap.
        regency: first digits of its codes.
        rows: of all its stations, by code.
        contest: that has the fields.

    Returns:
        The names of the files.

    Raises:
        OSError: the folder cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)

    columns: dict[str, Any] = {
        "code": pa.array([row.code for row in rows], pa.string()),
        "status": pa.array([row.status for row in rows], pa.string()),
    }
    for name in contest.field_ids:
        columns[name] = pa.array([row.values.get(name) for row in rows], pa.int64())
    marks = [(row.code, name, state) for row in rows for name, state in row.marks.items()]
    parts = list(zip(*marks, strict=True)) or [(), (), ()]
    names = file_of(STATIONS, regency), file_of(MARKS, regency)
    save_table(folder / names[0], pa.table(columns))
    heads = ("code", "field", "state")
    save_table(folder / names[1], pa.table({h: pa.array(p, pa.string()) for h, p in zip(heads, parts, strict=True)}))
    return names


def save_table(path: Path, table: Any) -> None:
    """Write a table of pyarrow as Parquet, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    parquet.write_table(table, part, compression="zstd", compression_level=1)
    part.replace(path)


def read_stations(folder: Path, prefix: str, contest: LevelFile) -> list[StationRow]:
    """The stations of an area, by code, from the tables.

    Args:
        folder: of the recap.
        prefix: code of the area.
        contest: that has the fields.

    Raises:
        OSError: the tables cannot be read.
    """
    found: list[StationRow] = []
    for regency in regencies(folder, prefix):
        stations = _columns(folder / file_of(STATIONS, regency))
        marks: dict[str, dict[str, str]] = {}
        listed = _columns(folder / file_of(MARKS, regency))
        for code, name, state in zip(listed["code"], listed["field"], listed["state"], strict=True):
            marks.setdefault(code, {})[name] = state
        for place, code in enumerate(stations["code"]):
            if code.startswith(prefix):
                numbers = ((name, stations[name][place]) for name in contest.field_ids)
                values = {name: value for name, value in numbers if value is not None}
                found.append(StationRow(code, stations["status"][place], values, marks.get(code, {})))
    return found


def station_statuses(folder: Path, prefix: str) -> dict[str, str]:
    """The status of each station of an area (`StationRow.status`), by code, in the order of the codes.

    Raises:
        OSError: the tables cannot be read.
    """
    found: dict[str, str] = {}
    for regency in regencies(folder, prefix):
        rows = _columns(folder / file_of(STATIONS, regency), ("code", "status"))
        found |= {code: status for code, status in zip(*rows.values(), strict=True) if code.startswith(prefix)}
    return found


def regencies(folder: Path, prefix: str = "") -> list[str]:
    """The regencies of an area that have tables."""
    names = sorted(path.stem for path in (folder / STATIONS).glob("*.parquet"))
    short = prefix[:PARTITION]
    return [name for name in names if name.startswith(short)]


def _columns(path: Path, names: Sequence[str] | None = None) -> dict[str, list[Any]]:
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    return parquet.read_table(path, columns=None if names is None else list(names)).to_pydict()


def grouped(codes: Iterable[str]) -> dict[str, list[str]]:
    """Codes by regency, in their order."""
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(code[:PARTITION], []).append(code)
    return found
