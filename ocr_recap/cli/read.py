"""`ocr-recap read`: parses the options of a batch, and runs the batch with a progress bar."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ..batch import run
from ..batch.audit import acceptance
from ..batch.earlier_run import Given, Settled, settle
from ..batch.executors import EXECUTORS
from ..batch.inputs import Collected, refuse_missing
from ..batch.options import BatchOptions
from ..messages.catalog import Language
from ..messages.errors import WrongUse
from ..messages.screens import said
from ..messages.text import quoted
from ..read.workers.limits import Limits
from ..records.options import Options
from ..report.table_formats import FORMATS
from . import summary
from .common import (
    OK,
    PROBLEMS,
    AcceptOption,
    FileSecondsOption,
    LangOption,
    PhotoMemoryOption,
    PhotoSecondsOption,
    QuietOption,
    day_of,
    reported,
)
from .common import language_of as _language
from .progress import bar as _progress
from .terminal import echo

_USUAL = Options()  # the defaults of options
# What leaves out an option that is kept from an earlier run; formats of tables have `--format csv`.
_WITHOUT = {
    "--overlay": "--no-overlay",
    "--save-pages": "--no-save-pages",
    "--names": "--no-names",
    "--stations": "--no-stations",
}


class CsvDialect(StrEnum):
    """Values of `--csv-dialect`."""

    rfc4180 = "rfc4180"
    excel_id = "excel-id"


class Policy(StrEnum):
    """Values of `--policy`: the confidence that acceptance requires (`decide/policy.py`)."""

    strict = "strict"
    balanced = "balanced"


ManifestOption = Annotated[
    Path | None,
    typer.Option("--manifest"),
]
StationPatternOption = Annotated[
    str | None,
    typer.Option("--station-pattern"),
]
FolderIsDocumentOption = Annotated[
    bool,
    typer.Option("--folder-is-document"),
]
StationsOption = Annotated[
    Path | None,
    typer.Option("--stations"),
]
NoStationsOption = Annotated[bool, typer.Option("--no-stations")]
ElectionDateOption = Annotated[str | None, typer.Option("--election-date")]
CsvDialectOption = Annotated[
    CsvDialect | None,
    typer.Option("--csv-dialect"),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        autocompletion=lambda: list(FORMATS),
    ),
]
NamesOption = Annotated[bool | None, typer.Option("--names/--no-names")]
PolicyOption = Annotated[Policy, typer.Option("--policy")]
OverlayOption = Annotated[bool | None, typer.Option("--overlay/--no-overlay")]
SavePagesOption = Annotated[bool | None, typer.Option("--save-pages/--no-save-pages")]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, max=64),
]
ExecutorOption = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="|".join(EXECUTORS),
        autocompletion=lambda: list(EXECUTORS),
    ),
]
ShipOption = Annotated[
    bool,
    typer.Option("--ship-photos"),
]
ForceOption = Annotated[bool, typer.Option("--force")]
RetryOption = Annotated[bool, typer.Option("--retry-problems")]
ByOption = Annotated[str | None, typer.Option("--by")]
MaxPixelsOption = Annotated[
    int,
    typer.Option("--max-pixels"),
]
MaxFramesOption = Annotated[
    int,
    typer.Option("--max-frames"),
]


def read(
    photos: Annotated[list[Path], typer.Argument()],
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("results"),
    templates: Annotated[list[str] | None, typer.Option("--template", "-t")] = None,
    manifest: ManifestOption = None,
    station_pattern: StationPatternOption = None,
    folder_is_document: FolderIsDocumentOption = False,
    stations: StationsOption = None,
    no_stations: NoStationsOption = False,
    election_date: ElectionDateOption = None,
    csv_dialect: CsvDialectOption = None,
    formats: FormatOption = None,
    names: NamesOption = None,
    policy: PolicyOption = Policy.strict,
    overlay: OverlayOption = None,
    save_pages: SavePagesOption = None,
    workers: WorkersOption = None,
    executor: ExecutorOption = "processes",
    photo_seconds: PhotoSecondsOption = Limits.seconds,
    photo_memory: PhotoMemoryOption = Limits.megabytes,
    file_seconds: FileSecondsOption = Limits.file_seconds,
    ship_photos: ShipOption = False,
    force: ForceOption = False,
    retry_problems: RetryOption = False,
    max_pixels: MaxPixelsOption = _USUAL.max_pixels,
    max_frames: MaxFramesOption = _USUAL.max_frames,
    accept_edits: AcceptOption = None,
    by: ByOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read photos into a folder of results; options of an earlier run in the folder are kept."""
    language = _language(lang)
    with reported(language, "interrupted_read"):
        reading = {"max_pixels": max_pixels, "max_frames": max_frames, "policy": policy.value}
        reading |= {"election_date": day_of(election_date)}
        whose = {"station_pattern": station_pattern, "folder_is_document": folder_is_document}
        options = _options(templates=tuple(templates or ()), **reading, **whose)
        refuse_missing(photos)
        collected = run.collect(photos, out)
        given = Given(
            overlay=overlay,
            save_pages=save_pages,
            names=names,
            formats=tuple(formats) if formats else None,
            dialect=csv_dialect.value if csv_dialect else None,
            stations=_stations(stations, no_stations),
            manifest=manifest is not None,
        )
        settled = settle(given, out, language)
        if not quiet:
            _tell(settled, language)
        batch = BatchOptions(
            reading=options,
            workers=workers,
            executor=executor,
            limits=Limits(photo_seconds, photo_memory, file_seconds),
            ship=ship_photos,
            kind="force" if force else "retry" if retry_problems else "read",
            overlay=settled.overlay,
            save_pages=settled.save_pages,
            language=language,
            manifest=manifest,
            stations=settled.stations,
            dialect=settled.dialect,
            formats=settled.formats,
            names=settled.names,
            accept=acceptance(by, accept_edits),
        )
        result = _run(collected, out, batch, quiet)
    if not quiet:
        summary.show(result, language)
    raise typer.Exit(PROBLEMS if result.totals.problems else OK)


