"""Pages to a document: all numbers of one form of one station, decided again with the rules across pages.

A document is computed from records alone. Records hold the evidence about each number and people's decisions
(`decisions.fold`), so a file of records gives the same documents as its photos. The document's decision on a number is
the one that counts; `settle` writes it back into the records, so that all lists of numbers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ..decide import policy, posterior
from ..decide.case import Case
from ..decide.policy import Policy, PolicyDecision
from ..decide.reconcile import reconciled
from ..forms.fields import FormField
from ..forms.print_items import Label
from ..forms.template import Rule, Template
from ..messages.problems import OF_GROUPING
from .assemble import candidates, rule_results, unseen_field
from .case_record import case_of
from .evidence_record import known_facts
from .explanations import explain, explain_unseen, said_elsewhere
from .field_record import OTHER_PHOTO, Evidence, FieldRecord, Frozen, NumberPhotos, cut, in_short
from .frozen import FrozenMapping
from .grouping import PAGE_AGAIN, Group, Member
from .page_photos import PagePhotos, Shot, objections, of_another_sheet, page_photos
from .record import JsonLine, Problem, Record, RuleResult, Station, problem
from .rows import OF_A_DOCUMENT, OF_A_NUMBER, Row, data_frame, number_rows
from .station_facts import FactList, station_facts, with_listed

if TYPE_CHECKING:
    from pandas import DataFrame

# Version of a line of `documents.jsonl`; rises when the meaning of a key changes. Lines of earlier versions are read as
# well. 2: photos of one page are put together number by number, and a number may be `not_in_photo`.
DOCUMENT_SCHEMA = 2
DocumentVerdict = Literal["settled", "incomplete", "review", "inconsistent", "problem"]


class DocumentPhoto(Frozen):
    """A photo of the document. `counts` is false where other photos of its page are used for all of its numbers."""

    file: str
    frame: int
    sha256: str
    page: str | None
    counts: bool


class Document(JsonLine):
    """One form of one station. Every number in it is provisional: paper prevails.

    `fields` holds the numbers of all pages present, each as in the record of the photo that counts for it.
    `pages_present` are pages of which a photo shows any part, `fields_missing` the numbers on them that no photo shows.
    `verdict`: `problem` (no page was read), `inconsistent` (it does not add up as written), `review` (a count needs a
    person), `incomplete` (all that was read is settled, but pages or counts are missing, or a file has more frames than
    were read) or `settled`.
    """

    schema_: int = DOCUMENT_SCHEMA
    id: str
    station: Station
    template: str | None
    pages_present: tuple[str, ...]
    pages_missing: tuple[str, ...]
    fields_missing: tuple[str, ...] = ()
    photos: tuple[DocumentPhoto, ...]
    fields: FrozenMapping[str, FieldRecord]
    rules: tuple[RuleResult, ...]
    verdict: DocumentVerdict
    problems: tuple[Problem, ...]
    provisional: Literal[True] = True

    def to_rows(self) -> list[Row]:
        """A dict per number of all pages present, with plain values: as `Record.to_rows`, without photo and page."""
        head = dict(zip(OF_A_DOCUMENT, (self.id, self.station.code, self.template), strict=True))
        return number_rows(head, self.fields)

    def to_pandas(self) -> DataFrame:
        """The rows of `to_rows` as a table of pandas; `value` and `accepted` are `Int64`, with `<NA>` for None.

        Raises:
            ocr_recap.messages.errors.ExtraMissing: pandas is not installed.
        """
        return data_frame(self.to_rows(), (*OF_A_DOCUMENT, *OF_A_NUMBER), ("value", "accepted"))

    def __repr__(self) -> str:
        numbers = in_short(self.fields.values())
        missing = f"pages missing: {', '.join(self.pages_missing)}" if self.pages_missing else ""
        codes = ", ".join(p.code for p in self.problems)
        return f"<Document {self.id}: {'; '.join(p for p in (numbers, missing, codes, self.verdict) if p)}>"

    __str__ = __repr__


@dataclass(frozen=True)
class Ruled:
    """What was decided about a document: rules, decisions and cases by field id, which numbers are counts, and how."""

    evaluated: Sequence[posterior.Evaluated]
    decisions: Mapping[str, PolicyDecision]
    cases: Mapping[str, Case]
    counts: frozenset[str]
    how: Policy


def rules_of(template: Template | None, fields: Iterable[str]) -> list[Rule]:
    """The form's rules that contain at least one of these numbers."""
    here = set(fields)
    return [r for r in template.rules if not here.isdisjoint(r.relation.fields)] if template else []


