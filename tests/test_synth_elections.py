"""Made-up elections obey the form's rules, clerks slip at the stated rates, and the truth says so."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap import Template
from ocr_recap.decide.evidence import interpret
from ocr_recap.forms.fields import Tally
from ocr_recap.forms.template import load, parse_text
from ocr_recap.synth.forms import clerk, mistakes, numbers
from ocr_recap.synth.forms.fill import FieldWriting
from ocr_recap.synth.forms.truth import filled, truth
from ocr_recap.synth.writing.hand import CORRECTIONS
from ocr_recap.synth.writing.marks import TallyMarks, spread

pytestmark = pytest.mark.slow

FORM = """
schema_version: 1
id: village-form
title: {id: "Formulir desa", en: "Village form"}
source: "made up for a test"
paper: {width: 210, height: 297}
pages:
  - id: "front"
    title: {id: "Depan", en: "Front"}
    markers:
      tag: {family: apriltag_36h10, id: 900, center: [180, 30], side: 16}
      corners: {kind: staircase, square: 3.5, tl: [15, 12], tr: [195, 12], br: [195, 285], bl: [15, 285]}
  - id: "back"
    title: {id: "Belakang", en: "Back"}
    markers:
      tag: {family: apriltag_36h10, id: 901, center: [180, 30], side: 16}
      corners: {kind: staircase, square: 3.5, tl: [15, 12], tr: [195, 12], br: [195, 285], bl: [15, 285]}
fields:
  - id: goats
    page: front
    label: {id: kambing, en: goats}
    cells: {box: [100, 60, 9, 9], count: 3, pitch: 11}
    witnesses:
      - {kind: tally, grid: [20, 60, 80, 84], rows: 3, columns: 6, strokes: 5}
      - {kind: row_totals, grid: [82, 60, 94, 84], rows: 3, cells: 1}
  - id: sheep
    page: front
    label: {id: domba, en: sheep}
    cells: {box: [100, 100, 9, 9], count: 3, pitch: 11}
  - id: animals
    page: back
    label: {id: hewan, en: animals}
    cells: {box: [100, 60, 9, 9], count: 3, pitch: 11}
  - id: pairs
    page: back
    label: {id: pasang, en: pairs}
    cells: {box: [100, 100, 6, 9], count: 2, pitch: 6}
rules:
  - {id: sum, text: "animals = goats + sheep", strength: exact, basis: "form"}
  - {id: twice, text: "animals >= 2 * pairs + 1", strength: inequality, basis: "form"}
  - {id: most, text: "animals = 4 * pairs +- 6", strength: soft, basis: "habit"}
  - {id: some, text: "goats >= 3", strength: inequality, basis: "form"}
