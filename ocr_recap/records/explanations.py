"""A few words per number, in both languages: why it was accepted, is blank, or needs a person, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ..decide.candidates import Choice
from ..decide.case import Case
from ..decide.likely_error import Suggestion
from ..decide.policy import PolicyDecision
from ..decide.posterior import Evaluated
from ..forms.print_items import Label
from ..messages.reasons import reason as reason_text
from ..messages.reasons import step
from .field_record import Bilingual

_MOST_OTHERS, _TOLD = 2, 0.01  # readings that are told beside the likeliest, and how likely they must be
_MOST_RULES = 2  # a number may break many at once; the report lists them all
_WORDS = {
    "id": {
        "accepted": "Diterima",
        "review": "Perlu diperiksa",
        "blank": "Kosong",
        "read": "tulisan terbaca",
        "or": "atau",
        "bubbles": "bulatan",
        "empty": "bulatan kosong",
        "strokes": "turus",
        "totals": "jumlah tiap baris seluruhnya",
        "holds": "penjumlahan cocok:",
        "with": "dengan {number} penjumlahan selisih {off}",
    },
    "en": {
        "accepted": "Accepted",
        "review": "To be reviewed",
        "blank": "Blank",
        "read": "the handwriting reads",
        "or": "or",
        "bubbles": "the bubbles say",
        "empty": "the bubbles are empty",
        "strokes": "the strokes say",
        "totals": "the row totals add up to",
        "holds": "the sum holds:",
        "with": "with {number} the sum would be {off} off",
    },
}


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
        return Bilingual(id="Kosong: tidak ada tulisan di semua kotak.", en="Blank: nothing is written in any box.")
    return Bilingual(
        id=_told("id", case, digits_probability, decision, rules, evaluated),
        en=_told("en", case, digits_probability, decision, rules, evaluated),
    )


_SLIPS = {
    "id": {
        "strokes": "turusnya {fits}",
        "row_totals": "jumlah tiap barisnya {fits}",
        "bubbles": "bulatannya {fits}",
        "transposed": "dua angkanya mungkin tertukar",
        "one": "selisih satu",
        "ten": "selisih sepuluh",
        "hundred": "selisih seratus",
        "forgotten_line": "{other} mungkin tidak ikut dijumlahkan",
        "copied": "mungkin tersalin dari {other}",
        "anything": "penjumlahan lain pun akan cocok",
    },
    "en": {
        "strokes": "there are {fits} strokes",
        "row_totals": "the row totals add up to {fits}",
        "bubbles": "the bubbles say {fits}",
        "transposed": "two of its digits may have changed places",
        "one": "off by one",
        "ten": "off by ten",
        "hundred": "off by a hundred",
        "forgotten_line": "{other} may have been left out of the sum",
        "copied": "it may have been copied from {other}",
        "anything": "another sum would hold as well",
    },
}


def explain_slip(slip: Suggestion, labels: Mapping[str, Label]) -> Bilingual:
    """The likeliest slip behind a broken rule, as a suggestion to whoever asks the station's officers."""

    def named(field: str, language: Literal["id", "en"]) -> str:
        return getattr(labels[field], language) if field in labels else field

    def told(language: Literal["id", "en"], sentence: str) -> str:
        why = _SLIPS[language][slip.kind].format(fits=slip.fits, other=named(slip.other or "", language))
        return sentence.format(name=named(slip.field, language), written=slip.written, fits=slip.fits, why=why)

    return Bilingual(
        id=told("id", "Mungkin salah tulis: {name} tertulis {written}; dengan {fits} jumlahnya cocok ({why})."),
        en=told("en", "A likely slip: {name} is written {written}; with {fits} it would add up ({why})."),
    )


def said_elsewhere(file: str) -> Bilingual:
    """Why a number is not given: another photo of its page counts."""
    text, do = reason_text("other_photo_counts", {"counts": file}), step("other_photo_counts")
    return Bilingual(id=f"{_sentence(text['id'])} {do['id']}", en=f"{_sentence(text['en'])} {do['en']}")


def percent(probability: float) -> str:
    """A probability for people; cut, not rounded, so that nothing doubtful is shown as 100%."""
    return f"{int(probability * 100)}%"


def _told(
    language: Literal["id", "en"],
    case: Case,
    digits_probability: float,
    decision: PolicyDecision,
    rules: Mapping[str, Label],
    evaluated: Sequence[Evaluated],
) -> str:
    words = _WORDS[language]
    facts = [f"{words['read']} {_shown(case.digits_text)} ({percent(digits_probability)})"]
    others = _others(case) if case.person is None else []
    if others:
        facts[0] += f" {words['or']} {', '.join(f'{_shown(c.text)} ({percent(c.digits)})' for c in others)}"
    if case.bubbles is not None:
        empty = case.bubbles.kind == "blank"
        facts.append(words["empty"] if empty else f"{words['bubbles']} {_shown(case.bubbles.text)}")
    if case.tally is not None and case.tally.state == "read":
        facts.append(f"{words['strokes']} {case.tally.count}")
    if case.totals is not None and case.totals.state == "read":
        facts.append(f"{words['totals']} {case.totals.sum}")
    if decision.rules:
        facts.append(f"{words['holds']} {_named(decision.rules, rules, language)}")
    facts += [words["with"].format(number=c.value, off=off) for c in others if (off := _off(case, c, evaluated))]
    opening, seen = words[decision.status], "; ".join(facts)
    if not decision.reasons:
        return f"{opening}: {seen}."
    why: list[str] = []
    for code, data in decision.reasons:
        broken = data.get("rules", "").split()
        why.append(reason_text(code, {**data, "rules": _named(broken, rules, language)})[language])
    steps = dict.fromkeys(step(code)[language] for code, _ in decision.reasons)
    do = f"{' '.join(steps)} " if decision.status == "review" else ""
    return f"{opening}: {'; '.join(why)}. {do}({_sentence(seen)})"


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
