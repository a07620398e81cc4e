"""One sentence per number, in both languages: why it was accepted, is blank, or needs a person."""

from __future__ import annotations

from .policy import Case, Decision
from .problems import reason as reason_text
from .record import Bilingual

_OPENING = {
    "accepted": ("Diterima", "Accepted"),
    "review": ("Perlu diperiksa", "To be reviewed"),
    "blank": ("Kosong", "Blank"),
}


def explain(case: Case, digits_probability: float, decision: Decision) -> Bilingual:
    """Why this number has its status.

    Args:
        case: what was known.
        digits_probability: how sure the digit cells alone are of their text's meaning.
        decision: what came of it.
    """
    if decision.status == "blank" and decision.witness != "person":
        return Bilingual(id="Kosong: tidak ada tulisan di semua kotak.", en="Blank: nothing is written in any box.")
    shown = case.digits_text.replace(" ", "_")
    sure = f"{digits_probability:.3f}"
    id_parts, en_parts = [f"angka tertulis {shown} ({sure})"], [f"the digits read {shown} ({sure})"]
    said = case.bubbles
    if said is not None:
        text = {"blank": ("kosong", "empty")}.get(said.kind, (said.text.replace(" ", "_"),) * 2)
        id_parts.append(f"bulatan {text[0]}")
        en_parts.append(f"the bubbles {text[1]}")
    if decision.rules:
        id_parts.append(f"penjumlahan cocok ({', '.join(decision.rules)})")
        en_parts.append(f"the sum holds ({', '.join(decision.rules)})")
    texts = [reason_text(code, data) for code, data in decision.reasons]
    tail_id = "; ".join(t["id"] for t in texts)
    tail_en = "; ".join(t["en"] for t in texts)
    opening = _OPENING[decision.status]
    if tail_id:
        return Bilingual(
            id=f"{opening[0]}: {tail_id} - {', '.join(id_parts)}.",
            en=f"{opening[1]}: {tail_en} - {', '.join(en_parts)}.",
        )
    return Bilingual(id=f"{opening[0]}: {', '.join(id_parts)}.", en=f"{opening[1]}: {', '.join(en_parts)}.")


def said_elsewhere(file: str) -> Bilingual:
    """Why a number is not given: another photo of its page counts."""
    text = reason_text("other_photo_counts", {"counts": file})
    return Bilingual(id=f"{text['id'][0].upper()}{text['id'][1:]}.", en=f"{text['en'][0].upper()}{text['en'][1:]}.")
