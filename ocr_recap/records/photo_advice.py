"""Compares the quality measures of a page with limits, and gives warnings with a next step for an officer.

A warning never keeps a photo from being read, and a good measure never makes a number accepted. The limits for a single
number are those of `policy.poor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..cells import recapture
from ..cells.crop import FieldPatches
from ..cells.quality import CellMeasures, measure, together
from ..decide.policy import Legible
from ..imaging.arrays import FloatArray
from ..imaging.photo import Photo
from ..locate.located import Located
from ..messages.problems import WARNINGS
from .record import PhotoQuality, Problem
from .record import problem as warning


@dataclass(frozen=True)
class AdviceLimits:
    """Limits of the measures beyond which a warning is given (docs/reference/quality.md).

    `pixels` and `blur` were chosen by training/quality/choose.py (492 photos, seed 1; blur: 68 photos, seed 3). Cells
    in the band just beyond a limit, and all cells beyond it, are misread at least 3 times as often as good cells
    (0.7%): 3.5% of 3,159 cells below 16 pixels, 6.4% of 879 beyond a blur of 0.14. `contrast`:
    training/quality/contrast.py (533 photos, seeds 1 and 2) found no contrast below which numbers are misread more or
    accepted less often; below 20 only 6 photos were measured. The others are by judgement on drawn photos. `paper`:
    levels below 70 were not drawn, and no level above read worse. `glare`: any share of the cells. `pattern`: 42 photos
    of paper had 67 at most, 11 of screens 1,750 or more; real screens often show no pattern. `pale_print`: 18
    photocopies had values within 0.04 of 0, sharp originals above 0.3. `pale_blur`: originals with more blur lose their
    pale lines too, so `pale_print` is not used beyond it.
    """

    pixels: float = 16.0
    blur: float = 0.14
    paper: float = 70.0
    contrast: float = 20.0
    glare: float = 0.0
    pattern: float = 600.0
    pale_print: float = 0.12
    pale_blur: float = 0.22


# Warnings that do not ask for a new photo: the page is complete, or a new photo of the same thing would not be better.
_MILD = frozenset({"photo_of_screen", "photo_of_copy", "other_sheet"})


def cells(located: Located, patches: Mapping[str, FieldPatches]) -> dict[str, CellMeasures]:
    """Measure the cells of every number of a page that is in the photo, by field id."""
    return measure([f for f in located.template.fields_of(located.page_id) if f.id in patches], patches)


def page(photo: Photo, located: Located, measured: Mapping[str, CellMeasures]) -> PhotoQuality:
    """Summarise the measures of a page's cells, rounded for the record.

    Args:
        photo: the decoded photo.
        located: its page.
        measured: measures by field id, of the numbers in the photo. Cells of counts are used, or those of dates where
            there are no counts.
    """
    fields = located.template.fields_of(located.page_id)
    counts = {f.id: measured[f.id] for f in fields if f.role == "count" and f.id in measured}
    all_cells = together(counts or measured)
    seen = all_cells.blur[np.isfinite(all_cells.blur)]
    washed = (all_cells.burnt > Legible().burnt) & (all_cells.contrast < Legible().contrast)
    pattern = recapture.pattern(photo, located)
    pale = recapture.pale_print(photo, located)
    return PhotoQuality(
        pixels=round(float(np.median(all_cells.pixels)), 1),
        blur=round(float(np.median(seen)), 3) if len(seen) else None,
        paper=round(float(np.median(all_cells.paper)), 1),
        contrast=round(float(np.median(all_cells.contrast)), 1),
        noise=round(float(np.median(all_cells.noise)), 1),
        glare=round(float(washed.mean()), 3),
        cut=_cut(photo, located),
        pattern=round(pattern.peak, 1),
        pale_print=None if pale is None else round(pale, 2),
    )


def advise(found: PhotoQuality, count: int, limits: AdviceLimits = AdviceLimits()) -> tuple[Problem, ...]:
    """Compare the quality of a page with limits.

    Args:
        found: the page's quality.
        count: number of its cells.
        limits: beyond which a warning is given.

    Returns:
        Warnings, most pressing first; empty for a good photo.
    """
    said: list[Problem] = []
    if found.cut:
        said.append(warning("photo_cut", sides=list(found.cut)))
    if found.pixels < limits.pixels:
        said.append(warning("photo_far", pixels=round(found.pixels), needed=round(limits.pixels)))
    elif found.blur is not None and found.blur > limits.blur:
        said.append(warning("photo_blurred", blur=f"{found.blur:.2f}", limit=f"{limits.blur:.2f}"))
    if found.paper < limits.paper:
        said.append(warning("photo_dark", paper=round(found.paper), needed=round(limits.paper)))
    elif found.contrast < limits.contrast:
        said.append(warning("photo_pale", contrast=round(found.contrast), needed=round(limits.contrast)))
    if found.glare > limits.glare:
        said.append(warning("photo_glare", cells=round(found.glare * count), of=count))
    if found.pattern > limits.pattern:
        said.append(warning("photo_of_screen"))
    elif is_copy(found, limits):
        said.append(warning("photo_of_copy"))
    return tuple(said)


def warnings(located: Located, found: PhotoQuality, count: int) -> tuple[Problem, ...]:
    """All warnings about a photo: those of its quality (`advise`) and those of its surroundings (`around`).

    Args:
        located: the page.
        found: the page's quality.
        count: number of its cells.
    """
    return (*around(located), *advise(found, count))


def around(located: Located) -> tuple[Problem, ...]:
    """Warnings about objects on the page and other sheets beside it."""
    said: list[Problem] = []
    if located.covered:
        said.append(warning("photo_covered"))
    if located.others:
        read = f"{located.template.id} {located.page_id}"
        others = ", ".join(other.name for other in located.others)
        said.append(warning("other_sheet", read=read, others=others, so=["all_in_doubt"] if located.rivals else []))
    return tuple(said)


def is_copy(found: PhotoQuality, limits: AdviceLimits = AdviceLimits()) -> bool:
    """True when the pale lines are missing: their contrast is near 0, on a page that is sharp enough to show them."""
    if found.blur is None or found.blur > limits.pale_blur:
        return False
    return found.pale_print is not None and abs(found.pale_print) < limits.pale_print


def take_again(warnings: tuple[Problem, ...]) -> bool:
    """True when any of the warnings asks for a new photo."""
    return any(w.code in WARNINGS and (w.code not in _MILD or "all_in_doubt" in w.data.get("so", ())) for w in warnings)


def _cut(photo: Photo, located: Located) -> tuple[str, ...]:
    """Parts of the printed page outside the photo: sides (through the corner marks) of which a third or more is
    outside, and corners outside that are on none of those sides."""
    seen = located.corners()
    along = np.linspace(0, 1, 13)[:, None]
    limit = np.array([photo.width, photo.height]) - 0.5
    found: list[str] = []
    left_over = set(_CORNERS)
    for name, a, b in (("top", 0, 1), ("right", 1, 2), ("bottom", 2, 3), ("left", 3, 0)):
        places = seen[a] + along * (seen[b] - seen[a])
        out = ((places < -0.5) | (places > limit)).any(axis=1)
        if out.mean() >= 1 / 3:
            found.append(name)
            left_over -= {_CORNERS[a], _CORNERS[b]}
    return (*found, *(name for i, name in enumerate(_CORNERS) if name in left_over and _out(seen[i], limit)))


def _out(place: FloatArray, limit: FloatArray) -> bool:
    return bool((place < -0.5).any() or (place > limit).any())


_CORNERS = ("tl", "tr", "br", "bl")  # in the order of corners in records
