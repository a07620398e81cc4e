"""View models: a document as tables and report show it, with its pictures and its place in the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..forms.fields import FormField
from ..forms.template import Template
from ..records.document import Document
from ..records.folder import BUBBLES, CROPS, REPORT_PAGES, STROKES, WORDS
from ..records.record import Record
from . import bubble_picture, words_picture
from .pictures import STRIP_HEIGHT, strip_width
from .tally_overlay import BLOCK_STRIPS, block_size, shown_fields


@dataclass(frozen=True)
class Strip:
    """The picture of a number: `width` x `height` px of the picture `sheet`, in its strip `row`, from 0."""

    sheet: str
    row: int
    width: int
    height: int = STRIP_HEIGHT


@dataclass(frozen=True)
class ShownPhoto:
    """A photo of a document: its record and its picture files, relative to the folder of results."""

    record: Record
    pictures: tuple[str, ...] = ()

    def picture(self, kind: str) -> str | None:
        """Path of the picture in one of the folders `folder.PICTURES`; None if there is none."""
        return next((name for name in self.pictures if name.startswith(f"{kind}/")), None)

    def strip(self, field_id: str) -> Strip | None:
        """The picture of one of the photo's numbers; None if there is none."""
        sheet = self.picture(CROPS)
        quads = {name: field.quad for name, field in self.record.fields.items() if field.quad is not None}
        if sheet is None or field_id not in quads:
            return None
        return Strip(sheet, list(quads).index(field_id), strip_width(quads[field_id]))

    def bubbles(self, field: FormField) -> Strip | None:
        """The picture of a number's bubbles; None if there is none."""
        sheet, shown = self.picture(BUBBLES), bubble_picture.shown_fields(self.record)
        if sheet is None or field.id not in shown:
            return None
        row = bubble_picture.BLOCK_STRIPS * shown.index(field.id)
        return Strip(sheet, row, bubble_picture.block_width(field), bubble_picture.BLOCK_HEIGHT)

    def words(self, field_id: str) -> Strip | None:
        """The picture of a number's words; None if there is none."""
        sheet, shown = self.picture(WORDS), words_picture.shown_fields(self.record)
        if sheet is None or field_id not in shown:
            return None
        sizes = [words_picture.block_size(self.record.fields[name]) for name in shown[: shown.index(field_id) + 1]]
        return Strip(sheet, sum(height for _, height in sizes[:-1]) // STRIP_HEIGHT, *sizes[-1])

    def strokes(self, field_id: str) -> Strip | None:
        """The picture of a number's tally grid; None if there is none."""
        sheet, shown = self.picture(STROKES), shown_fields(self.record)
        if sheet is None or field_id not in shown:
            return None
        width, height = block_size(self.record.fields[field_id])
        return Strip(sheet, BLOCK_STRIPS * shown.index(field_id), width, height)


@dataclass(frozen=True)
class DocumentView:
    """A document ready to be shown.

    Attributes:
        number: its place in `documents.jsonl`, from 1.
        page: of the report, from 1.
        document: with people's decisions, if there are any.
        photos: in input order; their records hold the document's decisions.
        template: its form; None for a document without pages.
    """

    number: int
    page: int
    document: Document
    photos: tuple[ShownPhoto, ...]
    template: Template | None = None

    def labels(self) -> dict[str, tuple[str, str]]:
        """Indonesian and English label of every field of the form."""
        return {f.id: (f.label.id, f.label.en) for f in self.template.fields} if self.template else {}

    def anchor(self, field_id: str | None = None) -> str:
        """The document's anchor on its page of the report, or that of one of its numbers."""
        return f"d{self.number}" if field_id is None else f"d{self.number}-{field_id}"

    def link(self, field_id: str | None = None) -> str:
        """The link to the document or to one of its numbers, relative to the folder of results."""
        return f"{page_file(self.page)}#{self.anchor(field_id)}"

    def counting(self) -> Iterator[tuple[str, ShownPhoto]]:
        """Every number with the photo that counts for it, in the order of the photos."""
        for photo in self.photos:
            if photo.record.counts:
                yield from ((field_id, photo) for field_id, field in photo.record.fields.items() if field.counts)


@dataclass
class Totals:
    """Totals of a batch.

    `accepted`, `review`, `blank` and `not_in_photo` (of pages in sight, by no photo) are numbers of counts, `dates`
    those of dates in review, `decided` and `disagreements` of numbers that people decided, and that they decided
    differently; the others are numbers of photos.
    """

    photos: int = 0
    located: int = 0
    accepted: int = 0
    review: int = 0
    blank: int = 0
    not_in_photo: int = 0
    dates: int = 0
    problems: int = 0
    decided: int = 0
    disagreements: int = 0

    def add(self, record: Record, template: Template | None) -> None:
        """Add one record to the totals.

        Args:
            record: of a photo.
            template: its form, which says what is a date; None where the photo shows no form.
        """
        dates = {f.id for f in template.fields if f.role == "date"} if template else set[str]()
        self.photos += 1
        self.located += record.page is not None
        self.problems += record.status == "problem"
        counting = {name: f for name, f in record.fields.items() if record.counts and f.counts}
        self.decided += sum(f.decision is not None for f in counting.values())
        self.disagreements += sum("people_disagree" in f.reasons for f in counting.values())
        self.dates += sum(f.status == "review" for name, f in counting.items() if name in dates)
        statuses = [f.status for name, f in counting.items() if name not in dates]
        self.accepted += statuses.count("accepted")
        self.review += statuses.count("review")
        self.blank += statuses.count("blank")
        self.not_in_photo += statuses.count("not_in_photo")


def page_file(page: int) -> str:
    """The file of a page of the report, relative to the folder of results."""
    return f"{REPORT_PAGES}/{page:03d}.html"
