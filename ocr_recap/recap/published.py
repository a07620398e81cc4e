"""Reads what is compared: a recap folder, or somebody's table with a mapping file; and writes `differences.csv`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, WrongUse, system_reason
from ..messages.table_faults import LineFault, refuse
from ..messages.text import quoted
from ..records.folder import Dialect
from ..records.station_lists import table
from ..report.csv_tables import defused
from .areas import LevelName, area_code, area_name, level_of
from .comparison import FigureDifference, PublishedFigure, Verdict, compare
from .folder import LOGS, SUMS, UPPER_FILE, held, is_recap, refuse_edits
from .level_file import Contest, LevelFile, load_contest
from .mapping_file import MappingFile, load_mapping
from .recap_info import contest_of
from .standing import standing_of
from .statement_log import StatementLog
from .station_tables import file_of, read_stations, regencies, require_recap

DIFFERENCE_COLUMNS = (
    *("level", "area", "name", "field", "label", "a", "a_at_least", "b", "b_at_least", "verdict", "difference"),
    *("stations", "origin", "pictures"),
)
_YES = frozenset({"true", "1", "yes", "ya"})


@dataclass(frozen=True)
class CompareOptions:
    """What is compared how.

    Attributes:
        mapping: of a table; `mapping_b`: of the second one, where both are tables with different columns.
        contest: level file where neither is a recap.
        names: whether the table of differences has the names of areas.
        dialect: of that table.
        language: of its labels.
    """

    mapping: Path | None = None
    mapping_b: Path | None = None
    contest: str | None = None
    names: bool = False
    dialect: Dialect = "rfc4180"
    language: Language = "en"


@dataclass(frozen=True)
class ComparisonResult:
    """What a comparison found: all numbers, and how many have each verdict."""

    differences: list[FigureDifference]
    counts: Counter[Verdict]


def compare_files(a: Path, b: Path, out: Path, options: CompareOptions) -> ComparisonResult:
    """Compare two publications and write what differs.

    Args:
        a, b: recap folders or tables.
        out: the table of differences; what is the same is counted and not listed.
        options: mapping files and so on.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: an input cannot be used, or the table cannot be written.
    """
    contest = _contest(a, b, options.contest)
    mapping_b = options.mapping_b or options.mapping
    sides = [_mapping(a, options.mapping), _mapping(b, mapping_b)]
    tables = [
        None if mapping is None else _read_table(path, mapping, contest.file)
        for path, mapping in zip((a, b), sides, strict=True)
    ]
    levels: set[LevelName | None] = {level_of(area) for said in tables if said for area, _ in said}
    said = [_read_recap(p, contest.file, levels) if t is None else t for p, t in zip((a, b), tables, strict=True)]
    found = compare(said[0], said[1], contest.file)
    logs = [path for path, mapping in zip((a, b), sides, strict=True) if mapping is None]
    try:
        rows = list(_rows([one for one in found if one.verdict != "same"], logs, contest.file, options))
        write_atomically(out, _encoded(rows, options.dialect))
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=out, why=system_reason(fault)) from None
    return ComparisonResult(found, Counter(one.verdict for one in found))


def _encoded(rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """The table of differences; texts are defused where they are made, since a difference begins with its sign."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", delimiter=";" if dialect == "excel-id" else ",")
    writer.writerow(DIFFERENCE_COLUMNS)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _contest(a: Path, b: Path, asked: str | None) -> Contest:
    found = [contest_of(path) for path in (a, b) if is_recap(path)]
    if len({one.sha256 for one in found}) > 1:
        raise WrongUse("compare_other_contests", a=found[0].file.id, b=found[1].file.id)
    if found:
        return found[0]
    if asked is None:
        raise WrongUse("compare_without_contest")
    return load_contest(asked)


def _mapping(path: Path, mapping: Path | None) -> MappingFile | None:
    """The mapping of a table; None for a recap folder."""
    if is_recap(path):
        require_recap()
        refuse_edits(path, LOGS)
        return None
    if mapping is None:
        raise WrongUse("compare_without_mapping", path=path)
    return load_mapping(mapping)


