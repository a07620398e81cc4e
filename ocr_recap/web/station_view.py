"""What a desk sees of its station: the pages of the form, their photos, and the numbers with what was confirmed.

It is computed from the photos that arrived, at once and in memory, by the same functions that make the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ..forms.fields import FormField
from ..forms.template import Template
from ..messages.catalog import Language
from ..records.decisions import Decision, Number, Ruling, Stood, fold, numbers_of
from ..records.document import Document, settle_all
from ..records.field_record import FieldRecord
from ..records.grouping import group, sighting
from ..records.photo_advice import take_again
from ..records.record import Problem, Record, Station
from ..records.station_codes import Place
from .agreement import EMPTY, UNREADABLE, WRONG_FIELD
from .office import Office
from .received import Upload
from .work_rows import Waiting

Judgement = Literal["reading", "good", "look", "retake", "withdrawn"]
_UNDECIDED: Final = frozenset({UNREADABLE, WRONG_FIELD})


@dataclass(frozen=True)
class ShownUpload:
    """A photo of the station.

    Attributes:
        upload: the photo.
        judgement: `reading` until it was read; `good`, `look`: readable, but see the advice; `retake`; `withdrawn`.
        template, page: that were found, or None.
        advice: problems with their next steps, most pressing first.
    """

    upload: Upload
    judgement: Judgement
    template: str | None = None
    page: str | None = None
    advice: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class DeskNumber:
    """A number of a page.

    Attributes:
        field: of the form.
        record: what was read, with what rules say.
        number: its key; None where no photo shows it.
        upload: the photo that counts for it; None where no photo shows it.
        confirmed: the answer that a desk confirmed, or None.
        by: who confirmed it.
    """

    field: FormField
    record: FieldRecord
    number: Number | None
    upload: int | None
    confirmed: str | None
    by: str

    @property
    def proposed(self) -> str:
        """What the input shows first: what was confirmed, else the value that was read; empty for nothing written."""
        if self.confirmed is not None:
            return self.confirmed
        return "" if self.record.value is None else str(self.record.value)

    @property
    def is_doubtful(self) -> bool:
        """True for a number in review that nobody confirmed."""
        return self.confirmed is None and self.record.status == "review"


@dataclass(frozen=True)
class StationView:
    """A station at its desk.

    Attributes:
        station: its code.
        form: the form of its photos; None before one was recognised.
        uploads: its photos, in the order in which they arrived.
        document: the form's numbers, decided with what was confirmed; None before a page was read.
        numbers: by page, in the form's order.
    """

    station: str
    form: Template | None
    uploads: tuple[ShownUpload, ...]
    document: Document | None
    numbers: Mapping[str, tuple[DeskNumber, ...]]

    def is_confirmed(self, page: str) -> bool:
        """True when a desk confirmed every number of a page that the photos show."""
        shown = [one for one in self.numbers.get(page, ()) if one.number is not None and one.field.role == "count"]
        return bool(shown) and all(one.confirmed is not None for one in shown)

    def of_page(self, page: str) -> list[ShownUpload]:
        """The photos of a page of the form."""
        here = self.form.id if self.form else None
        return [one for one in self.uploads if one.page == page and one.template == here]

    def short(self, sentence: str, photo: str) -> str:
        """A sentence with `photo 2` in the place of the names of this station's photos."""
        for shown in self.uploads:
            named = f"{photo} {shown.upload.id}"
            sentence = sentence.replace(f"{photo} {shown.upload.path}", named).replace(shown.upload.path, named)
        return sentence

    def broken(self, language: Language) -> list[str]:
        """The rules that do not hold as written, in words."""
        if self.document is None or self.form is None:
            return []
        words = self.form.rules_in_words
        broken = [rule for rule in self.document.rules if rule.outcome == "broken"]
        return [getattr(words[rule.id], language) for rule in broken if rule.id in words]


