"""Output of the command line. All text is made safe first, so that a terminal never executes control characters."""

from __future__ import annotations

import sys
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from ..messages.text import for_terminal, json_text


def echo(message: str, err: bool = False) -> None:
    """Print lines on standard output, or standard error."""
    typer.echo(for_terminal(message), err=err)


def echo_json(value: Any, indent: int | None = None) -> None:
    """Print JSON on standard output."""
    typer.echo(json_text(value, indent))


def show_markdown(message: str) -> None:
    """Show a page of the documentation: formatted on a terminal, as Markdown where the output is piped."""
    if sys.stdout.isatty():
        from rich.markdown import Markdown  # noqa: PLC0415  (it loads much of Rich, and only pages need it)

        Console().print(Markdown(for_terminal(message)))
    else:
        typer.echo(for_terminal(message))


def console() -> Console:
    """A console on standard output, on which only `text` may be printed, not markup.

    Piped output is not wrapped to 80 columns, so that file names stay whole.
    """
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=120)


def text(message: str, style: str = "") -> Text:
    """Safe text, without markup, for a console or a table on it."""
    return Text(for_terminal(message), style=style)
