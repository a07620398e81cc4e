"""Text that others wrote - file names, notes, tables - made safe to store in one line, to print and to quote.

What a line may hold is what `str.isprintable` says: no control characters, no bidirectional marks, no separators of
lines or paragraphs. A terminal obeys the first, and readers see another order of letters because of the second.
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
    """What a person typed, as one line: white space of any kind becomes one space; the rest as in `printable`."""
    return printable(" ".join(text.split()))


def for_terminal(text: str) -> str:
    """Text of one or several lines that a terminal shows and does not obey; only line breaks and tabs are kept."""
    return "".join(part if part in "\n\t" else printable(part) for part in re.split(r"([\n\t])", text))


def quoted(text: str) -> str:
    """The text in quotation marks for a message: escaped as Python writes it, and cut where it is long."""
    if len(text) <= _MOST_QUOTED:
        return repr(text)
    return f"{text[:_MOST_QUOTED]!r}... ({len(text)})"


def shortened(text: str) -> str:
    """As `quoted`, without quotation marks."""
    return printable(text) if len(text) <= _MOST_QUOTED else f"{printable(text[:_MOST_QUOTED])}... ({len(text)})"


def is_number(text: str) -> bool:
    """Whether the text is nothing but the digits 0 to 9; `str.isdecimal` takes those of other scripts too."""
    return text.isascii() and text.isdecimal()


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that shows letters of all scripts as they are and escapes what cannot be printed, so it means the same."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(char: str) -> str:
    return json.dumps(char)[1:-1]
