"""Templates from strangers: whatever a YAML file holds, it is a template or a fault by line, and costs little."""

from __future__ import annotations

import pytest

from ocr_recap.forms import bounded_yaml, template
from ocr_recap.forms.relations import RuleSyntaxError, parse
from ocr_recap.forms.template import TemplateError, parse_text

pytestmark = pytest.mark.slow

HEAD = "schema_version: 1\n"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)
MERGES = "a0: &a0 {a: 1, b: 2}\n" + "".join(
    f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)
BOMBS = {
    "aliases of aliases": (LAUGHS + "pages: *a8\n", "line 5", "keys and values"),
    "merged mappings": (MERGES, "line 9", "keys and values"),
    "an alias within itself": ("a: &a [1, *a]\n", "line 1", "itself part of"),
    "deep lists": ("a:\n  b: " + "[" * 5000, "line 2", "deep"),
    "many values": ("a: [" + "1," * 60_000 + "]", "line 1", "keys and values"),
    "long texts": (f"a: {'x' * 3000}", "line 1", "write at most 2000"),
    "digits that cost their square": ("a: 0x" + "F" * 5000, "line 1", "write at most 40"),
    "numbers to the base of 60": ("a: 1" + ":1" * 5000, "line 1", "write at most 40"),
    "a large file": ("# " + "x" * bounded_yaml.MOST_BYTES, "line 1", "longer than"),
    "code": ('a: !!python/object/apply:os.system ["exit 1"]', "line 1", "not valid YAML"),
    "a value that does not fit its tag": ("a: !!bool maybe", "line 1", "does not fit"),
    "a date that is none": ("a: !!timestamp maybe", "line 1", "does not fit"),
    "an empty number": ('a: !!float ""', "line 1", "does not fit"),
    "a key that is a list": ("? [a]\n: b", "line 1", "unhashable"),
    "a key that stands twice": ("a: 1\nb: 2\na: 3\n", "line 3", "already stands in line 1"),
    "a key twice in a part": ("a: {b: 1, c: 2, 'b': 3}\n", "line 1", "keep one of the two"),
    "control characters": ("a: \0", "line 1", "unacceptable"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_fault_by_line(name: str) -> None:
    text, where, why = BOMBS[name]
    with pytest.raises(TemplateError) as caught:
        parse_text(text, "form.yaml")
    (problem,) = caught.value.problems
    assert problem.startswith(f"form.yaml, {where}")
    assert why in problem


def test_ordinary_aliases_are_read() -> None:
    text = template.available()["c1-ppwp-2014"].read_text("utf-8")
    pair = '{id: "sah", en: "valid"}'
    shared = text.replace("title: {", f"title: &t {pair}\n# {{", 1)
    first = next(line for line in shared.splitlines() if line.lstrip().startswith("label: {"))
    form = parse_text(shared.replace(first, first.partition("label:")[0] + "label: *t", 1), "form.yaml")
    assert form.title.en == "valid"
    assert any(field.label == form.title for field in form.fields)


def test_what_is_quoted_is_short_and_has_no_control_characters() -> None:
    with pytest.raises(TemplateError) as caught:
        parse_text(f'{HEAD}"\\e[31mred\\n": 1\nid: "\\e]0;title\\a"\nsource: [{"x" * 1900}]\n', "form.yaml")
    assert len(caught.value.problems) >= 3
    for problem in caught.value.problems:
        assert problem.isprintable(), problem
        assert len(problem) < 300


def test_the_faults_of_a_file_are_counted_out() -> None:
    with pytest.raises(TemplateError) as caught:
        parse_text(HEAD + "".join(f"key{i}: 1\n" for i in range(5000)), "form.yaml")
    assert len(caught.value.problems) == 51
    assert "and more" in caught.value.problems[-1]


def test_a_file_that_is_too_large_is_not_read(tmp_path) -> None:
    path = tmp_path / "form.yaml"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(TemplateError, match="larger than"):
        template.load(path)


def test_rules_have_numbers_that_can_be_weighed() -> None:
    with pytest.raises(RuleSyntaxError, match="write at most"):
        parse(f"a = {'9' * 400} * b")
    assert parse("a = 1.02 * b + 0.5 +- 1.5").tolerance == 1.5


def crowded(fields: int, cells: int, page: str = "1") -> str:
    part = "  - {id: n%d, page: '%s', label: {id: a, en: a}, cells: {box: [10, 10, 5, 8], count: %d, pitch: 5}}\n"
    head = (
        f"{HEAD}id: crowded\ntitle: {{id: a, en: a}}\nsource: a\npaper: {{width: 297, height: 420}}\n"
        f"pages:\n  - {{id: '{page}', title: {{id: a, en: a}}, find: lines}}\nfields:\n"
    )
    return head + "".join(part % (i, page, cells) for i in range(fields))


def test_a_page_has_no_more_boxes_than_can_be_read() -> None:
    with pytest.raises(TemplateError, match="8400 digit boxes; a page may have 1000"):
        parse_text(crowded(700, 12), "form.yaml")
    with pytest.raises(TemplateError, match="1000"):
        parse_text(crowded(1001, 1), "form.yaml")
    assert len(parse_text(crowded(250, 4), "form.yaml").fields) == 250
