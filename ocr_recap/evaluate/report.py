"""The evaluation as one HTML page: figures, plots, tables and pictures of the worst numbers, without script.

This module arranges the figures in rows; `templates/report.html` is the page's template. A content security policy
allows only the page's own style and its embedded pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from ..messages.catalog import Language
from ..report.html import asset
from . import plots
from .page import page
from .words import Figures, lines, local, percent, sheet_lines, text, what_n_shows
from .worst import WorstNumber

Said = Callable[..., str]  # returns a text of the catalogue by its key, filled with data

MOST_ROWS: Final = 60  # of one table; rows with the most errors are kept; by judgement
MOST_FAULTS: Final = 100  # faults in the page; by judgement
_GROUPS: Final = ("field", "defect", "template", "writer", "width", "sheet", "counted", "sight")  # tables
# Columns of these tables, as keys of counts.
_COUNTS: Final = ("photos", "located", "numbers", "numbers_right", "accepted", "false_reviews", "silent_errors")


@dataclass(frozen=True)
class ReportSources:
    """The content of the report beside figures: their sources, the worst numbers, and a blind sheet's counts if any."""

    results: str
    truth: str
    worst: Sequence[WorstNumber]
    wrong: int
    sheet: Mapping[str, int] | None = None


class Table(NamedTuple):
    """A table as text, with numbers in the notation of the page's language.

    Attributes:
        head: names of the columns.
        rows: a text per column.
        name: key in `figures["tables"]`.
        left_out: number of rows that are not shown.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    name: str = ""
    left_out: int = 0


def report_html(f: Figures, made: ReportSources, language: Language) -> bytes:
    """Render the page.

    Args:
        f: what `figures.figures` returned.
        made: the other content of the page.
        language: of the page.
    """
    t = partial(text, language)
    return page(
        "report.html",
        language,
        title=t("title"),
        style=asset("report", "report.css") + asset("evaluate", "evaluation.css"),
        results=made.results,
        truth=made.truth,
        tiles=_tiles(f),
        main=lines(f, language),
        says=[*(sheet_lines(made.sheet, f, language) if made.sheet else ()), *what_n_shows(f, language)],
        faults=f["faults"],
        most_faults=MOST_FAULTS,
        worst=made.worst,
        wrong=made.wrong,
        ece=f["ece"],
        plots=_plots(f, t),
        bins=_bins(f, t, language),
        confusions=_confusions(f["confusions"]),
        verdicts=_verdicts(f, t, language) if f["documents"] else None,
        straight_through_wrong=f["straight_through_wrong"],
        inconsistent_passed=f["inconsistent_passed"],
        reasons=_table((t("reason"), "n"), f["false_reviews_by_reason"].items(), language),
        tables=list(_tables(f["tables"], t, language)),
    )


def _tiles(f: Figures) -> list[tuple[str, int, str]]:
    """The tiles: key of the text, count, and style, empty where the count is zero."""
    return [
        ("tile_photos", f["photos"] + f["unknown_forms"], ""),
        ("tile_numbers", f["numbers"], ""),
        ("tile_right", f["numbers_right"], "ok"),
        ("tile_accepted", f["accepted"], "ok"),
        ("tile_review", f["reviews"], "look"),
        ("tile_silent", f["silent_errors"], "bad"),
    ]


def _plots(f: Figures, t: Said) -> str:
    accepted = (f["accepted"] / f["numbers"], f["silent_error_rate"]) if f["accepted"] else None
    titles = t("share_taken"), t("share_wrong")
    return plots.reliability(f["reliability"], t("confidence"), t("share_right")) + plots.risk(
        f["risk_coverage"], accepted, titles
    )


def _bins(f: Figures, t: Said, language: Language) -> Table:
    head = (t("confidence"), "n", t("right"), t("mean_confidence"), "95%")
    rows = (
        (
            f"{b['low']:g} - {b['high']:g}",
            b["count"],
            b["right"],
            f"{b['mean_confidence']:.4f}",
            f"{b['right_lower95']:.4f} - {b['right_upper95']:.4f}",
        )
        for b in f["reliability"]
        if b["count"]
    )
    return _table(head, rows, language)


class Confusions(NamedTuple):
    """The confusion matrix of characters: the columns (read), and for each written character the counts."""

    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]


def _confusions(found: Mapping[str, Mapping[str, int]]) -> Confusions:
    chars = sorted({*found, *(c for row in found.values() for c in row)}, key=_digits_first)
    rows = [(char, [(c, found[char].get(c, 0)) for c in chars]) for char in chars if char in found]
    return Confusions(chars, rows)


def _digits_first(char: str) -> tuple[bool, str]:
    return not char.isdigit(), char


def _verdicts(f: Figures, t: Said, language: Language) -> Table:
    verdicts = sorted({v for row in f["verdicts"].values() for v in row})
    rows = ((t(f"truth_{kind}"), *(row.get(v, 0) for v in verdicts)) for kind, row in f["verdicts"].items())
    return _table((t("truth_verdict"), *verdicts), rows, language)


def _tables(tables: Mapping[str, Mapping[str, Mapping[str, Any]]], t: Said, language: Language) -> Iterator[Table]:
    columns = (*_COUNTS, "at_most", "blanks", "blanks_right")
    head = ("", *(t(f"column_{column}") for column in columns))
    for name in _GROUPS:
        table = tables[name]
        if not table or set(table) == {"-"}:
            continue
        ranked = sorted(
            table, key=lambda k: (-table[k]["silent_errors"], table[k]["numbers_right"] - table[k]["numbers"])
        )
        kept = set(ranked[:MOST_ROWS])
        rows = ((group, *_cells(row)) for group, row in table.items() if group in kept)
        yield _table(head, rows, language)._replace(name=name, left_out=len(table) - len(kept))


def _cells(row: Mapping[str, Any]) -> tuple[Any, ...]:
    upper = percent(row["silent_error_rate_upper95"]) if row["trials"] else "-"
    return (*(row[key] for key in _COUNTS), upper, row["blanks"], row["blanks_right"])


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], language: Language) -> Table:
    texts = [[_number(f"{x:,}" if isinstance(x, int) else x, language) for x in row] for row in rows]
    return Table(head, texts)


def _number(cell: str, language: Language) -> str:
    """A number, or a range of numbers, in the notation of the language; other texts stay as they are."""
    return local(cell, language) if re.fullmatch(r"[\d.,]+%?( - [\d.,]+)?", cell) else cell
