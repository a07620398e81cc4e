"""Draws the blank form of docs/how-to/new-form.md, which we made up: `python docs/new_form.py blank.pdf`, or a PNG."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

from ocr_recap.forms import drawing, template

FORM = """
schema_version: 1
id: village-count
title: {id: "Hitungan desa (contoh)", en: "village count (made up)"}
source: made up
paper: {width: 210, height: 148}
pages:
  - id: "1"
    title: {id: "Lembar hitungan", en: "count sheet"}
    find: lines
    printed:
      - {frame: [12, 12, 198, 136], width: 0.6}
      - {text: "PEMILIHAN KEPALA DESA - LEMBAR HITUNGAN (CONTOH)", at: [105, 20], size: 2.6, bold: true, align: center}
      - {line: [12, 25, 198, 25], width: 0.6}
      - {text: "Calon 1", at: [16, 45], size: 2.2}
      - {text: "Calon 2", at: [16, 75], size: 2.2}
      - {text: "Jumlah", at: [16, 105], size: 2.2}
      - {frame: [45, 32, 129, 58], width: 0.4}
      - {frame: [45, 62, 129, 88], width: 0.4}
      - {frame: [132, 32, 146, 58], width: 0.4}
      - {frame: [132, 62, 146, 88], width: 0.4}
      - {line: [12, 92, 198, 92], width: 0.4}
      - {text: "Tanda tangan", at: [16, 128], size: 1.8}
fields:
  - id: votes_1
    page: "1"
    label: {id: "Suara calon 1", en: "votes of candidate 1"}
    cells: {box: [155, 38, 10, 12], count: 3, pitch: 12.5, line: 0.5}
    witnesses:
      - {kind: tally, grid: [45, 32, 129, 58], rows: 4, columns: 12}
      - {kind: row_totals, grid: [132, 32, 146, 58], rows: 4, cells: 2}
  - id: votes_2
    page: "1"
    label: {id: "Suara calon 2", en: "votes of candidate 2"}
    cells: {box: [155, 68, 10, 12], count: 3, pitch: 12.5, line: 0.5}
    witnesses:
      - {kind: tally, grid: [45, 62, 129, 88], rows: 4, columns: 12}
      - {kind: row_totals, grid: [132, 62, 146, 88], rows: 4, cells: 2}
  - id: total
    page: "1"
    label: {id: "Jumlah suara", en: "all votes"}
    cells: {box: [155, 97, 10, 12], count: 3, pitch: 12.5, line: 0.5}
"""


def main() -> None:
    """Write the drawing."""
    form = template.parse_text(FORM, "docs/new_form.py")
    path = Path(sys.argv[1])
    if path.suffix == ".pdf":
        path.write_bytes(drawing.pdf(form))
    else:
        path.write_bytes(cv2.imencode(".png", drawing.raster(form, "1", 6.0))[1].tobytes())


if __name__ == "__main__":
    main()
