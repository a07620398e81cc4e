"""`ocr-recap rehearse`: plays a regency's election with events, and reports what came of it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ..messages.errors import WrongUse
from ..messages.extras import require
from ..messages.screens import said
from .common import OK, PROBLEMS, LangOption, QuietOption, language_of, reported, writing
from .terminal import echo

_NEEDED = (("starlette", "web"), ("duckdb", "recap"), ("pyarrow", "recap"), ("tuf", "seal"), ("segno", "seal"))


class PagesDrawn(StrEnum):
    """Values of `--pages`."""

    all = "all"
    votes = "votes"


def rehearse(
    stations: Annotated[int, typer.Option("--stations", min=24, max=6000)] = 24,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("rehearsal"),
    events: Annotated[Path | None, typer.Option("--events")] = None,
    pages: Annotated[PagesDrawn, typer.Option("--pages")] = PagesDrawn.all,
    longer: Annotated[int, typer.Option("--longer", min=800, max=8000)] = 2000,
    workers: Annotated[int | None, typer.Option("--workers", "-w", min=1, max=64)] = None,
    lang: LangOption = None,
    quiet: QuietOption = False,
) -> None:
    """Play an election of a made-up regency, with what may go wrong."""
    language = language_of(lang)
    with reported(language, "interrupted_rehearsal"):
        if find_spec("resource") is None:
            raise WrongUse("rehearsal_system")
        for module, extra in _NEEDED:
            require(module, extra)
        from ..rehearse.rehearsal import RehearsalOptions  # noqa: PLC0415  (extras)
        from ..rehearse.rehearsal import rehearse as play  # noqa: PLC0415
        from ..rehearse.script import load_script  # noqa: PLC0415

        say = None if quiet else partial(echo, err=True)
        options = RehearsalOptions(stations, seed, pages.value, longer, workers, language, say)
        with writing(out):
            done = play(out, load_script(events), options)
    data = {"silent": done.silent, "unnamed": done.unnamed, "surprises": done.surprises}
    echo(said(language, "rehearsed", report=done.report, **data))
    raise typer.Exit(PROBLEMS if done.silent or done.unnamed or done.surprises else OK)
