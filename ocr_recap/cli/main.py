"""The command line: registers all commands and runs them. Commands parse arguments and show the results."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..messages.catalog import Language
from . import apply, docs, doctor, evaluate, read, schema, status, synth, templates, templates_new
from . import check as cli_check
from .common import OK, LangOption
from .one_language import Command, CommandGroup, Root
from .terminal import echo

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
app.command("apply", cls=Command)(apply.apply_answers)
templates_app.command("list", cls=Command)(templates.list_templates)
templates_app.command("show", cls=Command)(templates.show_template)
templates_app.command("check", cls=Command)(templates.check_templates)
templates_app.command("schema", cls=Command)(templates.template_schema)
app.command("print", cls=Command)(templates.print_form)
app.command("doctor", cls=Command)(doctor.check_installation)


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
