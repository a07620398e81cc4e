"""Figures in words, Indonesian and English: the lines of the terminal and of the report, and what n can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..messages.catalog import Language, say
from .bounds import clopper_pearson, trials_for
from .figures import GOAL

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One figure: what it is called, and its value."""

    name: str
    value: str


def share(part: int, whole: int) -> str:
    """`137 / 139 (98.6%)`, cut and not rounded, so that nothing short of all is shown as 100%."""
    return f"{part:,} / {whole:,}" + (f" ({int(1000 * part / whole) / 10:g}%)" if whole else "")


def percent(rate: float | None) -> str:
    """A rate with three figures."""
    return "-" if rate is None else f"{100 * rate:.3g}%"


def local(text: str, language: Language) -> str:
    """Numbers as the language writes them: Indonesian has decimal commas and points between thousands."""
    if language == "en":
        return text
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda sign: "," if sign.group() == "." else ".", text)


def _local_lines(found: Iterable[Line], language: Language) -> list[Line]:
    return [Line(line.name, local(line.value, language)) for line in found]


def lines(f: Figures, language: Language) -> list[Line]:
    """The main figures, in the order that they should be read."""

    def line(text_id: str, text_en: str, value: str) -> Line:
        return Line(say(language, text_id, text_en), value)

    found = [
        line("foto yang halamannya dikenali", "photos located", share(f["located"], f["photos"])),
        line(
            "letak kotak (median, 95%, terburuk; lebar kotak)",
            "placement (median, 95%, worst; cell widths)",
            ", ".join(
                "-" if f[f"placement_{k}"] is None else f"{f[f'placement_{k}']:g}" for k in ("median", "p95", "worst")
            ),
        ),
        line("kotak terbaca benar", "cells read right", share(f["cells_right"], f["cells"])),
        line(
            "kotak berisi angka 0-9 terbaca benar",
            "digit cells read right",
            share(f["digit_cells_right"], f["digit_cells"]),
        ),
        line("bilangan tertulis terbaca benar", "written numbers read right", share(f["numbers_right"], f["numbers"])),
        line("bilangan tertulis diterima", "written numbers accepted", share(f["accepted"], f["numbers"])),
        line("benar tetapi diminta periksa", "right, yet sent to review", share(f["false_reviews"], f["numbers"])),
        line("SALAH DIAM-DIAM", "SILENT ERRORS", silent(f, language)),
        line("kolom kosong dikenali kosong", "blank fields found blank", share(f["blanks_right"], f["blanks"])),
    ]
    if f["documents"]:
        found += [
            line(
                "dokumen terbaca benar seluruhnya", "documents read right", share(f["documents_right"], f["documents"])
            ),
            line(
                "dokumen yang cocok, lolos tanpa diperiksa",
                "consistent documents straight through",
                share(f["straight_through"], f["documents_consistent"]),
            ),
        ]
    if f["documents_inconsistent"]:
        n = f["documents_inconsistent"]
        found.append(
            line(
                "tidak cocok seperti tertulis, dilaporkan begitu",
                "inconsistent as written, reported so",
                share(f["inconsistent_reported"], n),
            )
        )
    if f["unknown_forms"]:
        n = f["unknown_forms"]
        found.append(
            line("formulir tak dikenal, tidak dibaca", "unknown forms left unread", share(n - f["unknown_read"], n))
        )
    for kind, text_id, text_en in (
        ("tallies", "turus terhitung benar", "tally marks counted right"),
        ("empty_grids", "kisi turus kosong dikenali", "empty tally grids found empty"),
        ("row_sums", "jumlah tiap baris terbaca benar", "row totals read right"),
    ):
        if f[kind]:
            found.append(line(text_id, text_en, share(f[f"{kind}_right"], f[kind])))
    ece = "-" if f["ece"] is None else f"{f['ece']:.4f}"
    found.append(line("galat kalibrasi (ECE)", "calibration error (ECE)", ece))
    return _local_lines(found, language)


def silent(f: Figures, language: Language) -> str:
    """Silent errors with their exact interval."""
    k, n = f["silent_errors"], f["silent_error_trials"]
    low, high = percent(f["silent_error_rate_lower95"]), percent(f["silent_error_rate_upper95"])
    return say(
        language,
        f"{k:,} dari {n:,}; antara {low} dan {high} (binomial eksak, 95%)",
        f"{k:,} of {n:,}; between {low} and {high} (exact binomial, 95%)",
    )


def what_n_shows(f: Figures, language: Language) -> list[str]:
    """What these figures can and cannot say."""
    independent = say(
        language,
        "Batas menganggap bilangan saling bebas; bilangan satu penulis atau satu lembar tidak sepenuhnya bebas. "
        "Angka berlaku untuk foto seperti ini, bukan untuk foto lain.",
        "The bounds take numbers as independent; those of one writer or one sheet are not quite. Figures hold for "
        "photos like these, not for others.",
    )
    found = [_bound(f, language), *_per_sheet(f, language), independent, *_not_judged(f, language)]
    return [local(text, language) for text in found]


