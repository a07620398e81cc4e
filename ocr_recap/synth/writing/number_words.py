"""The number in words, as it ought to be spelled and as officers write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...cells.number_phrases import below_hundred
from .letters import LINE, STRUCK

Style = Literal["capitals", "small", "mixed", "joined"]

DIGITS = ("NOL", "SATU", "DUA", "TIGA", "EMPAT", "LIMA", "ENAM", "TUJUH", "DELAPAN", "SEMBILAN")
LARGEST = 9999
ZERO_WORDS = ("NOL", "KOSONG", "NIHIL")
STYLES: tuple[Style, ...] = ("capitals", "small", "mixed", "joined")

# Shares of habits, by judgement: no count of them is published. Of the strips of real sheets that were looked at most
# are in capitals, as the form asks, and a few in small letters.
_STYLE_SHARES = (0.68, 0.12, 0.12, 0.08)
_SLIP = 0.02  # numbers with one wrong letter
_STRUCK = 0.015  # numbers with a struck-out first try
_NO_SPACE = 0.04  # writers who leave out some spaces
_SATU_RATUS = 0.06  # writers of SATU RATUS in place of SERATUS
_SUFFIX = 0.03  # numbers that are followed by SUARA
_LOOK_ALIKE = {"A": "OR", "E": "AI", "I": "LE", "U": "OV", "O": "AU", "L": "I", "N": "M", "M": "N", "P": "B", "T": "D"}


@dataclass(frozen=True)
class WordHabit:
    """How one officer writes numbers in words.

    Attributes:
        style: kind of letters.
        zero: what is written for zero: a word, `-` or `LINE`.
        satu_ratus: True for SATU RATUS in place of SERATUS.
        spaces: probability that a space is written.
        wraps: letters after which a second line is begun, where the form has one.
        suffix: True when SUARA follows.
    """

    style: Style
    zero: str
    satu_ratus: bool
    spaces: float
    wraps: int
    suffix: bool

    @classmethod
    def draw(cls, rng: np.random.Generator) -> WordHabit:
        """Habit of a random officer."""
        zero = ("NOL", "KOSONG", "NIHIL", "-", LINE)[int(rng.choice(5, p=(0.5, 0.14, 0.2, 0.1, 0.06)))]
        return cls(
            style=STYLES[int(rng.choice(4, p=_STYLE_SHARES))],
            zero=zero,
            satu_ratus=bool(rng.random() < _SATU_RATUS),
            spaces=float(rng.uniform(0.2, 0.9)) if rng.random() < _NO_SPACE else 1.0,
            wraps=int(rng.integers(14, 30)),
            suffix=bool(rng.random() < _SUFFIX),
        )


@dataclass(frozen=True)
class OfficerWords:
    """What an officer writes in the space for words.

    Attributes:
        text: letters that count, in capitals, as written (with slips, without what is struck out).
        lines: each written line, as `letters.write_words` takes it.
        style: kind of letters; `joined` words are written with `joined=True`.
        truth: the number that the words mean.
    """

    text: str
    lines: tuple[str, ...]
    style: Style
    truth: int


def spell(number: int) -> str:
    """The number in words: `spell(123) == "SERATUS DUA PULUH TIGA"`.

    Raises:
        ValueError: the number is not in 0 .. `LARGEST`.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not in 0 .. {LARGEST}")
    if number == 0:
        return DIGITS[0]
    thousands, rest = divmod(number, 1000)
    hundreds, small = divmod(rest, 100)
    words = ["SERIBU"] if thousands == 1 else [f"{DIGITS[thousands]} RIBU"] if thousands else []
    words += ["SERATUS"] if hundreds == 1 else [f"{DIGITS[hundreds]} RATUS"] if hundreds else []
    words += [below_hundred(small)] if small else []
    return " ".join(words)


def as_officer_writes(
    number: int, rng: np.random.Generator, habit: WordHabit | None = None, *, lines: int = 1
) -> OfficerWords:
    """Spell a number as an officer does: habits, slips of one letter, struck-out first tries.

    Args:
        number: 0 .. `LARGEST`.
        rng: random generator.
        habit: the officer's; None draws one.
        lines: printed lines on the form, 1 or 2.

    Raises:
        ValueError: the number is not in 0 .. `LARGEST`.
    """
    habit = habit or WordHabit.draw(rng)
    text = spell(number) if number else habit.zero
    if habit.satu_ratus and number // 100 % 10 == 1:
        text = text.replace("SERATUS", "SATU RATUS")
    if text not in ("-", LINE):
        if rng.random() < _SLIP:
            text = slip(text, rng)
        text = "".join(c for c in text if c != " " or rng.random() < habit.spaces)
        text += " SUARA" if habit.suffix else ""
    written = text
    if rng.random() < _STRUCK and number:
        written = first_try(number, text, rng)
    parts = _wrap(written, habit.wraps) if lines == 2 else (written,)
    return OfficerWords(text, tuple(_CASES[habit.style](part, rng) for part in parts), habit.style, number)


def slip(text: str, rng: np.random.Generator) -> str:
    """One wrong letter: left out, doubled, exchanged with the next, or another in its place."""
    places = [i for i, c in enumerate(text) if c.isalpha()]
    i = places[int(rng.integers(len(places)))]
    kind = int(rng.choice(4, p=(0.4, 0.2, 0.15, 0.25)))
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[: i + 1] + text[i:]
    if kind == 2 and i + 1 < len(text) and text[i + 1].isalpha():
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    others = _LOOK_ALIKE.get(text[i], "AEIOU").replace("V", "O")
    return text[:i] + others[int(rng.integers(len(others)))] + text[i + 1 :]


def first_try(number: int, text: str, rng: np.random.Generator) -> str:
    """The text with a struck-out wrong beginning, word or letters in it, between two `STRUCK`."""
    words = text.split(" ")
    i = int(rng.integers(len(words)))
    wrong = DIGITS[int(rng.integers(1, 10))]
    if rng.random() < 0.4:
        wrong = words[i][: max(1, int(rng.integers(1, 1 + len(words[i]))))]
    elif rng.random() < 0.3:
        wrong = spell((number + int(rng.integers(1, 100))) % 1000)
    return " ".join([*words[:i], f"{STRUCK}{wrong}{STRUCK}", *words[i:]])


def _wrap(text: str, length: int) -> tuple[str, ...]:
    """One or two lines: the second begins at the first space after `length` letters, never within struck text."""
    depth = 0
    for i, char in enumerate(text):
        depth ^= char == STRUCK
        if char == " " and not depth and i >= length:
            return text[:i], text[i + 1 :]
    return (text,)


def _small(text: str, rng: np.random.Generator) -> str:
    """Small letters, often with a capital at the beginning of the line or of each word."""
    text = text.lower()
    share = float(rng.choice((0.0, 0.5, 1.0)))
    return text.title() if rng.random() < share * 0.6 else text.capitalize() if rng.random() < share else text


def _mixed(text: str, rng: np.random.Generator) -> str:
    """Capitals with some letters always small."""
    share = float(rng.uniform(0.1, 0.6))
    small = {c for c in text if c.isalpha() and rng.random() < share}
    return "".join(c.lower() if c in small else c for c in text)


def _capitals(text: str, _rng: np.random.Generator) -> str:
    return text


_CASES: dict[Style, Callable[[str, np.random.Generator], str]] = {
    "capitals": _capitals,
    "small": _small,
    "mixed": _mixed,
    "joined": _small,
}
