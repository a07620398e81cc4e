"""Defects of writing by name: unused space that is struck out, and strokes that are crossed out.

`ocr-recap synth --defect` takes these names beside those of the camera (`camera.defects`), and truth files list the
names of both under `defects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from ...forms.template import Template
from ..writing.unused import SPACE_KINDS, SpaceKind
from .clerk import close_empty_boxes, columns
from .fill import FieldWriting

Change = Callable[[Template, dict[str, FieldWriting]], None]


@dataclass(frozen=True)
class WritingDefect:
    """A defect of the writing on a form.

    Attributes:
        name: as `--defect` takes it.
        id, en: what it is, in Indonesian and English.
        prepare: changes the counted numbers before they are written, in place.
        change: makes every page of a document have it where the form allows it, in place.
        seen: whether the writing of one number has it.
    """

    name: str
    id: str
    en: str
    change: Change
    seen: Callable[[FieldWriting], bool]
    prepare: Callable[[Template, dict[str, int]], None] = lambda template, counted: None


def _strike_cells(kind: SpaceKind, template: Template, writing: dict[str, FieldWriting]) -> None:
    """Strike out the unused cells of every grid that a clerk filled in, and its unused row totals by a Z."""
    for name, said in writing.items():
        if said.strokes is not None and said.strokes.count:
            strokes = replace(said.strokes, cancel=kind, cancel_totals="z", crossed=False)
            writing[name] = replace(said, strokes=strokes)


def _is_struck(kind: SpaceKind, said: FieldWriting) -> bool:
    return said.strokes is not None and said.strokes.cancel == kind


def _cross_out(template: Template, writing: dict[str, FieldWriting]) -> None:
    """Cross out the strokes of every grid."""
    for name, said in writing.items():
        if said.strokes is not None and said.strokes.count:
            writing[name] = replace(said, strokes=replace(said.strokes, crossed=True))


def _give_to_first(template: Template, counted: dict[str, int]) -> None:
    """Give the votes of the lower half of the candidates in a column to the first of them, if its boxes have room."""
    for column in columns(template):
        first, *others = column
        lower = others[len(others) // 2 :]
        votes = counted[first.id] + sum(counted[f.id] for f in lower)
        grid = first.tally
        room = 10**first.cells.count - 1 if grid is None else grid.rows * grid.columns * grid.strokes
        if votes <= room:
            counted.update({first.id: votes} | {f.id: 0 for f in lower})


def _empty_boxes(template: Template, writing: dict[str, FieldWriting]) -> None:
    """Leave runs of numbers that are zero empty, and strike each run through by a Z."""
    close_empty_boxes(template, writing, "z")


_WORDS: dict[SpaceKind, tuple[str, str]] = {
    "z": ("huruf Z", "a long Z"),
    "diagonal": ("garis miring", "a diagonal"),
    "two": ("dua garis", "two lines"),
    "wave": ("garis bergelombang", "a wave"),
    "dashes": ("deretan strip", "a row of dashes"),
}
WRITING_DEFECTS: dict[str, WritingDefect] = {
    d.name: d
    for d in (
        *(
            WritingDefect(
                f"unused-{kind}",
                f"kolom turus yang tidak terpakai dicoret dengan {_WORDS[kind][0]}",
                f"unused tally cells struck out by {_WORDS[kind][1]}",
                partial(_strike_cells, kind),
                partial(_is_struck, kind),
            )
            for kind in SPACE_KINDS
        ),
        WritingDefect(
            "unused-boxes",
            "kotak angka yang tidak terpakai dicoret",
            "unused boxes of numbers struck out",
            _empty_boxes,
            lambda said: said.unused is not None,
            _give_to_first,
        ),
        WritingDefect(
            "strokes-crossed-out",
            "turus yang sudah ditulis dicoret",
            "strokes crossed out",
            _cross_out,
            lambda said: said.strokes is not None and said.strokes.crossed and said.strokes.count > 0,
        ),
    )
}


def seen(writing: Iterable[FieldWriting]) -> tuple[str, ...]:
    """Names of the defects that the writing of a page has, in the order of `WRITING_DEFECTS`."""
    page = list(writing)
    return tuple(name for name, defect in WRITING_DEFECTS.items() if any(defect.seen(said) for said in page))


def rows() -> Iterator[str]:
    """The defects as lines of a Markdown table."""
    yield "| defect | what it is | Indonesian |"
    yield "|---|---|---|"
    for d in WRITING_DEFECTS.values():
        yield f"| `{d.name}` | {d.en} | {d.id} |"
