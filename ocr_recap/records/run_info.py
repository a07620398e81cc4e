"""`run.json`: how a batch was run. The only result that may differ between two runs on the same photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from ..messages.catalog import Language
from ..messages.errors import FolderDamaged, InputUnusable
from .folder import RUN_FILE, Dialect
from .record import JsonLine

RUN_SCHEMA = 1  # version of `run.json`; rises when the meaning of a key changes


class RunInfo(JsonLine):
    """How a batch was run.

    Attributes:
        started, finished: UTC, ISO 8601; `finished` is when all photos had been read and grouped.
        ocr_recap: version of this package.
        machine: system, release, architecture, cores; no name of it.
        runtime: versions of Python and of the libraries that results depend on.
        options: of reading; template files by their own names.
        workers, resumed: number of workers, and of photos whose results an earlier run had left.
        executor, limits: name of the executor, and limits of one photo or file (`limits.Limits`).
        language, dialect: of the report and the tables.
        formats: of tables, by name (`report/table_formats.py`); None in runs of versions that had only the next two.
        workbook, parquet: whether `xlsx` and `parquet` are among them.
        overlay, save_pages: whether the pictures `overlay/` and `pages/` were asked for.
        names: whether tables have the names of the stations' regions.
        chained: whether decisions are logged as a hash chain; false in runs of versions that did not.
        weights_sha256: of the digit reader.
        tally_sha256: of the tally reader, alterations_sha256: of the reader of alterations, words_sha256: of the words
            reader; empty in runs of versions that had none.
        templates: SHA-256 of the forms in `templates/` by id, in the order of the tables.
        lists: SHA-256 of the manifest and the roll, if they were given.
        roll: the stations of the roll, which later runs in the folder keep; None: there was no roll, or the version
            did not save it.
        listed: what the roll says about its stations, by column (`station_facts`): a text for each of them, in the
            order of `roll`; empty where it says nothing.
        photos: number of photos.
        stations_without_photos: of the roll, in its order.
        skipped: files in the input folders that are not photos.
    """

    schema_: int = RUN_SCHEMA
    started: str
    finished: str
    ocr_recap: str
    machine: dict[str, str]
    runtime: dict[str, str]
    options: dict[str, Any]
    workers: int
    resumed: int
    language: Language
    dialect: Dialect
    formats: tuple[str, ...] | None = None
    workbook: bool = False
    parquet: bool = False
    overlay: bool = False
    save_pages: bool = False
    names: bool = False
    chained: bool = False
    weights_sha256: str
    templates: dict[str, str]
    lists: dict[str, str]
    roll: tuple[str, ...] | None = None
    listed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    photos: int
    stations_without_photos: tuple[str, ...]
    skipped: tuple[str, ...]
    tally_sha256: str = ""
    alterations_sha256: str = ""
    words_sha256: str = ""
    executor: str = "processes"
    limits: dict[str, float] = Field(default_factory=dict)
    provisional: Literal[True] = True

    @property
    def tables(self) -> tuple[str, ...]:
        """The formats of the tables, in runs of any version."""
        if self.formats is not None:
            return self.formats
        return (("xlsx",) if self.workbook else ()) + (("parquet",) if self.parquet else ())

    def save(self, folder: Path) -> None:
        """Write `run.json`.

        Raises:
            OSError: the folder cannot be written.
        """
        (folder / RUN_FILE).write_bytes((self.model_dump_json(by_alias=True, indent=2) + "\n").encode())


def read_run(folder: Path) -> RunInfo:
    """Read the `run.json` of a folder of results.

    Raises:
        InputUnusable: the file does not exist.
        FolderDamaged: the file is damaged, or of another version.
    """
    try:
        return RunInfo.from_json((folder / RUN_FILE).read_text("utf-8"))
    except OSError:
        raise InputUnusable("no_results", folder=folder, file=RUN_FILE) from None
    except (UnicodeDecodeError, ValidationError):
        raise FolderDamaged("results_unusable", path=folder / RUN_FILE) from None
