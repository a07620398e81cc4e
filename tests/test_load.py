"""Bad input: each file becomes a clear problem, in both languages, with its next step; nothing is lost."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import SAMPLES
from PIL import Image
from typer.testing import CliRunner

from ocr_recap import Reader
from ocr_recap.cli.main import app
from ocr_recap.imaging import files
from ocr_recap.imaging.photo import LEGIBLE_SIDE, load, load_color
from ocr_recap.messages.problems import PROBLEMS, PhotoProblem
from ocr_recap.messages.reasons import REASONS

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(0, 255, (900, 700, 3), dtype=np.uint8)


def encoded(pixels: np.ndarray, form: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


BAD = {
    "file_empty": b"",
    "not_an_image": b"this is text renamed to .jpg, " * 50,
    "image_truncated": encoded(PICTURE)[:20_000],
    "image_too_large": png_header(60_000, 60_000),
    "image_too_small": encoded(PICTURE[:100, :100]),
    "photo_without_contrast": encoded(np.zeros((900, 700, 3), np.uint8)),
    "no_form": encoded(np.repeat(np.linspace(60, 220, 700)[None, :, None], 900, 0).repeat(3, 2).astype(np.uint8)),
}


@pytest.mark.parametrize("code", list(BAD))
def test_a_bad_file_is_one_record_with_a_problem(reader: Reader, tmp_path: Path, code: str) -> None:
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes(BAD[code])
    record = reader.read(path)
    assert record.status == "problem"
    assert record.page is None
    assert record.fields == {}
    assert [p.code for p in record.problems] == [code]
    assert record.problems[0].hint.id != record.problems[0].hint.en
    assert "{" not in record.problems[0].hint.en + record.problems[0].hint.id
    assert record.photo.file == "IMG_0001.jpg"
    assert type(record).from_json(record.to_json()).export() == record.export()


def test_missing_file_and_folder(reader: Reader, tmp_path: Path) -> None:
    assert reader.read(tmp_path / "gone.jpg").problems[0].code == "file_unreadable"
    assert reader.read(tmp_path).problems[0].code == "not_a_file"


def test_the_pixel_cap_is_checked_before_decoding() -> None:
    with pytest.raises(PhotoProblem) as caught:
        load(encoded(PICTURE), "x", max_pixels=100_000)
    assert caught.value.data["pixels"] == 630_000


def test_truncated_anywhere_never_raises_anything_else(reader: Reader) -> None:
    content = encoded(PICTURE)
    for cut in (3, 20, 150, 400, 700, len(content) // 2, len(content) - 2):
        assert reader.read(content[:cut]).status == "problem"


def test_a_callers_mistake_raises(reader: Reader) -> None:
    with pytest.raises(TypeError, match="must be uint8"):
        reader.read(np.zeros((900, 700), float))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="BGR"):
        reader.read(np.zeros((900, 700, 4), np.uint8))
    with pytest.raises(TypeError, match="not int"):
        reader.read(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_gives_the_viewers_picture(orientation: int) -> None:
    pixels = np.full((600, 400, 3), 230, np.uint8)
    pixels[40:160, 30:90] = (200, 30, 30)  # one corner is marked, so that every turn and mirror shows
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(pixels, exif=exif, quality=95)
    viewer = np.asarray(_transposed(content).convert("L")).astype(int)
    photo = load(content, "x")
    assert (photo.height, photo.width) == viewer.shape
    assert np.abs(photo.gray.astype(int) - viewer).mean() < 2
    color = load_color(content)
    assert color.shape[:2] == viewer.shape
    assert color[..., 2].astype(int).sum() > color[..., 0].astype(int).sum(), "BGR: the red mark is red"


def _transposed(content: bytes) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(Image.open(io.BytesIO(content)))


def test_large_photos_are_decoded_small_and_keep_their_frame() -> None:
    pixels = np.tile(PICTURE, (6, 5, 1))[:4000, :3000]
    photo = load(encoded(pixels, quality=50), "x")
    assert (photo.width, photo.height) == (3000, 4000)
    assert LEGIBLE_SIDE <= min(photo.gray.shape) < 2 * LEGIBLE_SIDE
    assert photo.scale == pytest.approx(0.5)


def test_png_webp_gray_palette_alpha_and_16_bit_are_read() -> None:
    gray = Image.fromarray(PICTURE).convert("L")
    pictures = {
        "PNG": [gray, gray.convert("P"), Image.fromarray(PICTURE).convert("RGBA")],
        "WEBP": [gray.convert("RGB")],
    }
    for form, images in pictures.items():
        for image in images:
            buffer = io.BytesIO()
            image.save(buffer, form)
            assert load(buffer.getvalue(), "x").gray.shape == (900, 700)
    deep = io.BytesIO()
    Image.fromarray(PICTURE[..., 0].astype(np.uint16) * 257).save(deep, "PNG")
    assert np.abs(load(deep.getvalue(), "x").gray.astype(int) - PICTURE[..., 0]).max() <= 1


@pytest.mark.slow
def test_position_and_serial_number_never_reach_a_record(reader: Reader) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-MAKER"
    exif[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825)[2] = (6.0, 12.0, 34.5)
    text = reader.read(encoded(PICTURE, exif=exif)).to_json()
    assert "SECRET" not in text
    assert "4711" not in text
    assert "34.5" not in text


def test_every_message_exists_in_both_languages() -> None:
    for code, (indonesian, english) in {**PROBLEMS, **REASONS}.items():
        assert indonesian, code
        assert english, code
        assert indonesian != english, code


def ended_early(content: bytes, share: float) -> bytes:
    """A JPEG of which only a share is there, with an end marker as some programs add it."""
    return content[: int(len(content) * share)].rstrip(b"\xff") + b"\xff\xd9"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_a_jpeg_that_ends_early_is_cut_off_though_the_rest_can_be_read(reader: Reader, share: float) -> None:
    record = reader.read(ended_early((SAMPLES / "page2-clean.jpg").read_bytes(), share))
    assert [p.code for p in record.problems] == ["image_truncated"]
    assert record.fields == {}


def test_a_progressive_jpeg_has_all_its_passes(reader: Reader) -> None:
    sample = np.asarray(Image.open(SAMPLES / "page2-clean.jpg"))
    whole = encoded(sample, progressive=True, quality=90)
    read = reader.read(whole)
    assert read.page is not None
    for share in (0.05, 0.2, 0.35):
        assert [p.code for p in reader.read(ended_early(whole, share)).problems] == ["image_truncated"]
    # Within the last pass only the last bit of what is there is missing, which no reading hangs on.
    last = reader.read(ended_early(whole, 0.9))
    assert last.fields.keys() == read.fields.keys() != set()
    for name, field in last.fields.items():
        assert field.accepted in (None, read.fields[name].accepted)
        assert (field.status == "blank") == (read.fields[name].status == "blank")


def test_gray_around_a_picture_is_no_missing_part() -> None:
    framed = np.full((1100, 900, 3), 128, np.uint8)
    framed[100:1000, 100:800] = PICTURE
    assert load(encoded(framed), "framed").height == 1100
    framed[:100] = 200
    with pytest.raises(PhotoProblem, match="image_truncated"):
        load(encoded(framed), "cut")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs something that is open and holds nothing yet")
def test_a_file_that_has_nothing_to_read_yet_is_a_problem(reader: Reader, tmp_path: Path, monkeypatch) -> None:
    # The kernel's log, `/proc/kmsg`, says of itself that it is a plain file. A pipe stands for it here.
    path = tmp_path / "log.jpg"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    try:
        monkeypatch.setattr(files, "_check_kind", lambda *_: None)
        assert [p.code for p in reader.read(path).problems] == ["file_unreadable"]
        assert files.fingerprint(path) == ("", 0)
        assert files.head(path, 10) == b""
    finally:
        os.close(writer)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs something that is no regular file")
def test_a_file_is_not_written_in_the_place_of_a_pipe(tmp_path: Path) -> None:
    pipe, link, plain = tmp_path / "pipe", tmp_path / "link", tmp_path / "plain"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(FileExistsError, match="Not a regular file"):
            files.write_atomically(path, b"new")
    result = CliRunner().invoke(app, ["print", "c-hasil-ppwp-2024", "--out", str(pipe), "--lang", "en"])
    assert (result.exit_code, pipe.is_fifo()) == (6, True)
    assert "a pipe, a socket or a device is there" in result.stderr
    plain.write_bytes(b"old")
    files.write_atomically(plain, b"new")
    assert plain.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "plain"]
