"""How far a first estimate may be off for ruled lines to correct it: real photos, from the true place.

    python benchmarks/refit.py [--photos ../shared/real-forms] [--tries 6]

The true homography (cells and tally grids of the truth; for scans an affine map, since their cells lie at one edge)
is perturbed: each corner of the ruled area moves by so many cell widths in a random direction. `line_fit.refine` then
fits the lines alone. The script prints per photo the fit at the true place, and the number of perturbed starts that
converge: 95% of the cells' corners within 0.25 of a cell width. Nothing is chosen by these figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_recap.forms.fields import Tally
from ocr_recap.forms.template import Template
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.homography import project
from ocr_recap.imaging.photo import load
from ocr_recap.locate.paper.line_fit import refine, ruling

FORMS = {
    "C1-KWK-2017": "c1-kwk-2017",
    "C1-KWK-2015": "c1-kwk-2015-pekalongan",
    "PPWP-PLANO-2019": "ppwp-plano-2019",
    "DPR-PLANO-2019": "dpr-plano-2019",
    "C1-PPWP-2014-L1": "c1-ppwp-2014",
}
SCANS = ("C1-PPWP-2014-L1",)
SHAKES = (0.25, 0.5, 1.0)  # cell widths
GOOD = 0.25  # cell widths
NO_ANCHORS = (np.zeros((0, 2)), np.zeros((0, 2)))


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=Path("../shared/real-forms"), help="folder of photos with truth")
    parser.add_argument("--tries", type=int, default=6)
    arguments = parser.parse_args()
    back = dict.fromkeys(SHAKES, 0)
    count = 0
    for line in (arguments.photos / "truth.jsonl").read_bytes().splitlines():
        fact = json.loads(line)
        if fact["family"] in FORMS:
            count += 1
            for shake, good in one(fact, arguments.photos, arguments.tries).items():
                back[shake] += good
    tried = count * arguments.tries
    print(", ".join(f"shaken by {shake}: {good} of {tried} come back" for shake, good in back.items()))


def one(fact: dict[str, Any], folder: Path, tries: int) -> dict[float, int]:
    """Number of perturbed starts of one photo that converge, by size of the perturbation."""
    template = load_template(FORMS[fact["family"]])
    ruled = ruling(template, template.pages[0].id)
    photo = load(folder / fact["image"], fact["name"])
    cells, cells_px, extra, extra_px = correspondences(template, fact)
    cells_px, extra_px = ((px + 0.5) * photo.scale - 0.5 for px in (cells_px, extra_px))
    page, seen = np.concatenate([cells, extra]), np.concatenate([cells_px, extra_px])
    if fact["family"] in SCANS:
        affine = np.linalg.lstsq(np.c_[page, np.ones(len(page))], seen, rcond=None)[0]
        true = np.vstack([affine.T, [0.0, 0.0, 1.0]])
    else:
        true = np.asarray(cv2.findHomography(page, seen, 0)[0], dtype=np.float64)
    width = np.linalg.norm(project(true, cells + np.array([ruled.unit, 0])) - project(true, cells), axis=1)
    low, high = ruled.points.min(axis=0), ruled.points.max(axis=0)
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])

    def off(homography: np.ndarray) -> np.ndarray:
        return np.linalg.norm(project(homography, cells) - cells_px, axis=1) / width

    fit = refine(photo.gray, true, ruled, NO_ANCHORS)
    placed = off(fit.homography)
    says = f"support {fit.support:.2f}, residual {fit.residual:.3f}, cells off {np.median(placed):.3f} median"
    print(
        f"{fact['name']:15} {np.median(width):5.1f} px a cell; {says}, {np.quantile(placed, 0.95):.3f} at 95%", end=""
    )
    back: dict[float, int] = {}
    for shake in SHAKES:
        rng = np.random.default_rng(1)
        back[shake] = 0
        for _ in range(tries):
            way = rng.normal(0, 1, (4, 2))
            moved = project(true, corners) + way / np.linalg.norm(way, axis=1, keepdims=True) * shake * np.median(width)
            start = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
            shaken = refine(photo.gray, np.asarray(start, dtype=np.float64), ruled, NO_ANCHORS)
            back[shake] += int(np.quantile(off(shaken.homography), 0.95) <= GOOD)
    print("; back from " + ", ".join(f"{shake}: {good}/{tries}" for shake, good in back.items()))
    return back


def correspondences(template: Template, fact: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Corners of cells (mm, px) and of tally grids (mm, px), each (n, 2)."""
    fields = {field.id: field for field in template.fields}
    parts: tuple[list[Any], list[Any], list[Any], list[Any]] = ([], [], [], [])
    for field in fact["fields"]:
        for rect, quad in zip(fields[field["id"]].cells.rects(), field["cell_quads"], strict=True):
            parts[0].extend(around(rect))
            parts[1].extend(quad)
    for name, tally in fact["tallies"].items():
        grid = next(w for w in fields[name].witnesses if isinstance(w, Tally))
        if tally["grid_cols"] == grid.columns:
            parts[2].extend(around(grid.grid))
            parts[3].extend(tally["grid_quad"])
    cells, cells_px, grids, grids_px = (np.array(p, dtype=np.float64).reshape(-1, 2) for p in parts)
    return cells, cells_px, grids, grids_px


def around(rect: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """Corners of a rectangle, clockwise."""
    x0, y0, x1, y1 = rect
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


if __name__ == "__main__":
    main()
