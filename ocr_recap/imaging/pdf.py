"""Renders one page of a PDF, at the resolution of its scan, or at a resolution that is enough to read the form.

A page of pictures only (a scan, with or without an invisible text layer) is rendered with the pixels of its scan. The
shorter side of any other page gets at least `DRAWN_SIDE` pixels. Annotations are rendered, as in a viewer.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages.problems import PhotoProblem
from .pillow import MOST_ROOM

_ROOM = 7  # bytes of memory per pixel, measured on a colour scan of 147 megapixels
DRAWN_SIDE = 2800  # px of the shorter side: twice what `photo.LEGIBLE_SIDE` says is enough to read a box
MOST_DRAWN = 40_000_000  # px of a page that is not a scan: an A3 page at 500 dpi has 38 million; by judgement
_SCAN_COVER = 0.8  # least share of a scanned page that pictures cover, the rest being margins; by judgement
_MOST_OBJECTS = 5000  # objects of one page that are examined; a page with more is a drawing, not a scan; by judgement
_INVISIBLE = 3  # text render mode of a layer of recognised text (ISO 32000, table 106)

_pdfium = threading.Lock()  # pdfium is not thread-safe


class PdfPage:
    """A page that was opened and is not rendered yet; sizes are in viewing orientation.

    Attributes:
        size: (width, height) in pixels of the rendered page, which depends on the page only.
        pixels: number of pixels that rendering has to hold: of the page or of its largest picture.
        most: largest number of pixels for which there is memory.
    """

    most = MOST_ROOM // _ROOM

    def __init__(self, page: Any) -> None:
        self._page = page
        scale, largest = _resolution(page)
        width, height = page.get_size()
        self.size: tuple[int, int] = max(1, round(width * scale)), max(1, round(height * scale))
        self.pixels = max(self.size[0] * self.size[1], largest)

    def gray(self, step: int) -> NDArray[np.uint8]:
        """Render to (h, w) uint8, full size; `step` is ignored."""
        del step
        return self._drawn(True)

    def color(self) -> NDArray[np.uint8]:
        """Render to (h, w, 3) uint8 BGR, full size."""
        return self._drawn(False)

    def _drawn(self, gray: bool) -> NDArray[np.uint8]:
        import pypdfium2.raw as c  # noqa: PLC0415  (only PDF needs it)
        from pypdfium2 import PdfBitmap, PdfiumError  # noqa: PLC0415

        # Drawn into exactly `size`, where the library's own `render` would round each side up.
        try:
            bitmap = PdfBitmap.new_native(*self.size, c.FPDFBitmap_Gray if gray else c.FPDFBitmap_BGR)
        except (PdfiumError, AssertionError):
            raise MemoryError(f"no room for {self.size} pixels") from None
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, *self.size)
        flags = c.FPDF_ANNOT | (c.FPDF_GRAYSCALE if gray else 0)
        c.FPDF_RenderPageBitmap(bitmap, self._page, 0, 0, *self.size, 0, flags)
        pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
        bitmap.close()
        return pixels.reshape(pixels.shape[:2]) if gray else pixels


@contextmanager
def opened(content: bytes | Path, frame: int) -> Generator[PdfPage, None, None]:
    """Open one page; other threads wait meanwhile.

    Args:
        content: the file's bytes, or its path, of which only parts are held in memory.
        frame: which page, from 0.

    Raises:
        PhotoProblem: the file is locked or damaged, or has no such page.
    """
    from pypdfium2 import PdfiumError  # noqa: PLC0415  (only PDF needs it)

    with raw_page(content, frame) as page:
        try:
            opened_page = PdfPage(page)
        except (PdfiumError, ValueError, OverflowError):
            raise PhotoProblem("pdf_damaged") from None
        yield opened_page


@contextmanager
def raw_page(content: bytes | Path, frame: int) -> Generator[Any, None, None]:
    """Open one page as pypdfium2 has it; other threads wait meanwhile.

    Args:
        content: as for `opened`.
        frame: which page, from 0.

    Raises:
        PhotoProblem: as `opened`.
    """
    with _pdfium, _document(content) as document:
        from pypdfium2 import PdfiumError  # noqa: PLC0415

        if frame >= len(document):
            raise PhotoProblem("frame_missing", frame=frame + 1, frames=len(document))
        try:
            page = document[frame]
        except PdfiumError:
            raise PhotoProblem("pdf_damaged") from None
        try:
            yield page
        finally:
            page.close()


def pictures(page: Any) -> list[Any]:
    """The pictures of a page, as objects of pypdfium2."""
    import pypdfium2.raw as c  # noqa: PLC0415

    return [item for item in islice(page.get_objects(), _MOST_OBJECTS) if item.type == c.FPDF_PAGEOBJ_IMAGE]


def count(content: bytes | Path) -> int:
    """Count the pages of a file.

    Raises:
        PhotoProblem: as `opened`.
    """
    with _pdfium, _document(content) as document:
        return len(document)


@contextmanager
def _document(content: bytes | Path) -> Generator[Any, None, None]:
    import pypdfium2.raw as c  # noqa: PLC0415  (only PDF needs it)
    from pypdfium2 import PdfDocument  # noqa: PLC0415

    # pypdfium2's own function to open a file reports a file without pages as an error, with an unrelated error code.
    if isinstance(content, bytes):
        raw = c.FPDF_LoadMemDocument64(content, len(content), None)
    else:
        raw = c.FPDF_LoadDocument(str(content).encode("utf-8", "surrogateescape"), None)
    if not raw:
        locked = c.FPDF_GetLastError() in (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY)
        raise PhotoProblem("pdf_locked" if locked else "pdf_damaged")
    document = PdfDocument(raw)
    try:
        if not len(document):
            raise PhotoProblem("pdf_without_pages")
        yield document
    finally:
        document.close()


def _resolution(page: Any) -> tuple[float, int]:
    """Pixels per point to render the page, and the number of pixels of its largest picture.

    Raises:
        PhotoProblem: the scan of the page is truncated.
    """
    import pypdfium2.raw as c  # noqa: PLC0415

    width, height = page.get_size()
    pictures: list[tuple[float, float]] = []  # covered points, pixels per point
    largest, only_pictures = 0, True
    for number, item in enumerate(islice(page.get_objects(), _MOST_OBJECTS)):
        if item.type == c.FPDF_PAGEOBJ_IMAGE:
            columns, rows = item.get_px_size()
            largest = max(largest, columns * rows)
            across, down, area = extent(item)
            if across > 0 and down > 0 and columns and rows:
                area = min(area, width * height)
                pictures.append((area, max(columns / across, rows / down)))
                if 2 * area > width * height:
                    _check_whole(item)
        elif item.type != c.FPDF_PAGEOBJ_FORM:
            only_pictures &= item.type == c.FPDF_PAGEOBJ_TEXT and c.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE
        only_pictures &= number < _MOST_OBJECTS - 1
    # The finest resolution of large pictures: a scan may be stored as a coarse background and a fine foreground.
    most = max((area for area, _ in pictures), default=0.0)
    finest = max((scale for area, scale in pictures if 2 * area >= most), default=0.0)
    if only_pictures and sum(area for area, _ in pictures) >= _SCAN_COVER * width * height:
        return finest, largest
    enough = max(finest, DRAWN_SIDE / min(width, height))
    return min(enough, math.sqrt(MOST_DRAWN / (width * height))), largest


def extent(item: Any) -> tuple[float, float, float]:
    """Width, height and area of a picture on the page, in points."""
    matrix, container = item.get_matrix(), item.container
    while container is not None:
        matrix, container = matrix.multiply(container.get_matrix()), container.container
    across, down = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    return across, down, abs(matrix.a * matrix.d - matrix.b * matrix.c)


def _check_whole(item: Any) -> None:
    """Refuse a truncated JPEG, whose missing part would be rendered blank and could be taken for empty boxes."""
    if item.get_filters() == ["DCTDecode"] and b"\xff\xd9" not in bytes(item.get_data())[-4096:]:
        raise PhotoProblem("pdf_damaged")
