"""Files as they come: frames of PDF, TIFF and HEIC, odd pixels, and everything that can be wrong with such a file."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import numpy as np
import pypdfium2
import pytest
from conftest import ROOT, SAMPLES
from fakes import FORM, FakeReader, contents, drawn
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ocr_recap import Options, Reader
from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.forms import drawing
from ocr_recap.imaging import frames, pdf
from ocr_recap.imaging.photo import load, load_color
from ocr_recap.messages.errors import InputUnusable, TableFaulty
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.records.record import Record
from ocr_recap.report.overlay import rectified

pytestmark = pytest.mark.slow

PAGES = ("page1-clean", "page2-clean", "page3-clean")
CODE = "2101142004001"


def pictures() -> list[Image.Image]:
    return [Image.fromarray(np.asarray(Image.open(SAMPLES / f"{name}.jpg"))) for name in PAGES]


def saved(images: list[Image.Image], form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if form in ("PDF", "TIFF") else {}
    images[0].save(buffer, form, **more, **options)
    return buffer.getvalue()


def marked(number: int) -> Image.Image:
    """A drawn page 2 that looks like no other."""
    image = drawn("2").copy()
    image[600:612, 60 + 20 * number : 70 + 20 * number] = 90
    return Image.fromarray(image)


@pytest.fixture(scope="module")
def three_pages() -> bytes:
    return saved(pictures(), "PDF", resolution=150, quality=90)


@pytest.fixture(scope="module")
def three_frames() -> bytes:
    return saved(pictures(), "TIFF", compression="tiff_lzw")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "Reader", FakeReader)


def code(content: bytes, frame: int = 0, **options: int) -> str:
    with pytest.raises(PhotoProblem) as caught:
        load(content, "x", frame=frame, **options)
    return caught.value.code


def lines(out) -> list[dict]:
    return [json.loads(line) for line in (out / "photos.jsonl").read_text().splitlines()]


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["three_pages", "three_frames"])
def test_every_frame_reads_as_its_photo_does(reader: Reader, kind: str, request: pytest.FixtureRequest) -> None:
    content = request.getfixturevalue(kind)
    assert reader.frames(content) == 3
    for frame, name in enumerate(PAGES):
        record, alone = reader.read(content, frame=frame), reader.read(SAMPLES / f"{name}.jpg")
        assert (record.photo.frame, record.photo.label) == (frame, f"bytes#{frame + 1}" if frame else "bytes")
        assert (record.photo.width, record.photo.height) == (alone.photo.width, alone.photo.height)
        assert {i: (f.text, f.status) for i, f in record.fields.items()} == {
            i: (f.text, f.status) for i, f in alone.fields.items()
        }
        assert Record.from_json(record.to_json()).to_json() == record.to_json()


def test_heic_reads_as_its_photo_does(reader: Reader) -> None:
    path = ROOT / "tests" / "data" / "page2-clean.heic"  # the sample, encoded again
    record = reader.read(path)
    assert reader.frames(path) == 1
    assert (record.photo.width, record.photo.height) == (1536, 2048)
    assert [f.value for f in record.fields.values()] == [90, 36, 51]
    assert load_color(path).shape == (2048, 1536, 3)
    assert code(path.read_bytes(), 1) == "frame_missing"
    assert code(path.read_bytes()[:3000]) == "image_truncated"
    assert code(path.read_bytes(), max_pixels=100_000) == "image_too_large"


def test_heic_without_its_library_names_the_extra(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    path = ROOT / "tests" / "data" / "page2-clean.heic"
    (problem,) = reader.read(path).problems
    assert problem.code == "heic_not_installed"
    assert "ocr-recap[heic]" in problem.hint.id
    assert "ocr-recap[heic]" in problem.hint.en
    assert reader.frames(path) == 1


def test_a_record_shows_and_straightens_its_own_frame(reader: Reader, three_pages: bytes) -> None:
    record = Record.from_json(reader.read(three_pages, frame=1).to_json())
    assert record.page is not None
    own = reader.rectify(record, three_pages, 2.0)
    assert np.array_equal(own, rectified(record.page, three_pages, 2.0, frame=1))
    assert not np.array_equal(own, rectified(record.page, three_pages, 2.0, frame=0))
    assert not np.array_equal(
        reader.show(record, three_pages), reader.show(reader.read(three_pages, frame=0), three_pages)
    )


def test_a_callers_mistake_raises_and_a_frame_that_is_not_there_is_a_problem(
    reader: Reader, three_pages: bytes
) -> None:
    with pytest.raises(ValueError, match="no frame -1"):
        reader.read(three_pages, frame=-1)
    with pytest.raises(ValueError, match="no frame 1"):
        reader.read(np.zeros((900, 700), np.uint8), frame=1)
    with pytest.raises(TypeError):
        reader.frames(5)  # type: ignore[arg-type]
    assert code(three_pages, 3) == "frame_missing"
    assert code((SAMPLES / "page2-clean.jpg").read_bytes(), 1) == "frame_missing"
    assert reader.frames(np.zeros((900, 700), np.uint8)) == reader.frames(b"") == reader.frames("gone.pdf") == 1


def test_documents_and_many_photos_take_all_frames(reader: Reader, three_pages: bytes, tmp_path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(three_pages)
    document = reader.read_document([path], station=CODE)
    assert document.pages_present == ("1", "2", "3")
    assert [p.frame for p in document.photos] == [0, 1, 2]
    assert {rule.outcome for rule in document.rules} == {"holds"}
    short = Reader(Options(max_frames=1))
    found = list(short.read_many([path, SAMPLES / "page2-clean.jpg"]))
    assert [r.photo.label for r in found] == ["scan.pdf", "scan.pdf#2", "page2-clean.jpg"]
    assert found[1].problems[0].code == "frames_not_read"
    assert found[1].problems[0].data == {"frames": 3, "first": 2, "limit": 1}
    assert found[1].photo.sha256 == found[0].photo.sha256
    assert [r.to_json() for r in short.read_many([path], workers=2)] == [r.to_json() for r in found[:2]]
    assert [d.id for d in reader.group(reader.read_many([path]))] == ["scan.pdf", "scan.pdf#2", "scan.pdf#3"]


# --- resolution -------------------------------------------------------------------------------------------------------


def page_of(draw_on) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(842, 1191))
    draw_on(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_scan_is_drawn_with_its_own_pixels() -> None:
    image = pictures()[1]
    content = page_of(lambda c: c.drawImage(ImageReader(image), 0, 0, 842, 1191))
    photo = load(content, "x")
    assert photo.width == 1536
    assert photo.height == round(1536 * 1191 / 842), "stretched on the page: the finer of the two directions decides"
    inset = page_of(lambda c: c.drawImage(ImageReader(image), 20, 20, 802, 1151))
    assert load(inset, "x").width == pytest.approx(1536 * 842 / 802, abs=3), "margins are no part of the scan"


def test_a_turned_page_is_drawn_as_a_viewer_shows_it(three_pages: bytes) -> None:
    document = pypdfium2.PdfDocument(three_pages)
    document[0].set_rotation(90)
    turned = io.BytesIO()
    document.save(turned)
    straight, photo = load(three_pages, "x"), load(turned.getvalue(), "x")
    assert (photo.width, photo.height) == (2048, 1536)
    assert np.abs(np.rot90(straight.gray, -1).astype(int) - photo.gray).mean() < 2


def test_text_that_was_recognised_leaves_a_scan_a_scan() -> None:
    def scan(canvas: Canvas, mode: int) -> None:
        canvas.drawImage(ImageReader(pictures()[1].resize((768, 1024))), 0, 0, 842, 1191)
        text = canvas.beginText(50, 50)
        text.setTextRenderMode(mode)
        text.textOut("90")
        canvas.drawText(text)

    assert load(page_of(lambda c: scan(c, 3)), "x").width < 800
    assert load(page_of(lambda c: scan(c, 0)), "x").width == pdf.DRAWN_SIDE


def test_a_page_without_pictures_is_drawn_legibly(reader: Reader) -> None:
    content = drawing.pdf(FORM)
    assert reader.frames(content) == len(FORM.pages)
    record = reader.read(content, frame=1)
    assert min(record.photo.width, record.photo.height) == pdf.DRAWN_SIDE
    assert record.page is not None
    assert record.page.page == "2"
    assert {f.status for f in record.fields.values()} == {"blank"}


def test_pixels_are_capped_before_anything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    small = page_of(lambda c: c.drawImage(ImageReader(pictures()[1]), 0, 0, 84, 119))  # 1,300 dpi in a corner
    photo = load(small, "x")
    assert photo.width * photo.height <= pdf.MOST_DRAWN * 1.001
    monkeypatch.setattr(pdf.PdfPage, "gray", lambda *_: pytest.fail("drawn"))
    assert code(small, max_pixels=3_000_000) == "image_too_large"


# --- odd pixels -------------------------------------------------------------------------------------------------------


def odd_pictures() -> dict[str, bytes]:
    gray = pictures()[1].convert("L")
    values = np.asarray(gray)
    ink = np.dstack([np.zeros_like(values)] * 3 + [255 - values])
    wide = values.astype(np.uint16) * 257
    return {
        "16-bit png": saved([Image.fromarray(wide)], "PNG"),
        "16-bit tiff": saved([Image.fromarray(wide)], "TIFF"),
        "32-bit tiff": saved([Image.fromarray(wide.astype(np.int32))], "TIFF"),
        "float tiff": saved([Image.fromarray((values / 255).astype(np.float32))], "TIFF"),
        "cmyk jpeg": saved([gray.convert("RGB").convert("CMYK")], "JPEG", quality=95),
        "cmyk tiff": saved([gray.convert("RGB").convert("CMYK")], "TIFF"),
        "lab tiff": saved([Image.merge("LAB", [gray] + [Image.new("L", gray.size, 128)] * 2)], "TIFF"),
        "palette png": saved([gray.convert("P")], "PNG"),
        "palette tiff": saved([gray.convert("P")], "TIFF"),
        "alpha png": saved([Image.fromarray(ink)], "PNG"),
        "alpha tiff": saved([Image.fromarray(ink)], "TIFF"),
        "gray alpha png": saved([Image.fromarray(np.dstack([np.zeros_like(values), 255 - values]))], "PNG"),
        "alpha webp": saved([Image.fromarray(ink)], "WEBP", lossless=True),
    }


def test_odd_pixels_are_seen_as_a_viewer_shows_them() -> None:
    """In gray, for reading, and in colour, for people: the same picture, whatever transparent lies on white."""
    plain = np.asarray(pictures()[1].convert("L")).astype(int)
    odd = odd_pictures()
    assert len(odd) > 5
    for name, content in odd.items():
        assert np.abs(load(content, name).gray.astype(int) - plain).mean() < 2.5, name
        color = load_color(content)
        assert color.shape == (*plain.shape, 3), name
        assert np.abs(color.astype(int).mean(axis=2) - plain).mean() < 2.5, name


def test_one_bit_scans_are_found_and_read(reader: Reader) -> None:
    content = saved(
        [image.convert("1", dither=Image.Dither.NONE) for image in pictures()], "TIFF", compression="group4"
    )
    record = reader.read(content, frame=1)
    assert record.page is not None
    assert record.page.page == "2"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_orientation_gives_the_viewers_picture(orientation: int) -> None:
    pixels = np.full((600, 400, 3), 230, np.uint8)
    pixels[40:160, 30:90] = (200, 30, 30)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved([Image.fromarray(pixels)], "TIFF", exif=exif)
    stored = saved([Image.fromarray(pixels)], "PNG", exif=exif)
    photo, same = load(content, "x"), load(stored, "x")
    assert (photo.width, photo.height) == photo.gray.shape[::-1]
    assert np.array_equal(photo.gray, same.gray)
    assert np.array_equal(load_color(content), load_color(stored))


# --- bad files --------------------------------------------------------------------------------------------------------


def tiny_pdf(pages: int) -> bytes:
    """A PDF of empty pages, written by hand."""
    kids = " ".join(f"{3 + i} 0 R" for i in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]>>"] * pages
    content, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj{text}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(content)}\n"
    )
    return content + tail.encode() + b"%%EOF"


def locked_pdf() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(100, 100, "x")
    canvas.save()
    return buffer.getvalue()


def test_bad_pdfs_are_clear_problems(reader: Reader, three_pages: bytes) -> None:
    assert code(locked_pdf()) == "pdf_locked"
    assert code(tiny_pdf(0)) == "pdf_without_pages"
    assert code(tiny_pdf(1)) == "photo_without_contrast"
    assert code(three_pages[: len(three_pages) // 2]) == "pdf_damaged"
    assert code(b"%PDF-1.7\nnothing of the kind") == "pdf_damaged"
    for content in (locked_pdf(), tiny_pdf(0)):
        record = reader.read(content)
        assert (record.status, record.photo.frame, len(record.photo.sha256)) == ("problem", 0, 64)
        assert record.problems[0].hint.id != record.problems[0].hint.en


def test_a_scan_that_was_cut_off_is_not_taken_for_a_blank_form(three_pages: bytes) -> None:
    """A PDF library draws what it has; the rest of the page would look as if nothing were written there."""
    document = pypdfium2.PdfDocument.new()
    buffer = io.BytesIO()
    pictures()[1].save(buffer, "JPEG", quality=90)
    whole, cut = buffer.getvalue(), buffer.getvalue()[: len(buffer.getvalue()) // 2]
    for content in (whole, cut):
        page = document.new_page(768, 1024)
        image = pypdfium2.PdfImage.new(document)
        image.load_jpeg(io.BytesIO(content), inline=True)
        image.set_matrix(pypdfium2.PdfMatrix().scale(768, 1024))
        page.insert_obj(image)
        page.gen_content()
    saved_to = io.BytesIO()
    document.save(saved_to)
    assert load(saved_to.getvalue(), "x").width == 1536
    assert code(saved_to.getvalue(), 1) == "pdf_damaged"


def test_a_tiff_that_was_cut_off_keeps_its_whole_frames(reader: Reader, three_frames: bytes) -> None:
    cut = three_frames[: len(three_frames) // 2]
    assert reader.frames(cut) == 2
    assert reader.read(cut).page is not None
    assert code(cut, 1) == "image_truncated"
    assert code(three_frames[:100]) == "image_truncated"


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_never_raise_anything_else(
    reader: Reader, seed: int, three_pages: bytes, three_frames: bytes
) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, 2000, dtype=np.uint8).tobytes()
    small = saved([marked(i).resize((300, 424)) for i in range(2)], "TIFF", compression="tiff_adobe_deflate")
    heic = (ROOT / "tests" / "data" / "page2-clean.heic").read_bytes()
    contents = [b"%PDF-1.7\n" + noise, b"II*\0" + noise, b"MM\0*\0\0\0\x08" + noise, heic[:40] + noise]
    for content in (tiny_pdf(2), drawing.pdf(FORM), small, heic):
        contents.append(content[: rng.integers(9, len(content))])
        damaged = bytearray(content)
        for place in rng.integers(8, len(content), 20):
            damaged[place] = rng.integers(0, 256)
        contents.append(bytes(damaged))
    outcomes: list[str] = []
    for content in contents:
        for frame in range(min(frames.count(content), 3)):
            for step in (lambda c, f: load(c, "x", max_pixels=4_000_000, frame=f), load_color):
                outcomes.append("photo")
                try:
                    step(content, frame)
                except PhotoProblem as problem:
                    outcomes[-1] = problem.code
    assert set(outcomes) <= {"photo", *frames_may_be}
    assert len(set(outcomes)) >= 3, "damage that breaks nothing, or all alike, tests nothing"


frames_may_be = {
    "not_an_image",
    "image_truncated",
    "image_too_large",
    "image_too_small",
    "photo_without_contrast",
    "pdf_damaged",
    "pdf_locked",
    "pdf_without_pages",
    "frame_missing",
}


# --- batches ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "in"
    place.mkdir()
    content = saved([marked(i) for i in range(3)], "PDF", resolution=200)
    (place / f"{CODE}.pdf").write_bytes(content)
    (place / "loose.tif").write_bytes(saved([marked(i) for i in range(4, 7)], "TIFF"))
    (place / "z.pdf").write_bytes(content)
    (place / "notes.txt").write_text("x")
    return place


def test_a_batch_has_a_record_per_frame(fake, folder, tmp_path) -> None:
    result = run.run([folder], tmp_path / "out", BatchOptions(overlay=True, save_pages=True))
    found = lines(tmp_path / "out")
    assert [(r["photo"]["file"], r["photo"]["frame"]) for r in found] == [
        (name, frame) for name in (f"{CODE}.pdf", "loose.tif", "z.pdf") for frame in range(3)
    ]
    assert [r["document"] for r in found[:6]] == [CODE] * 3 + ["loose.tif", "loose.tif#2", "loose.tif#3"]
    assert [[p["code"] for p in r["problems"]] for r in found[6:]] == [["duplicate_photo"]] * 3
    assert {r["problems"][0]["data"]["first"] for r in found[6:]} == {f"{CODE}.pdf"}
    assert [r["document"] for r in found[6:]] == [CODE] * 3
    assert [row.file for row in result.rows[3:6]] == ["loose.tif", "loose.tif#2", "loose.tif#3"]
    assert result.skipped == ("notes.txt",)
    for kind in ("overlay", "pages"):
        pictures_made = sorted((tmp_path / "out" / kind).iterdir())
        assert len(pictures_made) == 6
        assert len({p.read_bytes() for p in pictures_made}) == 6
    table = (tmp_path / "out" / "numbers.csv").read_text("utf-8-sig")
    assert ",loose.tif," in table
    assert "loose.tif#3" in (tmp_path / "out" / "report.html").read_text()


def test_a_manifest_may_name_a_frame(fake, folder, reader, tmp_path) -> None:
    other = "2101142004002"
    table = tmp_path / "m.csv"
    table.write_text(f"file,station\nloose.tif,{CODE}\nloose.tif#3,{other}\n")
    run.run([folder], tmp_path / "out", BatchOptions(manifest=table))
    stations = [r["station"] for r in lines(tmp_path / "out") if r["photo"]["file"] == "loose.tif"]
    assert [s["code"] for s in stations] == [CODE, CODE, other]
    assert {s["source"] for s in stations} == {"manifest"}
    records = [Record.from_json(line) for line in (tmp_path / "out" / "photos.jsonl").read_text().splitlines()]
    documents = reader.group(records[3:6], manifest=table)
    assert [d.station.code for d in documents] == [CODE, other]
    table.write_text(f"file,station\nloose.tif#4,{other}\n")
    with pytest.raises(TableFaulty, match=r"loose\.tif#4"):
        run.run([folder], tmp_path / "out", BatchOptions(manifest=table))


def test_frames_beyond_the_limit_are_one_problem(fake, folder, tmp_path) -> None:
    (folder / "big.pdf").write_bytes(tiny_pdf(10_000))
    steps = []
    run.run(
        [folder],
        tmp_path / "out",
        BatchOptions(reading=Options(max_frames=2)),
        progress=lambda done, total, name: steps.append((done, total, name)),
    )
    found = lines(tmp_path / "out")
    assert [len([r for r in found if r["photo"]["file"] == n]) for n in ("big.pdf", "loose.tif")] == [3, 3]
    left = [r for r in found if [p["code"] for p in r["problems"]][:1] == ["frames_not_read"]]
    big = next(r for r in left if r["photo"]["file"] == "big.pdf")
    assert big["photo"]["frame"] == 2
    assert big["problems"][0]["data"] == {"frames": 10_000, "first": 3, "limit": 2}
    assert "--max-frames" in big["problems"][0]["hint"]["id"]
    assert [s[0] for s in steps] == list(range(1, 13))
    assert {s[1] for s in steps} == {12}
    assert steps[1][2] == f"{CODE}.pdf#2"


def test_a_document_is_not_settled_while_its_file_goes_on(reader: Reader) -> None:
    settled = [Image.open(SAMPLES / f"page{name}.jpg") for name in ("1-tilted", "2-torn-corner", "3-covered-tag")]
    scan = saved([*settled, settled[1]], "PDF", quality=90)
    document = Reader(Options(max_frames=3)).read_document([scan], station=CODE)
    assert {field.status for name, field in document.fields.items() if "date" not in name} == {"accepted"}
    assert not document.pages_missing
    assert document.verdict == "incomplete"


def test_frames_do_not_depend_on_processes_or_interruption(fake, folder, tmp_path) -> None:
    run.run([folder], tmp_path / "calm", BatchOptions(overlay=True))

    def stop(done: int, _total: int, _name: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run([folder], tmp_path / "out", BatchOptions(overlay=True), progress=stop)
    result = run.run([folder], tmp_path / "out", BatchOptions(overlay=True))
    assert result.resumed == 2
    assert contents(tmp_path / "out") == contents(tmp_path / "calm")


def test_frames_of_the_real_reader_on_two_processes(folder, tmp_path) -> None:
    (folder / "z.pdf").unlink()
    run.run([folder / f"{CODE}.pdf"], tmp_path / "one")
    run.run([folder / f"{CODE}.pdf"], tmp_path / "two", BatchOptions(workers=2))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert [r["photo"]["frame"] for r in lines(tmp_path / "two")] == [0, 1, 2]


def test_all_endings_are_found_in_order_and_none_is_an_error_that_names_them(tmp_path) -> None:
    for name in ("b/4.HEIC", "a.pdf", "a.tiff", "b/3.tif", "b/5.HIF", "c.heif", "d.docx", "e.mov"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = run.collect([tmp_path])
    assert [p.name for p in found.photos] == ["a.pdf", "a.tiff", "c.heif", "b/3.tif", "b/4.HEIC", "b/5.HIF"]
    assert found.skipped == ("d.docx", "e.mov")
    with pytest.raises(InputUnusable, match=r"\.pdf"):
        run.collect([tmp_path / "b" / "..", tmp_path][:0])


def test_reading_a_jpeg_loads_no_other_library() -> None:
    program = (
        "import sys; from ocr_recap.imaging.photo import load; from ocr_recap.records.options import Options;"
        f"load({str(SAMPLES / 'page2-clean.jpg')!r}, 'x');"
        "print([m for m in sys.modules if 'pypdfium2' in m or 'pi_heif' in m or 'TiffImagePlugin' in m])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
