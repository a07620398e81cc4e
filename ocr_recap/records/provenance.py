"""The provenance of a record: versions of program and libraries, hashes of template and weights, options."""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..cells.readers import Readers
from ..locate import heading_ocr
from .options import Options
from .record import Provenance


def provenance(
    template_sha256: str | None,
    readers: Readers,
    options: Options,
    words: bool = False,
) -> Provenance:
    """Describe what a record is made with.

    Args:
        template_sha256: hash of the template's file; None where no page was found.
        readers: whose weights are named.
        options: of reading.
        words: whether numbers in words were read.
    """
    # Template files are named without their folders: the hash identifies them, and paths of a machine are private.
    chosen = {**options.model_dump(mode="json"), "templates": [Path(t).name for t in options.templates]}
    return Provenance(
        ocr_recap=_version(),
        template_sha256=template_sha256,
        weights_sha256=readers.digits.sha256,
        tally_sha256=readers.tallies.sha256,
        alterations_sha256=readers.alterations.sha256,
        words_sha256=readers.words.sha256 if words else None,
        options=chosen,
        options_sha256=hashlib.sha256(json.dumps(chosen, sort_keys=True, separators=(",", ":")).encode()).hexdigest(),
        runtime=_runtime(),
    )


@cache
def _version() -> str:
    return version("ocr-recap")


@cache
def _runtime() -> dict[str, str]:
    names = ["numpy", "onnxruntime", "opencv-python-headless", "pillow", "pypdfium2"]
    with suppress(PackageNotFoundError):
        version("pi-heif")
        names.append("pi-heif")
    optional = {"tesseract": found} if (found := heading_ocr.available()) else {}
    known = {"python": platform.python_version(), "machine": platform.machine(), **{n: version(n) for n in names}}
    return known | optional
