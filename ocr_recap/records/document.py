"""Pages to a document: all numbers of one form of one station, decided again with the rules across pages.

A document is computed from records alone. Records hold the evidence about each number and people's decisions
(`decisions.fold`), so a file of records gives the same documents as its photos. The document's decision on a number is
the one that counts; `settle` writes it back into the records, so that all lists of numbers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ..decide import policy, posterior
from ..decide.case import Case, Reason, other_sheet, reconciled
from ..decide.policy import Policy, PolicyDecision
from ..forms.print_items import Label
from ..forms.template import Rule, Template
from ..messages.problems import OF_GROUPING
from .assemble import candidates, rule_results
from .case_record import case_of
from .explanations import explain, said_elsewhere
from .field_record import Evidence, FieldRecord, Frozen
from .frozen import FrozenMapping
from .grouping import Group, Member
from .record import JsonLine, Problem, Record, RuleResult, Station
from .rows import OF_A_DOCUMENT, OF_A_NUMBER, Row, data_frame, number_rows

if TYPE_CHECKING:
    from pandas import DataFrame

DOCUMENT_SCHEMA = 1  # version of a line of `documents.jsonl`; rises when the meaning of a key changes
DocumentVerdict = Literal["settled", "incomplete", "review", "inconsistent", "problem"]


class DocumentPhoto(Frozen):
    """A photo of the document. `counts` is false where another photo of the same page is used instead."""

    file: str
    frame: int
    sha256: str
    page: str | None
    counts: bool


class Document(JsonLine):
    """One form of one station. Every number in it is provisional: paper prevails.

    `fields` holds the numbers of all pages present, each as in the photo's record that counts. `verdict`: `problem`
    (no page was read), `inconsistent` (it does not add up as written), `review` (a count needs a person),
    `incomplete` (all that was read is settled, but pages are missing, or a file has more frames than were read) or
    `settled`.
    """

    schema_: int = DOCUMENT_SCHEMA
    id: str
    station: Station
    template: str | None
    pages_present: tuple[str, ...]
    pages_missing: tuple[str, ...]
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
        counts = {s: sum(f.status == s for f in self.fields.values()) for s in ("accepted", "review", "blank")}
        numbers = ", ".join(f"{n} {s}" for s, n in counts.items() if n)
        missing = f"pages missing: {', '.join(self.pages_missing)}" if self.pages_missing else ""
        codes = ", ".join(p.code for p in self.problems)
        return f"<Document {self.id}: {'; '.join(p for p in (numbers, missing, codes, self.verdict) if p)}>"

    __str__ = __repr__


def rules_of(template: Template | None, fields: Iterable[str]) -> list[Rule]:
    """The form's rules that contain at least one of these numbers."""
    here = set(fields)
    return [r for r in template.rules if not here.isdisjoint(r.relation.fields)] if template else []


def settle(group: Group, records: Sequence[Record], template: Template | None) -> tuple[Document, list[Record]]:
    """Decide all numbers of a document.

    Args:
        group: the document's photos.
        records: of the group's members, in their order.
        template: the document's form; None for a group without pages.

    Returns:
        The document, and the records with station, document and the document's decisions.
    """
    pairs = list(zip(group.members, records, strict=True))
    counting = {r.page.page: (m, r) for m, r in pairs if r.page and m.instead is None}
    pages = [page.id for page in template.pages] if template else []
    present = [page for page in pages if page in counting]
    cases: dict[str, Case] = {}
    for page in present:
        member, record = counting[page]
        others = [r for m, r in pairs if r.page and r.page.page == page and m is not member]
        in_doubt = other_sheet(record.page.rivals if record.page else "")
        for field_id, field in record.fields.items():
            objections = (*in_doubt, *_objections(member, field_id, field, others))
            cases[field_id] = replace(case_of(field_id, field), objections=objections)
    weighed, evaluated = reconciled(list(cases.values()), rules_of(template, cases))
    cases = {case.field: case for case in weighed}
    how = policy_of(records)
    decisions = policy.decide(weighed, evaluated, how)
    counts = {f.id for f in template.fields if f.role == "count" and f.id in cases} if template else set[str]()
    read = {name: field for page in present for name, field in counting[page][1].fields.items()}
    words = template.rules_in_words if template else {}
    fields = {name: _decided(field, cases[name], decisions[name], words, evaluated) for name, field in read.items()}
    missing = [page for page in pages if page not in counting]
    results = rule_results(evaluated, cases, template)
    document = Document(
        id=group.id,
        station=group.station,
        template=group.template,
        pages_present=tuple(present),
        pages_missing=tuple(missing),
        photos=tuple(_photo(member, record) for member, record in pairs),
        fields=fields,
        rules=results,
        verdict=_verdict(decisions, counts, evaluated, cases, how, bool(missing) or _is_cut(records)),
        problems=_problems(group),
    )
    settled = [_settled(m, r, document, evaluated, decisions, cases, counts, how) for m, r in pairs]
    return document, settled


def settle_all(
    groups: Iterable[Group], load: Callable[[int], Record], templates: Mapping[str, Template]
) -> Iterator[tuple[Document, list[tuple[int, Record]]]]:
    """Decide documents one by one, so that the records of one document are held at a time.

    Args:
        groups: of photos.
        load: returns the record at a place in the input.
        templates: forms by id.

    Yields:
        Each document with its records and their places in the input.

    Raises:
        ValueError: a record is of a form that is not loaded.
    """
    for group in groups:
        if group.template is not None and group.template not in templates:
            raise ValueError(f"records of the form {group.template} need its template: give it in `Options.templates`")
        template = templates[group.template] if group.template else None
        document, settled = settle(group, [load(m.index) for m in group.members], template)
        yield document, list(zip((m.index for m in group.members), settled, strict=True))


