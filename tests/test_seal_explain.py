"""The page about one number: everything that a bundle says about it, and only what is as it was sealed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import seals
from seals import EVENING, Place, code, decide, results

pytest.importorskip("tuf", reason="the extra seal is not installed")

from ocr_recap.messages.errors import InputUnusable
from ocr_recap.seal.explain_number import explanation_pdf, number_story
from ocr_recap.seal.pack import pack


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A station whose photo is a real picture, and a decision about it."""
    picture = np.random.default_rng(0).integers(90, 255, (1200, 900, 3), dtype=np.uint8)
    photo = cv2.imencode(".png", picture)[1].tobytes()
    monkeypatch.setattr(seals, "photo_of", lambda station, page="2": photo)
    made = Place(tmp_path)
    made.enrol("Siti", "station", code(1))
    folder = results(tmp_path / "r", [code(1)])
    decide(folder, code(1), "Siti", "votes_1", 88)
    made.seal(folder, "Siti", EVENING)
    return made


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return " ".join(document[0].get_textpage().get_text_bounded().split())


def test_the_page_has_everything_in_both_languages(place: Place) -> None:
    bundle = pack(place.root / "r", place.root / "bundle", [place.root / "r-photos"]).path
    story = number_story(bundle, code(1), "votes_1", place.roll)
    assert story.picture is not None
    pdf = explanation_pdf(story)
    assert pdf == explanation_pdf(story)
    text = text_of(pdf)
    digest = hashlib.sha256(seals.photo_of(code(1))).hexdigest()
    for part in (
        "Why this number: votes of pair 1",
        "Mengapa angka ini: Suara sah",
        "PROVISIONAL",
        "SEMENTARA",
        "Siti",
        "88",
    ):
        assert part in text, part
    for part in (code(1), digest[:12], "Witnesses", "Saksi", "Rules", "Aturan", "valid_total", "Versi", "ocr_recap 0"):
        assert part in text, part
    assert "(status: diterima)" in text
    assert "(status: accepted)" in text
    assert "with the right by the roll of keys" in text
    assert "Check of the bundle: all holds." in text
    assert "2029-02-14 05:00:00" in text, "when the decision was made"


def test_the_page_says_what_does_not_hold(place: Place) -> None:
    bundle = pack(place.root / "r", place.root / "bundle", with_photos=False).path
    text = text_of(explanation_pdf(number_story(bundle, code(1), "votes_1", None)))
    assert "is not carried" in text
    assert "not vouched for" in text
    assert "nobody vouches for key" in text
    (bundle / "data" / "more").write_bytes(b"x")
    assert "was added after the bundle was made" in text_of(
        explanation_pdf(number_story(bundle, code(1), "votes_1", place.roll))
    )


def test_an_altered_document_explains_nothing(place: Place) -> None:
    bundle = pack(place.root / "r", place.root / "bundle", with_photos=False).path
    piece = next(bundle.rglob("document-*"))
    piece.write_bytes(piece.read_bytes() + b" ")
    with pytest.raises(InputUnusable, match="is sealed and as it was"):
        number_story(bundle, code(1), "votes_1", place.roll)
    for station, field in ((code(2), "votes_1"), (code(1), "votes_9")):
        with pytest.raises(InputUnusable, match="is sealed and as it was"):
            number_story(bundle, station, field, place.roll)
