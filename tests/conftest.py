"""What tests share: the template, drawn photos, the samples, and the folder of real forms where it exists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_recap import Reader, Template
from ocr_recap.forms import drawing
from ocr_recap.forms.template import load
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.threads import limit_threads
from ocr_recap.locate.locate import CORNERS

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared"
PPM = 6.0


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

    def error(self, homography: Any) -> float:
        """Largest distance of any field's corner from its true place, in cell widths."""
        outlines = np.array([f.cells.outline() for f in self.template.fields_of(self.page_id)]).reshape(-1, 2)
        unit = self.template.cell_width(self.page_id)
        seen = project(np.array(homography), outlines)
        true = project(self.homography, outlines)
        width = np.linalg.norm(project(self.homography, outlines + np.array([unit, 0])) - true, axis=1)
        return float((np.linalg.norm(seen - true, axis=1) / width).max())
