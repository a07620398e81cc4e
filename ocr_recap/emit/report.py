"""`report.html`: one self-contained page that reads on a phone: what needs a person first, then everything.

No part of it is fetched from anywhere, both languages are in it, and it works without scripts. Whatever comes from
file names, templates or photos is escaped, and a content security policy forbids any script but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from ..record import FieldRecord, Problem, Record, RuleResult
from ..template import Template
from . import OVERLAYS, PAGES
from .style import CSS, JS
from .tables import anchor, labels

Language = Literal["id", "en"]

# About 3 kB a crop: beyond this many a phone no longer opens the page, and accepted numbers go without theirs.
MOST_CROPS = 6000

_STATUS = {
    "accepted": ("ok", "✓", "diterima", "accepted"),
    "review": ("look", "?", "periksa", "review"),
    "blank": ("none", "–", "kosong", "blank"),
}
_OUTCOME = {
    "holds": ("holds", "✓", "cocok", "holds"),
    "broken": ("broken", "✗", "tidak cocok", "broken"),
    "not_evaluated": ("open", "–", "belum dapat dihitung", "not evaluated"),
}
_VERDICT = {
    "settled": ("selesai", "settled"),
    "review": ("perlu diperiksa", "needs review"),
    "inconsistent": ("tidak cocok seperti tertulis", "does not add up as written"),
    "problem": ("masalah", "problem"),
}


@dataclass(frozen=True)
class Entry:
    """One photo of the report.

    Attributes:
        record: what was read.
        crops: base64 JPEG of each number's boxes, by field id; may lack any.
        thumbnail: base64 JPEG of the photo, too small to read a name in.
        pictures: the files made of the photo, relative to the report.
    """

    record: Record
    crops: Mapping[str, str] = field(default_factory=dict[str, str])
    thumbnail: str | None = None
    pictures: tuple[str, ...] = ()


@dataclass
class Totals:
    """What a batch came to. `accepted`, `review` and `blank` count numbers, the others photos."""

    photos: int = 0
    located: int = 0
    accepted: int = 0
    review: int = 0
    blank: int = 0
    problems: int = 0

    def add(self, record: Record) -> None:
        """Count one more record."""
        self.photos += 1
        self.located += record.page is not None
        self.problems += record.status == "problem"
        statuses = [f.status for f in record.fields.values() if record.counts]
        self.accepted += statuses.count("accepted")
        self.review += statuses.count("review")
        self.blank += statuses.count("blank")


def report_html(
    entries: Callable[[], Iterable[Entry]],
    totals: Totals,
    templates: Mapping[str, Template],
    *,
    skipped: Sequence[str] = (),
    language: Language = "id",
) -> Iterator[bytes]:
    """The page in pieces, so that a large batch never lies in memory at once.

    Args:
        entries: called several times; gives the photos in input order each time.
        totals: over all of them.
        templates: forms by id, for the labels.
        skipped: files in the input folders that are no photos.
        language: the one shown first.
    """
    all_crops = totals.accepted + totals.blank + 2 * totals.review <= MOST_CROPS
    yield _head(totals, language).encode()
    yield from _section("review", "Periksa dulu", "Review first", _review(entries, templates))
    yield from _section("problems", "Masalah", "Problems", _problems(entries))
    title_id, title_en = "Semua foto", "All photos"
    yield from _section("photos", title_id, title_en, _photos(entries, templates, all_crops))
    yield _foot(entries, skipped, all_crops).encode("utf-8", "replace")


def _section(name: str, title_id: str, title_en: str, parts: Iterator[str]) -> Iterator[bytes]:
    yield f'<section id="{name}"><h2>{_both(title_id, title_en)}</h2>\n'.encode()
    empty = True
    for part in parts:
        empty = False
        yield part.encode("utf-8", "replace")
    if empty:
        yield f'<p class="sub">{_both("Tidak ada.", "None.")}</p>'.encode()
    yield b"</section>\n"


def _head(totals: Totals, language: Language) -> str:
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(CSS)}'; script-src '{_hash(JS)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    tiles = "".join(
        f'<li class="{kind if count else ""}"><b>{count}</b>{_both(*text)}</li>'
        for count, kind, text in (
            (totals.photos, "", ("foto", "photos")),
            (totals.located, "", ("halaman dikenali", "pages found")),
            (totals.accepted, "ok", ("angka diterima", "numbers accepted")),
            (totals.review, "look", ("angka diperiksa", "numbers to review")),
            (totals.blank, "", ("angka kosong", "numbers blank")),
            (totals.problems, "bad", ("foto bermasalah", "problem photos")),
        )
    )
    checked = {lang: " checked" if lang == language else "" for lang in ("id", "en")}
    notice = _both("Sementara – formulir kertas yang berlaku", "Provisional – paper prevails")
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><title>ocr_recap</title><style>{CSS}</style></head><body>
<input class="vh" type="radio" name="lang" id="lang-id" aria-label="Bahasa Indonesia"{checked["id"]}>
<input class="vh" type="radio" name="lang" id="lang-en" aria-label="English"{checked["en"]}>
<div class="page"><div class="bar" role="note"><p>{notice}</p>
<div class="tongue"><label for="lang-id">ID</label><label for="lang-en">EN</label></div></div>
<main><h1>{_both("Hasil baca formulir", "Tally forms, read")}</h1>
<ul class="tiles">{tiles}</ul>
<input id="find" type="search" placeholder="Cari nama berkas / Find a file name" aria-label="Cari / Find">
"""