def settle(
    group: Group, records: Sequence[Record], template: Template | None, lists: Sequence[FactList] = ()
) -> tuple[Document, list[Record]]:
    """Decide all numbers of a document.

    Args:
        group: the document's photos.
        records: of the group's members, in their order.
        template: the document's form; None for a group without pages.
        lists: what lists say about stations; later ones count more. A document that is decided again needs none of
            them, since its records hold what they said.

    Returns:
        The document, and the records with station, document and the document's decisions.
    """
    how = policy_of(records)
    shots = list(zip(group.members, records, strict=True))
    pages = [page.id for page in template.pages] if template else []
    taken = {page: page_photos(of_page, how) for page in pages if (of_page := _of_page(shots, page))}
    read = {name: photos.number(name) for photos in taken.values() for name in photos.counting}
    listed = station_facts(template, group.station.code, lists) if template else ()
    cases: dict[str, Case] = {}
    for photos in taken.values():
        strangers = photos.strangers()
        for name, place in photos.counting.items():
            if read[name].evidence is not None or read[name].decision is not None:
                against = (*objections(photos, name), *of_another_sheet(strangers.get(place, ())))
                case = case_of(name, read[name])
                facts = with_listed(case.facts, listed, name)
                cases[name] = replace(case, objections=against, facts=facts)
    weighed, evaluated = reconciled(list(cases.values()), rules_of(template, cases))
    cases = {case.field: case for case in weighed}
    unseen = tuple(name for name in read if name not in cases)
    decisions = policy.decide(weighed, evaluated, how, unseen)
    ruled = Ruled(evaluated, decisions, cases, frozenset(f.id for f in _counts(template) if f.id in cases), how)
    words = template.rules_in_words if template else {}
    fields = {
        name: _decided(field, cases[name], decisions[name], words, evaluated) if name in cases else unseen_field()
        for name, field in read.items()
    }
    fields = {name: field.model_copy(update={"photos": _sources(taken, name)}) for name, field in fields.items()}
    missing = [page for page in pages if page not in taken]
    partial = bool(missing) or _is_cut(records) or any(f.id in unseen for f in _counts(template))
    document = Document(
        id=group.id,
        station=group.station,
        template=group.template,
        pages_present=tuple(taken),
        pages_missing=tuple(missing),
        fields_missing=unseen,
        photos=tuple(_photo(record, _numbers_of(record, taken)) for _, record in shots),
        fields=fields,
        rules=rule_results(evaluated, cases, template),
        verdict=_verdict(ruled, partial),
        problems=_problems(group),
    )
    return document, [_settled(m, r, document, _numbers_of(r, taken), ruled) for m, r in shots]


def _of_page(shots: Iterable[Shot], page: str) -> list[Shot]:
    return [(member, record) for member, record in shots if record.page and record.page.page == page]


def _counts(template: Template | None) -> list[FormField]:
    return [field for field in template.fields if field.role == "count"] if template else []


def _numbers_of(record: Record, taken: Mapping[str, PagePhotos]) -> frozenset[str]:
    """The numbers for which a photo counts."""
    photos = taken.get(record.page.page) if record.page else None
    if photos is None:
        return frozenset()
    return photos.numbers_of(next(i for i, (_, one) in enumerate(photos.shots) if one is record))


def _sources(taken: Mapping[str, PagePhotos], field_id: str) -> NumberPhotos | None:
    """Which photos show a number, if several photos show its page."""
    photos = next(of_page for of_page in taken.values() if field_id in of_page.counting)
    if len(photos.shots) == 1:
        return None
    record = photos.of(field_id)[1]
    others = tuple(other.photo.label for other in photos.others(field_id))
    number = record.fields[field_id]
    is_known = number.evidence is not None or number.decision is not None
    return NumberPhotos(counts=record.photo.label if is_known else None, others=others)


def settle_all(
    groups: Iterable[Group],
    load: Callable[[int], Record],
    templates: Mapping[str, Template],
    lists: Sequence[FactList] = (),
) -> Iterator[tuple[Document, list[tuple[int, Record]]]]:
    """Decide documents one by one, so that the records of one document are held at a time.

    Args:
        groups: of photos.
        load: returns the record at a place in the input.
        templates: forms by id.
        lists: what lists say about stations; later ones count more.

    Yields:
        Each document with its records and their places in the input.

    Raises:
        ValueError: a record is of a form that is not loaded.
    """
    for group in groups:
        if group.template is not None and group.template not in templates:
            raise ValueError(f"records of the form {group.template} need its template: give it in `Options.templates`")
        template = templates[group.template] if group.template else None
        document, settled = settle(group, [load(m.index) for m in group.members], template, lists)
        yield document, list(zip((m.index for m in group.members), settled, strict=True))


