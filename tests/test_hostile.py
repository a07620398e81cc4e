"""Hostile files among good ones: every good one is read, every bad one is a problem, and nothing else happens.

`HOSTILE=1000` in the environment (`make hostile-test`) makes it a thousand of each and says what it took.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median

import pytest
from fakes import FakeReader
from filelock import FileLock
from hostile import BAD, GIGABYTE, NAMES, build, good
from test_emit import tags

from ocr_recap import Options, Reader
from ocr_recap.batch import run as batch
from ocr_recap.batch.inputs import DEEPEST, collect
from ocr_recap.batch.options import BatchOptions
from ocr_recap.imaging import files
from ocr_recap.messages.errors import FolderDamaged
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.records.record import Record

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="pipes, sockets and names of bytes")]

MANY = int(os.environ.get("HOSTILE", "0"))
_SAID: list[tuple[str, str]] = []  # what audited code did while `_LISTENING`
_LISTENING: list[bool] = []


def _hear(event: str, arguments: tuple) -> None:
    if not _LISTENING:
        return
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        _SAID.append((event, str(arguments[0])))
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate"):
        paths = (os.fspath(path) for path in arguments[:2] if isinstance(path, str | Path))
        # `shutil.rmtree` removes relative to a folder that it has opened.
        _SAID.extend((event, path) for path in paths if Path(path).is_absolute() or arguments[-1] == -1)
    elif event == "shutil.rmtree":
        _SAID.append((event, os.fspath(arguments[0])))
    elif event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "urllib.", "http.")):
        _SAID.append((event, str(arguments[1:])))


sys.addaudithook(_hear)


def resident() -> float:
    """Megabytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """The folder, what is expected of it, the results, memory and open files after each photo, and what was written."""
    place = tmp_path_factory.mktemp("hostile")
    built = build(place / "in", MANY or len(BAD), MANY or 4)
    scratch = place / "tmp"
    scratch.mkdir()
    before = sorted(place.rglob("*"))
    use: list[tuple[float, int]] = []
    mark = pytest.MonkeyPatch()
    mark.setattr(tempfile, "tempdir", str(scratch))
    _LISTENING.append(True)
    try:
        # Three frames of a file stand for five hundred.
        batch.run(
            [place / "in"],
            place / "out",
            BatchOptions(reading=Options(max_frames=3), executor="serial"),
            progress=lambda *_: use.append((resident(), open_files())),
        )
    finally:
        _LISTENING.clear()
        mark.undo()
    out = place / "out"
    after = sorted(path for path in place.rglob("*") if path != out and out not in path.parents)
    assert after == before, "the batch wrote outside its folder"
    records = [Record.from_json(line) for line in (out / "photos.jsonl").read_text("utf-8").splitlines()]
    return built, out, records, use


def test_every_good_photo_is_read(night):
    built, _, records, _ = night
    read = [record for record in records if record.page is not None]
    assert len(read) == built.good
    assert {tuple(field.value for field in record.fields.values()) for record in read} == {(90, 36, 51)}
    assert len({record.photo.sha256 for record in read}) == built.good


def test_every_bad_file_is_a_problem_with_a_next_step(night):
    built, _, records, _ = night
    found: dict[str, set[str]] = {}
    for record in records:
        if record.page is None:
            found.setdefault(record.photo.file, set()).update(problem.code for problem in record.problems)
            assert record.status == "problem"
            assert all("{" not in hint and len(hint) > 40 for p in record.problems for hint in (p.hint.id, p.hint.en))
    assert found.keys() == built.bad.keys()
    wrong = {name: codes for name, codes in found.items() if not codes or not codes <= built.bad[name]}
    assert wrong == {}


def test_nothing_but_the_folder_of_results_is_written_and_nothing_fetched(night):
    _, out, _, _ = night
    inside = [str(out), "/dev/null"]
    strange = {said for said in _SAID if not said[1].startswith((*inside, "None"))}
    # Whether Tesseract is there is asked of the system, once.
    strange = {said for said in strange if "tesseract" not in said[1]}
    assert strange == set()
    assert any(event == "open" for event, _ in _SAID), "the ear is deaf"


def test_memory_and_open_files_are_bounded(night):
    _, _, _, use = night
    assert len(use) >= len(BAD)
    assert len({files for _, files in use[1:]}) <= 2
    assert max(memory for memory, _ in use) < 1500


