"""`photos.parquet`, `fields.parquet`, `documents.parquet`: the results as columns, for programs (extra `parquet`).

A row per photo, per number and per document, in the order of `documents.jsonl`, written in bounded groups. Same results
and same version of the library: same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..messages import extras
from ..records.field_record import Evidence
from ..records.region_names import RegionName
from .csv_tables import DocumentRow, count_columns
from .table_writer import Ending, TableFormat, Target
from .view_model import DocumentView

# Files; docs/reference/records.md describes their columns.
PHOTOS: Final = "photos.parquet"
FIELDS: Final = "fields.parquet"
DOCUMENTS: Final = "documents.parquet"
FILES: Final = (PHOTOS, FIELDS, DOCUMENTS)

GROUP: Final = 20_000  # rows held at a time; as columns they take some 10 MB; by judgement
_NOTICE = "Sementara – formulir kertas yang berlaku / Provisional – paper prevails"  # in each file's metadata
_REGION = dict.fromkeys(RegionName._fields, "text")  # columns of the names of regions

# Columns with their types: `text`, `count` (64 bits), `small` (32 bits), `real`, `flag`, `texts` (a list).
_PHOTOS = {
    **{"document": "text", "station": "text", "station_source": "text", "file": "text", "frame": "small"},
    **{"sha256": "text", "width": "small", "height": "small", "template": "text", "page": "text", "residual": "real"},
    **{"counts": "flag", "status": "text", "problems": "texts", "warnings": "texts"},
    **{"accepted": "small", "review": "small", "blank": "small", "not_in_photo": "small"},
}
_FIELDS = {
    **{"document": "text", "station": "text", "file": "text", "frame": "small", "sha256": "text", "template": "text"},
    **{"page": "text", "field": "text", "role": "text", "label_id": "text", "label_en": "text", "text": "text"},
    **{"read": "text", "value": "count", "accepted": "count", "status": "text", "confidence": "real"},
    **{
        "reasons": "texts",
        "digits": "count",
        "bubbles": "count",
        "strokes": "count",
        "row_totals": "count",
        "words": "count",
    },
    **{"decided_by": "text", "decided_at": "text", "note": "text"},
}
_DOCUMENTS = {
    **{"document": "text", "station": "text", "template": "text", "pages_present": "texts", "pages_missing": "texts"},
    **{"fields_missing": "texts", "verdict": "text", "review_count": "small", "decided_by": "texts"},
}


def require() -> None:
    """Check that the library that writes Parquet is installed.

    Raises:
        ExtraMissing: the extra is not installed.
    """
    extras.require("pyarrow", "parquet")


class ParquetTables:
    """Writes the three files, and holds one group of rows of each in memory."""

    def __init__(self, target: Target) -> None:
        """Open the files; the column `accepted` of documents has a field for each count of all forms.

        Raises:
            ExtraMissing: the extra is not installed.
            OSError: a file cannot be written.
        """
        require()
        forms, names, folder = target.templates, target.names, target.stage
        self._roles = {form.id: {field.id: field.role for field in form.fields} for form in forms}
        self._counts = count_columns(forms)
        self._names = names
        region = _REGION if names else {}
        self._photos = _Table(folder / PHOTOS, _PHOTOS)
        self._fields = _Table(folder / FIELDS, _FIELDS)
        self._documents = _Table(folder / DOCUMENTS, {**_DOCUMENTS, **region}, self._counts)

    def add(self, shown: DocumentView, row: DocumentRow) -> None:
        """Add the rows of the next document, its photos and its numbers.

        Raises:
            OSError: a file cannot be written.
        """
        for photo in shown.photos:
            record = photo.record
            info, page, station = record.photo, record.page, record.station
            statuses = [field.status for field in record.fields.values() if record.counts and field.counts]
            self._photos.add(
                (
                    *(record.document, station.code, station.source, info.file, info.frame),
                    *(info.sha256, info.width, info.height),
                    *((page.template, page.page, page.residual) if page else (None, None, None)),
                    *(record.counts, record.status, _codes(record.problems), _codes(record.warnings)),
                    *map(statuses.count, ("accepted", "review", "blank", "not_in_photo")),
                )
            )
        labels = shown.labels()
        for name, counting in shown.counting():
            record = counting.record
            info, page, field = record.photo, record.page, record.fields[name]
            form = page.template if page else None
            evidence = field.evidence
            self._fields.add(
                (
                    *(record.document, record.station.code, info.file, info.frame, info.sha256, form),
                    *(page and page.page, name, self._roles.get(form or "", {}).get(name)),
                    *labels.get(name, (name, name)),
                    *(field.text, field.read, field.value, field.accepted, field.status, field.confidence),
                    list(field.reasons),
                    *(_said(evidence) if evidence else (None, None, None, None, None)),
                    *(", ".join(field.decided_by) or None, field.decided_at, field.decided_note),
                )
            )
        self._add(row)

    def _add(self, row: DocumentRow) -> None:
        region = (row.region or RegionName()) if self._names else ()
        self._documents.add(
            (
                *(row.id or None, row.station, row.template, list(row.pages_present), list(row.pages_missing)),
                *(list(row.fields_missing), row.verdict, row.review_count, list(row.decided_by), *region),
                {name: row.accepted.get(name) for name in self._counts},
            )
        )

    def close(self, ending: Ending) -> None:
        """Add the stations without photos, and write the remaining rows.

        Raises:
            OSError: a file cannot be written.
        """
        for row in ending.missing:
            self._add(row)
        for table in (self._photos, self._fields, self._documents):
            table.close()


class _Table:
    """Writes one file: rows are collected and written as groups of columns."""

    def __init__(self, path: Path, columns: Mapping[str, str], accepted: Sequence[str] | None = None) -> None:
        import pyarrow as pa  # noqa: PLC0415  (an extra, and slow to load)
        from pyarrow import parquet as pq  # noqa: PLC0415

        types: dict[str, Any] = {
            "text": pa.string(),
            "count": pa.int64(),
            "small": pa.int32(),
            "real": pa.float64(),
            "flag": pa.bool_(),
            "texts": pa.list_(pa.string()),
        }
        shape = [(name, types[kind]) for name, kind in columns.items()]
        if accepted:
            # A struct column of its own, since a form may have a count named `station`.
            shape.append(("accepted", pa.struct([(name, pa.int64()) for name in accepted])))
        self._width = len(shape)
        self._schema: Any = pa.schema(shape, metadata={"notice": _NOTICE})
        self._array: Any = pa.array
        self._batch: Any = pa.record_batch
        self._rows: list[Sequence[Any]] = []
        self._file: Any = pq.ParquetWriter(str(path), self._schema, compression="zstd")

    def add(self, row: Sequence[Any]) -> None:
        """Add a row, in the order of the columns."""
        self._rows.append(row[: self._width])
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write the remaining rows and close the file."""
        if self._rows:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [self._array(column, type=kind) for column, kind in zip(columns, self._schema.types, strict=True)]
        self._file.write_batch(self._batch(arrays, schema=self._schema))
        self._rows = []


def _said(evidence: Evidence) -> tuple[int | None, ...]:
    """What the witnesses say: the digits, the bubbles, the strokes, the row totals, the words."""
    return (
        evidence.digits.value,
        evidence.bubbles and evidence.bubbles.value,
        evidence.tally and evidence.tally.count,
        evidence.row_totals and evidence.row_totals.sum,
        evidence.words and evidence.words.value,
    )


def _codes(problems: Iterable[Any]) -> list[str]:
    return [problem.code for problem in problems]


# The entry of this format in the registry.
FORMAT: Final = TableFormat("parquet", FILES, ParquetTables, require)
