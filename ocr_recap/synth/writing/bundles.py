"""Strokes of one tally cell: polylines in shares of the cell, x to the right, y down, (0, 0) at its top left corner.

`bundle` draws the strokes of drawn forms. `varied` draws the same strokes with more variation between hands: joined
without lifting the pen, moved to a side, small, drawn twice, crossed by a level stroke. Training cells use both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .strokes import Strokes

Bundle = Literal["slash", "backslash", "plain", "box"]
# Corners of a box in shares of it, and the sides (pairs of corners) in the two orders in which people draw them.
_CORNERS = ((0.0, 1.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
_SIDES = (((1, 0), (1, 2), (2, 3), (0, 3)), ((1, 0), (0, 3), (3, 2), (1, 2)))


def bundle(count: int, full: int, kind: Bundle, sloppy: float, lean: float, rng: np.random.Generator) -> Strokes:
    """Draw the strokes of one cell; the crossing stroke is last.

    Args:
        count: number of strokes.
        full: number of strokes of a full cell; from there on the last one crosses the others, unless `kind` is `plain`.
        kind: kind of the last stroke of a full cell; `box` draws four sides and a diagonal.
        sloppy: 0 neat ... 1 strokes lean, cross each other and the borders of their cell.
        lean: slant of all strokes of this hand, as a share of the width from the middle to either end.
        rng: random generator.
    """
    if kind == "box":
        return _box(min(count, full), sloppy, lean, rng)
    mess = sloppy
    slashed = kind != "plain" and count >= full > 1
    upright = count - 1 if slashed else count
    room = max(full - 1 if kind != "plain" else full, upright)
    lean = lean + rng.normal(0, 0.03 + 0.05 * mess)
    across = 0.62 + 0.12 * mess
    shift = rng.normal(0, 0.03 + 0.05 * mess)
    lines: Strokes = []
    for i in range(upright):
        x = 0.5 + shift + across * ((i + 0.5) / room - 0.5) + rng.normal(0, 0.015 + 0.025 * mess)
        own = lean + rng.normal(0, 0.01 + 0.06 * mess)
        top = rng.uniform(0.12, 0.25) - mess * rng.uniform(0, 0.22)
        bottom = rng.uniform(0.75, 0.9) + mess * rng.uniform(0, 0.25)
        bow = rng.normal(0, 0.01 + 0.02 * mess)
        lines.append(np.array([(x + own, top), (x + bow, (top + bottom) / 2), (x - own, bottom)]))
    if slashed:
        low = rng.uniform(0.62, 0.88) + 0.1 * mess
        high = rng.uniform(0.12, 0.36) - 0.1 * mess
        left = 0.5 - across / 2 + shift - rng.uniform(0.02, 0.12 + 0.12 * mess)
        right = 0.5 + across / 2 + shift + rng.uniform(0.0, 0.1 + 0.15 * mess)
        ends = [(left, low), (right, high)] if kind == "slash" else [(left, high), (right, low)]
        lines.append(np.array(ends))
    return lines


def _box(count: int, sloppy: float, lean: float, rng: np.random.Generator) -> Strokes:
    """Up to four sides of a box, and its diagonal as the fifth stroke."""
    low, high = np.array([0.24, 0.2]), np.array([0.76, 0.82])
    corners = np.array(_CORNERS) * (high - low) + low + rng.normal(0, 0.02 + 0.03 * sloppy, (4, 2))
    corners[:, 0] -= lean * (corners[:, 1] - 0.5)
    sides = _SIDES[int(rng.integers(2))]
    loose = 0.012 + 0.03 * sloppy
    lines = [corners[list(side)] + rng.normal(0, loose, (2, 2)) for side in sides[: min(count, 4)]]
    if count > 4:
        ends = (0, 2) if rng.random() < 0.7 else (1, 3)
        lines.append(corners[list(ends)] + rng.normal(0, 2 * loose, (2, 2)))
    return [np.array([line[0], line.mean(axis=0) + rng.normal(0, loose / 2, 2), line[1]]) for line in lines]


@dataclass(frozen=True)
class TallyHand:
    """Style of one person's tally marks.

    Attributes:
        kind: as in `bundle`.
        sloppy: as in `bundle`.
        lean: as in `bundle`.
        level: True when the crossing stroke is level.
        joined: probability that the pen is not lifted between two strokes.
        doubled: probability that a stroke is drawn twice.
        middle: centre of the strokes in the cell, (x, y).
        size: size of the strokes relative to those of `bundle`, (width, height).
        centred: True when an incomplete bundle is centred, False when it starts at the left.
        touching: True when the crossing stroke of a full cell reaches into the neighbouring cells.
    """

    kind: Bundle
    sloppy: float
    lean: float
    level: bool
    joined: float
    doubled: float
    middle: tuple[float, float]
    size: tuple[float, float]
    centred: bool
    touching: bool

    @classmethod
    def draw(cls, rng: np.random.Generator) -> TallyHand:
        """Draw a random hand; shares by judgement. Half of the hands draw the strokes of `bundle` unchanged."""
        plain = rng.random() < 0.5
        kinds: tuple[Bundle, ...] = ("slash", "backslash", "plain", "box")
        size = (1.0, 1.0) if plain else (float(rng.uniform(0.58, 1.2)), float(rng.uniform(0.55, 1.15)))
        room = (0.5 - 0.34 * min(1.0, size[0]), 0.5 - 0.4 * min(1.0, size[1]))
        aside = (0.5, 0.5)
        if not plain:
            aside = (0.5 + float(rng.uniform(-0.9, 0.5)) * room[0], 0.5 + float(rng.uniform(-0.8, 0.8)) * room[1])
        return cls(
            kind=kinds[int(rng.choice(4, p=(0.54, 0.2, 0.18, 0.08)))],
            sloppy=float(rng.beta(1.1, 2.0)),
            lean=float(rng.normal(0, 0.06)),
            level=bool(not plain and rng.random() < 0.12),
            joined=float(rng.uniform(0.1, 0.7)) if not plain and rng.random() < 0.4 else 0.0,
            doubled=float(rng.uniform(0.02, 0.15)) if not plain and rng.random() < 0.3 else 0.0,
            middle=aside,
            size=size,
            centred=bool(not plain and rng.random() < 0.3),
            touching=bool(rng.random() < 0.18),
        )


def varied(count: int, full: int, hand: TallyHand, rng: np.random.Generator, *, crossed: bool | None = None) -> Strokes:
    """Draw the strokes of one cell by this hand; arguments as `bundle`.

    Args:
        count: number of strokes.
        full: number of strokes of a full cell.
        hand: style.
        rng: random generator.
        crossed: None crosses full cells as the hand does; True crosses with the last stroke whatever the count, like a
            person who closes a bundle of four or six.
    """
    close = count >= full if crossed is None else crossed
    kind: Bundle = hand.kind if close or hand.kind in ("plain", "box") else "slash"
    if crossed and kind in ("plain", "box"):
        kind = "slash"
    turned = hand.lean + hand.sloppy * rng.uniform(-0.22, 0.3)
    lines = bundle(count, count if crossed else full, kind, hand.sloppy, turned, rng)
    across = close and kind not in ("plain", "box") and count > 1
    if across and hand.level:
        level = float(rng.uniform(0.35, 0.65))
        lines[-1] = np.array([(lines[-1][0, 0], level + rng.normal(0, 0.05)), (lines[-1][1, 0], level)])
    if across and hand.touching:
        lines[-1][0, 0] = min(lines[-1][0, 0], rng.uniform(-0.16, 0.04))
        lines[-1][-1, 0] = max(lines[-1][-1, 0], rng.uniform(0.96, 1.16))
    upright = lines[:-1] if across else lines
    if hand.centred and not close and upright and kind != "box":
        middle = float(np.mean([line[:, 0].mean() for line in upright]))
        upright = [line - (middle - 0.5, 0) for line in upright]
    done: Strokes = []
    for line in upright:
        if done and rng.random() < hand.joined:
            done[-1] = np.concatenate([done[-1], line])  # the pen stays on the paper between two strokes
        else:
            done.append(line)
        if rng.random() < hand.doubled:
            done.append(line + rng.normal(0, 0.012, line.shape))
    done += lines[-1:] if across else []
    return [(line - 0.5) * hand.size + hand.middle for line in done]
