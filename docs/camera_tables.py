"""Writes the tables of docs/reference/synthesis-camera.md between their markers, from the registries in the code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ocr_recap.synth.camera import conditions, defects

PAGE = Path(__file__).parent / "reference" / "synthesis-camera.md"


def put(text: str, name: str, rows: Iterable[str]) -> str:
    """The text with `rows` between the markers of `name`."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return between.sub(lambda found: found[1] + "\n".join(rows) + "\n" + found[2], text)


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    page = put(page, "parameters", conditions.rows())
    PAGE.write_text(put(page, "defects", defects.rows()), "utf-8")