def _read_table(path: Path, mapping: MappingFile, contest: LevelFile) -> dict[tuple[str, str], PublishedFigure]:
    """The numbers of a table, by area and field.

    Raises:
        TableFaulty: a code or number cannot be used, or an area stands there twice.
    """
    found: dict[tuple[str, str], PublishedFigure] = {}
    first: dict[tuple[str, str], int] = {}
    faults: list[LineFault] = []
    for line, row in table(path, mapping.columns):
        area = area_code(row[mapping.area.lower()]) if row[mapping.area.lower()] else ""
        if area is None:
            faults.append(LineFault(line, "area_unknown", {"text": quoted(row[mapping.area.lower()])}))
            continue
        is_least = mapping.at_least is not None and row[mapping.at_least.lower()].lower() in _YES
        for field, text in _cells(row, mapping):
            if field not in contest.labels:
                continue
            if (area, field) in first:
                data = {"area": area, "field": field, "first": first[area, field]}
                faults.append(LineFault(line, "area_listed_twice", data))
            elif text and not (text.isascii() and text.isdigit() and len(text) < 13):
                faults.append(LineFault(line, "no_count", {"text": quoted(text)}))
            else:
                found[area, field] = PublishedFigure(int(text) if text else None, is_least)
            first.setdefault((area, field), line)
    refuse(path, faults)
    return found


def _cells(row: Mapping[str, str], mapping: MappingFile) -> Iterator[tuple[str, str]]:
    if mapping.field is not None and mapping.value is not None:
        theirs = row[mapping.field.lower()]
        yield mapping.names.get(theirs, theirs), row[mapping.value.lower()]
    for column, field in mapping.fields.items():
        yield field, row[column.lower()]


def _read_recap(
    folder: Path, contest: LevelFile, levels: set[LevelName | None]
) -> dict[tuple[str, str], PublishedFigure]:
    """The numbers of a recap: of the levels that the other side has, or of all."""
    from pyarrow import parquet  # noqa: PLC0415  (an extra, and slow to load)

    wanted = levels or {*contest.areas, "station"}
    found: dict[tuple[str, str], PublishedFigure] = {}
    for name in (UPPER_FILE, *(file_of(SUMS, regency) for regency in regencies(folder))):
        read = parquet.read_table(folder / name, columns=["level", "area", "field", "total", "counted", "expected"])
        for level, area, field, total, counted, expected in zip(*read.to_pydict().values(), strict=True):
            if level in wanted and level in contest.areas:
                found[area, field] = PublishedFigure(total, counted < expected)
    if "station" in wanted:
        for row in read_stations(folder, "", contest):
            found |= {(row.code, field): PublishedFigure(row.values.get(field)) for field in contest.field_ids}
    return found


def _rows(
    found: Sequence[FigureDifference], recaps: Sequence[Path], contest: LevelFile, options: CompareOptions
) -> Iterator[list[str]]:
    with ExitStack() as stack:
        for folder in recaps:
            stack.enter_context(held(folder))
        logs = [stack.enter_context(closing(StatementLog(folder))) for folder in recaps]
        for one in found:
            origin, pictures = _pictures(one, logs, contest)
            label = defused(getattr(contest.labels[one.field], options.language))
            yield [
                *(one.level, one.area, area_name(one.area) if options.names else "", one.field, label),
                *(_number(one.a.value), str(one.a.at_least).lower(), _number(one.b.value)),
                *(str(one.b.at_least).lower(), one.verdict, _number(one.difference)),
                *(" ".join(one.stations), defused(origin), defused(pictures)),
            ]


def _pictures(one: FigureDifference, logs: Sequence[StatementLog], contest: LevelFile) -> tuple[str, str]:
    """The folders of results and the pictures that a station's numbers were read from."""
    if one.level != "station":
        return "", ""
    heads = [head for log in logs if (found := standing_of(log.about(one.area), contest)) for head in found.heads]
    origins = dict.fromkeys(head.origin for head in heads if head.origin)
    return " ".join(origins), " ".join(dict.fromkeys(name for head in heads for name in head.pictures))


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
