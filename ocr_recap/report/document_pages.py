"""`report/001.html`, `report/002.html` ...: the documents with their numbers and pictures, a bounded number per page.

The page of a document depends on its place in the order only, so that links stay valid after people's decisions. On
each page documents that need a person come first. A document has its numbers in the form's own order, votes in the
open, dates and rules to be opened. With the script a link to a document shows that document alone, also in print.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ..forms.fields import FormField
from ..forms.print_items import Label
from ..forms.relations import in_words
from ..forms.template import Template
from ..messages.catalog import Language, Wording
from ..records.document import Document
from ..records.field_record import FieldRecord
from ..records.folder import CROPS, HEADERS, OVERLAYS, PAGES
from ..records.record import RuleResult
from . import bubble_picture
from .headings import is_vote, result_fields
from .html import environment, pieces, report_text
from .pictures import STRIP_HEIGHT, header_size
from .result_table import State
from .tally_overlay import BLOCK_STRIPS
from .view_model import DocumentView, ShownPhoto, page_file

__all__ = ["ReportPages"]

MOST_DOCUMENTS = 200  # per page; by judgement
MOST_NUMBERS = 1000  # per page; three times as many took 1.5 s to open on two busy cores (benchmarks/report.py)
_HOME: Final = "../"  # from a page of the report to the folder of results
_OF_SEVERAL_PHOTOS: Final = frozenset({"photos_disagree", "photos_of_two_sheets"})  # reasons to compare pictures
_FOLDERS: Final = {"crops": CROPS, "overlay": OVERLAYS, "pages": PAGES}  # of pictures, by their names in the template


class ShownNumber(NamedTuple):
    """A number on the page: its anchor, its field with id and label, and the photos that show it.

    The photo that counts comes first. `form_field` is the number in the form; None where the form is unknown.
    """

    target: str
    name: str
    field: FieldRecord
    label: Label
    photos: tuple[ShownPhoto, ...]
    form_field: FormField | None

    @property
    def sure(self) -> str:
        """The confidence in percent, rounded down and never 100%, since no reading is certain; empty without one."""
        sure = self.field.confidence
        return "" if sure is None else f"{min(int(sure * 1000), 999) / 10:g}%"

    @property
    def needs_a_person(self) -> bool:
        """True for numbers in review, and for decided numbers that break a rule."""
        return self.field.status == "review" or "rule_broken" in self.field.reasons

    @property
    def explained(self) -> bool:
        """True where the page says why the number has its state, and shows all its evidence."""
        return self.needs_a_person or self.field.status == "not_in_photo" or self.field.decision is not None

    @property
    def state(self) -> State:
        """Its state as in the table of stations."""
        status = self.field.status
        return "absent" if status == "not_in_photo" else status

    @property
    def kind(self) -> str:
        """`vote` for the votes of one candidate, `sum` for all other numbers."""
        return "vote" if self.form_field and is_vote(self.form_field) else "sum"


class ShownPage(NamedTuple):
    """A page of the form: its title, and its numbers in the form's order."""

    title: Label
    numbers: tuple[ShownNumber, ...]


class ShownRule(NamedTuple):
    """A rule on the page: its result, and its text with labels and with values in place of field ids."""

    result: RuleResult
    words: Label
    filled: str


class Header(NamedTuple):
    """The picture of a page's header: its path relative to the folder of results, and its size in px."""

    file: str
    width: int
    height: int


