"""One QR code and one SMS line: read back, checked, cut off, and put on the wrong slip."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import FORM
from seals import EVENING, NIGHT, NOON, VILLAGE, Place, code, numbers, results, verify_alone

pytest.importorskip("tuf", reason="the extra seal is not installed")
import pypdfium2
import segno
import zxingcpp

from ocr_recap.seal.check_codes import judge_code, judge_sms
from ocr_recap.seal.compact import (
    SMS_LENGTH,
    DamagedCodeError,
    SmsNumbers,
    StationCode,
    base45,
    from_base45,
    read_code,
    read_sms,
    sms_line,
    station_code,
    summary,
)
from ocr_recap.seal.judge import judge
from ocr_recap.seal.merkle import log_head
from ocr_recap.seal.pack import pack
from ocr_recap.seal.receive_code import receive_code
from ocr_recap.seal.scan import code_in_picture
from ocr_recap.seal.seal_results import Sealing
from ocr_recap.seal.slip import SlipContent, slip_pdf
from ocr_recap.seal.source import read_bundle
from ocr_recap.seal.statement import SealedStatement


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("codes"))
    made.enrol("Siti", "station", code(1), code(2))
    made.enrol("Kecamatan", "receiver", VILLAGE)
    made.seal(results(made.root / "r", [code(1), code(2)]), "Siti")
    return made


@pytest.fixture(scope="module")
def statements(place: Place) -> list[SealedStatement]:
    return [one for one in judge(read_bundle(place.root / "r"), place.roll).statements if one.kind == "station"]


@pytest.fixture(scope="module")
def slip_code(place: Place, statements: list[SealedStatement]) -> StationCode:
    return station_code(statements[0], FORM, place.keys["Siti"])


def codes(found) -> list[str]:
    return [finding.code for finding in found]


# --- the QR code ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "letters"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")]
)
def test_base_45_is_that_of_rfc_9285(text: bytes, letters: str) -> None:
    assert base45(text) == letters
    assert from_base45(letters) == text


@pytest.mark.parametrize("letters", ["B", "GGW", "::::", "ab", "ZZ"])
def test_letters_that_are_not_base_45_are_refused(letters: str) -> None:
    with pytest.raises(DamagedCodeError):
        from_base45(letters)


def test_a_code_says_the_numbers_and_is_signed(slip_code: StationCode, statements: list[SealedStatement]) -> None:
    read = read_code(slip_code.text)
    assert read == slip_code
    assert read.is_signed
    values = read.values(FORM)
    assert values is not None
    assert {name: value for name, value in values.items() if value is not None} == statements[0].numbers
    assert statements[0].id.startswith(read.statement.hex())


def test_a_full_form_with_three_photos_fits_version_13(slip_code: StationCode) -> None:
    full = replace(slip_code, numbers=tuple(range(272, 300)), photos=(b"0123456789abcdef",) * 3)
    assert 240 <= len(full.content) <= 290
    assert segno.make_qr(full.text, error="m").version <= 13


def test_zxing_reads_our_code_from_a_picture(slip_code: StationCode, tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    segno.make_qr(slip_code.text, error="m").save(str(path), scale=6)
    (found,) = zxingcpp.read_barcodes(cv2.imread(str(path)), formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.text == slip_code.text


@pytest.mark.parametrize("length", [0, 1, 5, 60, 200, -1])
def test_a_code_that_is_cut_off_is_damaged(slip_code: StationCode, length: int) -> None:
    with pytest.raises(DamagedCodeError):
        read_code(slip_code.text[:length])


def test_no_letter_of_a_code_can_be_changed(slip_code: StationCode, place: Place) -> None:
    text = slip_code.text
    for index in range(5, len(text), 7):
        changed = text[:index] + ("1" if text[index] != "1" else "2") + text[index + 1 :]
        try:
            assert not read_code(changed).is_signed
        except DamagedCodeError:
            continue


def test_a_good_code_has_no_findings(slip_code: StationCode, place: Place, statements: list[SealedStatement]) -> None:
    assert judge_code(slip_code, statements, place.roll, {}, code(1)) == []
    assert judge_code(slip_code, [], place.roll, {}) == []


def test_a_code_on_another_slip(slip_code: StationCode, place: Place) -> None:
    assert codes(judge_code(slip_code, [], place.roll, {}, code(2))) == ["qr_other_station"]


def test_a_code_that_was_altered(slip_code: StationCode, place: Place) -> None:
    altered = replace(slip_code, station=code(2))
    assert codes(judge_code(altered, [], place.roll, {}, code(2))) == ["qr_signature"]


def test_a_code_of_an_unknown_key_or_without_a_roll(place: Place, statements: list[SealedStatement], slip_code) -> None:
    stranger = place.key("Orang")
    fake = replace(slip_code, public=stranger.public)
    fake = replace(fake, signature=stranger.sign(fake.signed_bytes))
    assert codes(judge_code(fake, [], place.roll, {})) == ["key_unknown"]
    assert codes(judge_code(slip_code, [], None, {})) == ["nobody_vouches"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"rehearsal": True}, "test_run"),
        ({"roll": bytes(8)}, "other_election"),
        ({"station": code(9)}, "key_without_right"),
        ({"at": "2029-05-01T00:00:00Z"}, "key_expired"),
        ({"at": "2029-01-01T00:00:00Z"}, "key_not_yet"),
        ({"statement": bytes(16)}, "qr_unlike_statement"),
    ],
)
def test_what_the_holder_of_a_key_may_not_put_into_a_code(place, statements, slip_code, change, name: str) -> None:
    made = replace(slip_code, **change)
    made = replace(made, signature=place.keys["Siti"].sign(made.signed_bytes))
    assert codes(judge_code(made, statements, place.roll, {})) == [name]


def test_a_code_needs_the_key_and_the_form_of_its_statement(place: Place, statements: list[SealedStatement]) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        station_code(statements[0], FORM, place.keys["Kecamatan"])


# --- SMS --------------------------------------------------------------------------------------------------------------


def test_an_sms_line_is_short_and_says_votes_and_totals_first(statements: list[SealedStatement]) -> None:
    line = sms_line(statements[0], FORM)
    assert len(line) <= SMS_LENGTH
    read = read_sms(line.replace(" ", "  ") + "\n")
    assert (read.station, statements[0].id[:8]) == (code(1), read.statement)
    values = read.values(FORM)
    assert values is not None
    assert list(values)[:6] == ["votes_1", "votes_2", "votes_3", "valid_total", "invalid", "grand_total"]
    assert [values[name] for name in ("votes_1", "votes_2", "votes_3")] == list(statements[0].numbers.values())
    assert summary(FORM)[:3] == ("votes_1", "votes_2", "votes_3")


def test_a_line_with_all_numbers_stays_within_80_characters(statements: list[SealedStatement]) -> None:
    body = {**statements[0].body, "numbers": dict.fromkeys(numbers(code(1)), 299)}
    line = sms_line(replace(statements[0], body=body), FORM)
    assert SMS_LENGTH - 4 <= len(line) <= SMS_LENGTH
    assert len(read_sms(line).numbers) >= 6


def test_an_sms_line_that_is_cut_off_or_mistyped_is_damaged(statements: list[SealedStatement]) -> None:
    line = sms_line(statements[0], FORM)
    for wrong in (line[:-1], line[:-8], line[:30], "", line.replace(" 10 ", " 19 ", 1) + "0", line[:-1] + "z"):
        with pytest.raises(DamagedCodeError):
            read_sms(wrong)
    digits = [index for index, letter in enumerate(line) if letter.isdigit()]
    for index in digits:
        with pytest.raises(DamagedCodeError):
            read_sms(line[:index] + str((int(line[index]) + 1) % 10) + line[index + 1 :])


def test_an_sms_is_preliminary_until_its_statement_arrives(statements: list[SealedStatement]) -> None:
    read = read_sms(sms_line(statements[0], FORM))
    values = read.values(FORM)
    assert codes(judge_sms(read, [], values)) == ["sms_preliminary"]
    assert codes(judge_sms(read, statements, values)) == []
    other = SmsNumbers(read.station, read.template, (1, *read.numbers[1:]), read.statement)
    assert codes(judge_sms(other, statements, other.values(FORM))) == ["sms_unlike_statement"]
    assert codes(judge_sms(replace(read, statement="0" * 8), statements, values)) == ["sms_unlike_statement"]


# --- slips and photos of them -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slip(place: Place, statements: list[SealedStatement], slip_code: StationCode) -> np.ndarray:
    """The slip as a picture, gray, 150 pixels an inch."""
    holder = place.roll.holder(place.keys["Siti"].id)
    content = SlipContent(statements[0], FORM, slip_code, holder, log_head([statements[0].id]))
    pdf = slip_pdf(content, "id")
    assert pdf == slip_pdf(content, "id")
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    assert "SEMENTARA" in text
    assert code(1) in text
    assert "Siti" in text
    english = pypdfium2.PdfDocument(slip_pdf(content, "en"))[0].get_textpage().get_text_bounded()
    assert "PROVISIONAL" in english
    return np.asarray(document[0].render(scale=150 / 72, grayscale=True).to_numpy()).squeeze()


def test_two_readers_find_the_code_on_a_slip(slip: np.ndarray, slip_code: StationCode, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "slip.png"), slip)
    assert code_in_picture(tmp_path / "slip.png") == slip_code.text
    assert [found.text for found in zxingcpp.read_barcodes(slip, formats=zxingcpp.BarcodeFormat.QRCode)] == [
        slip_code.text
    ] * 2


def test_a_code_is_read_from_a_slanted_and_noisy_photo(
    slip: np.ndarray, slip_code: StationCode, tmp_path: Path
) -> None:
    height, width = slip.shape
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = np.array([[260, 180], [1180, 240], [1240, 1620], [180, 1500]], dtype=np.float32)
    photo = cv2.warpPerspective(slip, cv2.getPerspectiveTransform(outline, seen), (1500, 1800), borderValue=(110,))
    noisy = photo.astype(float) * 0.7 + 20 + np.random.default_rng(1).normal(0, 5, photo.shape)
    cv2.imwrite(str(tmp_path / "photo.jpg"), cv2.GaussianBlur(noisy.clip(0, 255).astype(np.uint8), (0, 0), 0.8))
    assert code_in_picture(tmp_path / "photo.jpg") == slip_code.text


def test_a_picture_without_a_code_gives_none(tmp_path: Path) -> None:
    blank = io.BytesIO()
    segno.make_qr("https://example.org").save(blank, kind="png", scale=8)
    (tmp_path / "other.png").write_bytes(blank.getvalue())
    assert code_in_picture(tmp_path / "other.png") is None


# --- a station by its code only ---------------------------------------------------------------------------------------


def test_a_station_by_its_code_only_is_kept_and_checked_by_anybody(
    place: Place, slip_code: StationCode, tmp_path: Path
) -> None:
    into = tmp_path / "district"
    how = Sealing(place.keys["Kecamatan"], place.roll, EVENING)
    assert receive_code(slip_code, into, how)
    assert not receive_code(slip_code, into, Sealing(how.key, place.roll, NIGHT))
    assert judge(read_bundle(into), place.roll).findings[0].code == "station_missing", "only the second station"
    bundle = pack(into, tmp_path / "bundle").path
    assert verify_alone(bundle, place.roll_path) == (0, set())
    kept = next((into / "sealed" / "data" / "codes").iterdir())
    assert kept.read_bytes() == slip_code.content
    place.keys["Kecamatan"].path.with_name("Kecamatan.key.chain").unlink()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"station": code(9)}, "key_without_right"),
        ({"rehearsal": True}, "test_run"),
        ({"at": "2029-05-01T00:00:00Z"}, "key_expired"),
        ({"signature": bytes(64)}, "qr_signature"),
    ],
)
def test_a_kept_code_without_right_is_named_by_both_checks(place, slip_code, tmp_path, change, name: str) -> None:
    made = replace(slip_code, **change)
    if "signature" not in change:
        made = replace(made, signature=place.keys["Siti"].sign(made.signed_bytes))
    into = tmp_path / "district"
    receive_code(made, into, Sealing(place.keys["Kecamatan"], place.roll, NOON))
    place.keys["Kecamatan"].path.with_name("Kecamatan.key.chain").unlink()
    bundle = pack(into, tmp_path / "bundle").path
    faults = {(one.code, one.where) for one in judge(read_bundle(bundle), place.roll).findings if one.is_fault}
    assert name in {found for found, _ in faults}
    assert verify_alone(bundle, place.roll_path) == (1, faults)
