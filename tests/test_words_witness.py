"""The number in words as a witness: it confirms, contradicts, says why it does neither; absent, it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from test_decide import bubbles, cells

from ocr_recap import Reader, Record
from ocr_recap.cells.readers import Readers
from ocr_recap.cells.words_evidence import WordsEvidence
from ocr_recap.decide.case import Case
from ocr_recap.decide.evidence import number_evidence
from ocr_recap.decide.policy import Thresholds, decide
from ocr_recap.decide.reconcile import make_case, reconciled
from ocr_recap.decide.words_witness import DOUBT
from ocr_recap.forms import template
from ocr_recap.forms.template import Rule, Template
from ocr_recap.imaging.arrays import GrayImage
from ocr_recap.imaging.photo import load
from ocr_recap.records.case_record import case_of
from ocr_recap.records.field_record import NumberInWords
from ocr_recap.report import words_picture
from ocr_recap.report.overlay import overlay
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.forms.words import WrittenWords
from ocr_recap.synth.writing.number_words import spell
from ocr_recap.synth.writing.strokes import Writer

SALINAN = template.load("c-hasil-salinan-ppwp-2024")  # a form without bubbles and strokes
COUNTS = {"votes_1": 123, "votes_2": 41, "votes_3": 8, "valid_total": 172, "invalid": 3, "grand_total": 175}


def said(number: int, sure: float = 0.999, state: str = "read") -> WordsEvidence:
    table = np.full(1000, (1 - sure) / 999)
    table[number] = sure
    return WordsEvidence(state, table, 0.0, 20.0, spell(number))  # pyright: ignore[reportArgumentType]


def silent(state: str) -> WordsEvidence:
    return WordsEvidence(state, np.zeros(0), 1.0, 20.0, "")  # pyright: ignore[reportArgumentType]


def case(text: str, words: WordsEvidence | None, filled: str | None = None, sure: float = 0.999) -> Case:
    marks = None if filled is None else bubbles(filled)
    return make_case("a", number_evidence(cells(text, sure), marks, words=words), True, True)


def outcome(one: Case, *rules: Rule) -> tuple[str, str, list[str]]:
    decision = decide(*reconciled([one], rules))["a"]
    return decision.status, decision.witness, [code for code, _ in decision.reasons]


def test_words_confirm_a_number_without_bubbles() -> None:
    assert outcome(case("123", said(123))) == ("accepted", "words", [])
    assert outcome(case("XXX", said(0))) == ("accepted", "words", [])


def test_words_below_their_threshold_confirm_nothing_and_are_named() -> None:
    least = Thresholds.of("strict").words
    assert outcome(case("123", said(123, least + 0.001)))[0] == "accepted"
    assert outcome(case("123", said(123, least - 0.01))) == ("review", "none", ["words_unclear"])


def test_words_that_give_another_number_send_it_to_review_as_written() -> None:
    one = case("123", said(128, 0.9999))
    assert one.value == 123
    assert outcome(one) == ("review", "none", ["words_disagree"])
    decision = decide([one], [])["a"]
    expected = {"number": "128", "words": "SERATUS DUA PULUH DELAPAN", "digits": "123"}
    assert dict(decision.reasons)["words_disagree"] == expected


def test_words_that_disagree_stop_a_number_that_bubbles_confirm() -> None:
    assert outcome(case("123", said(128, 0.9999), "123")) == ("review", "none", ["words_disagree"])
    assert outcome(case("123", said(123), "123")) == ("accepted", "bubbles", [])


@pytest.mark.parametrize(
    ("state", "reasons"),
    [
        ("absent", ["no_second_witness"]),
        ("digits", ["words_as_digits"]),
        ("unreadable", ["words_unreadable"]),
    ],
)
def test_words_that_were_not_read_are_no_evidence(state: str, reasons: list[str]) -> None:
    one, without = case("123", silent(state)), case("123", None)
    assert (one.chances, one.choices) == (without.chances, without.choices)
    assert outcome(one) == ("review", "none", reasons)
    assert outcome(case("123", silent(state), "123")) == ("accepted", "bubbles", [])


def test_struck_out_words_send_a_number_to_review_whatever_they_say() -> None:
    struck = said(123, state="struck")
    assert case("123", struck).chances == case("123", None).chances
    assert outcome(case("123", struck, "123")) == ("review", "none", ["words_struck_out"])


def test_words_beside_empty_boxes_are_a_forgotten_number() -> None:
    assert outcome(case("   ", None))[0] == "blank"
    assert outcome(case("   ", silent("absent")))[0] == "blank"
    assert outcome(case("   ", said(12))) == ("review", "none", ["words_but_blank"])
    assert outcome(case("   ", silent("digits"))) == ("review", "none", ["words_unread_but_blank"])


def test_words_favour_a_number_by_no_more_than_their_doubt() -> None:
    one = case("123", said(128, 1.0))
    weights = dict(zip([c.value for c in one.choices.listed], one.choices.weights.tolist(), strict=True))
    alone = {c.value: c.digits for c in one.choices.listed}
    assert weights[123] / alone[123] == pytest.approx(DOUBT)
    assert weights[128] / alone[128] == pytest.approx(1.0)


def test_unsure_words_do_not_object() -> None:
    table = np.full(1000, 0.0001)
    table[[128, 129, 120]] = (0.4, 0.3, 0.2)
    one = case("123", WordsEvidence("read", table / table.sum(), 0.0, 20.0, "SERATUS DUA"))
    assert outcome(one) == ("review", "none", ["words_unclear"])


# --- from a photo to a record -----------------------------------------------------------------------------------------


class Spelling:
    """Stands for the words reader: says of each field with writing the number that it was told, in order."""

    sha256 = "5" * 64

    def __init__(self, *numbers: WordsEvidence) -> None:
        self.numbers = list(numbers)
        self.strips: list[tuple[GrayImage, ...]] = []

    def read(
        self, strips: Sequence[Sequence[GrayImage]], heights: Sequence[float], limits: Sequence[int]
    ) -> list[WordsEvidence]:
        assert set(limits) == {1000}
        self.strips = [tuple(lines) for lines in strips]
        found = iter(self.numbers)
        return [
            replace(next(found), height_px=height) if lines else silent("absent")
            for lines, height in zip(strips, heights, strict=True)
        ]


def page(form: Template, page_id: str, words: dict[str, int]) -> NDArray[np.uint8]:
    writing = {
        name: FieldWriting(
            str(COUNTS[name]).rjust(3),
            words=WrittenWords(spell(words[name]), "words", words[name], False, 7 + i) if name in words else None,
        )
        for i, name in enumerate(COUNTS)
    }
    sheet = fill_page(form, page_id, writing, Writer.from_seed(120), np.random.default_rng(3), 9.0)
    return np.rint(0.85 * sheet).astype(np.uint8)  # white paper that is not burnt out


def with_words(reader: Spelling) -> Reader:
    made = Reader(templates=[SALINAN.id])
    made._readers = replace(made._readers, words=reader)  # pyright: ignore[reportPrivateUsage, reportArgumentType]
    return made


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    return page(SALINAN, "2", {name: COUNTS[name] for name in COUNTS if name != "invalid"})


@pytest.fixture(scope="module")
def record(photo: NDArray[np.uint8]) -> Record:
    told = [said(COUNTS[name], 0.999) for name in COUNTS if name != "invalid"]
    told[1] = said(47, 0.9999)
    return with_words(Spelling(*told)).read(photo)


def words_of(record: Record, name: str) -> NumberInWords:
    evidence = record.fields[name].evidence
    assert evidence is not None
    assert evidence.words is not None
    return evidence.words


def test_a_record_has_the_words_and_why_they_count(record: Record) -> None:
    first, second, none = (words_of(record, name) for name in ("votes_1", "votes_2", "invalid"))
    assert (first.state, first.value, first.text) == ("read", 123, "SERATUS DUA PULUH TIGA")
    assert first.supports == pytest.approx(0.999, abs=1e-6)
    assert len(first.lines) == 1
    assert first.height > 10
    assert (none.state, none.value, none.lines) == ("absent", None, ())
    assert record.fields["votes_1"].status == "accepted"
    assert (second.value, record.fields["votes_2"].reasons) == (47, ("words_disagree",))
    told = record.fields["votes_2"].explanation
    assert "the words read 47" in told.en
    assert "hurufnya terbaca 47" in told.id
    assert record.provenance.words_sha256 == "5" * 64


def test_a_document_is_decided_again_from_the_record(record: Record) -> None:
    again = Record.model_validate_json(record.to_json())
    assert again == record
    for name in ("votes_1", "votes_2", "invalid"):
        rebuilt = case_of(name, again.fields[name])
        assert rebuilt.words is not None
        assert rebuilt.words.state == words_of(record, name).state
        assert ("words" in rebuilt.choices.speaking) == (rebuilt.words.state == "read")
        assert rebuilt.choice.words == words_of(record, name).supports


def test_the_lines_of_words_are_shown(record: Record, photo: NDArray[np.uint8]) -> None:
    assert words_picture.shown_fields(record) == [name for name in COUNTS if name != "invalid"]
    shown = words_picture.block(load(photo, "page"), record.fields["votes_1"])
    assert shown.shape[::-1] == words_picture.block_size(record.fields["votes_1"])
    ink = shown < 0.6 * np.median(shown)
    assert 0.03 < ink.mean() < 0.5
    drawn = overlay(record, photo, SALINAN)
    bare = record.model_copy(
        update={
            "fields": {
                name: field.model_copy(update={"evidence": field.evidence.model_copy(update={"words": None})})
                for name, field in record.fields.items()
                if field.evidence is not None
            }
        }
    )
    assert (drawn != overlay(bare, photo, SALINAN)).any()


def test_words_confirm_numbers_of_a_drawn_form_end_to_end() -> None:
    found = Reader(templates=[SALINAN.id]).read(page(SALINAN, "2", COUNTS))
    assert {name: words_of(found, name).value for name in COUNTS} == COUNTS
    assert {name: found.fields[name].accepted for name in COUNTS} == COUNTS
    assert found.provenance.words_sha256 == Readers.shipped().words.sha256


def test_a_form_without_space_for_words_has_no_key_for_them() -> None:
    form = template.load("c1-ppwp-2014")
    counts = {"votes_1": 125, "votes_2": 85, "valid_total": 210, "invalid": 3}
    writing = {name: FieldWriting(str(count).rjust(3)) for name, count in counts.items()}
    sheet = fill_page(form, "lampiran-1", writing, Writer.from_seed(120), np.random.default_rng(3), 8.0)
    asked = Spelling()
    made = Reader(templates=[form.id])
    made._readers = replace(made._readers, words=asked)  # pyright: ignore[reportPrivateUsage, reportArgumentType]
    found = made.read(sheet)
    assert set(found.fields) == set(counts)
    assert "words" not in found.to_json()
    assert asked.strips == []
