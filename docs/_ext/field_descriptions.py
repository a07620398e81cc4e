"""Sphinx extension: the Python API lists the descriptions of a pydantic model's fields below its docstring."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sphinx.application import Sphinx


def described(model: type[BaseModel]) -> list[str]:
    """A list item for each field with `Field(description=...)`: its name, default and description."""
    return [
        f"* ``{name}`` (default ``{field.get_default()!r}``): {field.description}"
        for name, field in model.model_fields.items()
        if field.description
    ]


def _add(_app: Sphinx, what: str, _name: str, thing: Any, _options: Any, lines: list[str]) -> None:
    if what == "class" and isinstance(thing, type) and issubclass(thing, BaseModel):
        lines += ["", *described(thing), ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("autodoc-process-docstring", _add)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
