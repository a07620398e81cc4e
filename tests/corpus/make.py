"""Draws the seeds of the fuzz tests again: one small picture in most kinds of file that are read."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write the seeds beside this file."""
    rng = np.random.default_rng(9)
    ramp = np.linspace(40, 230, 240)[None, :, None] + rng.normal(0, 3, (210, 240, 1)) + np.zeros(3)
    picture = Image.fromarray(ramp.clip(0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "maker"
    gray = picture.convert("L").point(lambda value: value // 32 * 32)
    seeds = {
        "baseline.jpg": (picture, {"quality": 60, "exif": exif}),
        "progressive.jpg": (picture, {"quality": 60, "progressive": True}),
        "colour.png": (picture.quantize(8), {"exif": exif}),
        "alpha.png": (Image.merge("LA", [gray, gray.point(lambda value: value // 2 + 100)]), {}),
        "lossy.webp": (picture, {"quality": 40, "exif": exif}),
        "lossless.webp": (picture.quantize(8).convert("RGB"), {"lossless": True}),
        "two.tif": (gray, {"save_all": True, "append_images": [gray.rotate(180)], "compression": "tiff_lzw"}),
        "large.tif": (gray.convert("1", dither=Image.Dither.NONE), {"compression": "group4", "big_tiff": True}),
        "two.pdf": (picture, {"save_all": True, "append_images": [gray], "quality": 40}),
    }
    for name, (image, options) in seeds.items():
        buffer = io.BytesIO()
        image.save(buffer, {"jpg": "JPEG", "tif": "TIFF"}.get(name[-3:], Path(name).suffix[1:].upper()), **options)
        (HERE / name).write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
