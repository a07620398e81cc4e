"""Renders a photo of a drawn page as phones in the field take it, with the exact place of every point of the page.

The order is that of the world: paper (copied, shone through, bent, folded), geometry, what lies beside and above,
light, lens, sensor, the phone's processing, JPEG, a chat app. Each step is a module of its own; every figure is a row
of `conditions.PARAMETERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray
from . import closeup, lens, light, paper, scene, sensor
from . import defects as known
from .conditions import Conditions, Preset, check, draw
from .sheet_shape import surface
from .view import View, look

Picture = NDArray[np.uint8]
Rect = tuple[float, float, float, float]

LONGER = 2000  # px, the longer side of a photo unless a caller says otherwise


@dataclass(frozen=True)
class Shot:
    """A photo and its truth.

    Attributes:
        picture: what a reader of the file sees, BGR uint8 (height, width, 3).
        jpeg: the file.
        conditions: how it was taken.
        defects: names (of `defects.DEFECTS`) of all that went wrong with it, asked for or by chance.
        view: where the camera saw each place, in pixels before a chat app.
        hidden: what lies over the sheet, 255 hidden, 0 not; (height, width) of the view.
        window: (x0, y0, x1, y1), what of the view the photo shows, in pixels before a chat app.
    """

    picture: Picture
    jpeg: bytes
    conditions: Conditions
    defects: tuple[str, ...]
    view: View
    hidden: Picture
    window: tuple[int, int, int, int]

    def project(self, points: FloatArray | Sequence[Sequence[float]]) -> FloatArray:
        """Project places (..., 2) of the page, mm, to pixels (..., 2) of `picture`, bends and folds included.

        Pixels are (x, y) with the centre of the top-left pixel at (0, 0); places outside the photo get pixels outside.
        Where the photo shows the sheet's back, these are the places where the print shows through.
        """
        return self._stored(self.view.project(_seen_at(np.asarray(points, float), self.conditions, self.view)))

    def quad(self, rect: Rect) -> FloatArray:
        """Corners TL, TR, BR, BL of a rectangle on the page (mm), (4, 2) px."""
        x0, y0, x1, y1 = rect
        return self.project([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])

    def visible(self, rect: Rect) -> float:
        """Share 0..1 of a rectangle on the page (mm) that is inside the photo and not covered by anything.

        On a photo of the sheet's back it is 0.
        """
        if self.conditions.back:
            return 0.0
        x0, y0, x1, y1 = rect
        steps = (np.arange(16) + 0.5) / 16
        places = np.stack(np.meshgrid(x0 + steps * (x1 - x0), y0 + steps * (y1 - y0)), axis=-1)
        pixels = np.rint(self.view.project(places)).astype(int).reshape(-1, 2)
        inside = ((pixels >= self.window[:2]) & (pixels < self.window[2:])).all(axis=1)
        x, y = pixels[inside].T
        return float((self.hidden[y, x] < 128).sum()) / len(pixels)

    def _stored(self, pixels: FloatArray) -> FloatArray:
        x0, y0, x1, y1 = self.window
        factor = np.array([self.picture.shape[1] / (x1 - x0), self.picture.shape[0] / (y1 - y0)])
        return (pixels - (x0, y0) + 0.5) * factor - 0.5


def photograph(
    page: Picture,
    size_mm: tuple[float, float],
    how: Preset | Conditions,
    rng: np.random.Generator,
    *,
    defects: Sequence[str] = (),
    neighbour: Picture | None = None,
    back: Picture | None = None,
    longer: int = LONGER,
    pixels_per_mm: float | None = None,
    parts: Sequence[Rect] = (),
) -> Shot:
    """Render a photo of a page.

    Args:
        page: the flat page, BGR uint8 (h, w, 3) or gray (h, w); millimetre (x, y) lies at pixel (x, y) * scale - 0.5.
        size_mm: its (width, height), nominal millimetres.
        how: a preset to draw conditions from, or the conditions.
        rng: all chance in it; the same state gives the same bytes on one machine.
        defects: names of `defects.DEFECTS` to force; on given conditions too.
        neighbour: page of the poster beside, if there is one; the page itself if None.
        back: page on the back, if it shines through; the page itself if None.
        longer: pixels of the photo's longer side, before a chat app makes it smaller.
        pixels_per_mm: scale of `page`, which rounding to whole pixels hides; its width by `size_mm` if None.
        parts: [x0, y0, x1, y1] mm; a photo that is cut to a part of the page shows one of these whole, if it can.

    Raises:
        ValueError: an unknown defect, or conditions outside the table; the message says which.
    """
    if page.ndim == 2:
        page = np.repeat(page[:, :, None], 3, axis=2)
    # One generator per step: a step that draws more or less changes no other one.
    chance = [np.random.default_rng(int(rng.integers(1 << 62))) for _ in range(8)]
    conditions = _conditions(how, defects, chance[0])
    view = look(conditions, surface(conditions, size_mm, chance[1]), size_mm, longer)
    scale = pixels_per_mm or page.shape[1] / size_mm[0]
    wanted = 1.25 * view.pixels_per_mm
    sheet, sheet_scale = _sheet(page, scale, wanted, conditions, view, back, chance[2])

    x, y, plane_x, plane_y = view.way_back()
    photo = scene.ground(conditions, view.size, chance[3])
    if conditions.neighbour:
        other, other_scale = paper.shrink(page if neighbour is None else neighbour, scale, wanted)
        other, plane = paper.tinted(other, conditions.white), (plane_x, plane_y)
        photo = scene.beside(photo, other, other_scale, view, plane, conditions.neighbour, chance[3])
    photo = scene.lay(photo, sheet, sheet_scale, x, y)[0]
    covered = scene.Covered(photo, np.zeros(photo.shape[:2], np.uint8))
    if conditions.cable:
        scene.cable(covered, view, conditions.cable, chance[4])
    if conditions.hand:
        scene.fingers(covered, view, conditions.hand, chance[4])

    seen = _light(covered.photo, conditions, view, chance[5])
    seen = lens.blurred(seen, conditions, view.pixels_per_mm, chance[6])
    if conditions.screen:
        pitch = size_mm[1] / conditions.screen_rows
        seen = sensor.screen(seen, plane_x, plane_y, pitch, conditions.screen)
    picture = sensor.processed(sensor.captured(seen, conditions, chance[7]), conditions)
    window = (0, 0, *view.size)
    if conditions.part:  # chance of its own, so that photos that are not cut stay as they were
        shown = [_seen_part(part, conditions, view) for part in parts]
        window = closeup.window(conditions, view, shown, np.random.default_rng(int(rng.integers(1 << 62))))
    picture = np.ascontiguousarray(picture[window[1] : window[3], window[0] : window[2]])
    if conditions.chat_longer:
        picture = sensor.packed(picture, conditions.jpeg)[0]
        stored, data = sensor.forwarded(picture, conditions)
    else:
        stored, data = sensor.packed(picture, conditions.jpeg)
    return Shot(stored, data, conditions, known.seen(conditions), view, covered.mask, window)


def _seen_at(places: FloatArray, conditions: Conditions, view: View) -> FloatArray:
    """Places (..., 2) of the page as places of the side that is seen, mm: mirrored from behind."""
    return places * (-1, 1) + (view.size_mm[0], 0) if conditions.back else places


def _seen_part(part: Rect, conditions: Conditions, view: View) -> Rect:
    """A rectangle of the page on the side that is seen, mm."""
    x0, y0, x1, y1 = part
    return (view.size_mm[0] - x1, y0, view.size_mm[0] - x0, y1) if conditions.back else part


def _conditions(how: Preset | Conditions, names: Sequence[str], rng: np.random.Generator) -> Conditions:
    forced = known.changes(names)
    if isinstance(how, str):
        return draw(how, rng, forced)
    check(how)
    drawn = draw("field", rng, forced)
    return replace(how, **{name: getattr(drawn, name) for name in forced})


def _sheet(
    page: Picture,
    scale: float,
    wanted: float,
    conditions: Conditions,
    view: View,
    back: Picture | None,
    rng: np.random.Generator,
) -> tuple[Picture, paper.Scale]:
    """The sheet as light falls on it, and its pixels per mm."""
    sheet, sheet_scale = paper.shrink(page, scale, wanted)
    if conditions.back:
        sheet = paper.turned_over(sheet, sheet_scale[1], conditions.back)
    elif conditions.bleed:
        sheet = paper.shone_through(sheet, sheet_scale[1], page if back is None else back, conditions.bleed)
    if conditions.copy_contrast:
        sheet = paper.copied(sheet, sheet_scale[1], conditions, rng)
    if conditions.screen:
        sheet = paper.on_screen(sheet, round(conditions.screen_rows))
    sheet = paper.shaded(sheet, sheet_scale, conditions, view.surface)
    return paper.tinted(sheet, conditions.white), sheet_scale


def _light(photo: Picture, conditions: Conditions, view: View, rng: np.random.Generator) -> NDArray[np.float32]:
    """Light from every place of the scene, 1 is white paper in full light."""
    squares = ((np.arange(256) / 255) ** 2 / conditions.white).astype(np.float32)
    seen = cv2.LUT(photo, squares).astype(np.float32, copy=False)
    seen *= light.falling(conditions, view, rng)
    if conditions.glare:
        seen += light.reflected(conditions, view, rng)[:, :, None]
    return seen
