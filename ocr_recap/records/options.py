"""Options of reading, shared by the command line and the library."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..imaging.pillow import HARD_CAP, MAX_PIXELS
from ..messages.errors import WrongUse


class Options(BaseModel):
    """How to read. Everything here changes results, so it is part of every record's provenance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    templates: tuple[str, ...] = Field(
        default=(), description="ids or YAML files to choose among; empty = all templates of the package"
    )
    max_pixels: Annotated[int, Field(ge=10_000, le=HARD_CAP)] = Field(
        default=MAX_PIXELS, description="photos with more pixels than this are refused before decoding"
    )
    max_frames: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default=500, description="of a file with more pages, such as a PDF, only so many are read, and that is said"
    )
    station_pattern: str | None = Field(
        default=None, description="regular expression for station codes in names; its group `station`, or all of it"
    )
    advice: bool = Field(default=True, description="measure each photo and say what would be better about the next one")
    headings: bool = Field(
        default=True, description="where no tag says which form it is, let Tesseract (if installed) read the heading"
    )
    policy: Literal["strict", "balanced"] = Field(
        default="strict", description="how sure a number must be to be accepted (ocr-recap docs accuracy)"
    )
    election_date: date | None = Field(
        default=None, description="election day in place of those of the templates, for the dates on forms"
    )
    folder_is_document: bool = Field(default=False, description="the photos of one folder are one document")

    @field_validator("station_pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            compiled(pattern)
        return pattern


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression for station codes.

    Raises:
        ValueError: not a regular expression.
    """
    try:
        return re.compile(pattern)
    except re.error as fault:
        raise ValueError(f"not a regular expression: {fault}") from None


def with_templates(options: Options, templates: str | Path | Iterable[str | Path]) -> Options:
    """The options with these templates, one or several ids or YAML files; without any, as they are.

    Raises:
        WrongUse: `templates_twice`, the options name templates already.
    """
    named = tuple(map(str, (templates,) if isinstance(templates, str | Path) else templates))
    if named and options.templates:
        raise WrongUse("templates_twice")
    return options.model_copy(update={"templates": named}) if named else options
