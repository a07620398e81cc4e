"""Finds the lines of writing in the picture of a space for a number in words, and what the form prints there.

Components of ink are put together to lines; what is printed, ruled, or reaches in from an edge is no writing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from ..forms.fields import Page, Words
from ..forms.print_items import PrintedDots, PrintedText, Rect
from ..imaging.arrays import GrayImage

BAND = 0.5  # mm around a dotted line that is cleared of its dots; by judgement
# Values below without another origin are by judgement.
# Share of the contrast of usual ink, and of the darkest, from which a pixel is ink. By judgement, after the cuts of 500
# drawn strips by calibration writers were looked at: shadows and uneven pens leave some letters paler than others.
_INK, _PALE = 0.5, 0.35
_FAINT = 0.09  # least contrast of the darkest ink, as a share of the paper's gray
_FRAME = 0.25  # share of the space's height in which a frame of the form is looked for at each edge
_SPECK = 0.012  # least ink of a part of the writing, as a share of the squared height of the space for one line
_RULE = 0.6  # a component this long (share of the space's width) and at most `_THIN` high is a ruled line
_THIN = 0.12  # of the height of the space for one line
_RIM = 0.2  # height (share of one line's) up to which a component that touches the upper or lower edge is no letter
_SAME = 0.4  # overlap in height, as a share of the lower one, from which two components stand on one line
_WITHIN = 0.45  # the same, from which two groups of components are one line
_STEEP = 0.12  # largest slope of a line of writing
_TAILS = 0.04  # share of a line's ink above and below its letters that is ignored: dots, tails, stray marks
# Square, in quarters of a px of the coarse picture, whose brightest place is the paper around a pixel: wider than
# strokes, and narrow enough to follow the edge of a shadow.
_AROUND = np.ones((4, 4), np.uint8)
_FEW_PARTS = 3  # components of a dash or a flat line at most; words as long for their height have more letters
_WHOLE = 0.85  # share of the height of a space for several lines from which a component is no letter but a shadow
_HIGH = 1.7  # height of a line, in heights of its usual part, from which it may be several lines
_LONG = 1.8  # least width of each of several lines, in heights of it: three letters
_GAP = 0.08  # ink in the gap between two lines, as a share of that in the weaker of them
_MARGIN = 0.6  # mm around a printed text that is left out


_Part = tuple[int, int, int, int, int]  # a connected component: its label, x, y, width, height


@dataclass(frozen=True)
class PrintInSpace:
    """What the form prints in a space for words: rectangles of texts, and y, from and to x of dotted lines; mm."""

    texts: tuple[Rect, ...] = ()
    dots: tuple[tuple[float, float, float], ...] = ()


NO_PRINT = PrintInSpace()


@dataclass(frozen=True)
class WrittenLine:
    """A line of writing in the coarse picture, px: y = middle + slope * x, `height` of its letters, from x to x."""

    middle: float
    slope: float
    height: float
    start: float
    end: float


def lines_of(picture: GrayImage, words: Words, scale: float, said: PrintInSpace) -> list[WrittenLine]:
    """The lines of writing in the coarse picture of a space, from the top; at most as many as fit."""
    ink = _ink_of(picture, words.rect, scale, said)
    if ink is None:
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    room = len(ink) / words.lines
    kept = [i for i in range(1, count) if _is_writing(stats[i].tolist(), ink.shape, room)]
    groups = _in_lines([(i, *stats[i, :4].tolist()) for i in kept])
    parts = [
        part
        for group in groups
        for part in _apart(np.isin(labels, group), group, np.asarray(stats, np.int32), words.lines)
    ]
    written = [_fitted(ink_of_line, room, many) for ink_of_line, many in parts]
    found = [line for line in written if line is not None]
    found.sort(key=lambda line: line.middle + line.slope * (line.start + line.end) / 2)
    if len(found) > words.lines:
        kept_ink = sorted(found, key=lambda line: -(line.end - line.start) * line.height)[: words.lines]
        found = [line for line in found if line in kept_ink]
    return found


def _ink_of(picture: GrayImage, rect: Rect, scale: float, said: PrintInSpace) -> NDArray[np.uint8] | None:
    """Where ink is, (h, w) 0 or 1; None where the paper is bare. Print that is known is left out."""
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    small = cv2.resize(smooth, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _AROUND), (3, 3))
    paper = cv2.erode(paper, np.ones((3, 3), np.uint8))  # the dark side of a shadow's edge is no ink
    paper = cv2.resize(paper, picture.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    dark = np.asarray(1 - smooth.astype(np.float32) / np.maximum(paper, 1), dtype=np.float32)
    for text in said.texts:
        x0, y0, x1, y1 = (
            round((v - rect[i % 2]) * scale) for i, v in enumerate(np.add(text, np.array([-1, -1, 1, 1]) * _MARGIN))
        )
        dark[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 0
    for y, x0, x1 in said.dots:
        clear_band(dark, (y - rect[1]) * scale, BAND * scale, ((x0 - rect[0]) * scale, (x1 - rect[0]) * scale), 0)
    _clear_frame(dark)
    _clear_frame(dark.T)
    low, middle, usual, deepest = np.percentile(dark, [10.0, 40.0, 97.0, 99.7]).tolist()
    peak = max(deepest, float(np.partition(dark, -12, axis=None)[-12]))
    if peak < _FAINT:
        return None
    grain = middle + (middle - low)  # what bare paper reaches
    return (dark > max(_INK * min(peak, usual), _PALE * peak, grain, 0.6 * _FAINT)).astype(np.uint8)


def _clear_frame(dark: NDArray[np.float32]) -> None:
    """Clear rows at the upper and lower edge that are dark for nearly all their length, in place: a frame of the form.

    A frame is darker than writing, which would not count as ink beside it.
    """
    most = max(1, round(_FRAME * min(dark.shape)))
    ruled = np.percentile(dark, 15, axis=1) > _FAINT
    for edge, rows in ((ruled[:most], dark), (ruled[::-1][:most], dark[::-1])):
        if edge.any():
            rows[: int(np.flatnonzero(edge)[-1]) + 2] = 0  # and the blurred rim of the frame


def clear_band(picture: NDArray[np.float32], y: float, reach: float, ends: tuple[float, float], lightest: int) -> None:
    """Clear a row of dots from a picture in place: what is not darker both above and below of it, too.

    Args:
        picture: (h, w); 0 is paper where `lightest` is 0, else dark is ink.
        y, reach: middle of the row and half its height, px.
        ends: of the row, px.
        lightest: 0 where greater values are ink, 255 where smaller ones are.
    """
    top, bottom = math.floor(y - reach), math.ceil(y + reach)
    left, right = max(0, math.floor(ends[0])), min(picture.shape[1], math.ceil(ends[1]))
    if top < 1 or bottom >= len(picture) or left >= right:
        top, bottom = max(top, 0), min(bottom, len(picture) - 1)
        if top < bottom and left < right and lightest == 0:
            picture[top:bottom, left:right] = 0
        return
    share = (np.arange(top, bottom) - (top - 1))[:, None] / (bottom - top + 1)
    between = (1 - share) * picture[top - 1, left:right] + share * picture[bottom, left:right]
    band = picture[top:bottom, left:right]
    band[:] = np.minimum(band, between) if lightest == 0 else np.maximum(band, between)


def _is_writing(stat: Sequence[int], shape: tuple[int, ...], room: float) -> bool:
    """False for specks, ruled lines, and what reaches into the space from its upper or lower edge."""
    _, y, wide, tall, area = stat
    if area < max(3.0, _SPECK * room * room * 0.25):
        return False
    if wide > _RULE * shape[1] and tall <= max(2.0, _THIN * room) and (y <= 1 or y + tall >= shape[0] - 1):
        return False
    if tall > _WHOLE * shape[0] and room < 0.6 * shape[0]:
        return False
    return not ((y <= 0 or y + tall >= shape[0]) and tall < _RIM * min(room, shape[0]) and wide > tall)


def _in_lines(parts: Sequence[_Part]) -> list[list[int]]:
    """Components (label, x, y, width, height) in groups that stand on one line, by labels.

    High components are put into lines first. A low one, such as a dot or a dash, joins the nearest line.
    """
    if not parts:
        return []
    tallest = sorted((p[4] for p in parts), reverse=True)
    usual = float(np.median(tallest[: max(1, (len(tallest) + 1) // 2)]))
    high = sorted((p for p in parts if p[4] >= 0.45 * usual), key=lambda p: (p[1], p[2]))
    lines: list[list[_Part]] = []
    for part in high:
        shares = [_shared(part, line) for line in lines]
        if shares and max(shares) >= _SAME:
            lines[int(np.argmax(shares))].append(part)
        else:
            lines.append([part])
    lines = _merged(lines)
    for part in parts:
        if part[4] >= 0.45 * usual:
            continue
        middle = part[2] + part[4] / 2
        away = [min(abs(middle - (p[2] + p[4] / 2)) for p in line[-8:]) for line in lines]
        if min(away) <= usual:
            lines[int(np.argmin(away))].append(part)
    return [[p[0] for p in line] for line in lines]


def _apart(
    ink: NDArray[np.bool_], group: Sequence[int], stats: NDArray[np.int32], most: int
) -> list[tuple[NDArray[np.bool_], int]]:
    """A group of components as one line, or as several where their ink leaves a gap from left to right.

    Lines that stand close together may touch, and would pass for one line of high letters.

    Returns:
        The ink of each line, and its number of components.
    """
    whole = [(ink, len(group))]
    y, x = np.nonzero(ink)
    usual = float(np.median([stats[i, cv2.CC_STAT_HEIGHT] for i in group]))
    if most < 2 or len(group) < 2 or np.ptp(y) < _HIGH * usual:
        return whole
    best: tuple[float, float, float] | None = None
    for slope in np.linspace(-_STEEP, _STEEP, 9).tolist():
        level = y - slope * x
        counts = np.bincount((level - level.min()).astype(int)).astype(float)
        middle = slice(round(0.3 * len(counts)), max(round(0.7 * len(counts)), round(0.3 * len(counts)) + 1))
        at = middle.start + int(counts[middle].argmin())
        depth = counts[at] / max(1.0, min(counts[:at].max(initial=0), counts[at:].max(initial=0)))
        if best is None or depth < best[0]:
            best = depth, slope, float(level.min()) + at
    if best is None or best[0] > _GAP:
        return whole
    upper = y - best[1] * x < best[2]
    if any(np.ptp(x[side]) < _LONG * (np.ptp(y[side]) + 1) for side in (upper, ~upper) if side.any()):
        return whole  # one line of few letters, such as NOL
    halves: list[tuple[NDArray[np.bool_], int]] = []
    for side in (upper, ~upper):
        half = np.zeros_like(ink)
        half[y[side], x[side]] = True
        halves.append((half, max(1, len(group) // 2)))
    return halves


def _merged(lines: list[list[_Part]]) -> list[list[_Part]]:
    """Lines of which one lies largely within the height of another are one line."""
    found: list[list[_Part]] = []
    for line in sorted(lines, key=lambda line: -sum(p[3] for p in line)):
        whole = next((other for other in found if _within(_reach(line), _reach(other))), None)
        if whole is None:
            found.append(line)
        else:
            whole += line
    return found


def _within(one: tuple[float, float], other: tuple[float, float]) -> bool:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return both >= _WITHIN * min(one[1] - one[0], other[1] - other[0])


def _reach(line: Sequence[_Part]) -> tuple[float, float]:
    """Top and bottom of most components of a line."""
    tops, bottoms = [p[2] for p in line], [p[2] + p[4] for p in line]
    return float(np.percentile(tops, 20)), float(np.percentile(bottoms, 80))


def _shared(part: _Part, line: Sequence[_Part]) -> float:
    """Overlap in height of a component with the last ones of a line, as a share of the lower of the two."""
    last = line[-3:]
    top, bottom = float(np.mean([p[2] for p in last])), float(np.mean([p[2] + p[4] for p in last]))
    both = min(bottom, part[2] + part[4]) - max(top, part[2])
    return both / max(1.0, min(bottom - top, part[4]))


def _fitted(ink: NDArray[np.bool_], room: float, parts: int) -> WrittenLine | None:
    """The line through the ink of one line of writing, which has so many parts; None where it is too little."""
    y, x = np.nonzero(ink)
    if len(y) < max(6.0, _SPECK * room * room):
        return None
    slope = 0.0
    if np.ptp(x) > 2.5 * max(np.ptp(y), 1):
        slope = float(np.clip(np.polyfit(x, y, 1)[0], -_STEEP, _STEEP))
    level = y - slope * x
    top, bottom = np.percentile(level, [100 * _TAILS, 100 * (1 - _TAILS)])
    height = float(bottom - top + 1) / (1 - 2 * _TAILS * 0.5)
    # A dash or a flat line alone is not blown up to the height of letters.
    flat = parts <= _FEW_PARTS and height < 0.1 * np.ptp(x)
    height = max(height, 0.12 * room, 0.08 * float(np.ptp(x)) if flat else 0.0, 4.0)
    return WrittenLine(float(top + bottom) / 2 + 0.5, slope, height, float(x.min()), float(x.max()) + 1)


def print_in(page: Page, rect: Rect) -> PrintInSpace:
    """The texts and level dotted lines of a page that are printed in a space for words; `rect` in mm."""
    texts = [box for item in page.printed if isinstance(item, PrintedText) and _meet(box := _box_of(item), rect)]
    dots: list[tuple[float, float, float]] = []
    for item in page.printed:
        if isinstance(item, PrintedDots) and _meet(item.dots, rect) and abs(item.dots[3] - item.dots[1]) < BAND:
            dots.append(((item.dots[1] + item.dots[3]) / 2, item.dots[0] - item.pitch, item.dots[2] + item.pitch))
    return PrintInSpace(tuple(texts), tuple(dots))


def _meet(one: Rect, other: Rect) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _box_of(text: PrintedText) -> Rect:
    """The rectangle of a printed text, with what reaches below its baseline."""
    length = text.size * _ems(text.text) / 0.7
    x = text.at[0] - {"left": 0.0, "center": length / 2, "right": length}[text.align]
    return x, text.at[1] - 1.1 * text.size, x + length, text.at[1] + 0.4 * text.size


@lru_cache(maxsize=256)
def _ems(text: str) -> float:
    """Length of a text in the font of the drawing, in ems."""
    return ImageFont.load_default(size=100).getlength(text) / 100
