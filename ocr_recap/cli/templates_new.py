"""The command `templates new`: writes a proposal for a template from a blank sheet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import cv2
import typer

from ..forms.proposal.lines import NotABlankSheet
from ..forms.proposal.proposal import Proposal, propose
from ..forms.proposal.template_yaml import names_of, picture, to_yaml
from ..imaging import frames
from ..imaging.files import write_atomically
from ..imaging.photo import load
from ..messages import problems
from ..messages.catalog import Wording
from ..messages.errors import InputUnusable, WrongUse
from ..messages.problems import PhotoProblem
from ..messages.screens import said
from .common import OK, LangOption, language_of, reported, writing
from .terminal import echo


def new_template(
    blanks: Annotated[
        list[Path],
        typer.Argument(),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    paper: Annotated[str | None, typer.Option("--paper")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
    lang: LangOption = None,
) -> None:
    """Propose a template from a blank sheet: YAML and a picture."""
    language = language_of(lang)
    with reported(language):
        pages, target, shots = _proposed(blanks, out, paper, force)
    numbers = sum(len(page.numbers) for page in pages)
    tallies = sum(n.tally is not None for page in pages for n in page.numbers) + sum(len(p.grids) for p in pages)
    where = ", ".join(map(str, shots))
    found = {"pages": len(pages), "numbers": numbers, "tallies": tallies}
    echo(said(language, "proposed", **found, pictures=where, file=target))
    raise typer.Exit(OK)


def _proposed(
    blanks: list[Path], out: Path | None, paper: str | None, force: bool
) -> tuple[list[Proposal], Path, list[Path]]:
    """Propose a template and write it; the pages, the YAML file, and a picture of each page.

    Raises:
        WrongUse: the paper's size is invalid, pages differ in size, or a file exists already.
        InputUnusable: a sheet cannot be measured.
        CannotWrite: a file cannot be written.
    """
    size = _size(paper)
    form = _id_of((out or blanks[0]).stem)
    target = out or Path(f"{form}.yaml")
    pages = [page for blank in blanks for page in _pages(blank, size)]
    if any(abs(page.paper[0] - pages[0].paper[0]) > 0.02 * page.paper[0] for page in pages):
        raise WrongUse("pages_differ_in_size")
    shots = [target.with_name(f"{target.stem}-{i}.png") for i in range(1, len(pages) + 1)]
    for file in (target, *shots):
        if file.exists() and not force:
            raise WrongUse("file_exists", path=file)
    content = to_yaml(pages, form, target.name, ", ".join(b.name for b in blanks))
    with writing(target):
        for page, ids, shot in zip(pages, names_of(pages), shots, strict=True):
            write_atomically(shot, cv2.imencode(".png", picture(page, ids))[1].tobytes())
        write_atomically(target, content.encode("utf-8"))
    return pages, target, shots


def _pages(blank: Path, size: tuple[float, float] | None) -> list[Proposal]:
    """The proposals for all pages of one file.

    Raises:
        InputUnusable: the file cannot be read, or a page cannot be measured.
    """
    found: list[Proposal] = []
    try:
        for frame in range(frames.count(blank)):
            found.append(propose(load(blank, blank.name, frame=frame).gray, size))
    except PhotoProblem as problem:
        hint = Wording(**problems.hint(problem.code, problem.data))
        raise InputUnusable("photo_unusable", path=blank, why=hint) from None
    except NotABlankSheet as fault:
        why = Wording(fault.id, fault.en)
        raise InputUnusable("blank_page", path=blank, page=len(found) + 1, why=why) from None
    return found


def _size(paper: str | None) -> tuple[float, float] | None:
    """Width and height in mm from a text; None for None.

    Raises:
        WrongUse: the text is no paper size.
    """
    if paper is None:
        return None
    match = re.fullmatch(r"(\d{2,4}(?:\.\d+)?)x(\d{2,4}(?:\.\d+)?)", paper, re.ASCII)
    if not match or not all(0 < float(v) <= 2000 for v in match.groups()):
        raise WrongUse("paper_size", size=paper)
    return float(match[1]), float(match[2])


def _id_of(stem: str) -> str:
    """A template id made of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60] or "my-form"
