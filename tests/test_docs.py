"""What the README and docs/ promise: commands, paths, links, and pages that load nothing from elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import external_loads


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<a href="https://example.org/">a link that is followed by hand</a><link rel="canonical" href="//x/">', []),
        ('<script src="_static/theme.js"></script><link rel="stylesheet" href="a.css"><img src="a.png">', []),
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', ["//cdn.example/x.css"]),
        ('<img src="HTTP://cdn.example/x.png">', ["HTTP://cdn.example/x.png"]),
        ("<style>@import 'https://fonts.example/x';</style>", ["@import 'https://fonts.example/x"]),
        ('<p style="background: url(https://x.example/a.png)">', ["url(https://x.example/a.png"]),
    ],
)
def test_what_a_page_loads_from_other_hosts_is_found(page: str, found: list[str]) -> None:
    assert external_loads.loads_of(page) == found


def test_a_style_sheet_that_loads_a_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("a { background: url(own.png) }")
    (tmp_path / "font.css").write_text('@font-face { src: url("https://fonts.example/f.woff2") }')
    (line,) = external_loads.check(tmp_path)
    assert line.startswith("font.css: ")
