"""Figures in words, Indonesian and English: lines of the terminal and of the report, and what a sample can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..messages.catalog import Language, both
from ..messages.evaluation_texts import EVALUATION_TEXTS
from .bounds import clopper_pearson, trials_for
from .figures import GOAL

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure: its name and its value, as text."""

    name: str
    value: str


def share(part: int, whole: int) -> str:
    """`137 / 139 (98.6%)`, rounded down, so that only all is shown as 100%."""
    return f"{part:,} / {whole:,}" + (f" ({int(1000 * part / whole) / 10:g}%)" if whole else "")


def percent(rate: float | None) -> str:
    """A rate in percent with three significant figures."""
    return "-" if rate is None else f"{100 * rate:.3g}%"


def local(text: str, language: Language) -> str:
    """Rewrite numbers of a text in the notation of a language: Indonesian has decimal commas and thousands points."""
    if language == "en":
        return text
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda sign: "," if sign.group() == "." else ".", text)


def text(language: Language, key: str, **data: Any) -> str:
    """A text of the catalogue, with numbers in the notation of the language.

    Raises:
        KeyError: there is no such text, or it needs data that is not given.
    """
    shown = {name: local(value, language) if isinstance(value, str) else value for name, value in data.items()}
    return both(EVALUATION_TEXTS[key], shown)[language]


def lines(f: Figures, language: Language) -> list[Figure]:
    """The main figures, the most important first."""
    places = (f[f"placement_{kind}"] for kind in ("median", "p95", "worst"))
    found = [
        ("located", share(f["located"], f["photos"])),
        ("placement", ", ".join("-" if place is None else f"{place:g}" for place in places)),
        ("cells", share(f["cells_right"], f["cells"])),
        ("digit_cells", share(f["digit_cells_right"], f["digit_cells"])),
        ("numbers", share(f["numbers_right"], f["numbers"])),
        ("accepted", share(f["accepted"], f["numbers"])),
        ("false_reviews", share(f["false_reviews"], f["numbers"])),
        ("silent_errors", silent(f, language)),
        ("blanks", share(f["blanks_right"], f["blanks"])),
    ]
    if f["documents"]:
        found += [
            ("documents_right", share(f["documents_right"], f["documents"])),
            ("straight_through", share(f["straight_through"], f["documents_consistent"])),
        ]
    if f["documents_inconsistent"]:
        found.append(("inconsistent_reported", share(f["inconsistent_reported"], f["documents_inconsistent"])))
    if f["unknown_forms"]:
        found.append(("unknown_forms", share(f["unknown_forms"] - f["unknown_read"], f["unknown_forms"])))
    kinds = ("tallies", "empty_grids", "row_sums", "words", "no_words")
    found += [(kind, share(f[f"{kind}_right"], f[kind])) for kind in kinds if f[kind]]
    found.append(_calibration_error(f))
    return _lines(found, language)


def _calibration_error(f: Figures) -> tuple[str, str]:
    return "ece", "-" if f["ece"] is None else f"{f['ece']:.4f}"


def _lines(found: Iterable[tuple[str, str]], language: Language) -> list[Figure]:
    return [Figure(text(language, key), local(value, language)) for key, value in found]


def silent(f: Figures, language: Language) -> str:
    """Silent errors with their exact interval."""
    low, high = percent(f["silent_error_rate_lower95"]), percent(f["silent_error_rate_upper95"])
    counts = {"errors": f["silent_errors"], "trials": f["silent_error_trials"]}
    return both(EVALUATION_TEXTS["silent_interval"], {**counts, "low": low, "high": high})[language]


def what_n_shows(f: Figures, language: Language) -> list[str]:
    """Sentences about what the sample size of these figures can show, and what is left out."""
    found = [_bound(f), *_per_sheet(f), ("independent", {}), *_not_judged(f)]
    return [text(language, key, **data) for key, data in found]


_Said = tuple[str, dict[str, Any]]  # a text's key and data


def _bound(f: Figures) -> _Said:
    """The best bound that this number of accepted numbers can show."""
    trials = f["silent_error_trials"]
    if not trials:
        return "nothing_accepted", {}
    best = percent(clopper_pearson(0, trials)[1])
    return "best_bound", {"trials": trials, "best": best, "goal": trials_for(GOAL)}


def _per_sheet(f: Figures) -> list[_Said]:
    """The figures per distinct sheet, where photos show fewer sheets than there are photos."""
    if not f["sheets"] or f["sheets"] >= f["photos"] + f["unknown_forms"]:
        return []
    data = {
        "sheets": f["sheets"],
        "right": share(f["sheet_numbers_right"], f["sheet_numbers"]),
        "errors": f["sheet_silent_errors"],
        "trials": f["sheet_trials"],
        "upper": percent(f["sheet_silent_error_rate_upper95"]),
    }
    return [("per_sheet", data)]


def _not_judged(f: Figures) -> list[_Said]:
    """The photos and numbers that are not judged, and the reason."""
    without_truth, unjudged = f["records_without_truth"], f["unjudged_accepted"]
    found: list[tuple[Any, _Said]] = [
        (without_truth, ("records_without_truth", {"records": without_truth, "accepted": unjudged})),
        (f["forms_without_rules"], ("forms_without_rules", {"names": ", ".join(f["forms_without_rules"])})),
        (f["unlisted_accepted"], ("unlisted_accepted", {"numbers": f["unlisted_accepted"]})),
        (f["documents_decided"], ("documents_decided", {"documents": f["documents_decided"]})),
        (f["photos_without_record"], ("photos_without_record", {"photos": f["photos_without_record"]})),
    ]
    return [said for happens, said in found if happens]


def sheet_lines(sheet: Mapping[str, int], f: Figures, language: Language) -> list[str]:
    """Sentences about the result of a filled-in blind sheet."""
    return [
        text(language, "sheet_filled", **sheet),
        text(language, "sheet_silent", interval=silent(f, language)),
    ]


def cell_lines(f: Figures, language: Language) -> list[Figure]:
    """The figures of the digit witness alone."""

    def bounded(kind: str, upper: str) -> str:
        known = share(f[f"{kind}_right"], f[kind])
        return both(EVALUATION_TEXTS["wrong_at_most"], {"share": known, "upper": percent(f[upper])})[language]

    found = [
        ("digit_cells", bounded("digit_cells", "digit_error_rate_upper95")),
        ("all_cells", bounded("cells", "cell_error_rate_upper95")),
        ("numbers", share(f["numbers_right"], f["numbers"])),
        ("blanks_read", share(f["blanks_right"], f["blanks"])),
        _calibration_error(f),
    ]
    return _lines(found, language)