def _bound(f: Figures, language: Language) -> str:
    """What this many accepted numbers can show at best."""
    n, best = f["silent_error_trials"], clopper_pearson(0, f["silent_error_trials"])[1]
    goal = trials_for(GOAL)
    if not n:
        return say(
            language,
            "Tidak ada bilangan yang diterima: tentang kesalahan diam-diam tidak ada yang terbukti.",
            "No number was accepted: nothing is shown about silent errors.",
        )
    return say(
        language,
        f"Dengan {n:,} bilangan yang diterima, bahkan tanpa satu pun kesalahan, yang terbukti hanya: paling banyak "
        f"{percent(best)}. Untuk 1 dari 100,000 perlu {goal:,} tanpa kesalahan.",
        f"{n:,} accepted numbers can show no less than {percent(best)}, even without any error. 1 in 100,000 takes "
        f"{goal:,} without an error.",
    )


def _per_sheet(f: Figures, language: Language) -> list[str]:
    """The figures per distinct sheet, where photos show fewer sheets than there are photos."""
    found: list[str] = []
    if f["sheets"] and f["sheets"] < f["photos"] + f["unknown_forms"]:
        upper = percent(f["sheet_silent_error_rate_upper95"])
        right = share(f["sheet_numbers_right"], f["sheet_numbers"])
        found.append(
            say(
                language,
                f"Foto-foto ini hanya menunjukkan {f['sheets']:,} lembar berbeda. Per lembar: {right} bilangan terbaca "
                f"benar di semua fotonya; salah diam-diam {f['sheet_silent_errors']:,} dari {f['sheet_trials']:,}, "
                f"paling banyak {upper}.",
                f"These photos show only {f['sheets']:,} distinct sheets. Per sheet: {right} numbers read right on all "
                f"photos; silent errors {f['sheet_silent_errors']:,} of {f['sheet_trials']:,}, at most {upper}.",
            )
        )
    return found


def _not_judged(f: Figures, language: Language) -> list[str]:
    """What these figures leave out, and why."""
    found: list[str] = []
    if f["records_without_truth"]:
        found.append(
            say(
                language,
                f"{f['records_without_truth']:,} hasil tanpa kebenaran tidak dinilai; di dalamnya "
                f"{f['unjudged_accepted']:,} bilangan diterima.",
                f"{f['records_without_truth']:,} records have no truth and are not judged; {f['unjudged_accepted']:,} "
                "accepted numbers are in them.",
            )
        )
    if f["forms_without_rules"]:
        names = ", ".join(f["forms_without_rules"])
        found.append(
            say(
                language,
                f"Templat {names} tidak ada: aturannya tidak diperiksa, dan tanggal ikut menentukan dokumen. "
                "Beri berkasnya dengan --template.",
                f"There is no template of {names}: its rules are not checked, and dates decide on documents like "
                "counts. Give its file with --template.",
            )
        )
    if f["unlisted_accepted"]:
        n = f["unlisted_accepted"]
        found.append(
            say(
                language,
                f"{n:,} bilangan yang diterima tidak ada di tabel kebenaran dan tidak dinilai.",
                f"{n:,} accepted numbers are not in the table of truth and are not judged.",
            )
        )
    if f["documents_decided"]:
        n = f["documents_decided"]
        found.append(
            say(
                language,
                f"Yang dinilai adalah bacaan mesin: keputusan orang di {n:,} dokumen (decisions.jsonl) tidak dihitung.",
                f"The machine is judged: what people decided in {n:,} documents (decisions.jsonl) does not count.",
            )
        )
    if f["photos_without_record"]:
        n = f["photos_without_record"]
        found.append(
            say(
                language,
                f"{n:,} foto kebenaran tanpa hasil; dihitung sebagai tidak dikenali.",
                f"{n:,} photos of the truth have no record; they count as not located.",
            )
        )
    return found


def sheet_lines(sheet: Mapping[str, int], f: Figures, language: Language) -> list[str]:
    """What a filled-in blind sheet came to."""
    found = [
        say(
            language,
            f"Lembar buta: {sheet['rows']:,} dari {sheet['drawn']:,} bilangan yang diundi sudah diisi "
            f"(dari {sheet['accepted']:,} yang diterima); {sheet['unread']:,} tanpa jawaban dihitung sebagai salah.",
            f"Blind sheet: {sheet['rows']:,} of {sheet['drawn']:,} drawn numbers are filled in (of "
            f"{sheet['accepted']:,} accepted); {sheet['unread']:,} without an answer count as wrong.",
        ),
        say(language, f"Salah diam-diam: {silent(f, language)}", f"Silent errors: {silent(f, language)}"),
    ]
    return [local(text, language) for text in found]


def cell_lines(f: Figures, language: Language) -> list[Line]:
    """The digit witness alone."""

    def line(text_id: str, text_en: str, value: str) -> Line:
        return Line(say(language, text_id, text_en), value)

    upper = say(language, "salah paling banyak", "wrong at most")
    digits = f"{share(f['digit_cells_right'], f['digit_cells'])}, {upper} {percent(f['digit_error_rate_upper95'])}"
    cells = f"{share(f['cells_right'], f['cells'])}, {upper} {percent(f['cell_error_rate_upper95'])}"
    found = [
        line("kotak berisi angka 0-9 terbaca benar", "digit cells read right", digits),
        line("semua kotak terbaca benar", "all cells read right", cells),
        line("bilangan tertulis terbaca benar", "written numbers read right", share(f["numbers_right"], f["numbers"])),
        line("kolom kosong dikenali kosong", "blank fields read as blank", share(f["blanks_right"], f["blanks"])),
        line("galat kalibrasi (ECE)", "calibration error (ECE)", "-" if f["ece"] is None else f"{f['ece']:.4f}"),
    ]
    return _local_lines(found, language)
