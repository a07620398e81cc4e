"""Numbers as plain rows, for programs and for pandas: a dict per number, with the names of `numbers.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..messages.extras import require
from .field_record import FieldRecord

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, str | int | float | None]

OF_A_NUMBER: Final[tuple[str, ...]] = (
    *("field", "text", "read", "value", "accepted", "status", "confidence", "reasons"),
    *("decided_by", "decided_at", "note"),
)
OF_A_PHOTO: Final[tuple[str, ...]] = ("document", "station", "file", "sha256", "frame", "template", "page")
OF_A_DOCUMENT: Final[tuple[str, ...]] = ("document", "station", "template")


def number_rows(head: Mapping[str, str | int | None], numbers: Mapping[str, FieldRecord]) -> list[Row]:
    """A row per number.

    Args:
        head: what is the same in all rows: where the numbers stand.
        numbers: by their ids.

    Returns:
        For each number the keys of `head` and `OF_A_NUMBER`. `reasons` are codes with spaces between them; `value` and
        `accepted` are None where there is no number, `decided_by`, `decided_at` and `note` where nobody decided.
    """
    rows: list[Row] = []
    for name, number in numbers.items():
        row: Row = {
            **head,
            "field": name,
            "text": number.text,
            "read": number.read,
            "value": number.value,
            "accepted": number.accepted,
            "status": number.status,
            "confidence": number.confidence,
            "reasons": " ".join(number.reasons),
            "decided_by": ", ".join(number.decided_by) or None,
            "decided_at": number.decided_at,
            "note": number.decided_note,
        }
        rows.append(row)
    return rows


def data_frame(rows: Iterable[Row], columns: Sequence[str], whole: Sequence[str]) -> DataFrame:
    """Rows as a table of pandas.

    Args:
        rows: each with the keys `columns`.
        columns: in their order; they are there without rows as well.
        whole: columns of whole numbers, which get the type `Int64`: where there is no number stands `<NA>`.

    Raises:
        ocr_recap.messages.errors.ExtraMissing: pandas is not installed.
    """
    require("pandas", "pandas")
    import pandas  # noqa: PLC0415  (an extra, which takes half a second to load)

    return pandas.DataFrame(list(rows), columns=list(columns)).astype(dict.fromkeys(whole, "Int64"))
