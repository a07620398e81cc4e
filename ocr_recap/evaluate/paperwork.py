"""Judges the documents of the truth: all numbers read, accepted without a person, consistent as written.

Photos belong to one document where the truth names the same `document`; every other photo is a document of its own. The
reader's grouping is not used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..decide import posterior
from ..forms.template import Template
from .judge import Judged, JudgedPhoto


@dataclass(frozen=True)
class JudgedDocument:
    """One document.

    Attributes:
        name: of the document, or of its only photo.
        consistent: as written the document breaks no exact rule or inequality, on its pages or across them.
        right: every page was located, and every number was read as written.
        straight_through: every count was accepted, rightly or not, or rightly found blank.
        silent: a number of the document is a silent error.
        verdict: of the reader; `-` if there is none.
    """

    name: str
    consistent: bool
    right: bool
    straight_through: bool
    silent: bool
    verdict: str


def papers(
    photos: Iterable[JudgedPhoto], verdicts: Mapping[str, str], forms: Mapping[str, Template]
) -> tuple[JudgedDocument, ...]:
    """Group judged photos into the documents of the truth.

    Args:
        photos: of known forms.
        verdicts: of the reader, by its own document ids; without them the statuses of photos are used.
        forms: by template id, for rules across pages and to leave dates out. Of a form without template all numbers
            count, and consistency is that of the truth's pages.

    Returns:
        Documents in the order of their first photos.
    """
    groups: dict[str, list[JudgedPhoto]] = defaultdict(list)
    for photo in photos:
        truth = photo.truth
        groups[truth.document or f"{truth.name}#{truth.frame}"].append(photo)
    return tuple(_paper(name, members, verdicts, forms) for name, members in groups.items())


def _paper(
    name: str, photos: list[JudgedPhoto], verdicts: Mapping[str, str], forms: Mapping[str, Template]
) -> JudgedDocument:
    form = forms.get(next((_template_of(photo) for photo in photos), ""))
    dates = {field.id for field in form.fields if field.role != "count"} if form else set[str]()
    numbers: dict[tuple[str | None, str], list[Judged]] = defaultdict(list)
    for photo in photos:
        for number in photo.numbers:
            if number.kind != "invented" and number.field not in dates:
                numbers[photo.truth.page, number.field].append(number)
    # Typed truth may have only some numbers, but all numbers that were read must be settled.
    rest = [
        got.status != "review"
        for photo in photos
        if photo.truth.partial and photo.reading
        for field, got in photo.reading.fields.items()
        if field not in photo.truth.wanted and field not in dates
    ]
    return JudgedDocument(
        name,
        consistent=all(photo.truth.consistent.numbers is not False for photo in photos) and _adds_up(photos, form),
        right=all(map(_right, _pages(photos))),
        straight_through=bool(numbers) and all(map(_settled, numbers.values())) and all(rest),
        silent=any(n.silent for photo in photos for n in photo.numbers),
        verdict=_verdict(photos, verdicts),
    )


def _template_of(photo: JudgedPhoto) -> str:
    """The template of the truth, else the reader's."""
    said = photo.truth.form[0] if photo.truth.form else None
    return said or (photo.reading.page.template if photo.reading and photo.reading.page else "")


def _adds_up(photos: list[JudgedPhoto], form: Template | None) -> bool:
    if form is None:
        return True
    written = {name: want.value for photo in photos for name, want in photo.truth.wanted.items()}
    rules = [rule for rule in form.rules if rule.strength != "soft"]
    return all(rule.outcome != "broken" for rule in posterior.evaluate(rules, written))


def _pages(photos: list[JudgedPhoto]) -> list[list[JudgedPhoto]]:
    """Photos grouped by page; each photo is a page where the truth names none."""
    pages: dict[str, list[JudgedPhoto]] = defaultdict(list)
    for photo in photos:
        truth = photo.truth
        pages[f"page {truth.page}" if truth.page is not None else f"{truth.name}#{truth.frame}"].append(photo)
    return list(pages.values())


def _right(photos: list[JudgedPhoto]) -> bool:
    """True when every page was read as written, on the photos that were located and count.

    Of several photos of a page, each number is judged on the photo that counts for it.
    """
    counting = [p for p in photos if p.reading is not None and p.reading.page is not None and p.reading.counts]
    numbers: dict[str, list[Judged]] = defaultdict(list)
    for photo in counting or photos:
        for number in photo.numbers:
            numbers[number.field].append(number)
    taken = [[n for n in found if n.got is not None and n.got.counts] or found for found in numbers.values()]
    located = all(photo.located for photo in counting or photos)
    return located and all(n.right for found in taken for n in found)


def _settled(found: list[Judged]) -> bool:
    """True when one of a page's photos gives each number as accepted or rightly blank."""
    return any(n.got is not None and n.got.status == ("accepted" if n.kind == "written" else "blank") for n in found)


def _verdict(photos: list[JudgedPhoto], verdicts: Mapping[str, str]) -> str:
    """The worst verdict of the reader's documents that these photos are in."""
    order = ("inconsistent", "problem", "review", "incomplete", "settled")
    said = {
        (verdicts.get(photo.reading.document or "") or photo.reading.status or "-") if photo.reading else "-"
        for photo in photos
    }
    return next((verdict for verdict in order if verdict in said), "-")