def policy_of(records: Sequence[Record]) -> Policy:
    """The policy of the records' options; the stricter one where they differ."""
    asked = {r.provenance.options.get("policy", "strict") for r in records}
    return "balanced" if asked == {"balanced"} else "strict"


def _decided(
    field: FieldRecord,
    case: Case,
    decision: PolicyDecision,
    words: Mapping[str, Label],
    evaluated: Sequence[posterior.Evaluated],
) -> FieldRecord:
    read: dict[str, Any] = {}
    if case.person is None and field.evidence is not None:
        read = {
            "text": case.text,
            "read": "".join(c for c in case.text if c.isdigit()),
            "confidence": cut(case.confidence),
            "candidates": candidates(case),
            "evidence": _supporting(field.evidence, case),
        }
    chance = None if field.evidence is None else field.evidence.digits.probability
    return field.model_copy(
        update=read
        | {
            "value": case.value,
            "status": decision.status,
            "accepted": case.value if decision.status == "accepted" else None,
            "reasons": tuple(code for code, _ in decision.reasons),
            "explanation": explain(case, chance, decision, words, evaluated),
        }
    )


def _supporting(evidence: Evidence, case: Case) -> Evidence:
    """The evidence with the probability that each witness gives to the number's present value."""
    bubbles, tally, totals, choice = evidence.bubbles, evidence.tally, evidence.row_totals, case.choice
    in_words = evidence.words
    return evidence.model_copy(
        update={
            "digits": evidence.digits.model_copy(update={"supports": choice.digits}),
            "bubbles": bubbles and bubbles.model_copy(update={"supports": choice.bubbles}),
            "tally": tally and tally.model_copy(update={"supports": choice.strokes}),
            "row_totals": totals and totals.model_copy(update={"supports": choice.totals}),
            "words": in_words and in_words.model_copy(update={"supports": choice.words}),
            "facts": known_facts(case),
        }
    )


def _settled(member: Member, record: Record, document: Document, numbers: frozenset[str], ruled: Ruled) -> Record:
    """The record with its document's decisions on the numbers for which the photo counts; no other is accepted."""
    found = [*(p for p in record.problems if p.code not in OF_GROUPING), *member.problems]
    update: dict[str, Any] = {"station": member.station, "document": document.id, "counts": bool(numbers)}
    if record.page is not None:
        mine = [r for r in ruled.evaluated if not numbers.isdisjoint(r.numbers)]
        update["fields"] = {
            name: document.fields[name] if name in numbers else _not_counted(field, document.fields[name])
            for name, field in record.fields.items()
        }
        if numbers:
            update["rules"] = tuple(r for r in document.rules if not numbers.isdisjoint(r.numbers))
        else:
            sources = [document.fields[name].photos for name in record.fields]
            instead = dict.fromkeys(source.counts for source in sources if source and source.counts)
            found.append(problem(PAGE_AGAIN, counts=", ".join(instead)))
        update["status"] = policy.verdict(ruled.decisions, ruled.counts & numbers, mine, ruled.cases, ruled.how)
    return record.model_copy(update=update | {"problems": tuple(found)})


def _not_counted(field: FieldRecord, counting: FieldRecord) -> FieldRecord:
    """The number of a photo that does not count for it: never accepted, with the photo that counts."""
    instead = counting.photos and counting.photos.counts
    seen = field.evidence is not None
    return field.model_copy(
        update={
            "status": "review" if seen else "not_in_photo",
            "accepted": None,
            "reasons": (OTHER_PHOTO,),
            "explanation": said_elsewhere(instead, seen) if instead else explain_unseen(),
            "photos": counting.photos,
        }
    )


def _photo(record: Record, numbers: frozenset[str]) -> DocumentPhoto:
    page = record.page.page if record.page else None
    photo = record.photo
    return DocumentPhoto(file=photo.file, frame=photo.frame, sha256=photo.sha256, page=page, counts=bool(numbers))


def _verdict(ruled: Ruled, is_partial: bool) -> DocumentVerdict:
    if not ruled.cases:
        return "problem"
    found = policy.verdict(ruled.decisions, ruled.counts, ruled.evaluated, ruled.cases, ruled.how)
    return "incomplete" if found == "settled" and is_partial else found


def _is_cut(records: Sequence[Record]) -> bool:
    """True when a file has more frames than were read: they may show any page."""
    return any(p.code == "frames_not_read" for r in records for p in r.problems)


def _problems(group: Group) -> tuple[Problem, ...]:
    """The problems of the group and of its photos, each once."""
    found = [*group.problems, *(p for m in group.members for p in m.problems)]
    return tuple(p for i, p in enumerate(found) if p not in found[:i])
