"""Facts known before the count: possible dates and listed numbers confirm or contradict, and never repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from conftest import SAMPLES

from ocr_recap import Options, Reader
from ocr_recap.cells.digit_reader import CLASSES
from ocr_recap.decide import policy
from ocr_recap.decide.case import Altered, Case, Person
from ocr_recap.decide.evidence import number_evidence
from ocr_recap.decide.fact_witness import written
from ocr_recap.decide.facts import Fact, compare, date_fact
from ocr_recap.decide.reconcile import make_case, reconciled
from ocr_recap.forms import template
from ocr_recap.records.record import Record

FORM = template.load("c-hasil-ppwp-2024")
DATE = date_fact(FORM, None, "template")
PARTS = ("date_day", "date_month", "date_year")


def cells(*boxes: Mapping[str, float]) -> np.ndarray:
    """Log-probabilities of boxes; what a box does not name shares what is left."""
    table = np.full((len(boxes), len(CLASSES)), 1e-6)
    for row, box in zip(table, boxes, strict=True):
        for sign, chance in box.items():
            row[CLASSES.index(sign)] = chance
    return np.log(table / table.sum(axis=1, keepdims=True))


def number(field: str, text: str, doubtful: Mapping[int, Mapping[str, float]] | None = None) -> Case:
    """A number whose boxes are clear, except those that `doubtful` describes."""
    boxes = [(doubtful or {}).get(i, {sign: 1.0}) for i, sign in enumerate(text)]
    assert DATE is not None
    made = make_case(field, number_evidence(cells(*boxes), None), True, True)
    return replace(made, facts=(DATE,) if field in PARTS else ())


def day(text: str, doubtful: Mapping[int, Mapping[str, float]] | None = None) -> list[Case]:
    """The three numbers of a date `DDMMYYYY`; `doubtful` describes boxes of the day."""
    return [number("date_day", text[:2], doubtful), number("date_month", text[2:4]), number("date_year", text[4:])]


def decided(cases: list[Case], how: policy.Policy = "strict") -> dict[str, policy.PolicyDecision]:
    return policy.decide(*reconciled(cases, []), how)


def codes(decision: policy.PolicyDecision) -> list[str]:
    return [code for code, _ in decision.reasons]


@pytest.mark.parametrize("text", ["14022024", "15022024"])
def test_a_possible_date_is_accepted(text: str) -> None:
    found = decided(day(text))
    assert [(d.status, d.witness) for d in found.values()] == [("accepted", "date")] * 3


@pytest.mark.parametrize("text", ["16022024", "13022024", "14022023", "02142024", "14032024", "28101928"])
def test_an_impossible_date_is_in_review_whole_and_says_which_are_possible(text: str) -> None:
    found = decided(day(text))
    assert [d.status for d in found.values()] == ["review"] * 3
    shown = f"{text[:2]}-{text[2:4]}-{text[4:]}"
    for decision in found.values():
        assert decision.reasons == (("date_impossible", {"read": shown, "possible": "14-02-2024, 15-02-2024"}),)


def test_without_a_known_day_nothing_changes() -> None:
    found = decided([replace(case, facts=()) for case in day("14022024")])
    assert [codes(d) for d in found.values()] == [["no_second_witness"]] * 3


def test_a_fact_never_repairs() -> None:
    rather_16 = {1: {"6": 0.9, "4": 0.1}}
    alone, _ = reconciled([replace(case, facts=()) for case in day("16022024", rather_16)], [])
    weighed, _ = reconciled(day("16022024", rather_16), [])
    assert [case.value for case in weighed] == [case.value for case in alone] == [16, 2, 2024]
    assert weighed[0].confidence < alone[0].confidence, "the fact makes what is impossible less sure"
    assert codes(decided(day("16022024", rather_16))["date_day"])[0] == "date_impossible"


def test_a_possible_date_that_is_not_clear_enough_is_in_review() -> None:
    found = decided(day("14022024", {1: {"4": 0.6, "9": 0.4}}))
    assert [d.status for d in found.values()] == ["review"] * 3
    assert "known_unclear" in codes(found["date_day"])
    between = decided(day("14022024", {1: {"4": 0.6, "5": 0.4}}))
    assert between["date_day"].status == "review", "both dates are possible: only the ink can tell them apart"


def test_the_joint_probability_is_the_documented_one() -> None:
    fact = Fact("date", PARTS, ((14, 2, 2024), (15, 2, 2024)), "template")
    said, factors = compare(fact, (14, 2, 2024), [{14: 0.97, 15: 0.001, 19: 0.029}, {2: 1.0}, {2024: 1.0}], [0.0] * 3)
    assert said.agrees
    assert said.probability == pytest.approx(0.4753 / 0.475935, abs=1e-6)
    after = {value: factors[0][value] * p for value, p in {14: 0.97, 15: 0.001, 19: 0.029}.items()}
    assert sum(after.values()) == pytest.approx(1.0)
    assert factors[1][2] == pytest.approx(1.0)


@pytest.mark.parametrize("part", range(3))
def test_a_blank_part_silences_the_fact_and_stays_blank(part: int) -> None:
    cases = day("14022024")
    cases[part] = number(PARTS[part], " " * (4 if part == 2 else 2))
    found = decided(cases)
    assert found.pop(PARTS[part]).status == "blank"
    assert [codes(d) for d in found.values()] == [["no_second_witness"]] * 2


def test_an_empty_date_is_blank() -> None:
    empty = [number(name, " " * size) for name, size in zip(PARTS, (2, 2, 4), strict=True)]
    assert {d.status for d in decided(empty).values()} == {"blank"}


def test_an_altered_part_confirms_no_other() -> None:
    cases = day("14022024")
    cases[0] = replace(cases[0], altered=Altered(struck=True))
    found = decided(cases)
    assert codes(found["date_day"]) == ["struck_out"]
    assert [found[name].status for name in PARTS[1:]] == ["review", "review"]


def test_a_part_that_is_not_in_the_photo_silences_the_fact() -> None:
    found = decided(day("14022024")[1:])
    assert [codes(d) for d in found.values()] == [["no_second_witness"]] * 2


def test_a_person_overrules_the_fact() -> None:
    cases = day("16022024")
    cases[0] = replace(cases[0], person=Person(16, "Siti", "2024-02-20"))
    found = decided(cases)
    assert (found["date_day"].status, found["date_day"].witness) == ("accepted", "person")
    assert [codes(found[name]) for name in PARTS[1:]] == [["date_impossible"]] * 2
    cases[0] = replace(cases[0], person=Person(14, "Siti", "2024-02-20"))
    assert {d.status for d in decided(cases).values()} == {"accepted"}


def listed(field: str, text: str, value: int) -> Case:
    return replace(number(field, text), facts=(Fact("list", (field,), ((value,),), "stations", "ab" * 32),))


def test_a_list_confirms_the_number_that_is_written() -> None:
    found = decided([listed("dpt_J", "213", 213)])["dpt_J"]
    assert (found.status, found.witness) == ("accepted", "list")


def test_a_list_that_differs_sends_a_number_to_review_though_a_sum_confirms_it() -> None:
    parts = [number("dpt_L", "112"), number("dpt_P", "101")]
    rules = [rule for rule in FORM.rules if rule.id == "R1.dpt"]
    without = policy.decide(*reconciled([*parts, number("dpt_J", "213")], rules))
    assert without["dpt_J"].status == "accepted"
    weighed, evaluated = reconciled([*parts, listed("dpt_J", "213", 231)], rules)
    found = policy.decide(weighed, evaluated)
    assert found["dpt_J"].reasons == (("list_differs", {"read": "213", "possible": "231"}),)
    assert [case.value for case in weighed] == [112, 101, 213]
    assert [found[name].status for name in ("dpt_L", "dpt_P")] == ["accepted", "accepted"]


def test_dates_and_numbers_as_people_read_them() -> None:
    assert written(((1, 2, 2024), (15, 12, 2024))) == "01-02-2024, 15-12-2024"
    assert written(((7,),)) == "7"


# --- photos --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(reader: Reader) -> Record:
    return reader.read(SAMPLES / "page3-glare.jpg")


def test_the_record_holds_the_fact(plain: Record) -> None:
    assert [plain.fields[name].status for name in PARTS] == ["accepted"] * 3
    evidence = plain.fields["date_month"].evidence
    assert evidence is not None
    fact = evidence.facts["date"]
    assert (fact.fields, fact.rows) == (PARTS, ((14, 2, 2024), (15, 2, 2024)))
    assert (fact.source, fact.read, fact.agrees) == ("template", (14, 2, 2024), True)
    assert "possible dates: 14-02-2024, 15-02-2024" in plain.fields["date_day"].explanation.en
    assert "tanggal yang mungkin: 14-02-2024, 15-02-2024" in plain.fields["date_day"].explanation.id
    assert "facts" not in plain.fields["valid_total"].model_dump(mode="json")["evidence"]


def test_another_election_date_overrides_the_template(plain: Record) -> None:
    record = Reader(Options(election_date=date(2024, 2, 24))).read(SAMPLES / "page3-glare.jpg")
    assert record.provenance.options["election_date"] == "2024-02-24"
    for name in PARTS:
        found = record.fields[name]
        assert (found.status, found.value, found.reasons) == ("review", plain.fields[name].value, ("date_impossible",))
        assert found.evidence is not None
        assert found.evidence.facts["date"].source == "option"
    said = record.fields["date_day"].explanation
    assert "the date reads 14-02-2024, but the possible dates are 24-02-2024, 25-02-2024" in said.en
    assert "tanggalnya terbaca 14-02-2024, sedangkan tanggal yang mungkin adalah 24-02-2024, 25-02-2024" in said.id
    counts = [name for name in record.fields if name not in PARTS]
    assert [record.fields[name] for name in counts] == [plain.fields[name] for name in counts]
