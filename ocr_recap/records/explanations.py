"""The explanation of a number in both languages: why it was accepted, is blank or needs a person, and the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from ..decide.candidates import Choice
from ..decide.case import Case
from ..decide.fact_witness import written
from ..decide.likely_error import Suggestion
from ..decide.policy import PolicyDecision
from ..decide.posterior import Evaluated
from ..decide.witnesses import WITNESSES
from ..forms.print_items import Label
from ..messages.catalog import Language
from ..messages.catalog import say as in_language
from ..messages.explanation_texts import clerk_error, explained
from ..messages.reasons import reason as reason_text
from ..messages.reasons import step
from .field_record import OTHER_PHOTO, Bilingual

_MOST_OTHERS, _SHOWN = 2, 0.01  # most other candidates in an explanation, and their least probability; by judgement
_MOST_RULES = 2  # broken rules named in an explanation; the report lists all of them; by judgement


def explain(
    case: Case,
    digits_probability: float | None,
    decision: PolicyDecision,
    rules: Mapping[str, Label],
    evaluated: Sequence[Evaluated] = (),
) -> Bilingual:
    """Explain why a number has its status, and what to do if it needs a person.

    Args:
        case: the number with its evidence and candidates.
        digits_probability: probability of the number's text by its digit cells alone; None where the number is not in
            the photo, and a person decided it.
        decision: the policy's decision.
        rules: labels of the form's rules and fields, by id.
        evaluated: the rules evaluated on the numbers as read, to name those that other candidates would break.
    """
    if decision.status == "blank" and decision.witness != "person":
        return Bilingual(id=explained("id", "nothing_written"), en=explained("en", "nothing_written"))
    return Bilingual(
        id=_explained("id", case, digits_probability, decision, rules, evaluated),
        en=_explained("en", case, digits_probability, decision, rules, evaluated),
    )


def explain_slip(slip: Suggestion, labels: Mapping[str, Label]) -> Bilingual:
    """Explain the most probable clerk error behind a broken rule, as a suggestion for a question to the officers.

    Args:
        slip: the suggested clerk error.
        labels: of the form's fields, by id.
    """

    def named(field: str, language: Language) -> str:
        return getattr(labels[field], language) if field in labels else field

    def sentence(language: Language) -> str:
        why = clerk_error(language, slip.kind, fits=slip.fits, other=named(slip.other or "", language))
        number = {"name": named(slip.field, language), "written": slip.written, "fits": slip.fits}
        return explained(language, "clerk_error", **number, why=why)

    return Bilingual(id=sentence("id"), en=sentence("en"))


def explain_unseen() -> Bilingual:
    """Explain that a number is not in the photo, and how to get it."""
    return Bilingual(id=explained("id", "not_in_photo"), en=explained("en", "not_in_photo"))


def said_elsewhere(file: str, seen: bool = True) -> Bilingual:
    """Explain that a number is not given, since another photo of its page counts.

    Args:
        file: the photo that counts.
        seen: whether this photo shows the number at all.
    """
    text, do = reason_text(OTHER_PHOTO, {"counts": file}), step(OTHER_PHOTO)
    if not seen:
        text = {lang: f"{explained(lang, 'unseen')}; {text[lang]}" for lang in ("id", "en")}
    return Bilingual(id=f"{_sentence(text['id'])} {do['id']}", en=f"{_sentence(text['en'])} {do['en']}")


def percent(probability: float) -> str:
    """A probability as a percentage, rounded down and never 100%: no reading is certain."""
    return f"{min(int(probability * 100), 99)}%"


def _explained(
    language: Language,
    case: Case,
    digits_probability: float | None,
    decision: PolicyDecision,
    rules: Mapping[str, Label],
    evaluated: Sequence[Evaluated],
) -> str:
    say = partial(explained, language)
    if digits_probability is None:
        facts = [say("unseen")]
    else:
        facts = [say("read", text=_shown(case.digits_text), percent=percent(digits_probability))]
    others = _others(case) if case.person is None else []
    if others:
        facts[0] += f" {say('or')} {', '.join(f'{_shown(c.text)} ({percent(c.digits)})' for c in others)}"
    if case.bubbles is not None:
        empty = case.bubbles.kind == "blank"
        facts.append(say("bubbles_empty") if empty else say("bubbles", text=_shown(case.bubbles.text)))
    facts += _counted(language, case)
    if case.words is not None and case.words.state != "absent":
        facts.append(say(f"words_{case.words.state}", words=case.words.text.strip(), number=case.words.value))
    for name, other in case.others.items():
        facts.append(say("witness", witness=_called(name, language), number=other.value))
    facts += [say(f"{one.witness}_known", possible=written(one.rows)) for one in case.facts]
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


def _counted(language: Language, case: Case) -> list[str]:
    """What strokes and row totals say, and which unused space beside them is struck out."""
    say = partial(explained, language)
    facts: list[str] = []
    tally, totals = case.tally, case.totals
    if tally is not None and tally.state == "read":
        facts.append(say("strokes", count=tally.count))
    if tally is not None and tally.struck:
        facts.append(say("struck_space"))
    if totals is not None and totals.state == "read":
        facts.append(say("row_totals", sum=totals.sum))
    if totals is not None and totals.struck:
        facts.append(say("totals_struck", rows=", ".join(map(str, totals.struck))))
    return facts


def _called(witness: str, language: Language) -> str:
    """What people call a witness of the registry; its name, where this version has none of that name."""
    found = WITNESSES.get(witness)
    return in_language(language, *found.label) if found else witness


def _others(case: Case) -> list[Choice]:
    """Other candidates that the digit cells allow, the most probable first."""
    read = sorted(case.choices.listed, key=lambda c: -c.digits)
    others = [c for c in read if c.text != case.digits_text and c.kind != "unreadable" and c.digits >= _SHOWN]
    return others[:_MOST_OTHERS]


def _off(case: Case, other: Choice, evaluated: Sequence[Evaluated]) -> str | None:
    """By how much another candidate would break a sum that holds, as text; None where it would break none."""
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
