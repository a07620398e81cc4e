"""Packs Semeion and optdigits into the package's glyph file: `pack_glyphs.py SEMEION OPTDIGITS OUT`.

SEMEION is UCI's `semeion.data` (256 pixels and a one-hot label per digit), OPTDIGITS its `optdigits-orig.tra` (21 lines
of header, then 32 lines of 32 characters and a line with the label per digit). The output depends only on the input.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.uint8]]


def semeion(path: Path) -> Arrays:
    """Images and labels of Semeion."""
    # Per digit 256 pixels, ten marks of which one is set, and the ten again as one word; the first one is broken up
    # over several lines, so lines say nothing.
    words = np.array(path.read_text(encoding="ascii").split()).reshape(-1, 267)
    return {
        "semeion_bits": np.packbits(words[:, :256] == "1", axis=1),
        "semeion_labels": (words[:, 256:266] == "1").argmax(axis=1).astype(np.uint8),
    }


def optdigits(path: Path) -> Arrays:
    """Images and labels of optdigits."""
    lines = path.read_text(encoding="ascii").splitlines()[21:]
    count = len(lines) // 33
    bits = [[int(c) for row in lines[33 * i : 33 * i + 32] for c in row.strip()] for i in range(count)]
    labels = [int(lines[33 * i + 32]) for i in range(count)]
    return {
        "optdigits_bits": np.packbits(np.array(bits, dtype=bool), axis=1),
        "optdigits_labels": np.array(labels, dtype=np.uint8),
    }


def write(arrays: Arrays, out: Path) -> None:
    """Write like `numpy.savez_compressed`, but without a time stamp in the file."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_DEFLATED, 9)


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("semeion", type=Path)
    parser.add_argument("optdigits", type=Path)
    parser.add_argument("out", type=Path, help="the glyph file to write")
    args = parser.parse_args()
    arrays = semeion(args.semeion) | optdigits(args.optdigits)
    write(arrays, args.out)
    for name, array in arrays.items():
        print(f"{name}: {array.shape}")
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
