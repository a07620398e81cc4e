"""Parses YAML within bounds into plain data and its node tree. No code of a template is executed.

The result has only mappings, lists and plain scalars. Every bound is about ten times what the largest form needs, and
is enforced during parsing, so that a hostile file costs no more than a large one.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

MOST_BYTES: Final = 400_000  # of a file; the largest form has 40,000
MOST_NODES: Final = 50_000  # keys and values, each alias counted as all that it stands for; the largest form has 5,400
DEEPEST: Final = 20  # nesting; forms have 6
LONGEST: Final = 2_000  # characters of a text; the longest has 220
LONGEST_NUMBER: Final = 40  # characters of any other scalar: the cost of digits is quadratic

_TEXT = "tag:yaml.org,2002:str"  # YAML's tag of strings


class YamlFault(Exception):
    """A text that was refused: the reason and the `line`, from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """Parse a text.

    Returns:
        The tree, for its line numbers, and the data: dicts, lists, texts, numbers, booleans, dates, None. An empty
        text gives None twice.

    Raises:
        YamlFault: the text is not YAML, or exceeds a bound.
    """
    if len(text) > MOST_BYTES:
        raise YamlFault(f"longer than {MOST_BYTES} characters, which no form needs")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = (getattr(fault, "problem", None) or str(fault)).splitlines()[0]
        raise YamlFault(f"not valid YAML: {reason}", mark.line + 1 if mark else 1) from None
    except YamlFault:
        raise
    except Exception as fault:
        # A value that does not match its tag (`!!bool maybe`) raises exceptions of many classes in the library.
        raise YamlFault(f"not valid YAML: a value does not fit its tag ({type(fault).__name__})") from None


class _Loader(yaml.SafeLoader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._nodes = self._depth = 0
        self._sizes: dict[int, int] = {}  # nodes in the subtree of each finished node, which an alias of it repeats

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node as PyYAML does, and count the nodes."""
        line = self.peek_event().start_mark.line + 1
        is_alias, before = self.check_event(yaml.AliasEvent), self._nodes
        self._depth += 1
        if self._depth > DEEPEST:
            raise YamlFault(f"nested more than {DEEPEST} deep, which no form needs", line)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if is_alias and id(node) not in self._sizes:
            raise YamlFault("an alias stands for something that it is itself part of; write it out", line)
        self._nodes += self._sizes[id(node)] if is_alias else 1
        self._sizes[id(node)] = self._nodes - before
        if self._nodes > MOST_NODES:
            raise YamlFault(f"more than {MOST_NODES} keys and values, which no form needs", line)
        if isinstance(node, yaml.MappingNode):
            _refuse_doubles(node)
        if isinstance(node, yaml.ScalarNode):
            longest = LONGEST if node.tag == _TEXT else LONGEST_NUMBER
            if len(node.value) > longest:
                raise YamlFault(f"a value of {len(node.value)} characters; write at most {longest}", line)
        return node


def _refuse_doubles(node: yaml.MappingNode) -> None:
    """Refuse equal keys of a mapping, of which PyYAML would silently use the last.

    Raises:
        YamlFault: a key occurs twice.
    """
    seen: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            line = key.start_mark.line + 1
            name = key.tag, key.value
            if name in seen:
                told = f"the key {key.value[:40]!r} already stands in line {seen[name]}; keep one of the two"
                raise YamlFault(told, line)
            seen[name] = line
