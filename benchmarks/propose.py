"""Compares the proposals of `templates new` on blank sheets with the templates from which these sheets are drawn.

    python benchmarks/propose.py [--scale 5] [--keep DIR] [--reference ../shared/reference-forms]

A field is found if a proposed row has as many boxes and every one of them lies within 0.1 of a cell width; a grid if
rows, columns and corners (0.25 of a cell) agree. *Extra* rows are proposed but no field of the template: a person
deletes them. Blank drawings of other organisations have no truth here; their pictures are for visual checks.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ocr_recap.forms import drawing, template
from ocr_recap.forms.fields import Bubbles, FormField, RowTotals, Tally
from ocr_recap.forms.proposal.bubbles import BubbleColumns
from ocr_recap.forms.proposal.proposal import Grid, Proposal, ProposedNumber, propose
from ocr_recap.forms.proposal.template_yaml import image_of, names_of
from ocr_recap.forms.template import Template
from ocr_recap.imaging.photo import load

ROOT = Path(__file__).resolve().parent.parent


def boxes_of(number: ProposedNumber) -> np.ndarray:
    """Corners of the boxes of a proposed number, (n, 4) mm."""
    x, y, w, h = number.box
    return np.array([(x + i * number.pitch, y, x + i * number.pitch + w, y + h) for i in range(number.count)])


def same_cells(number: ProposedNumber, field: FormField) -> float:
    """Largest distance of a side, in cell widths; infinite where the number of boxes differs."""
    if number.count != field.cells.count:
        return float("inf")
    return float(np.abs(boxes_of(number) - np.array(field.cells.rects())).max()) / field.cells.width


def same_grid(grid: Grid | None, want: Tally | RowTotals) -> bool:
    """True when rows, columns and corners agree."""
    columns = want.columns if isinstance(want, Tally) else want.cells
    if grid is None or (grid.rows, grid.columns) != (want.rows, columns):
        return False
    cell = (want.grid[2] - want.grid[0]) / columns, (want.grid[3] - want.grid[1]) / want.rows
    off = np.abs(np.array(grid.rect) - np.array(want.grid)) / np.array([*cell, *cell])
    return bool(off.max() < 0.25)


def same_bubbles(found: BubbleColumns | None, want: Bubbles) -> bool:
    """True when the first and the last bubble of the first column agree to a quarter of a radius."""
    if found is None:
        return False
    ends = [np.array(b.first) + np.array([0, 9 * b.pitch[1]]) * k for b in (found, want) for k in (0, 1)]
    return float(max(np.abs(ends[0] - ends[2]).max(), np.abs(ends[1] - ends[3]).max())) < 0.25 * want.radius


def compare(found: Proposal, form: Template, page: str) -> dict[str, object]:
    """Counts of one page."""
    fields = form.fields_of(page)
    off = np.array([[same_cells(n, f) for n in found.numbers] for f in fields])
    right = off.min(axis=1) < 0.1
    counts = [f.cells.count for f in fields]
    tallies = totals = tallies_right = totals_right = bubbles = bubbles_right = 0
    for field, distances in zip(fields, off, strict=True):
        number = found.numbers[int(distances.argmin())]
        for want in field.witnesses:
            if isinstance(want, Tally):
                tallies += 1
                tallies_right += same_grid(number.tally, want)
            elif isinstance(want, Bubbles):
                bubbles += 1
                bubbles_right += same_bubbles(number.bubbles, want)
            elif isinstance(want, RowTotals):
                totals += 1
                totals_right += same_grid(number.totals, want)
    return {
        "fields": (int(right.sum()), len(fields)),
        "boxes": (int(np.dot(right, counts)), sum(counts)),
        "tally grids": (tallies_right, tallies),
        "row totals": (totals_right, totals),
        "bubbles": (bubbles_right, bubbles),
        "extra": len(found.numbers) - int((off.min(axis=0) < 0.1).sum()),
        "off": float(off.min(axis=1)[right].max()) if right.any() else float("nan"),
        "missed": [f.id for f, r in zip(fields, right, strict=True) if not r],
        "markers": (found.tag is not None, found.marks is not None),
    }


def row(name: str, found: dict[str, object]) -> str:
    """One line of the table."""

    def of(key: str) -> str:
        right, everything = found[key]  # type: ignore[misc]
        return f"{right} of {everything}"

    parts = [of(k) for k in ("fields", "boxes", "tally grids", "row totals", "bubbles")]
    return f"| {name} | {' | '.join(parts)} | {found['extra']} | {found['off']:.3f} |"


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("forms", nargs="*", help="ids of the forms")
    parser.add_argument("--scale", type=float, default=5.0, help="pixels per mm of our drawings")
    parser.add_argument("--keep", type=Path, help="folder for pictures of the proposals")
    parser.add_argument("--reference", type=Path, default=ROOT.parent / "shared" / "reference-forms")
    args = parser.parse_args(argv)
    print(
        "| form, page | numbers | boxes | tally grids | row totals | bubbles | extra rows | largest error, box widths |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in args.forms or template.available():
        form = template.load(name)
        for page in form.pages:
            gray = drawing.raster(form, page.id, args.scale)
            found = propose(gray, (form.paper.width, form.paper.height))
            result = compare(found, form, page.id)
            print(row(f"`{name}` {page.id}", result), *(f"missed {result['missed']}" for _ in result["missed"][:1]))
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(args.keep / f"{name}-{page.id}.png"), image_of(found, names_of([found])[0]))
    for file in sorted(args.reference.glob("*.[pj][np]g")) if not args.forms else ():
        found = propose(load(file, file.name).gray)
        counts = [n.count for n in found.numbers]
        tallies = sum(n.tally is not None for n in found.numbers)
        print(f"{file.name}: numbers of {counts} boxes, {tallies} with a grid, {len(found.grids)} free grids")
        print(f"  tag {found.tag is not None}, four marks {found.marks is not None}")
        if args.keep:
            cv2.imwrite(str(args.keep / f"reference-{file.stem}.png"), image_of(found, names_of([found])[0]))


if __name__ == "__main__":
    main()
