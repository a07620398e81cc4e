"""`ocr-recap serve`: runs the local server and prints its first link, as text and as QR code."""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..messages.catalog import Language
from ..messages.errors import WrongUse
from ..messages.extras import require
from ..messages.screens import said
from ..records.options import Options
from .common import OK, LangOption, day_of, language_of, reported
from .terminal import echo


class First(StrEnum):
    """Values of `--first`."""

    machine = "machine"
    person = "person"


def serve(
    folder: Annotated[Path, typer.Argument()],
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8800,
    lan: Annotated[bool, typer.Option("--lan")] = False,
    people: Annotated[int, typer.Option("--people", min=1, max=2)] = 2,
    first: Annotated[First, typer.Option("--first")] = First.person,
    watch: Annotated[Path | None, typer.Option("--watch")] = None,
    stations: Annotated[Path | None, typer.Option("--stations")] = None,
    election_date: Annotated[str | None, typer.Option("--election-date")] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, max=64)] = 1,
    key: Annotated[Path | None, typer.Option("--key")] = None,
    roll: Annotated[Path | None, typer.Option("--roll")] = None,
    results: Annotated[list[Path] | None, typer.Option("--results")] = None,
    lang: LangOption = None,
) -> None:
    """Run the local web application on a folder: desk and review of results, or the plenary session of a recap."""
    language = language_of(lang)
    with reported(language):
        for module in ("starlette", "uvicorn", "multipart", "segno"):
            require(module, "web")
        if watch is not None and not watch.is_dir():
            raise WrongUse("watch_no_folder", folder=watch)
        from ..recap.folder import is_recap  # noqa: PLC0415
        from ..web import serve as serving  # noqa: PLC0415  (an extra)
        from ..web.agreement import Entering  # noqa: PLC0415
        from ..web.office_options import OfficeOptions  # noqa: PLC0415

        def ready(link: str) -> None:
            echo(said(language, "serving", folder=folder, link=link))
            echo(qr_text(link))
            echo(said(language, "serving_lan" if lan else "serving_here"))

        if is_recap(folder):
            others = {"--people": people != 2, "--first": first is First.machine, "--watch": watch is not None}
            others |= {"--stations": stations is not None, "--election-date": election_date is not None}
            others |= {"--workers": workers != 1, "--key": key is not None, "--roll": roll is not None}
            if given := [name for name, is_given in others.items() if is_given]:
                raise WrongUse("serve_of_results", folder=folder, options=", ".join(given))
            from ..web.recap_office import RecapOfficeOptions  # noqa: PLC0415

            recap_options = RecapOfficeOptions(language, tuple(results or ()))
            serving.serve_recap(folder, recap_options, port, lan, ready)
            raise typer.Exit(OK)
        if results:
            raise WrongUse("serve_of_recap", folder=folder)
        entering = Entering(1 if people == 1 else 2, first.value)
        reading = Options(election_date=day_of(election_date))
        options = OfficeOptions(language, entering, reading, stations, watch, workers, **_seals(key, roll, language))
        serving.serve(folder, options, port, lan, ready)
    raise typer.Exit(OK)


def _seals(key: Path | None, roll: Path | None, language: Language) -> dict[str, Any]:
    """The key and the roll that are given, opened; a locked key asks for its passphrase here, before any page is."""
    if key is None and roll is None:
        return {}
    from .sealing import needed, opened_key, opened_roll  # noqa: PLC0415  (an extra)

    needed()
    return {"key": opened_key(key, language) if key else None, "key_roll": opened_roll(roll)}


def qr_text(link: str) -> str:
    """A link as a QR code in a terminal's characters."""
    import segno  # noqa: PLC0415  (an extra)

    into = io.StringIO()
    segno.make_qr(link, error="m").terminal(out=into, compact=True)
    return into.getvalue()
