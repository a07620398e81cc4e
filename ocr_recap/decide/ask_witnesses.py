"""Asks every witness about every number of a page; all cells of the page go through each net in one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..cells import bubble_reader as bubble_witness
from ..cells import digit_reader as digit_witness
from ..cells import row_totals as totals_witness
from ..cells import tally_reader as tally_witness
from ..cells.alteration_reader import AlterationLimits
from ..cells.crop import FieldPatches
from ..cells.patch import CELL
from ..cells.quality import CellMeasures
from ..cells.readers import Readers
from ..cells.words_evidence import WordsEvidence
from ..cells.words_reader import LIMIT
from ..imaging.arrays import FloatArray
from . import policy
from .case import Altered, Case
from .evidence import NumberEvidence, number_evidence, read_total
from .reconcile import make_case
from .witnesses import tables

# Log-probabilities (14,) of a box that holds nothing but a line over unused space: empty, as a person is asked anyway;
# by judgement.
_EMPTY = np.log(np.where(np.array(list(digit_witness.CLASSES)) == " ", 0.9, 0.1 / (len(digit_witness.CLASSES) - 1)))
_FEW_BOXES, _LARGE = 3, 10_000  # numbers with more boxes may be larger in words, too


@dataclass(frozen=True, eq=False)
class Alterations:
    """Evidence that a number was altered after it was written.

    Attributes:
        struck: probability that the number is struck out.
        overwritten: (boxes,) probability that one digit is written over another.
        crossed: darkness of a line across its bubbles (`bubble_reader.crossing`); 0 where the form has no bubbles.
        unused: a long line runs over its boxes, and nothing else is written in them. No number is taken back, so it is
            not struck out.
    """

    struck: float
    overwritten: FloatArray
    crossed: float
    unused: bool = False

    def seen(self, limits: AlterationLimits) -> Altered:
        """Alterations that reach these limits."""
        chances = [] if self.unused else list(enumerate(self.overwritten.tolist(), 1))
        return Altered(
            struck=self.struck >= limits.struck and not self.unused,
            overwritten=tuple(box for box, chance in chances if chance >= limits.overwritten),
            perhaps=tuple(box for box, chance in chances if limits.perhaps <= chance < limits.overwritten),
            bubbles=self.crossed >= bubble_witness.CROSSED,
            unused=self.unused,
        )


@dataclass(frozen=True, eq=False)
class Witnessed:
    """Evidence of all witnesses about one number.

    Attributes:
        case: evidence as the decision uses it, without rules.
        evidence: all readings by each witness.
        cells: output of the digit witness for each cell.
        bubbles: (columns, 12) probabilities of the bubble witness, or None.
        alterations: evidence that the number was struck out or written over.
        measured: measures of the quality of its cells, or None.
    """

    case: Case
    evidence: NumberEvidence
    cells: digit_witness.Looks
    bubbles: FloatArray | None
    alterations: Alterations
    measured: CellMeasures | None = None


def ask_witnesses(
    patches: Mapping[str, FieldPatches],
    readers: Readers,
    measured: Mapping[str, CellMeasures] | None = None,
) -> dict[str, Witnessed]:
    """Ask every witness about every number of a page.

    Args:
        patches: image patches cut from the page, by field.
        readers: the nets.
        measured: quality of the cells, by field; None where it was not measured.

    Returns:
        Evidence by field.
    """
    looks, written = _look(patches, readers.digits)
    struck = readers.alterations.struck([p.strip for p in patches.values()])
    overwritten = readers.alterations.overwritten(np.concatenate([p.cells for p in patches.values()]))
    strokes = _count_strokes(patches, readers.tallies)
    totals = _read_totals(patches, written, strokes)
    in_words = _read_words(patches, readers)
    further = {name: one.ask(patches, readers) for name, one in tables().items()}
    filled = _read_bubbles(patches)
    crossed = _crossings(patches)
    witnessed: dict[str, Witnessed] = {}
    start = 0
    for (field, patch), of_number in zip(patches.items(), struck.tolist(), strict=True):
        place = slice(start, start + len(patch.cells))
        cells, start = looks.part(place.start, place.stop), place.stop
        if patch.unused:
            cells = replace(cells, table=np.tile(_EMPTY, (len(cells.table), 1)))
        bubbles = filled.get(field)
        said = {name: words[field] for name, words in further.items() if field in words}
        evidence = number_evidence(
            cells.table, bubbles, strokes.get(field), totals.get(field), said, in_words.get(field)
        )
        seen = measured[field] if measured else None
        poor = (
            policy.poor(seen.pixels.tolist(), seen.blurs(), seen.burnt.tolist(), seen.contrast.tolist()) if seen else ()
        )
        alterations = Alterations(of_number, overwritten[place], crossed.get(field, 0.0), patch.unused)
        altered = alterations.seen(readers.alterations.limits)
        case = make_case(field, evidence, bool(patch.found.all()), patch.inside, poor, patch.held, altered)
        witnessed[field] = Witnessed(case, evidence, cells, bubbles, alterations, seen)
    return witnessed


def _read_bubbles(patches: Mapping[str, FieldPatches]) -> dict[str, FloatArray]:
    """Probabilities of the bubble witness, by field that has bubbles."""
    cut = {field: patch.bubbles for field, patch in patches.items() if patch.bubbles is not None}
    read = bubble_witness.read_all(list(cut.values()))
    return {field: reading.probabilities for field, reading in zip(cut, read, strict=True)}


def _read_words(patches: Mapping[str, FieldPatches], readers: Readers) -> dict[str, WordsEvidence]:
    """Evidence of the number in words, by field that has space for it; all lines of the page are read in one batch."""
    cut = {field: patch.words for field, patch in patches.items() if patch.words is not None}
    if not cut:
        return {}
    limits = [_LARGE if len(patches[field].cells) > _FEW_BOXES else LIMIT for field in cut]
    lines, heights = [words.strips for words in cut.values()], [words.height_px for words in cut.values()]
    said = readers.words.read(lines, heights, limits)
    return dict(zip(cut, said, strict=True))


def _crossings(patches: Mapping[str, FieldPatches]) -> dict[str, float]:
    """Darkness of a line across the bubbles, by field that has bubbles."""
    gaps = {field: patch.bubble_gaps for field, patch in patches.items() if patch.bubble_gaps is not None}
    return dict(zip(gaps, bubble_witness.crossings(list(gaps.values())), strict=True))


def _count_strokes(
    patches: Mapping[str, FieldPatches], tallies: tally_witness.TallyReader
) -> dict[str, tally_witness.TallyReading]:
    """Reading of every tally grid, by field."""
    grids = {field: patch.grid for field, patch in patches.items() if patch.grid is not None}
    return dict(zip(grids, tallies.read(list(grids.values())), strict=True))


def _look(
    patches: Mapping[str, FieldPatches], digits: digit_witness.DigitReader
) -> tuple[digit_witness.Looks, list[tuple[str, int, FloatArray]]]:
    """Read the cells of all numbers, and the row totals that are written, together.

    Returns:
        The looks at all cells in order; and for each row total its field, its row from 0, and the log-probabilities
        (cells, 14) of its cells.
    """
    totals = [(field, row, cells) for field, patch in patches.items() for row, cells in patch.totals.items()]
    boxes = [np.tile(patches[field].total_box or (CELL, CELL), (len(cells), 1)) for field, _, cells in totals]
    looks = digits.look(
        np.concatenate([*(p.cells for p in patches.values()), *(cells for *_, cells in totals)]),
        np.concatenate([*(p.boxes for p in patches.values()), *boxes]),
    )
    stop = sum(len(p.cells) for p in patches.values())
    numbers = looks.part(0, stop)
    written: list[tuple[str, int, FloatArray]] = []
    for field, row, cells in totals:
        start, stop = stop, stop + len(cells)
        written.append((field, row, looks.table[start:stop]))
    return numbers, written


def _read_totals(
    patches: Mapping[str, FieldPatches],
    written: Sequence[tuple[str, int, FloatArray]],
    strokes: Mapping[str, tally_witness.TallyReading],
) -> dict[str, totals_witness.TotalsReading]:
    """Reading of the row totals of every field that has boxes for them, by field; `written` is from `_look`."""
    found: dict[str, list[totals_witness.TotalReading]] = {f: [] for f, p in patches.items() if p.total_box}
    struck: dict[str, list[int]] = {field: [] for field in found}
    for field, row, said in written:
        counted = strokes.get(field)
        if _unused(row, counted, patches[field]):
            struck[field].append(row + 1)
            continue
        counts = counted.row_counts[row] if counted is not None and counted.state == "read" else None
        total = read_total(row + 1, said, counts)
        if total is not None:
            found[field].append(total)
    return {field: totals_witness.add_up(totals, tuple(struck[field])) for field, totals in found.items()}


def _unused(row: int, counted: tally_witness.TallyReading | None, patch: FieldPatches) -> bool:
    """True where what stands in the total of a row, from 0, is a line over unused space and no number.

    A line over the row's cells or over its total says so where the row surely holds no strokes. Where the strokes
    cannot be read, a long line over this and all lower totals does.
    """
    if counted is not None and counted.cancelled(row):
        return True
    if patch.totals_struck is None:
        return False
    if counted is not None and counted.state == "read":
        return bool(patch.totals_struck[row]) and counted.unused(row)
    return bool(patch.totals_struck[row:].all())
