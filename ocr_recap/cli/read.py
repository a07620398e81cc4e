"""`ocr-recap read`: what it may be told, and a batch with a bar."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ..batch import run
from ..batch.audit import acceptance
from ..batch.executors import EXECUTORS
from ..batch.options import BatchOptions
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
    reported,
)
from .common import language_of as _language
from .progress import bar as _progress


class CsvDialect(StrEnum):
    """How tables are written."""

    rfc4180 = "rfc4180"
    excel_id = "excel-id"


class Policy(StrEnum):
    """How sure a number must be to be accepted (`policy`)."""

    strict = "strict"
    balanced = "balanced"


ManifestOption = Annotated[
    Path | None,
    typer.Option("--manifest", help="CSV: file,station[,page] - foto mana milik TPS mana. / Which photo is whose."),
]
StationPatternOption = Annotated[
    str | None,
    typer.Option("--station-pattern", help="Regex kode TPS di nama berkas. / Regex of station codes in names."),
]
FolderIsDocumentOption = Annotated[
    bool,
    typer.Option("--folder-is-document", help="Satu folder = satu dokumen. / The photos of a folder are one document."),
]
StationsOption = Annotated[
    Path | None,
    typer.Option("--stations", help="CSV dengan kolom station: semua TPS. / CSV with a column station: all stations."),
]
CsvDialectOption = Annotated[
    CsvDialect,
    typer.Option("--csv-dialect", help="excel-id: titik koma, koma desimal. / Semicolons and decimal commas."),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        autocompletion=lambda: list(FORMATS),
        help=f"{', '.join(n for n, form in FORMATS.items() if not form.always)}: juga itu; bisa diulang. / "
        "That as well; may be repeated.",
    ),
]
NamesOption = Annotated[
    bool,
    typer.Option("--names", help="Nama provinsi sampai desa. / Names of provinces to villages (pip: names)."),
]
PolicyOption = Annotated[
    Policy, typer.Option("--policy", help="Seberapa yakin agar diterima. / How sure a number must be to be accepted.")
]
OverlayOption = Annotated[
    bool, typer.Option("--overlay", help="Simpan foto bertanda. / Save photos with the reading drawn on them.")
]
SavePagesOption = Annotated[
    bool, typer.Option("--save-pages", help="Simpan halaman yang diluruskan. / Save the straightened pages.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, max=64, help="Jumlah proses; bawaan otomatis. / Processes; default: auto."),
]
ExecutorOption = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="|".join(EXECUTORS),
        autocompletion=lambda: list(EXECUTORS),
        help="Tempat membaca; ray: extra. / Where photos are read; ray is an extra.",
    ),
]
ShipOption = Annotated[
    bool,
    typer.Option("--ship-photos", help="Ray: kirim isi foto ke node. / Send photos to nodes that do not see them."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Baca ulang semua foto. / Read all photos again.")]
RetryOption = Annotated[
    bool, typer.Option("--retry-problems", help="Baca ulang yang bermasalah. / Read those with problems again.")
]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Siapa yang menerima suntingan. / Who accepts edits.")
]
MaxPixelsOption = Annotated[
    int | None,
    typer.Option("--max-pixels", help="Tolak foto yang lebih besar. / Refuse photos with more pixels."),
]
MaxFramesOption = Annotated[
    int | None,
    typer.Option(
        "--max-frames", help="Halaman terbanyak dari satu PDF atau TIFF. / Most pages read of one PDF or TIFF."
    ),
]


def read(
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTOS", help="Foto atau folder foto. / Photos, or folders of photos.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder hasil. / Folder of results.")],
    templates: Annotated[
        list[str] | None,
        typer.Option("--template", "-t", help="Id atau berkas YAML; bisa diulang. / Id or YAML file; may be repeated."),
    ] = None,
    manifest: ManifestOption = None,
    station_pattern: StationPatternOption = None,
    folder_is_document: FolderIsDocumentOption = False,
    stations: StationsOption = None,
    csv_dialect: CsvDialectOption = CsvDialect.rfc4180,
    formats: FormatOption = None,
    names: NamesOption = False,
    policy: PolicyOption = Policy.strict,
    overlay: OverlayOption = False,
    save_pages: SavePagesOption = False,
    workers: WorkersOption = None,
    executor: ExecutorOption = "processes",
    photo_seconds: PhotoSecondsOption = Limits.seconds,
    photo_memory: PhotoMemoryOption = Limits.megabytes,
    file_seconds: FileSecondsOption = Limits.file_seconds,
    ship_photos: ShipOption = False,
    force: ForceOption = False,
    retry_problems: RetryOption = False,
    max_pixels: MaxPixelsOption = None,
    max_frames: MaxFramesOption = None,
    accept_edits: AcceptOption = None,
    by: ByOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Baca foto ke folder hasil / read photos into a folder of results."""
    language = _language(lang)
    with reported(language, "interrupted_read"):
        options = _options(
            templates=tuple(templates or ()),
            max_pixels=max_pixels,
            max_frames=max_frames,
            station_pattern=station_pattern,
            folder_is_document=folder_is_document,
            policy=policy.value,
        )
        collected = run.collect(photos, out)
        with _progress(quiet) as bar:
            task = bar.add_task(said(language, "reading"), total=len(collected.photos))
            batch = BatchOptions(
                reading=options,
                workers=workers,
                executor=executor,
                limits=Limits(photo_seconds, photo_memory, file_seconds),
                ship=ship_photos,
                kind="force" if force else "retry" if retry_problems else "read",
                overlay=overlay,
                save_pages=save_pages,
                language=language,
                manifest=manifest,
                stations=stations,
                dialect=csv_dialect.value,
                formats=tuple(formats or ()),
                names=names,
                accept=acceptance(by, accept_edits),
            )
            result = run.run(
                collected, out, batch, lambda done, total, _name: bar.update(task, completed=done, total=total)
            )
    if not quiet:
        summary.show(result, language)
    raise typer.Exit(PROBLEMS if result.totals.problems else OK)


def _options(**given: object) -> Options:
    """The options of reading.

    Raises:
        WrongUse: one has a value that it cannot have; the first such option is named.
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
