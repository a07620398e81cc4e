"""The command `templates new`: writes a proposal for a template from a blank sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import typer

from ..forms.proposal.lines import NotABlankSheet
from ..forms.proposal.proposal import Proposal, propose
from ..forms.proposal.template_yaml import image_of, names_of, to_yaml
from ..imaging import frames
from ..imaging.files import write_atomically
from ..imaging.pdf_print import picture_of, printed_page
from ..imaging.photo import load
from ..messages import problems
from ..messages.catalog import Wording
from ..messages.errors import InputUnusable, WrongUse
from ..messages.problems import PhotoProblem
from ..messages.screens import said
from .common import OK, LangOption, language_of, reported, writing
from .terminal import echo

# Share of a PDF's page that the picture of a form covers where the page has other print around it; by judgement: a scan
# covers nearly all of its page, a logo little.
_LEAST_WRAPPED, _MOST_WRAPPED = 0.3, 0.95


def new_template(
    blanks: Annotated[
        list[Path],
        typer.Argument(),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    paper: Annotated[str | None, typer.Option("--paper")] = None,
    picture: Annotated[bool, typer.Option("--picture")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
    lang: LangOption = None,
) -> None:
    """Propose a template from a blank sheet: YAML and a picture."""
    language = language_of(lang)
    with reported(language):
        pages, target, shots, wrapped = _proposed(blanks, out, paper, picture, force)
    numbers = [number for page in pages for number in page.numbers]
    found = {
        "pages": len(pages),
        "numbers": len(numbers),
        "tallies": sum(n.tally is not None for n in numbers) + sum(len(p.grids) for p in pages),
        "bubbles": sum(n.bubbles is not None for n in numbers),
        "labels": sum(bool(n.label.text) for n in numbers),
    }
    true = pages[0].printed
    width, height = true or pages[0].paper
    size = said(language, "proposed_size" if true else "proposed_guess", width=f"{width:g}", height=f"{height:g}")
    echo(said(language, "proposed", **found, size=size, pictures=", ".join(map(str, shots)), file=target))
    for page in wrapped:
        echo(said(language, "proposed_picture", page=page), err=True)
    raise typer.Exit(OK)


def _proposed(
    blanks: list[Path], out: Path | None, paper: str | None, picture: bool, force: bool
) -> tuple[list[Proposal], Path, list[Path], list[int]]:
    """Propose a template and write it.

    Returns:
        The pages, the YAML file, a picture of each page, and the numbers of PDF pages that are a picture with other
        print around it.

    Raises:
        WrongUse: the paper's size is invalid, pages differ in size, or a file exists already.
        InputUnusable: a sheet cannot be measured.
        CannotWrite: a file cannot be written.
    """
    size = _size(paper)
    form = _id_of((out or blanks[0]).stem)
    target = out or Path(f"{form}.yaml")
    found = [page for blank in blanks for page in _pages(blank, size, picture)]
    pages = [page for page, _ in found]
    if any(abs(page.paper[0] - pages[0].paper[0]) > 0.02 * page.paper[0] for page in pages):
        raise WrongUse("pages_differ_in_size")
    shots = [target.with_name(f"{target.stem}-{i}.png") for i in range(1, len(pages) + 1)]
    for file in (target, *shots):
        if file.exists() and not force:
            raise WrongUse("file_exists", path=file)
    content = to_yaml(pages, form, target.name, ", ".join(b.name for b in blanks))
    with writing(target):
        for page, ids, shot in zip(pages, names_of(pages), shots, strict=True):
            write_atomically(shot, cv2.imencode(".png", image_of(page, ids))[1].tobytes())
        write_atomically(target, content.encode("utf-8"))
    return pages, target, shots, [i for i, (_, wrapped) in enumerate(found, 1) if wrapped]


def _pages(blank: Path, size: tuple[float, float] | None, picture: bool) -> list[tuple[Proposal, bool]]:
    """The proposals for all pages of one file, each with whether it is a picture with other print around it.

    Raises:
        InputUnusable: the file cannot be read, or a page cannot be measured.
    """
    found: list[tuple[Proposal, bool]] = []
    try:
        for frame in range(frames.count(blank)):
            found.append(_page(blank, frame, size, picture))
    except PhotoProblem as problem:
        hint = Wording(**problems.hint(problem.code, problem.data))
        raise InputUnusable("photo_unusable", path=blank, why=hint) from None
    except NotABlankSheet as fault:
        why = Wording(fault.id, fault.en)
        raise InputUnusable("blank_page", path=blank, page=len(found) + 1, why=why) from None
    return found


def _page(blank: Path, frame: int, size: tuple[float, float] | None, picture: bool) -> tuple[Proposal, bool]:
    """The proposal for one page: with size and text of its PDF, or for the picture on it alone.

    Raises:
        PhotoProblem: the file cannot be read, or there is no picture.
        NotABlankSheet: the page cannot be measured.
    """
    print_of = printed_page(blank, frame)
    if print_of is not None and picture:
        return propose(picture_of(blank, frame), size), False
    gray = load(blank, blank.name, frame=frame).gray
    if print_of is None:
        return propose(gray, size), False
    scale = size[0] / print_of.size[0] if size else 1.0
    lines = [
        replace(
            line, x0=line.x0 * scale, x1=line.x1 * scale, baseline=line.baseline * scale, height=line.height * scale
        )
        for line in print_of.lines
    ]
    width, height = print_of.size
    paper = size or (round(width, 1), round(height, 1))
    return propose(gray, paper, lines), _LEAST_WRAPPED < print_of.picture < _MOST_WRAPPED


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
