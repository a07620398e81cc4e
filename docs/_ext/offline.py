"""Sphinx extension: the build fails if a page would load anything from another host.

Links that a reader may follow are fine; scripts, styles, fonts, pictures and frames have to be files of the build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from external_loads import check
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


def _when_finished(app: Sphinx, fault: Exception | None) -> None:
    if fault is None and app.builder.format == "html":
        found = check(Path(app.outdir))
        if found:
            raise ExtensionError("pages load something from another host:\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the check."""
    app.connect("build-finished", _when_finished)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
