"""The record of a number as the input of a decision on it, so that documents are decided from records alone."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter

from ..cells.digit_reader import bounds
from ..decide.candidates import Choice, Choices
from ..decide.case import Altered, BubbleCase, Case, OtherCase, Person, TallyCase, TotalsCase, WordsCase
from ..decide.facts import Fact
from ..decide.witnesses import WITNESSES
from .field_record import Evidence, FieldRecord

# The values of a candidate's fields, in order; those of further witnesses are kept by witness.
_OF_A_CHOICE = attrgetter(*(part.name for part in fields(Choice) if part.name != "others"))


def case_of(field_id: str, field: FieldRecord) -> Case:
    """The input of a decision on a number, rebuilt from its record.

    Raises:
        ValueError: the number is not in the photo, and no person decided it.
    """
    decided = field.decision and Person(field.decision.value, field.decision.by, field.decision.at)
    if field.evidence is None or field.text is None or field.confidence is None:
        if decided is None:
            raise ValueError(f"{field_id} is not in the photo")
        only = Choice(" " if decided.value is None else str(decided.value), decided.value, 1.0)
        return Case(field_id, Choices((only,), 0.0, 0.0, ()), "", False, False, person=decided, chances=(1.0,))
    digits, said = field.evidence.digits, field.evidence.bubbles
    tally, totals = field.evidence.tally, field.evidence.row_totals
    strokes = None
    if tally is not None and tally.state != "not_read":
        crossed, struck = tally.reason == "crossed_out", bool(tally.struck)
        strokes = TallyCase(tally.state, tally.count, tally.probability, crossed, struck)
    in_words = field.evidence.words
    listed = tuple(_choice(field.evidence, i) for i in range(len(field.evidence.choices)))
    listed = listed or _only_choice(field.evidence, field.text, field.value)
    others = {name: word for name, word in field.evidence.others.items() if name in WITNESSES}
    speaking = {
        "bubbles": said is not None and said.state == "read",
        "counts": any(c.counted > 0 for c in listed),
        "words": in_words is not None and in_words.state == "read",
        **dict.fromkeys(others, True),
    }
    choices = Choices(
        listed,
        field.evidence.rest,
        field.evidence.largest,
        tuple(name for name in WITNESSES if speaking.get(name)),
        bounds([cell.probabilities for cell in digits.cells]) if digits.cells else None,
    )
    return Case(
        field_id,
        choices,
        digits.text,
        digits.found,
        digits.inside,
        said and BubbleCase(said.text, said.probability),
        person=decided,
        tally=strokes,
        totals=totals and TotalsCase(totals.state, totals.sum, totals.rows, totals.probability, totals.struck),
        poor=digits.poor,
        chosen=next((i for i, c in enumerate(listed) if (c.text, c.value) == (field.text, field.value)), 0),
        chances=(field.confidence,) * len(listed),
        held=digits.held,
        altered=Altered(
            digits.struck_out,
            digits.overwritten,
            digits.perhaps,
            said is not None and said.struck_out,
            digits.unused,
        ),
        others={name: OtherCase(word.value, word.probability) for name, word in others.items()},
        facts=tuple(
            Fact(name, fact.fields, fact.rows, fact.source, fact.sha256)
            for name, fact in field.evidence.facts.items()
            if name in WITNESSES
        ),
        words=in_words and WordsCase(in_words.state, in_words.value, in_words.probability, in_words.text),
    )


def _choice(evidence: Evidence, index: int) -> Choice:
    """One candidate, from a record."""
    others = {name: word.supports[index] for name, word in evidence.others.items()}
    choice = Choice(*_OF_A_CHOICE(evidence.choices[index]))
    return replace(choice, others=others) if others else choice


def _only_choice(said: Evidence, text: str, value: int | None) -> tuple[Choice, ...]:
    """The one candidate of a number whose record is of a version that did not keep candidates."""
    witnesses = (said.bubbles, said.tally, said.row_totals)
    bubbles, strokes, totals = (part.supports if part else 0.0 for part in witnesses)
    return (Choice(text, value, said.digits.supports, bubbles, strokes, totals),)