def _foot(entries: Callable[[], Iterable[Entry]], skipped: Sequence[str], all_crops: bool) -> str:
    first = next(iter(entries()), None)
    notes: list[str] = []
    if not all_crops:
        notes.append(
            _both(
                "Karena jumlah foto besar, potongan gambar hanya ditampilkan untuk angka yang perlu diperiksa.",
                "As the batch is large, only numbers to review are shown with their picture.",
            )
        )
    if skipped:
        shown = ", ".join(escape(name) for name in skipped[:50]) + (", …" if len(skipped) > 50 else "")
        notes.append(f"{_both('Dilewati karena bukan foto', 'Skipped, not photos')} ({len(skipped)}): {shown}")
    if first:
        made = first.record.provenance
        notes.append(f"ocr_recap {escape(made.ocr_recap)}")
    paragraphs = "".join(f"<p>{note}</p>" for note in notes)
    return f"<footer>{paragraphs}</footer></main></div><script>{JS}</script></body></html>\n"


# --- the three sections -------------------------------------------------------------------------------------------


def _review(entries: Callable[[], Iterable[Entry]], templates: Mapping[str, Template]) -> Iterator[str]:
    for index, entry in enumerate(entries()):
        record = entry.record
        if not record.counts:
            continue
        doubtful = {name: f for name, f in record.fields.items() if f.status == "review"}
        broken = [rule for rule in record.rules if rule.outcome == "broken"]
        if not doubtful and not broken:
            continue
        named = labels(record, templates)
        yield f'<article class="photo"{_findable(record)}><header>{_title(index, entry)}</header>'
        if broken:
            yield f'<ul class="rules">{"".join(_rule(rule) for rule in broken)}</ul>'
        for name, number in doubtful.items():
            yield _number(anchor(index, name), name, number, named[name], entry.crops.get(name))
        yield "</article>\n"


def _problems(entries: Callable[[], Iterable[Entry]]) -> Iterator[str]:
    for entry in entries():
        record = entry.record
        if not record.problems:
            continue
        image = _image(entry.thumbnail, record.photo.label) if entry.thumbnail else ""
        hints = "".join(_hint(problem) for problem in record.problems)
        yield (
            f'<article class="photo"{_findable(record)}><div class="problem">{image}<div>'
            f"<h3>{escape(record.photo.label)}</h3>{hints}</div></div></article>\n"
        )


def _photos(
    entries: Callable[[], Iterable[Entry]], templates: Mapping[str, Template], all_crops: bool
) -> Iterator[str]:
    for index, entry in enumerate(entries()):
        record = entry.record
        named = labels(record, templates)
        yield f'<details class="photo" id="{anchor(index)}"{_findable(record)}><summary>{_title(None, entry)}</summary>'
        yield "".join(_hint(problem, "problem") for problem in record.problems)
        for name, number in record.fields.items():
            crop = entry.crops.get(name) if all_crops else None
            # The link in numbers.csv goes to the review list where there is something to review.
            target = None if number.status == "review" else anchor(index, name)
            yield _number(target, name, number, named[name], crop)
        yield _rules(record)
        yield "</details>\n"


def _title(index: int | None, entry: Entry) -> str:
    record = entry.record
    name = escape(record.photo.label)
    heading = name if index is None else f'<a href="#{anchor(index)}">{name}</a>'
    form = (
        f"{escape(record.page.template)} · {_both('halaman', 'page')} {escape(record.page.page)} · "
        if record.page
        else ""
    )
    code = record.station.code
    station = f"{_both('TPS', 'station')} {escape(code)} · " if code else ""
    links = {OVERLAYS: ("foto bertanda", "marked photo"), PAGES: ("halaman diluruskan", "straightened page")}
    picture = "".join(
        f' · <a href="{escape(name)}">{_both(*links[name.partition("/")[0]])}</a>' for name in entry.pictures
    )
    return f'<h3>{heading}</h3><p class="meta">{station}{form}{_both(*_VERDICT[record.status])}{picture}</p>'


