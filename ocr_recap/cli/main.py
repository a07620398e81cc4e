"""The command line. It parses, calls the library and shows what came back; what things mean is decided elsewhere."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Annotated

import typer

from ..batch import apply_review
from ..forms import drawing, template
from ..imaging.files import write_atomically
from ..messages.errors import TemplateError
from ..messages.screens import said
from ..messages.text import one_line
from . import check as cli_check
from . import docs, doctor, evaluate, read, schema, status, summary, synth, templates_new
from .common import OK, PROBLEMS, AcceptOption, LangOption, QuietOption, reported, writing
from .common import language_of as _language
from .terminal import echo, echo_json

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
app.command("read")(read.read)
app.command("check")(cli_check.check_photos)
app.command("schema")(schema.schema)
app.command("status")(status.show_status)
app.command("synth")(synth.synth)
templates_app.command("new")(templates_new.new_template)
app.command("evaluate")(evaluate.evaluate)
app.command("sample")(evaluate.sample)
app.command("docs")(docs.docs)


def main() -> None:
    """Run the command line and exit, by the codes of docs/reference/exit-codes.md."""
    app()


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Tampilkan versi. / Show the version.", is_eager=True)
    ] = False,
) -> None:
    """Baca foto formulir hasil pemungutan suara / read photos of Indonesian election tally forms."""
    if version:
        echo(f"ocr-recap {importlib.metadata.version('ocr-recap')}")
        raise typer.Exit(OK)


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
    accept_edits: AcceptOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Catat keputusan orang dan tulis ulang tabel / log what people decided and write the tables again."""
    language = _language(lang)
    with reported(language):
        result = apply_review.apply(folder, review, by, accept_edits)
    if not quiet:
        summary.show_applied(result, language)


@templates_app.command("list")
def list_templates(lang: LangOption = None) -> None:
    """Daftar formulir / list the forms."""
    language = _language(lang)
    for name in template.available():
        form = template.load(name)
        echo(f"{name}\t{getattr(form.title, language)}")


@templates_app.command("show")
def show_template(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id atau berkas YAML. / Id or YAML file.")],
    lang: LangOption = None,
) -> None:
    """Halaman, angka dan aturan satu formulir / pages, numbers and rules of one form."""
    language = _language(lang)
    with reported(language):
        form = template.load(name)
    echo(f"{form.id}: {one_line(getattr(form.title, language))}")
    for page in form.pages:
        tag = page.markers.tag
        marker = f" (AprilTag {tag.id})" if tag else ""
        if page.find == "lines":
            marker = said(language, "found_by_lines")
        echo(f"\n{page.id}: {one_line(getattr(page.title, language))}{marker}")
        for field in form.fields_of(page.id):
            witnesses = ", ".join(["digits", *(w.kind for w in field.witnesses)])
            echo(f"  {field.id:<18} {field.cells.count} [{witnesses}] {one_line(getattr(field.label, language))}")
    echo("")
    for rule in form.rules:
        echo(f"  {rule.id:<14} {one_line(rule.text)}  [{rule.strength}; {rule.basis}]")


@templates_app.command("check")
def check_templates(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Berkas YAML. / YAML files.")],
    lang: LangOption = None,
) -> None:
    """Periksa berkas templat / check template files."""
    language, faulty = _language(lang), False
    for path in files:
        try:
            form = template.load(path)
        except TemplateError as fault:
            faulty = True
            echo(getattr(fault, language), err=True)
        else:
            echo(said(language, "template_correct", path=path, template=form.id))
    raise typer.Exit(PROBLEMS if faulty else OK)


@templates_app.command("schema")
def template_schema() -> None:
    """JSON Schema untuk berkas templat / the JSON Schema of template files."""
    echo_json(template.json_schema(), indent=2)


@app.command("print")
def print_form(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id atau berkas YAML. / Id or YAML file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Berkas PDF. / The PDF file.")],
    lang: LangOption = None,
) -> None:
    """Cetak formulir kosong ke PDF / print a blank form to PDF."""
    with reported(_language(lang)):
        content = drawing.pdf(template.load(name))
        with writing(out):
            write_atomically(out, content)
    echo(str(out))


@app.command("doctor")
def check_installation(lang: LangOption = None) -> None:
    """Periksa pemasangan ini / check this installation."""
    language = _language(lang)
    checks = doctor.run()
    for check in checks:
        echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<10} {getattr(check.message, language)}")
    raise typer.Exit(OK if all(check.ok for check in checks) else PROBLEMS)
