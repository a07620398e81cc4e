"""What tests share: the template, drawn photos, the samples, and the folder of real forms where it exists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_recap import Reader, Template
from ocr_recap.forms import drawing
from ocr_recap.forms.template import load
from ocr_recap.imaging.arrays import FloatArray
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.locate.locate import CORNERS
from ocr_recap.locate.located import Located

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared"
PPM = 6.0


LONGEST = ("test_rehearse", "test_web_flows", "test_night", "test_package", "test_real_forms", "test_seal_tutorial")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first: each runs in one process, and one that begins last leaves the other process idle.

    `--no-loadscope-reorder` keeps this order; else files with the most tests come first.
    """
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def threads() -> None:
    """One thread, as in a worker of a batch: tests take all cores by running side by side."""
    limit_threads()


@pytest.fixture(scope="session", autouse=True)
def english() -> Iterator[None]:
    """Screens are English unless a test says otherwise, whatever the machine's language is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OCR_RECAP_LANG", "LC_ALL", "LC_MESSAGES"):
            patch.delenv(name, raising=False)
        patch.setenv("LANG", "en_US.UTF-8")
        yield


@pytest.fixture(scope="session")
def template() -> Template:
    return load("c-hasil-ppwp-2024")


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def sample_truth() -> dict[str, dict[str, Any]]:
    lines = (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines()
    return {fact["name"]: fact for fact in map(json.loads, lines)}


@pytest.fixture(scope="session")
def real_forms() -> Path:
    folder = SHARED / "real-forms"
    if not folder.is_dir():
        pytest.skip("the folder of real forms is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def reference_forms() -> Path:
    folder = SHARED / "reference-forms"
    if not folder.is_dir():
        pytest.skip("the folder of reference drawings is not beside this checkout")
    return folder


class Shot:
    """A drawn blank page seen by a camera: the picture and the true homography (mm to px)."""

    def __init__(self, template: Template, page_id: str, turn: float = 0.0, tilt: float = 0.1, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        page = drawing.raster(template, page_id, PPM)
        height, width = page.shape
        self.template, self.page_id = template, page_id
        size = (1500, 2000) if (round(turn / 90) % 2 == 0) == (height >= width) else (2000, 1500)
        outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
        placed = (outline - outline.mean(axis=0)) / max(height, width) * 2000 * 0.8
        placed = placed / (1 + tilt * placed[:, :1] / 2000 * 2 - 0.7 * tilt * placed[:, 1:] / 2000 * 2)
        angle = np.radians(turn)
        placed = placed @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        placed += np.array(size) / 2
        matrix = cv2.getPerspectiveTransform(outline.astype(np.float32), placed.astype(np.float32))
        table = rng.normal(120, 10, (size[1], size[0]))
        paper = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA).astype(float)
        inside = cv2.warpPerspective(np.full_like(page, 255), matrix, size) > 128
        picture = cv2.GaussianBlur(np.where(inside, 25 + 0.8 * paper, table), (0, 0), 0.9)
        self.gray: NDArray[np.uint8] = (picture + rng.normal(0, 3, picture.shape)).clip(0, 255).astype(np.uint8)
        self.homography = matrix @ np.array([[PPM, 0, -0.5], [0, PPM, -0.5], [0, 0, 1.0]])

    def cover(self, *parts: str) -> Shot:
        """Cover corner marks (tl, tr, br, bl) or the tag with a gray disc."""
        markers = self.template.page(self.page_id).markers
        assert markers.corners
        assert markers.tag
        for part in parts:
            tag = part == "tag"
            place = np.array(markers.tag.center) if tag else markers.corners.centers[CORNERS.index(part)]
            radius = 12.0 if tag else 14.0
            center, edge = project(self.homography, np.array([place, place + np.array([radius, 0])]))
            reach = int(np.linalg.norm(edge - center))
            cv2.circle(self.gray, (round(center[0]), round(center[1])), reach, 90, -1)
        return self

    def color(self) -> NDArray[np.uint8]:
        return cv2.cvtColor(self.gray, cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]

    def error(self, places: Callable[[FloatArray], FloatArray]) -> float:
        """Largest distance of any field's corner from its true place, in cell widths; places: mm to px."""
        outlines = np.array([f.cells.outline() for f in self.template.fields_of(self.page_id)]).reshape(-1, 2)
        unit = self.template.cell_width(self.page_id)
        true = project(self.homography, outlines)
        width = np.linalg.norm(project(self.homography, outlines + np.array([unit, 0])) - true, axis=1)
        return float((np.linalg.norm(places(outlines) - true, axis=1) / width).max())


