"""Pictures for pages: parts of straightened pages, on which names and signatures are covered.

Results hold each straightened page (`pages/`, 5 pixels a millimetre), and the database those of photos that are not in
the results yet. A number's boxes, bubbles, words and strokes are cut out by the form's geometry. Results that were read
without `--save-pages` have strips of the boxes only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ..batch.jobs import picture_name
from ..forms.fields import FormField
from ..forms.print_items import Rect
from ..forms.template import Template
from ..imaging.arrays import ColorImage
from ..records.folder import PAGES
from ..report.pictures import encode
from .database import Database

Kind = Literal["digits", "bubbles", "words", "strokes", "context"]
KINDS: Final[tuple[Kind, ...]] = ("digits", "bubbles", "words", "strokes", "context")
_KEPT: Final = 12  # decoded pages in memory, 9 MB each; by judgement
_AROUND: Final = 0.5  # margin around boxes, in their heights: descenders and what is squeezed in beside; by judgement
_CONTEXT_HEIGHT: Final = 1400  # px of a whole page; by judgement
_MARK: Final = (0, 138, 230)  # BGR of the frame around a number in its page


class PagePictures:
    """The straightened pages of a folder of results, the last ones kept decoded.

    Args:
        folder: of results.
        data: with the pictures of photos that are not in the results yet.
    """

    def __init__(self, folder: Path, data: Database) -> None:
        self._folder, self._data = folder, data
        self._pages: OrderedDict[tuple[str, int], ColorImage] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, file: str, sha256: str, frame: int) -> ColorImage | None:
        """The straightened page of a photo, (h, w, 3) BGR; None where there is none."""
        key = sha256, frame
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        content = self._content(file, sha256, frame)
        picture = None if content is None else cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            return None
        found = np.asarray(picture, dtype=np.uint8)
        with self._lock:
            self._pages[key] = found
            while len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        return found

    def _content(self, file: str, sha256: str, frame: int) -> bytes | None:
        path = self._folder / PAGES / picture_name(file, sha256, frame)
        try:
            return path.read_bytes()
        except OSError:
            find = (
                "SELECT content FROM upload_pictures JOIN uploads ON uploads.id = upload"
                " WHERE uploads.sha256 = ? AND kind = ?"
            )
            row = self._data.one(find, (sha256, PAGES))
            return None if row is None else row[0]


def parts_of(field: FormField) -> tuple[Kind, ...]:
    """The pictures that a number has beside its boxes."""
    found: list[Kind] = ["digits"]
    if field.bubbles:
        found.append("bubbles")
    if field.words:
        found.append("words")
    if field.tally:
        found.append("strokes")
    return tuple(found)


def region(form: Template, field: FormField, kind: Kind) -> Rect | None:
    """The part of the page that a picture shows, page mm; None where the form has none."""
    x0, y0, x1, y1 = field.cells.outline()
    margin = _AROUND * (y1 - y0)
    if kind == "digits":
        return _inside(form, (x0 - margin, y0 - margin, x1 + margin, y1 + margin))
    if kind == "bubbles" and field.bubbles:
        places = field.bubbles.centers(field.cells.count).reshape(-1, 2)
        reach = 2 * field.bubbles.radius
        low, high = places.min(axis=0) - reach, places.max(axis=0) + reach
        return _inside(form, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if kind == "words" and field.words:
        wx0, wy0, wx1, wy1 = field.words.rect
        return _inside(form, (wx0 - 1, wy0 - 1, wx1 + 1, wy1 + 1))
    if kind == "strokes" and field.tally:
        gx0, gy0, gx1, gy1 = field.tally.grid
        if field.row_totals:
            gx1, gy0 = max(gx1, field.row_totals.grid[2]), min(gy0, field.row_totals.grid[1])
        edge = 0.02 * (gx1 - gx0)
        return _inside(form, (gx0 - edge, gy0 - edge, gx1 + edge, gy1 + edge))
    return None


def cut(page: ColorImage, form: Template, field: FormField, kind: Kind) -> bytes | None:
    """A part of a straightened page as a JPEG file; None where the form has none.

    Args:
        page: (h, w, 3) BGR.
        form: of the page.
        field: the number.
        kind: which part; `context` is the whole page with a frame around the number.
    """
    scale = page.shape[1] / form.paper.width
    if kind == "context":
        return encode(_context(page, field, scale), ".jpg", 80)
    rect = region(form, field, kind)
    if rect is None:
        return None
    x0, y0, x1, y1 = (max(0, round(value * scale)) for value in rect)
    part: NDArray[np.uint8] = page[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return encode(np.ascontiguousarray(part), ".jpg", 88)


def _context(page: ColorImage, field: FormField, scale: float) -> ColorImage:
    factor = min(1.0, _CONTEXT_HEIGHT / page.shape[0])
    size = round(page.shape[1] * factor), round(page.shape[0] * factor)
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    x0, y0, x1, y1 = (round(value * scale * factor) for value in field.cells.outline())
    cv2.rectangle(small, (x0 - 6, y0 - 6), (x1 + 6, y1 + 6), _MARK, 3)
    return np.asarray(small, dtype=np.uint8)


def shrunk(picture: ColorImage) -> ColorImage:
    """A picture at most `_CONTEXT_HEIGHT` px high and wide."""
    factor = min(1.0, _CONTEXT_HEIGHT / max(picture.shape[:2]))
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _inside(form: Template, rect: Rect) -> Rect:
    x0, y0, x1, y1 = rect
    return max(0.0, x0), max(0.0, y0), min(form.paper.width, x1), min(form.paper.height, y1)
