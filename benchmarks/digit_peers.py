"""Alternatives to the digit reader: a net for MNIST, Tesseract and RapidOCR, all on pictures of boxes.

A picture shows one printed box from line to line, gray, `TALL` pixels high, true aspect. Every reader returns one
character per picture: 0-9, X, a space (empty, or a dash) or ? (no answer).
"""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_recap.cells.inference import onnxruntime
from ocr_recap.imaging.arrays import GrayImage

TALL = 64  # px
_BAND = 0.09  # share of a side, from the middle of the printed line inwards, that counts as frame
_LEAST_INK = 0.006  # share of the box: less is dirt
_SPECK = 0.0025  # share of the box: a piece of ink smaller than this is left out
_FAINT = 22  # gray levels between paper and ink from which there is ink at all
_TESSERACT_AT_ONCE = 250  # pictures per call: its start costs more than a cell
# The four constants above were chosen by eye on 358 drawn cells of calibration writers; those below are, of the
# sizes and borders that were tried there, the ones with which each peer reads most.
RAPID_BORDER = 0.15  # shares of the ink's longer side
TESSERACT_BORDER, TESSERACT_TALL = 0.3, 32


def plain(picture: GrayImage) -> GrayImage:
    """Plain preprocessing for MNIST: Otsu's threshold, the largest connected piece of ink, scaled to 20 x 20."""
    _, ink = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(ink)
    if count < 2:
        return np.zeros((28, 28), np.uint8)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, w, h = (int(v) for v in stats[largest, :4])
    part = np.where(pieces[y : y + h, x : x + w] == largest, 255, 0).astype(np.uint8)
    small = np.zeros((28, 28), np.uint8)
    small[4:24, 4:24] = cv2.resize(part, (20, 20), interpolation=cv2.INTER_AREA)
    return small


def ink_of(picture: GrayImage) -> GrayImage:
    """Ink without the printed frame, 0 or 255; all 0 where the box is empty."""
    height, width = picture.shape
    level = _threshold(picture)
    ink = ((picture < level) * 255).astype(np.uint8)
    dx, dy = max(2, round(_BAND * width)), max(2, round(_BAND * height))
    inner = np.zeros_like(ink)
    inner[dy : height - dy, dx : width - dx] = ink[dy : height - dy, dx : width - dx]
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(inner, connectivity=8)
    kept = np.zeros_like(ink)
    for piece in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[piece])
        beside = x <= dx or x + w >= width - dx
        above = y <= dy or y + h >= height - dy
        line = (beside and w <= 0.1 * width and h > 2 * w) or (above and h <= 0.1 * height and w > 2 * h)
        if area >= _SPECK * width * height and not line:
            kept[pieces == piece] = 255
    return kept if (kept > 0).mean() >= _LEAST_INK else np.zeros_like(kept)


def cleaned(picture: GrayImage, border: float, tall: int) -> GrayImage | None:
    """Writing without the frame: gray ink on white, cropped to the ink.

    Args:
        picture: the box.
        border: white border around the ink, as a share of its longer side.
        tall: height of the result, px.

    Returns:
        The picture; None for an empty box.
    """
    ink = ink_of(picture)
    if not ink.any():
        return None
    around = cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0
    paper = float(np.percentile(picture, 80))
    clean = np.clip(picture.astype(np.float32) * (255 / max(paper, 1.0)), 0, 255)
    clean[~around] = 255
    x, y, w, h = cv2.boundingRect(ink)
    edge = round(border * max(w, h))
    part = clean[y : y + h, x : x + w].astype(np.uint8)
    part = cv2.copyMakeBorder(part, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255)
    width = max(4, round(part.shape[1] * tall / part.shape[0]))
    way = cv2.INTER_AREA if tall < part.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, tall), interpolation=way), np.uint8)


