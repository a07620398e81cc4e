"""Several photos of one page: which of them counts for each number, and where they contradict each other.

Of the photos that show a page, one counts for each number. It is chosen number by number, by what the photos show and
not by what people decided, so that a decision never moves a number to another photo. The first difference decides, in
this order (by judgement):

1. the number is in the photo;
2. it is certain that the photo belongs to the station;
3. the photo shows that the number was struck out or written over, which the other photo may be too coarse to show;
4. the number is accepted, or surely blank, by its own boxes and witnesses on this photo, without any rule;
5. the digit cells are surer of their reading; from `policy.SURELY_READ` on all count alike;
6. the photo is the better one of the whole page (`grouping.group`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..decide import policy
from ..decide.case import Case, Reason, only_blanks, other_sheet
from ..decide.policy import Policy
from ..decide.reconcile import alone
from ..decide.witness import PLAUSIBLE
from .case_record import case_of
from .field_record import Decided, FieldRecord
from .grouping import Member
from .record import Record

Shot = tuple[Member, Record]


@dataclass(frozen=True)
class PagePhotos:
    """The photos of one page, in input order, and for each number the place of the one that counts."""

    shots: tuple[Shot, ...]
    counting: Mapping[str, int]

    def of(self, field_id: str) -> Shot:
        """The photo that counts for a number."""
        return self.shots[self.counting[field_id]]

    def number(self, field_id: str) -> FieldRecord:
        """A number as the photo that counts for it has it, with people's answers.

        Where persons decided it differently on different photos of the page, it has the answers of all and no decision.
        """
        number = self.of(field_id)[1].fields[field_id]
        if number.decision is None:
            return number
        beside = (other.fields[field_id].decision for other in self.others(field_id))
        other = next((said for said in beside if said and _differ(said, number.decision)), None)
        return number.model_copy(update={"decision": None, "people": (other, number.decision)}) if other else number

    def numbers_of(self, place: int) -> frozenset[str]:
        """The numbers for which the photo at this place counts."""
        return frozenset(name for name, counts in self.counting.items() if counts == place)

    def _given_by(self, place: int) -> int:
        """How many known numbers are taken from the photo at this place."""
        fields = self.shots[place][1].fields
        return sum(_is_known(fields[name]) for name in self.numbers_of(place))

    def others(self, field_id: str) -> list[Record]:
        """The other photos that show a number, or on which a person decided it."""
        counts = self.counting[field_id]
        beside = (record for place, (_, record) in enumerate(self.shots) if place != counts)
        return [record for record in beside if _is_known(record.fields.get(field_id))]

    def contradictions(self, field_id: str) -> list[Record]:
        """The other photos that give another value for a number than the photo that counts."""
        number = self.of(field_id)[1].fields[field_id]
        if not _is_known(number):
            return []
        return [other for other in self.others(field_id) if _contradicts(field_id, number, other.fields[field_id])]

    def strangers(self) -> dict[int, list[Record]]:
        """Photos that may show another sheet than most numbers are taken from.

        Two photos that contradict each other in a number that no person decided may show two sheets. The one that
        counts for fewer numbers is in doubt then, the later one where they count for as many.

        Returns:
            By the place of such a photo, the photos that contradict it.
        """
        found: dict[int, list[Record]] = {}
        for field_id, place in self.counting.items():
            if self.shots[place][1].fields[field_id].decision is not None:
                continue
            for record in self.contradictions(field_id):
                other = next(i for i, (_, one) in enumerate(self.shots) if one is record)
                doubtful = min(place, other, key=lambda i: (self._given_by(i), -i))
                against = self.shots[place if doubtful == other else other][1]
                if not any(against is known for known in found.setdefault(doubtful, [])):
                    found[doubtful].append(against)
        return found


def page_photos(shots: Sequence[Shot], how: Policy) -> PagePhotos:
    """Choose the photo that counts for each number of a page.

    Args:
        shots: the photos of the page, in input order. Where their members say for which numbers they count
            (`Member.numbers`), that is kept.
        how: the policy by which numbers are decided.
    """
    names = dict.fromkeys(name for _, record in shots for name in record.fields)
    return PagePhotos(tuple(shots), {name: _best(name, shots, how) for name in names})


def _best(field_id: str, shots: Sequence[Shot], how: Policy) -> int:
    having = [i for i, (_, record) in enumerate(shots) if field_id in record.fields]
    kept = [i for i in having if field_id in (shots[i][0].numbers or ())]
    if len(kept) == 1 or len(having) == 1:
        return (kept or having)[0]
    return max(having, key=lambda i: _worth(field_id, *shots[i], how))


def _worth(field_id: str, member: Member, record: Record, how: Policy) -> tuple[bool, bool, bool, float, int]:
    field = record.fields[field_id]
    if field.evidence is None:
        return False, not member.doubtful, False, 0.0, -member.rank
    doubts = _of_the_photo(record)
    read = replace(alone(case_of(field_id, field.model_copy(update={"decision": None}))), objections=doubts)
    settled = policy.decide([read], (), how)[field_id].status != "review"
    sure = 1.0 if settled else min(field.evidence.digits.probability, policy.SURELY_READ)
    return True, not member.doubtful, _is_altered(read), sure, -member.rank


def _is_altered(case: Case) -> bool:
    altered = case.altered
    return altered.struck or altered.unused or bool(altered.overwritten) or altered.bubbles


def _is_known(field: FieldRecord | None) -> bool:
    """True for a number that the photo shows, or that a person decided."""
    return field is not None and (field.evidence is not None or field.decision is not None)


def _differ(one: Decided, other: Decided) -> bool:
    """True when different persons gave different values."""
    return one.value != other.value and set(one.persons).isdisjoint(other.persons)


def _contradicts(field_id: str, number: FieldRecord, other: FieldRecord) -> bool:
    """True when another photo gives another value, and cannot be a poorer view of the value that counts.

    It is that where its own digit cells are not sure of their reading and allow the value that counts.
    """
    mine, its = case_of(field_id, number), case_of(field_id, other)
    if (mine.kind, mine.value) == (its.kind, its.value):
        return False
    if number.decision is not None or other.decision is not None or other.evidence is None:
        return True
    if mine.kind not in ("number", "blank"):
        return True
    if its.kind in ("number", "blank") and other.evidence.digits.probability >= policy.SURELY_READ:
        return True
    if mine.kind == "blank":
        return its.blank < PLAUSIBLE
    listed = its.choices.of(mine.value)
    return (listed or its.choices.unlisted(mine.value or 0)).digits < PLAUSIBLE


def objections(page: PagePhotos, field_id: str) -> tuple[Reason, ...]:
    """Reasons against a number beside what was read: a doubtful station, other photos, other sheets, people's answers.

    Args:
        page: the photos of its page.
        field_id: of the number.
    """
    member, record = page.of(field_id)
    found: list[Reason] = [*_of_the_photo(record)]
    if member.doubtful:
        found.append(("station_doubtful", {}))
    differing = page.contradictions(field_id)
    if differing:
        values = ", ".join(_written(r.fields[field_id]) for r in differing)
        found.append(("photos_disagree", {"others": _named(differing), "values": values}))
    return (*found, *_undecided(page.number(field_id)))


def _of_the_photo(record: Record) -> tuple[Reason, ...]:
    """The objections to every number of a photo, of which it alone is the reason."""
    if record.page is None:
        return ()
    texts = [field.evidence.digits.text for field in record.fields.values() if field.evidence]
    tagged, in_part = "tag" in record.page.anchors, len(texts) < len(record.fields)
    return (*other_sheet(record.page.rivals), *only_blanks(in_part, tagged, texts))


def _undecided(number: FieldRecord) -> tuple[Reason, ...]:
    """The reason why people's answers to a number decide nothing yet; none without such answers."""
    people = number.people
    if not people:
        return ()
    last = people[-1]
    alike = len({(answer.answer, answer.value) for answer in people}) == 1
    if alike and last.answer != "value" and (len(people) > 1 or last.role in ("confirm", "third")):
        return (("people_cannot_read", {"by": ", ".join(answer.by for answer in people)}),)
    if len(people) > 1:
        return (("people_disagree", {"answers": "; ".join(answer.said for answer in people)}),)
    if last.role == "first":
        return (("second_entry_awaited", {"by": last.by}),)
    read = "–" if number.value is None else number.value
    return (("people_disagree", {"answers": f"program: {read}; {last.said}"}),)


def of_another_sheet(against: Sequence[Record]) -> tuple[Reason, ...]:
    """The objection to every number of a photo that other photos of the page contradict; none without such photos."""
    return (("photos_of_two_sheets", {"others": _named(against)}),) if against else ()


def _named(records: Iterable[Record]) -> str:
    return ", ".join(record.photo.label for record in records)


def _written(field: FieldRecord) -> str:
    """What is written, as text for a message: the value if there is one, else the text as read."""
    if field.decision is not None and field.decision.value is not None:
        return str(field.decision.value)
    return "_" if field.text is None else "_" * len(field.text) if field.decision else field.text.replace(" ", "_")
