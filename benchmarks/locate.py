"""Locating, measured: pages found, places off, wrong pages and CPU time, by kind of photo; beside an earlier version.

    python benchmarks/locate.py [--count 100] [--seed 28100] [--writers test] [--kinds KIND ...] [--beside FOLDER]

All templates of the package compete. The kinds are those of `locate_photos.KINDS`; the script prints one row of a
Markdown table for each kind, and two with `--beside`, the folder of a checkout of an earlier version
(`git worktree add` gives it one). Both versions then get the same files, each right after the other. Photos are drawn
by this version alone.

- *located*: photos with any page.
- *right*: of these, the right page with 95% of the corners of boxes within 0.15, or 0.25, of a cell width of their
  true places. Boxes that the record would read count (`Located.fields_in_photo`), each by its own width.
- *placed wrong*: the right page, but fewer corners within 0.25. A page without boxes to read is none of the three.
- *wrong page*: another page, or any page where none may be found.
- *numbers read*: on photos with the right page, of the numbers whose boxes all lie within the photo, the share that
  the record would read.
- *refused*: photos by code of their problem.
- *CPU*: seconds of `locate` beyond the decode, on one thread: median, mean, 99% quantile, largest. *x decode*: the
  median of this time as a multiple of that of decoding the same photo in gray at full size.

The first photo of a kind is asked twice, and the second answer counts: what is computed once per template and process
is part of no photo's cost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from locate_photos import KINDS, Case, Choice

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).resolve().parent / "locate_worker.py"
NEAR, RIGHT = 0.15, 0.25  # cell widths
SHARE = 0.95  # of the corners
HEADS = ("photos", "version", "n", "located", f"right, {NEAR}", f"right, {RIGHT}", "placed wrong", "wrong page",
         "numbers read", "CPU median, s", "mean", "99%", "max", "x decode", "refused")  # fmt: skip


class Version:
    """A version of the software, asked in a process of its own.

    Args:
        name: in the table.
        folder: of its checkout.

    Raises:
        SystemExit: Python does not import the package from this folder.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            env={**os.environ, "PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        imported = Path(self._line()).resolve()
        if not imported.is_relative_to(folder.resolve()):
            self.close()
            sys.exit(f"the worker imports {imported}, and not the package in {folder}")

    def ask(self, file: Path, without: str | None) -> dict[str, Any]:
        """Answer to one photo, as `locate_worker.py` describes it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"file": str(file), "without": without}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.name}: the worker ended; its error stands above")
        return line.rstrip("\n")


@dataclass
class Figures:
    """Counts and times of one kind of photos and one version."""

    count: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    seconds: list[float] = field(default_factory=list[float])
    ratios: list[float] = field(default_factory=list[float])

    def add(self, case: Case, said: dict[str, Any]) -> None:
        """Count one answer."""
        self.count["n"] += 1
        if said["seconds"] is not None:
            self.seconds.append(said["seconds"])
            self.ratios.append(said["seconds"] / max(said["decode"], 1e-4))
        if said["problem"] is not None:
            self.refused[said["problem"]] += 1
            return
        self.count["located"] += 1
        if (said["template"], said["page"]) != case.page:
            self.count["wrong page"] += 1
            return
        shown = {name for name, quads in case.boxes.items() if _is_within(quads, case.size)}
        self.count["numbers"] += len(shown)
        self.count["numbers read"] += len(shown & said["boxes"].keys())
        off = offsets(case, said["boxes"])
        if len(off):
            far = float(np.quantile(off, SHARE))
            self.count["near"] += far <= NEAR
            self.count["right"] += far <= RIGHT
            self.count["placed wrong"] += far > RIGHT

    def row(self, photos: str, version: str) -> str:
        """The line of the table."""
        count = self.count
        read = f"{100 * count['numbers read'] / count['numbers']:.1f}%" if count["numbers"] else "-"
        cells = [photos, version, *(count[key] for key in ("n", "located", "near", "right", "placed wrong"))]
        cells += [count["wrong page"], read]
        if self.seconds:
            s = self.seconds
            times = (np.median(s), np.mean(s), np.quantile(s, 0.99), max(s))
            cells += [*(f"{time:.3f}" for time in times), f"{np.median(self.ratios):.1f}"]
        else:
            cells += ["-"] * 5
        cells.append(", ".join(f"{code} {n}" for code, n in sorted(self.refused.items())) or "-")
        return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="photos of each kind; of real ones at most so many")
    parser.add_argument("--seed", type=int, default=28100, help="seed of all random numbers")
    parser.add_argument("--writers", choices=("test", "calibration"), default="test", help="part of the writers")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of photos")
    parser.add_argument("--beside", type=Path, help="folder of a checkout of an earlier version")
    arguments = parser.parse_args()
    versions = [Version("this", ROOT)]
    if arguments.beside is not None:
        versions.append(Version("earlier", arguments.beside))
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|", flush=True)
    choice = Choice(arguments.count, arguments.seed, arguments.writers)
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.kinds:
            for line in measured(name, choice, versions, Path(folder) / "photo.jpg"):
                print(line, flush=True)
    for version in versions:
        version.close()


def measured(name: str, choice: Choice, versions: list[Version], file: Path) -> list[str]:
    """Rows of one kind, one for each version; none where there are no such photos. `file` holds each photo in turn."""
    title, kind = KINDS[name]
    figures = [Figures() for _ in versions]
    for index, case in enumerate(kind(choice)):
        file.write_bytes(case.jpeg)
        for version, found in zip(versions, figures, strict=True):
            if index == 0:
                version.ask(file, case.without)
            found.add(case, version.ask(file, case.without))
    rows = zip(versions, figures, strict=True)
    return [found.row(title, version.name) for version, found in rows if found.count["n"]]


def offsets(case: Case, boxes: dict[str, Any]) -> np.ndarray:
    """Distance of corners of boxes from their true places, in widths of their boxes, (n,); of boxes with truth."""
    off: list[np.ndarray] = []
    for name in case.boxes.keys() & boxes.keys():
        true = case.boxes[name]
        width = np.linalg.norm(true[:, 1] - true[:, 0], axis=1)[:, None]
        off.append((np.linalg.norm(np.array(boxes[name]) - true, axis=2) / width).ravel())
    return np.concatenate(off) if off else np.zeros(0)


def _is_within(quads: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether all corners lie within a photo of (width, height) px."""
    return bool(((quads >= -0.5) & (quads <= np.array(size) - 0.5)).all())


if __name__ == "__main__":
    main()