def normalised(picture: GrayImage) -> GrayImage | None:
    """Careful preprocessing for MNIST: frame removed, true aspect, longer side 20 px, centred by mass in 28 x 28."""
    ink = ink_of(picture)
    if not ink.any():
        return None
    x, y, w, h = cv2.boundingRect(ink)
    part = ink[y : y + h, x : x + w]
    factor = 20 / max(w, h)
    size = max(1, round(w * factor)), max(1, round(h * factor))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = max(float(small.sum()), 1.0)
    cx = float((small.sum(axis=0) * np.arange(size[0])).sum()) / weight
    cy = float((small.sum(axis=1) * np.arange(size[1])).sum()) / weight
    shift = np.array([[1, 0, 13.5 - cx], [0, 1, 13.5 - cy]])
    return np.asarray(cv2.warpAffine(small, shift, (28, 28)), np.uint8)


def _threshold(picture: GrayImage) -> float:
    """Otsu's threshold inside the box; below every gray level if there is hardly any contrast."""
    height, width = picture.shape
    inside = picture[height // 8 : height - height // 8, width // 8 : width - width // 8]
    level, _ = cv2.threshold(np.ascontiguousarray(inside), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark, light = inside[inside <= level], inside[inside > level]
    if not dark.size or not light.size or float(light.mean() - dark.mean()) < _FAINT:
        return -1.0
    return float(level) + 1


class MnistNet:
    """A small convolutional net (two convolutions, two dense layers), trained here on MNIST's training part."""

    def __init__(self, images: GrayImage, labels: NDArray[np.uint8], epochs: int, seed: int) -> None:
        """Train on one core: some 20 s an epoch.

        Args:
            images: (n, 28, 28), ink 255.
            labels: (n,) 0..9.
            epochs: how often everything is seen.
            seed: of the weights, of the order, and of small shifts.
        """
        self.torch: Any = importlib.import_module("torch")
        torch, nn = self.torch, self.torch.nn
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)),
        )
        steps = epochs * (len(images) // 128)
        optimizer = torch.optim.Adam(self.net.parameters(), lr=2e-3)
        falling = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
        rng = np.random.default_rng(seed)
        for _ in range(epochs):
            order = rng.permutation(len(images))
            for start in range(0, len(order) - 127, 128):
                chosen = order[start : start + 128]
                shifted = np.roll(images[chosen], tuple(rng.integers(-2, 3, 2)), axis=(1, 2))
                loss = nn.functional.cross_entropy(
                    self.net(self._tensor(shifted)), torch.from_numpy(labels[chosen].astype(np.int64))
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                falling.step()
        self.net.eval()

    def _tensor(self, images: GrayImage) -> Any:
        return self.torch.from_numpy(images.astype(np.float32) / 255 - 0.13)[:, None]

    def digits(self, images: GrayImage) -> NDArray[np.int64]:
        """The most probable digit of each (n, 28, 28)."""
        with self.torch.no_grad():
            parts = [self.net(self._tensor(images[i : i + 256])).argmax(1).numpy() for i in range(0, len(images), 256)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def read_plain(self, pictures: Sequence[GrayImage]) -> list[str]:
        """Read by Otsu's threshold and the largest piece."""
        return [str(d) for d in self.digits(np.stack([plain(p) for p in pictures]))]

    def read_cleaned(self, pictures: Sequence[GrayImage]) -> list[str]:
        """Read with the frame removed and true aspect; a space where no ink is left."""
        inks = [normalised(p) for p in pictures]
        full = [ink for ink in inks if ink is not None]
        found = iter(self.digits(np.stack(full)) if full else [])
        return [" " if ink is None else str(next(found)) for ink in inks]


class Tesseract:
    """The program `tesseract`: one character per picture (`--psm 10`), of 0-9, X, x and -."""

    def __init__(self) -> None:
        """Find the binary.

        Raises:
            FileNotFoundError: it is not installed.
        """
        found = shutil.which("tesseract")
        if not found:
            raise FileNotFoundError("tesseract")
        self.binary = found
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
        self.version = (said.stdout or said.stderr).split("\n", 1)[0]

    def read_raw(self, pictures: Sequence[GrayImage]) -> list[str]:
        """Read the unchanged boxes, with a white border."""
        edge = TALL // 4
        return self._read(
            [cv2.copyMakeBorder(p, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255) for p in pictures]
        )

    def read_cleaned(self, pictures: Sequence[GrayImage]) -> list[str]:
        """Read the boxes without their frames; a space where no ink is left."""
        clean = [cleaned(p, TESSERACT_BORDER, TESSERACT_TALL) for p in pictures]
        found = iter(self._read([c for c in clean if c is not None]))
        return [" " if c is None else next(found) for c in clean]

    def _read(self, pictures: Sequence[GrayImage]) -> list[str]:
        texts: list[str] = []
        for start in range(0, len(pictures), _TESSERACT_AT_ONCE):
            texts += self._call(pictures[start : start + _TESSERACT_AT_ONCE])
        return [_character(text) for text in texts]

    def _call(self, pictures: Sequence[GrayImage]) -> list[str]:
        with tempfile.TemporaryDirectory() as scratch:
            files = [Path(scratch) / f"{i:05d}.png" for i in range(len(pictures))]
            for file, picture in zip(files, pictures, strict=True):
                cv2.imwrite(str(file), picture)
            names = Path(scratch) / "names.txt"
            names.write_text("\n".join(map(str, files)) + "\n", encoding="utf-8")
            allowed = "tessedit_char_whitelist=0123456789Xx-"
            done = subprocess.run(
                [self.binary, names, "stdout", "--psm", "10", "--dpi", "300", "-c", allowed],
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                capture_output=True,
                text=True,
                check=True,
            )
        texts = done.stdout.split("\f")  # a form feed between pages; some versions also write one after the last
        if len(texts) == len(pictures) + 1 and not texts[-1].strip():
            texts.pop()
        if len(texts) != len(pictures):
            raise RuntimeError(f"tesseract gave {len(texts)} texts for {len(pictures)} pictures")
        return texts


class RapidOcr:
    """The recognition net of the package rapidocr-onnxruntime, one box at a time."""

    def __init__(self) -> None:
        """Find the package's net.

        Raises:
            ImportError: it is not installed.
        """
        package = importlib.import_module("rapidocr_onnxruntime")
        (model,) = sorted((Path(package.__file__).parent / "models").glob("*rec*.onnx"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.version = model.stem
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        names = ["blank", *self.session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
        self.places = {c: names.index(c) for c in "0123456789Xx-"}
        self.input = self.session.get_inputs()[0].name

    def read_cleaned(self, pictures: Sequence[GrayImage]) -> list[str]:
        """Read the boxes without their frames: the most probable allowed character anywhere in the net's CTC output."""
        inks = (cleaned(p, RAPID_BORDER, 48) for p in pictures)
        return [" " if ink is None else self._read(ink) for ink in inks]

    def _read(self, clean: GrayImage) -> str:
        extra = max(0, 48 - clean.shape[1])
        wide = cv2.copyMakeBorder(clean, 0, 0, extra // 2, extra - extra // 2, cv2.BORDER_CONSTANT, value=255)
        small = wide.astype(np.float32)
        blob = np.repeat((small / 127.5 - 1)[None, None], 3, axis=1)
        (found,) = self.session.run(None, {self.input: blob})
        best = found[0].max(axis=0)
        return _character(max(self.places, key=lambda c: float(best[self.places[c]])))


def _character(text: str) -> str:
    """The answer as one character of 0-9, X, space and ?."""
    first = text.strip()[:1].upper()
    return " " if first == "-" else first if first and first in "0123456789X" else "?"


def cpu_seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    """Result of the work, and CPU time of this process and of those that it started."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.process_time()
    result = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result, time.process_time() - start + children