class ReportPages:
    """Writes the pages of a report one by one, and holds one page in memory."""

    def __init__(
        self,
        folder: Path,
        templates: Mapping[str, Template],
        language: Language,
        most_documents: int = MOST_DOCUMENTS,
        most_numbers: int = MOST_NUMBERS,
    ) -> None:
        """Begin a report.

        Args:
            folder: of results.
            templates: forms by id.
            language: shown when a page is opened; a page holds both.
            most_documents: on one page.
            most_numbers: on one page, unless a single document has more.
        """
        self._folder, self._templates = folder, templates
        self._most_documents, self._most_numbers = most_documents, most_numbers
        self._language: Language = language
        numbers = [t.fields_of(p.id) for t in templates.values() for p in t.pages]
        grids = max((sum(f.tally is not None for f in fields) for fields in numbers), default=0)
        bubbles = max((sum(f.bubbles is not None for f in fields) for fields in numbers), default=0)
        words = max((sum(f.words.lines for f in fields if f.words) for fields in numbers), default=0)
        strips = BLOCK_STRIPS * grids, bubble_picture.BLOCK_STRIPS * bubbles, words
        self._rows = max(*(len(fields) for fields in numbers), *strips, 0)
        self._article_template = environment("report").get_template("document.html")
        self._page = self._number = 0
        self._documents = self._numbers = 0  # on the current page
        self._first: list[str] = []  # HTML of documents that need a person
        self._rest: list[str] = []
        self._title = Wording("", "")  # of the only document on the current page

    def add(self, document: Document, photos: tuple[ShownPhoto, ...]) -> DocumentView:
        """Add the next document.

        Returns:
            The document with its place in the report.

        Raises:
            OSError: a page cannot be written.
        """
        numbers = sum(len(photo.record.fields) for photo in photos)
        full = self._documents >= self._most_documents or self._numbers + numbers > self._most_numbers
        if self._page == 0 or (full and self._documents):
            self._flush(last=False)
            self._page += 1
        self._number += 1
        shown = DocumentView(self._number, self._page, document, photos, self._templates.get(document.template or ""))
        self._documents += 1
        self._numbers += numbers
        (self._rest if document.verdict in ("settled", "incomplete") else self._first).append(self._article(shown))
        return shown

    def close(self) -> None:
        """Write the last page.

        Raises:
            OSError: the page cannot be written.
        """
        self._flush(last=True)

    def _flush(self, last: bool) -> None:
        if self._page == 0:
            return
        path = self._folder / page_file(self._page)
        path.parent.mkdir(exist_ok=True)
        heading = self._heading(last)
        several = Wording(*(f"{text} · ocr_recap" for text in heading))
        with path.open("wb") as file:
            file.writelines(
                pieces(
                    "report",
                    "documents.html",
                    language=self._language,
                    title=self._title if self._documents == 1 else several,
                    home=_HOME,
                    rows=self._rows,
                    strip_height=STRIP_HEIGHT,
                    heading=heading,
                    previous=f"{self._page - 1:03d}.html" if self._page > 1 else "",
                    next="" if last else f"{self._page + 1:03d}.html",
                    first=self._first,
                    others=self._rest,
                )
            )
        self._first, self._rest = [], []
        self._documents = self._numbers = 0

    def _heading(self, last: bool) -> Wording:
        """What the current page holds: the numbers of its documents, which the only page of a report needs not say."""
        first = self._number - self._documents + 1
        if last and self._page == 1:
            return Wording(**report_text("documents_title", {}))
        if self._documents == 1:
            return Wording(**report_text("document_number", {"first": first}))
        return Wording(**report_text("documents_span", {"first": first, "last": self._number}))

    def _article(self, shown: DocumentView) -> str:
        """A document as HTML."""
        numbers = list(_numbers(shown))
        rules = list(_rules(shown))
        dates = [number for number in numbers if number.form_field and number.form_field.role == "date"]
        counts = [number for number in numbers if number not in dates]
        wanted = [field.id for field in result_fields(shown.template)] if shown.template else []
        slips = {rule.result.suggestion.field: rule.result.suggestion for rule in rules if rule.result.suggestion}
        self._title = _window_title(shown)
        return self._article_template.render(
            language=self._language,
            home=_HOME,
            folders=_FOLDERS,
            shown=shown,
            title=self._title,
            result=[number for name in wanted for number in numbers if number.name == name],
            review=[number for number in counts if number.needs_a_person],
            pages=_pages(shown, counts),
            dates=dates,
            dates_open=sum(number.field.status == "review" for number in dates),
            suggestions=list(slips.values()),
            broken=[rule for rule in rules if rule.result.outcome == "broken"],
            rules=sorted(
                (rule for rule in rules if rule.result.outcome != "broken"), key=lambda rule: rule.result.outcome
            ),
            holds=sum(rule.result.outcome == "holds" for rule in rules),
            headers=[_header(photo, shown.template) for photo in shown.photos],
        )


def _window_title(shown: DocumentView) -> Wording:
    """The title of the window while one document is shown: its station, its form and the program."""
    code = shown.document.station.code
    name = code or shown.document.id
    station = f"TPS {code[-3:]} ({code})" if code and len(code) == 13 else name
    form = shown.template.title if shown.template else None
    return Wording(
        " · ".join(part for part in (station, form and form.id, "ocr_recap") if part),
        " · ".join(part for part in (station, form and form.en, "ocr_recap") if part),
    )


def _pages(shown: DocumentView, numbers: Sequence[ShownNumber]) -> list[ShownPage]:
    """The pages present with their counts, in the order of the form; one page without title for an unknown form."""
    if shown.template is None:
        return [ShownPage(Label.model_construct(id="", en=""), tuple(numbers))] if numbers else []
    found: list[ShownPage] = []
    for page in shown.template.pages:
        order = {field.id: place for place, field in enumerate(shown.template.fields_of(page.id))}
        mine = sorted((n for n in numbers if n.name in order), key=lambda number: order[number.name])
        if mine:
            found.append(ShownPage(page.title, tuple(mine)))
    return found


def _numbers(shown: DocumentView) -> Iterator[ShownNumber]:
    fields = {field.id: field for field in shown.template.fields} if shown.template else {}
    for name, counting in shown.counting():
        field = counting.record.fields[name]
        # Where photos of a page show different values, all of them are shown.
        disagree = not _OF_SEVERAL_PHOTOS.isdisjoint(field.reasons)
        again = [p for p in shown.photos if p is not counting] if disagree else []
        described = fields.get(name)
        label = described.label if described else Label(id=name, en=name)
        yield ShownNumber(shown.anchor(name), name, field, label, (counting, *again), described)


def _rules(shown: DocumentView) -> Iterator[ShownRule]:
    """The rules of a document; a rule without an entry in the form is shown with field ids."""
    words = shown.template.rules_in_words if shown.template else {}
    for result in shown.document.rules:
        values = {name: "?" if value is None else str(value) for name, value in result.numbers.items()}
        told = words.get(result.id) or Label.model_construct(id=result.text, en=result.text)
        yield ShownRule(result, told, in_words(result.text, values))


def _header(photo: ShownPhoto, template: Template | None) -> Header | None:
    """The picture of the header, where the station is written by hand: for people to compare; it is not read."""
    file, page = photo.picture(HEADERS), photo.record.page
    rect = template.page(page.page).header if template and page else None
    return Header(file, *header_size(rect)) if file is not None and rect is not None else None
