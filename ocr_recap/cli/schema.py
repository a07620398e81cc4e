"""`ocr-recap schema`: the JSON Schema of the lines of results, for other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..forms import template
from ..records.decision_log import LogEvent
from ..records.decisions import Decision
from ..records.document import Document
from ..records.record import JsonLine, Record
from ..records.run_info import RunInfo
from .terminal import echo_json


class Kind(StrEnum):
    """Kinds of lines that have a schema."""

    record = "record"
    document = "document"
    decision = "decision"
    event = "event"
    run = "run"
    template = "template"


# The model of each kind.
_LINES: dict[Kind, type[JsonLine]] = {
    Kind.record: Record,
    Kind.document: Document,
    Kind.decision: Decision,
    Kind.event: LogEvent,
    Kind.run: RunInfo,
}
# Keys that are not written where they would be empty, with their models.
_MAY_BE_LEFT_OUT = frozenset(
    {
        *(("FieldRecord", key) for key in ("photos", "people")),
        *(("Decided", key) for key in ("names", "role", "answer")),
        *(("Evidence", key) for key in ("others", "facts", "words")),
        *(("Decision", key) for key in ("answer", "entry")),
        ("KnownFact", "sha256"),
        ("ChoiceEvidence", "words"),
        ("Provenance", "words_sha256"),
    }
)


def schema(
    kind: Annotated[
        Kind,
        typer.Argument(),
    ] = Kind.record,
) -> None:
    """Print the JSON Schema of results: by default of a line of photos.jsonl."""
    found = template.json_schema() if kind is Kind.template else schema_of(_LINES[kind])
    echo_json(found, indent=2)


def schema_of(model: type[JsonLine]) -> dict[str, object]:
    """The schema of a line as the program writes it: all keys are required, but for `_MAY_BE_LEFT_OUT`."""
    found = model.model_json_schema(by_alias=True, mode="serialization")
    for name, part in {model.__name__: found, **found.get("$defs", {})}.items():
        if "properties" in part:
            part["required"] = [key for key in part["properties"] if (name, key) not in _MAY_BE_LEFT_OUT]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
