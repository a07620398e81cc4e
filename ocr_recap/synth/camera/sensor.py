"""From light to a file: exposure, noise, the phone's image processing, JPEG, and compression by a chat app."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ...imaging.arrays import Float32Array
from .conditions import Conditions

Picture = NDArray[np.uint8]

_READ = 0.25  # noise of an empty pixel, in the noise of mid gray: it rises where the picture is dark


def captured(light: Float32Array, conditions: Conditions, rng: np.random.Generator) -> Picture:
    """Convert light (height, width, 3; 1 is white) to the sensor's display values, the square root of light.

    Photon noise grows with the root of the light, so in display values it is the same everywhere; noise of the readout
    adds in the dark.
    """
    display = cv2.sqrt(light)
    display *= 255 * conditions.exposure
    if conditions.noise:
        height, width = display.shape[:2]
        # Colours share most of their noise after the phone has smoothed colour away.
        gray = rng.standard_normal((height, width), dtype=np.float32)
        half = rng.standard_normal(((height + 1) // 2, (width + 1) // 2, 3), dtype=np.float32)
        colour = cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR)
        darkness = 128 / np.maximum(display[:, :, 1], 24)
        gray *= conditions.noise * np.sqrt(1 + (_READ * darkness) ** 2)
        display += cv2.merge([gray, gray, gray])
        display += (0.8 * conditions.noise) * colour
    return cv2.convertScaleAbs(np.maximum(display, 0)).astype(np.uint8, copy=False)


def screen(
    light: Float32Array, across: Float32Array, down: Float32Array, pitch: float, strength: float
) -> Float32Array:
    """Light from a screen: stripes of its three colours and gaps between its rows, sampled by the sensor.

    Args:
        light: (height, width, 3), BGR; changed in place.
        across, down: place of every pixel on the screen, mm.
        pitch: of the screen's pixels, mm.
        strength: contrast of the stripes as the sensor records them, 0..1.
    """
    turn = np.float32(2 * math.pi / pitch)
    # Every other pixel sees blue and red: their stripes fold over at twice the distance, which makes the colours.
    rows = np.cos(down * turn)
    for channel in range(3):
        step = 1 if channel == 1 else 2
        stripes = np.cos(across[::step, ::step] * turn - np.float32(channel * 2 * math.pi / 3))
        if step > 1:
            stripes = cv2.resize(stripes, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
        light[:, :, channel] *= (1 - strength * (0.5 + 0.5 * stripes)) * (1 - 0.5 * strength * (0.5 + 0.5 * rows))
    return light


def processed(picture: Picture, conditions: Conditions) -> Picture:
    """The phone's own filters: noise smoothed, edges sharpened, contrast."""
    if conditions.smoothing > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), conditions.smoothing).astype(np.uint8, copy=False)
    if conditions.sharpening > 0.02:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
        picture = cv2.addWeighted(picture, 1 + conditions.sharpening, soft, -conditions.sharpening, 0).astype(np.uint8)
    if conditions.contrast != 1:
        curve = np.clip((np.arange(256) - 128) * conditions.contrast + 128, 0, 255)
        picture = cv2.LUT(picture, np.rint(curve).astype(np.uint8)).astype(np.uint8, copy=False)
    return picture


def packed(picture: Picture, quality: float) -> tuple[Picture, bytes]:
    """Encode a picture as JPEG; returns the decoded picture and the file."""
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8), data.tobytes()


def forwarded(picture: Picture, conditions: Conditions) -> tuple[Picture, bytes]:
    """The picture after a chat app: made smaller, packed harder, as often as it was forwarded."""
    longer = min(round(conditions.chat_longer), max(picture.shape[:2]))
    factor = longer / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    if size != (picture.shape[1], picture.shape[0]):
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    for _ in range(round(conditions.chat_rounds) - 1):
        picture = packed(picture, conditions.chat_jpeg)[0]
    return packed(picture, conditions.chat_jpeg)