def station_view(office: Office, station: str) -> StationView:
    """What a desk sees of its station."""
    uploads = office.received.of_station(station)
    records = {upload.id: office.record_of(upload.id) for upload in uploads}
    shown = tuple(_shown(upload, records[upload.id]) for upload in uploads)
    counted = [upload for upload in uploads if upload.withdrawal is None]
    read = [(upload, record) for upload in counted if (record := records[upload.id]) is not None and record.page]
    if not read:
        return StationView(station, None, shown, None, {})
    answers = confirmed_answers(office, [upload.sha256 for upload, _ in read])
    decisions = {number: _ruling(number, *said) for number, said in answers.items() if said[0] not in _UNDECIDED}
    folded = [fold(record, decisions) for _, record in read]
    place = Place(Station(code=station, source="folder"))
    groups = group([sighting(record, place) for record in folded], loaded=office.forms.keys())
    settled = list(settle_all(groups, folded.__getitem__, office.forms))
    document, pairs = max(settled, key=lambda one: len(one[0].pages_present))
    form = office.forms.get(document.template or "")
    if form is None:
        return StationView(station, None, shown, None, {})
    places = _places([(read[index][0], record) for index, record in pairs])
    numbers = {page.id: tuple(_numbers(form, page.id, document, places, answers)) for page in form.pages}
    return StationView(station, form, shown, document, numbers)


def waiting_of(view: StationView) -> list[Waiting]:
    """The numbers of a station as the review work knows them."""
    found: list[Waiting] = []
    paths = {shown.upload.id: shown.upload.path for shown in view.uploads}
    for numbers in view.numbers.values():
        for one in numbers:
            if one.number is None or one.upload is None:
                continue
            text = one.record.text or ""
            machine = None if one.record.value is None else str(one.record.value)
            facts = view.station, view.station, paths[one.upload]
            is_count = one.field.role == "count"
            found.append(Waiting(one.number, *facts, len(text), is_count, text, machine, False, one.record.reasons))
    return found


def confirmed_answers(office: Office, photos: Sequence[str]) -> dict[Number, tuple[str, str, str]]:
    """Answers that people confirmed about numbers on photos, by SHA-256: the answer, the person and the time."""
    marks = ", ".join("?" * len(photos))
    find = (
        "SELECT numbers.*, entries.answer, people.name, entries.at FROM entries"
        " JOIN numbers ON numbers.id = entries.number JOIN people ON people.id = entries.person"
        f" WHERE entries.role = 'confirm' AND replaced IS NULL AND sha256 IN ({marks}) ORDER BY entries.id"
    )
    rows = office.data.rows(find, list(photos))
    return {Number(*(row[name] for name in Number._fields)): (row["answer"], row["name"], row["at"]) for row in rows}


def _ruling(number: Number, answer: str, by: str, at: str) -> Ruling:
    stood = Stood(text="", value=None, status="review")
    new = None if answer == EMPTY else int(answer)
    return Ruling().after(Decision(at=at, by=by, document="", file="", **number._asdict(), old=stood, new=new))


def _shown(upload: Upload, record: Record | None) -> ShownUpload:
    if upload.withdrawal is not None:
        return ShownUpload(upload, "withdrawn")
    if record is None:
        return ShownUpload(upload, "reading")
    said = record.problems
    judgement: Judgement = "look" if said else "good"
    if record.page is None or take_again(said):
        judgement = "retake"
    page = record.page
    return ShownUpload(upload, judgement, page.template if page else None, page.page if page else None, said)


def _places(read: Sequence[tuple[Upload, Record]]) -> dict[str, tuple[Number, int]]:
    """The key and the photo of every number that counts, by field id."""
    found: dict[str, tuple[Number, int]] = {}
    for upload, record in read:
        for name, number in numbers_of(record).items() if record.counts else ():
            field = record.fields[name]
            if field.counts and field.evidence is not None:
                found[name] = number, upload.id
    return found


def _numbers(
    form: Template,
    page: str,
    document: Document,
    places: Mapping[str, tuple[Number, int]],
    answers: Mapping[Number, tuple[str, str, str]],
) -> list[DeskNumber]:
    found: list[DeskNumber] = []
    for field in form.fields_of(page):
        record = document.fields.get(field.id)
        if record is None:
            continue
        number, upload = places.get(field.id, (None, None))
        said = answers.get(number) if number else None
        found.append(DeskNumber(field, record, number, upload, said[0] if said else None, said[1] if said else ""))
    return found
