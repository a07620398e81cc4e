"""`ocr-recap synth`: makes synthetic photos with truth, or labelled cells."""

from __future__ import annotations

import os
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..forms import template
from ..messages.catalog import Language
from ..messages.errors import InputUnusable, TemplateError, WorkersFailed, WrongUse
from ..messages.screens import said
from ..synth.camera import defects
from ..synth.cells import cellset
from ..synth.forms.defects import WRITING_DEFECTS
from ..synth.forms.numbers import NumbersError
from ..synth.sets import photos
from .common import OK, LangOption, language_of, reading, reported, writing
from .progress import bar
from .terminal import echo


class PresetName(StrEnum):
    """Values of `--preset`: how difficult photos are."""

    clean = "clean"
    field = "field"
    hard = "hard"


class WritersName(StrEnum):
    """Values of `--writers`: the set of writers."""

    train = "train"
    calibration = "calibration"
    test = "test"
    shift = "shift"


_MOST = 1_000_000  # photos in one folder; more are several sets


def synth(
    name: Annotated[str | None, typer.Argument()] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", min=1, max=_MOST),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    preset: Annotated[PresetName, typer.Option("--preset")] = PresetName.field,
    defect: Annotated[
        list[str] | None,
        typer.Option("--defect"),
    ] = None,
    writers: Annotated[WritersName, typer.Option("--writers")] = WritersName.test,
    longer: Annotated[int, typer.Option("--longer", min=400, max=8000)] = photos.LONGER,
    cells: Annotated[
        int | None,
        typer.Option("--cells", min=1, max=100_000_000),
    ] = None,
    mnist: Annotated[Path | None, typer.Option("--mnist")] = None,
    workers: Annotated[int | None, typer.Option("--workers", "-w", min=1, max=64)] = None,
    lang: LangOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
) -> None:
    """Make synthetic photos of filled forms, with truth."""
    language = language_of(lang)
    processes = workers or os.cpu_count() or 1
    with reported(language, "interrupted_synth"):
        if out is None:
            raise WrongUse("synth_without_out")
        try:
            if cells is not None:
                if name is not None or count is not None or defect:
                    raise WrongUse("synth_cells_with_more")
                _cells(cells, out, seed, writers, mnist, processes, quiet, language)
            elif name is None or count is None:
                raise WrongUse("synth_without_form")
            else:
                form = template.load(name)
                order = photos.Order(form, count, seed, preset.value, tuple(defect or ()), writers.value, longer)
                _photos(order, out, processes, quiet, language)
        except NumbersError:
            raise TemplateError("template_contradicts", name=name) from None
        except BrokenProcessPool:
            raise WorkersFailed("worker_killed") from None
    raise typer.Exit(OK)


def _photos(order: photos.Order, out: Path, processes: int, quiet: bool, language: Language) -> None:
    known = (*defects.DEFECTS, *WRITING_DEFECTS)
    unknown = ", ".join(name for name in order.defects if name not in known)
    if unknown:
        raise WrongUse("defect_unknown", unknown=unknown, known=", ".join(known))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WrongUse("folder_not_empty", path=out)
    with writing(out), bar(quiet) as shown:
        task = shown.add_task(said(language, "making"), total=order.count)
        photos.make_set(order, out, processes, lambda done: shown.update(task, completed=done))
    pages = len(order.template.pages)
    if not quiet:
        stations = -(-order.count // pages)
        numbers = {"photos": order.count, "stations": stations, "pages": pages}
        echo(said(language, "made_photos", **numbers, truth=photos.TRUTH, out=out))


def _cells(
    count: int,
    out: Path,
    seed: int,
    writers: WritersName,
    mnist: Path | None,
    processes: int,
    quiet: bool,
    language: Language,
) -> None:
    with reading(mnist or out), bar(quiet) as shown:
        task = shown.add_task(said(language, "making"), total=count)
        try:
            made = cellset.make_cells(
                count, seed, writers.value, mnist, processes, lambda done: shown.update(task, completed=done)
            )
        except ValueError as fault:
            raise InputUnusable("digit_images", path=mnist, why=str(fault)) from None
    with writing(out):
        cellset.save(made, out)
    if not quiet:
        echo(said(language, "made_cells", cells=count, out=out))
