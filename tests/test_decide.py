"""Reconcile and policy on plain data: what is written, who agrees, and when nothing may be accepted."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_recap.cells import bubble_reader as bubble_witness
from ocr_recap.cells.digit_reader import CLASSES
from ocr_recap.cells.row_totals import TotalReading, TotalsReading, add_up
from ocr_recap.cells.tally_reader import TallyReading, convolve
from ocr_recap.decide.case import Altered, Case, Person
from ocr_recap.decide.evidence import interpret, number_evidence, read_bubbles, read_cells, read_total
from ocr_recap.decide.policy import Thresholds, decide, verdict
from ocr_recap.decide.reconcile import make_case, reconciled
from ocr_recap.forms.template import Rule

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


def case(
    field: str,
    text: str,
    filled: str | None = None,
    sure: float = 0.999,
    found: bool = True,
    held: bool = False,
    altered: Altered = Altered(),  # noqa: B008
) -> Case:
    said = number_evidence(cells(text, sure), None if filled is None else bubbles(filled))
    return make_case(field, said, found, True, held=held, altered=altered)


def statuses(cases: list[Case], *rules: Rule) -> dict[str, str]:
    return {name: d.status for name, d in decide(*reconciled(cases, rules)).items()}


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


def likeliest(table: np.ndarray) -> list[tuple[float, str]]:
    """The 64 likeliest texts with their scores, by trying all."""
    every = [
        (sum(table[i, CLASSES.index(c)] for i, c in enumerate(text)), "".join(text))
        for text in itertools.product(CLASSES, repeat=len(table))
    ]
    return sorted(every, key=lambda pair: (-pair[0], pair[1]))[:64]


@given(st.integers(1, 3), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_readings_are_the_likeliest_texts(count: int, seed: int) -> None:
    table = np.random.default_rng(seed).normal(-3, 2, (count, len(CLASSES)))
    expected = [np.exp(score) for score, _ in likeliest(table)]
    assert [r.probability for r in read_cells(table)] == pytest.approx(expected)


@given(st.integers(1, 3), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_readings_that_are_equally_likely_stand_in_the_order_of_their_texts(count: int, seed: int) -> None:
    # Whole numbers add up alike in any order.
    table = np.round(np.random.default_rng(seed).normal(-3, 1, (count, len(CLASSES))))
    assert [r.text for r in read_cells(table)] == [text for _, text in likeliest(table)]


def test_digits_and_bubbles_agree() -> None:
    assert statuses([case("a", "117", "117")]) == {"a": "accepted"}
    assert statuses([case("a", "X32", " 32")]) == {"a": "accepted"}
    assert statuses([case("a", "X32", "032")]) == {"a": "accepted"}


@pytest.mark.parametrize("filled", ["118", "11?", "1 7", "   ", "717"])
def test_bubbles_that_do_not_say_the_same_are_never_accepted(filled: str) -> None:
    assert statuses([case("a", "117", filled)]) == {"a": "review"}


STRUCK = Altered(struck=True)


@pytest.mark.parametrize("policy", ["strict", "balanced"])
@pytest.mark.parametrize(
    "text, filled", [("117", "117"), ("X32", " 32"), ("XXX", "000"), ("   ", "   "), ("1?7", "117")]
)
def test_a_struck_out_number_goes_to_review_whatever_agrees(text: str, filled: str, policy: Any) -> None:
    weighed, rules = reconciled([case("a", text, filled, sure=0.99999, altered=STRUCK)], ())
    decision = decide(weighed, rules, policy)["a"]
    assert decision.status == "review"
    assert ("struck_out", {}) in decision.reasons


def test_a_struck_out_number_confirms_nobody_and_breaks_nothing() -> None:
    others = [case("a", "017", sure=0.99999), case("b", "100", sure=0.99999)]
    standing, struck = case("total", "117", sure=0.99999), case("total", "117", sure=0.99999, altered=STRUCK)
    assert statuses([*others, standing], TOTAL)["a"] == "accepted"
    assert statuses([*others, struck], TOTAL) == {"a": "review", "b": "review", "total": "review"}
    weighed, rules = reconciled([*others, case("total", "118", sure=0.99999, altered=STRUCK)], [TOTAL])
    decisions = decide(weighed, rules)
    reasons = {code for d in decisions.values() for code, _ in d.reasons}
    assert "struck_out" in reasons
    assert "rule_broken" not in reasons
    cases_ = {c.field: c for c in weighed}
    assert verdict(decisions, {"a", "b", "total"}, rules, cases_) == "review", "nobody knows whether it adds up"


@pytest.mark.parametrize("policy", ["strict", "balanced"])
def test_bubbles_that_are_struck_out_send_their_number_to_review(policy: Any) -> None:
    weighed, rules = reconciled([case("a", "117", "117", sure=0.99999, altered=Altered(bubbles=True))], ())
    decision = decide(weighed, rules, policy)["a"]
    assert (decision.status, decision.reasons[0][0]) == ("review", "bubbles_struck_out")


@pytest.mark.parametrize("policy", ["strict", "balanced"])
def test_a_box_that_may_hold_two_digits_counts_only_by_clear_ink(policy: Any) -> None:
    perhaps, surely = Altered(perhaps=(2,)), Altered(overwritten=(2,))
    unclear, clear = case("a", "117", "117", sure=0.98, altered=perhaps), case("b", "117", "117", altered=perhaps)
    plain, over = case("c", "117", "117", sure=0.98), case("d", "117", "117", sure=0.99999, altered=surely)
    decisions = decide(*reconciled([unclear, clear, plain, over], ()), policy)
    assert decisions["a"].status == decisions["d"].status == "review"
    assert decisions["a"].reasons[0] == decisions["d"].reasons[0] == ("overwritten", {"cells": "2"})
    assert (decisions["b"].status, decisions["c"].status) == ("accepted", "accepted")


def test_of_a_number_written_over_bubbles_do_not_choose_the_reading() -> None:
    table = np.log(np.full((3, len(CLASSES)), 1e-6))
    for place, chances in enumerate(({"1": 0.999}, {"7": 0.6, "1": 0.4}, {"2": 0.999})):
        for char, chance in chances.items():
            table[place, CLASSES.index(char)] = np.log(chance)
    said = number_evidence(table, bubbles("112"))
    assert make_case("a", said, True, True).value == 112
    assert make_case("a", said, True, True, altered=Altered(overwritten=(2,))).value == 172
    (decided,), _ = reconciled([make_case("a", said, True, True, altered=Altered(overwritten=(2,)))], ())
    assert decided.value == 172


def test_a_person_decides_a_struck_out_number() -> None:
    decided = replace(case("a", "117", "117", altered=STRUCK), person=Person(118, "Sri", "2026-11-30T00:00:00Z"))
    weighed, rules = reconciled([decided], ())
    decision = decide(weighed, rules)["a"]
    assert (decision.status, weighed[0].value) == ("accepted", 118)


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
    numbers = [case("total", "112"), case("a", "100"), case("b", "X12", sure=0.4)]
    assert set(statuses(numbers, TOTAL).values()) == {"review"}


def test_another_witness_may_speak_for_unclear_bubbles_where_the_policy_says_so() -> None:
    numbers = [case("total", "112"), case("a", "100"), case("b", "X12", " ??")]
    cases, rules = reconciled(numbers, [TOTAL])
    assert decide(cases, rules, "strict")["b"].reasons[0][0] == "bubbles_unclear"
    accepted = decide(cases, rules, "balanced")["b"]
    assert (accepted.status, accepted.witness) == ("accepted", "rule")
    alone = reconciled([case("b", "X12", " ??")], [])
    assert decide(*alone, "balanced")["b"].status == "review"


@pytest.mark.parametrize(
    ("filled", "status", "reason"),
    [
        (" 1 ", "accepted", "bubbles_unclear"),
        ("01 ", "accepted", "bubbles_unclear"),
        ("0 2", "accepted", "bubbles_unclear"),
        ("0  ", "review", "bubbles_unclear"),  # two are missing
        (" 3 ", "review", "bubbles_unclear"),  # another digit is filled
        ("21 ", "review", "bubbles_unclear"),
        (" 1?", "review", "bubbles_unclear"),  # two are filled in one column
        ("  2", "review", "bubbles_disagree"),  # these bubbles are a number, and another one
    ],
)
def test_one_missing_bubble_leaves_a_number_to_another_witness(filled: str, status: str, reason: str) -> None:
    numbers = [case("total", "112"), case("a", "100"), case("b", "X12", filled)]
    assert statuses(numbers, TOTAL)["b"] == status
    alone = decide(*reconciled([case("b", "X12", filled)], []))["b"]
    assert alone.status == "review", "nobody else confirms it"
    assert [code for code, _ in alone.reasons] == [reason]


def test_a_broken_rule_stops_every_number_in_it_whoever_agrees() -> None:
    numbers = [case("total", "113", "113"), case("a", "100", "100"), case("b", "X12", " 12")]
    assert set(statuses(numbers, TOTAL).values()) == {"review"}
    weighed, evaluated = reconciled(numbers, [TOTAL])
    assert [c.value for c in weighed] == [113, 100, 12], "nothing is made to add up"
    decisions = decide(weighed, evaluated)
    assert decisions["a"].reasons[0][0] == "rule_broken"
    assert verdict(decisions, {"a", "b", "total"}, evaluated, {c.field: c for c in weighed}) == "inconsistent"


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
    # Empty bubbles are a second witness; without any the digit reader must be surer.
    assert statuses([case("a", "   ", "   ", sure=0.95)]) == {"a": "blank"}
    assert statuses([case("a", "   ", sure=0.95)]) == {"a": "review"}


@pytest.mark.parametrize("policy", ["strict", "balanced"])
def test_what_lies_on_a_number_is_no_blank(policy) -> None:
    for filled in (None, "   "):
        for found, status, reasons in ((True, "blank", []), (False, "review", ["cell_not_found"])):
            decision = decide(*reconciled([case("a", "   ", filled, found=found)], []), policy)["a"]
            assert decision.status == status
            assert [code for code, _ in decision.reasons] == reasons


def test_a_blank_that_a_single_digit_would_explain_is_looked_at() -> None:
    """A stroke on the printed frame is easily missed; a number of two digits and more is not."""
    weighed, rules = reconciled([case("a", "   "), case("b", "117"), case("total", "120")], [TOTAL])
    decision = decide(weighed, rules)["a"]
    assert decision.status == "review"
    assert decision.reasons == (("digit_missed", {"number": "3", "rules": "sum"}),)
    assert statuses([case("a", "   "), case("b", "117"), case("total", "129")], TOTAL)["a"] == "blank"
    assert statuses([case("a", "   "), case("b", "117"), case("total", "116")], TOTAL)["a"] == "blank"
    assert statuses([case("a", "   "), case("b", "   "), case("total", "019")], TOTAL)["a"] == "blank"
    assert statuses([case("a", "   "), case("b", "   "), case("total", "003")], TOTAL)["a"] == "review"
    assert statuses([case("a", "   "), case("b", "   "), case("total", "   ")], TOTAL)["a"] == "blank"
    assert statuses([case("a", "   ", "   "), case("b", "117"), case("total", "120")], TOTAL)["a"] == "blank"


def test_struck_out_misplaced_and_unfound_go_to_review() -> None:
    assert statuses([case("a", "1?7", "117")]) == {"a": "review"}
    assert statuses([case("a", "1X7", "1 7")]) == {"a": "review"}
    assert statuses([case("a", "117", "117", found=False)]) == {"a": "review"}


def test_a_box_under_correction_fluid_whose_place_the_others_hold_is_read_but_no_blank() -> None:
    assert statuses([case("a", "117", "117", found=False, held=True)]) == {"a": "accepted"}
    assert statuses([case("a", "117", found=False, held=True)]) == {"a": "review"}, "nothing confirms it"
    assert statuses([case("a", "   ", "   ", found=False, held=True)]) == {"a": "review"}


@given(st.integers(0, 999), st.integers(0, 999))
def test_two_sure_witnesses_that_differ_never_accept(digits: int, filled: int) -> None:
    outcome = statuses([case("a", f"{digits:03}", f"{filled:03}")])["a"]
    assert (outcome == "accepted") == (digits == filled)


def test_a_witness_gone_mad_cannot_be_accepted() -> None:
    uniform = np.full((3, len(CLASSES)), -math.log(len(CLASSES)))
    lost = make_case("a", number_evidence(uniform, bubbles("117")), True, True)
    assert decide([lost], [])["a"].status == "review"


def test_bubble_columns_become_values() -> None:
    reading, values = read_bubbles(bubbles(" 32"))
    assert (reading.kind, reading.value) == ("number", 32)
    assert values[32] > 0.99
    assert read_bubbles(bubbles("3?2"))[0].kind == "unreadable"
    assert read_bubbles(bubbles("3 2"))[0].kind == "misplaced"


def test_thresholds_are_probabilities() -> None:
    strict, balanced = Thresholds.of("strict"), Thresholds.of("balanced")
    for chosen in (strict, balanced):
        for value in (chosen.posterior, chosen.bubbles, chosen.rule, chosen.blank, chosen.unconfirmed):
            assert 0.5 < value < 1
        assert chosen.unconfirmed > chosen.blank
    assert (strict.posterior, strict.digits, strict.bubbles) > (balanced.posterior, balanced.digits, balanced.bubbles)


# --- strokes and row totals -----------------------------------------------------------------------------------------


def counted(rows: list[int], sure: float = 0.999, state: str = "read") -> TallyReading:
    """Strokes of a grid of rows of twelve cells; each row's count is this sure, else one less or more."""
    row_counts = np.full((len(rows), 61), 1e-12)
    for row, count in zip(row_counts, rows, strict=True):
        row[max(count - 1, 0)] += (1 - sure) / 2
        row[min(count + 1, 60)] += (1 - sure) / 2
        row[count] += sure
    row_counts /= row_counts.sum(axis=1, keepdims=True)
    unread = state == "unreadable"
    return TallyReading(
        state=state,  # type: ignore[arg-type]
        reason="unclear" if unread else None,
        count=None if unread else sum(rows),
        counts=np.zeros(0) if unread else convolve(row_counts),
        rows=None if unread else tuple(rows),
        row_counts=row_counts,
        cells=np.zeros((len(rows), 12), np.int64),
        probabilities=np.zeros((len(rows), 12, 8)),
        quad=np.zeros((4, 2)),
        struck=np.zeros((len(rows), 12), np.bool_),
    )


