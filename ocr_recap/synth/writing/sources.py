"""Sources of digits for training, and their division into training, calibration and test.

The three parts have no writer or image in common:

* writers of the stroke model: seed % 10 == 0 test, 1 calibration, 2..9 training;
* MNIST (its 60,000 training images only) and Semeion (1,593): by position among the file's images of a digit, see
  `_SHARES`. These sets do not name the writer of an image, so the images are disjoint, but perhaps not the writers;
* kensanata and pendigits (by writer number) and the signs of omniglot (by person): number % 10 as for the stroke model.
  These lie outside the package, as packed by `training/digits/pack_digits.py`;
* optdigits: never used for training or calibration; the test under shift. pendigits is by the same institute, which
  does not say whether people wrote for both sets;
* bhmsds: never used for training or calibration; digits, crosses and dashes of unseen hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "calibration", "test"]
Bitmaps = NDArray[np.uint8]

# File of the digits in the package, and the source that is only used for tests.
PACK = Path(__file__).with_name("glyphs.npz")
HELD_OUT = "optdigits"
# Sources outside the package: digits to train on, signs to train on, and digits and signs that are only used for tests.
PACKED = ("kensanata", "pendigits")
PACKED_SIGNS, PACKED_HELD_OUT = "omniglot", "bhmsds"
# First and last share of a source's images of each digit, in the order of its file.
_SHARES: dict[Split, tuple[float, float]] = {"train": (0.0, 0.8), "calibration": (0.8, 0.9), "test": (0.9, 1.0)}


@dataclass(frozen=True)
class Source:
    """Digits, or other signs, as bitmaps.

    Attributes:
        images: (n, h, w) uint8 with ink 255.
        labels: (n,) 0..9; of signs the indices into `cells.CLASSES`.
        proportions: True when the bitmaps keep the digits' own width. Semeion and optdigits stretch all digits to one
            width, so that a plain 1 becomes a slab.
        writers: (n,) number of the writer, or None where the source does not say.
    """

    images: Bitmaps
    labels: NDArray[np.uint8]
    proportions: bool
    writers: NDArray[np.uint8] | None = None

    def part(self, split: Split) -> Source:
        """Images of one part: by writer where writers are known, else by position among the images of a digit."""
        if self.writers is not None:
            mine = np.array([split_of(int(writer)) == split for writer in self.writers])
            return Source(self.images[mine], self.labels[mine], self.proportions, self.writers[mine])
        chosen: list[NDArray[np.intp]] = []
        for digit in range(10):
            places = np.flatnonzero(self.labels == digit)
            first, last = (round(share * len(places)) for share in _SHARES[split])
            chosen.append(places[first:last])
        order = np.sort(np.concatenate(chosen))
        return Source(self.images[order], self.labels[order], self.proportions)


def split_of(seed: int) -> Split:
    """Part that writer number `seed` of the stroke model belongs to."""
    return {0: "test", 1: "calibration"}.get(seed % 10, "train")  # type: ignore[return-value]


def writer_seed(split: Split, rng: np.random.Generator) -> int:
    """Seed of a random writer of one part, out of 100,000 per residue."""
    residue = {"test": 0, "calibration": 1, "train": int(rng.integers(2, 10))}[split]
    return int(rng.integers(100_000)) * 10 + residue


def load_pack(path: Path = PACK) -> dict[str, Source]:
    """Load the digits in the package: `semeion` (16x16) and `optdigits` (32x32)."""
    result: dict[str, Source] = {}
    with np.load(path) as pack:
        for name, side in (("semeion", 16), ("optdigits", 32)):
            labels = pack[f"{name}_labels"]
            bits = np.unpackbits(pack[f"{name}_bits"], axis=1, count=side * side)
            images = (bits.reshape(-1, side, side) * 255).astype(np.uint8)
            result[name] = Source(images, labels.astype(np.uint8), proportions=False)
    return result


def load_mnist(folder: Path) -> Source:
    """Load MNIST's training part from `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` in a folder.

    Raises:
        ValueError: a file is not the expected IDX file.
    """
    images = _idx(folder / "train-images-idx3-ubyte", 3)
    labels = _idx(folder / "train-labels-idx1-ubyte", 1)
    if len(images) != len(labels):
        raise ValueError(f"{folder}: {len(images)} images but {len(labels)} labels")
    return Source(images, labels, proportions=True)


def load_packed(folder: Path, name: str) -> Source:
    """Load a source that `training/digits/pack_digits.py` packed into a folder: one of `PACKED` or of signs."""
    with np.load(folder / f"{name}.npz") as pack:
        return Source(pack["images"], pack["labels"], True, pack.get("writers"))


def training_sources(mnist: Path | None, packed: Path | None = None) -> dict[str, Source]:
    """Digits to train on, undivided; `Source.part` cuts out a part.

    Args:
        mnist: folder of MNIST, or None to leave it out.
        packed: folder of packed sources, or None to leave them out.
    """
    sources = {name: source for name, source in load_pack().items() if name != HELD_OUT}
    if mnist is not None:
        sources["mnist"] = load_mnist(mnist)
    if packed is not None:
        sources |= {name: load_packed(packed, name) for name in PACKED}
    return sources


def _idx(path: Path, dimensions: int) -> Bitmaps:
    raw = path.read_bytes()
    header = np.frombuffer(raw[: 4 + 4 * dimensions], dtype=">u4")
    if len(header) != 1 + dimensions or header[0] != 0x0800 + dimensions:
        raise ValueError(f"{path}: not an IDX file of bytes with {dimensions} dimensions")
    shape = tuple(int(v) for v in header[1:])
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * dimensions, count=int(np.prod(shape))).reshape(shape)
