"""Builds the description of a run for `run.json`."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ..read.reader import Reader
from ..records.run_info import RunInfo
from ..report.table_formats import chosen
from . import checksums
from .options import BatchOptions

# Libraries whose versions are noted, since results depend on them.
_PARTS = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "pydantic", "pypdfium2")


def now() -> str:
    """The current time in the format of `run.json`: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def run_info(
    reader: Reader,
    options: BatchOptions,
    *,
    started: str,
    workers: int,
    resumed: int,
    photos: int,
    skipped: tuple[str, ...],
) -> RunInfo:
    """Describe a run whose photos have been read; forms and stations without photos are added later.

    Args:
        reader: that read the photos.
        options: of the batch.
        started: time of the beginning, as returned by `now`.
        workers: number of workers.
        resumed: number of photos whose results an earlier run had left.
        photos: number of photos.
        skipped: files that are not photos.

    Raises:
        WrongUse: a format of tables is unknown.
        InputUnusable, TableFaulty: the list of stations cannot be used.
        OSError: the manifest cannot be read.
    """
    formats = tuple(one.name for one in chosen(options.formats))
    roll = options.roll()
    reading = reader.options.model_dump(mode="json")
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
        options={**reading, "templates": [Path(t).name for t in reader.options.templates]},
        workers=workers,
        executor=options.place.name,
        limits=asdict(options.limits),
        resumed=resumed,
        language=options.language,
        dialect=options.dialect,
        formats=formats,
        workbook="xlsx" in formats,
        parquet="parquet" in formats,
        names=options.names,
        chained=True,
        weights_sha256=reader.weights_sha256,
        tally_sha256=reader.tally_sha256,
        alterations_sha256=reader.alterations_sha256,
        words_sha256=reader.words_sha256,
        templates={},
        lists=_lists(options),
        roll=roll.stations if roll else None,
        listed=roll.columns() if roll else {},
        overlay=options.overlay,
        save_pages=options.save_pages,
        photos=photos,
        stations_without_photos=(),
        skipped=skipped,
    )


def _lists(options: BatchOptions) -> dict[str, str]:
    """The SHA-256 of the manifest and the roll, by option name.

    Raises:
        InputUnusable, TableFaulty: the list of stations cannot be used.
        OSError: the manifest cannot be read.
    """
    roll = options.roll()
    manifest = {"manifest": checksums.of(Path(options.manifest))} if options.manifest else {}
    return manifest | ({"stations": roll.sha256} if roll else {})
