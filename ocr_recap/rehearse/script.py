"""The script of a rehearsal: which events happen, read from YAML within bounds, with the line of every fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml
from pydantic import ValidationError

from ..forms.bounded_yaml import MOST_BYTES, YamlFault, read
from ..forms.yaml_errors import explain
from ..messages.catalog import StackedText
from ..messages.errors import TemplateError
from .events.event import Event
from .events.registry import EVENTS

DEFAULT: Final = Path(__file__).parent / "events" / "default.yaml"
_MOST_FAULTS: Final = 10  # lines named in one message; by judgement
_KEYS: Final = ("schema_version", "events")


@dataclass(frozen=True)
class Script:
    """The events of a rehearsal, in the order of the file, and the file's text."""

    events: tuple[Event, ...]
    text: str


def load_script(path: Path | None) -> Script:
    """Read a script.

    Args:
        path: a YAML file; None is the package's own.

    Raises:
        TemplateError: it cannot be read, or is wrong; the message names line, fault and remedy.
    """
    file = path or DEFAULT
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise TemplateError("script_unreadable", path=file) from None
    if len(content) > MOST_BYTES:
        raise TemplateError("template_too_large", path=file, limit=MOST_BYTES)
    return parse_script(text, str(file))


def parse_script(text: str, name: str) -> Script:
    """Parse the text of a script.

    Args:
        text: YAML.
        name: of the file, for messages.

    Raises:
        TemplateError: as `load_script`.
    """
    try:
        node, data = read(text)
    except YamlFault as fault:
        raise _faulty([f"{name}, line {fault.line}: {fault}"]) from None
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise _faulty([f"{name}, line 1: a script is a mapping that starts with 'schema_version: 1'"])
    given = cast("dict[object, object]", data)
    faults = [
        f"{name}, line {key.start_mark.line + 1}: the key {key.value!r} is not known here; remove it"
        for key, _ in node.value
        if key.value not in _KEYS
    ]
    if given.get("schema_version") != 1:
        faults.append(f"{name}, line 1: the key 'schema_version' must be 1; write 'schema_version: 1'")
    lines = given.get("events")
    if not isinstance(lines, list):
        faults.append(f"{name}, line 1: the key 'events' must hold a list; write one event a line")
        raise _faulty(faults)
    below = next(value for key, value in node.value if key.value == "events")
    events: list[Event] = []
    for entry, part in zip(cast("list[object]", lines), below.value, strict=True):
        events += _event(entry, part, name, faults)
    if faults:
        raise _faulty(faults)
    return Script(tuple(events), text)


def _event(entry: object, node: yaml.Node, name: str, faults: list[str]) -> list[Event]:
    """One event, or none and its faults."""
    line = node.start_mark.line + 1
    kind = cast("dict[str, Any]", entry).get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in EVENTS:
        known = ", ".join(EVENTS)
        faults.append(f"{name}, line {line}: {kind!r} is no kind of event; write 'kind:' and one of {known}")
        return []
    try:
        return [EVENTS[kind].model_validate(entry)]
    except ValidationError as fault:
        faults += explain(fault, node, name)
        return []


def _faulty(problems: Sequence[str]) -> TemplateError:
    return TemplateError("script_faulty", problems=StackedText(problems[:_MOST_FAULTS]))
