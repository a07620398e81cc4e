"""What stops a command: each cause has its class, its exit code, and a text in both languages."""

from __future__ import annotations

import pickle
import re
import string
from typing import Any

import pytest

from ocr_recap.messages import error_texts, errors
from ocr_recap.messages.catalog import Lines, Wording, both
from ocr_recap.messages.errors import CATALOGUE, FolderBusy, FolderDamaged, OcrRecapError, TemplateError

CAUSES = {entry.kind for entry in CATALOGUE.values()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_cause_has_an_exit_code_of_its_own() -> None:
    direct = set(OcrRecapError.__subclasses__())
    assert direct == CAUSES
    codes = [kind.exit_code for kind in direct]
    assert len(set(codes)) == len(codes)
    assert {0, 1}.isdisjoint(codes), "a batch that finished, without and with problem photos"
    assert errors.Interrupted.exit_code == 130
    assert errors.WrongUse.exit_code == 2, "as the parser of the command line has it"


def test_no_code_stands_under_two_causes() -> None:
    groups = [group for name, group in vars(error_texts).items() if name.isupper()]
    assert sum(map(len, groups)) == len(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_code_says_the_same_in_both_languages(code: str) -> None:
    entry = CATALOGUE[code]
    text_id, text_en = entry.text
    assert placeholders(text_id) == placeholders(text_en)
    framed = re.sub(r"\{\w+\}", "", text_id).strip(" :")
    assert text_id != text_en or not framed, "only a frame around another message"
    fault = entry.kind(code, **dict.fromkeys(placeholders(text_id), "X"))
    assert (fault.code, str(fault), fault.exit_code) == (code, fault.en, entry.kind.exit_code)
    assert "{" not in fault.id + fault.en


def test_a_code_is_raised_by_its_own_class_with_its_data() -> None:
    with pytest.raises(TypeError, match="folder_busy is a code of FolderBusy"):
        FolderDamaged("folder_busy", folder="x")
    with pytest.raises(KeyError):
        FolderBusy("folder_busy")
    with pytest.raises(KeyError):
        FolderBusy("nothing")


@pytest.mark.parametrize(
    "fault",
    [
        FolderBusy("folder_busy", folder="results"),
        TemplateError("template_faulty", problems=Lines(["form.yaml, line 3: wrong", "form.yaml, line 4: wrong"])),
    ],
)
def test_errors_travel_between_processes(fault: OcrRecapError) -> None:
    same: Any = pickle.loads(pickle.dumps(fault))
    assert type(same) is type(fault)
    assert (same.code, same.data, same.id, same.en, str(same)) == (*vars(fault).values(), str(fault))


def test_data_is_written_in_the_language_of_the_message() -> None:
    message = "{photos} foto, {why}:\n{lines}", "{photos:photo}, {why}:\n{lines}"
    data = {"photos": 1, "why": ["Permission denied"], "lines": Lines([Wording("satu", "one"), "2"])}
    assert both(message, data) == {
        "id": "1 foto, tidak boleh dibaca:\nsatu\n2",
        "en": "1 photo, permission denied:\none\n2",
    }
    assert both(message, {**data, "photos": 20})["en"].startswith("20 photos, ")
    assert both(("{n:03d}", "{n:,}"), {"n": 2000}) == {"id": "2000", "en": "2,000"}