def _run(collected: Collected, out: Path, batch: BatchOptions, quiet: bool) -> run.BatchResult:
    """Run a batch with a progress bar.

    Raises:
        OcrRecapError: as `run.run`.
    """
    with _progress(quiet) as bar:
        task = bar.add_task(said(batch.language, "reading"), total=len(collected.photos))
        return run.run(collected, out, batch, lambda done, total, _name: bar.update(task, completed=done, total=total))


def _stations(named: Path | None, without: bool) -> Path | bool | None:
    """The list of stations of a command, as in `Given`.

    Raises:
        WrongUse: both a list and `--no-stations` are given.
    """
    if named is not None and without:
        raise WrongUse("stations_and_none")
    return False if without else named


def _tell(settled: Settled, language: Language) -> None:
    """Print the options that are kept from an earlier run, and those that are not, on standard error before reading."""
    if settled.kept:
        without = ", ".join(dict.fromkeys(_WITHOUT.get(option, "--format csv") for option in settled.kept))
        echo(said(language, "kept_options", options=", ".join(settled.kept), without=without), err=True)
    if settled.unusual_dialect:
        usual = "excel-id" if settled.dialect == "rfc4180" else "rfc4180"
        echo(said(language, "kept_dialect", dialect=settled.dialect, usual=usual), err=True)
    if settled.dropped:
        echo(said(language, "dropped_options", options=", ".join(settled.dropped)), err=True)


def _options(**given: object) -> Options:
    """The options of reading.

    Raises:
        WrongUse: an option has an invalid value; the message names the first such option.
    """
    try:
        return Options.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as fault:
        raise _refused(fault) from None


def _refused(fault: ValidationError) -> WrongUse:
    first = fault.errors()[0]
    option = f"--{'-'.join(map(str, first['loc']))}".replace("_", "-")
    limits = first.get("ctx", {})
    if "ge" in limits:
        return WrongUse("option_too_small", option=option, limit=limits["ge"])
    if "le" in limits:
        return WrongUse("option_too_large", option=option, limit=limits["le"])
    return WrongUse("option_pattern", pattern=quoted(str(first["input"])))
