"""A few words per number, in both languages: why it was accepted, is blank, or needs a person, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from .cases import Case
from .field_record import Bilingual
from .policy import Decision
from .printed import Label
from .problems import reason as reason_text
from .problems import step

_MOST_RULES = 2  # a number may break many at once; the report lists them all
_WORDS = {
    "id": {
        "accepted": "Diterima",
        "review": "Perlu diperiksa",
        "blank": "Kosong",
        "read": "tulisan terbaca",
        "bubbles": "bulatan",
        "empty": "bulatan kosong",
        "strokes": "turus",
        "totals": "jumlah tiap baris seluruhnya",
        "holds": "penjumlahan cocok:",
    },
    "en": {
        "accepted": "Accepted",
        "review": "To be reviewed",
        "blank": "Blank",
        "read": "the handwriting reads",
        "bubbles": "the bubbles say",
        "empty": "the bubbles are empty",
        "strokes": "the strokes say",
        "totals": "the row totals add up to",
        "holds": "the sum holds:",
    },
}


def explain(case: Case, digits_probability: float, decision: Decision, rules: Mapping[str, Label]) -> Bilingual:
    """Why this number has its status, and what to do if it needs a person.

    Args:
        case: what was known.
        digits_probability: how sure the digit cells alone are of their text's meaning.
        decision: what came of it.
        rules: the form's rules in words, by id.
    """
    if decision.status == "blank" and decision.witness != "person":
        return Bilingual(id="Kosong: tidak ada tulisan di semua kotak.", en="Blank: nothing is written in any box.")
    return Bilingual(
        id=_told("id", case, digits_probability, decision, rules),
        en=_told("en", case, digits_probability, decision, rules),
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
    decision: Decision,
    rules: Mapping[str, Label],
) -> str:
    words = _WORDS[language]
    facts = [f"{words['read']} {_shown(case.digits_text)} ({percent(digits_probability)})"]
    if case.bubbles is not None:
        empty = case.bubbles.kind == "blank"
        facts.append(words["empty"] if empty else f"{words['bubbles']} {_shown(case.bubbles.text)}")
    if case.tally is not None and case.tally.state == "read":
        facts.append(f"{words['strokes']} {case.tally.count}")
    if case.totals is not None and case.totals.state == "read":
        facts.append(f"{words['totals']} {case.totals.sum}")
    if decision.rules:
        facts.append(f"{words['holds']} {_named(decision.rules, rules, language)}")
    opening, seen = words[decision.status], "; ".join(facts)
    if not decision.reasons:
        return f"{opening}: {seen}."
    why: list[str] = []
    for code, data in decision.reasons:
        broken = data["rules"].split() if code == "rule_broken" else ()
        why.append(reason_text(code, {**data, "rules": _named(broken, rules, language)})[language])
    steps = dict.fromkeys(step(code)[language] for code, _ in decision.reasons)
    do = f"{' '.join(steps)} " if decision.status == "review" else ""
    return f"{opening}: {'; '.join(why)}. {do}({_sentence(seen)})"


def _shown(text: str) -> str:
    return text.replace(" ", "_")


def _named(ids: Sequence[str], rules: Mapping[str, Label], language: str) -> str:
    named = [getattr(rules[i], language) if i in rules else i for i in ids[:_MOST_RULES]]
    return "; ".join(named) + (f" (+{len(ids) - _MOST_RULES})" if len(ids) > _MOST_RULES else "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
