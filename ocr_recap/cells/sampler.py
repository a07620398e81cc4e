"""Samples gray patches at places on a page from the photo, with one resampling at the resolution that fits.

What is wanted of a page is asked for in few rounds (`Sampler.together`): the places of a round are projected in one
call, and all pictures of one kind are sampled in one call.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..imaging.arrays import FloatArray, GrayImage
from ..imaging.homography import project
from ..imaging.linear import product
from ..imaging.photo import Photo
from ..imaging.spline_surface import Surface

_NODES = 5  # nodes along each side of a patch; by judgement
_T = TypeVar("_T")


@dataclass(eq=False)
class Places:
    """Places (..., 2) on the page, mm, to be projected.

    Attributes:
        seen: (..., 2) px of the full photo, once they were asked for.
    """

    places: FloatArray
    seen: FloatArray = field(init=False)


@dataclass(eq=False)
class Patches:
    """Square patches to be sampled.

    Attributes:
        centers: (n, 2) page mm.
        millimetres: length of one pixel on the page.
        size: side of a patch, px.
        seen: (n, size, size) uint8 gray, once they were asked for.
    """

    centers: FloatArray
    millimetres: float
    size: int
    seen: GrayImage = field(init=False)

    @property
    def places(self) -> FloatArray:
        """Nodes (n, 5, 5, 2) of the patches, page mm; places between them are interpolated.

        Within a patch the projection is very nearly bilinear.
        """
        nodes = np.linspace(-0.5, 0.5, _NODES) * (self.size - 1) * self.millimetres
        return self.centers[:, None, None, :] + np.stack(np.meshgrid(nodes, nodes), axis=-1)


@dataclass(eq=False)
class Lattice:
    """One picture to be sampled on a lattice.

    Attributes:
        places: (m, n, 2) of the lattice's nodes, page mm.
        down: (m,) px of the nodes' rows in the picture, from 0 to its height.
        across: (n,) px of their columns, from 0 to its width.
        rows, columns: of the picture that are sampled, with numbers from 0; None for all.
        seen: (rows, columns) uint8 gray, once it was asked for.
    """

    places: FloatArray
    down: FloatArray
    across: FloatArray
    rows: tuple[int, ...] | None = None
    columns: tuple[int, ...] | None = None
    seen: GrayImage = field(init=False)

    @property
    def frame(self) -> _Frame:
        """What pictures that are sampled together have in common."""
        return _Frame(tuple(self.down.tolist()), tuple(self.across.tolist()), self.rows, self.columns)


class _Frame(NamedTuple):
    """Places of a lattice's nodes in its picture, and what of the picture is sampled; see `Lattice`."""

    down: tuple[float, ...]
    across: tuple[float, ...]
    rows: tuple[int, ...] | None
    columns: tuple[int, ...] | None


Wanted = Places | Patches | Lattice
Steps = Generator[Sequence[Wanted], None, _T]  # asks for pictures and places, round by round, and returns what is cut