def _number(target: str | None, name: str, number: FieldRecord, label: tuple[str, str], crop: str | None) -> str:
    kind, sign, word_id, word_en = _STATUS[number.status]
    value = "" if number.status == "blank" else ("?" if number.value is None else str(number.value))
    image = _image(crop, label[0]) if crop else ""
    written = f"{_both('tertulis', 'written')} <code>[{escape(number.text.replace(' ', '_'))}]</code>"
    # Sure readings are cut, not rounded, so that nothing doubtful is shown as 100%.
    sure = f"{int(number.confidence * 1000) / 10:g}%"
    fine = f'<p class="fine"><code>{escape(name)}</code> · {written} · {_both("keyakinan", "confidence")} {sure}</p>'
    if number.status == "review":
        why = f'<p class="why">{_both(number.explanation.id, number.explanation.en)}</p>'
    else:
        why = ""
    identity = f' id="{escape(target)}"' if target else ""
    return (
        f'<div class="number {kind}"{identity}><p class="label">{_both(*label)}</p><div class="crop">{image}</div>'
        f'<p class="value"><b><span class="sign">{sign}</span>{value}</b> '
        f'<span class="fine">{_both(word_id, word_en)}</span></p>{fine}'
        f"{why}</div>"
    )


def _rules(record: Record) -> str:
    if not record.rules:
        return ""
    evaluated = [rule for rule in record.rules if rule.outcome != "not_evaluated"]
    others = [rule for rule in record.rules if rule.outcome == "not_evaluated"]
    parts: list[str] = []
    if evaluated:
        items = "".join(_rule(rule) for rule in sorted(evaluated, key=lambda rule: rule.outcome))
        parts.append(f'<ul class="rules"><li><h4>{_both("Aturan", "Rules")}</h4></li>{items}</ul>')
    if others:
        items = "".join(_rule(rule) for rule in others)
        title = f"{_both('Aturan yang belum dapat dihitung', 'Rules not evaluated')} ({len(others)})"
        parts.append(f'<details class="more"><summary>{title}</summary><ul class="rules">{items}</ul></details>')
    return "".join(parts)


def _rule(rule: RuleResult) -> str:
    kind, sign, word_id, word_en = _OUTCOME[rule.outcome]
    filled = re.sub(r"[A-Za-z][A-Za-z0-9_]*", lambda m: _filled(rule, m.group()), rule.text)
    difference = ""
    if rule.outcome == "broken" and rule.difference is not None:
        difference = f" · {_both('selisih', 'difference')} {rule.difference:+g}"
    soft = f" · {_both('hanya peringatan', 'only a warning')}" if rule.strength == "soft" else ""
    return (
        f'<li class="{kind}"><span class="sign">{sign}</span>{_both(word_id, word_en)}{difference}{soft}: '
        f'<code>{escape(rule.text)}</code><br><code class="fine">{escape(filled)}</code> '
        f'<span class="fine">({escape(rule.id)}: {escape(rule.basis)})</span></li>'
    )


# --- small parts ----------------------------------------------------------------------------------------------------


def _filled(rule: RuleResult, name: str) -> str:
    if name not in rule.numbers:
        return name
    number = rule.numbers[name]
    return "?" if number is None else str(number)


def _hint(problem: Problem, css: str = "") -> str:
    box = f' class="{css}"' if css else ""
    hint = _both(problem.hint.id, problem.hint.en)
    code = f'<code class="fine">{escape(problem.code)}</code>'
    return f'<div{box}><p class="bad"><span class="sign">!</span>{hint} {code}</p></div>'


def _image(data: str, text: str) -> str:
    return f'<img loading="lazy" alt="{escape(text)}" src="data:image/jpeg;base64,{escape(data)}">'


def _findable(record: Record) -> str:
    words = " ".join(w for w in (record.photo.label, record.station.code) if w)
    return f' data-find="{escape(words.lower())}"'


def _both(text_id: str, text_en: str) -> str:
    if text_id == text_en:
        return escape(text_id)
    return f'<span lang="id">{escape(text_id)}</span><span lang="en">{escape(text_en)}</span>'


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
