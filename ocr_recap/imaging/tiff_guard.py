"""The directories of a TIFF, walked before a library is let loose on them: how many there are, and what each claims.

A chain may run in circles, and thousands of entries may claim the same megabytes, each of which a library would read.
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

MOST_COUNTED: Final = 65_535  # directories; a chain that is longer is counted as this long
# Bytes that all directories up to a frame's may claim: 500 frames have some 10 MB, a colour profile 4 MB.
MOST_CLAIMED: Final = 64_000_000
# Of one list of numbers, such as where the strips lie: 150 megapixels in tiles of 16 x 16 take 2.4 MB.
MOST_LISTED: Final = 4_000_000
_SIZES = np.array([0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8], np.float64)  # bytes by type of value


class _Layout(NamedTuple):
    """Byte order; formats of the number of entries and of a place; where the first place stands; an entry."""

    order: str
    entries: str
    place: str
    first: int
    entry: np.dtype[np.void]


def count(content: bytes | Path) -> int:
    """How many frames it has; a directory that cannot be read counts, and what follows it is unknown.

    Raises:
        PhotoProblem: it has no readable beginning.
    """
    with _opened(content) as file:
        # A file without any is one frame all the same, whose reading says what is wrong.
        return max(1, sum(1 for _ in islice(_places(file, _layout(file)), MOST_COUNTED)))


def check(content: bytes | Path, frame: int) -> None:
    """Make sure that a library may open this frame.

    Raises:
        PhotoProblem: there is none, or the directories up to it claim more than any picture has.
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
    """Where the directories lie, each once; a place outside the file comes last."""
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
    """Bytes that a directory claims: its entries and what they point to."""
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
