"""A quick camera for flat pages, whose photos are fixed byte for byte: `samples/` and training were drawn with it.

For photos with bends, folds and defects by name see `photo`; the two share backgrounds and the smear of motion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .background import Background, texture
from .lens import smear

Photo = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Difficulty = Literal["easy", "field", "hard"]


@dataclass(frozen=True)
class Camera:
    """How one photo is taken. Lengths in photo pixels, angles in degrees.

    Attributes:
        size: (width, height) of the photo.
        tilt: turn of the page out of the image plane about its horizontal and vertical middle line.
        rotation: turn of the page within the image, clockwise; 90 or 180 for photos taken sideways or upside down.
        perspective: height of the page by the camera's distance; 0 from far away, 0.9 hand-held close.
        fill: share of the photo that the page's outline spans in the direction that fits tightest; above 1 the page is
            cut off.
        shift: displacement of the page's middle from the photo's, as a share of (width, height).
        background: what the page lies on.
        shadow: share of light that a shadow across the page takes, 0 none.
        shadow_edge: width of the shadow's penumbra, as a share of the photo's diagonal.
        glare: strength of a bright reflection, 0 none, 1 white in its middle.
        uneven: share of light lost from the brightest to the darkest side of the photo.
        blur: standard deviation of defocus.
        motion: length of the smear by a moving hand.
        noise: standard deviation of sensor noise, gray levels of 255.
        brightness: factor on all light.
        contrast: factor around mid gray.
        warmth: colour of the light, -1 bluish ... 1 yellowish.
        bow: bend of the sheet: its middle lies this share of the page's height lower than its corners say. The
            returned homography is then exact at the corners only.
        fold: darkening along one fold line in the middle of the page, 0..1.
        jpeg: quality 1..100 of the stored photo; 0 keeps it uncompressed.
    """

    size: tuple[int, int] = (1536, 2048)
    tilt: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    perspective: float = 0.5
    fill: float = 0.92
    shift: tuple[float, float] = (0.0, 0.0)
    background: Background = "wood"
    shadow: float = 0.0
    shadow_edge: float = 0.02
    glare: float = 0.0
    uneven: float = 0.1
    blur: float = 0.6
    motion: float = 0.0
    noise: float = 3.0
    brightness: float = 0.92
    contrast: float = 1.0
    warmth: float = 0.1
    bow: float = 0.0
    fold: float = 0.0
    jpeg: int = 85


def sample_camera(rng: np.random.Generator, difficulty: Difficulty, size: tuple[int, int] = (1536, 2048)) -> Camera:
    """A random camera: `easy` a careful photo, `field` what officers send, `hard` what they should take again."""
    level = {"easy": 0.35, "field": 1.0, "hard": 1.8}[difficulty]
    kinds: tuple[Background, ...] = ("wood", "cloth", "wall", "dark")
    camera = Camera(
        size=size,
        tilt=(float(rng.normal(0, 6 * level)), float(rng.normal(0, 6 * level))),
        rotation=float(rng.normal(0, 2.5 * level)),
        perspective=float(rng.uniform(0.3, 0.9)),
        fill=float(rng.uniform(0.84, 0.96)),
        shift=(float(rng.normal(0, 0.01)), float(rng.normal(0, 0.01))),
        background=kinds[int(rng.integers(4))],
        uneven=float(rng.uniform(0.02, 0.2 * (0.5 + level / 2))),
        blur=float(rng.uniform(0.4, 0.5 + 0.7 * level)),
        noise=float(rng.uniform(1.0, 2.0 + 4 * level)),
        brightness=float(rng.uniform(0.95 - 0.2 * level, 1.0)),
        contrast=float(rng.uniform(1 - 0.15 * level, 1.05)),
        warmth=float(rng.normal(0.1, 0.25)),
        jpeg=int(rng.integers(max(35, round(88 - 28 * level)), 95)),
    )
    if rng.random() < 0.35 * level:
        camera = replace(camera, shadow=float(rng.uniform(0.1, min(0.65, 0.4 * level))))
        camera = replace(camera, shadow_edge=float(rng.uniform(0.004, 0.06)))
    if rng.random() < 0.12 * level:
        camera = replace(camera, glare=float(rng.uniform(0.1, min(0.9, 0.5 * level))))
    if rng.random() < 0.15 * level:
        camera = replace(camera, motion=float(rng.uniform(1, 1 + 3 * level)))
    if rng.random() < 0.25 * level:
        camera = replace(camera, bow=float(rng.uniform(-0.004, 0.004) * level))
    if rng.random() < 0.2 * level:
        camera = replace(camera, fold=float(rng.uniform(0.05, 0.25)))
    return camera


def photograph(page: NDArray[np.uint8], camera: Camera, rng: np.random.Generator) -> tuple[Photo, Matrix]:
    """Takes a photo of a page.

    Args:
        page: flat page, BGR uint8 (h, w, 3) or gray (h, w).
        camera: how the photo is taken.
        rng: places of shadow and glare, texture, noise.

    Returns:
        The photo, BGR uint8 (height, width, 3), and the homography (3, 3) from page pixels to photo pixels, both (x, y)
        with the centre of the top-left pixel at (0, 0).
    """
    if page.ndim == 2:
        page = np.repeat(page[:, :, None], 3, axis=2)
    width, height = camera.size
    homography = _homography(page.shape[1], page.shape[0], camera)
    light = _paper_and_table(page, homography, camera, rng)
    light *= _illumination(camera, rng)[:, :, None]
    if camera.glare > 0:
        light += (255 - light) * _glare(camera, rng)[:, :, None]
    tint = np.array([1 - 0.12 * camera.warmth, 1.0, 1 + 0.08 * camera.warmth], np.float32)
    light *= tint * camera.brightness
    if camera.blur > 0:
        light = cv2.GaussianBlur(light, (0, 0), camera.blur)
    if camera.motion > 0.5:
        light = cv2.filter2D(light, -1, smear(camera.motion, float(rng.uniform(0, math.pi))))
    light = (light - 128) * camera.contrast + 128
    if camera.noise > 0:
        # Sensor noise passes through a phone's own smoothing: part of it is fine, part of it blotchy.
        fine = rng.standard_normal((height, width, 3), dtype=np.float32)
        light += camera.noise * (0.6 * fine + 1.2 * cv2.GaussianBlur(fine, (0, 0), 0.8))
    photo = np.clip(np.rint(light), 0, 255).astype(np.uint8)
    if camera.jpeg:
        packed = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg])[1]
        photo = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
    return photo, homography


def _homography(width: int, height: int, camera: Camera) -> Matrix:
    """Page pixels to photo pixels, from a pinhole camera that looks at the page's middle."""
    ax, ay, az = (math.radians(v) for v in (*camera.tilt, camera.rotation))
    about_x = np.array([[1, 0, 0], [0, math.cos(ax), -math.sin(ax)], [0, math.sin(ax), math.cos(ax)]])
    about_y = np.array([[math.cos(ay), 0, math.sin(ay)], [0, 1, 0], [-math.sin(ay), 0, math.cos(ay)]])
    about_z = np.array([[math.cos(az), -math.sin(az), 0], [math.sin(az), math.cos(az), 0], [0, 0, 1]])
    turn = about_z @ about_y @ about_x
    # Unit of length: the page's height; the page's plane spans the first two columns of the turn.
    to_unit = np.array(
        [[1 / height, 0, -(width - 1) / 2 / height], [0, 1 / height, -(height - 1) / 2 / height], [0, 0, 1]]
    )
    pinhole = np.column_stack([turn[:, 0], turn[:, 1], (0, 0, 0)])
    pinhole[2] = camera.perspective * pinhole[2] + (0, 0, 1)
    pinhole[0, 2] = pinhole[1, 2] = 0
    raw = pinhole @ to_unit
    corners = np.array([[[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]])
    seen = cv2.perspectiveTransform(corners, raw)[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    scale = camera.fill * float(min(np.array(camera.size) / (high - low)))
    middle = (np.array(camera.size) - 1) / 2 + np.array(camera.shift) * camera.size - scale * (low + high) / 2
    result = np.array([[scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1]]) @ raw
    return result / result[2, 2]


def _paper_and_table(
    page: NDArray[np.uint8], homography: Matrix, camera: Camera, rng: np.random.Generator
) -> NDArray[np.float32]:
    width = camera.size[0]
    table = texture(camera.background, camera.size, rng)
    full_height, full_width = page.shape[:2]
    corners = np.array(
        [[[-0.5, -0.5], [full_width - 0.5, -0.5], [full_width - 0.5, full_height - 0.5], [-0.5, full_height - 0.5]]]
    )
    outline = cv2.perspectiveTransform(corners, homography)[0]
    area = cv2.contourArea(outline.astype(np.float32))
    # Shrinking first keeps thin lines from breaking up when the photo is much smaller than the page.
    shrink = min(1.0, 1.25 * math.sqrt(area / (full_width * full_height)))
    if shrink < 0.8:
        page = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.uint8)
    sx, sy = page.shape[1] / full_width, page.shape[0] / full_height
    to_small = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
    matrix = homography @ np.linalg.inv(to_small)
    if camera.fold > 0:
        page = _folded(page, camera.fold, rng)
    # Paper is not quite white.
    paper = page.astype(np.float32) * np.array([0.93, 0.95, 0.955], np.float32)
    if camera.bow:
        paper_seen, alpha = _bowed(paper, matrix, camera)
    else:
        paper_seen = cv2.warpPerspective(paper, matrix, camera.size, flags=cv2.INTER_LINEAR)
        inside = np.ones(page.shape[:2], np.float32)
        alpha = cv2.warpPerspective(inside, matrix, camera.size, flags=cv2.INTER_LINEAR)
    # The sheet casts a thin shadow on what it lies on.
    table *= (1 - 0.35 * cv2.GaussianBlur(np.roll(alpha, (3, 2), (0, 1)), (0, 0), max(2.0, width / 300)))[:, :, None]
    return paper_seen + table * (1 - alpha[:, :, None])


def _bowed(
    paper: NDArray[np.float32], matrix: Matrix, camera: Camera
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    width, height = camera.size
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    source = cv2.perspectiveTransform(grid.reshape(1, -1, 2), np.linalg.inv(matrix)).reshape(height, width, 2)
    page_height, page_width = paper.shape[:2]
    along = np.clip((source[..., 0] + 0.5) / page_width, 0, 1)
    source[..., 1] -= camera.bow * page_height * np.sin(np.pi * along)
    # Coverage from the distance to the sheet's edge; the sheet itself is continued beyond it. Maps for x and y apart:
    # with one map for both, OpenCV 5.0 now and then leaves NaN in float images.
    x, y = source[..., 0], source[..., 1]
    alpha = np.clip(np.minimum(np.minimum(x + 1, page_width - x), np.minimum(y + 1, page_height - y)), 0, 1)
    maps = [np.clip(v, 0, last - 1).astype(np.float32) for v, last in ((x, page_width), (y, page_height))]
    seen = cv2.remap(paper, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = alpha.astype(np.float32)
    return seen.astype(np.float32) * cover[:, :, None], cover


def _folded(page: NDArray[np.uint8], depth: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A fold across the page: one side a little darker, and a dark line with a bright one beside it."""
    height = page.shape[0]
    y = np.arange(height) / height - float(rng.uniform(0.45, 0.55))
    shade = 1 - depth * (0.25 * (y > 0) * np.exp(-np.abs(y) * 8) + np.exp(-((y / 0.0012) ** 2)))
    return np.rint(page * shade[:, None, None]).astype(np.uint8)


def _illumination(camera: Camera, rng: np.random.Generator) -> NDArray[np.float32]:
    """Share of light that reaches each place, (height, width)."""
    width, height = camera.size
    diagonal = math.hypot(width, height)
    x = (np.arange(width, dtype=np.float32) - width / 2) / diagonal
    y = (np.arange(height, dtype=np.float32) - height / 2) / diagonal
    angle = float(rng.uniform(0, 2 * math.pi))
    slope = x[None, :] * math.cos(angle) + y[:, None] * math.sin(angle)
    light = 1 - camera.uneven * (slope + 0.5)
    if camera.shadow > 0:
        # The edge is a gently curved line, as of an arm or a phone.
        angle = float(rng.uniform(0, 2 * math.pi))
        across = x[None, :] * math.cos(angle) + y[:, None] * math.sin(angle)
        along = -x[None, :] * math.sin(angle) + y[:, None] * math.cos(angle)
        edge = across - float(rng.uniform(-0.15, 0.25)) + float(rng.uniform(-0.6, 0.6)) * along**2
        light = light * (
            1 - camera.shadow / (1 + np.exp(np.clip(-edge * (4 / max(camera.shadow_edge, 1e-3)), -60, 60)))
        )
    return light.astype(np.float32)


def _glare(camera: Camera, rng: np.random.Generator) -> NDArray[np.float32]:
    width, height = camera.size
    cx, cy = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height
    rx, ry = rng.uniform(0.08, 0.2, 2) * width
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    distance = ((x - cx) / rx)[None, :] ** 2 + ((y - cy) / ry)[:, None] ** 2
    return (camera.glare * np.exp(-(distance**1.5))).astype(np.float32)