def _objections(member: Member, field_id: str, field: FieldRecord, others: Sequence[Record]) -> tuple[Reason, ...]:
    """Reasons against a number from outside its photo: a doubtful station, or another value on another photo."""
    found: list[Reason] = [("station_doubtful", {})] if member.doubtful else []
    if not others:
        return tuple(found)
    meaning = _meaning(field_id, field)
    differing = [
        (r.photo.label, _written(r.fields[field_id]))
        for r in others
        if field_id in r.fields and _meaning(field_id, r.fields[field_id]) != meaning
    ]
    if differing:
        data = {"others": ", ".join(f for f, _ in differing), "values": ", ".join(t for _, t in differing)}
        found.append(("photos_disagree", data))
    return tuple(found)


def _meaning(field_id: str, field: FieldRecord) -> tuple[str, int | None]:
    case = case_of(field_id, field)
    return case.kind, case.value


def _written(field: FieldRecord) -> str:
    """What is written, as text for a message: the value if there is one, else the text as read."""
    if field.decision is None:
        return field.text.replace(" ", "_")
    return "_" * len(field.text) if field.decision.value is None else str(field.decision.value)


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
    if case.person is None:
        read = {
            "text": case.text,
            "read": "".join(c for c in case.text if c.isdigit()),
            "confidence": round(case.confidence, 6),
            "candidates": candidates(case),
            "evidence": _supporting(field.evidence, case),
        }
    return field.model_copy(
        update=read
        | {
            "value": case.value,
            "status": decision.status,
            "accepted": case.value if decision.status == "accepted" else None,
            "reasons": tuple(code for code, _ in decision.reasons),
            "explanation": explain(case, field.evidence.digits.probability, decision, words, evaluated),
        }
    )


def _supporting(evidence: Evidence, case: Case) -> Evidence:
    """The evidence with the probability that each witness gives to the number's present value."""
    bubbles, tally, totals, choice = evidence.bubbles, evidence.tally, evidence.row_totals, case.choice
    return evidence.model_copy(
        update={
            "digits": evidence.digits.model_copy(update={"supports": choice.digits}),
            "bubbles": bubbles and bubbles.model_copy(update={"supports": choice.bubbles}),
            "tally": tally and tally.model_copy(update={"supports": choice.strokes}),
            "row_totals": totals and totals.model_copy(update={"supports": choice.totals}),
        }
    )


def _settled(
    member: Member,
    record: Record,
    document: Document,
    evaluated: Sequence[posterior.Evaluated],
    decisions: Mapping[str, PolicyDecision],
    cases: Mapping[str, Case],
    counts: set[str],
    how: Policy,
) -> Record:
    """The record with its document's decisions; a record that does not count has no accepted number."""
    kept = tuple(p for p in record.problems if p.code not in OF_GROUPING)
    update: dict[str, Any] = {
        "station": member.station,
        "document": document.id,
        "counts": member.instead is None and record.page is not None,
        "problems": (*kept, *member.problems),
    }
    if member.instead is not None:
        # The page is decided on the other photo.
        update["status"] = "settled"
        update["fields"] = {name: _not_counted(field, member.instead) for name, field in record.fields.items()}
    elif record.page is not None:
        here = record.fields.keys()
        mine = [r for r in evaluated if not here.isdisjoint(r.numbers)]
        update["fields"] = {name: document.fields[name] for name in here}
        update["rules"] = tuple(r for r in document.rules if not here.isdisjoint(r.numbers))
        update["status"] = policy.verdict(decisions, counts & here, mine, cases, how)
    return record.model_copy(update=update)


def _not_counted(field: FieldRecord, instead: str) -> FieldRecord:
    return field.model_copy(
        update={
            "status": "review",
            "accepted": None,
            "reasons": ("other_photo_counts",),
            "explanation": said_elsewhere(instead),
        }
    )


def _photo(member: Member, record: Record) -> DocumentPhoto:
    page = record.page.page if record.page else None
    photo = record.photo
    counts = page is not None and member.instead is None
    return DocumentPhoto(file=photo.file, frame=photo.frame, sha256=photo.sha256, page=page, counts=counts)


def _verdict(
    decisions: Mapping[str, PolicyDecision],
    counts: set[str],
    evaluated: Sequence[posterior.Evaluated],
    cases: Mapping[str, Case],
    how: Policy,
    is_partial: bool,
) -> DocumentVerdict:
    if not cases:
        return "problem"
    found = policy.verdict(decisions, counts, evaluated, cases, how)
    return "incomplete" if found == "settled" and is_partial else found


def _is_cut(records: Sequence[Record]) -> bool:
    """True when a file has more frames than were read: they may show any page."""
    return any(p.code == "frames_not_read" for r in records for p in r.problems)


def _problems(group: Group) -> tuple[Problem, ...]:
    """The problems of the group and of its photos, each once, without `duplicate_page`."""
    found = [*group.problems, *(p for m in group.members for p in m.problems if p.code != "page_again")]
    return tuple(p for i, p in enumerate(found) if p not in found[:i])
