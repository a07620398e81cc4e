"""The page about one number: everything that a bundle says about it, and only what is as it was sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import seals
from seals import EVENING, Place, code, decide, results

pytest.importorskip("tuf", reason="the extra seal is not installed")

from ocr_recap.messages.errors import InputUnusable
from ocr_recap.seal.device_key import short
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
    assert story.pictures.boxes is not None
    assert story.pictures.words is None
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


QUAD = [[100.0, 900.0], [700.0, 900.0], [700.0, 960.0], [100.0, 960.0]]
LINE = [[120.0, 905.0], [600.0, 905.0], [600.0, 945.0], [120.0, 945.0]]
READ = {"state": "read", "value": 7, "probability": 0.981, "supports": 0.981, "text": " TUJUH ", "height": 30.0}


def write_words(folder: Path, words: dict[str, Any]) -> None:
    """Give the number `votes_1` a number in words, in its record and its document."""
    for name in ("photos.jsonl", "documents.jsonl"):
        (line,) = (folder / name).read_text("utf-8").splitlines()
        content = json.loads(line)
        content["fields"]["votes_1"]["evidence"]["words"] = {**READ, "quad": QUAD, "lines": [LINE], **words}
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def pictures_of(pdf: bytes) -> list[np.ndarray]:
    page = pypdfium2.PdfDocument(pdf)[0]
    images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    return [image.get_bitmap().to_numpy() for image in images]


@pytest.fixture
def worded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """The page of a number with words, whose line of writing is green on the photo."""
    picture = np.full((1200, 900, 3), 230, np.uint8)
    picture[905:946, 120:601] = (0, 200, 0)
    photo = cv2.imencode(".png", picture)[1].tobytes()
    monkeypatch.setattr(seals, "photo_of", lambda station, page="2": photo)
    made = Place(tmp_path / "keys")
    made.enrol("Siti", "station", code(1))

    def page(**words: Any) -> bytes:
        folder = results(tmp_path / "r", [code(1)])
        write_words(folder, words)
        made.seal(folder, "Siti", EVENING)
        bundle = pack(folder, tmp_path / "bundle", [tmp_path / "r-photos"]).path
        return explanation_pdf(number_story(bundle, code(1), "votes_1", made.roll))

    return page


def test_a_number_in_words_is_shown_with_its_picture(worded: Callable[..., bytes]) -> None:
    pdf = worded()
    text = text_of(pdf)
    assert 'Dengan huruf: "TUJUH", yaitu 7, peluang 98.1%.' in text
    assert 'In words: "TUJUH", which is 7, probability 98.1%.' in text
    boxes, words = pictures_of(pdf)
    assert words.shape[1] / words.shape[0] == pytest.approx(480 / 40, rel=0.01)
    assert np.abs(words.reshape(-1, 3).mean(axis=0) - (0, 200, 0)).max() < 12
    assert np.abs(boxes.reshape(-1, 3).mean(axis=0) - (0, 200, 0)).max() > 50


@pytest.mark.parametrize(
    ("state", "indonesian", "english", "shown"),
    [
        ("absent", "tidak ada tulisan", "nothing is written", 1),
        ("digits", "di tempat huruf tertulis angka", "digits stand in place of the words", 2),
        ("struck", "ada coretan", "something is struck out", 2),
        ("unreadable", "tidak terbaca", "they cannot be read", 2),
    ],
)
def test_words_that_say_no_number_are_shown_as_such(
    worded: Callable[..., bytes], state: str, indonesian: str, english: str, shown: int
) -> None:
    pdf = worded(state=state, value=None, probability=0.0, supports=0.0, text="", lines=[])
    assert f"Dengan huruf: {indonesian}." in text_of(pdf)
    assert f"In words: {english}." in text_of(pdf)
    assert len(pictures_of(pdf)) == shown


def test_the_key_that_a_decision_names_is_shown(place: Place) -> None:
    folder = results(place.root / "k", [code(1)])
    decide(folder, code(1), "Siti", "votes_1", 88, key=place.keys["Siti"].id)
    decide(folder, code(1), "Rina", "votes_2", 9)
    place.enrol("Budi", "station", code(1))
    place.seal(folder, "Budi", EVENING)
    bundle = pack(folder, place.root / "with-key", [place.root / "k-photos"]).path
    text = text_of(explanation_pdf(number_story(bundle, code(1), "votes_1", place.roll)))
    assert f"Baris itu menyebut kunci {short(place.keys['Siti'].id)}." in text
    assert f"The line names the key {short(place.keys['Siti'].id)}." in text
    assert "The line names" not in text_of(explanation_pdf(number_story(bundle, code(1), "votes_2", place.roll)))


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
