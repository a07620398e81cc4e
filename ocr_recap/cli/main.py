"""The command line: registers all commands and runs them. Commands parse arguments and show the results."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..batch import apply_review
from ..forms import drawing, template
from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.errors import TemplateError
from ..messages.screens import said
from ..messages.text import one_line
from . import check as cli_check
from . import docs, doctor, evaluate, read, schema, status, summary, synth, templates_new
from .common import OK, PROBLEMS, AcceptOption, LangOption, QuietOption, reported, writing
from .common import language_of as _language
from .one_language import Command, CommandGroup, Root
from .terminal import echo, echo_json

app = typer.Typer(
    name="ocr-recap",
    cls=Root,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
templates_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, rich_markup_mode="rich")
app.command("read", cls=Command)(read.read)
app.command("status", cls=Command)(status.show_status)
app.command("check", cls=Command)(cli_check.check_photos)
app.command("evaluate", cls=Command)(evaluate.evaluate)
app.command("sample", cls=Command)(evaluate.sample)
app.command("synth", cls=Command)(synth.synth)
app.add_typer(templates_app, name="templates")
app.command("schema", cls=Command)(schema.schema)
app.command("docs", cls=Command)(docs.docs)
templates_app.command("new", cls=Command)(templates_new.new_template)


def main() -> None:
    """Run the command line and exit, by the codes of docs/reference/exit-codes.md."""
    warnings.filterwarnings("ignore", module=r"PIL\.")  # of large pictures and damaged EXIF: records say what matters
    app()


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True)] = False,
    lang: LangOption = None,
) -> None:
    """Read photos of Indonesian election tally forms."""
    if version:
        echo(f"ocr-recap {importlib.metadata.version('ocr-recap')}")
        raise typer.Exit(OK)
    if ctx.invoked_subcommand is None:
        ctx.get_help()
        raise typer.Exit(OK)
    if lang is not None:  # of the command, unless that has a `--lang` of its own
        ctx.default_map = _with_language(ctx.command, lang.value)


def _with_language(command: Any, language: Language) -> dict[str, Any]:
    """The default of `--lang` for every command, as Typer's map of defaults by command."""
    inner: Mapping[str, Any] | None = getattr(command, "commands", None)
    if inner is None:
        return {"lang": language}
    return {name: _with_language(one, language) for name, one in inner.items()}


@app.command("apply", cls=Command)
def apply_answers(
    folder: Annotated[Path, typer.Argument()],
    review: Annotated[
        Path,
        typer.Argument(),
    ],
    by: Annotated[
        str | None,
        typer.Option("--by"),
    ] = None,
    accept_edits: AcceptOption = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Log people's decisions and write the tables again."""
    language = _language(lang)
    with reported(language):
        result = apply_review.apply(folder, review, by, accept_edits)
    if not quiet:
        summary.show_applied(result, language)


@templates_app.command("list", cls=Command)
def list_templates(lang: LangOption = None) -> None:
    """List the forms of the package."""
    language = _language(lang)
    for name in template.available():
        form = template.load(name)
        echo(f"{name}\t{getattr(form.title, language)}")


@templates_app.command("show", cls=Command)
def show_template(
    name: Annotated[str, typer.Argument()],
    lang: LangOption = None,
) -> None:
    """Show the pages, numbers and rules of one form."""
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
            kinds = ["digits", *(w.kind for w in field.witnesses)]
            witnesses = ", ".join(said(language, f"witness_{kind}") for kind in kinds)
            echo(f"  {field.id:<18} {field.cells.count} [{witnesses}] {one_line(getattr(field.label, language))}")
    echo("")
    for rule in form.rules:
        basis = said(language, f"rule_{rule.strength}")
        if language == "en":  # the language of bases in templates
            basis += f"; {one_line(rule.basis)}"
        echo(f"  {rule.id:<14} {one_line(rule.text)}  [{basis}]")


@templates_app.command("check", cls=Command)
def check_templates(
    files: Annotated[list[Path], typer.Argument()],
    lang: LangOption = None,
) -> None:
    """Check template files for faults."""
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


@templates_app.command("schema", cls=Command)
def template_schema() -> None:
    """Print the JSON Schema of template files."""
    echo_json(template.json_schema(), indent=2)


@app.command("print", cls=Command)
def print_form(
    name: Annotated[str, typer.Argument()],
    out: Annotated[Path, typer.Option("--out", "-o")],
    lang: LangOption = None,
) -> None:
    """Print a blank form to PDF."""
    with reported(_language(lang)):
        content = drawing.pdf(template.load(name))
        with writing(out):
            write_atomically(out, content)
    echo(str(out))


@app.command("doctor", cls=Command)
def check_installation(lang: LangOption = None) -> None:
    """Check this installation (`doctor`)."""
    language = _language(lang)
    checks = doctor.run()
    echo("\n".join(doctor.lines(checks, language)))
    raise typer.Exit(OK if all(check.ok for check in checks) else PROBLEMS)
