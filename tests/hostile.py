"""A folder as nobody wants to receive it: good photos among files that are broken, forged, badly named or no files.

`build` makes it; what each file must come to is known by its name. Everything is drawn or written by hand here.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from conftest import SAMPLES
from PIL import Image

GIGABYTE = 1 << 30
PAGES = 10_000  # of the PDF that has too many

# Each is the name of a good photo. What is no text, or steers a terminal, becomes a sign that stands for it.
NAMES = (
    b"=HYPERLINK(0).jpg",
    b"+1+cmd|' !A0.jpg",
    b"-2;=3.jpg",
    b"@SUM(1).jpg",
    b"a;=cmd.jpg",
    b"a,@b.jpg",
    b'"quoted", and more.jpg',
    b"it's.jpg",
    b"<img src=x onerror=alert(1)>.jpg",
    b"&lt;b&gt; ]]> --> .jpg",
    b"two\nlines.jpg",
    b"two\rlines.jpg",  # the same as the one before once it is cleaned
    b"tab\there.jpg",
    b"\x1b[31mred\x1b]0;title\x07.jpg",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe.jpg".encode(),
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629.jpg".encode(),
    b"\xff\xfe not utf-8.jpg",
    b"a..jpg.jpg",
    b"{first} {0} %s $HOME `id`.jpg",
    b"a\\..\\..\\windows.jpg",
    b"CON.jpg",
    b"--out.jpg",
    b"a#2.jpg",
    b"x" * 250 + b".jpg",
)


@dataclass
class Built:
    """What was made: `good` files, and of each bad one, by the name that results give it, the codes it may come to."""

    good: int = 0
    bad: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


def build(folder: Path, bad: int, good_ones: int) -> Built:
    """Make bad files with good photos between them, in the order of names, and good photos with bad names.

    Args:
        folder: made here.
        bad: how many; at least as many as there are kinds, for one of each.
        good_ones: how many, at most as many as bad ones.
    """
    folder.mkdir()
    built = Built()
    for index in range(bad):
        if index < good_ones:
            (folder / f"{index:05d}-a.jpg").write_bytes(good(index))
        kind = list(BAD)[index % len(BAD)]
        ending, make, codes = BAD[kind]
        path = folder / f"{index:05d}-b-{kind}{ending}"
        make(path, index)
        built.bad[path.name] = frozenset(codes.split())
    (folder / "names").mkdir()
    for index, name in enumerate(NAMES):
        with open(os.path.join(os.fsencode(folder), b"names", name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(good(bad + index))
    built.good = good_ones + len(NAMES)
    return built


# --- good photos ------------------------------------------------------------------------------------------------------


@lru_cache
def _sheet() -> np.ndarray:
    whole = cv2.imread(str(SAMPLES / "page2-clean.jpg"), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(whole, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)


def good(index: int) -> bytes:
    """A small photo of page 2, in which 90, 36 and 51 are written; another index gives other bytes."""
    picture = _sheet().copy()
    picture[:4, : 4 + index % 200] = 100 + index // 200
    content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    return content[:2] + _segment(0xFE, f"photo {index}".encode()) + content[2:]


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


# --- bad files --------------------------------------------------------------------------------------------------------


def _written(content: Callable[[int], bytes]) -> Callable[[Path, int], None]:
    return lambda path, index: void(path.write_bytes(content(index)))


def void(_result: object) -> None:
    """Nothing."""


def _picture(index: int, form: str, size: tuple[int, int] = (300, 400), **options: object) -> bytes:
    pixels = np.random.default_rng(index).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def _cut(content: bytes, index: int) -> bytes:
    return content[: len(content) // 4 + index % (len(content) // 2)]


def _flat(index: int) -> bytes:
    return cv2.imencode(".jpg", np.full((400, 300 + index % 100), 40 + index % 200, np.uint8))[1].tobytes()


def _no_form(index: int) -> bytes:
    ramp = np.linspace(60, 220, 300 + index % 100)[None, :].repeat(400, 0).astype(np.uint8)
    return cv2.imencode(".jpg", ramp)[1].tobytes()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claiming_png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = png_chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(more) + data + png_chunk(b"IEND", b"")


def _claiming_jpeg(index: int) -> bytes:
    content = bytearray(_picture(index, "JPEG"))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = struct.pack(">HH", 65_000, 65_000)
    return bytes(content)


def chained_tiff(count: int, claim: int = 1, padding: int = 0, first: int | None = None) -> bytes:
    """A TIFF of directories without pictures, each of which claims bytes; the last one may lead back to `first`."""
    content = bytearray(b"II*\0" + struct.pack("<I", 8 + padding) + bytes(padding))
    for number in range(count):
        after = len(content) + 2 + 2 * 12 + 4 if number < count - 1 else first or 0
        content += struct.pack("<HHHIIHHII", 2, 256, 3, 1, 300, 40_000, 1, claim, 8) + struct.pack("<I", after)
    return bytes(content)


def bomb_pdf(pages: int, claimed: int | None = None) -> bytes:
    """A PDF of empty pages; it may claim to have another number."""
    kids = b" ".join(b"%d 0 R" % (3 + i) for i in range(pages))
    count = pages if claimed is None else claimed
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)]
    return written_pdf([*objects, *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]>>"] * pages])


def written_pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    content, places = bytearray(b"%PDF-1.4\n"), bytearray()
    for number, text in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj%sendobj\n" % (number, text)
    size, start = len(objects) + 1, len(content)
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return bytes(content) + tail % (size, places, size, start)


def _zip(index: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", str(index))
    return buffer.getvalue()


def _sparse(head: bytes) -> Callable[[Path, int], None]:
    def make(path: Path, index: int) -> None:
        with path.open("wb") as file:
            file.write(head)
            file.truncate(2 * GIGABYTE + index)

    return make


def _socket(path: Path, _index: int) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


def _circle(path: Path, _index: int) -> None:
    path.symlink_to(path.name)


def _way_back(path: Path, _index: int) -> None:
    path.symlink_to("..", target_is_directory=True)


_CUT = "image_truncated"
_SEEN = "no_form photo_without_contrast form_unsure image_truncated"
BAD: dict[str, tuple[str, Callable[[Path, int], None], str]] = {
    "empty": (".jpg", _written(lambda _: b""), "file_empty"),
    "text": (".jpg", _written(lambda i: f"<script>alert({i})</script>".encode()), "not_an_image"),
    "cut jpeg": (".jpg", _written(lambda i: _cut(good(i), i)), _CUT),
    "cut png": (".png", _written(lambda i: _cut(_picture(i, "PNG"), i)), _CUT),
    "cut webp": (".webp", _written(lambda i: _cut(_picture(i, "WEBP"), i)), _CUT),
    "cut tiff": (".tif", _written(lambda i: _cut(_picture(i, "TIFF"), i)), f"{_CUT} {_SEEN}"),
    "png of 3.6 gigapixels": (".png", _written(lambda i: claiming_png(60_000, 60_000 + i)), "image_too_large"),
    "png of 100 megapixels": (".png", _written(lambda i: claiming_png(10_000, 10_000 + i)), _CUT),
    "jpeg of 4 gigapixels": (".jpg", _written(_claiming_jpeg), "image_too_large"),
    "thumbnail": (".jpg", _written(lambda i: _picture(i, "JPEG", (100, 100))), "image_too_small"),
    "blank": (".jpg", _written(_flat), "photo_without_contrast"),
    "no form": (".jpg", _written(_no_form), "no_form"),
    "gif": (".gif", _written(lambda i: _picture(i, "GIF")), "not_an_image"),
    "bmp": (".bmp", _written(lambda i: _picture(i, "BMP")), "not_an_image"),
    "zip": (".jpg", _written(_zip), "file_archive"),
    "archive": (".zip", _written(_zip), "file_archive"),
    "tiff in circles": (".tif", _written(lambda i: chained_tiff(3, 1, i, 8 + i)), f"{_CUT} duplicate_photo"),
    "tiff of claims": (".tif", _written(lambda i: chained_tiff(2, 5000 + i, 5000 + i)), _CUT),
    "cut pdf": (".pdf", _written(lambda i: bomb_pdf(3)[: 100 + i % 100]), "pdf_damaged duplicate_photo"),
    "pdf of no pages": (".pdf", _written(lambda i: bomb_pdf(0) + b"%" * i), "pdf_without_pages"),
    "pdf that lies": (".pdf", _written(lambda i: bomb_pdf(1, 1 << 31) + b"%" * i), "photo_without_contrast"),
    "pdf of many pages": (
        ".pdf",
        _written(lambda i: bomb_pdf(PAGES) + b"%" * i),
        "photo_without_contrast frames_not_read",
    ),
    "2 GB jpeg": (".jpg", _sparse(b"\xff\xd8\xff\xe0"), "file_too_large"),
    "2 GB of nothing": (".jpg", _sparse(b""), "file_too_large"),
    "pipe": (".jpg", lambda path, _: os.mkfifo(path), "not_a_file"),
    "socket": (".png", _socket, "not_a_file"),
    "device": (".jpg", lambda path, _: path.symlink_to("/dev/zero"), "not_a_file"),
    "lost link": (".jpg", lambda path, _: path.symlink_to("gone.jpg"), "file_unreadable"),
    "circular link": (".jpg", _circle, "file_unreadable"),
    "folder": (".jpg", lambda path, _: path.mkdir(), "not_a_file"),
    "link to where we are": ("", _way_back, "not_a_file"),
}
