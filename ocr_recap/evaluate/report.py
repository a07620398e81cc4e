"""The evaluation as one page: figures, plots, tables and the worst numbers as pictures. No script, nothing fetched.

Whatever comes from file names, templates or truth is escaped, and a content security policy forbids everything but the
page's own style and its embedded pictures.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..messages.catalog import Language, say
from ..report.html import asset
from . import plots
from .words import Figures, lines, local, percent, sheet_lines, what_n_shows
from .worst import Shown

MOST_ROWS = 60  # of one table; those with the most errors are kept
MOST_FAULTS = 100
_STYLE = asset("report", "report.css") + asset("evaluate", "evaluation.css")


@dataclass(frozen=True)
class Made:
    """What the report is made of besides figures: where they come from, the worst numbers, a sheet's counts if any."""

    results: str
    truth: str
    worst: Sequence[Shown]
    wrong: int
    sheet: Mapping[str, int] | None = None


def report_html(f: Figures, made: Made, language: Language) -> bytes:
    """The page.

    Args:
        f: as `figures.figures` gives them.
        made: everything else on the page.
        language: of the page.
    """
    parts = [
        _head(f, made, language),
        _section(say(language, "Angka utama", "Main figures"), _main(f, language)),
        _section(say(language, "Apa yang terbukti", "What n can show"), _says(f, made, language)),
        _faults(f, language),
        _section(say(language, "Yang terburuk", "The worst"), _shots(made, language)),
        _section(say(language, "Keyakinan", "Confidence"), _confidence(f, language)),
        _section(say(language, "Angka yang tertukar", "Digits taken for others"), _confusions(f, language)),
        _section(say(language, "Dokumen", "Documents"), _verdicts(f, language)) if f["documents"] else "",
        _section(say(language, "Mengapa diperiksa", "Why right numbers went to review"), _reasons(f, language)),
        *_tables(f, language),
        "</main></body></html>\n",
    ]
    return "".join(parts).encode("utf-8", "replace")


