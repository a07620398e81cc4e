"""The commands `evaluate` and `sample`: parse the arguments, call `ocr_recap.evaluate` and show the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ..cells.digit_reader import DigitReader
from ..evaluate import words
from ..evaluate.cells import evaluate_cells
from ..evaluate.figures import figures
from ..evaluate.forms import Forms
from ..evaluate.judge import Judgement, judge
from ..evaluate.pictures import Strips
from ..evaluate.readings import Results, read_results
from ..evaluate.report import ReportSources, report_html
from ..evaluate.sample import Drawn, answers, draw, is_filled_in, is_sheet, sheet_csv
from ..evaluate.sheet import sheet_html
from ..evaluate.truths import Fault, is_json, read_jsonl, read_typed
from ..evaluate.worst import worst
from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.errors import InputUnusable, WrongUse
from ..messages.screens import said
from .common import OK, PROBLEMS, LangOption, language_of, reading, reported, writing
from .terminal import echo, echo_json

SHEET_CSV, SHEET_HTML = "sheet.csv", "sheet.html"
_MOST_FAULTS = 20  # faults named on standard error; by judgement

PhotosOption = Annotated[
    list[Path] | None,
    typer.Option("--photos"),
]
ResultsArgument = Annotated[Path | None, typer.Argument()]


def evaluate(
    results: ResultsArgument = None,
    truth: Annotated[
        Path | None,
        typer.Argument(),
    ] = None,
    cells: Annotated[
        Path | None,
        typer.Option("--cells"),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    photos: PhotosOption = None,
    templates: Annotated[
        list[str] | None,
        typer.Option("--template", "-t"),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Judge results against truth: accuracy, silent errors with bounds."""
    language = language_of(lang)
    with reported(language), reading(results or cells or Path()):
        if cells is not None:
            if results is not None or html is not None:
                raise WrongUse("cells_alone")
            _cells(cells, as_json, Forms(templates or ()), language)
        if results is None or truth is None:
            raise WrongUse("evaluate_needs_both")
        read = read_results(results)
        _judged(read, truth, html, as_json, photos or [], Forms(templates or (), read.path.parent), language)


def sample(
    results: Annotated[Path, typer.Argument()],
    count: Annotated[int, typer.Option("-n", "--count", min=1)] = 300,
    seed: Annotated[int, typer.Option("--seed", min=0, max=10**15 - 1)] = 1,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    photos: PhotosOption = None,
    lang: LangOption = None,
) -> None:
    """Draw a blind sheet of accepted numbers for a person to read."""
    language = language_of(lang)
    with reported(language), reading(results):
        read = read_results(results)
        folder = out or read.path.parent / f"sample-{seed}"
        path = folder / SHEET_CSV
        if path.exists() and is_filled_in(path):
            raise WrongUse("sheet_filled_in", path=path)
        drawn = draw(read, count, seed)
        if not drawn:
            raise InputUnusable("nothing_accepted", path=results)
        pictures = _pictures(drawn, photos or [], read.path.parent)
        accepted = len(draw(read, 10**9, seed))
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / SHEET_HTML, sheet_html(drawn, pictures, seed, accepted, language))
            write_atomically(path, sheet_csv(drawn, seed))
    _tell(read.faults, language)
    missing = sum(picture is None for picture in pictures)
    if missing:
        echo(said(language, "without_pictures", missing=missing, numbers=len(drawn)), err=True)
    echo(said(language, "sampled", numbers=len(drawn), html=folder / SHEET_HTML, csv=path, results=results))
    raise typer.Exit(PROBLEMS if missing or read.faults else OK)


def _judged(
    results: Results,
    truth: Path,
    html: Path | None,
    as_json: bool,
    photos: Sequence[Path],
    forms: Forms,
    language: Language,
) -> None:
    """Judge results, show the figures, and exit."""
    sheet: dict[str, int] | None = None
    if not is_json(truth) and is_sheet(truth):
        filled = answers(results, truth)
        judgement = filled.judgement
        sheet = {name: getattr(filled, name) for name in ("drawn", "accepted", "rows", "unread", "left")}
    else:
        judgement = judge(results, read_jsonl(truth) if is_json(truth) else read_typed(truth))
    found = {**figures(judgement, forms), "sheet": sheet}
    if html is not None:
        folders = [*photos, truth.parent]
        page = _report(found, judgement, folders, (results.path, truth), sheet, language)
        with writing(html):
            write_atomically(html, page)
    if as_json:
        echo_json(found)
    else:
        if sheet is None:
            for line in words.lines(found, language):
                echo(f"{line.name:<48} {line.value}")
            echo("")
        lines = words.sheet_lines(sheet, found, language) if sheet else []
        for text in (*lines, *words.what_n_shows(found, language)):
            echo(f"- {text}")
        if html is not None:
            echo(str(html))
    _tell(judgement.faults, language)
    raise typer.Exit(PROBLEMS if judgement.faults else OK)


def _report(
    found: dict[str, Any],
    judgement: Judgement,
    folders: Sequence[Path],
    names: tuple[Path, Path],
    sheet: Mapping[str, int] | None,
    language: Language,
) -> bytes:
    shown, wrong = worst(judgement.photos, Strips(folders, names[0].parent))
    made = ReportSources(names[0].parent.name or names[0].name, names[1].name, shown, wrong, sheet)
    return report_html(found, made, language)


def _cells(path: Path, as_json: bool, forms: Forms, language: Language) -> None:
    found = evaluate_cells(path, DigitReader(), forms)
    if as_json:
        echo_json(found)
    else:
        for line in words.cell_lines(found, language):
            echo(f"{line.name:<40} {line.value}")
    for fault in found["faults"][:_MOST_FAULTS]:
        echo(f"{fault['where']}: {fault[language]}", err=True)
    raise typer.Exit(PROBLEMS if found["faults"] else OK)


def _pictures(drawn: Sequence[Drawn], folders: Sequence[Path], results: Path) -> list[str | None]:
    """The pictures of drawn numbers, cut photo by photo, so that each photo is opened once."""
    strips = Strips(folders, results)
    found: list[str | None] = [None] * len(drawn)
    for i in sorted(range(len(drawn)), key=lambda i: drawn[i].reading.photo.file):
        found[i] = strips.find(drawn[i].reading, (), drawn[i].field, None)
    return found


def _tell(faults: Sequence[Fault], language: Language) -> None:
    for fault in faults[:_MOST_FAULTS]:
        echo(f"{fault.where}: {getattr(fault, language)}", err=True)
    if len(faults) > _MOST_FAULTS:
        echo(f"... +{len(faults) - _MOST_FAULTS}", err=True)
