"""Clerks write numbers in words, with errors at the stated rates, and nothing else of a document depends on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ocr_recap.decide.evidence import interpret
from ocr_recap.forms import template
from ocr_recap.forms.fields import Words
from ocr_recap.forms.template import Template
from ocr_recap.synth.forms import clerk, mistakes, numbers, word_clerk
from ocr_recap.synth.forms.fill import FieldWriting, fill_page
from ocr_recap.synth.forms.truth import truth
from ocr_recap.synth.forms.words import WrittenWords
from ocr_recap.synth.writing.strokes import Writer

SCALE = 4.0
DOCUMENTS = 300


@pytest.fixture(scope="module")
def salinan() -> Template:
    return template.load("c-hasil-salinan-ppwp-2024")


def without_words(form: Template) -> Template:
    fields = [
        f.model_copy(update={"witnesses": tuple(w for w in f.witnesses if not isinstance(w, Words))})
        for f in form.fields
    ]
    return form.model_copy(update={"fields": tuple(fields)})


@cache
def counted(seed: int) -> dict[str, int]:
    return numbers.station(template.load("c-hasil-salinan-ppwp-2024"), np.random.default_rng([3, seed]))


def written(form: Template, seed: int) -> clerk.Written:
    return clerk.write(form, counted(seed % 8), np.random.default_rng([4, seed]))


@pytest.fixture(scope="module")
def documents(salinan: Template) -> list[clerk.Written]:
    return [written(salinan, seed) for seed in range(DOCUMENTS)]


def test_the_rest_of_a_document_does_not_depend_on_words(salinan: Template, documents: list[clerk.Written]) -> None:
    bare = without_words(salinan)
    for seed in range(40):
        other = written(bare, seed)
        assert all(said.words is None for said in other.fields.values())
        assert {name: replace(said, words=None) for name, said in documents[seed].fields.items()} == other.fields
        assert tuple(slip for slip in documents[seed].slips if slip.kind != "wrong_words") == other.slips


def test_words_change_a_page_in_their_space_only(salinan: Template) -> None:
    words = WrittenWords("DUA RATUS", "words", 200, False, 3)
    pages = [
        fill_page(
            salinan,
            "2",
            {"votes_1": FieldWriting("200", words=said), "votes_2": FieldWriting(" 12")},
            Writer.from_seed(4),
            np.random.default_rng(1),
            SCALE,
        )
        for said in (words, None)
    ]
    changed = np.argwhere((pages[0] != pages[1]).any(axis=2))
    space = next(f.words for f in salinan.fields if f.id == "votes_1")
    assert space is not None
    x0, y0, x1, y1 = (SCALE * value for value in space.rect)
    assert len(changed) > 200
    assert (changed.min(axis=0) >= (y0 - 2 * SCALE, x0 - SCALE)).all()
    assert (changed.max(axis=0) <= (y1 + 2 * SCALE, x1 + SCALE)).all()


def test_clerks_make_errors_in_words_at_the_stated_rates(salinan: Template, documents: list[clerk.Written]) -> None:
    seen: Counter[str] = Counter()
    for document in documents:
        with_words = {name: said for name, said in document.fields.items() if said.words is not None}
        seen["none"] += not with_words
        wrong = [slip for slip in document.slips if slip.kind == "wrong_words"]
        seen["wrong"] += len(wrong)
        slipped = {slip.field for slip in document.slips}
        for name, said in with_words.items():
            assert said.words is not None
            seen["numbers"] += 1
            seen["digits"] += said.words.kind == "digits"
            seen["struck"] += said.words.struck
            seen["other"] += said.words.number != interpret(said.text)[1] and name not in slipped
        assert all(document.fields[slip.field].words.number == int(slip.written) for slip in wrong)
    # Pages without any writing have no words, either.
    share = 1 - (1 - word_clerk.NO_WORDS) * (1 - clerk.BLANK_PAGE)
    for kind, rate, trials in (
        ("none", share, DOCUMENTS),
        ("wrong", mistakes.SLIP_RATES["wrong_words"], DOCUMENTS),
        ("digits", word_clerk.AS_DIGITS, seen["numbers"]),
    ):
        assert abs(seen[kind] - rate * trials) < 4 * np.sqrt(rate * trials), (kind, seen)
    assert seen["numbers"] > 5 * 0.8 * DOCUMENTS
    assert seen["struck"] > 0
    assert seen["other"] == 0


def test_only_numbers_with_space_for_words_have_them(salinan: Template, documents: list[clerk.Written]) -> None:
    spaces = {field.id for field in salinan.fields if field.words}
    having = {name for document in documents for name, said in document.fields.items() if said.words}
    assert having == spaces


def test_truth_holds_the_words(salinan: Template) -> None:
    writing = {
        "votes_1": FieldWriting("123", words=WrittenWords("SERATUS DUA PULUH TIGA", "words", 123, False, 1)),
        "votes_2": FieldWriting(
            " 41", words=WrittenWords("~TIGA~ EMPAT PULUH SATU", "words", 41, False, 1, fluid=True)
        ),
        "votes_3": FieldWriting("  8", words=WrittenWords("8", "digits", 8, False, 1)),
        "invalid": FieldWriting("  3", words=WrittenWords("DUA", "words", 2, False, 1)),
    }
    matrix = np.diag([2.0, 2.0, 1.0])
    found = truth(salinan, "2", writing, matrix, "photo", (420, 594), pages=writing)
    words = found["words"]
    assert {name: (said["state"], said["value"]) for name, said in words.items()} == {
        "votes_1": ("read", 123),
        "votes_2": ("struck", 41),
        "votes_3": ("digits", 8),
        "valid_total": ("absent", None),
        "invalid": ("read", 2),
        "grand_total": ("absent", None),
    }
    assert words["votes_2"]["fluid"] is True
    assert words["votes_1"]["quad"][0] == [61.6, 124.2]
    checks = {check["rule"]: check["ok"] for check in found["consistent"]["checks"]}
    assert (checks["words(votes_1)=number"], checks["words(invalid)=number"]) == (True, False)


@pytest.mark.parametrize("form", ["c1-kwk-2017", "c1-kwk-2015-pekalongan", "c-hasil-kwk", "dpr-plano-2019"])
def test_long_numbers_fit_into_narrow_spaces(form: str) -> None:
    loaded = template.load(form)
    field = next(f for f in loaded.fields if f.id in ("votes_1", "votes_party"))
    assert field.words is not None
    blank, full = (
        fill_page(
            loaded,
            field.page,
            {field.id: FieldWriting("   ", words=words)},
            Writer.from_seed(4),
            np.random.default_rng(1),
            SCALE,
            signatures=False,
        ).astype(int)
        for words in (None, WrittenWords("TUJUH RATUS DELAPAN PULUH SEMBILAN", "words", 789, False, 11))
    )
    changed = np.argwhere((blank != full).any(axis=2)) / SCALE
    x0, y0, x1, y1 = field.words.rect
    assert (changed.min(axis=0) > (y0 - 3, x0 - 3)).all()
    assert (changed.max(axis=0) < (y1 + 3, x1 + 3)).all()
