"""Checks the directories of a TIFF before a library reads them: their number, and the bytes that each refers to.

A chain of directories may be a cycle, and thousands of entries may refer to the same megabytes, which a library would
read again for each.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np

from ..messages.problems import PhotoProblem

MOST_COUNTED: Final = 65_535  # directories that are counted; a longer chain counts as this long; by judgement
# Bytes that all directories up to a frame's may refer to, by judgement: 500 frames have some 10 MB, a colour profile
# 4 MB.
MOST_CLAIMED: Final = 64_000_000
# Bytes of one list, such as the offsets of strips, by judgement: 150 megapixels in tiles of 16 x 16 take 2.4 MB.
MOST_LISTED: Final = 4_000_000
_SIZES = np.array(
    [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8], np.float64
)  # bytes of a value by its type (TIFF 6.0, BigTIFF)


class _Layout(NamedTuple):
    """Layout of a TIFF or BigTIFF: byte order; `struct` formats of a count of entries and of an offset; the position of
    the first offset; the format of an entry."""

    order: str
    entries: str
    place: str
    first: int
    entry: np.dtype[np.void]


def count(content: bytes | Path) -> int:
    """Count the frames of a TIFF, up to a directory that cannot be read, which is included.

    Raises:
        PhotoProblem: the file has no readable header.
    """
    with _opened(content) as file:
        # A file without directories counts as one frame, whose reading gives the problem.
        return max(1, sum(1 for _ in islice(_places(file, _layout(file)), MOST_COUNTED)))


def check(content: bytes | Path, frame: int) -> None:
    """Check that a library can open a frame safely.

    Raises:
        PhotoProblem: there is no such frame, or the directories up to it refer to more bytes than allowed.
    """
    with _opened(content) as file:
        layout = _layout(file)
        claimed, found = 0.0, 0
        for place in islice(_places(file, layout), frame + 1):
            found += 1
            claimed += _claimed(file, layout, place)
            if claimed > MOST_CLAIMED:
                raise PhotoProblem("image_truncated")
    if not found:
        raise PhotoProblem("image_truncated")
    if found <= frame:
        raise PhotoProblem("frame_missing", frame=frame + 1, frames=found)


@contextmanager
def _opened(content: bytes | Path) -> Generator[BinaryIO, None, None]:
    try:
        with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
            yield file
    except (OSError, struct.error, OverflowError):
        raise PhotoProblem("image_truncated") from None


def _layout(file: BinaryIO) -> _Layout:
    head = file.read(8)
    order = "<" if head[:2] == b"II" else ">"
    large = struct.unpack(f"{order}H", head[2:4])[0] == 43
    sizes = ("Q", "Q", 8, "u8") if large else ("H", "L", 4, "u4")
    entry = np.dtype([("tag", f"{order}u2"), ("type", f"{order}u2")] + [(n, order + sizes[3]) for n in ("count", "at")])
    return _Layout(order, sizes[0], sizes[1], sizes[2], entry)


def _places(file: BinaryIO, layout: _Layout) -> Generator[int, None, None]:
    """Offsets of the directories, each once; an offset outside of the file ends the chain."""
    seen: set[int] = set()
    place = _number(file, layout, layout.first, layout.place)
    while place and place not in seen:
        yield place
        seen.add(place)
        try:
            entries = _number(file, layout, place, layout.entries)
            after = place + struct.calcsize(f"={layout.entries}") + entries * layout.entry.itemsize
            place = _number(file, layout, after, layout.place)
        except (OSError, struct.error, OverflowError):
            return


def _claimed(file: BinaryIO, layout: _Layout, place: int) -> float:
    """Bytes of a directory: its entries and the values that they refer to."""
    entries = _number(file, layout, place, layout.entries)
    raw = file.read(min(entries, MOST_COUNTED) * layout.entry.itemsize)
    table = np.frombuffer(raw[: len(raw) // layout.entry.itemsize * layout.entry.itemsize], layout.entry)
    sizes = _SIZES[np.minimum(table["type"], len(_SIZES) - 1)]
    claimed = sizes * table["count"].astype(np.float64)
    if bool((claimed[sizes > 1] > MOST_LISTED).any()):
        raise PhotoProblem("image_truncated")
    return float(claimed.sum()) + len(raw)


def _number(file: BinaryIO, layout: _Layout, place: int, kind: str) -> int:
    file.seek(place)
    return struct.unpack(f"{layout.order}{kind}", file.read(struct.calcsize(f"={kind}")))[0]
