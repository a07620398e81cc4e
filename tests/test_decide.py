"""Reconcile and policy on plain data: what is written, who agrees, and when nothing may be accepted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_recap.policy import Case, Thresholds, decide, make_case, verdict
from ocr_recap.reconcile import Evidence, evaluate, interpret, posterior, read_bubbles, read_cells, weigh
from ocr_recap.template import Rule
from ocr_recap.witnesses import bubbles as bubble_witness
from ocr_recap.witnesses.digits import CLASSES

TOTAL = Rule(id="sum", text="total = a + b", strength="exact", basis="form")
PART = Rule(id="part", text="a <= total", strength="inequality", basis="form")
SOFT = Rule(id="cap", text="total <= 100", strength="soft", basis="practice")


def cells(text: str, sure: float = 0.999) -> np.ndarray:
    table = np.full((len(text), len(CLASSES)), (1 - sure) / (len(CLASSES) - 1))
    for row, char in zip(table, text, strict=True):
        row[CLASSES.index(char)] = sure
    return np.log(table)


def bubbles(text: str, sure: float = 0.999) -> np.ndarray:
    table = np.full((len(text), 12), (1 - sure) / 11)
    for row, char in zip(table, text, strict=True):
        row[int(char) if char.isdigit() else bubble_witness.NONE if char == " " else bubble_witness.SEVERAL] = sure
    return table


def case(field: str, text: str, filled: str | None = None, sure: float = 0.999, found: bool = True) -> Case:
    evidence: Evidence = weigh(cells(text, sure), None if filled is None else bubbles(filled))
    return make_case(field, evidence, posterior(evidence), found, True)


def statuses(cases: list[Case], *rules: Rule) -> dict[str, str]:
    evaluated = evaluate(rules, {c.field: c.value for c in cases})
    return {name: d.status for name, d in decide(cases, evaluated).items()}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("117", "number", 117),
        ("X17", "number", 17),
        ("-07", "number", 7),
        ("  3", "number", 3),
        ("000", "number", 0),
        ("XXX", "number", 0),
        ("---", "number", 0),
        ("   ", "blank", None),
        ("1X7", "misplaced", 17),
        ("12 ", "misplaced", 12),
        ("1?7", "unreadable", None),
    ],
)
def test_what_a_text_means(text: str, kind: str, value: int | None) -> None:
    assert interpret(text) == (kind, value)


@given(st.integers(0, 999), st.sampled_from(["", "X", "-", " ", "0"]))
def test_leading_signs_change_nothing(value: int, sign: str) -> None:
    text = str(value).rjust(3, sign or "0")
    assert interpret(text) == ("number", value)


def test_readings_are_a_distribution() -> None:
    readings = read_cells(cells("12", 0.6))
    assert readings[0].text == "12"
    assert sum(r.probability for r in readings) <= 1 + 1e-9
    assert readings[0].probability == pytest.approx(0.36)


def test_digits_and_bubbles_agree() -> None:
    assert statuses([case("a", "117", "117")]) == {"a": "accepted"}
    assert statuses([case("a", "X32", " 32")]) == {"a": "accepted"}
    assert statuses([case("a", "X32", "032")]) == {"a": "accepted"}


@pytest.mark.parametrize("filled", ["118", "11?", "1 7", "   ", "717"])
def test_bubbles_that_do_not_say_the_same_are_never_accepted(filled: str) -> None:
    assert statuses([case("a", "117", filled)]) == {"a": "review"}


def test_one_witness_is_not_enough() -> None:
    assert statuses([case("a", "117", sure=0.9999)]) == {"a": "review"}


def test_an_exact_rule_that_holds_confirms_all_its_numbers() -> None:
    assert statuses([case("total", "112"), case("a", "100"), case("b", "X12")], TOTAL) == dict.fromkeys(
        ("total", "a", "b"), "accepted"
    )


def test_a_copy_is_no_second_witness_but_a_broken_copy_is_an_objection() -> None:
    copy = Rule(id="copy", text="a = b", strength="exact", basis="form")
    assert statuses([case("a", "117"), case("b", "117")], copy) == dict.fromkeys(("a", "b"), "review")
    assert statuses([case("a", "117", "117"), case("b", "117", "117")], copy) == dict.fromkeys(("a", "b"), "accepted")
    assert statuses([case("a", "117", "117"), case("b", "177", "177")], copy) == dict.fromkeys(("a", "b"), "review")


def test_a_rule_confirms_nothing_while_one_number_is_unsure() -> None:
    numbers = [case("total", "112"), case("a", "100"), case("b", "X12", sure=0.93)]
    assert set(statuses(numbers, TOTAL).values()) == {"review"}


def test_a_broken_rule_stops_every_number_in_it_whoever_agrees() -> None:
    numbers = [case("total", "113", "113"), case("a", "100", "100"), case("b", "X12", " 12")]
    assert set(statuses(numbers, TOTAL).values()) == {"review"}
    evaluated = evaluate([TOTAL], {c.field: c.value for c in numbers})
    decisions = decide(numbers, evaluated)
    assert decisions["a"].reasons[0][0] == "rule_broken"
    assert verdict(decisions, {"a", "b", "total"}, evaluated, {c.field: c for c in numbers}) == "inconsistent"


def test_inequalities_block_and_soft_rules_only_warn() -> None:
    assert statuses([case("a", "150", "150"), case("total", "149", "149")], PART) == dict.fromkeys(
        ("a", "total"), "review"
    )
    assert statuses([case("total", "149", "149")], SOFT) == {"total": "accepted"}


def test_an_inequality_that_holds_confirms_nothing() -> None:
    assert statuses([case("a", "100"), case("total", "149")], PART) == dict.fromkeys(("a", "total"), "review")


def test_blank_only_if_surely_empty() -> None:
    assert statuses([case("a", "   ", "   ")]) == {"a": "blank"}
    assert statuses([case("a", "   ")]) == {"a": "blank"}
    assert statuses([case("a", "   ", sure=0.9)]) == {"a": "review"}
    assert statuses([case("a", "   ", "  7")]) == {"a": "review"}
    assert statuses([case("a", "   ", found=False)]) == {"a": "review"}


def test_struck_out_misplaced_and_unfound_go_to_review() -> None:
    assert statuses([case("a", "1?7", "117")]) == {"a": "review"}
    assert statuses([case("a", "1X7", "1 7")]) == {"a": "review"}
    assert statuses([case("a", "117", "117", found=False)]) == {"a": "review"}


@given(st.integers(0, 999), st.integers(0, 999))
def test_two_sure_witnesses_that_differ_never_accept(digits: int, filled: int) -> None:
    outcome = statuses([case("a", f"{digits:03}", f"{filled:03}")])["a"]
    assert (outcome == "accepted") == (digits == filled)


def test_a_witness_gone_mad_cannot_be_accepted() -> None:
    uniform = np.full((3, len(CLASSES)), -math.log(len(CLASSES)))
    evidence = weigh(uniform, bubbles("117"))
    lost = make_case("a", evidence, posterior(evidence), True, True)
    assert decide([lost], [])["a"].status == "review"


def test_bubble_columns_become_values() -> None:
    reading, values = read_bubbles(bubbles(" 32"))
    assert (reading.kind, reading.value) == ("number", 32)
    assert values[32] > 0.99
    assert read_bubbles(bubbles("3?2"))[0].kind == "unreadable"
    assert read_bubbles(bubbles("3 2"))[0].kind == "misplaced"


def test_thresholds_are_probabilities() -> None:
    thresholds = Thresholds()
    for value in (thresholds.with_bubbles, thresholds.with_rule, thresholds.bubbles, thresholds.blank):
        assert 0.5 < value < 1
