"""Cheap questions about a photo, before and after a page is looked for: is it blurred, has it lines, which side is it?

All measures are taken on the decoded gray picture, reduced to `SIDE` pixels. They need no template, and their cost does
not depend on what the photo shows.

Sharpness follows the gradient ratio of Zhuo and Sim, "Defocus map estimation from a single image" (Pattern Recognition
44, 2011): the gradient at an edge, after a weak and after a stronger Gaussian blur, differs much if the edge is sharp
and hardly if it is blurred already. Limits were chosen by training/refusal/choose.py on drawn photos by calibration
writers; what they were chosen for stands beside each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ..imaging.arrays import Float32Array, FloatArray, GrayImage
from ..imaging.homography import through_four
from ..messages.problems import PhotoProblem

SIDE = (
    700  # px, longer side of the reduced picture; by judgement: ruled lines of a page that fills half of it still show
)
# Standard deviations of the two blurs, as shares of the longer side; by judgement. The weaker one removes the noise.
_WEAK, _STRONG = 1.5e-3, 2.5e-3
_EDGE = 0.15  # share of the strongest gradients (its 99.5th percentile) from which a place is an edge; by judgement
_ABOVE_NOISE = 3.0  # times the median gradient that an edge must have; by judgement
_SHARPEST = 0.75  # quantile of the gradient ratios that is the picture's; by judgement

_SMOOTH = 5  # px: the Gaussian kernel before lines are looked for; by judgement
_HAT = 9  # px of the reduced picture: dark lines of up to this width count as lines; by judgement
_DARKER = 0.04  # share of the light around it by which a line is darker, at least; by judgement
_GRAIN = 2.5  # times the median of that share that a line must have; choose.py: with 3 a drawn hard photo had no lines
_LONG = 0.05  # share of the longer side from which a dark stroke may be a ruled line; by judgement

_TILES, _RIM = 16, 2  # tiles along an outline's sides, and those at its rim that are left out; by judgement
_TILE = 32  # px of a tile's side; by judgement
_INK, _PAPER = 2, 90  # percentiles of a tile that are taken as its ink and as its paper
_PRINTED = 75  # percentile of the tiles' contrasts: print is on a quarter of any page; by judgement

Side = Literal["mirrored", "back"]


@dataclass(frozen=True)
class RefusalLimits:
    """Limits of the measures from which a photo is refused: training/refusal/choose.py, 60 photos of each kind, seed 1.

    Attributes:
        unreadable: of `Sharpness.ratio`, before a page is looked for. The smallest ratio of a photo of which most
            digits are read was 1.093, a blurred close-up; below 1.08 all of 272 digits are misread.
        blurred: the same where no page was found. Of 240 photos of the presets (whole, small, mirrored) the smallest
            was 1.55, of sharp sheets without print 1.44.
        print_edges, print_contrast: least `edges` and `contrast` of print: a little below those of pages out of focus
            by 12 mm (0.010, 0.012).
        lines: of `line_length`. The smallest of 300 photos of the presets (also close-ups) was 0.54.
        back: of `print_depth`, between the largest of 60 backs (0.145) and the smallest of 60 mirrored photos (0.186).
    """

    unreadable: float = 1.08
    blurred: float = 1.42
    print_edges: float = 0.009
    print_contrast: float = 0.01
    lines: float = 0.4
    back: float = 0.165


@dataclass(frozen=True)
class Sharpness:
    """How sharp the edges of a picture are.

    Attributes:
        ratio: of the gradients after the weaker and the stronger blur, at the sharpest quarter of all edges: about 1
            where everything is blurred, 1.6 at sharp steps, 2 and more at sharp lines.
        edges: share of the picture's pixels that are edges.
        contrast: the strongest gradients (99.5th percentile), per pixel, relative to the light of the bright parts.
    """

    ratio: float
    edges: float
    contrast: float

    def is_print(self, limits: RefusalLimits = RefusalLimits()) -> bool:
        """True where there are as many and as strong edges as print has; a bare wall or table has fewer."""
        return self.edges >= limits.print_edges and self.contrast >= limits.print_contrast

    def is_unreadable(self, limits: RefusalLimits = RefusalLimits()) -> bool:
        """True for print that is so blurred that nobody reads it, whatever part of a page the photo shows.

        To be asked before a page is looked for.
        """
        return self.is_print(limits) and self.ratio < limits.unreadable

    def is_blurred(self, limits: RefusalLimits = RefusalLimits()) -> bool:
        """True for print without any sharp edge; a close-up of that kind may still be read.

        To be asked where no page was found: the blur is then what to say.
        """
        return self.is_print(limits) and self.ratio < limits.blurred


def reduced(gray: GrayImage) -> GrayImage:
    """The picture at `SIDE` pixels of its longer side; smaller ones as they are."""
    scale = SIDE / max(gray.shape)
    if scale >= 1:
        return gray
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sharpness(gray: GrayImage) -> Sharpness:
    """Measure the sharpness of a decoded picture, (h, w) uint8."""
    small = reduced(gray)
    picture = small.astype(np.float32)
    weak, strong = (_gradient(picture, share * max(small.shape)) for share in (_WEAK, _STRONG))
    sample = strong[::3, ::3]
    top = float(np.quantile(sample, 0.995))
    bar = max(_EDGE * top, _ABOVE_NOISE * float(np.median(sample)))
    # Only ridges of the gradient: beside them the ratio says how wide an edge is, not how sharp.
    edges = (strong > bar) & (strong >= 0.98 * cv2.dilate(strong, np.ones((3, 3), np.uint8)))
    light = max(1.0, float(np.quantile(picture[::3, ::3], 0.95)))
    ratios = weak[edges] / strong[edges]
    ratio = float(np.quantile(ratios, _SHARPEST)) if len(ratios) else np.inf
    return Sharpness(ratio, len(ratios) / strong.size, top / light)


def line_length(gray: GrayImage) -> float:
    """Length of all dark strokes that may be ruled lines, in longer sides of the picture, (h, w) uint8.

    A stroke is a connected area that is darker than the light around it and thin; the diagonal of its bounding box is
    its length. Strokes that touch count as one, so a table may count for less than its lines.
    """
    small = np.asarray(cv2.GaussianBlur(reduced(gray), (_SMOOTH, _SMOOTH), 0), dtype=np.uint8)
    light = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_HAT, _HAT), np.uint8))
    darker = cv2.subtract(light, small).astype(np.float32) / np.maximum(light, 1)
    bar = max(_DARKER, _GRAIN * float(np.median(darker[::3, ::3])))
    areas = cv2.connectedComponentsWithStats((darker > bar).astype(np.uint8), connectivity=8)[2][1:]
    lengths = np.hypot(areas[:, cv2.CC_STAT_WIDTH], areas[:, cv2.CC_STAT_HEIGHT]) / max(small.shape)
    return float(lengths[lengths >= _LONG].sum())


def has_lines(gray: GrayImage, limits: RefusalLimits = RefusalLimits()) -> bool:
    """False where the picture has nothing like ruled lines: a wall, a table top, a dark room.

    True says little: the edge of a sheet, writing and the grain of wood look like lines too.
    """
    return line_length(gray) >= limits.lines


def print_depth(gray: GrayImage, outline: FloatArray) -> float:
    """Contrast of print to its paper, as a share of the paper's light: 0 none, 1 black on white.

    Args:
        gray: (h, w) uint8.
        outline: (4, 2) px, corners of a printed area in order around it: the page, or its tag. It may reach beyond the
            picture.
    """
    side = _TILES * _TILE
    target = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype=np.float64)
    corners, picture = np.asarray(outline, dtype=np.float64), gray
    scale = side / float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).max())
    if scale < 1:  # averages the noise away
        size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
        picture = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        corners = (corners + 0.5) * scale - 0.5
    onto = through_four(corners, target[None])[0]
    flat = cv2.warpPerspective(picture, onto, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    flat = np.asarray(cv2.GaussianBlur(flat, (3, 3), 0))
    # The paper may be bent, so the outline's rim may show what lies beside it.
    inner = flat.reshape(_TILES, _TILE, _TILES, _TILE).swapaxes(1, 2)[_RIM:-_RIM, _RIM:-_RIM]
    ink, paper = np.percentile(inner.reshape(-1, _TILE**2), (_INK, _PAPER), axis=1)
    return float(np.percentile(1 - ink / np.maximum(paper, 1), _PRINTED))


def which_side(gray: GrayImage, outline: FloatArray, limits: RefusalLimits = RefusalLimits()) -> Side:
    """Why a page is mirrored: the photo itself is (`mirrored`), or the sheet's back is seen (`back`).

    Args:
        gray: (h, w) uint8, as the photo was taken.
        outline: (4, 2) px, corners of the page or of its tag, where its mirror image was found.
        limits: of the contrast.
    """
    return "back" if print_depth(gray, outline) < limits.back else "mirrored"


def mirror_problem(gray: GrayImage, outline: FloatArray) -> PhotoProblem:
    """The problem of a photo on which a page was found mirrored; arguments as for `which_side`."""
    return PhotoProblem("back_of_sheet" if which_side(gray, outline) == "back" else "photo_mirrored")


def refuse_at_once(gray: GrayImage) -> Sharpness:
    """Ask the cheap questions that need no page, before any costly step.

    Returns:
        The sharpness, for `refuse_blurred`.

    Raises:
        PhotoProblem: `photo_too_blurred`, blurred beyond reading, or so much that no line is left; `no_form`, sharp but
            without anything like ruled lines.
    """
    seen = sharpness(gray)
    if seen.is_unreadable():
        raise PhotoProblem("photo_too_blurred")
    if not has_lines(gray):
        raise PhotoProblem("photo_too_blurred" if seen.is_blurred() else "no_form")
    return seen


def refuse_blurred(seen: Sharpness) -> None:
    """Say that the photo is blurred where no page was found on it.

    Raises:
        PhotoProblem: `photo_too_blurred`.
    """
    if seen.is_blurred():
        raise PhotoProblem("photo_too_blurred")


def _gradient(picture: Float32Array, sigma: float) -> Float32Array:
    """Length of the gradient after a Gaussian blur, gray levels per pixel."""
    smooth = cv2.GaussianBlur(picture, (0, 0), sigma)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), dtype=np.float32)
