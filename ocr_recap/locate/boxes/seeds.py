"""Local certainties: two neighbouring boxes of a photo are taken for two neighbouring boxes of a page.

Each pair of boxes in the photo gives an affine map for each pair of boxes of each page, either way up. All maps of one
pair are judged together, by the page's lines near its boxes. The best of them are grown (`growth`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import FloatArray, GrayImage
from ...imaging.rectangles import Rectangles
from .page_boxes import NEARBY, PageBoxes

_ALONG, _ACROSS = (0.85, 1.7), 0.2  # of a side: from a box to the next one of its row
_ALIKE, _LIKE_LOG = 1.33, 0.13  # sides of two boxes of a row; logarithms of sides of two pairs of one kind
_LEAST_OF_A_KIND = 3  # pairs, each counted both ways
_KINDS = 8  # kinds of pairs that are looked at, the largest boxes first: cells of tables are smaller
_APART = 3.0  # sizes of a box between two pairs of one kind
_SHAPE = (0.75, 1.3)  # height by pitch of a photo's pair, as a share of the page's
_REACH, _WIDE_REACH = 0.16, 0.3  # of a box's shorter side, within which a line near it, or farther, is looked for
_SHORTLIST, _LIKELY = 6, 0.5  # times as many maps as are asked for, of so high a share, are looked at farther around
_STEPS = np.linspace(-1.6, 1.6, 17)  # places of a profile across a line, in reaches
_INNER = slice(3, 14)  # those within about one reach
_LEAST_CONTRAST, _CLEAR_SHARE = 8.0, 0.3  # gray levels; share of the contrast of clear lines
_IN_SIGHT = 0.5  # share of the samples that must be in sight to count in full


@dataclass(frozen=True, eq=False)
class Pair:
    """Two neighbouring boxes in a photo, px: centre of the first, step to the second, and the first's height."""

    first: FloatArray
    step: FloatArray
    height: FloatArray

    def turned(self) -> Pair:
        """The same, upside down."""
        return Pair(self.first + self.step, -self.step, -self.height)


@dataclass(frozen=True, eq=False)
class Seed:
    """A map that holds near a place of a page.

    Attributes:
        page: which page.
        homography: (3, 3), mm to px.
        center: (2,) mm, the place.
        share: of the line samples near it that lie on a line.
    """

    page: PageBoxes
    homography: FloatArray
    center: FloatArray
    share: float


def pairs_in(seen: Rectangles, each: int) -> list[Pair]:
    """Pairs of boxes that are like others in the photo: of each kind `each`, far apart, the largest boxes first."""
    pairs = _pairs(seen)
    if not pairs:
        return []
    middle = np.array([p.first + p.step / 2 for p in pairs])
    sides = np.log([[np.linalg.norm(p.step), np.linalg.norm(p.height)] for p in pairs])
    alike = np.asarray((np.abs(sides[:, None] - sides) < _LIKE_LOG).all(axis=-1), dtype=np.bool_)
    left = np.ones(len(pairs), dtype=bool)
    kinds: list[NDArray[np.intp]] = []
    while left.any():
        count = (alike & left).sum(axis=1) * left
        first = int(count.argmax())
        if count[first] < _LEAST_OF_A_KIND:
            break
        kinds.append(np.flatnonzero(alike[first] & left))
        left[kinds[-1]] = False
    kinds.sort(key=lambda kind: -float(np.median(sides[kind].sum(axis=1))))
    chosen = [_spread(middle, kind, float(np.exp(sides[kind[0]].mean())), each) for kind in kinds[:_KINDS]]
    return [pairs[kind[turn]] for turn in range(each) for kind in chosen if turn < len(kind)]


def _pairs(seen: Rectangles) -> list[Pair]:
    """Each two rectangles that may be neighbouring boxes, in both orders."""
    found: list[Pair] = []
    if len(seen.centers) < 2:
        return found
    way = np.stack([np.cos(seen.angles), np.sin(seen.angles)], axis=1)
    other = np.stack([-way[:, 1], way[:, 0]], axis=1)
    apart = seen.centers[None] - seen.centers[:, None]
    ratio = seen.sizes[None] / seen.sizes[:, None]
    like = (ratio > 1 / _ALIKE) & (ratio < _ALIKE)
    for along, across, wide, high in ((way, other, 0, 1), (other, way, 1, 0)):
        forward, aside = ((apart * v[:, None]).sum(axis=-1) for v in (along, across))
        width, height = seen.sides[:, wide, None], seen.sides[:, high, None]
        near = (forward > _ALONG[0] * width) & (forward < _ALONG[1] * width) & (np.abs(aside) < _ACROSS * height)
        for i, j in zip(*np.nonzero(near & like), strict=True):
            step, down = apart[i, j], across[i] * seen.sides[i, high]
            # A photo is no mirror: height lies clockwise of the step.
            pair = Pair(seen.centers[i], step, down if step[0] * down[1] > step[1] * down[0] else -down)
            found += [pair, pair.turned()]
    return found