"""


@pytest.fixture(scope="module")
def village() -> Template:
    return parse_text(FORM, "village.yaml")


def test_every_rule_of_the_presidential_form_holds(template: Template) -> None:
    rolls: list[int] = []
    for seed in range(120):
        found = numbers.station(template, np.random.default_rng([3, seed]))
        assert [rule.text for rule in template.rules if rule.relation.evaluate(found) != "holds"] == []
        assert set(found) == {field.id for field in template.fields}
        rolls.append(found["dpt_J"])
    assert min(rolls) < 60
    assert 280 < max(rolls) <= numbers.LARGEST_ROLL
    assert len(set(rolls)) > 60


def test_few_are_few_and_candidates_differ(template: Template) -> None:
    stations = [numbers.station(template, np.random.default_rng([4, seed])) for seed in range(80)]
    used = np.array([s["used_total_J"] for s in stations])
    assert np.median([s["invalid"] for s in stations] / used) < 0.05
    assert 0.6 < np.median(used / [s["ballots_received"] for s in stations]) < 0.95
    assert np.median([s["dpt_L"] / s["dpt_J"] for s in stations]) == pytest.approx(0.5, abs=0.05)
    shares = np.array([[s[f"votes_{i}"] / s["valid_total"] for i in (1, 2, 3)] for s in stations])
    assert (shares.std(axis=0) > 0.1).all()
    assert (np.abs(shares.mean(axis=0) - 1 / 3) < 0.12).all()


def test_a_form_of_somebody_else_is_obeyed_too(village: Template) -> None:
    assert village.rules
    for seed in range(60):
        found = numbers.station(village, np.random.default_rng(seed))
        assert all(rule.relation.evaluate(found) == "holds" for rule in village.rules)
        assert found["goats"] <= 90  # all that its tally grid holds
        assert found["pairs"] <= 99


def test_rules_that_contradict_each_other_are_named(village: Template) -> None:
    # Half a goat would do, so a look at the rules finds nothing wrong.
    rules = FORM + '  - {id: never, text: "2 * goats = 7", strength: exact, basis: "nonsense"}\n'
    with pytest.raises(numbers.NumbersError, match=r"village-form: no numbers obey its rules"):
        numbers.station(parse_text(rules, "x.yaml"), np.random.default_rng(0))
    soft = FORM + '  - {id: never, text: "goats <= 2", strength: soft, basis: "cannot be"}\n'
    assert numbers.station(parse_text(soft, "x.yaml"), np.random.default_rng(0))["goats"] >= 3


def test_clerks_slip_at_the_stated_rates(template: Template) -> None:
    counted = numbers.station(template, np.random.default_rng(2))
    n = 1000
    found: Counter[str] = Counter()
    for seed in range(n):
        written = clerk.write(template, counted, np.random.default_rng([5, seed]))
        found.update({slip.kind for slip in written.slips})
    for kind, rate in mistakes.SLIP_RATES.items():
        # Blank pages and sheets without strokes hide some slips.
        assert 0.75 * rate - 0.01 < found[kind] / n < rate + 0.02, kind


def test_truth_calls_consistent_exactly_what_is(template: Template) -> None:
    """Whatever a clerk did, the truth agrees with an independent look at what stands on the pages."""
    seen: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for seed in range(300):
        rng = np.random.default_rng([6, seed])
        counted = numbers.station(template, rng)
        written = clerk.write(template, counted, rng)
        facts = [
            truth(template, page.id, written.fields, np.eye(3), "x", (10, 10), pages=written.fields)
            for page in template.pages
        ]
        kinds = {slip.kind for slip in written.slips}
        seen.update(kinds)
        kinds -= {"wrong_date", "empty_date"}  # no rule has a date
        assert len({fact["consistent"]["document"] for fact in facts}) == 1
        broken = facts[0]["consistent"]["document"] is False
        if kinds <= {"forgotten_total", "left_blank", "strokes_differ", "row_total_off", "wrong_bubble"}:
            met["no sum touched"] += 1
            assert not broken
        if kinds == {"sum_off"}:
            met["sum off"] += 1
            assert broken
        marks_agree = all(c["ok"] for fact in facts for c in fact["consistent"]["checks"] if "(" in c["rule"])
        if kinds & {"strokes_differ", "row_total_off", "wrong_bubble"}:
            met["marks differ"] += 1
            assert not marks_agree
        if not kinds:
            met["no slip"] += 1
            assert marks_agree
            for fact in facts:
                assert fact["consistent"]["all"] in (True, None)
        values = {field["id"]: field["value"] for fact in facts for field in fact["fields"]}
        slipped = {slip.field for slip in written.slips}
        page_blank = {field.page for field in template.fields} - {
            field.page for field in template.fields if written.fields[field.id].text.strip()
        }
        for field in template.fields:
            if field.id not in slipped and field.page not in page_blank:
                met["numbers"] += 1
                assert values[field.id] == counted[field.id]
    assert set(mistakes.SLIP_RATES) <= set(seen)
    assert min(met[case] for case in ("no sum touched", "no slip", "marks differ", "sum off")) >= 9
    assert met["numbers"] > 8900


def test_corrections_leave_the_right_digit_in_the_text(template: Template) -> None:
    manners: Counter[str] = Counter()
    for seed in range(150):
        rng = np.random.default_rng([7, seed])
        written = clerk.write(template, numbers.station(template, rng), rng)
        for said in written.fields.values():
            for manner, was, char in zip(said.manners, said.was, said.text, strict=False):
                manners[manner] += 1
                assert (was != " ") == (manner in CORRECTIONS)
                assert was == " " or (was != char and char.isdigit())
    assert set(manners) == {"plain", *clerk.MANNER_RATES}
    assert manners["plain"] > 0.85 * sum(manners.values())


def test_all_habits_occur(template: Template) -> None:
    habits = [clerk.Habits.draw(np.random.default_rng(seed)) for seed in range(300)]
    assert {h.leading for h in habits} == set(clerk.LEADING_RATES)
    assert {h.bubbles for h in habits} == set(clerk.BUBBLE_HABITS)
    assert {h.bundle for h in habits} == set(clerk.BUNDLE_RATES)
    assert {h.cancel for h in habits} == set(clerk.CANCEL_RATES)


def test_strokes_fill_one_cell_after_the_other() -> None:
    grid = Tally(kind="tally", grid=(0, 0, 60, 10), rows=2, columns=3)
    assert spread(13, grid) == ((5, 5, 3), (0, 0, 0))
    assert TallyMarks(spread(99, grid)).count == 30
    assert TallyMarks(spread(17, grid)).rows == (15, 2)


def test_bubbles_taken_back_do_not_count() -> None:
    said = FieldWriting(
        "123",
        ((9, 1), (2, 5), ()),
        bubble_kinds=(("erased", "tick"), ("full", "full"), ()),
    )
    assert filled(said) == [1, None, None]


def test_page_states_the_rates_of_the_code() -> None:
    text = (ROOT / "docs" / "reference" / "synthesis.md").read_text("utf-8")
    for kind, rate in mistakes.SLIP_RATES.items():
        assert f"| `{kind}` | {100 * rate:g}% |" in text
    for manner, rate in clerk.MANNER_RATES.items():
        row = next(line for line in text.splitlines() if line.startswith("| `") and f"`{manner}`" in line.split("|")[1])
        assert row.split("|")[2].strip() == f"{100 * rate:g}%"
    for kind, rate in (*clerk.BUBBLE_HABITS.items(), *clerk.BUBBLE_ODD.items()):
        assert f"{kind}" in text
        assert f"| {100 * rate:g}% |" in text


def test_clerks_write_possible_dates_and_wrong_ones_at_the_stated_rate(template: Template) -> None:
    names, possible = template.possible_dates()
    seen: Counter[str] = Counter()
    for seed in range(400):
        rng = np.random.default_rng([8, seed])
        counted = numbers.station(template, rng)
        assert tuple(counted[name] for name in names) in possible
        written = clerk.write(template, counted, rng)
        texts = tuple(written.fields[name].text for name in names)
        kinds = {slip.kind for slip in written.slips if slip.field in names}
        read = tuple(interpret(text)[1] for text in texts)
        if kinds == {"wrong_date"}:
            seen["wrong"] += 1
            assert read not in possible
            assert None not in read
            seen["exchanged"] += read[:2] == (counted["date_month"], counted["date_day"])
            seen["another year"] += read[2] != counted["date_year"]
        elif kinds == {"empty_date"} or not "".join(texts).strip():
            seen["empty"] += 1
            assert not "".join(texts).strip()
        else:
            seen["possible"] += 1
            assert kinds == set()
            assert read in possible
    assert 10 <= seen["wrong"] <= 32
    assert 10 <= seen["empty"] <= 34, "empty pages among them"
    assert seen["exchanged"] >= 2
    assert seen["another year"] >= 1


def test_forms_that_say_nothing_about_dates_have_any_date() -> None:
    silent = load("c-hasil-ppwp-2024").model_copy(update={"election": None})
    years = {numbers.station(silent, np.random.default_rng(seed))["date_year"] for seed in range(40)}
    assert len(years) > 8
