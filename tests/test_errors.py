"""What stops a command: each cause has its class, its exit code, and a text in both languages."""

from __future__ import annotations

import errno
import os
import pickle
import re
import sqlite3
import string
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import Result
from conftest import ROOT
from fakes import PROCESSES, FakeReader, photo
from filelock import FileLock
from typer.testing import CliRunner

from ocr_recap.batch import journal, run
from ocr_recap.batch.executor import Executor
from ocr_recap.batch.executors import EXECUTORS
from ocr_recap.batch.journal import Journal
from ocr_recap.cli import main
from ocr_recap.messages import error_texts, errors, recap_errors, rehearse_errors, seal_error_texts, usage_texts
from ocr_recap.messages.catalog import StackedText, Wording, both
from ocr_recap.messages.errors import CATALOGUE, FolderBusy, FolderDamaged, OcrRecapError, TemplateError
from ocr_recap.records.folder import JOURNAL_FILE

CAUSES = {entry.kind for entry in CATALOGUE.values()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_cause_has_an_exit_code_of_its_own() -> None:
    direct = set(OcrRecapError.__subclasses__())
    assert direct == CAUSES
    codes = [kind.exit_code for kind in direct]
    assert len(set(codes)) == len(codes)
    assert {0, 1}.isdisjoint(codes), "a batch that finished, without and with problem photos"
    assert errors.Interrupted.exit_code == 130
    assert errors.WrongUse.exit_code == 2, "as the parser of the command line has it"


def test_no_code_stands_under_two_causes() -> None:
    modules = (error_texts, usage_texts, recap_errors, rehearse_errors, seal_error_texts)
    texts = {name: group for module in modules for name, group in vars(module).items()}
    groups = [group for name, group in texts.items() if name.isupper()]
    assert sum(map(len, groups)) == len(CATALOGUE)


FRAMES = {
    "photo_unusable",
    "table_lines",
    "contest_faulty",
    "script_faulty",
}  # codes whose text is nothing but other messages


def test_all_texts_but_frames_differ_by_language() -> None:
    assert {code for code, entry in CATALOGUE.items() if len(set(entry.text)) == 1} == FRAMES
    assert {re.sub(r"\{\w+\}", "", text).strip(" :") for code in FRAMES for text in CATALOGUE[code].text} == {""}


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_code_says_the_same_in_both_languages(code: str) -> None:
    entry = CATALOGUE[code]
    text_id, text_en = entry.text
    assert placeholders(text_id) == placeholders(text_en)
    fault = entry.kind(code, **dict.fromkeys(placeholders(text_id), 2))
    assert (fault.code, str(fault), fault.exit_code) == (code, fault.en, entry.kind.exit_code)
    assert "{" not in fault.id + fault.en


def test_a_code_is_raised_by_its_own_class_with_its_data() -> None:
    with pytest.raises(TypeError, match="folder_busy is a code of FolderBusy"):
        FolderDamaged("folder_busy", folder="x")
    with pytest.raises(KeyError):
        FolderBusy("folder_busy")
    with pytest.raises(KeyError):
        FolderBusy("nothing")


@pytest.mark.parametrize(
    "fault",
    [
        FolderBusy("folder_busy", folder="results"),
        TemplateError(
            "template_faulty", problems=StackedText(["form.yaml, line 3: wrong", "form.yaml, line 4: wrong"])
        ),
    ],
)
def test_errors_travel_between_processes(fault: OcrRecapError) -> None:
    same: Any = pickle.loads(pickle.dumps(fault))
    assert type(same) is type(fault)
    assert (same.code, same.data, same.id, same.en, str(same)) == (*vars(fault).values(), str(fault))


def test_data_is_written_in_the_language_of_the_message() -> None:
    message = "{photos} foto, {why}:\n{lines}", "{photos:photo}, {why}:\n{lines}"
    data = {"photos": 1, "why": ["Permission denied"], "lines": StackedText([Wording("satu", "one"), "2"])}
    assert both(message, data) == {
        "id": "1 foto, tidak boleh dibaca:\nsatu\n2",
        "en": "1 photo, permission denied:\none\n2",
    }
    assert both(message, {**data, "photos": 20})["en"].startswith("20 photos, ")
    assert both(("{n:,}", "{n:,new photo}"), {"n": 2000}) == {"id": "2.000", "en": "2,000 new photos"}
    assert both(("{n:,}", "{n:,photo}"), {"n": 1}) == {"id": "1", "en": "1 photo"}
    assert both(("{n:03d}", "{n:,}"), {"n": 2000}) == {"id": "2000", "en": "2,000"}


# --- on the command line ----------------------------------------------------------------------------------------------


class DeadWorker:
    """A worker that dies before it is ready."""

    def __init__(self) -> None:
        self._ready: Future[bool] = Future()
        self._ready.set_exception(RuntimeError("no memory"))

    def ready(self) -> Future[bool]:
        return self._ready

    def end(self, now: bool) -> None:
        """Nothing to end."""


def held_by_another(lock: Path, ready: threading.Event, done: threading.Event) -> None:
    with FileLock(lock):
        ready.set()
        done.wait(60)


def stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def full(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Place:
    """A folder with a photo and results of it, and the causes that can be brought about there, each as arguments."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch
        self.photo, self.out = photo(folder / "a.jpg"), folder / "out"
        patch.setattr(run, "Reader", FakeReader)
        patch.setitem(EXECUTORS, "processes", PROCESSES)
        self.release = threading.Event()

    def read(self, *more: object) -> list[object]:
        return ["read", self.photo, "--out", self.out, *more]

    def done(self) -> None:
        assert call(*self.read()).exit_code == 0

    def wrong_use(self) -> list[object]:
        return self.read("--max-frames", 0)

    def no_photos(self) -> list[object]:
        (self.folder / "empty").mkdir()
        return ["read", self.folder / "empty", "--out", self.out]

    def no_results(self) -> list[object]:
        return ["apply", self.folder, self.folder / "review.csv"]

    def faulty_manifest(self) -> list[object]:
        (self.folder / "m.csv").write_text("file,station\na.jpg,12\n")
        return self.read("--manifest", self.folder / "m.csv")

    def faulty_truth(self) -> list[object]:
        self.done()
        (self.folder / "truth.csv").write_text("file,text\n")
        return ["evaluate", self.out, self.folder / "truth.csv"]

    def busy(self) -> list[object]:
        self.done()
        ready = threading.Event()
        threading.Thread(target=held_by_another, args=(self.out / ".lock", ready, self.release), daemon=True).start()
        assert ready.wait(60)
        return ["apply", self.out, self.out / "review.csv"]

    def file_in_the_way(self) -> list[object]:
        self.out.write_text("in the way")
        return self.read()

    def full_disk(self) -> list[object]:
        self.patch.setattr(Journal, "add", full)
        return self.read()

    def damaged_log(self) -> list[object]:
        self.out.mkdir()
        (self.out / "decisions.jsonl").write_text("{}\n")
        return self.read()

    def edited(self) -> list[object]:
        self.done()
        with (self.out / "documents.jsonl").open("a") as file:
            file.write("\n")
        return ["sample", self.out]

    def link(self) -> list[object]:
        self.out.mkdir()
        (self.out / "crops").symlink_to(self.folder, target_is_directory=True)
        return self.read()

    def dead_workers(self) -> list[object]:
        self.patch.setitem(EXECUTORS, "processes", Executor("processes", lambda _: DeadWorker))
        return self.read()

    def no_extra(self) -> list[object]:
        self.patch.setitem(sys.modules, "xlsxwriter", None)
        return self.read("--format", "xlsx")

    def no_template(self) -> list[object]:
        return ["check", self.photo, "--template", "nothing"]

    def faulty_template(self) -> list[object]:
        (self.folder / "form.yaml").write_text("schema_version: 1\n")
        return ["print", self.folder / "form.yaml", "--out", self.folder / "form.pdf"]

    def interrupted(self) -> list[object]:
        self.patch.setattr(FakeReader, "reading", stop)
        return self.read()


PROVOKED: tuple[tuple[Callable[[Place], list[object]], type[OcrRecapError], str, str], ...] = (
    (Place.wrong_use, errors.WrongUse, "paling sedikit 1", "1 at least"),
    (Place.no_photos, errors.InputUnusable, "Tidak ada foto", "No photos"),
    (Place.no_results, errors.InputUnusable, "bukan folder hasil", "is no folder of results"),
    (Place.faulty_manifest, errors.TableFaulty, "bukan kode TPS", "is no station code"),
    (Place.faulty_truth, errors.TableFaulty, "judul kolom", "the heading"),
    (Place.busy, errors.FolderBusy, "sedang dipakai", "is at work"),
    (Place.file_in_the_way, errors.CannotWrite, "tidak dapat ditulis", "cannot be written"),
    (Place.full_disk, errors.CannotWrite, "disk penuh", "no space is left on the disk"),
    (Place.damaged_log, errors.FolderDamaged, "bukan keputusan", "no decision"),
    (Place.edited, errors.FolderDamaged, "tidak sama dengan", "not what SHA256SUMS lists"),
    (Place.link, errors.FolderDamaged, "tautan ke tempat lain", "a link to another place"),
    (Place.dead_workers, errors.WorkersFailed, "tidak dapat dimulai", "cannot start"),
    (Place.no_extra, errors.ExtraMissing, "memerlukan tambahan xlsx", "need the extra xlsx"),
    (Place.no_template, errors.TemplateError, "tidak ada templat", "no such template"),
    (Place.faulty_template, errors.TemplateError, "Templat tidak dapat dipakai", "The template cannot be used"),
    (Place.interrupted, errors.Interrupted, "Dihentikan", "Interrupted"),
)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main.app, [str(a) for a in arguments])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    found = Place(tmp_path, monkeypatch)
    yield found
    found.release.set()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("cause", "kind", "said_id", "said_en"), PROVOKED, ids=[cause.__name__ for cause, *_ in PROVOKED]
)
def test_a_command_ends_with_the_code_of_the_cause_and_says_it_in_one_language(
    place: Place,
    cause: Callable[[Place], list[object]],
    kind: type[OcrRecapError],
    said_id: str,
    said_en: str,
    language: str,
) -> None:
    result = call(*cause(place), "--lang", language)
    assert (result.exit_code, result.stdout) == (kind.exit_code, "")
    said, other = (said_id, said_en) if language == "id" else (said_en, said_id)
    assert result.stderr.startswith("ocr-recap: ")
    assert said in result.stderr
    assert other not in result.stderr


def test_each_cause_is_provoked() -> None:
    assert {kind for _, kind, _, _ in PROVOKED} == CAUSES


def test_the_documented_table_is_that_of_the_classes() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|(?: `(\w+)`)? \|", page, re.MULTILINE)
    told = {int(code): name for code, name in rows}
    assert len(told) == len(rows)
    assert told == {0: "", 1: "", **{kind.exit_code: kind.__name__ for kind in CAUSES}}
    assert "(../reference/exit-codes.md)" in (ROOT / "docs" / "how-to" / "batch.md").read_text("utf-8")


def test_a_damaged_journal_is_told_in_one_language(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).write_bytes(b"no database " * 50)
    with (
        closing(sqlite3.connect(tmp_path / JOURNAL_FILE)) as db,
        pytest.raises(OSError, match="file is not a database") as raised,
        journal._faults(),
    ):
        db.execute("SELECT * FROM runs")
    fault = errors.CannotWrite("folder_unwritable", folder="r", why=errors.system_reason(raised.value))
    assert "(journal.sqlite rusak atau bukan jurnal)" in fault.id
    assert "(journal.sqlite is damaged or is no journal)" in fault.en