def _spread(middle: FloatArray, kind: NDArray[np.intp], size: float, most: int) -> list[int]:
    """Members of a kind that lie far from each other."""
    chosen = [int(kind[0])]
    while len(chosen) < most:
        far = np.min([np.linalg.norm(middle[kind] - middle[c], axis=1) for c in chosen], axis=0)
        if far.max() < _APART * size:
            break
        chosen.append(int(kind[far.argmax()]))
    return chosen


def seeds_of(gray: GrayImage, pair: Pair, pages: Sequence[PageBoxes], most: int) -> list[Seed]:
    """The most promising maps of a pair, either way up, the best first."""
    found = [seed for way in (pair, pair.turned()) for seed in _one_way(gray, way, pages, most)]
    return sorted(found, key=lambda seed: -seed.share)[:most]


def _one_way(gray: GrayImage, pair: Pair, pages: Sequence[PageBoxes], most: int) -> Iterator[Seed]:
    shape = float(np.linalg.norm(pair.height) / np.linalg.norm(pair.step))
    whose: list[tuple[PageBoxes, int]] = []
    maps: list[FloatArray] = []
    for page in pages:
        ratio = shape / (page.sides[:, 1] / page.pitch)
        fitting = np.flatnonzero((ratio > _SHAPE[0]) & (ratio < _SHAPE[1]))
        here = np.zeros((len(fitting), 2, 3))
        here[:, :, 0] = pair.step / page.pitch[fitting, None]
        here[:, :, 1] = pair.height / page.sides[fitting, 1, None]
        here[:, :, 2] = pair.first - np.einsum("nij,nj->ni", here[:, :, :2], page.first[fitting])
        maps.append(here)
        whose += [(page, int(k)) for k in fitting]
    if not whose:
        return
    affine = np.concatenate(maps)
    share = _shares(gray, affine, whose)
    # Rows of a table look alike from near by: of what agrees there, a look farther around tells more.
    first = np.argsort(-share, kind="stable")[: _SHORTLIST * most]
    first = first[share[first] >= _LIKELY]
    farther = _shares(gray, affine[first], [whose[i] for i in first], wide=True)
    share[first] = (share[first] + farther) / 2
    for index in first[np.argsort(-share[first], kind="stable")][:most]:
        page, k = whose[index]
        center = page.first[k] + (page.pitch[k] / 2, 0.0)
        yield Seed(page, np.vstack([affine[index], [0, 0, 1]]), center, float(share[index]))


def _shares(
    gray: GrayImage, affine: FloatArray, whose: Sequence[tuple[PageBoxes, int]], wide: bool = False
) -> FloatArray:
    """The share of the line samples near each pair of boxes that lie on a dark line; (n,)."""
    if not whose:
        return np.zeros(0)
    lines = [page.wide if wide else page.near for page, _ in whose]
    points = np.array([samples.points[k] for samples, (_, k) in zip(lines, whose, strict=True)])
    normals = np.array([samples.normals[k] for samples, (_, k) in zip(lines, whose, strict=True)])
    reach = (_WIDE_REACH if wide else _REACH) * np.array([page.sides[k].min() for page, k in whose])
    at = np.einsum("nij,nmj->nmi", affine[:, :, :2], points) + affine[:, None, :, 2]
    lines = np.einsum("nij,nmj->nmi", affine[:, :, :2], normals[..., ::-1] * (-1.0, 1.0))
    across = lines[..., ::-1] * (1.0, -1.0)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    moved = np.einsum("nij,nmj->nmi", affine[:, :, :2], normals)
    half = np.clip(np.abs((moved * across).sum(axis=-1)) * reach[:, None], 2.5, 40.0)
    x, y = (
        (at[None, ..., k] + _STEPS[:, None, None] * half * across[..., k]).reshape(len(_STEPS), -1).astype(np.float32)
        for k in (0, 1)
    )
    profile = cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.int16)
    left = np.maximum.accumulate(profile, axis=0)
    right = np.maximum.accumulate(profile[::-1], axis=0)[::-1]
    height = (np.minimum(left, right) - profile)[_INNER].max(axis=0)
    size = np.array(gray.shape[::-1])
    visible = ((at > 3) & (at < size - 4)).all(axis=-1).ravel()
    if not visible.any():
        return np.zeros(len(whose))
    least = max(_LEAST_CONTRAST, _CLEAR_SHARE * float(np.quantile(height[visible], 0.75)))
    found, visible = ((v.reshape(at.shape[:2])).sum(axis=1) for v in ((height > least) & visible, visible))
    return found / np.maximum(visible, 1) * np.minimum(1.0, visible / (_IN_SIGHT * NEARBY))
