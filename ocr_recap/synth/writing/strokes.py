"""Stroke model of handwritten digits, crosses and dashes, and of other marks in a cell.

A glyph is a list of strokes, and a stroke a few control points in a unit box (x to the right, y down, 0..1 is the body
of the character). A `Writer` is a seeded style: the variant of each character, slant, width, roundness, unsteadiness
and pen. To draw a character, noise is added to the control points, a spline is fitted through them (with corners as
round as the writer's), and the result is slanted. All shapes were drawn by hand for this project.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .shapes import LETTERS, RARE, ROUND, SEVEN_SEGMENT, Glyph

Strokes = list[NDArray[np.float64]]
Pen = Literal["blue_marker", "black_marker", "blue_ballpoint", "black_ballpoint"]

# Characters of the stroke model.
CHARACTERS = "0123456789X-"
_STEPS = 6  # samples between two control points


@dataclass(frozen=True)
class Writer:
    """Style of one writer; `seed` determines all values.

    Attributes:
        slant: shear of the upright (0.3 leans right by 0.3 of the height).
        turn: degrees clockwise.
        aspect: width of a digit's body divided by its height.
        size: height of a digit as a share of the cell's height.
        shake: deviation of control points, share of the body.
        roundness: 0 (corners stay) ... 1 (corners are rounded).
        pen_mm: width of the pen in nominal millimetres.
        darkness: share of the light that the ink absorbs, 0..1.
        variants: one entry per character of `CHARACTERS`.
        warp: this writer's own distortion of all shapes.
    """

    seed: int
    slant: float
    turn: float
    aspect: float
    size: float
    shake: float
    roundness: float
    pen: Pen
    pen_mm: float
    darkness: float
    seven_segment: bool
    variants: tuple[int, ...]
    warp: tuple[float, ...]

    @classmethod
    def from_seed(cls, seed: int) -> Writer:
        """Writer number `seed` (>= 0); the same number always gives the same writer."""
        rng = np.random.default_rng((0x57A1, seed))
        seven = bool(rng.random() < 0.2)
        variants = tuple(int(rng.integers(1 << 16)) for _ in CHARACTERS)
        pens: tuple[Pen, ...] = ("blue_marker", "black_marker", "blue_ballpoint", "black_ballpoint")
        pen = pens[int(rng.choice(4, p=(0.42, 0.13, 0.2, 0.25)))]
        return cls(
            seed=seed,
            slant=float(rng.normal(0.03, 0.05) if seven else rng.normal(0.1, 0.12)),
            turn=float(rng.normal(0, 2.5)),
            aspect=float(rng.uniform(0.42, 0.85)),
            size=float(rng.uniform(0.55, 0.88)),
            shake=float(rng.uniform(0.008, 0.035)),
            roundness=float(rng.beta(1, 2.5) if seven else rng.beta(2, 2)),
            pen=pen,
            pen_mm=float(rng.uniform(0.55, 1.1) if pen.endswith("marker") else rng.uniform(0.25, 0.5)),
            darkness=float(rng.uniform(0.75, 0.97)),
            seven_segment=seven,
            variants=variants,
            warp=tuple(float(v) for v in rng.normal(0, 0.03, 8)),
        )


def strokes(char: str, writer: Writer, rng: np.random.Generator) -> Strokes:
    """Draw one character of this writer.

    The body of a digit is 1 high and `writer.aspect` wide around (0.5, 0.5), so the box must be scaled with equal
    factors along x and y to keep the writer's shapes. Ascenders and slant may extend some 0.2 outside.

    Args:
        char: a character of `CHARACTERS`, or a space, which has no strokes.
        writer: style.
        rng: random generator.

    Returns:
        Polylines (n, 2) in the unit box, x right, y down.

    Raises:
        KeyError: a character outside `CHARACTERS` and the space.
    """
    if char == " ":
        return []
    glyph = _choose(char, writer, rng)
    width = writer.aspect * float(np.exp(rng.normal(0, 0.1)))
    if char == "-":
        width = min(1.0, max(0.35, width * rng.uniform(0.6, 1.2)))
    elif char == "X":
        width = min(1.0, width * rng.uniform(0.95, 1.35))
    elif char == "1" and not writer.seven_segment:
        width *= rng.uniform(0.35, 0.75)
    return pose(glyph, writer, rng, width)


def rare(char: str, writer: Writer, rng: np.random.Generator) -> Strokes:
    """Draw a character in one of the shapes of `shapes.RARE`, more slanted than this writer's; as `strokes`.

    Raises:
        KeyError: the character has no rare shape.
    """
    pool = RARE[char]
    width = writer.aspect * float(np.exp(rng.normal(0, 0.15)))
    leaning = replace(writer, slant=writer.slant + float(rng.normal(0.1, 0.2)))
    return pose(pool[int(rng.integers(len(pool)))], leaning, rng, width)


def cross(writer: Writer, rng: np.random.Generator) -> Strokes:
    """Draw a cross more freely than `strokes` does: two lines at any angle to each other, bent, unequal, hooked.

    People who cross out an unused box take no care: many crosses are upright, have a short and a long line, or are
    drawn without lifting the pen. Ranges are by judgement.

    Returns:
        Polylines (n, 2) in the unit box, as in `strokes`.
    """
    first = np.radians(rng.normal(45, 16))
    between = np.radians(np.clip(rng.normal(88, 17), 55, 125))
    lines: Strokes = []
    for angle in (first, first + between):
        length = float(np.clip(np.exp(rng.normal(0.1, 0.22)), 0.65, 1.6))
        along = length * (np.linspace(0, 1, 13) - rng.uniform(0.33, 0.67))
        across = length * rng.normal(0, 0.08) * (1 - (2 * np.linspace(0, 1, 13) - 1) ** 2)
        if rng.random() < 0.3:  # an end that curls, as where the pen comes or goes
            curl = np.clip(np.linspace(-2, 1, 13), 0, None) ** 2 * rng.normal(0, 0.18) * length
            across += curl if rng.random() < 0.5 else curl[::-1]
        cosine, sine = np.cos(angle), np.sin(angle)
        line = np.stack([along * cosine - across * sine, along * sine + across * cosine], axis=1)
        lines.append(line if rng.random() < 0.5 else line[::-1])
    if rng.random() < 0.04:  # without lifting the pen
        lines = [np.concatenate(lines)]
    size = max(float(np.ptp(np.concatenate(lines), axis=0).max()), 0.5)
    width = min(1.0, 1.2 * writer.aspect)
    return [
        line / size * (max(width, 0.5), 1.0) + rng.normal(0, 0.3 * writer.shake, line.shape) + 0.5 for line in lines
    ]


def other(writer: Writer, rng: np.random.Generator) -> Strokes:
    """Draw something that is not a single digit, cross or dash: polylines (n, 2) as in `strokes`.

    One of: a struck-out digit, a struck digit with another beside it, two digits, a letter-like shape, a scribble, a
    part of a long stroke that cancels a grid.
    """
    kind = int(rng.choice(6, p=(0.26, 0.16, 0.2, 0.2, 0.1, 0.08)))
    char = str(rng.integers(10))
    digit = strokes(char, writer, rng)
    # One line alone across a 7 is a crossed 7, across a 1 a cross, across a 0 a slashed zero.
    slim = char in "017"
    if kind == 0:
        return digit + strike_lines(writer, rng, slim=slim)
    if kind in (1, 2):
        left = digit + (strike_lines(writer, rng, slim=slim) if kind == 1 else [])
        second = strokes(str(rng.integers(10)), writer, rng)
        big, small = (0.75, 0.75) if kind == 2 else (0.85, float(rng.uniform(0.45, 0.7)))
        gap = float(rng.uniform(0.24, 0.36))
        low = float(rng.uniform(-0.15, 0.15))
        return _move(left, big, -gap, 0.0) + _move(second, small, gap, low)
    if kind == 3:
        names = tuple(LETTERS)
        return pose(LETTERS[names[int(rng.integers(len(names)))]], writer, rng, writer.aspect * rng.uniform(0.8, 1.3))
    if kind == 4:
        return [scribble(rng, int(rng.integers(6, 16)))]
    x0, x1 = rng.uniform(-0.9, -0.35), rng.uniform(1.35, 1.9)
    y, rise = 0.5 + rng.uniform(-0.2, 0.2), rng.uniform(-1.0, 1.0)
    return [np.array([(x0, y - rise), ((x0 + x1) / 2, y + rng.normal(0, 0.05)), (x1, y + rise)])]


def scribble(rng: np.random.Generator, turns: int) -> NDArray[np.float64]:
    """A random line with `turns` turns that runs through the unit box from left to right; (n, 2)."""
    x = np.linspace(0, 1, turns) + rng.normal(0, 0.12, turns)
    y = 0.5 + rng.uniform(-0.5, 0.5, turns)
    return _spline(turns) @ np.stack([x, y], axis=1)


def random_line(rng: np.random.Generator, turns: int) -> NDArray[np.float64]:
    """A random line with `turns` turns anywhere in the unit box; (n, 2)."""
    return _spline(turns) @ rng.uniform(0, 1, (turns, 2))


def signature(rng: np.random.Generator) -> Strokes:
    """Invented squiggles in place of a signature, polylines in the unit box."""
    lines = [scribble(rng, int(rng.integers(8, 18))) * (1, rng.uniform(0.5, 1.0))]
    if rng.random() < 0.6:
        y = float(rng.uniform(0.5, 1.0))
        lines.append(np.array([(0.0, y), (0.5, y - 0.05), (1.0, y - 0.15)]))
    return lines


def _choose(char: str, writer: Writer, rng: np.random.Generator) -> Glyph:
    pool = SEVEN_SEGMENT.get(char, ROUND[char]) if writer.seven_segment else ROUND[char]
    habit = writer.variants[CHARACTERS.index(char)]
    # Writers mostly use their own shapes, but not always.
    return pool[(habit if rng.random() < 0.85 else int(rng.integers(len(pool)))) % len(pool)]


@lru_cache(maxsize=64)
def _spline(count: int) -> NDArray[np.float64]:
    """Matrix (samples, count) of a Catmull-Rom spline through `count` control points."""
    eye = np.eye(count)
    padded = np.vstack([eye[:1], eye, eye[-1:]])
    rows: list[NDArray[np.float64]] = []
    for i in range(count - 1):
        p0, p1, p2, p3 = padded[i : i + 4]
        for t in np.arange(_STEPS) / _STEPS:
            rows.append(
                0.5
                * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
            )
    rows.append(eye[-1])
    return np.array(rows)


def pose(glyph: Glyph, writer: Writer, rng: np.random.Generator, width: float) -> Strokes:
    """Draw any shape in this writer's style: polylines (n, 2) in the unit box as in `strokes`.

    Args:
        glyph: strokes as control points.
        writer: style.
        rng: random generator.
        width: width of the body divided by its height.
    """
    slant = writer.slant + rng.normal(0, 0.03)
    turn = np.radians(writer.turn + rng.normal(0, 2.0))
    cosine, sine = float(np.cos(turn)), float(np.sin(turn))
    matrix = np.array([[width * cosine, -width * sine], [-slant * cosine - sine, cosine - slant * -sine]])
    w = writer.warp
    result: Strokes = []
    for stroke in glyph:
        points = np.array(stroke, dtype=np.float64)
        shake = rng.normal(0, writer.shake, points.shape)
        doubled = np.flatnonzero((points[1:] == points[:-1]).all(axis=1))
        shake[doubled + 1] = shake[doubled]
        if doubled.size:
            # A doubled point is a corner; rounding pulls the two apart along the stroke.
            pull = 0.22 * writer.roundness * rng.uniform(0.6, 1.3)
            before, after = points[np.maximum(doubled - 1, 0)], points[np.minimum(doubled + 2, len(points) - 1)]
            corner = points[doubled].copy()
            points[doubled] += pull * (before - corner)
            points[doubled + 1] += pull * (after - corner)
        x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
        bent = np.stack([x + w[0] * x * y + w[1] * y * y + w[2] * x * x, y + w[3] * x * y + w[4] * x * x], axis=1)
        line = _spline(len(points)) @ (bent + shake)
        if rng.random() < 0.15:  # lifted early or late
            line = line[: max(4, len(line) - int(rng.integers(1, 4)))]
        result.append(line @ matrix + 0.5)
    return result


def _move(lines: Strokes, scale: float, dx: float, dy: float) -> Strokes:
    return [(line - 0.5) * scale + (0.5 + dx, 0.5 + dy) for line in lines]


def strike_lines(writer: Writer, rng: np.random.Generator, *, slim: bool) -> Strokes:
    """One or two lines through a character, or a zigzag over it; `slim` characters get two level lines or a zigzag."""
    kind = int(rng.choice((0, 3))) if slim else int(rng.integers(4))
    half = 0.5 * max(0.5, writer.aspect * 1.25)
    if kind == 3:
        return [(scribble(rng, int(rng.integers(5, 10))) - 0.5) * (2 * half, 0.9) + 0.5]
    lines: Strokes = []
    for i in range(2 if slim else 1 + int(rng.random() < 0.5)):
        rise = rng.uniform(-0.15, 0.15) if kind == 0 else rng.uniform(0.3, 0.55)
        y = 0.5 + 0.18 * i + rng.normal(0, 0.06)
        lines.append(np.array([(0.5 - half, y + rise), (0.5, y + rng.normal(0, 0.02)), (0.5 + half, y - rise)]))
    return lines
