"""A few words per number, in both languages: why it was accepted, is blank, or needs a person, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ..decide.candidates import Choice
from ..decide.case import Case
from ..decide.likely_error import Suggestion
from ..decide.policy import PolicyDecision
from ..decide.posterior import Evaluated
from ..decide.witnesses import tables
from ..forms.print_items import Label
from ..messages.catalog import Language
from ..messages.catalog import say as in_language
from ..messages.explanation_texts import clerk_error, explained
from ..messages.reasons import reason as reason_text
from ..messages.reasons import step
from .field_record import Bilingual

_MOST_OTHERS, _TOLD = 2, 0.01  # readings that are told beside the likeliest, and how likely they must be
_MOST_RULES = 2  # a number may break many at once; the report lists them all


def explain(
    case: Case,
    digits_probability: float,
    decision: PolicyDecision,
    rules: Mapping[str, Label],
    evaluated: Sequence[Evaluated] = (),
) -> Bilingual:
    """Why this number has its status, and what to do if it needs a person.

    Args:
        case: what was known.
        digits_probability: how sure the digit cells alone are of their text's meaning.
        decision: what came of it.
        rules: the form's rules in words, by id.
        evaluated: the rules on the numbers as read, to say what other readings would break.
    """
    if decision.status == "blank" and decision.witness != "person":
        return Bilingual(id=explained("id", "nothing_written"), en=explained("en", "nothing_written"))
    return Bilingual(
        id=_told("id", case, digits_probability, decision, rules, evaluated),
        en=_told("en", case, digits_probability, decision, rules, evaluated),
    )


def explain_slip(slip: Suggestion, labels: Mapping[str, Label]) -> Bilingual:
    """The likeliest slip behind a broken rule, as a suggestion to whoever asks the station's officers."""

    def named(field: str, language: Language) -> str:
        return getattr(labels[field], language) if field in labels else field

    def told(language: Language) -> str:
        why = clerk_error(language, slip.kind, fits=slip.fits, other=named(slip.other or "", language))
        number = {"name": named(slip.field, language), "written": slip.written, "fits": slip.fits}
        return explained(language, "clerk_error", **number, why=why)

    return Bilingual(id=told("id"), en=told("en"))


def said_elsewhere(file: str) -> Bilingual:
    """Why a number is not given: another photo of its page counts."""
    text, do = reason_text("other_photo_counts", {"counts": file}), step("other_photo_counts")
    return Bilingual(id=f"{_sentence(text['id'])} {do['id']}", en=f"{_sentence(text['en'])} {do['en']}")


def percent(probability: float) -> str:
    """A probability for people; cut, not rounded, so that nothing doubtful is shown as 100%."""
    return f"{int(probability * 100)}%"


def _told(
    language: Language,
    case: Case,
    digits_probability: float,
    decision: PolicyDecision,
    rules: Mapping[str, Label],
    evaluated: Sequence[Evaluated],
) -> str:
    say = partial(explained, language)
    facts = [say("read", text=_shown(case.digits_text), percent=percent(digits_probability))]
    others = _others(case) if case.person is None else []
    if others:
        facts[0] += f" {say('or')} {', '.join(f'{_shown(c.text)} ({percent(c.digits)})' for c in others)}"
    if case.bubbles is not None:
        empty = case.bubbles.kind == "blank"
        facts.append(say("bubbles_empty") if empty else say("bubbles", text=_shown(case.bubbles.text)))
    if case.tally is not None and case.tally.state == "read":
        facts.append(say("strokes", count=case.tally.count))
    if case.totals is not None and case.totals.state == "read":
        facts.append(say("row_totals", sum=case.totals.sum))
    for name, other in case.others.items():
        facts.append(say("witness", witness=_called(name, language), number=other.value))
    if decision.rules:
        facts.append(say("sum_holds", rules=_named(decision.rules, rules, language)))
    facts += [say("sum_would_be_off", number=c.value, off=off) for c in others if (off := _off(case, c, evaluated))]
    opening, seen = say(decision.status), "; ".join(facts)
    if not decision.reasons:
        return f"{opening}: {seen}."
    why: list[str] = []
    for code, data in decision.reasons:
        broken = data.get("rules", "").split()
        words = {"rules": _named(broken, rules, language), "witness": _called(data.get("witness", ""), language)}
        why.append(reason_text(code, {**data, **words})[language])
    steps = dict.fromkeys(step(code)[language] for code, _ in decision.reasons)
    do = f"{' '.join(steps)} " if decision.status == "review" else ""
    return f"{opening}: {'; '.join(why)}. {do}({_sentence(seen)})"


def _called(witness: str, language: Language) -> str:
    """What people call a witness of the registry; its name, where this version has none of that name."""
    found = tables().get(witness)
    return in_language(language, *found.label) if found else witness


def _others(case: Case) -> list[Choice]:
    """Other readings that the digit cells allow, the likeliest first."""
    read = sorted(case.choices.listed, key=lambda c: -c.digits)
    told = [c for c in read if c.text != case.digits_text and c.kind != "unreadable" and c.digits >= _TOLD]
    return told[:_MOST_OTHERS]


def _off(case: Case, other: Choice, evaluated: Sequence[Evaluated]) -> str | None:
    """By how much another reading would break a sum that holds; None where it would break none."""
    if other.value is None or case.value is None or other.value == case.value:
        return None
    for one in evaluated:
        terms = dict(one.rule.relation.coefficients)
        if one.outcome == "holds" and one.rule.strength == "exact" and case.field in terms and len(terms) >= 3:
            return str(abs(terms[case.field] * (other.value - case.value)))
    return None


def _shown(text: str) -> str:
    return text.replace(" ", "_")


def _named(ids: Sequence[str], rules: Mapping[str, Label], language: str) -> str:
    named = [getattr(rules[i], language) if i in rules else i for i in ids[:_MOST_RULES]]
    return "; ".join(named) + (f" (+{len(ids) - _MOST_RULES})" if len(ids) > _MOST_RULES else "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
