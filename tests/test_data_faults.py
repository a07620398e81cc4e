"""Values of templates and of lines of JSON: what is wrong with them is said in our words, and those are complete."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError
from pydantic_core import core_schema

from ocr_recap.evaluate.truths import read_jsonl
from ocr_recap.forms.template import Template, parse_text
from ocr_recap.messages.data_faults import FAULTS, data_fault
from ocr_recap.messages.errors import TableFaulty, TemplateError

# What pydantic gives with an error, by its documentation.
CONTEXT = {
    "expected": "'a' or 'b'",
    "expected_tags": "'a', 'b'",
    "discriminator": "'kind'",
    **dict.fromkeys(("ge", "le", "gt", "lt", "max_length", "min_length"), 3),
    "pattern": "^[a-z]+$",
    "names": "a",
}
# What pydantic's own words have that ours have not.
FOREIGN = re.compile(r"Input should|Field required|Extra inputs|valid (integer|number|string|dictionary)|Invalid JSON")


def test_the_keys_are_errors_of_pydantic_or_our_own() -> None:
    assert set(FAULTS) - set(get_args(core_schema.ErrorType)) == {"listed_twice"}


@pytest.mark.parametrize("kind", FAULTS)
def test_every_sentence_is_filled_by_the_context_that_pydantic_gives(kind: str) -> None:
    said = data_fault(kind, CONTEXT)
    assert said.id != said.en
    assert "{" not in said.id + said.en
    assert not FOREIGN.search(said.en)
    text_id, text_en = FAULTS[kind]
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (text_id, text_en)]
    assert fields[0] == fields[1]


def test_allowed_values_are_listed_without_english_words() -> None:
    assert data_fault("literal_error", {"expected": "'a', 'b' or 'c'"}).id == "tulis salah satu dari: a, b, c"
    assert data_fault("literal_error", {"expected": "0, 90 or 180"}).id == "tulis salah satu dari: 0, 90, 180"
    assert data_fault("union_tag_invalid", {"expected_tags": "'a', 'b'", "tag": "x"}).en == "write one of: a, b"


def test_an_unknown_kind_still_has_a_next_step() -> None:
    assert data_fault("something_new", {}).en == "this value cannot be used here; correct it"


@pytest.mark.parametrize(
    ("line", "said_id", "said_en"),
    [
        ("{", "bukan baris JSON yang utuh", "no whole line of JSON"),
        ('{"fields": []}', "name: kuncinya tidak ada; tambahkan", "name: the key is missing; add it"),
        ('{"name": 1, "fields": []}', "name: harus teks", "name: must be text"),
        (
            '{"name": "a", "fields": [{"id": "x", "text": "1", "value": "1"}]}',
            "fields.0.value: harus angka bulat",
            "fields.0.value: must be a whole number",
        ),
        (
            '{"name": "a", "fields": [{"id": "x", "text": "", "value": null}, {"id": "x", "text": "", "value": null}]}',
            "fields: ditulis dua kali: x",
            "fields: listed twice: x",
        ),
    ],
)
def test_a_line_of_truth_is_refused_in_one_language(line: str, said_id: str, said_en: str, tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text(f"{line}\n")
    with pytest.raises(TableFaulty) as caught:
        read_jsonl(tmp_path / "truth.jsonl")
    assert said_id in caught.value.id
    assert said_en in caught.value.en
    assert said_en not in caught.value.id
    assert caught.value.en.endswith("correct that line")
    assert not FOREIGN.search(caught.value.id + caught.value.en)


def test_no_template_is_refused_in_the_words_of_the_library() -> None:
    with pytest.raises(TemplateError) as caught:
        parse_text("schema_version: 2\nid: A B\ntitle: 3\npages: x\nfields: []\nrules: {a: 1}\nmore: 1\n", "form.yaml")
    assert not FOREIGN.search(caught.value.en)
    assert {"form.yaml, line 1: schema_version: write one of: 1 (found 2)"} <= set(caught.value.problems)
    with pytest.raises(ValidationError) as own:
        Template.model_validate({"schema_version": 2})
    assert FOREIGN.search(str(own.value)), "else this test would not notice them"
