"""Which entry a number needs next, given the entries that it has: pure arithmetic on what people answered.

An answer is text: digits without leading zeros, or one of `EMPTY`, `UNREADABLE` and `WRONG_FIELD`. Two entries agree
where their answers are equal. The first entry is a person's, or the machine's reading where one witness alone is sure
of it. The second is made blind. Where both differ a third person, who is neither of the two, sees both values without
names; the third entry settles the number if it equals one of the two. Otherwise the supervisor does, by a further
third entry. What a desk confirms needs no second entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

EMPTY: Final = ""  # nothing is written
UNREADABLE: Final = "?"  # the person cannot read what is written
WRONG_FIELD: Final = "!"  # the picture does not show this number
Role = Literal["confirm", "first", "second", "third"]
State = Literal["first", "second", "third", "open", "done"]  # the entry that comes next; open: the supervisor's
# Order in which numbers are handed out: those that two people see differently first, then those half done.
TURNS: Final[dict[State, int]] = {"third": 0, "second": 1, "first": 2, "open": 3, "done": 4}


@dataclass(frozen=True)
class Entering:
    """How many people enter a number.

    Attributes:
        people: 1: one entry settles; 2: two must agree.
        first: `machine`: the machine's reading is the first entry where one witness is sure; `person`: never.
    """

    people: Literal[1, 2] = 2
    first: Literal["machine", "person"] = "person"


@dataclass(frozen=True)
class Entry:
    """One person's answer. `role` is that of the entry; a `confirm` settles the number alone."""

    person: int
    role: Role
    answer: str


def state(entries: Sequence[Entry], machine: str | None, entering: Entering) -> State:
    """The entry that a number needs next; `records.decisions.Ruling` says the same of the lines of the log.

    Args:
        entries: in the order in which they were made, corrections among them.
        machine: the machine's answer where one witness is sure of it, else None.
        entering: how many people enter a number.

    >>> state([], None, Entering())
    'first'
    >>> state([Entry(1, "first", "117"), Entry(2, "second", "117")], None, Entering())
    'done'
    >>> state([Entry(1, "second", "117")], "171", Entering(first="machine"))
    'third'
    """
    heard: list[Entry] = []
    for entry in entries:
        settles = any(one.answer == entry.answer or one.role == "third" for one in heard)
        others = [one for one in heard if one.person != entry.person]
        heard = [entry] if entry.role == "third" and settles else [*others, entry]
    by_machine = entering.people == 2 and entering.first == "machine" and machine is not None
    if not heard:
        return "second" if by_machine else "first"
    if len({one.answer for one in heard}) > 1:
        return "open" if any(one.role == "third" for one in heard) else "third"
    last = heard[-1]
    if len(heard) > 1 or last.role in ("confirm", "third"):
        return "done"
    if last.role == "first":
        return "second"
    return "done" if last.answer == machine else "third"


def role_of(needed: State, entering: Entering) -> Role:
    """The role of an entry for a number in this state."""
    if needed in ("third", "open"):
        return "third"
    return "confirm" if entering.people == 1 or needed == "done" else needed


def canonical(text: str, boxes: int) -> str | None:
    """A person's answer in its one form; None where it is none.

    Args:
        text: digits, `-` or nothing for nothing written, `?` cannot be read, `!` not this number.
        boxes: of the number.

    >>> canonical("007", 3), canonical("-", 3), canonical("1234", 3)
    ('7', '', None)
    """
    text = text.strip()
    if text in ("", "-"):
        return EMPTY
    if text in (UNREADABLE, WRONG_FIELD):
        return text
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    return digits if len(digits) <= boxes else None


def wrong_boxes(answer: str, known: str, boxes: int) -> tuple[int, ...] | None:
    """The boxes, from 0, in which an answer differs from the known one; None where one of them is no number."""
    if not (answer.isdigit() and known.isdigit()):
        return () if answer == known else None
    one, other = answer.zfill(boxes), known.zfill(boxes)
    return tuple(index for index in range(boxes) if one[index] != other[index])
