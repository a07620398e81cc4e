"""A few words per number, in both languages: why it was accepted, is blank, or needs a person, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .policy import Case, Decision
from .problems import reason as reason_text
from .problems import step
from .record import Bilingual
from .template import Label

_MOST_RULES = 2  # a number may break many at once; the report lists them all


def explain(case: Case, digits_probability: float, decision: Decision, rules: Mapping[str, Label]) -> Bilingual:
    """Why this number has its status, and what to do if it needs a person.

    Args:
        case: what was known.
        digits_probability: how sure the digit cells alone are of their text's meaning.
        decision: what came of it.
        rules: the form's rules in words, by id.
    """
    if decision.status == "blank":
        return Bilingual(id="Kosong: tidak ada tulisan di semua kotak.", en="Blank: nothing is written in any box.")
    read = f"{case.digits_text.replace(' ', '_')} ({percent(digits_probability)})"
    facts_id, facts_en = [f"tulisan terbaca {read}"], [f"the handwriting reads {read}"]
    if case.bubbles is not None:
        shown = case.bubbles.text.replace(" ", "_")
        empty = case.bubbles.kind == "blank"
        facts_id.append("bulatan kosong" if empty else f"bulatan {shown}")
        facts_en.append("the bubbles are empty" if empty else f"the bubbles say {shown}")
    if decision.status == "accepted":
        if decision.rules:
            facts_id.append(f"penjumlahan cocok: {_named(decision.rules, rules, 'id')}")
            facts_en.append(f"the sum holds: {_named(decision.rules, rules, 'en')}")
        return Bilingual(id=f"Diterima: {'; '.join(facts_id)}.", en=f"Accepted: {'; '.join(facts_en)}.")
    texts: list[dict[str, str]] = []
    for code, data in decision.reasons:
        broken = data["rules"].split() if code == "rule_broken" else ()
        texts.append(
            {
                "id": reason_text(code, {**data, "rules": _named(broken, rules, "id")})["id"],
                "en": reason_text(code, {**data, "rules": _named(broken, rules, "en")})["en"],
            }
        )
    steps = list(dict.fromkeys(tuple(step(code).values()) for code, _ in decision.reasons))
    why_id, why_en = ("; ".join(t[language] for t in texts) for language in ("id", "en"))
    do_id, do_en = (" ".join(s[language] for s in steps) for language in (0, 1))
    return Bilingual(
        id=f"Perlu diperiksa: {why_id}. {do_id} ({_sentence('; '.join(facts_id))})",
        en=f"To be reviewed: {why_en}. {do_en} ({_sentence('; '.join(facts_en))})",
    )


def said_elsewhere(file: str) -> Bilingual:
    """Why a number is not given: another photo of its page counts."""
    text, do = reason_text("other_photo_counts", {"counts": file}), step("other_photo_counts")
    return Bilingual(id=f"{_sentence(text['id'])} {do['id']}", en=f"{_sentence(text['en'])} {do['en']}")


def percent(probability: float) -> str:
    """A probability for people; cut, not rounded, so that nothing doubtful is shown as 100%."""
    return f"{int(probability * 100)}%"


def _named(ids: Sequence[str], rules: Mapping[str, Label], language: str) -> str:
    named = [getattr(rules[i], language) if i in rules else i for i in ids[:_MOST_RULES]]
    return "; ".join(named) + (f" (+{len(ids) - _MOST_RULES})" if len(ids) > _MOST_RULES else "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
