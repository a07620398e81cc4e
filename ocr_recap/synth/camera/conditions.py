"""Parameters of a synthetic photo, from the sheet to the stored file: each with meaning, unit, ranges and reason.

`PARAMETERS` is the one table: presets draw from it, `docs/reference/synthesis-camera.md` is printed from it (`rows()`),
and `Conditions` has a field for each row. The order of the stages is the order in which they act.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import numpy as np

Preset = Literal["clean", "field", "hard"]
Stage = Literal["paper", "geometry", "scene", "light", "lens", "sensor", "processing", "chat app"]
Range = tuple[float, float]

# Kinds of background, see `background.texture`.
BACKGROUNDS = ("wood", "cloth", "wall", "dark", "stone")
# Names of the presets, the easiest first.
PRESETS: tuple[Preset, ...] = get_args(Preset)


@dataclass(frozen=True)
class Conditions:
    """The conditions of one photo; `PARAMETERS` describes each value. The defaults are those of a flawless photo."""

    white: float = 0.85
    bend: float = 0.0
    bend_axis: float = 0.0
    ripple: float = 0.0
    ripple_length: float = 150.0
    fold: float = 0.0
    folds: float = 1.0
    crease: float = 0.0
    bleed: float = 0.0
    copy_contrast: float = 0.0
    copy_loss: float = 0.0
    distance: float = 2.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    rotation: float = 0.0
    turn: float = 0.0
    fill: float = 0.92
    shift_x: float = 0.0
    shift_y: float = 0.0
    cut: float = 0.0
    aspect: float = 0.75
    bulge: float = 0.0
    background: float = 0.0
    neighbour: float = 0.0
    hand: float = 0.0
    cable: float = 0.0
    screen_rows: float = 1000.0
    screen: float = 0.0
    slope: float = 0.0
    direction: float = 45.0
    warmth: float = 0.0
    shadow: float = 0.0
    penumbra: float = 10.0
    glare: float = 0.0
    defocus: float = 0.0
    motion: float = 0.0
    vignette: float = 0.0
    exposure: float = 0.9
    noise: float = 0.0
    smoothing: float = 0.0
    sharpening: float = 0.0
    contrast: float = 1.0
    jpeg: float = 92.0
    chat_longer: float = 0.0
    chat_jpeg: float = 70.0
    chat_rounds: float = 1.0
    part: float = 0.0
    back: float = 0.0


@dataclass(frozen=True)
class Parameter:
    """One row of the table. A preset draws a value evenly from its range with its `share`, else keeps the default.

    Attributes:
        name: the field of `Conditions`.
        stage: where it acts.
        meaning: what it is in the world.
        unit: of the value.
        clean, field, hard: range of each preset (ends included).
        share: how often each preset departs from the default, 0..1, in that order.
        reason: why these figures.
        whole: only whole numbers.
        signed: the drawn value gets either sign.
        step: only multiples of it, from the range's lower end.
        reach: the largest size that may be asked for, where that is more than any preset draws.
        least: the smallest size that may be asked for, where that is less than any preset draws.
    """

    name: str
    stage: Stage
    meaning: str
    unit: str
    clean: Range
    field: Range
    hard: Range
    share: tuple[float, float, float]
    reason: str
    whole: bool = False
    signed: bool = False
    step: float = 0.0
    reach: float = 0.0
    least: float = math.inf

    def span(self, preset: Preset) -> Range:
        """The range of a preset."""
        return {"clean": self.clean, "field": self.field, "hard": self.hard}[preset]

    def draw(self, span: Range, rng: np.random.Generator) -> float:
        """A value from the range, signed if the parameter is."""
        low, high = span
        if self.step:
            value = low + self.step * int(rng.integers(round((high - low) / self.step) + 1))
        elif self.whole:
            value = float(rng.integers(round(low), round(high) + 1))
        else:
            value = float(rng.uniform(low, high))
        return -value if self.signed and rng.random() < 0.5 else value

    def allowed(self, value: float) -> bool:
        """True for values within the widest of the three ranges, `least` or the reach, and for the default."""
        default = float(getattr(Conditions(), self.name))
        size = abs(value) if self.signed else value
        spans = (self.clean, self.field, self.hard)
        return (
            min(default, self.least, *(s[0] for s in spans)) <= size <= max(default, self.reach, *(s[1] for s in spans))
        )


# Share of a parameter that every preset draws.
_ALWAYS = (1.0, 1.0, 1.0)


def _p(
    name: str,
    stage: Stage,
    meaning: str,
    unit: str,
    clean: Range,
    field: Range,
    hard: Range,
    share: tuple[float, float, float],
    reason: str,
    *,
    whole: bool = False,
    signed: bool = False,
    step: float = 0.0,
    reach: float = 0.0,
    least: float = math.inf,
) -> Parameter:
    return Parameter(name, stage, meaning, unit, clean, field, hard, share, reason, whole, signed, step, reach, least)


PARAMETERS: dict[str, Parameter] = {
    p.name: p
    for p in (
        _p("white", "paper", "light that blank paper gives back", "share of the light",
           (0.80, 0.90), (0.72, 0.92), (0.65, 0.92), _ALWAYS,
           "office paper 0.80-0.92; recycled and yellowed paper down to 0.65"),
        _p("bend", "paper", "rise of the sheet's middle above its ends, one even arc", "mm",
           (0, 2), (2, 9), (8, 20), (0.3, 0.5, 0.6),
           "a sheet held by hand or taped at its top; 20 mm over 420 mm slope by 11 degrees at the ends", signed=True),
        _p("bend_axis", "paper", "direction in which the arc runs, 0 across the page, 90 down it", "degrees",
           (0, 180), (0, 180), (0, 180), _ALWAYS, "any: paper was rolled, or hangs"),
        _p("ripple", "paper", "height of ripples", "mm",
           (0, 0.4), (0.3, 1.2), (0.8, 2.0), (0.3, 0.3, 0.4), "moist air and erased or fluid-covered spots"),
        _p("ripple_length", "paper", "length of a ripple", "mm",
           (120, 250), (90, 250), (80, 200), _ALWAYS, "read off posters on walls"),
        _p("fold", "paper", "angle by which a fold stays open", "degrees",
           (1, 3), (3, 9), (8, 16), (0.2, 0.45, 0.6),
           "plano forms come folded and are pressed flat by hand; above 16 a page is refolded, not photographed",
           reach=25),
        _p("folds", "paper", "1: a fold across the longer side; 2: and across the shorter; 3: and at the quarters",
           "count", (1, 2), (1, 3), (1, 3), _ALWAYS, "forms are packed in halves, quarters or eighths", whole=True),
        _p("crease", "paper", "darkening of the fold line itself", "share of the light",
           (0.03, 0.08), (0.05, 0.2), (0.1, 0.35), _ALWAYS, "toner and dirt in the crease; only where there is a fold"),
        _p("bleed", "paper", "darkness of what is on the back (or the next sheet) shining through", "share of its ink",
           (0.01, 0.03), (0.03, 0.12), (0.08, 0.22), (0.1, 0.2, 0.35),
           "70-80 g/m2 paper has an opacity of 0.88-0.93; markers soak through further"),
        _p("copy_contrast", "paper", "gain of a photocopier's tone curve; the sheet becomes gray", "factor",
           (1.5, 2.0), (1.5, 2.5), (1.8, 4.0), (0, 0.05, 0.12), "copies of copies are nearly black and white"),
        _p("copy_loss", "paper", "width up to which lines get lost on the photocopy", "mm",
           (0.05, 0.1), (0.08, 0.18), (0.12, 0.28), _ALWAYS,
           "a drum resolves 0.1 mm new, 0.25 mm worn; dots of the guide measure 0.32; only on copies"),
        _p("distance", "geometry", "camera to sheet, in heights of the sheet", "sheet heights",
           (1.2, 2.2), (0.95, 2.0), (0.8, 1.6), _ALWAYS,
           "a phone's view of 65 degrees spans a sheet from about 0.9 of its height"),
        _p("tilt_x", "geometry", "turn of the sheet about its horizontal middle line", "degrees",
           (0, 4), (0, 12), (4, 22), _ALWAYS, "posters hang higher or lower than the phone", signed=True),
        _p("tilt_y", "geometry", "turn of the sheet about its vertical middle line", "degrees",
           (0, 4), (0, 10), (3, 20), _ALWAYS, "people stand beside the poster", signed=True),
        _p("rotation", "geometry", "turn of the sheet within the photo, clockwise", "degrees",
           (0, 2), (0, 6), (2, 15), _ALWAYS, "level holding is good to a few degrees", signed=True),
        _p("turn", "geometry", "quarter turns: photos stored sideways or upside down", "degrees",
           (0, 0), (0, 270), (0, 270), (0, 0.15, 0.3), "phones lose orientation when held flat above a table", step=90),
        _p("fill", "geometry", "share of the photo that the sheet spans where it fits tightest", "share",
           (0.86, 0.96), (0.75, 0.98), (0.6, 0.98), _ALWAYS, "a form is framed whole; from far away it is small"),
        _p("shift_x", "geometry", "place of the sheet in the room left beside it: 0 middle, 1 at the frame", "share",
           (0, 0.4), (0, 0.7), (0, 0.9), _ALWAYS, "framing by eye", signed=True),
        _p("shift_y", "geometry", "the same, up and down", "share",
           (0, 0.4), (0, 0.7), (0, 0.9), _ALWAYS, "framing by eye", signed=True),
        _p("cut", "geometry", "part of the sheet outside the photo, at its nearest side", "share of the sheet",
           (0.01, 0.02), (0.01, 0.05), (0.03, 0.12), (0, 0.06, 0.15), "hasty framing; above 0.12 fields are lost"),
        _p("aspect", "geometry", "shorter by longer side of the photo", "ratio",
           (0.75, 0.75), (0.75, 0.75), (0.75, 0.75), _ALWAYS, "sensors of phones are 3:4"),
        _p("bulge", "geometry", "lens distortion at the photo's corners, either way", "share of the distance",
           (0, 0.002), (0, 0.006), (0, 0.012), _ALWAYS, "what phones leave after correction", signed=True),
        _p("background", "scene", "the ground: " + ", ".join(f"{i} {b}" for i, b in enumerate(BACKGROUNDS)),
           "kind", (0, 4), (0, 4), (0, 4), _ALWAYS, "tables, cloths, floors, walls of schools", whole=True),
        _p("neighbour", "scene", "gap to the poster beside it (0: none)", "mm",
           (8, 20), (2, 20), (1, 10), (0, 0.2, 0.35), "all pages hang on one wall, edge to edge"),
        _p("hand", "scene", "how far fingers reach over an edge", "mm",
           (3, 8), (5, 25), (12, 45), (0, 0.12, 0.25), "a thumb holds the sheet flat; its reach is up to 45 mm"),
        _p("cable", "scene", "thickness of a cable or strap lying over a corner", "mm",
           (2, 4), (2, 6), (3, 12), (0, 0.05, 0.12), "chargers 3 mm, lanyards 10-15 mm"),
        _p("screen_rows", "scene", "rows of screen pixels that the sheet spans", "count",
           (900, 1400), (700, 1600), (600, 1800), _ALWAYS,
           "a page shown whole on screens of 768 to 2160 rows; only on screens", whole=True),
        _p("screen", "scene", "the sheet is on a screen: contrast of its pixels as recorded", "share",
           (0.03, 0.08), (0.05, 0.25), (0.15, 0.5), (0, 0.03, 0.1),
           "nearly 1 on the screen; lens and pixel size leave 0.05-0.4, the sharper the phone the more"),
        _p("slope", "light", "light lost from the brightest to the darkest side", "share of the light",
           (0.02, 0.15), (0.05, 0.4), (0.2, 0.65), _ALWAYS, "one window or lamp at the side"),
        _p("direction", "light", "where the light comes from, clockwise from the right", "degrees",
           (0, 360), (0, 360), (0, 360), _ALWAYS, "any"),
        _p("warmth", "light", "colour left after white balance; -1 bluish, 1 yellowish", "1: 20% less blue",
           (0, 0.3), (0, 0.8), (0.2, 1.5), _ALWAYS, "2700 K balanced as daylight: about 1.5", signed=True),
        _p("shadow", "light", "light taken by the phone's and the arm's shadow", "share of the light",
           (0.05, 0.15), (0.15, 0.5), (0.35, 0.75), (0.1, 0.35, 0.5), "one lamp: 0.7 and more; several: 0.2-0.4"),
        _p("penumbra", "light", "width of the shadow's edge", "mm",
           (10, 60), (4, 40), (2, 25), _ALWAYS, "lamp of 20-300 mm at 2 m, phone 0.3 m above the sheet"),
        _p("glare", "light", "brightness of a reflection in a plastic sheet or glossy tape", "times white paper",
           (0.02, 0.08), (0.1, 0.5), (0.4, 1.5), (0, 0.12, 0.25), "plastic reflects 4-8% of a bright lamp"),
        _p("defocus", "lens", "diameter of the blur circle on the paper", "mm",
           (0.1, 0.3), (0.15, 0.7), (0.6, 1.6), _ALWAYS,
           "a sharp photo of A3 resolves 0.2 mm; pens write 0.5-2; up to 12 where the phone did not focus at all",
           reach=12),
        _p("motion", "lens", "length of the smear by a moving hand", "mm",
           (0.1, 0.2), (0.2, 0.8), (0.6, 2.2), (0, 0.25, 0.45),
           "a hand turns by 1-3 degrees/s: 1/30 s at 400 mm smears 0.2-0.7 mm, 1/10 s three times that"),
        _p("vignette", "lens", "light lost in the photo's corners", "share of the light",
           (0, 0.1), (0.05, 0.25), (0.1, 0.4), _ALWAYS, "cos^4 of 35 degrees loses 0.55; phones correct most of it"),
        _p("exposure", "sensor", "level of white paper in full light, before clipping", "share of the scale (display)",
           (0.82, 0.97), (0.6, 1.02), (0.32, 0.75), _ALWAYS, "phones place paper at 0.7-0.9; halls are dark"),
        _p("noise", "sensor", "noise of the sensor at mid gray", "gray levels of 255",
           (0.5, 2), (1, 5), (4, 12), _ALWAYS, "ISO 50-100: 1-2; ISO 1600-3200 of small sensors: 8-12"),
        _p("smoothing", "processing", "radius of the phone's noise filter", "px",
           (0, 0.4), (0, 0.7), (0.3, 1.1), _ALWAYS, "the brighter the noise the stronger the filter; blotches remain"),
        _p("sharpening", "processing", "overshoot at edges added by the phone", "share of the edge",
           (0, 0.4), (0, 0.8), (0, 1.2), _ALWAYS, "phones sharpen at a radius of about a pixel"),
        _p("contrast", "processing", "factor around mid gray", "factor",
           (0.95, 1.1), (0.85, 1.15), (0.65, 1.1), _ALWAYS,
           "tone curves; fog and dirty lenses flatten, at worst to 0.1", least=0.1),
        _p("jpeg", "processing", "quality of the stored file", "1-100",
           (88, 95), (75, 95), (50, 90), _ALWAYS, "phones store 85-95, apps that save data less", whole=True),
        _p("chat_longer", "chat app", "longer side after a chat app (0: not sent by one)", "px",
           (1600, 2000), (1200, 1600), (800, 1280), (0, 0.25, 0.45), "usual limits of messengers: 800, 1280, 1600"),
        _p("chat_jpeg", "chat app", "quality of the chat app's file", "1-100",
           (75, 85), (55, 80), (35, 65), _ALWAYS, "60-80 usual, less in saving modes", whole=True),
        _p("chat_rounds", "chat app", "times that it was forwarded anew", "count",
           (1, 1), (1, 2), (1, 3), _ALWAYS, "officer to village to district group", whole=True),
        # These are the last ones, so that what seeds drew before they were there stays what it was.
        _p("part", "processing", "share of the sheet's sides that the photo is cut to (0: not cut)", "share",
           (0.25, 0.8), (0.25, 0.8), (0.25, 0.8), (0, 0, 0), "people cut a photo to what matters to them"),
        _p("back", "paper", "the sheet's back is photographed: darkness of the print showing through (0: the front)",
           "share of its ink", (0.06, 0.22), (0.06, 0.22), (0.06, 0.22), (0, 0, 0),
           "the same paper as for `bleed`; a marker's ink shows most"),
    )
}  # fmt: skip


def draw(preset: Preset, rng: np.random.Generator, changes: Mapping[str, Range] | None = None) -> Conditions:
    """Random conditions of a preset; `changes` gives some parameters another range and makes them certain.

    Every parameter draws the same amount of randomness whatever the preset and the changes, so that a defect added to a
    seed changes nothing else about its photo.
    """
    values: dict[str, float] = {}
    for name, parameter in PARAMETERS.items():
        own = np.random.default_rng(int(rng.integers(1 << 62)))
        share = parameter.share[PRESETS.index(preset)]
        span = changes.get(name) if changes else None
        if own.random() < share or span:
            values[name] = parameter.draw(span or parameter.span(preset), own)
    return replace(Conditions(), **values)


def check(conditions: Conditions) -> None:
    """Check that conditions are within the ranges of the table.

    Raises:
        ValueError: a value is not allowed; the message has the parameter, its value and its widest range.
    """
    for name, parameter in PARAMETERS.items():
        value = float(getattr(conditions, name))
        if not parameter.allowed(value):
            raise ValueError(f"{name} = {value:g} {parameter.unit}: outside {parameter.clean} ... {parameter.hard}")


def rows() -> Iterator[str]:
    """The parameters as lines of a Markdown table."""
    yield "| parameter | stage | what it is | unit | clean | field | hard | how often (clean, field, hard) | why |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for p in PARAMETERS.values():
        spans = " | ".join(
            ("±" if p.signed else "") + f"{low:g} - {high:g}" for low, high in (p.clean, p.field, p.hard)
        )
        often = "always" if p.share == _ALWAYS else ", ".join(f"{s:.0%}" for s in p.share)
        yield f"| `{p.name}` | {p.stage} | {p.meaning} | {p.unit} | {spans} | {often} | {p.reason} |"


assert {f.name for f in fields(Conditions)} == set(PARAMETERS)
