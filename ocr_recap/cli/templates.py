"""The commands about the package's forms: `templates list`, `show`, `check` and `schema`, and `print`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..decide.fact_witness import written
from ..forms import drawing, template
from ..imaging.files import write_atomically
from ..messages.errors import TemplateError
from ..messages.screens import said
from ..messages.text import one_line
from .common import OK, PROBLEMS, LangOption, language_of, reported, writing
from .terminal import echo, echo_json


def list_templates(lang: LangOption = None) -> None:
    """List the forms of the package."""
    language = language_of(lang)
    for name in template.available():
        form = template.load(name)
        echo(f"{name}\t{getattr(form.title, language)}")


def show_template(
    name: Annotated[str, typer.Argument()],
    lang: LangOption = None,
) -> None:
    """Show the pages, numbers and rules of one form."""
    language = language_of(lang)
    with reported(language):
        form = template.load(name)
    echo(f"{form.id}: {one_line(getattr(form.title, language))}")
    if form.paper.printed is not None:
        width, height = form.paper.printed
        echo(said(language, "sheet_size", width=f"{width:g}", height=f"{height:g}"))
    if language == "en":  # the language of sources in templates
        echo(one_line(form.source))
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
    _, dates = form.possible_dates()
    if dates:
        echo(f"\n{said(language, 'possible_dates', dates=written(dates))}")
    echo("")
    for rule in form.rules:
        basis = said(language, f"rule_{rule.strength}")
        if language == "en":  # the language of bases in templates
            basis += f"; {one_line(rule.basis)}"
        echo(f"  {rule.id:<14} {one_line(rule.text)}  [{basis}]")


def check_templates(
    files: Annotated[list[Path], typer.Argument()],
    lang: LangOption = None,
) -> None:
    """Check template files for faults."""
    language, faulty = language_of(lang), False
    for path in files:
        try:
            form = template.load(path)
        except TemplateError as fault:
            faulty = True
            echo(getattr(fault, language), err=True)
        else:
            echo(said(language, "template_correct", path=path, template=form.id))
    raise typer.Exit(PROBLEMS if faulty else OK)


def template_schema() -> None:
    """Print the JSON Schema of template files."""
    echo_json(template.json_schema(), indent=2)


def print_form(
    name: Annotated[str, typer.Argument()],
    out: Annotated[Path, typer.Option("--out", "-o")],
    lang: LangOption = None,
) -> None:
    """Print a blank form to PDF."""
    with reported(language_of(lang)):
        content = drawing.pdf(template.load(name))
        with writing(out):
            write_atomically(out, content)
    echo(str(out))
