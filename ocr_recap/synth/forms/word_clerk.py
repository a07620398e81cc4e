"""The number in words as a clerk means it: right, wrong, forgotten, as digits, struck out first.

Words have random streams of their own, so that the rest of a document does not depend on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...decide.evidence import interpret
from ...forms.template import Template
from ..writing.letters import STRUCK
from ..writing.number_words import WordHabit, as_officer_writes, first_try, spell
from .fill import FieldWriting
from .mistakes import SLIP_RATES, Slip
from .words import WrittenWords

# How often officers do so is not published. On 30 filled close-ups of `../shared/real-forms-2024` that were looked at
# every number has words, on the six sheets of 2017 and 2019 two have none at all; by judgement.
NO_WORDS = 0.06  # share of clerks that write no words
FORGOTTEN = 0.01  # rate of single numbers without words
AS_DIGITS = 0.006  # rate of single numbers whose space for words has digits
FLUID = 0.01  # rate of words that are written over correction fluid
# Where the clerk wrote a wrong number into the boxes, words repeat it at this rate, else they give the right one: a
# number that is off was mostly counted wrongly, digits that changed places were mostly thought rightly. By judgement.
REPEATED: Mapping[str, float] = {"sum_off": 0.9, "transposed": 0.5}
BLANK_TOO = 0.8  # share of forgotten numbers whose words are forgotten, too; by judgement
_STRUCK_TOO = 0.4  # share of numbers that are struck out and written anew whose words are so, too; by judgement


def add_words(
    template: Template,
    writing: dict[str, FieldWriting],
    counted: Mapping[str, int],
    slips: Sequence[Slip],
    blank_pages: frozenset[str],
    rng: np.random.Generator,
) -> list[Slip]:
    """Write the numbers of a document in words, in place.

    Args:
        template: the form.
        writing: writing by field id, complete but for words.
        counted: numbers as counted, by field id.
        slips: clerk errors of the digits.
        blank_pages: pages without any writing.
        rng: random generator; used for words alone.

    Returns:
        Clerk errors in the words.
    """
    habit = WordHabit.draw(rng)
    fields = [field for field in template.fields if field.words and field.page not in blank_pages]
    if not fields or rng.random() < NO_WORDS:
        return []
    kinds = {slip.field: slip.kind for slip in slips}
    found: list[Slip] = []
    meant: dict[str, int] = {}
    for field in fields:
        number = _meant(writing[field.id], counted.get(field.id), kinds.get(field.id, ""), rng)
        if number is not None and number < 10_000 and rng.random() >= FORGOTTEN:
            meant[field.id] = number
    if meant and rng.random() < SLIP_RATES["wrong_words"]:
        name = list(meant)[int(rng.integers(len(meant)))]
        wrong = _wrong(meant[name], list(meant.values()), rng)
        found.append(Slip("wrong_words", name, str(meant[name]), str(wrong)))
        meant[name] = wrong
    for name, number in meant.items():
        struck = writing[name].struck
        before = interpret(struck.text)[1] if struck and rng.random() < _STRUCK_TOO else None
        writing[name] = replace(writing[name], words=_written(number, before, habit, rng))
    return found


def _meant(said: FieldWriting, counted: int | None, slip: str, rng: np.random.Generator) -> int | None:
    """The number that a clerk writes in words; None for nothing."""
    value = interpret(said.text)[1]
    if said.unused is not None:
        return None
    if value is None:
        return counted if slip and rng.random() >= BLANK_TOO else None
    repeated = slip not in REPEATED or rng.random() < REPEATED[slip]
    return value if repeated or counted is None else counted


def _wrong(number: int, others: Sequence[int], rng: np.random.Generator) -> int:
    """Another number than the one meant: that of another line, one word exchanged or forgotten, by judgement."""
    kind = rng.random()
    other = others[int(rng.integers(len(others)))]
    if kind < 0.3 and other != number:
        return other
    text = str(number)
    place = int(rng.integers(len(text)))
    digit = "0" if kind < 0.6 and text[place] != "0" else str((int(text[place]) + int(rng.integers(1, 10))) % 10)
    found = int(text[:place] + digit + text[place + 1 :])
    return found if found != number else number + 1


def _written(number: int, before: int | None, habit: WordHabit, rng: np.random.Generator) -> WrittenWords:
    """A number as the clerk writes it; `before` is another one that is struck out first."""
    seed, fluid = int(rng.integers(1 << 62)), bool(rng.random() < FLUID)
    if rng.random() < AS_DIGITS:
        return WrittenWords(str(number), "digits", number, False, seed, fluid)
    said = as_officer_writes(number, rng, habit)
    text = " ".join(said.lines)
    if before is not None and STRUCK not in text:
        text = f"{STRUCK}{_in_case(spell(before), text)}{STRUCK} {text}"
    elif fluid and STRUCK not in text and number:
        text = first_try(number, said.text, rng).split(STRUCK)[-1].strip() or text
    return WrittenWords(text, "words", number, said.style == "joined", seed, fluid)


def _in_case(text: str, like: str) -> str:
    return text.lower() if like.islower() else text
