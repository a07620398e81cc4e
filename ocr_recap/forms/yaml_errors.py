"""Turns validation errors of a YAML file into sentences with file, line, fault and correction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..messages.data_faults import data_fault

_LONGEST = 80  # characters of a quotation; by judgement
_MOST_LINES = 8  # line numbers that are listed for one fault; by judgement


@dataclass(frozen=True)
class _Fault:
    """One fault: its line, its place in the file, and what is wrong."""

    line: int
    path: str
    message: str

    @property
    def kind(self) -> tuple[str, str]:
        """What faults have in common that are named together: the place without indices, and the message."""
        return re.sub(r"\[\d+\]", "[]", self.path), self.message


def explain(fault: ValidationError, root: yaml.Node | None, name: str) -> Iterator[str]:
    """One sentence per kind of fault, in English: what a validator of ours says, else what `data_faults` says of it.

    Args:
        fault: pydantic's exception.
        root: the parsed text, for its line numbers.
        name: of the file.
    """
    found: dict[tuple[str, str], dict[_Fault, None]] = {}
    for error in fault.errors(include_url=False):
        if not _is_aftermath(error):
            one = _fault(error, root)
            found.setdefault(one.kind, {})[one] = None
    for (place, message), alike in found.items():
        lines = list(dict.fromkeys(one.line for one in alike))
        if len(alike) == 1:
            yield f"{name}, line {lines[0]}: {next(iter(alike)).path or 'template'}: {message}"
        else:
            more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
            listed = ", ".join(map(str, lines[:_MOST_LINES]))
            word = "line" if len(lines) == 1 else "lines"
            yield f"{name}, {word} {listed}{more}: {place or 'template'}: {message}"


def _is_aftermath(error: ErrorDetails) -> bool:
    """True for a list that is called too short because its items are faulty, which are named on their own.

    pydantic counts the valid items of a list only.
    """
    given = error.get("input")
    least = error.get("ctx", {}).get("min_length", 0)
    return (
        error["type"] == "too_short" and isinstance(given, list | tuple) and len(cast("list[object]", given)) >= least
    )


def _fault(error: ErrorDetails, root: yaml.Node | None) -> _Fault:
    """One of pydantic's errors as a fault of the file."""
    keys = [key for key in error["loc"] if not _is_union_branch(key)]
    line, path = _find(root, keys)
    if error["type"] == "missing":
        return _Fault(line, path, f"the key {_shown(keys[-1])} is missing; add it")
    if error["type"] == "extra_forbidden":
        return _Fault(line, path, f"the key {_shown(keys[-1])} is not known here; remove it or correct its spelling")
    if error["type"] == "value_error":
        message = error["msg"].removeprefix("Value error, ")
    else:
        message = data_fault(error["type"], error.get("ctx", {})).en
    given = error.get("input")
    shown = f" (found {_shown(given)})" if isinstance(given, str | int | float | bool) else ""
    return _Fault(line, path, f"{message}{shown}")


def _shown(value: object) -> str:
    """The value in Python's notation, as one line without control characters, shortened if it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_union_branch(key: str | int) -> bool:
    """True for a part of a location that is the name of a union's variant, which the file does not contain."""
    return isinstance(key, str) and (key in {"bubbles", "tally", "row_totals", "words"} or key.startswith("Printed"))


def _find(node: yaml.Node | None, keys: Sequence[str | int]) -> tuple[int, str]:
    """Walk the parsed YAML along `keys`; the line of the deepest part that exists, and its path for people."""
    line, path = 1, ""
    for key in keys:
        step: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(key):
                    line, step = _line(name), value
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            step = node.value[key]
            line = _line(step)
        if step is None:
            break
        name = _shown(key).strip("'")
        path += f"[{key}]" if isinstance(key, int) else (f".{name}" if path else name)
        node = step
    return line, path


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node and node.start_mark else 1