@pytest.mark.skipif(MANY < 100, reason="so few files say nothing about growth: make hostile-test")
def test_memory_stays_where_it_was(night, capsys):
    _, _, records, use = night
    quarter = len(use) // 4
    first, last = (median(memory for memory, _ in part) for part in (use[quarter : 2 * quarter], use[-quarter:]))
    assert last - first < 30
    with capsys.disabled():
        print(
            f"\n{len(records)} records; memory {first:.0f} MB in the second quarter, {last:.0f} in the last, "
            f"{max(memory for memory, _ in use):.0f} at most; {use[-1][1]} open files"
        )


def test_names_are_unique_and_harmless_in_every_table(night):
    _, out, records, _ = night
    names = [record.photo.label for record in records]
    assert len(set(names)) == len(names)
    assert all(name.isprintable() for name in names)
    assert sum("names/" in name for name in names) == len(NAMES)
    for table in ("numbers.csv", "stations.csv", "review.csv"):
        text = (out / table).read_bytes().decode("utf-8-sig")
        for separator in ",;\t":  # whatever a spreadsheet takes for the separator
            lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
            assert len(lines) > (3 if table == "stations.csv" else 0), "photos without a form have no numbers"
            for row in lines:
                for cell in row:
                    assert not cell.lstrip(' "').startswith(("=", "+", "-", "@")), (table, separator, cell)


def test_names_are_text_in_the_report(night):
    _, out, _, _ = night
    for page in (out / "report.html", *(out / "report").iterdir()):
        for tag, attributes in tags(page.read_text("utf-8")):
            assert not any(name.startswith("on") for name in attributes), (tag, attributes)
            assert tag != "img" or not str(attributes.get("src")).startswith("x")


