"""The command line. It parses, calls the library and shows what came back; what things mean is decided elsewhere."""

from __future__ import annotations

import importlib.metadata
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from . import (
    batch,
    cli_check,
    cli_evaluate,
    cli_new,
    cli_status,
    cli_synth,
    corrections,
    doctor,
    draw,
    summary,
    template,
)
from .cli_shared import INTERRUPTED, OK, PROBLEMS, USAGE, LangOption
from .cli_shared import fail as _fail
from .cli_shared import language_of as _language
from .emit.pictures import write_atomically
from .limits import Limits
from .options import Options
from .progress import bar as _progress
from .summary import say

app = typer.Typer(
    name="ocr-recap",
    help="Baca foto formulir hasil pemungutan suara / read photos of Indonesian election tally forms.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
templates_app = typer.Typer(help="Formulir yang dikenal / the forms that are known.", no_args_is_help=True)
app.add_typer(templates_app, name="templates")
app.command("check")(cli_check.check_photos)
app.command("status")(cli_status.show_status)
app.command("synth")(cli_synth.synth)
templates_app.command("new")(cli_new.new_template)
app.command("evaluate")(cli_evaluate.evaluate)
app.command("sample")(cli_evaluate.sample)


class CsvDialect(StrEnum):
    """How tables are written."""

    rfc4180 = "rfc4180"
    excel_id = "excel-id"


class Executors(StrEnum):
    """Where photos are read."""

    serial = "serial"
    processes = "processes"
    ray = "ray"


class TableFormat(StrEnum):
    """Files of tables."""

    csv = "csv"
    xlsx = "xlsx"


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
    TableFormat,
    typer.Option("--format", help="xlsx: juga satu buku kerja dengan gambar. / Also a workbook with pictures."),
]
NamesOption = Annotated[
    bool,
    typer.Option("--names", help="Nama provinsi sampai desa. / Names of provinces to villages (pip: names)."),
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
    Executors,
    typer.Option("--executor", help="Tempat membaca; ray: extra. / Where photos are read; ray is an extra."),
]
PhotoSecondsOption = Annotated[
    float,
    typer.Option("--photo-seconds", min=1, help="Batas waktu tiap foto, detik. / Time limit of a photo, seconds."),
]
PhotoMemoryOption = Annotated[
    int,
    typer.Option("--photo-memory", min=64, help="Batas memori tiap foto, MiB. / Memory limit of a photo, MiB."),
]
ShipOption = Annotated[
    bool,
    typer.Option("--ship-photos", help="Ray: kirim isi foto ke node. / Send photos to nodes that do not see them."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Baca ulang semua foto. / Read all photos again.")]
RetryOption = Annotated[
    bool, typer.Option("--retry-problems", help="Baca ulang yang bermasalah. / Read those with problems again.")
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
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Tanpa kemajuan dan ringkasan. / No progress and no summary.")
]


def main() -> None:
    """Run the command line and exit: 0 finished, 1 problems, 2 wrong use, 130 interrupted."""
    app()


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Tampilkan versi. / Show the version.", is_eager=True)
    ] = False,
) -> None:
    """Baca foto formulir hasil pemungutan suara / read photos of Indonesian election tally forms."""
    if version:
        typer.echo(f"ocr-recap {importlib.metadata.version('ocr-recap')}")
        raise typer.Exit(OK)


@app.command()
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
    table_format: FormatOption = TableFormat.csv,
    names: NamesOption = False,
    overlay: OverlayOption = False,
    save_pages: SavePagesOption = False,
    workers: WorkersOption = None,
    executor: ExecutorOption = Executors.processes,
    photo_seconds: PhotoSecondsOption = Limits.seconds,
    photo_memory: PhotoMemoryOption = Limits.megabytes,
    ship_photos: ShipOption = False,
    force: ForceOption = False,
    retry_problems: RetryOption = False,
    max_pixels: MaxPixelsOption = None,
    max_frames: MaxFramesOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Baca foto ke folder hasil / read photos into a folder of results."""
    language = _language(lang)
    try:
        options = _options(
            templates=tuple(templates or ()),
            max_pixels=max_pixels,
            max_frames=max_frames,
            station_pattern=station_pattern,
            folder_is_document=folder_is_document,
        )
        collected = batch.collect(photos, out)
        with _progress(quiet) as bar:
            task = bar.add_task(say(language, "Membaca", "Reading"), total=len(collected.photos))
            result = batch.run(
                collected,
                out,
                options,
                workers=workers,
                executor=executor.value,
                limits=Limits(photo_seconds, photo_memory),
                ship=ship_photos,
                kind="force" if force else "retry" if retry_problems else "read",
                overlay=overlay,
                save_pages=save_pages,
                language=language,
                manifest=manifest,
                stations=stations,
                dialect=csv_dialect.value,
                workbook=table_format is TableFormat.xlsx,
                names=names,
                progress=lambda done, total, _name: bar.update(task, completed=done, total=total),
            )
    except batch.BatchError as fault:
        _fail(say(language, fault.id, fault.en), USAGE)
    except template.TemplateError as fault:
        _fail(str(fault), USAGE)
    except KeyboardInterrupt:
        _fail(
            say(
                language,
                "Dihentikan. Jalankan perintah yang sama lagi: yang sudah dibaca tidak dibaca ulang.",
                "Interrupted. Run the same command again: what has been read is not read again.",
            ),
            INTERRUPTED,
        )
    if not quiet:
        summary.show(result, language)
    raise typer.Exit(PROBLEMS if result.totals.problems else OK)


@app.command("apply")
def apply_answers(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder hasil. / Folder of results.")],
    review: Annotated[
        Path,
        typer.Argument(
            metavar="REVIEW", help="review.csv dengan kolom verified terisi. / review.csv with its column verified."
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Pemeriksa, bila kolom by kosong. / Who checked, if by is empty."),
    ] = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Catat keputusan orang dan tulis ulang tabel / log what people decided and write the tables again."""
    language = _language(lang)
    try:
        result = corrections.apply(folder, review, by)
    except batch.BatchError as fault:
        _fail(say(language, fault.id, fault.en), USAGE)
    if not quiet:
        summary.show_applied(result, language)


