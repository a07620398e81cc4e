import json
import re
from datetime import date
from pathlib import Path

import pytest

from ocr_recap import Template, TemplateError
from ocr_recap.forms.fields import Paper
from ocr_recap.forms.template import SCHEMA_FILE, available, directory, json_schema, load, parse_text

TEXT = (directory() / "c-hasil-ppwp-2024.yaml").read_text("utf-8")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_form_has_all_its_fields_and_rules(template: Template) -> None:
    names = {field.id for field in template.fields}
    lines = ("dpt", "used_dpt", "used_dptb", "used_dpk", "used_total", "disabled")
    expected = {f"{line}_{column}" for line in lines for column in "LPJ"}
    expected |= {f"ballots_{part}" for part in ("received", "used", "returned", "unused")}
    expected |= {"votes_1", "votes_2", "votes_3", "valid_total", "invalid", "grand_total"}
    expected |= {"date_day", "date_month", "date_year"}
    assert names == expected
    assert {rule.id.split(".")[0] for rule in template.rules} == {
        "R1", "R2", "R3", "R5", "R6", "R7", "R9", "R10", "R11", "R12", "R13",
    }  # fmt: skip
    assert [page.markers.tag.id for page in template.pages if page.markers.tag] == [101, 102, 103]


def test_every_label_is_bilingual_and_every_rule_has_a_basis(template: Template) -> None:
    assert [field.id for field in template.fields if not (field.label.id and field.label.en)] == []
    assert [rule.id for rule in template.rules if not rule.basis] == []
    assert len(template.fields) == 31
    assert len(template.rules) == 31


