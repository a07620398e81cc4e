"""Sets of labelled cells as used in training, in one .npz file; `ocr-recap synth --cells` writes them.

Batch i of a set comes from a generator seeded with (seed, i), as in training. Any number of processes gives the same
bytes, and a larger set starts with the smaller one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...imaging.files import write_atomically
from ..sets.parallel import in_order
from ..writing.hand import Writers
from ..writing.sources import HELD_OUT, Split, load_pack, training_sources
from . import cells

# Cells of one batch, drawn from one generator; other values give other sets.
BATCH = 256


@dataclass(frozen=True)
class CellSet:
    """Labelled cells.

    Attributes:
        patches: (n, 48, 48) uint8 gray; `cells` describes the place of the box in them.
        labels: (n,) uint8, indices into `cells.CLASSES`.
        boxes: (n, 2) printed width and height of the boxes in the patches, px.
        seed, writers: arguments of `make_cells`.
    """

    patches: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    seed: int
    writers: Writers


def make_cells(
    count: int,
    seed: int,
    writers: Writers,
    mnist: Path | None = None,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> CellSet:
    """Draw cells.

    Args:
        count: number of cells.
        seed: the same seed gives the same cells, with any number of workers.
        writers: part of the writers; `shift` takes digits only from the held-out source, and all else from test
            writers.
        mnist: folder with MNIST's training part, used besides the package's sources; or None.
        workers: number of processes.
        progress: called with the number of cells done.

    Raises:
        OSError, ValueError: MNIST cannot be read.
    """
    mix(writers, mnist)  # raises for a wrong folder here, not in another process
    patches = np.empty((count, cells.PATCH, cells.PATCH), np.uint8)
    labels = np.empty(count, np.uint8)
    boxes = np.empty((count, 2), np.float32)
    jobs: list[_Job] = [(i, seed, writers, mnist) for i in range(-(-count // BATCH))]
    for i, made in enumerate(in_order(_batch, jobs, workers)):
        place = slice(i * BATCH, min(count, (i + 1) * BATCH))
        take = place.stop - place.start
        patches[place], labels[place], boxes[place] = made.patches[:take], made.labels[:take], made.boxes[:take]
        if progress:
            progress(min(count, (i + 1) * BATCH))
    return CellSet(patches, labels, boxes, seed, writers)


def save(made: CellSet, out: Path) -> None:
    """Write a set as .npz: `patches`, `labels`, `boxes`, `classes`, `writers`, `seed`; same set, same bytes."""
    arrays = {
        "patches": made.patches,
        "labels": made.labels,
        "boxes": made.boxes,
        "classes": np.array(list(cells.CLASSES)),
        "writers": np.array(made.writers),
        "seed": np.array(made.seed),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))  # no clock in the file
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, 1)
    write_atomically(out, packed.getvalue())


@lru_cache(maxsize=4)
def mix(writers: Writers, mnist: Path | None) -> cells.Mix:
    """Sources of one part, as in training."""
    if writers == "shift":
        return cells.Mix({HELD_OUT: load_pack()[HELD_OUT]}, {HELD_OUT: 1.0})
    return cells.usual_mix(training_sources(mnist), writers)


_Job = tuple[int, int, Writers, Path | None]


def _batch(job: _Job) -> cells.LabelledCells:
    number, seed, writers, mnist = job
    split: Split = "test" if writers == "shift" else writers
    return cells.batch(BATCH, split, mix(writers, mnist), np.random.default_rng((seed, number)))
