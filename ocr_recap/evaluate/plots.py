"""Small plots as inline SVG, without script and style attributes, coloured by the page's style sheet.

The scale of confidences is logarithmic in the error (0, 0.9, 0.99, 0.999 at equal distances), since the differences
between good readers are near 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 20, 12, 44
_NINES = 4  # the scale ends at 0.9999


def reliability(bins: Iterable[Mapping[str, Any]], x_title: str, y_title: str) -> str:
    """Plot the share of right numbers over the mean confidence: a point per bin with its exact 95% interval.

    The dashed line is perfect calibration.
    """
    ticks = [(_nines(p), f"{p:g}") for p in (0, 0.9, 0.99, 0.999)] + [(1.0, "1")]
    parts = [_line(0, 0, 1, 1, "ideal")]
    for b in bins:
        if not b["count"]:
            continue
        x, share = _nines(b["mean_confidence"]), b["right"] / b["count"]
        parts.append(_line(x, _nines(b["right_lower95"]), x, _nines(b["right_upper95"]), "bar"))
        radius = 2.5 + min(4.0, math.log10(b["count"]))
        parts.append(_dot(x, _nines(share), "dot", radius, f"{b['right']} / {b['count']}"))
    return _frame("".join(parts), ticks, ticks, x_title, y_title)


def risk(points: Sequence[Mapping[str, float]], accepted: tuple[float, float] | None, titles: tuple[str, str]) -> str:
    """Plot risk over coverage; `accepted` is the point (coverage, risk) of the reader's accepted numbers."""
    risks = [p["risk"] for p in points] + ([accepted[1]] if accepted else [])
    top = _round_up(max([0.01, *risks]))
    x_ticks = [(i / 4, f"{25 * i}%") for i in range(5)]
    y_ticks = [(i / 4, f"{25 * top * i:.3g}%") for i in range(5)]
    path = " ".join(
        f"{'L' if i else 'M'}{_x(p['coverage']):.1f} {_y(p['risk'] / top):.1f}" for i, p in enumerate(points)
    )
    parts = [f'<path class="bar" d="{path}"/>'] if points else []
    if accepted:
        parts.append(_dot(accepted[0], accepted[1] / top, "here", 6, f"{accepted[0]:.1%}, {accepted[1]:.3%}"))
    return _frame("".join(parts), x_ticks, y_ticks, *titles)


def _frame(
    inside: str,
    x_ticks: Iterable[tuple[float, str]],
    y_ticks: Iterable[tuple[float, str]],
    x_title: str,
    y_title: str,
) -> str:
    """The plot around `inside` with axes, ticks and titles, which are plain text."""
    parts: list[str] = []
    for at, text in x_ticks:
        parts.append(_line(at, 0, at, 1, "grid"))
        parts.append(f'<text x="{_x(at):.1f}" y="{HEIGHT - 26}" text-anchor="middle">{text}</text>')
    for at, text in y_ticks:
        parts.append(_line(0, at, 1, at, "grid"))
        parts.append(f'<text x="{_LEFT - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{text}</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    height = (_TOP + HEIGHT - _BOTTOM) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{x_title}</text>')
    parts.append(f'<text transform="translate(13 {height:.0f}) rotate(-90)" text-anchor="middle">{y_title}</text>')
    head = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{y_title} / {x_title}">'
    return f"{head}{''.join(parts)}{inside}</svg>"


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_x(x0):.1f}" y1="{_y(y0):.1f}" x2="{_x(x1):.1f}" y2="{_y(y1):.1f}"/>'


def _dot(x: float, y: float, kind: str, radius: float, title: str) -> str:
    place = f'cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{radius:.1f}"'
    return f'<circle class="{kind}" {place}><title>{title}</title></circle>'


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _nines(probability: float) -> float:
    return min(1.0, -math.log10(max(1 - probability, 1e-12)) / _NINES)


def _round_up(value: float) -> float:
    """The next larger of 1, 2 or 5 times a power of ten, at most 1."""
    power = 10.0 ** math.floor(math.log10(value))
    return min(1.0, next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9)))
