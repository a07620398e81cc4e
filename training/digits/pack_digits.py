"""Packs public handwriting for training: `pack_digits.py SHARED OUT` writes one .npz per source into OUT.

SHARED holds the published files, as `../shared/digits` does: `kensanata-numbers.npz` (Alex Schroeder's "numbers", CC0
1.0), `pendigits-orig.tra` and `.tes` (UCI, CC BY 4.0), `omniglot-small1.zip` (MIT) and `bhmsds.npz` (MIT). Each file
in OUT has `images` (n, 64, 64) uint8 with ink 255, `labels` (n,) indices into `cells.CLASSES`, and `writers` (n,),
which `sources.Source.part` divides them by. The output depends only on the input. Nothing of it is in the package.
"""

from __future__ import annotations

import argparse
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pack_glyphs import Arrays, write

SIDE = 64  # px of a packed image
CROSS, DASH, OTHER = 10, 11, 13
PENS = (2, 3, 4, 5)  # px: pendigits has no pen; the pen of digit i is that of i % 4, by judgement
# Signs of omniglot that are crosses, and signs unlike any digit, cross or dash, chosen by eye. Latin and Greek letters
# are left out, as `strange.py` tests with letters.
CROSSES = {"Latin": (24,), "Greek": (22,)}
STRANGE = {
    "Balinese": tuple(n for n in range(1, 25) if n not in (14, 15)),
    "Early_Aramaic": (1, 12, 15, 18, 19, 21),
    "Korean": tuple(n for n in range(1, 41) if n not in (9, 14, 17, 19, 20, 21, 22, 27, 28, 31, 33, 37)),
}
SIGNS = {"x": CROSS, "minus": DASH, **{str(digit): digit for digit in range(10)}}  # of bhmsds; others are not packed


def kensanata(path: Path) -> Arrays:
    """Pen digits of 21 writers, with paper as 0 and the darkest ink as 255."""
    with np.load(path) as pack:
        images, labels, writers = (pack[name] for name in ("images", "labels", "writers"))
    made = np.zeros_like(images)
    for i, image in enumerate(images):
        taken = np.clip(float(np.median(image)) - image.astype(np.float32) - 12, 0, None)  # 12 gray levels of noise
        made[i] = np.rint(255 * np.clip(taken / max(20.0, float(np.percentile(taken, 98.5))), 0, 1)).astype(np.uint8)
        made[i] = _largest(made[i])
    return {"images": made, "labels": labels.astype(np.uint8), "writers": writers.astype(np.uint8)}


def _largest(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image without specks: pieces of ink below a tenth of the largest one."""
    _, names, facts, _ = cv2.connectedComponentsWithStats((image > 60).astype(np.uint8))
    sizes = facts[1:, cv2.CC_STAT_AREA]
    if not len(sizes):
        return image
    specks = np.flatnonzero(sizes < 0.1 * sizes.max()) + 1
    near = cv2.dilate(np.isin(names, specks).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(near > 0, 0, image).astype(np.uint8)


def pendigits(training: Path, test: Path) -> Arrays:
    """Pen strokes of 44 writers, drawn; writers of the test file follow those of the training file."""
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    writers: list[int] = []
    for path, first in ((training, 0), (test, 30)):
        for digit in re.split(r"^\.SEGMENT DIGIT", path.read_text(encoding="ascii"), flags=re.MULTILINE)[1:]:
            label, writer, _ = re.findall(r"\d+", digit.partition(".COMMENT")[2].partition("\n")[0])
            pieces = re.findall(r"\.PEN_DOWN\n(.*?)\.PEN_UP", digit, flags=re.DOTALL)
            lines = [np.array(piece.split(), dtype=np.float64).reshape(-1, 2) * (1, -1) for piece in pieces]
            images.append(_drawn(lines, PENS[len(images) % len(PENS)]))
            labels.append(int(label))
            writers.append(first + int(writer))
    return {
        "images": np.stack(images),
        "labels": np.array(labels, np.uint8),
        "writers": np.array(writers, np.uint8),
    }


def _drawn(lines: list[NDArray[np.float64]], pen: int) -> NDArray[np.uint8]:
    """Polylines with equal units along x and y, in the middle of an image."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 12) / max(1.0, float((high - low).max()))
    image = np.zeros((SIDE, SIDE), np.uint8)
    placed = [np.rint(((line - (low + high) / 2) * scale + SIDE / 2) * 16).astype(np.int32) for line in lines]
    cv2.polylines(image, placed, False, 255, pen, cv2.LINE_AA, 4)
    return image


def omniglot(path: Path) -> Arrays:
    """Crosses and strange signs by 20 people."""
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    writers: list[int] = []
    with zipfile.ZipFile(path) as archive:
        for label, chosen in ((CROSS, CROSSES), (OTHER, STRANGE)):
            for name in sorted(archive.namelist()):
                found = re.fullmatch(r"[^/]+/(\w+)/character(\d+)/\d+_(\d+)\.png", name)
                if found and int(found[2]) in chosen.get(found[1], ()):
                    image = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE)
                    small = cv2.resize(255 - np.asarray(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
                    images.append(np.minimum(255, small.astype(np.float32) * 1.6).astype(np.uint8))
                    labels.append(label)
                    writers.append(int(found[3]))
    return {
        "images": np.stack(images),
        "labels": np.array(labels, np.uint8),
        "writers": np.array(writers, np.uint8),
    }


def bhmsds(path: Path) -> Arrays:
    """Digits, crosses and dashes of a source that nothing is trained on; its writers are not known."""
    with np.load(path) as pack:
        keep = np.isin(pack["labels"], list(SIGNS))
        images, names = 255 - pack["images"][keep], pack["labels"][keep]
    large = np.stack([cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for i in images])
    return {"images": large, "labels": np.array([SIGNS[name] for name in names.tolist()], np.uint8)}


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder of the published files")
    parser.add_argument("out", type=Path, help="folder for the output")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    made = {
        "kensanata": kensanata(args.shared / "kensanata-numbers.npz"),
        "pendigits": pendigits(args.shared / "pendigits-orig.tra", args.shared / "pendigits-orig.tes"),
        "omniglot": omniglot(args.shared / "omniglot-small1.zip"),
        "bhmsds": bhmsds(args.shared / "bhmsds.npz"),
    }
    for name, arrays in made.items():
        write(arrays, args.out / f"{name}.npz")
        print(f"{name}: labels {np.bincount(arrays['labels']).tolist()}")


if __name__ == "__main__":
    main()
