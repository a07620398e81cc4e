"""Turns validation errors of a YAML file into sentences with file, line, fault and correction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml
from pydantic import ValidationError

from ..messages.data_faults import data_fault

_LONGEST = 80  # characters of a quotation; by judgement


def explain(fault: ValidationError, root: yaml.Node | None, name: str) -> Iterator[str]:
    """One sentence per fault, in English: what a validator of ours says, else what `data_faults` says of its type.

    Args:
        fault: pydantic's exception.
        root: the parsed text, for its line numbers.
        name: of the file.
    """
    seen: set[str] = set()
    for error in fault.errors(include_url=False):
        keys = [key for key in error["loc"] if not _is_union_branch(key)]
        line, path = _find(root, keys)
        if error["type"] == "value_error":
            message = error["msg"].removeprefix("Value error, ")
        else:
            message = data_fault(error["type"], error.get("ctx", {})).en
        given = error.get("input")
        shown = f" (found {_shown(given)})" if isinstance(given, str | int | float | bool) else ""
        if error["type"] == "missing":
            message, shown = f"the key {_shown(keys[-1])} is missing; add it", ""
        elif error["type"] == "extra_forbidden":
            message, shown = f"the key {_shown(keys[-1])} is not known here; remove it or correct its spelling", ""
        text = f"{name}, line {line}: {path or 'template'}: {message}{shown}"
        if text not in seen:
            seen.add(text)
            yield text


def _shown(value: object) -> str:
    """The value in Python's notation, as one line without control characters, shortened if it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_union_branch(key: str | int) -> bool:
    """True for a part of a location that is the name of a union's variant, which the file does not contain."""
    return isinstance(key, str) and (key in {"bubbles", "tally", "row_totals"} or key.startswith("Printed"))


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