Moves = Callable[[FloatArray], FloatArray]  # places (..., 2) on a page, mm, to how far each is moved


class Bent(Shot):
    """A drawn page whose places are moved within its plane before it is seen."""

    def __init__(self, template: Template, page_id: str, moves: Moves) -> None:
        super().__init__(template, page_id, tilt=0.06)
        page = drawing.raster(template, page_id, PPM)
        y, x = np.mgrid[: page.shape[0], : page.shape[1]]
        here = np.stack([(x + 0.5) / PPM, (y + 0.5) / PPM], axis=-1)
        back = here
        for _ in range(4):
            back = here - moves(back)
        seen = (back * PPM - 0.5).astype(np.float32)
        bent = cv2.remap(page, seen[..., 0], seen[..., 1], cv2.INTER_LINEAR, borderValue=255)
        pixels = self.homography @ np.array([[1 / PPM, 0, 0.5 / PPM], [0, 1 / PPM, 0.5 / PPM], [0, 0, 1]])
        size = (self.gray.shape[1], self.gray.shape[0])
        paper = cv2.warpPerspective(bent, pixels, size, flags=cv2.INTER_AREA).astype(float)
        inside = cv2.warpPerspective(np.full_like(page, 255), pixels, size) > 128
        noise = np.random.default_rng(2).normal(0, 3, paper.shape)
        picture = cv2.GaussianBlur(np.where(inside, 25 + 0.8 * paper, 120.0), (0, 0), 0.9)
        self.gray = (picture + noise).clip(0, 255).astype(np.uint8)
        self.moves = moves

    def off(self, located: Located) -> FloatArray:
        """Distances of the cells' middles from their true places, in cell widths."""
        rects = np.array([r for f in self.template.fields_of(self.page_id) for r in f.cells.rects()])
        middles = (rects[:, :2] + rects[:, 2:]) / 2
        true = project(self.homography, middles + self.moves(middles))
        unit = np.array([self.template.cell_width(self.page_id), 0])
        width = np.linalg.norm(project(self.homography, middles + unit) - project(self.homography, middles), axis=1)
        return np.linalg.norm(located.to_photo(middles) - true, axis=1) / width


class CloseUp(Shot):
    """A part of a drawn page, from the left, top, right and bottom mm that are given, 1,600 px wide."""

    def __init__(self, template: Template, page_id: str, part: tuple[float, float, float, float]) -> None:
        left, top, right, bottom = part
        self.template, self.page_id = template, page_id
        fine = 10.0  # px per mm of the drawing
        page = drawing.raster(template, page_id, fine)
        scale = 1600 / (right - left)
        size = (1600, round(scale * (bottom - top)))
        tilt = np.array([[1, 0.03, -20], [-0.02, 1, 20], [2e-5, 1e-5, 1]])
        self.homography = tilt @ np.array([[scale, 0, -scale * left], [0, scale, -scale * top], [0, 0, 1.0]])
        matrix = self.homography @ np.array([[1 / fine, 0, 0.5 / fine], [0, 1 / fine, 0.5 / fine], [0, 0, 1]])
        seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255,))
        picture = cv2.GaussianBlur(25 + 0.8 * seen.astype(float), (0, 0), 1.2)
        noise = np.random.default_rng(6).normal(0, 3, picture.shape)
        self.gray = (picture + noise).clip(0, 255).astype(np.uint8)

    def off(self, located: Located) -> float:
        """Largest distance of the middle of a box in the photo from its true place, in cell widths."""
        rects = np.array([r for f in self.template.fields_of(self.page_id) for r in f.cells.rects()])
        middles = (rects[:, :2] + rects[:, 2:]) / 2
        true = project(self.homography, middles)
        inside = ((true > 0) & (true < self.gray.shape[::-1])).all(axis=1)
        unit = np.array([self.template.cell_width(self.page_id), 0])
        width = np.linalg.norm(project(self.homography, middles + unit) - true, axis=1)
        return float((np.linalg.norm(located.to_photo(middles) - true, axis=1) / width)[inside].max())
