"""The command line: lists all commands and runs them. Commands parse arguments and show the results."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..messages.catalog import Language
from .common import OK, LangOption
from .deferred import deferred
from .one_language import CommandGroup, Root
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
plenary_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, rich_markup_mode="rich")
audit_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, rich_markup_mode="rich")
keys_app = typer.Typer(cls=CommandGroup, no_args_is_help=True, rich_markup_mode="rich")
# Commands in the order of the help: the name, the module of this package, and the function there.
for _name, _module, _function in (
    ("read", "read", "read"),
    ("serve", "serve", "serve"),
    ("status", "status", "show_status"),
    ("check", "check", "check_photos"),
    ("evaluate", "evaluate", "evaluate"),
    ("sample", "evaluate", "sample"),
    ("synth", "synth", "synth"),
    ("rehearse", "rehearse", "rehearse"),
    ("schema", "schema", "schema"),
    ("docs", "docs", "docs"),
    ("apply", "apply", "apply_answers"),
    ("print", "templates", "print_form"),
    ("doctor", "doctor", "check_installation"),
    ("recap", "recap", "recap"),
    ("compare", "recap", "compare"),
    ("publish", "recap", "publish"),
    ("seal", "seal", "seal"),
    ("pack", "bundles", "pack"),
    ("receive", "bundles", "receive"),
    ("verify", "bundles", "verify"),
    ("explain", "bundles", "explain"),
    ("log", "bundles", "log"),
    ("slip", "seal", "slip"),
    ("scan", "scan", "scan"),
):
    deferred(app, _name, _module, _function)
for _name, _module, _function in (
    ("new", "templates_new", "new_template"),
    ("list", "templates", "list_templates"),
    ("show", "templates", "show_template"),
    ("check", "templates", "check_templates"),
    ("schema", "templates", "template_schema"),
):
    deferred(templates_app, _name, _module, _function)
for _name, _function in (
    ("show", "show"),
    ("copy", "copy"),
    ("correct", "correct"),
    ("object", "objection"),
    ("event", "special_event"),
    ("resolve", "resolve"),
    ("close", "close"),
    ("minutes", "minutes"),
):
    deferred(plenary_app, _name, "plenary", _function)
for _name in ("plan", "draw", "settle"):
    deferred(audit_app, _name, "audit", _name)
app.add_typer(templates_app, name="templates")
app.add_typer(plenary_app, name="plenary")
app.add_typer(audit_app, name="audit")
for _name, _function in (
    ("init", "init_roll"),
    ("request", "request_key"),
    ("enrol", "enrol_keys"),
    ("revoke", "revoke_key"),
    ("sign", "sign_roll"),
    ("list", "list_keys"),
):
    deferred(keys_app, _name, "keys", _function)
app.add_typer(keys_app, name="keys")


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