@templates_app.command("list")
def list_templates(lang: LangOption = None) -> None:
    """Daftar formulir / list the forms."""
    language = _language(lang)
    for name in template.available():
        form = template.load(name)
        typer.echo(f"{name}\t{getattr(form.title, language)}")


@templates_app.command("show")
def show_template(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id atau berkas YAML. / Id or YAML file.")],
    lang: LangOption = None,
) -> None:
    """Halaman, angka dan aturan satu formulir / pages, numbers and rules of one form."""
    language = _language(lang)
    form = _template(name)
    typer.echo(f"{form.id}: {getattr(form.title, language)}")
    for page in form.pages:
        tag = page.markers.tag
        marker = f" (AprilTag {tag.id})" if tag else ""
        if page.find == "lines":
            marker = say(
                language, " (tanpa tanda sudut: dicari menurut garisnya)", " (no corner marks: found by its lines)"
            )
        typer.echo(f"\n{page.id}: {getattr(page.title, language)}{marker}")
        for field in form.fields_of(page.id):
            witnesses = ", ".join(["digits", *(w.kind for w in field.witnesses)])
            typer.echo(f"  {field.id:<18} {field.cells.count} [{witnesses}] {getattr(field.label, language)}")
    typer.echo("")
    for rule in form.rules:
        typer.echo(f"  {rule.id:<14} {rule.text}  [{rule.strength}; {rule.basis}]")


@templates_app.command("check")
def check_templates(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Berkas YAML. / YAML files.")],
    lang: LangOption = None,
) -> None:
    """Periksa berkas templat / check template files."""
    faulty = False
    for path in files:
        try:
            form = template.load(path)
        except template.TemplateError as fault:
            faulty = True
            typer.echo(str(fault), err=True)
        else:
            typer.echo(f"{path}: {say(_language(lang), 'benar', 'correct')} ({form.id})")
    raise typer.Exit(PROBLEMS if faulty else OK)


@templates_app.command("schema")
def template_schema() -> None:
    """JSON Schema untuk berkas templat / the JSON Schema of template files."""
    typer.echo(json.dumps(template.json_schema(), indent=2, ensure_ascii=False))


@app.command("print")
def print_form(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id atau berkas YAML. / Id or YAML file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Berkas PDF. / The PDF file.")],
    lang: LangOption = None,
) -> None:
    """Cetak formulir kosong ke PDF / print a blank form to PDF."""
    content = draw.pdf(_template(name))
    try:
        write_atomically(out, content)
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        _fail(f"{out}: {say(_language(lang), 'tidak dapat ditulis', 'cannot be written')} ({why})", USAGE)
    typer.echo(str(out))


@app.command("doctor")
def check_installation(lang: LangOption = None) -> None:
    """Periksa pemasangan ini / check this installation."""
    language = _language(lang)
    checks = doctor.run()
    for check in checks:
        typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<10} {getattr(check.message, language)}")
    raise typer.Exit(OK if all(check.ok for check in checks) else PROBLEMS)


def _options(**given: object) -> Options:
    try:
        return Options.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as fault:
        lines = [f"--{'-'.join(map(str, e['loc'])).replace('_', '-')}: {e['msg']}" for e in fault.errors()]
        _fail("\n".join(lines), USAGE)


# --- small parts ---------------------------------------------------------------------------------------------------


def _template(name: str) -> template.Template:
    try:
        return template.load(name)
    except template.TemplateError as fault:
        _fail(str(fault), USAGE)
