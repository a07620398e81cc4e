"""Everything that is said to people: both languages, a next step, and no word that only a program understands."""

from __future__ import annotations

import re
import socket
import string

import pytest
from conftest import ROOT, SAMPLES

from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.cli import common
from ocr_recap.decide.candidates import Choice, Choices
from ocr_recap.decide.case import BubbleCase, Case
from ocr_recap.decide.policy import PolicyDecision
from ocr_recap.forms.relations import in_words
from ocr_recap.messages import problems, reasons
from ocr_recap.records.explanations import explain, percent, said_elsewhere

# How a step begins: an order, or the plain word that nothing is to be done.
ORDERS_ID = (
    "Pecah Periksa Minta Kirim Ulangi Foto Matikan Ratakan Hapus Lihat Baca Tulis Bandingkan Pastikan tambahkan "
    "jalankan terapkan lengkapi Balik Tahan Tidak beri bagi simpan buka pilih tunggu salin"
).lower()
ORDERS_EN = (
    "Check Ask Send Take Photograph Turn Flatten Remove Look Read Put Compare Find Write run add complete correct give "
    "apply Nothing split save open choose wait copy Hold"
).lower()


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def orders(text: str, known: str) -> list[str]:
    """The sentences of a text that begin with an order, or hold one after a comma or semicolon."""
    return [s for s in re.split(r"[.;:,] +", text.lower()) if s.split(" ")[0].strip(".") in known.split()]


@pytest.mark.parametrize("code", [*problems.PROBLEMS, *problems.WARNINGS])
def test_every_problem_is_said_in_both_languages_with_a_next_step(code):
    text_id, text_en = (problems.PROBLEMS | problems.WARNINGS)[code]
    assert fields(text_id) == fields(text_en)
    assert text_id != text_en
    for text, known in ((text_id, ORDERS_ID), (text_en, ORDERS_EN)):
        assert text.endswith(".")
        assert text[0].isupper()
        assert orders(text, known), f"{code}: no next step in {text!r}"


@pytest.mark.parametrize("code", reasons.REASONS)
def test_every_reason_is_said_in_both_languages_with_a_next_step(code):
    why_id, why_en = reasons.REASONS[code]
    assert fields(why_id) == fields(why_en)
    assert why_id != why_en
    assert not why_id.endswith(".")
    assert not why_en.endswith(".")
    step = reasons.step(code)
    for text, known in ((step["id"], ORDERS_ID), (step["en"], ORDERS_EN)):
        assert text.endswith(".")
        assert orders(text, known), f"{code}: no order in {text!r}"


def test_the_lists_are_closed_and_described():
    assert reasons.STEPS.keys() == reasons.REASONS.keys()
    assert problems.PROBLEMS.keys() >= problems.OF_GROUPING
    page = (ROOT / "docs" / "reference" / "records.md").read_text("utf-8")
    told_of = page.partition("## Reasons for review")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", told_of, re.MULTILINE)) == reasons.REASONS.keys()
    listed = page.partition("## Problems with a photo")[2].partition(" Each carries")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == problems.PROBLEMS.keys()
    page = (ROOT / "docs" / "reference" / "quality.md").read_text("utf-8")
    told = page.partition("## Warnings")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", told, re.MULTILINE)) == problems.WARNINGS.keys()
    assert problems.PROBLEMS.keys().isdisjoint(problems.WARNINGS)


def test_codes_in_data_are_put_into_words():
    text = problems.hint("page_incomplete", {"seen": ["tag"], "missing": ["bl", "br"]})
    assert "Tidak terlihat: pojok kiri bawah, pojok kanan bawah. Ulangi foto" in text["id"]
    assert "Out of sight: the bottom left corner, the bottom right corner. Take" in text["en"]
    text = problems.hint("station_conflict", {"codes": [["file", "1"], ["folder", "2/3"]]})
    assert "nama berkas 1, nama folder 2/3" in text["id"]
    assert "file name 1, folder name 2/3" in text["en"]
    text = problems.hint("file_unreadable", {"reason": ["No such file or directory"]})
    assert "berkas tidak ada" in text["id"]
    assert problems.hint("file_unreadable", {"reason": ["E17"]})["id"].startswith("Berkas tidak dapat dibuka (E17).")


# --- numbers ----------------------------------------------------------------------------------------------------------

SAID = Choices((Choice(" 81", 81, 0.9996, 0.99),), 0.0, 0.0, ("bubbles",))
CASE = Case("votes_1", SAID, " 81", True, True, BubbleCase("081", 0.99), chances=(0.9996,))


