"""Photos to documents of the truth: were all numbers read, does it pass without a person, does it add up as written?

The pages of one form of one station are one document where the truth says so (`document`); otherwise each photo is its
own. What the reader took for one document decides nothing here.
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
        consistent: as written it breaks no rule that is exact or an inequality, on its pages or across them.
        right: every page located, every number read as written.
        straight_through: every count accepted or rightly found blank (whether rightly accepted, `silent` says).
        silent: some number of it is a silent error.
        verdict: what the reader says of it; `-` if it says nothing.
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
    """Documents in the order of their first photos.

    Args:
        photos: of known forms.
        verdicts: the reader's, by its own document ids; without them the photos' own statuses count.
        forms: by template id, for rules across pages and for dates, which decide nothing. Of a form that is not among
            them every number decides, and only what the truth says of each page is known to be consistent.
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
    # Of typed truth only some numbers are known, but all that were read must be settled to pass.
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
    """Of the truth, or of the reader where the truth does not say."""
    said = photo.truth.form[0] if photo.truth.form else None
    return said or (photo.reading.page.template if photo.reading and photo.reading.page else "")


def _adds_up(photos: list[JudgedPhoto], form: Template | None) -> bool:
    if form is None:
        return True
    written = {name: want.value for photo in photos for name, want in photo.truth.wanted.items()}
    rules = [rule for rule in form.rules if rule.strength != "soft"]
    return all(rule.outcome != "broken" for rule in posterior.evaluate(rules, written))


def _pages(photos: list[JudgedPhoto]) -> list[list[JudgedPhoto]]:
    """Photos of one page together; where the truth names no page each photo is one."""
    pages: dict[str, list[JudgedPhoto]] = defaultdict(list)
    for photo in photos:
        truth = photo.truth
        pages[f"page {truth.page}" if truth.page is not None else f"{truth.name}#{truth.frame}"].append(photo)
    return list(pages.values())


def _right(photos: list[JudgedPhoto]) -> bool:
    """Of several photos of a page those decide on which a page was found and counts; a lost page is not right."""
    counting = [p for p in photos if p.reading is not None and p.reading.page is not None and p.reading.counts]
    return all(photo.located and all(n.right for n in photo.numbers) for photo in counting or photos)


def _settled(found: list[Judged]) -> bool:
    """Of several photos of one page one gives the number."""
    return any(n.got is not None and n.got.status == ("accepted" if n.kind == "written" else "blank") for n in found)


def _verdict(photos: list[JudgedPhoto], verdicts: Mapping[str, str]) -> str:
    """The worst verdict of the reader's documents that these photos are in."""
    order = ("inconsistent", "problem", "review", "incomplete", "settled")
    said = {
        (verdicts.get(photo.reading.document or "") or photo.reading.status or "-") if photo.reading else "-"
        for photo in photos
    }
    return next((verdict for verdict in order if verdict in said), "-")