class Sampler:
    """Samples gray patches at page millimetres, from the level of the photo's image pyramid whose resolution fits."""

    def __init__(self, photo: Photo, homography: FloatArray, surface: Surface | None = None) -> None:
        scale = photo.scale
        down = np.array([[scale, 0, 0.5 * scale - 0.5], [0, scale, 0.5 * scale - 0.5], [0, 0, 1]])
        self.homography = down @ homography
        self.surface = surface
        self.photo = photo
        self.levels = [photo.gray]

    def cut(self, cutter: Steps[_T]) -> _T:
        """Run one cutter, which is not started yet, and return what it returns."""
        try:
            while True:
                self.look(next(cutter))
        except StopIteration as end:
            return end.value

    def together(self, cutters: Sequence[Steps[None]]) -> None:
        """Run cutters, not started yet, side by side: what all ask for in one round is looked at in one call."""
        while cutters:
            asked = [(cutter, wanted) for cutter in cutters if (wanted := next(cutter, None)) is not None]
            self.look([one for _, wanted in asked for one in wanted])
            cutters = [cutter for cutter, _ in asked]

    def sample(self, centers: FloatArray, millimetres: float, size: int) -> GrayImage:
        """Sample square patches, (n, size, size) uint8 gray; arguments as in `Patches`."""
        wanted = Patches(centers, millimetres, size)
        self.look([wanted])
        return wanted.seen

    def look(self, wanted: Sequence[Wanted]) -> None:
        """Project and sample everything that is wanted; results are put into `seen`."""
        if not wanted:
            return
        alike: dict[_Frame, list[tuple[Lattice, FloatArray]]] = {}
        for one, mine in zip(wanted, self._projected([one.places for one in wanted]), strict=True):
            if isinstance(one, Places):
                one.seen = (mine + 0.5) / self.photo.scale - 0.5
            elif isinstance(one, Patches):
                one.seen = self._patches(mine, one.size)
            else:
                alike.setdefault(one.frame, []).append((one, mine))
        for frame, group in alike.items():
            pictures = self._pictures(np.stack([mine for _, mine in group]), frame)
            for (one, _), picture in zip(group, pictures, strict=True):
                one.seen = picture

    def _projected(self, places: Sequence[FloatArray]) -> list[FloatArray]:
        """Places (..., 2) on the page as px of the decoded photo; an array that is given twice is projected once."""
        once = {id(place): place for place in places}
        flat = np.concatenate([place.reshape(-1, 2) for place in once.values()])
        points = project(self.homography, flat if self.surface is None else self.surface.moved(flat))
        ends = np.cumsum([place.size // 2 for place in once.values()])
        parts = dict(zip(once, np.split(points, ends[:-1]), strict=True))
        return [parts[id(place)].reshape(place.shape) for place in places]

    def _patches(self, points: FloatArray, size: int) -> GrayImage:
        """Patches (n, size, size) from their nodes (n, 5, 5, 2), px of the decoded photo."""
        middle = points[:, _NODES // 2, _NODES // 2 : _NODES // 2 + 2]
        apart = float(np.median(np.linalg.norm(middle[:, 1] - middle[:, 0], axis=-1)))
        level = self._level(apart * (_NODES - 1) / (size - 1))
        points = ((points + 0.5) / 2**level - 0.5).astype(np.float32)
        weights = _weights(size)
        x, y = (np.matmul(np.matmul(weights, points[..., k]), weights.T).reshape(-1, size) for k in (0, 1))
        return self._remap(level, x, y).reshape(-1, size, size)

    def _pictures(self, points: FloatArray, frame: _Frame) -> GrayImage:
        """Pictures (k, rows, columns) from their nodes (k, m, n, 2), px of the decoded photo."""
        height, width = round(frame.down[-1]), round(frame.across[-1])
        corners = points[:, [0, 0, -1, -1], [0, -1, -1, 0]]
        sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        stride = np.minimum((sides[:, 0] + sides[:, 2]) / width, (sides[:, 1] + sides[:, 3]) / height) / 2
        levels = np.array([self._level(one) for one in stride.tolist()])
        nodes = ((points + 0.5) / (2.0**levels)[:, None, None, None] - 0.5).astype(np.float32)
        rows = between(frame.down, height, frame.rows)
        first, share = gaps(frame.across, width, frame.columns)
        maps: list[NDArray[np.float32]] = []
        for k in (0, 1):
            # (k, nodes across, height)
            along = np.ascontiguousarray(product(rows, np.ascontiguousarray(nodes[..., k])).swapaxes(1, 2))
            place: NDArray[np.float32] = (along[:, 1:] - along[:, :-1])[:, first]
            place *= share[:, None]
            place += along[:, first]
            maps.append(place)
        # The pictures are computed transposed, since their nodes are farther apart across.
        turned = np.empty((len(points), len(first), len(rows)), np.uint8)
        for level in np.unique(levels).tolist():
            those = levels == level
            x, y = (m if those.all() else m[those] for m in maps)
            seen = self._remap(level, x.reshape(-1, len(rows)), y.reshape(-1, len(rows)))
            turned[those] = seen.reshape(-1, len(first), len(rows))
        return np.ascontiguousarray(turned.swapaxes(1, 2))

    def _level(self, stride: float) -> int:
        """The level to sample at where samples are `stride` px of the decoded photo apart."""
        level = 0
        while stride > 1.6 and level < 4:  # a coarser level, so that thin strokes do not fall between samples
            stride /= 2
            level += 1
        while len(self.levels) <= level:
            last = self.levels[-1]
            half = (last.shape[1] // 2, last.shape[0] // 2)
            self.levels.append(np.asarray(cv2.resize(last, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return level

    def _remap(self, level: int, x: NDArray[np.float32], y: NDArray[np.float32]) -> GrayImage:
        """Gray values (rows, size) of a level of the image pyramid at places x, y (rows, size), px of that level."""
        parts: list[GrayImage] = []
        # OpenCV's remap takes maps of up to 32,767 rows.
        for start in range(0, len(x), 16_000):
            here, there = (np.ascontiguousarray(m[start : start + 16_000]) for m in (x, y))
            part = cv2.remap(self.levels[level], here, there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            parts.append(np.asarray(part, dtype=np.uint8))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


@lru_cache(maxsize=16)
def _weights(size: int) -> NDArray[np.float32]:
    """Weights (size, 5) that interpolate values at the nodes to the pixels; cached, not to be changed."""
    place = np.linspace(0, _NODES - 1, size)
    return np.clip(1 - np.abs(place[:, None] - np.arange(_NODES)), 0, None).astype(np.float32)


@lru_cache(maxsize=64)
def gaps(
    nodes: tuple[float, ...], size: int, some: tuple[int, ...] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For the centres of n pixels: the index of the node before, and the fraction of the distance to the next.

    Args:
        nodes: places of the nodes in px, increasing.
        size: number of pixels.
        some: pixels that are wanted; None for all.

    Returns:
        Indices (n,) and fractions (n,) float32.
    """
    places, centres = np.array(nodes), np.arange(size)[slice(None) if some is None else list(some)] + 0.5
    first = np.clip(np.searchsorted(places, centres), 1, len(places) - 1) - 1
    share = (centres - places[first]) / (places[first + 1] - places[first])
    return first, share.astype(np.float32)


@lru_cache(maxsize=64)
def between(nodes: tuple[float, ...], size: int, some: tuple[int, ...] | None = None) -> NDArray[np.float32]:
    """Weights (n, m) that interpolate values at m nodes to the centres of n pixels; cached, not to be changed.

    Args:
        nodes: places of the nodes in px, increasing.
        size: number of pixels.
        some: pixels that are wanted; None for all.
    """
    first, share = gaps(nodes, size, some)
    weights = np.zeros((len(first), len(nodes)), np.float32)
    weights[np.arange(len(first)), first] = 1 - share
    weights[np.arange(len(first)), first + 1] = share
    return weights
