"""Review order: the number whose answer takes most numbers of its document out of review comes first.

Each possible answer is evaluated by the policy itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ..decide import evidence, policy
from ..decide.case import Case, Person
from ..decide.reconcile import reconciled
from ..decide.witness import PLAUSIBLE
from ..forms.template import Rule, Template
from .case_record import case_of
from .document import Document, rules_of
from .field_record import FieldRecord

# Reasons that no answer about a number removes.
_STANDING = frozenset({"station_doubtful", "photos_disagree", "photos_of_two_sheets", "other_sheet", "blank_in_part"})


def settles(document: Document, template: Template | None, how: policy.Policy = "strict") -> dict[str, int]:
    """Count, for each number in review, how many numbers would leave review if a person answered it.

    The assumed answer is the value that was read. Where a rule is broken, or no value was read, it is the candidate
    within the 99.9% credible set that takes the most numbers out of review.

    Args:
        document: as decided.
        template: the document's form; None leaves rules out.
        how: the policy that the document was decided by.

    Returns:
        Counts by field id, in the document's order; 0 where an answer alone changes no status (`station_doubtful`).
    """
    known = {name: field for name, field in document.fields.items() if field.evidence or field.decision}
    cases = {name: _case(name, field) for name, field in known.items()}
    unseen = document.fields.keys() - known.keys()
    rules = rules_of(template, cases)
    before = {name for name, field in document.fields.items() if field.status == "review"}
    broken = {n for r in document.rules if r.outcome == "broken" and r.strength != "soft" for n in r.numbers}
    found: dict[str, int] = {}
    for name in before:
        field = document.fields[name]
        answers = _answers(field, name in broken)
        answered = ({**cases, name: replace(cases[name], person=Person(a))} for a in answers)
        left = (_in_review(with_answer, rules, how, unseen) for with_answer in answered)
        # Without a candidate, an answer takes at least the number itself out of review.
        alone = int("station_doubtful" not in field.reasons)
        found[name] = max((len(before - after) for after in left), default=alone)
    return {name: found[name] for name in document.fields if name in found}


def _case(name: str, field: FieldRecord) -> Case:
    standing = tuple((code, dict[str, str]()) for code in field.reasons if code in _STANDING)
    return replace(case_of(name, field), objections=standing)


def _in_review(
    cases: Mapping[str, Case], rules: Sequence[Rule], how: policy.Policy, unseen: Collection[str]
) -> set[str]:
    weighed, evaluated = reconciled(list(cases.values()), rules)
    decisions = policy.decide(weighed, evaluated, how, unseen)
    return {name for name, decision in decisions.items() if decision.status == "review"}


def _answers(field: FieldRecord, in_broken_rule: bool) -> list[int | None]:
    """Answers that a person may give, most probable first; None = nothing is written."""
    kind, value = evidence.interpret(field.text or "")
    known = field.value if field.decision else value
    answers: list[int | None] = [known] if known is not None or kind == "blank" else []
    if answers and not in_broken_rule:
        return answers
    for candidate in field.candidates:
        if candidate.probability < PLAUSIBLE:
            continue
        blank = evidence.interpret(candidate.text)[0] == "blank"
        if (blank or candidate.value is not None) and candidate.value not in answers:
            answers.append(candidate.value)
    return answers
