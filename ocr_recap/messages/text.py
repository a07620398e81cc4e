"""Makes untrusted text (file names, notes, tables) safe to store in one line, to print and to quote.

A safe line has only characters that `str.isprintable` accepts: no control characters, which a terminal executes; no
bidirectional marks, which change the visible order of letters; no separators of lines or paragraphs.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_MOST_QUOTED: Final = 60  # characters that a message quotes, by judgement: a hash is 64 letters, a line holds 120


def printable(text: str) -> str:
    """The text with U+FFFD in the place of every character that cannot be printed; spaces stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def one_line(text: str) -> str:
    """A person's text as one line: white space of any kind becomes one space; the rest is treated by `printable`."""
    return printable(" ".join(text.split()))


def for_terminal(text: str) -> str:
    """Text of one or several lines, safe for a terminal; of control characters only line breaks and tabs are kept."""
    return "".join(part if part in "\n\t" else printable(part) for part in re.split(r"([\n\t])", text))


def quoted(text: str) -> str:
    """The text in quotation marks for a message: escaped as Python writes it, and cut where it is long."""
    if len(text) <= _MOST_QUOTED:
        return repr(text)
    return f"{text[:_MOST_QUOTED]!r}... ({len(text)})"


def shortened(text: str) -> str:
    """Like `quoted`, without quotation marks."""
    return printable(text) if len(text) <= _MOST_QUOTED else f"{printable(text[:_MOST_QUOTED])}... ({len(text)})"


def is_number(text: str) -> bool:
    """True for a text of the digits 0 to 9 only; `str.isdecimal` accepts digits of other scripts too."""
    return text.isascii() and text.isdecimal()


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that shows letters of all scripts as they are and escapes what cannot be printed, so it means the same."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1]
