"""A folder of a user's own labelled cells: its contents, the writer of each cell, and the part of each writer.

    FOLDER/0/... FOLDER/9/... FOLDER/X/... FOLDER/dash/... FOLDER/empty/... FOLDER/other/...

One picture is one cell. The text before the first `__` of its name is the writer (`anna__p3-c2.png`); a name without
`__` is a writer of its own. A hash of the name gives the part of a writer, so no writer changes parts when pictures are
added: of 20 shares 12 train, 3 calibrate, 5 are held out. Does not need torch.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.digit_reader import CLASSES, CROSS, DASH, EMPTY, OTHER
from ocr_recap.cells.external_crops import patch_of
from ocr_recap.evaluate.bounds import clopper_pearson

Part = Literal["train", "calibration", "held_out"]
PARTS: Final[tuple[Part, ...]] = ("train", "calibration", "held_out")
FOLDERS: Final[Mapping[str, int]] = {
    **{str(d): d for d in range(10)},
    "X": CROSS,
    "dash": DASH,
    "empty": EMPTY,
    "other": OTHER,
}
RULE: Final = "writer = name before the first '__'; SHA-256 of it mod 20: 0-4 held out, 5-7 calibration, 8-19 training"
_HELD_OUT, _CALIBRATION, _SHARES = 5, 8, 20


@dataclass(frozen=True)
class Crops:
    """Cells of one folder.

    Attributes:
        files: (n) path of each cell, ordered by name.
        patches: (n, 48, 48) uint8.
        boxes: (n, 2) px, as `DigitReader.read` takes them.
        labels: (n,) indices into `CLASSES`.
        writers: (n) writer of each cell.
        digest: SHA-256 over names, labels and bytes of all files.
        left_out: files and folders that are not used, each with the reason.
    """

    files: tuple[Path, ...]
    patches: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    writers: tuple[str, ...]
    digest: str
    left_out: tuple[str, ...]

    def part(self, name: Part) -> NDArray[np.intp]:
        """Indices of the cells of one part."""
        return np.array([i for i, writer in enumerate(self.writers) if part_of(writer) == name], dtype=np.intp)


def writer_of(file: Path) -> str:
    """Writer of a file."""
    before, mark, _ = file.name.partition("__")
    return before if mark and before else file.name


def part_of(writer: str) -> Part:
    """Part of a writer; depends only on the name."""
    share = int.from_bytes(hashlib.sha256(writer.encode("utf-8")).digest()[:8], "big") % _SHARES
    return "held_out" if share < _HELD_OUT else "calibration" if share < _CALIBRATION else "train"


def collect(folder: Path, margin: float) -> Crops:
    """Read all pictures of a folder.

    Args:
        folder: folder with subfolders named as in `FOLDERS`.
        margin: margin around the printed box in the pictures, as `external_crops.patch_of` takes it.

    Raises:
        SystemExit: there is no such folder, no usable picture, or none of some part; the message gives a next step.
    """
    if not folder.is_dir():
        raise SystemExit(f"{folder}: no such folder")
    left_out = [
        f"{entry}: not one of the folders {', '.join(FOLDERS)}"
        for entry in sorted(folder.iterdir())
        if entry.name not in FOLDERS or not entry.is_dir()
    ]
    files: list[Path] = []
    patches: list[NDArray[np.uint8]] = []
    boxes: list[tuple[float, float]] = []
    labels: list[int] = []
    seen: dict[str, Path] = {}
    digest = hashlib.sha256()
    for name, label in FOLDERS.items():
        for file in sorted((folder / name).rglob("*")):
            if file.is_dir():
                continue
            content = file.read_bytes()
            key = hashlib.sha256(content).hexdigest()
            if key in seen:  # the same picture in training and test would test memory
                left_out.append(f"{file}: the same picture as {seen[key]}")
                continue
            seen[key] = file
            picture = cv2.imdecode(np.frombuffer(content or b"\0", np.uint8), cv2.IMREAD_COLOR)
            if picture is None:
                left_out.append(f"{file}: not a picture")
                continue
            try:
                patch, box = patch_of(np.asarray(picture), margin)
            except ValueError as fault:
                left_out.append(f"{file}: {fault}")
                continue
            files.append(file)
            patches.append(patch)
            boxes.append(box)
            labels.append(label)
            digest.update(f"{file.relative_to(folder).as_posix()}\0{key}\n".encode())
    if not files:
        raise SystemExit(
            f"{folder}: no pictures of cells. Put them into subfolders named {', '.join(FOLDERS)}."
            + "".join(f"\n  {reason}" for reason in left_out[:5])
        )
    writers = tuple(writer_of(file) for file in files)
    found = Crops(
        tuple(files),
        np.stack(patches),
        np.array(boxes),
        np.array(labels, dtype=np.int64),
        writers,
        digest.hexdigest(),
        tuple(left_out),
    )
    for part in ("train", "held_out"):
        if not len(found.part(part)):
            raise SystemExit(
                f"{folder}: none of its {len(set(writers))} writers falls into the part {part!r} ({RULE}). Add writers."
            )
    return found


@dataclass(frozen=True)
class Change:
    """Counts of two readings of the same cells.

    `sure` are cells read with 0.99 or more; `sure_wrong` are those of them that are read as a digit that is not there.
    """

    cells: int
    digits: int
    right: tuple[int, int]
    digits_right: tuple[int, int]
    sure: tuple[int, int]
    sure_wrong: tuple[int, int]
    gained: int
    lost: int

    def export(self) -> dict[str, object]:
        """Plain JSON; pairs are before and after."""
        return dict(vars(self))

    @property
    def worse(self) -> bool:
        """True when more cells were lost than gained, significantly (95%, two-sided)."""
        return self.lost + self.gained > 0 and clopper_pearson(self.lost, self.lost + self.gained)[0] > 0.5

    @property
    def better(self) -> bool:
        """True when more cells were gained than lost, significantly (95%, two-sided)."""
        return self.lost + self.gained > 0 and clopper_pearson(self.gained, self.lost + self.gained)[0] > 0.5


def change(before: NDArray[np.float64], after: NDArray[np.float64], labels: NDArray[np.int64]) -> Change:
    """Compare two tables of log-probabilities (n, 14) of the same cells."""
    digit = labels < CROSS
    good = [table.argmax(axis=1) == labels for table in (before, after)]
    sure = [table.max(axis=1) >= np.log(0.99) for table in (before, after)]
    wrong = [s & ~g & (t.argmax(axis=1) < CROSS) for s, g, t in zip(sure, good, (before, after), strict=True)]
    return Change(
        len(labels),
        int(digit.sum()),
        _pair(good),
        _pair([g & digit for g in good]),
        _pair(sure),
        _pair(wrong),
        int((good[1] & ~good[0]).sum()),
        int((good[0] & ~good[1]).sum()),
    )


def _pair(flags: Sequence[NDArray[np.bool_]]) -> tuple[int, int]:
    return int(flags[0].sum()), int(flags[1].sum())


def report(own: Change, drawn: Change) -> list[str]:
    """Table of before and after, and its meaning."""
    lines = [
        "| cells | n (digits) | digits right | all right | at 0.99: n, wrong digits | newly right / newly wrong |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in (("yours, held out", own), ("drawn, test writers", drawn)):
        for i, when in enumerate(("before", "after")):
            low, high = clopper_pearson(found.digits_right[i], found.digits)
            moved = f"{found.gained} / {found.lost}" if i else ""
            digits = f"{_share(found.digits_right[i], found.digits)} ({100 * low:.1f}-{100 * high:.1f}%)"
            lines.append(
                f"| {name}, {when} | {found.cells:,} ({found.digits:,}) | {digits} "
                f"| {_share(found.right[i], found.cells)} | {found.sure[i]:,}, {found.sure_wrong[i]} | {moved} |"
            )
    return [*lines, "", *verdict(own, drawn)]


def verdict(own: Change, drawn: Change) -> list[str]:
    """Conclusion for people."""
    said = [
        "On your held-out cells the new weights are better, by more than chance."
        if own.better
        else "On your held-out cells the new weights are WORSE, by more than chance: keep the old ones."
        if own.worse
        else "On your held-out cells no difference is shown: with so few cells that differ it may be chance."
    ]
    if drawn.worse:
        said.append(
            "On drawn cells of other writers they are WORSE, by more than chance: what was gained on your writers was "
            "paid for with everyone else's. Use more drawn cells (--cells) or fewer of yours (--share)."
        )
    else:
        said.append("On drawn cells of other writers no loss is shown.")
    return said


def counts(labels: Iterable[int]) -> str:
    """Number of cells of each class, as text."""
    names = {index: name for name, index in FOLDERS.items()}
    found = Counter(int(label) for label in labels)
    return ", ".join(f"{names[i]} {found[i]}" for i in range(len(CLASSES)) if found[i])


def _share(right: int, n: int) -> str:
    return f"{100 * right / n:.2f}%" if n else "-"
