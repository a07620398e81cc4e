"""The one set of options behind both the command line and the library."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """How to read. Everything here changes results, so it is part of every record's provenance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    templates: tuple[str, ...] = Field(
        default=(), description="ids or YAML files to choose among; empty = all templates of the package"
    )
    max_pixels: Annotated[int, Field(ge=10_000, le=4_000_000_000)] = Field(
        default=150_000_000, description="photos with more pixels than this are refused before decoding"
    )