def added(*totals: int, sure: float = 0.999) -> TotalsReading:
    """Row totals as the digit witness reads them."""
    read = [TotalReading(i + 1, str(t), t, sure, {t: sure, t + 10: 1 - sure}) for i, t in enumerate(totals)]
    return add_up(read)


def case_of(text: str, strokes: TallyReading | None, totals: TotalsReading | None = None, sure: float = 0.999) -> Case:
    return make_case("a", number_evidence(cells(text, sure), None, strokes, totals), True, True)


def outcome(said: Case) -> tuple[str, str, list[str]]:
    decision = decide([said], [])["a"]
    return decision.status, decision.witness, [code for code, _ in decision.reasons]


def test_digits_and_strokes_agree() -> None:
    assert outcome(case_of("X77", counted([60, 17, 0, 0, 0]))) == ("accepted", "strokes", [])


def test_strokes_that_say_another_number_send_it_to_review_as_written() -> None:
    said = case_of("X92", counted([60, 17, 0, 0, 0]))
    assert said.value == 92
    assert outcome(said) == ("review", "none", ["strokes_disagree"])
    decision = decide([said], [])["a"]
    assert dict(decision.reasons)["strokes_disagree"] == {"strokes": "77", "digits": "X92"}


def test_one_stroke_too_few_is_heard_as_well() -> None:
    assert outcome(case_of("X78", counted([60, 17, 0, 0, 0], 0.9999)))[2] == ["strokes_disagree"]


