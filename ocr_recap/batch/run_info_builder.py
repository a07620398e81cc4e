"""Describes a batch that has been read, as `run.json` holds it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ..messages.catalog import Language
from ..read.reader import Reader
from ..read.workers.limits import Limits
from ..records.folder import Dialect
from ..records.run_info import RunInfo

_PARTS = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "pydantic", "pypdfium2")


def now() -> str:
    """The time as `run.json` holds it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def run_info(
    reader: Reader,
    *,
    started: str,
    workers: int,
    executor: str,
    limits: Limits,
    resumed: int,
    language: Language,
    dialect: Dialect,
    workbook: bool,
    parquet: bool,
    names: bool,
    lists: Mapping[str, str],
    roll: tuple[str, ...] | None,
    overlay: bool,
    save_pages: bool,
    photos: int,
    skipped: tuple[str, ...],
) -> RunInfo:
    """What is known of a run when its photos have been read; forms and gaps come later."""
    options = reader.options.model_dump(mode="json")
    return RunInfo(
        started=started,
        finished=started,
        ocr_recap=version("ocr-recap"),
        machine={
            "system": platform.system(),
            "release": platform.release(),
            "architecture": platform.machine(),
            "cores": str(os.cpu_count() or 0),
        },
        runtime={"python": platform.python_version(), **{name: version(name) for name in _PARTS}},
        options={**options, "templates": [Path(t).name for t in reader.options.templates]},
        workers=workers,
        executor=executor,
        limits=asdict(limits),
        resumed=resumed,
        language=language,
        dialect=dialect,
        workbook=workbook,
        parquet=parquet,
        names=names,
        chained=True,
        weights_sha256=reader.weights_sha256,
        tally_sha256=reader.tally_sha256,
        alterations_sha256=reader.alterations_sha256,
        templates={},
        lists=dict(lists),
        roll=roll,
        overlay=overlay,
        save_pages=save_pages,
        photos=photos,
        stations_without_photos=(),
        skipped=skipped,
    )
