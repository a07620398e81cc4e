"""`report/001.html`, `report/002.html` ...: the documents with their numbers and pictures, a bounded number a page.

Which page a document stands on depends on its place alone, so that links stay right when a person has decided
something. On each page what needs a person comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from ..forms.print_items import Label
from ..forms.template import Template
from ..messages.catalog import Language
from ..records.document import Document
from ..records.folder import CROPS, HEADERS, OVERLAYS, PAGES
from .html import both, findable, foot, head, hint, number, rule, search, verdict
from .pictures import header_size
from .tally_overlay import BLOCK_STRIPS
from .view_model import Shown, ShownPhoto, page_file

__all__ = ["ReportPages"]

MOST_DOCUMENTS = 200
MOST_NUMBERS = 1000  # three times as many took 1.5 s to open on two busy cores (benchmarks/report.py)
_HOME = "../"
_LINKS = {OVERLAYS: ("foto bertanda", "marked photo"), PAGES: ("halaman diluruskan", "straightened page")}


class ReportPages:
    """Writes the pages of a report one by one; holds no more than the one under way."""

    def __init__(self, folder: Path, templates: Mapping[str, Template], language: Language) -> None:
        """Begin a report.

        Args:
            folder: of results.
            templates: forms by id.
            language: the one shown first.
        """
        self._folder, self._templates = folder, templates
        self._language: Language = language
        numbers = [t.fields_of(p.id) for t in templates.values() for p in t.pages]
        grids = max((sum(f.tally is not None for f in fields) for fields in numbers), default=0)
        self._rows = max(*(len(fields) for fields in numbers), BLOCK_STRIPS * grids, 0)
        self._page = self._number = 0
        self._documents = self._numbers = 0  # on the page under way
        self._first: list[str] = []  # what needs a person
        self._rest: list[str] = []

    def add(self, document: Document, photos: tuple[ShownPhoto, ...]) -> Shown:
        """Show the next document; where it stands comes back.

        Raises:
            OSError: a page cannot be written.
        """
        numbers = sum(len(photo.record.fields) for photo in photos)
        full = self._documents >= MOST_DOCUMENTS or self._numbers + numbers > MOST_NUMBERS
        if self._page == 0 or (full and self._documents):
            self._flush(last=False)
            self._page += 1
        self._number += 1
        shown = Shown(self._number, self._page, document, photos, self._templates.get(document.template or ""))
        self._documents += 1
        self._numbers += numbers
        (self._rest if document.verdict in ("settled", "incomplete") else self._first).append(_article(shown))
        return shown

    def close(self) -> None:
        """Write the last page.

        Raises:
            OSError: it cannot be written.
        """
        self._flush(last=True)

    def _flush(self, last: bool) -> None:
        if self._page == 0:
            return
        path = self._folder / page_file(self._page)
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            for part in self._parts(last):
                file.write(part.encode("utf-8", "replace"))
        self._first, self._rest = [], []
        self._documents = self._numbers = 0

    def _parts(self, last: bool) -> Sequence[str]:
        end = self._number
        span = f"{end - self._documents + 1}–{end}"
        before = f'<a rel="prev" href="{self._page - 1:03d}.html">‹ {both("sebelumnya", "previous")}</a>'
        after = f'<a rel="next" href="{self._page + 1:03d}.html">{both("berikutnya", "next")} ›</a>'
        steps = "".join(f"<li>{step}</li>" for step in ([before] * (self._page > 1) + [after] * (not last)))
        steps = f'<nav aria-label="halaman / pages"><ul class="steps">{steps}</ul></nav>' if steps else ""
        none = f'<p class="sub">{both("Tidak ada.", "None.")}</p>'
        return [
            head(self._language, f"ocr_recap {span}", _HOME, self._rows),
            f"<h1>{both('Dokumen', 'Documents')} {span}</h1>{steps}{search()}",
            f'<section id="review"><h2>{both("Periksa dulu", "Review first")}</h2>\n',
            *(self._first or [none]),
            f'</section><section id="rest"><h2>{both("Lainnya", "The others")}</h2>\n',
            *(self._rest or [none]),
            f"</section>{steps}",
            foot(()),
        ]


def _article(shown: Shown) -> str:
    """A document: what needs a person in the open, everything else to be opened."""
    document, named = shown.document, shown.labels()
    title = document.station.code or document.id
    files = [photo.record.photo.label for photo in shown.photos]
    parts = [
        f'<article class="doc" id="{shown.anchor()}"{findable(document.id, document.station.code, *files)}>'
        f"<header><h3>{escape(title)}</h3>{verdict(document.verdict)}{_meta(document)}</header>\n"
    ]
    hints = [hint(p) for p in document.problems]
    parts += [f'<div class="problem"><div>{"".join(hints)}</div></div>\n'] if hints else []
    parts += [_unread(photo) for photo in shown.photos if photo.record.page is None]
    broken = [r for r in document.rules if r.outcome == "broken"]
    words = shown.template.rules_in_words if shown.template else {}
    parts += [f'<ul class="rules">{"".join(rule(r, words) for r in broken)}</ul>\n'] if broken else []
    review: list[str] = []
    others: list[str] = []
    for name, counting in shown.counting():
        field = counting.record.fields[name]
        # What a person decided and does not add up is not put away either.
        doubtful = field.status == "review" or "rule_broken" in field.reasons
        # Where photos of a page differ, all of them are shown.
        again = [p for p in shown.photos if p is not counting] if "photos_disagree" in field.reasons else []
        label = named.get(name, (name, name))
        text = number(shown.anchor(name), name, field, label, [counting, *again], _HOME)
        (review if doubtful else others).append(text)
    parts += review
    if others:
        title_id, title_en = f"{len(others)} angka lain", f"{len(others)} other numbers"
        parts.append(
            f'<details class="more"><summary>{both(title_id, title_en)}</summary>{"".join(others)}</details>\n'
        )
    parts.append(_rules(document, words))
    parts.append(_photos(shown))
    parts.append("</article>\n")
    return "".join(parts)


def _meta(document: Document) -> str:
    parts: list[str] = []
    if document.template:
        present = ", ".join(document.pages_present) or "–"
        pages = both("halaman", "page" if len(document.pages_present) == 1 else "pages")
        parts.append(f"{escape(document.template)} · {pages} {escape(present)}")
    if document.pages_missing:
        missing = escape(", ".join(document.pages_missing))
        parts.append(f"<b>{both('kurang', 'missing')} {missing}</b>")
    return f'<p class="meta">{" · ".join(parts)}</p>'


def _unread(photo: ShownPhoto) -> str:
    """A photo without a page: its picture, too coarse to read, and what to do."""
    record = photo.record
    small = photo.picture(CROPS)
    image = f'<img loading="lazy" alt="" src="{_HOME}{escape(small)}">' if small else ""
    hints = "".join(hint(p) for p in record.problems)
    return f'<div class="problem">{image}<div><h4>{escape(record.photo.label)}</h4>{hints}</div></div>\n'


def _rules(document: Document, words: Mapping[str, Label]) -> str:
    others = [r for r in document.rules if r.outcome != "broken"]
    if not others:
        return ""
    holds = sum(r.outcome == "holds" for r in others)
    title = both(
        f"{holds} aturan cocok, {len(others) - holds} belum dapat dihitung",
        f"{holds} rules hold, {len(others) - holds} not evaluated",
    )
    items = "".join(rule(r, words) for r in sorted(others, key=lambda r: r.outcome))
    return f'<details class="more"><summary>{title}</summary><ul class="rules">{items}</ul></details>\n'


def _header(photo: ShownPhoto, template: Template | None) -> str:
    """Where the station is written by hand: for people to compare, never read."""
    file, page = photo.picture(HEADERS), photo.record.page
    rect = template.page(page.page).header if template and page else None
    if file is None or rect is None:
        return ""
    width, height = header_size(rect)
    source = f'src="{_HOME}{escape(file)}" width="{width}" height="{height}"'
    return f'<img class="head" loading="lazy" alt="kop formulir / form header" {source}>'


def _photos(shown: Shown) -> str:
    """Every photo of the document, with links to what was made of it."""
    items: list[str] = []
    for photo in shown.photos:
        record = photo.record
        page = f" · {both('halaman', 'page')} {escape(record.page.page)}" if record.page else ""
        links = "".join(
            f' · <a href="{_HOME}{escape(file)}">{both(*words)}</a>'
            for kind, words in _LINKS.items()
            if (file := photo.picture(kind))
        )
        unused = "" if record.counts or record.page is None else f" · {both('tidak dipakai', 'not used')}"
        own = [*(p for p in record.problems if p.code == "page_again"), *record.warnings]
        head = _header(photo, shown.template)
        items.append(f"<li>{escape(record.photo.label)}{page}{unused}{links}{head}{''.join(map(hint, own))}</li>")
    return f'<ul class="photos">{"".join(items)}</ul>\n'