def words(template):
    return template.rules_in_words


def test_rules_are_told_by_labels_and_in_part(template):
    broken = "R6 R5 R11.votes_1"
    decision = PolicyDecision(
        "review", (("rule_broken", {"rules": broken}), ("digits_uncertain", {"confidence": "81%"})), "none", ()
    )
    text = explain(CASE, 0.9996, decision, words(template))
    assert "Jumlah seluruh suara sah = Suara sah pasangan calon 1 + Suara sah pasangan calon 2 + Suara sah" in text.id
    assert "all valid votes = votes of pair 1 + votes of pair 2 + votes of pair 3" in text.en
    assert "(+1)" in text.id
    assert len(template.rules_in_words) > 20
    for name in template.rules_in_words:
        assert name not in text.id
    assert "votes_1" not in text.en
    assert text.id.startswith("Perlu diperiksa: jumlahnya tidak cocok: ")
    assert "Bandingkan setiap angka" in text.id
    assert "Lihat gambarnya dan ketik" in text.id
    assert text.id.endswith("(Tulisan terbaca _81 (99%); bulatan 081.)")


def test_one_step_for_several_reasons_is_said_once(template):
    reasons = (("digits_uncertain", {"confidence": "81%"}), ("no_second_witness", {}))
    text = explain(CASE, 0.8, PolicyDecision("review", reasons, "none", ()), words(template))
    assert text.en.count("Look at the picture") == 1


def test_accepted_numbers_name_what_confirms_them(template):
    text = explain(CASE, 0.9996, PolicyDecision("accepted", (), "rule", ("R6",)), words(template))
    assert text.en == (
        "Accepted: the handwriting reads _81 (99%); the bubbles say 081; "
        "the sum holds: all valid votes = votes of pair 1 + votes of pair 2 + votes of pair 3."
    )
    assert percent(0.99999) == "99%"
    assert percent(1.0) == "99%", "no reading is certain"


def test_numbers_of_a_photo_that_does_not_count_point_to_the_one_that_does():
    text = said_elsewhere("b.jpg")
    assert text.id == "Angka ini diambil dari foto b.jpg. Periksa angkanya di foto itu."


def test_rules_in_words():
    names = {"a": "roll", "b": "ballots", "a_b": "both"}
    assert in_words("b = 1.02 * a + 0.5 +- 1.5", names) == "ballots = 1.02 × roll + 0.5 ± 1.5"
    assert in_words("a_b <= a - unknown", names) == "both ≤ roll - unknown"
    assert in_words("a >= b", names) == "roll ≥ ballots"


# --- language ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "interpreter", "language"),
    [
        ({"LANG": "id_ID.UTF-8"}, None, "id"),
        ({"LANG": "id"}, None, "id"),
        ({"LANG": "in_ID"}, None, "id"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "id_ID"}, None, "id"),
        ({"LANG": "id_ID", "LC_MESSAGES": "en_US"}, None, "en"),
        ({"LANG": "id_ID", "LC_ALL": ""}, None, "id"),
        ({"LANG": "ig_NG"}, None, "en"),
        ({"LANG": "inh"}, None, "en"),
        ({"LANG": "C.UTF-8"}, "id_ID", "id"),
        ({}, "id_ID", "id"),
        ({}, "Indonesian_Indonesia", "id"),
        ({}, "English_United States", "en"),
        ({}, None, "id"),
    ],
)
def test_the_language_comes_from_the_locale(monkeypatch, environment, interpreter, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(common.locale, "getlocale", lambda: (interpreter, "UTF-8"))
    assert common.language_of(None) == language
    assert common.language_of(common.Lang.id) == "id"
    assert common.language_of(common.Lang.en) == "en"


# --- conduct ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_leaves_this_computer(tmp_path, monkeypatch):
    """As docs/explanation/conduct.md promises: a batch opens no connection."""

    def refuse(*_arguments, **_options):
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run.run(
        [SAMPLES / "page2-clean.jpg"],
        tmp_path,
        BatchOptions(overlay=True, save_pages=True, formats=("xlsx",), names=True),
    )
    assert (tmp_path / "report.html").exists()


def test_conduct_says_the_same_in_both_languages():
    folder = ROOT / "docs" / "explanation"
    ours, theirs = ((folder / name).read_text("utf-8") for name in ("conduct.id.md", "conduct.md"))
    for mark in ("\n**", "\n- ", "photos.jsonl", "decisions.jsonl"):
        assert ours.count(mark) == theirs.count(mark) > 0, mark
