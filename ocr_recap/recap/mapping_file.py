"""The mapping file of a comparison: which columns of somebody's table hold areas, fields and numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from ..forms.bounded_yaml import MOST_BYTES
from ..forms.print_items import Model
from ..messages.errors import InputUnusable, TemplateError, system_reason
from .level_file import faults_of, faulty, parsed


class MappingFile(Model):
    """The columns of a table, by the last line of their headings in lower case.

    A wide table has a row per area and a column per field (`fields`: column to field). A long table has a row per area
    and field (`field`, `value`), such as our own `areas.csv`.

    Attributes:
        area: column with the code of the area or station; empty for the nation.
        fields: of a wide table: field by column.
        field, value: of a long table: the columns of field and number.
        names: of a long table: our field by theirs, where they differ.
        at_least: column that says `true` or `1` where a number is the least that it can be.
    """

    schema_version: Literal[1]
    area: str
    fields: dict[str, str] = Field(default_factory=dict[str, str])
    field: str | None = None
    value: str | None = None
    names: dict[str, str] = Field(default_factory=dict[str, str])
    at_least: str | None = None

    @model_validator(mode="after")
    def _is_wide_or_long(self) -> MappingFile:
        is_long = self.field is not None and self.value is not None
        if bool(self.fields) == is_long:
            raise ValueError("write `fields` (a column for each field), or `field` and `value` (a row for each field)")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the table must have."""
        wanted = (self.area, *self.fields, self.field, self.value, self.at_least)
        return tuple(name.lower() for name in wanted if name is not None)


def load_mapping(path: Path) -> MappingFile:
    """Load a mapping file.

    Raises:
        InputUnusable: the file cannot be read.
        TemplateError: its content is wrong; the message names file, line and remedy.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    if len(content) > MOST_BYTES:
        raise TemplateError("template_too_large", path=path, limit=MOST_BYTES)
    node, data = parsed(content.decode("utf-8", "replace"), str(path))
    if not isinstance(data, dict):
        raise faulty([f"{path}, line 1: a mapping file is a mapping that starts with 'schema_version: 1'"])
    try:
        return MappingFile.model_validate(data)
    except ValidationError as fault:
        raise faulty(faults_of(fault, node, str(path))) from None
