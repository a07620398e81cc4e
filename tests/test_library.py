"""The library as a program or a notebook uses it: what it takes for a photo, and what it gives back."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
import pytest
from conftest import ROOT, SAMPLES
from PIL import Image

import ocr_recap
from ocr_recap import BatchOptions, Limits, Options, Picture, Reader, Record, run_batch
from ocr_recap.imaging import files
from ocr_recap.imaging.photo_input import name_of, source_of
from ocr_recap.messages.errors import WrongUse
from ocr_recap.messages.problems import PhotoProblem

pytestmark = pytest.mark.slow

CLEAN = SAMPLES / "page2-clean.jpg"
FORM = "c-hasil-ppwp-2024"


@pytest.fixture(scope="module")
def clean(reader: Reader) -> Record:
    return reader.read(CLEAN)


def values(record: Record) -> dict[str, tuple[int | None, str]]:
    return {name: (number.value, number.status) for name, number in record.fields.items()}


class Unwindable(io.RawIOBase):
    """The body of a response: bytes that come in small pieces, once."""

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def read(self, size: int = -1, /) -> bytes:
        piece, self.rest = self.rest[: min(size, 1000)], self.rest[min(size, 1000) :]
        return piece


# --- what is a photo --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, Unwindable])
def test_the_bytes_of_a_file_read_as_the_file_does(kind: Any, reader: Reader, clean: Record) -> None:
    record = reader.read(kind(CLEAN.read_bytes()), name=CLEAN.name)
    assert record.to_json() == clean.to_json()


def test_an_open_file_is_read_from_its_beginning_and_left_where_it_was(reader: Reader, clean: Record) -> None:
    with CLEAN.open("rb") as file:
        file.seek(100)
        assert reader.frames(file) == 1
        assert reader.read(file).to_json() == clean.to_json(), "and it has a name"
        assert file.tell() == 100


def test_a_pil_image_reads_as_its_pixels_do(reader: Reader, clean: Record) -> None:
    with Image.open(CLEAN) as image:
        record = reader.read(image)
        assert record.photo.file == CLEAN.name
        assert values(record) == values(clean)
        assert reader.read(image.copy()).photo.file == "image"
        assert np.array_equal(source_of(image), np.asarray(image)[:, :, ::-1])
        assert np.array_equal(source_of(image.convert("L")), np.asarray(image.convert("L")))


def test_a_pil_image_is_turned_as_a_viewer_turns_it() -> None:
    ramp = np.arange(300 * 200, dtype=np.uint32).reshape(200, 300) % 251
    image = Image.fromarray(ramp.astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    image.save(file, "PNG", exif=exif)
    with Image.open(file) as turned:
        assert np.array_equal(source_of(turned), np.rot90(ramp, 3))
        assert turned.size == (300, 200), "the program's own image stays as it is"


def test_what_is_transparent_in_a_pil_image_is_white() -> None:
    assert np.array_equal(source_of(Image.new("RGBA", (2, 3), (0, 0, 0, 0))), np.full((3, 2, 3), 255))


@pytest.mark.parametrize("limits", [None, Limits()], ids=["here", "apart"])
def test_a_bad_image_or_file_becomes_a_record(limits: Limits | None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise PermissionError(13, "Permission denied")

    half = CLEAN.read_bytes()[:20_000]
    monkeypatch.setattr(files, "MOST_BYTES", 30_000)
    with Reader(Options(templates=(FORM,), max_pixels=500_000), limits) as reader:
        big = Image.new("RGB", (1000, 1000))
        for photo, code in ((big, "image_too_large"), (Broken(), "file_unreadable")):
            assert [p.code for p in reader.read(photo).problems] == [code]
            assert reader.frames(photo) == 1
            assert [p.code for p in reader.check(photo).advice] == [code]
        found = [
            [p.code for p in record.problems] for record in reader.read_many([big, io.BytesIO(bytes(30_001)), b"x"])
        ]
        assert found == [["image_too_large"], ["file_too_large"], ["not_an_image"]]
    with pytest.raises(PhotoProblem, match="image_truncated"):
        source_of(Image.open(io.BytesIO(half)))


@pytest.mark.parametrize(
    ("photo", "said"),
    [
        (5, "a photo is a path, bytes, a binary file, a PIL image or a uint8 array, not int"),
        (io.StringIO("x"), "opened for bytes, this one gives str"),
        (np.zeros((300, 300)), "must be uint8"),
    ],
)
def test_what_is_no_photo_is_a_mistake_of_the_program(photo: Any, said: str, reader: Reader) -> None:
    for method in (reader.read, reader.frames, reader.check):
        with pytest.raises(TypeError, match=said):
            method(photo)


def test_a_closed_file_is_a_mistake_of_the_program(reader: Reader) -> None:
    with CLEAN.open("rb") as file:
        pass
    with pytest.raises(ValueError, match="closed"):
        reader.read(file)
    with CLEAN.open("rb") as file, pytest.raises(ValueError, match="no frame -1"):
        reader.read(file, frame=-1)


def test_photos_without_a_name_are_called_by_their_kind(tmp_path: Path) -> None:
    temporary: IO[bytes]
    with tempfile.TemporaryFile() as temporary:
        names = [name_of(x) for x in (b"", io.BytesIO(), temporary, Image.new("L", (1, 1)), np.zeros((1, 1), np.uint8))]
    assert names == ["bytes", "bytes", "bytes", "image", "array"]
    assert name_of(tmp_path / "a.jpg") == name_of(str(tmp_path / "a.jpg")) == "a.jpg"


def test_documents_and_checks_take_the_same(reader: Reader, clean: Record) -> None:
    with CLEAN.open("rb") as file, Image.open(SAMPLES / "page3-clean.jpg") as image:
        document = reader.read_document([file, image])
        assert document.pages_present == ("2", "3")
        assert [photo.file for photo in document.photos] == ["page2-clean.jpg", "page3-clean.jpg"]
        assert reader.check(file) == reader.check(CLEAN)
    assert reader.check(CLEAN).page == "2"
    with Reader(templates=FORM, limits=Limits()) as apart:
        assert apart.check(CLEAN.read_bytes()).page == "2"


# --- templates --------------------------------------------------------------------------------------------------------


def test_templates_are_named_in_one_place() -> None:
    path = ROOT / "templates" / f"{FORM}.yaml"
    expected = Reader(Options(templates=(FORM,)))
    for named in ([FORM], (FORM,), FORM):
        assert Reader(templates=named).options == expected.options
    assert Reader(Options(policy="balanced"), templates=[path]).options == Options(
        templates=(str(path),), policy="balanced"
    )
    assert Reader(templates=[]).options == Options()
    with pytest.raises(WrongUse, match="named twice") as raised:
        Reader(Options(templates=(FORM,)), templates=[FORM])
    assert raised.value.code == "templates_twice"


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_a_notebook_shows_a_record_and_a_number(reader: Reader, clean: Record) -> None:
    picture = reader.view(clean)
    assert isinstance(picture, Picture)
    assert np.array_equal(picture.pixels, reader.show(clean))
    shown = cv2.imdecode(np.frombuffer(picture._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert max(shown.shape) == 1000
    assert (
        repr(picture) == f"<Picture of page2-clean.jpg: {picture.pixels.shape[1]} x {picture.pixels.shape[0]} pixels>"
    )
    number = reader.view(clean, "votes_1")
    boxes = cv2.imdecode(np.frombuffer(number._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(boxes, reader.crop(clean, "votes_1")), "small pictures as they are"
    assert number.of == "votes_1 of page2-clean.jpg"
    with pytest.raises(ValueError, match="does not know its photo"):
        reader.view(Record.from_json(clean.to_json()))


def test_a_crop_holds_the_pixels_of_the_boxes_in_order(reader: Reader, clean: Record) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (clean.photo.height, clean.photo.width, 3), dtype=np.uint8)
    # The boxes begin and end between pixels: x 100 to 159, y 200 to 219.
    quad = ((99.5, 199.5), (159.5, 199.5), (159.5, 219.5), (99.5, 219.5))
    fields = {"here": clean.fields["votes_1"].model_copy(update={"quad": quad})}
    record = clean.model_copy(update={"fields": fields})
    boxes = reader.crop(record, "here", photo)
    assert boxes.shape == (28, 68, 3), "20 pixels high, with 4 around"
    assert np.array_equal(boxes, photo[196:224, 96:164])
    # Turned by a quarter on the photo: the first digit is at the left all the same.
    turned = fields["here"].model_copy(update={"quad": (*quad[1:], quad[0])})
    boxes = reader.crop(record.model_copy(update={"fields": {"here": turned}}), "here", photo)
    assert np.array_equal(boxes, np.rot90(photo[188:232, 88:172]))
    with pytest.raises(KeyError, match="no number 'votes_9'; it has here"):
        reader.crop(record, "votes_9", photo)


def test_pictures_are_of_the_photo_of_the_record_alone(reader: Reader, clean: Record, tmp_path: Path) -> None:
    other = SAMPLES / "page3-clean.jpg"
    size = clean.photo.height, clean.photo.width
    strangers = (other, other.read_bytes(), io.BytesIO(other.read_bytes()), np.zeros((size[0], size[1] - 1), np.uint8))
    for photo in strangers:
        for draw in (lambda p: reader.crop(clean, "votes_1", p), lambda p: reader.show(clean, p)):
            with pytest.raises(ValueError, match=r"another photo than the record's, page2-clean\.jpg"):
                draw(photo)
        with pytest.raises(ValueError, match="another photo than the record's"):
            reader.rectify(clean, photo)
    assert reader.crop(clean, "votes_1", CLEAN.read_bytes()).any()
    (tmp_path / "p.jpg").write_bytes(CLEAN.read_bytes())
    moved = reader.read(tmp_path / "p.jpg")
    (tmp_path / "p.jpg").write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match="another photo"):
        reader.crop(moved, "votes_1")
    uploaded = reader.read(io.BytesIO(CLEAN.read_bytes()), name="upload.jpg")
    with pytest.raises(ValueError, match="open file"):
        reader.crop(uploaded, "votes_1")


def test_a_crop_is_of_the_frame_that_the_record_is_about(reader: Reader, tmp_path: Path) -> None:
    pages = [Image.open(SAMPLES / f"page{n}-clean.jpg").convert("L") for n in (3, 2)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    record = reader.read(tmp_path / "scan.tif", frame=1)
    assert record.page
    assert record.page.page == "2"
    alone = reader.crop(record.model_copy(update={"photo": record.photo.model_copy(update={"frame": 0})}), "votes_1",
                        np.asarray(pages[1]))  # fmt: skip
    assert np.array_equal(reader.crop(record, "votes_1"), alone)


# --- batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_from_python(tmp_path: Path, clean: Record) -> None:
    stations = tmp_path / "stations.csv"
    stations.write_text("station\n2101142004001\n2101142004002\n")
    (tmp_path / "m.csv").write_text("file,station\npage2-clean.jpg,2101142004001\n")
    options = BatchOptions(reading=Options(templates=(FORM,)), manifest=tmp_path / "m.csv", stations=stations)
    result = run_batch([CLEAN], tmp_path / "out", options)
    assert isinstance(result, ocr_recap.BatchResult)
    assert [row.accepted.get("votes_1") for row in result.documents] == [90, None]
    assert result.report.is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        f"print(list(ocr_recap.Reader(templates={FORM!r}).read_many(photos, workers=2)))",
        "ocr_recap.run_batch(photos, 'out', ocr_recap.BatchOptions(workers=2))",
    ],
)
def test_a_script_that_starts_workers_without_a_guard_is_told_so(call: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(f"import ocr_recap\nphotos = [{str(CLEAN)!r}] * 2\n{call}\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert 'In a Python script, put the calls under if __name__ == "__main__":' in last


def test_names_load_what_they_need_and_no_more() -> None:
    heavy = "'cv2', 'onnxruntime', 'numpy', 'PIL', 'pandas'"
    ask = f"import sys, ocr_recap; print(sorted(set(sys.modules) & {{{heavy}}})); from ocr_recap import OcrRecapError; "
    ask += (
        f"print(sorted(set(sys.modules) & {{{heavy}}})); from ocr_recap import Reader; print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]", "False"]