def _head(f: Figures, made: Made, language: Language) -> str:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = say(language, "Penilaian pembacaan", "Evaluation of a reading")
    tiles = "".join(
        f'<li class="{kind if n else ""}"><b>{local(f"{n:,}", language)}</b>{escape(say(language, *text))}</li>'
        for n, kind, text in (
            (f["photos"] + f["unknown_forms"], "", ("foto", "photos")),
            (f["numbers"], "", ("bilangan tertulis", "written numbers")),
            (f["numbers_right"], "ok", ("terbaca benar", "read right")),
            (f["accepted"], "ok", ("diterima", "accepted")),
            (f["reviews"], "look", ("diperiksa", "to review")),
            (f["silent_errors"], "bad", ("salah diam-diam", "silent errors")),
        )
    )
    against = say(language, "dibandingkan dengan", "judged against")
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><title>{escape(title)}</title><style>{_STYLE}</style></head><body>
<main><h1>{escape(title)}</h1><p class="sub">{escape(made.results)} {against} {escape(made.truth)}</p>
<ul class="tiles">{tiles}</ul>
"""


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>\n" if content else ""


def _main(f: Figures, language: Language) -> str:
    rows = "".join(f"<tr><td>{escape(x.name)}</td><td>{escape(x.value)}</td></tr>" for x in lines(f, language))
    return f'<div class="wide"><table class="main">{rows}</table></div>'


def _says(f: Figures, made: Made, language: Language) -> str:
    said = [*(sheet_lines(made.sheet, f, language) if made.sheet else ()), *what_n_shows(f, language)]
    return f'<ul class="says">{"".join(f"<li>{escape(text)}</li>" for text in said)}</ul>'


def _faults(f: Figures, language: Language) -> str:
    faults = f["faults"]
    if not faults:
        return ""
    rows = "".join(
        f"<li><code>{escape(x['where'])}</code> {escape(x[language])} <code>{escape(x['code'])}</code></li>"
        for x in faults[:MOST_FAULTS]
    )
    more = f"<li>... +{len(faults) - MOST_FAULTS}</li>" if len(faults) > MOST_FAULTS else ""
    title = say(language, f"Yang tidak dapat dipakai ({len(faults)})", f"What could not be used ({len(faults)})")
    return _section(title, f'<ul class="says">{rows}{more}</ul>')


def _shots(made: Made, language: Language) -> str:
    if not made.worst:
        none = "Dari bilangan yang terbaca tidak ada yang salah.", "Of the numbers that were read none is wrong."
        return f'<p class="sub">{say(language, *none)}</p>'
    note = say(
        language,
        f"{len(made.worst)} dari {made.wrong} bilangan yang salah: dulu yang salah diam-diam, lalu yang salah dengan "
        "keyakinan tinggi. Yang fotonya tidak dikenali tidak terbaca dan tidak ada di sini.",
        f"{len(made.worst)} of {made.wrong} wrong numbers: silent errors first, then wrong ones by confidence. Numbers "
        "of photos that were not located were not read and are not here.",
    )
    return f'<p class="sub">{note}</p><ul class="shots">{"".join(_shot(s, language) for s in made.worst)}</ul>'


def _shot(shown: Shown, language: Language) -> str:
    missing = escape(say(language, "gambar tidak ada", "no picture"))
    picture = (
        f'<img alt="" src="data:image/jpeg;base64,{escape(shown.picture)}">' if shown.picture else f"<p>{missing}</p>"
    )
    want = say(language, "tertulis", "written")
    got = say(language, "terbaca", "read")
    sure = "-" if shown.confidence is None else f"{int(shown.confidence * 10000) / 100:g}%"
    kind = say(language, "SALAH DIAM-DIAM", "SILENT") if shown.silent else say(language, "diperiksa", "review")
    css = "bad" if shown.silent else "look"
    return (
        f'<li class="{css}">{picture}<p>{want} <code>[{_cells(shown.want)}]</code> {got} '
        f'<code>[{_cells(shown.got)}]</code></p><p><span class="sign">{escape(kind)}</span> {local(sure, language)}</p>'
        f'<p class="fine">{escape(shown.photo)} · {escape(shown.field)}</p></li>'
    )


def _cells(text: str | None) -> str:
    return "?" if text is None else escape(text.replace(" ", "_"))


def _confidence(f: Figures, language: Language) -> str:
    confidence, right = say(language, "keyakinan", "confidence"), say(language, "bagian yang benar", "share right")
    taken, wrong = (
        say(language, "bagian yang diambil", "share taken"),
        say(language, "bagian yang salah", "share wrong"),
    )
    accepted = None
    if f["accepted"]:
        accepted = f["accepted"] / f["numbers"], f["silent_error_rate"]
    note = say(
        language,
        f"ECE {f['ece']} atas kelas-kelas di bawah; garis tegak: selang eksak 95%; garis putus: jujur. Kanan: diambil "
        "menurut keyakinan saja; titik: yang benar-benar diterima pembaca, dengan semua salah diam-diamnya.",
        f"ECE {f['ece']} over the bins below; bars: exact 95% intervals; dashed: honest. Right: numbers taken by "
        "confidence alone; the dot: what the reader did accept, with all its silent errors.",
    )
    head = [
        confidence,
        "n",
        say(language, "benar", "right"),
        say(language, "keyakinan rata-rata", "mean confidence"),
        "95%",
    ]
    rows = [
        [
            f"{b['low']:g} - {b['high']:g}",
            f"{b['count']:,}",
            f"{b['right']:,}",
            f"{b['mean_confidence']:.4f}",
            f"{b['right_lower95']:.4f} - {b['right_upper95']:.4f}",
        ]
        for b in f["reliability"]
        if b["count"]
    ]
    pictures = plots.reliability(f["reliability"], confidence, right) + plots.risk(
        f["risk_coverage"], accepted, (taken, wrong)
    )
    return f'<p class="sub">{local(note, language)}</p><div class="two">{pictures}</div>{_table(head, rows, language)}'


def _confusions(f: Figures, language: Language) -> str:
    found: Mapping[str, Mapping[str, int]] = f["confusions"]
    if not found:
        return ""
    columns = sorted({*found, *(c for row in found.values() for c in row)}, key=_order)
    title = say(language, "tertulis \\ terbaca", "written \\ read")
    head = f"<th>{escape(title)}</th>" + "".join(f"<th>{_cells(c)}</th>" for c in columns)
    rows = ""
    for char in sorted(found, key=_order):
        cells = "".join(_confusion(char, c, found[char].get(c, 0), language) for c in columns)
        rows += f"<tr><td>{_cells(char)}</td>{cells}</tr>"
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _confusion(written: str, read: str, count: int, language: Language) -> str:
    css = "good" if written == read else "bad" if count else "zero"
    return f'<td class="{css}">{_number(f"{count:,}", language)}</td>'


def _order(char: str) -> tuple[bool, str]:
    return not char.isdigit(), char


def _verdicts(f: Figures, language: Language) -> str:
    kinds = {"consistent": ("cocok seperti tertulis", "consistent as written"), "inconsistent": ("tidak cocok", "not")}
    verdicts = sorted({v for row in f["verdicts"].values() for v in row})
    head = [say(language, "kebenaran \\ putusan", "truth \\ verdict"), *verdicts]
    rows = [
        [say(language, *kinds[kind]), *(f"{row.get(v, 0):,}" for v in verdicts)] for kind, row in f["verdicts"].items()
    ]
    wrong = say(
        language,
        f"Lolos tanpa diperiksa dengan salah diam-diam: {f['straight_through_wrong']}. Tidak cocok, tetapi lolos: "
        f"{f['inconsistent_passed']}.",
        f"Straight through with a silent error: {f['straight_through_wrong']}. Inconsistent and yet straight through: "
        f"{f['inconsistent_passed']}.",
    )
    return _table(head, rows, language) + f'<p class="sub">{wrong}</p>'


def _reasons(f: Figures, language: Language) -> str:
    rows = [[reason, f"{n:,}"] for reason, n in f["false_reviews_by_reason"].items()]
    return _table([say(language, "alasan", "reason"), "n"], rows, language) if rows else ""


def _tables(f: Figures, language: Language) -> Iterator[str]:
    names = {
        "field": ("Per kolom", "Per field"),
        "defect": ("Per cacat", "Per defect"),
        "template": ("Per formulir dan halaman", "Per form and page"),
        "writer": ("Per penulis", "Per writer"),
        "width": ("Per lebar foto (piksel)", "Per photo width (pixels)"),
        "sheet": ("Per lembar", "Per distinct sheet"),
        "counted": ("Salah tulis petugas", "Clerks' slips"),
    }
    heads = (
        ("foto", "photos"),
        ("dikenali", "located"),
        ("bilangan", "numbers"),
        ("benar", "right"),
        ("diterima", "accepted"),
        ("benar, diperiksa", "right, to review"),
        ("salah diam-diam", "silent errors"),
        ("paling banyak", "at most (95%)"),
        ("kosong", "blanks"),
        ("dikenali kosong", "found blank"),
    )
    keys = ("photos", "located", "numbers", "numbers_right", "accepted", "false_reviews", "silent_errors")
    for name, title in names.items():
        table: Mapping[str, Mapping[str, Any]] = f["tables"][name]
        if not table or set(table) == {"-"}:
            continue
        ranked = sorted(
            table, key=lambda k: (-table[k]["silent_errors"], table[k]["numbers_right"] - table[k]["numbers"])
        )
        kept = set(ranked[:MOST_ROWS])
        rows = [
            [
                group,
                *(f"{row[k]:,}" for k in keys),
                percent(row["silent_error_rate_upper95"]) if row["trials"] else "-",
                f"{row['blanks']:,}",
                f"{row['blanks_right']:,}",
            ]
            for group, row in table.items()
            if group in kept
        ]
        more = len(table) - len(rows)
        note = say(
            language,
            f"{more} baris dengan kesalahan tersedikit tidak ditampilkan.",
            f"{more} rows with the fewest errors are not shown.",
        )
        head = ["", *(say(language, *h) for h in heads)]
        yield _section(
            say(language, *title), _table(head, rows, language) + (f'<p class="sub">{note}</p>' if more else "")
        )


def _table(head: Iterable[str], rows: Iterable[Sequence[str]], language: Language) -> str:
    top = "".join(f"<th>{escape(h)}</th>" for h in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_number(cell, language))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def _number(cell: str, language: Language) -> str:
    """Only what is a number or a range of them; names stay as they are."""
    return local(cell, language) if re.fullmatch(r"[\d.,]+%?( - [\d.,]+)?", cell) else cell