def test_pictures_have_names_of_their_own(night):
    _, out, records, _ = night
    crops = {path.name for path in (out / "crops").iterdir()}
    assert len(crops) >= sum(record.page is not None for record in records) > 0
    assert all("/" not in name and not name.startswith(".") and name.isprintable() for name in crops)
    sums = (out / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(sums) > len(crops)
    assert all((out / line[66:]).resolve().is_relative_to(out.resolve()) for line in sums)


# --- single files -----------------------------------------------------------------------------------------------------


def test_a_pipe_on_the_command_line_blocks_nobody(reader: Reader, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reader.read(tmp_path / "pipe.jpg").problems[0].code == "not_a_file"
    assert files.fingerprint(tmp_path / "pipe.jpg") == ("", 0)
    assert files.head(Path("/dev/zero"), 8) == b""


def test_a_file_that_is_written_while_it_is_read_is_no_photo(reader: Reader, tmp_path, monkeypatch):
    path = tmp_path / "scan.pdf"
    path.write_bytes((Path(__file__).parent / "data" / "page2-clean.heic").read_bytes())
    whole = files.opened

    def slow(asked):
        opened = whole(asked)
        with asked.open("ab") as file:
            file.write(b"more")
        return opened

    monkeypatch.setattr(files, "opened", slow)
    (problem,) = reader.read(path).problems
    assert problem.code == "file_changed"
    assert "run again" in problem.hint.en


def test_a_pdf_that_is_replaced_while_it_is_drawn_is_no_photo(reader: Reader, tmp_path, monkeypatch):
    from hostile import bomb_pdf

    from ocr_recap.imaging import pdf

    path = tmp_path / "scan.pdf"
    path.write_bytes(bomb_pdf(2))
    draw = pdf.PdfPage.gray

    def replaced(self, step):
        (tmp_path / "new").write_bytes(bomb_pdf(3))
        (tmp_path / "new").replace(path)
        return draw(self, step)

    monkeypatch.setattr(pdf.PdfPage, "gray", replaced)
    assert reader.read(path, frame=1).problems[0].code == "file_changed"


def test_a_growing_file_is_never_read_without_end(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 400)
    done = threading.Event()

    def grow():
        with path.open("ab") as file:
            while not done.is_set():
                file.write(b"\0" * 65_536)
                file.flush()
                if path.stat().st_size > GIGABYTE // 8:
                    return

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        with pytest.raises(PhotoProblem) as caught:
            while True:
                files.digest(path)
        assert caught.value.code == "file_changed"
    finally:
        done.set()
        thread.join()


# --- results ---


@pytest.mark.parametrize(
    "name", ["crops", "decisions.jsonl", ".work", ".part", ".ready", ".lock", "journal.sqlite", "journal.sqlite-wal"]
)
def test_results_are_not_written_through_links(tmp_path, name):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "a.jpg").write_bytes(good(1))
    with pytest.raises(FolderDamaged) as fault:
        batch.run([tmp_path / "a.jpg"], tmp_path / "out")
    assert "tautan" in fault.value.id
    assert name in fault.value.en
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_lock_that_is_a_link_empties_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(tmp_path / "mine.txt")
    (tmp_path / "a.jpg").write_bytes(good(1))
    with pytest.raises(FolderDamaged):
        batch.run([tmp_path / "a.jpg"], tmp_path / "out")
    lock = FileLock(tmp_path / "out" / ".lock", timeout=0)  # what is checked here has the floor in pyproject.toml
    with pytest.raises(OSError):
        lock.acquire()
    assert (tmp_path / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize("name", ["crops", "crops/0.jpg"])
def test_links_among_pictures_that_wait_are_removed_and_photos_read_again(tmp_path, monkeypatch, name):
    monkeypatch.setattr(batch, "Reader", FakeReader)
    (tmp_path / "elsewhere" / "kept").mkdir(parents=True)
    (tmp_path / "a.jpg").write_bytes(good(1))
    (tmp_path / "b.jpg").write_bytes(good(2))

    def broken(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run([tmp_path / "a.jpg", tmp_path / "b.jpg"], tmp_path / "out", progress=broken)
    link = tmp_path / "out" / ".work" / name
    if link.is_dir():
        shutil.rmtree(link)
    link.symlink_to(tmp_path / "elsewhere")
    result = batch.run([tmp_path / "a.jpg", tmp_path / "b.jpg"], tmp_path / "out")
    assert [row.file for row in result.rows] == ["a.jpg", "b.jpg"]
    assert result.resumed == 0
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["kept"]


# --- folders ----------------------------------------------------------------------------------------------------------


def test_folders_that_are_not_searched_are_named(tmp_path):
    (tmp_path / "in" / ".hidden").mkdir(parents=True)
    (tmp_path / "in" / "a.jpg").write_bytes(good(1))
    (tmp_path / "in" / "there").symlink_to(tmp_path, target_is_directory=True)
    found = collect([tmp_path / "in"])
    assert [p.name for p in found.photos] == ["there", "a.jpg"]
    assert found.skipped == (".hidden/",)


def test_folders_in_folders_end_somewhere(reader: Reader, tmp_path):
    here = Path.cwd()
    os.chdir(tmp_path)  # the whole path would be too long to be named
    for _ in range(3000):
        Path("d").mkdir()
        os.chdir("d")
    os.chdir(here)
    found = collect([tmp_path, __file__])
    assert [p.name.count("/") for p in found.photos] == [DEEPEST, 0]
    assert reader.read(found.photos[0].path).problems[0].code == "not_a_file"
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # Python's own way has no end to it either


def test_a_name_that_no_file_can_have_is_a_problem(reader: Reader, tmp_path):
    (photo,) = collect([tmp_path / ("a" * 300)]).photos
    (problem,) = reader.read(photo.path).problems
    assert problem.code == "file_unreadable"
    assert "namanya terlalu panjang" in problem.hint.id


def test_what_may_not_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.jpg").write_bytes(good(1))
    (tmp_path / "closed").chmod(0)
    if os.access(tmp_path / "closed", os.R_OK):  # the superuser may read everything
        listed = os.scandir

        def refused(path="."):
            if Path(path).name == "closed":
                raise PermissionError(13, "Permission denied", str(path))
            return listed(path)

        monkeypatch.setattr(os, "scandir", refused)
        monkeypatch.setattr(os, "access", lambda *_: False)
    found = collect([tmp_path])
    assert [p.name for p in found.photos] == ["a.jpg", "closed"]
    with pytest.raises(PhotoProblem) as caught:
        files.opened(found.photos[1].path)
    assert caught.value.code == "file_unreadable"
    (tmp_path / "closed").chmod(0o700)


def test_results_hold_what_was_expected_as_plain_data(night):
    _, out, records, _ = night
    run = json.loads((out / "run.json").read_text("utf-8"))
    assert run["photos"] == len(records)
    assert run["skipped"] == []