def test_rules_reach_across_pages(template: Template) -> None:
    assert "R6" in {rule.id for rule in template.rules_of("2")} & {rule.id for rule in template.rules_of("3")}


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        (
            "count: 3, pitch: 11.75",
            "count: three, pitch: 11.75",
            "count: three",
            "must be a whole number (found 'three')",
        ),
        ("rows: 5", "rows: -5", "rows: -5", "must be 1 at least (found -5)"),
        ("pitch: 11.75", "pich: 11.75", "pich: 11.75", "not known here"),
        ("guide: seven_segment", "guide: dots", "guide: dots", "write one of: none, seven_segment"),
        ("= votes_1 + votes_2 + votes_3", "= votes_1 +* votes_2", "+* votes_2", "expected a field id"),
        ("kind: bubbles", "kind: bubble", "kind: bubble,", "write one of: bubbles, tally, row_totals, words"),
    ],
)
def test_a_wrong_template_says_line_fault_and_remedy(old: str, new: str, where: str, says: str) -> None:
    text = TEXT.replace(old, new, 1)
    with pytest.raises(TemplateError) as caught:
        parse_text(text, "form.yaml")
    wrong = [p for p in caught.value.problems if says in p]
    assert wrong, caught.value.problems
    expected = line_of(text, where)
    assert any(f"form.yaml, line {line}:" in wrong[0] for line in (expected - 1, expected)), (expected, wrong)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("votes_1 + votes_2 + votes_3", "votes_1 + votes_2 + votes_9", "unknown field 'votes_9'"),
        ("id: votes_2", "id: votes_1", "used twice"),
        ('page: "3"', 'page: "4"', "write one of 1, 2, 3"),
        ("id: 102,", "id: 101,", "same tag id"),
        (
            "      corners: {kind",
            "      # {kind",
            "page '1' has no corner marks; add markers.corners, or write 'find: lines'",
        ),
        ("    markers:\n", "    find: lines\n    markers:\n", "remove 'find: lines'"),
        ("pitch: 11.5,", "pitch: 11.5, dividers: dotted,", "make pitch equal to the box's width"),
        (
            "  days_after: 1",
            "  date_fields: [date_day, invalid, date_year]",
            "'invalid', which is no field with 'role: date'",
        ),
    ],
)
def test_parts_that_do_not_fit_together(old: str, new: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        parse_text(TEXT.replace(old, new, 1), "form.yaml")


def test_broken_yaml_unknown_ids_and_wrong_encodings(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="line 2: not valid YAML"):
        parse_text("a: 1\nb: [1, 2", "form.yaml")
    with pytest.raises(TemplateError, match="starts with 'schema_version: 1'"):
        parse_text("- a", "form.yaml")
    with pytest.raises(TemplateError, match=r"known templates are .*c-hasil-ppwp-2024"):
        load("c-hasil-2029")
    path = tmp_path / "form.yaml"
    path.write_bytes("id: é".encode("utf-16"))
    with pytest.raises(TemplateError, match="save it again as UTF-8"):
        load(path)


def test_the_published_schema_is_the_models_own() -> None:
    assert json.loads((directory() / SCHEMA_FILE).read_text("utf-8")) == json_schema()


def test_all_shipped_templates_load() -> None:
    assert [load(name).id for name in available()] == list(available())
    tags = [p.markers.tag.id for name in available() for p in load(name).pages if p.markers.tag]
    assert len(tags) == len(set(tags)) == 6
    found_by_lines = {name for name in available() if not load(name).found_by_markers()}
    assert found_by_lines == {
        "c-hasil-salinan-ppwp-2024",
        "c1-kwk-2015-pekalongan", "c1-kwk-2017", "c1-ppwp-2014", "dpr-plano-2019", "ppwp-plano-2019",
    }  # fmt: skip


@pytest.mark.parametrize("name", available())
def test_every_template_says_what_it_was_measured_on(name: str) -> None:
    assert re.search(r"drawing|photos?|scans|picture|Our own layout", load(name).source), load(name).source


@pytest.mark.parametrize("label", ['{id: "Jumlah"}', '{en: "Jumlah"}', '{id: "Jumlah", en: ""}'])
def test_a_label_in_one_language_stands_for_both(label: str) -> None:
    text = available()["c1-ppwp-2014"].read_text("utf-8")
    changed = re.sub(r"label: \{id: \"Suara pasangan calon 1\".*?\}", f"label: {label}", text)
    field = parse_text(changed, "form.yaml").fields[0]
    assert (field.label.id, field.label.en) == ("Jumlah", "Jumlah")


def test_a_fault_in_a_list_does_not_make_the_list_too_short() -> None:
    text = available()["c1-ppwp-2014"].read_text("utf-8").replace("find: lines", "find: signs")
    with pytest.raises(TemplateError) as caught:
        parse_text(text, "form.yaml")
    assert len(caught.value.problems) == 1
    assert "pages[0].find: write one of: markers, lines" in caught.value.problems[0]


def test_a_printed_sheet_has_the_proportions_of_the_template() -> None:
    assert Paper(width=300, height=450, printed=(600, 900)).printed == (600, 900)
    with pytest.raises(ValueError, match="other proportions"):
        Paper(width=297, height=420, printed=(600, 900))


@pytest.mark.parametrize("name", available())
def test_every_number_of_a_shipped_form_is_under_a_rule_with_a_basis(name: str) -> None:
    form = load(name)
    assert form.rules
    assert all(rule.basis for rule in form.rules)
    named = {field for rule in form.rules for field in rule.relation.fields}
    alone = {field.id for field in form.fields if field.role == "count"} - named
    assert alone == ({"invalid"} if name == "c1-ppwp-2014" else set())  # that page has no total of valid and invalid


def test_a_field_can_be_added_without_code() -> None:
    extra = (
        '  - id: witnesses_present\n    page: "3"\n    label: {id: "Saksi hadir", en: "witnesses present"}\n'
        "    cells: {box: [60, 260, 9, 9], count: 2, pitch: 11}\n"
    )
    grown = parse_text(TEXT.replace("\n# exact and", extra + "\n# exact and", 1), "form.yaml")
    assert grown.fields_of("3")[-1].id == "witnesses_present"


@pytest.mark.parametrize(
    ("form", "dates"),
    [
        ("c-hasil-ppwp-2024", ((14, 2, 2024), (15, 2, 2024))),
        ("ppwp-plano-2019", ((17, 4, 2019), (18, 4, 2019))),
        ("c-hasil-kwk", ((9, 12, 2020), (10, 12, 2020), (27, 11, 2024), (28, 11, 2024))),
        ("c1-ppwp-2014", ()),
    ],
)
def test_a_form_says_which_dates_are_possible_and_on_what_basis(form: str, dates: tuple[tuple[int, ...], ...]) -> None:
    found = load(form)
    assert found.possible_dates()[1] == dates
    assert bool(found.election and found.election.basis) == bool(dates)


def test_another_election_day_keeps_the_days_after_it() -> None:
    at_the_end_of_a_year = load("c-hasil-ppwp-2024").possible_dates(date(2024, 12, 31))
    assert at_the_end_of_a_year == (("date_day", "date_month", "date_year"), ((31, 12, 2024), (1, 1, 2025)))
    ends_at_once = parse_text(TEXT.replace("days_after: 1", "days_after: 0"), "test.yaml")
    assert ends_at_once.possible_dates(date(2024, 12, 31))[1] == ((31, 12, 2024),)


def test_a_form_without_election_days_takes_the_day_that_is_given() -> None:
    begin = TEXT.index("election:")
    silent = parse_text(TEXT[:begin] + TEXT[TEXT.index("pages:") :], "test.yaml")
    assert silent.possible_dates() == ((), ())
    assert silent.possible_dates(date(2024, 2, 24))[1] == ((24, 2, 2024), (25, 2, 2024))


def test_only_numbers_known_before_the_count_may_be_listed() -> None:
    listed = {field.id for field in load("c-hasil-ppwp-2024").fields if field.listed}
    assert listed == {"dpt_L", "dpt_P", "dpt_J", "ballots_received"}


@pytest.mark.parametrize(
    ("rect", "says"),
    [
        ("[37.8, 130.2, 310, 158.8]", "'votes_1' is outside the paper"),
        ("[37.8, 120, 180, 158.8]", "'votes_1' lies over the tally of field 'votes_1'"),
        ("[37.8, 130.2, 180, 220]", "'votes_1' lies over the tally of field 'votes_2'"),
        ("[100, 130.2, 240, 150]", "'votes_1' lies over the bubbles of field 'votes_1'"),
        ("[180, 130.2, 37.8, 158.8]", "write rect as [left, top, right, bottom]"),
    ],
)
def test_a_wrong_space_for_words_is_named(rect: str, says: str) -> None:
    text = TEXT.replace("rect: [37.8, 130.2, 180, 158.8]", f"rect: {rect}", 1)
    assert text != TEXT
    with pytest.raises(TemplateError) as caught:
        parse_text(text, "form.yaml")
    assert any(says in problem for problem in caught.value.problems), caught.value.problems


def test_two_numbers_do_not_share_a_space_for_words() -> None:
    text = TEXT.replace("rect: [37.8, 206.2, 180, 234.8]", "rect: [37.8, 140, 180, 158]", 1)
    with pytest.raises(TemplateError, match="lies over the words of field"):
        parse_text(text, "form.yaml")


def test_dates_are_not_read_in_words() -> None:
    boxes = "cells: {box: [160.97, 179.25, 8, 8], count: 2, pitch: 8, line: 0.35}"
    text = TEXT.replace(boxes, f"{boxes}\n    witnesses:\n      - {{kind: words, rect: [90, 190, 120, 196]}}", 1)
    with pytest.raises(TemplateError, match="only counts are read in words"):
        parse_text(text, "form.yaml")


def test_all_results_of_a_form_with_space_for_words_have_theirs() -> None:
    none = {"c1-ppwp-2014"}  # its drawing has no space for words
    for form in available():
        fields = [field for field in load(form).fields if field.id.startswith(("votes", "valid", "invalid", "grand"))]
        assert {field.words is None for field in fields} == {form in none}