def test_an_empty_grid_says_nothing() -> None:
    empty = counted([0, 0, 0, 0, 0], 1.0, "empty")
    assert case_of("X77", empty).chances == case_of("X77", None).chances
    assert outcome(case_of("X77", empty)) == outcome(case_of("X77", None))
    assert outcome(case_of("XXX", empty))[0] == "review", "no strokes do not confirm a zero"


def test_an_unreadable_grid_says_nothing() -> None:
    assert outcome(case_of("X77", counted([60, 17], state="unreadable")))[2] == ["no_second_witness"]


def test_strokes_that_are_not_clear_confirm_nothing_and_are_named() -> None:
    assert outcome(case_of("X77", counted([60, 17, 0, 0, 0], 0.8))) == ("review", "none", ["strokes_unclear"])


def test_strokes_do_not_make_unsure_digits_sure() -> None:
    said = case_of("X77", counted([60, 17, 0, 0, 0]), sure=0.6)
    assert outcome(said)[0] == "review"
    assert said.confidence > 0.95, "but the number as read is likelier with them"


def test_strokes_beside_empty_boxes_are_a_forgotten_number() -> None:
    said = case_of("   ", counted([60, 17, 0, 0, 0]))
    assert said.value is None
    assert outcome(said) == ("review", "none", ["strokes_but_blank"])
    assert outcome(case_of("   ", counted([0, 0], 1.0, "empty")))[0] == "blank"


