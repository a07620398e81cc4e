"""Strokes that cancel or alter writing: lines through a number, and strokes that turn a digit into another one.

Officers cancel a number by one or two level lines, a slanted line, a cross, a zigzag, a wave or a coil over all of it,
and write the new one beside it (forms: "a wrong digit is struck through"). They alter a digit by writing over it, or by
adding the strokes that make it another one. Shapes and rates are by judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .strokes import Strokes, Writer, pose

StrikeKind = Literal["one", "two", "diagonal", "cross", "scribble", "wave", "coil"]
# All kinds of strike.
STRIKES: Final[tuple[StrikeKind, ...]] = get_args(StrikeKind)
Rect = tuple[float, float, float, float]
Line = NDArray[np.float64]

# What must be added to a digit so that it becomes another one: control points of strokes in the unit box, as
# `shapes` has them; a point that stands twice is a corner. Each can be seen: what hides in the old digit alters
# nothing.
_ADDED: Final[Mapping[tuple[int, int], tuple[tuple[tuple[float, float], ...], ...]]] = {
    (0, 6): (((0.98, -0.3), (0.6, -0.15), (0.25, 0.15)),),
    (0, 8): (((0.1, 0.5), (0.5, 0.42), (0.9, 0.5)), ((0.12, 0.55), (0.5, 0.5), (0.88, 0.55))),
    (0, 9): (((1.0, 0.35), (1.0, 0.9), (0.8, 1.4)),),
    (1, 4): (((0.5, 0.0), (0.05, 0.62), (0.05, 0.62), (0.95, 0.62)),),
    (1, 7): (((-0.3, 0.02), (0.2, 0.0), (0.55, 0.0)), ((0.1, 0.5), (0.5, 0.46), (0.9, 0.5))),
    (1, 9): (((0.5, 0.05), (0.1, 0.1), (0.05, 0.35), (0.3, 0.5), (0.52, 0.35)),),
    (3, 8): (((0.3, 0.02), (0.08, 0.22), (0.4, 0.47)), ((0.4, 0.5), (0.05, 0.75), (0.3, 1.0))),
    (5, 6): (((0.2, 0.45), (0.02, 0.72), (0.3, 1.0)),),
    (5, 9): (((0.2, 0.03), (0.85, 0.0), (1.0, 0.25), (0.85, 0.6)),),
    (6, 8): (((0.3, 0.45), (0.2, 0.1), (0.6, -0.02), (0.75, 0.25), (0.5, 0.48)),),
    (7, 9): (((0.85, 0.05), (0.2, 0.02), (0.1, 0.35), (0.5, 0.5), (0.85, 0.2)),),
    (9, 8): (((0.85, 0.5), (0.3, 0.55), (0.1, 0.8), (0.5, 1.02), (0.85, 0.8)),),
}
AMENDED: Final[tuple[tuple[int, int], ...]] = tuple(_ADDED)  # (old digit, new digit)


def amend(was: int, digit: int, writer: Writer, rng: np.random.Generator) -> Strokes:
    """Strokes that turn a written digit into another one, in the unit box as in `strokes.strokes`.

    Raises:
        KeyError: the pair is not in `AMENDED`.
    """
    return pose(_ADDED[was, digit], writer, rng, writer.aspect)


def strike(kind: StrikeKind, rect: Rect, rng: np.random.Generator) -> Strokes:
    """Lines that cancel the content of `rect` [x0, y0, x1, y1]: polylines (n, 2) in its unit.

    They begin slightly before or within the first character, and end likewise.
    """
    x0, y0, x1, y1 = rect
    height = y1 - y0
    first = x0 + rng.uniform(-0.35, 0.3) * height
    last = x1 + rng.uniform(-0.3, 0.35) * height
    ends = np.array([first, last])
    match kind:
        case "one" | "two":
            middle, slope = rng.uniform(0.35, 0.65), rng.uniform(-0.15, 0.15)
            apart = rng.uniform(0.1, 0.28)
            levels = (0.0,) if kind == "one" else (-apart / 2, apart / 2)
            return [
                _bowed(ends, y0 + height * (middle + level + slope * np.array([-1, 1]) + rng.normal(0, 0.02, 2)), rng)
                for level in levels
            ]
        case "diagonal":
            return [_slanted(ends, y0, height, 1 if rng.random() < 0.7 else -1, rng)]
        case "cross":
            return [_slanted(ends, y0, height, side, rng) for side in (1, -1)]
        case "scribble":
            turns = max(4, round(float(rng.uniform(0.8, 3.5)) * (last - first) / height))
            x = np.linspace(first, last, turns) + rng.normal(0, 0.08 * height, turns)
            reach = rng.uniform(0.2, 0.55) * height
            y = (y0 + y1) / 2 + reach * np.where(np.arange(turns) % 2, 1, -1) * rng.uniform(0.7, 1.2, turns)
            return [np.stack([x, y], axis=1)]
        case "wave" | "coil":
            along = np.linspace(0, 1, 40 + 12 * int((last - first) / height))
            rounds = rng.uniform(0.8, 2.2) * (last - first) / height
            phase = 2 * np.pi * rounds * along + rng.uniform(0, 6)
            reach = rng.uniform(0.12, 0.42) * height
            x = first + along * (last - first)
            if kind == "coil":
                x = x + rng.uniform(0.6, 1.1) * reach * np.sin(phase)
            return [np.stack([x, (y0 + y1) / 2 + reach * np.cos(phase)], axis=1)]


def _slanted(ends: Line, top: float, height: float, side: int, rng: np.random.Generator) -> Line:
    """A line from one lower (or upper, `side` -1) corner to the upper (lower) corner of the other end."""
    low, high = rng.uniform(0.7, 1.1), rng.uniform(-0.1, 0.3)
    shares = np.array([low, high] if side > 0 else [high, low])
    return _bowed(ends, top + height * shares, rng)


def _bowed(x: Line, y: Line, rng: np.random.Generator) -> Line:
    """A slightly bent line through two ends, (9, 2)."""
    along = np.linspace(0, 1, 9)
    bow = rng.normal(0, 0.015) * (x[1] - x[0]) * np.sin(np.pi * along)
    return np.stack([x[0] + along * (x[1] - x[0]), y[0] + along * (y[1] - y[0]) + bow], axis=1)