def test_row_totals_confirm_where_no_strokes_are_read_and_one_alone_is_a_copy() -> None:
    assert outcome(case_of("X77", None, added(60, 17))) == ("accepted", "row_totals", [])
    assert outcome(case_of("X17", None, added(17)))[0] == "review"
    assert outcome(case_of("X77", counted([60, 17], state="unreadable"), added(60, 17)))[1] == "row_totals"


def test_row_totals_cannot_overrule_strokes_and_speak_once_with_them() -> None:
    strokes = counted([60, 17, 0, 0, 0])
    assert outcome(case_of("X92", strokes, added(75, 17)))[2] == ["strokes_disagree"]
    assert outcome(case_of("X77", strokes, added(75, 17)))[2] == ["row_totals_disagree"]
    assert case_of("X77", strokes, added(60, 17)).chances == case_of("X77", strokes).chances


def test_a_row_total_is_read_as_written_with_its_strokes_heard_softly() -> None:
    strokes = counted([60, 17]).row_counts
    doubtful = np.log(np.exp(cells("17")) * 0 + 1e-6)
    for place, pairs in enumerate(({"1": 0.55, "7": 0.45}, {"7": 0.999})):
        for char, chance in pairs.items():
            doubtful[place, CLASSES.index(char)] = math.log(chance)
    with_strokes, alone = read_total(2, doubtful, strokes[1]), read_total(2, doubtful, None)
    assert with_strokes is not None
    assert alone is not None
    assert (with_strokes.value, alone.value) == (17, 17)
    assert with_strokes.confidence > 0.95 > alone.confidence
    other = read_total(1, cells("75"), strokes[0])
    assert other is not None
    assert other.value == 75, "sixty strokes and a clear 75: 75 is what is written"
    assert read_total(3, cells("  "), None) is None
