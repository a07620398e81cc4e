"""The whole way, on the samples: what the README promises of them is checked here."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, SAMPLES, Shot

import ocr_recap
from ocr_recap import Options, Reader, Record, Template
from ocr_recap.forms import drawing

# What was damaged or made wrong on purpose; all others are undamaged.
DAMAGED = ("wrong-bubble", "does-not-add-up", "torn", "covered", "two-bubbles", "dark", "glare", "shadow")


@pytest.fixture(scope="module")
def records(reader: Reader) -> dict[str, Record]:
    return {path.stem: reader.read(path) for path in sorted(SAMPLES.glob("*.jpg"))}


def test_every_sample_is_located_and_identified(
    records: dict[str, Record], sample_truth: dict[str, dict[str, Any]]
) -> None:
    assert len(records) >= 12
    assert set(records) == set(sample_truth)
    for name, record in records.items():
        assert record.page, name
        assert (record.page.template, record.page.page) == ("c-hasil-ppwp-2024", sample_truth[name]["page"]), name


def test_no_accepted_number_is_wrong_and_no_blank_is_written(
    records: dict[str, Record], sample_truth: dict[str, dict[str, Any]]
) -> None:
    statuses = {"accepted": 0, "blank": 0, "review": 0}
    for name, record in records.items():
        for fact in sample_truth[name]["fields"]:
            field = record.fields[fact["id"]]
            statuses[field.status] += 1
            if field.status == "accepted":
                assert field.accepted == field.value == fact["value"], (name, fact["id"])
            else:
                assert field.accepted is None
            if field.status == "blank":
                assert fact["text"].strip() == "", (name, fact["id"])
                assert field.value is None
    assert statuses["accepted"] > 80
    assert min(statuses.values()) > 0


def test_most_numbers_with_two_witnesses_are_accepted(
    records: dict[str, Record], sample_truth: dict[str, dict[str, Any]], template: Template
) -> None:
    exact = [rule.relation.fields for rule in template.rules if rule.strength == "exact"]
    accepted = total = 0
    for name, record in records.items():
        if any(word in name for word in DAMAGED):
            continue
        for fact in sample_truth[name]["fields"]:
            field = next(f for f in template.fields if f.id == fact["id"])
            has_rule = any(fact["id"] in names and set(names) <= set(record.fields) for names in exact)
            if fact["value"] is not None and (field.bubbles or has_rule):
                total += 1
                accepted += record.fields[fact["id"]].status == "accepted"
    assert total >= 70
    assert accepted >= 0.8 * total, f"{accepted} of {total}"


def test_planted_wrong_bubbles_and_sums_are_never_accepted(records: dict[str, Record]) -> None:
    bubble = records["page2-wrong-bubble"].fields["votes_2"]
    assert bubble.status == "review"
    assert "bubbles_disagree" in bubble.reasons
    double = records["page2-two-bubbles"].fields["votes_1"]
    assert double.status == "review"
    assert "bubbles_unclear" in double.reasons
    for name, fields in (
        ("page1-does-not-add-up", ("used_total_L", "used_total_P", "used_total_J", "ballots_used")),
        ("page3-does-not-add-up", ("valid_total", "invalid", "grand_total")),
    ):
        record = records[name]
        assert any(rule.outcome == "broken" for rule in record.rules)
        assert record.status == "inconsistent"
        for field in fields:
            assert record.fields[field].status == "review"
            assert record.fields[field].value is not None, "read as written, never repaired"
            assert "rule_broken" in record.fields[field].reasons


def test_rules_across_pages_are_not_evaluated_on_one_photo(records: dict[str, Record]) -> None:
    rules = {rule.id: rule for rule in records["page3-clean"].rules}
    assert rules["R6"].outcome == "not_evaluated"
    assert rules["R6"].numbers["votes_1"] is None
    assert rules["R5"].outcome == "holds"


def test_every_number_explains_itself_in_both_languages(records: dict[str, Record]) -> None:
    for record in records.values():
        assert len(record.fields) >= 3
        for field in record.fields.values():
            assert field.explanation.id
            assert field.explanation.id != field.explanation.en
            assert (field.status == "review") == bool(field.reasons)
            assert len(field.evidence.digits.cells) == len(field.text)


def test_the_contract_of_a_line(records: dict[str, Record]) -> None:
    line = json.loads(records["page2-clean"].to_json())
    assert set(line) == {
        "schema", "photo", "station", "document", "counts", "page", "fields", "row_sums", "rules", "status", "problems",
        "quality", "warnings", "provenance", "provisional",
    }  # fmt: skip
    assert set(line["photo"]) == {"file", "frame", "sha256", "width", "height"}
    assert {"template", "page", "corners", "residual"} <= set(line["page"])
    assert {
        "text", "read", "value", "accepted", "status", "confidence", "candidates", "reasons", "explanation", "quad",
        "evidence", "decision",
    } == set(line["fields"]["votes_1"])  # fmt: skip
    assert set(line["fields"]["votes_1"]["evidence"]) == {
        *("digits", "bubbles", "tally", "row_totals", "words", "choices", "rest", "largest")
    }
    assert line["provisional"] is True
    assert records["page2-clean"].export() == line


def test_every_record_carries_the_hashes_of_what_made_it(records: dict[str, Record], reader: Reader) -> None:
    made = records["page2-clean"].provenance
    form = ROOT / "templates" / "c-hasil-ppwp-2024.yaml"
    assert made.template_sha256 == hashlib.sha256(form.read_bytes()).hexdigest()
    weights = ROOT / "ocr_recap" / "weights" / "digits.json"
    assert made.weights_sha256 == hashlib.sha256(weights.read_bytes()).hexdigest()
    tally = ROOT / "ocr_recap" / "weights" / "tally.json"
    assert made.tally_sha256 == hashlib.sha256(tally.read_bytes()).hexdigest()
    options = json.dumps(made.options, sort_keys=True, separators=(",", ":"))
    assert made.options_sha256 == hashlib.sha256(options.encode()).hexdigest()
    assert {record.provenance.options_sha256 for record in records.values()} == {made.options_sha256}
    others = Reader(Options(templates=(str(form),), max_pixels=9_000_000)).read(b"").provenance
    assert others.options_sha256 != made.options_sha256
    assert others.options["templates"] == [form.name], "no folder of this machine"
    assert (others.template_sha256, others.weights_sha256) == (None, made.weights_sha256)
    assert reader.failed("a.jpg", "X").provenance == reader.read(b"").provenance


@pytest.mark.slow
def test_same_photo_same_bytes_alone_and_in_workers(records: dict[str, Record], reader: Reader) -> None:
    paths = [SAMPLES / f"{name}.jpg" for name in ("page2-clean", "page3-clean", "page1-clean")]
    expected = [records[path.stem].to_json() for path in paths]
    assert [reader.read(path).to_json() for path in paths] == expected
    assert [record.to_json() for record in reader.read_many(paths, workers=2)] == expected


def test_path_bytes_and_array_agree(reader: Reader) -> None:
    import cv2

    path = SAMPLES / "page2-clean.jpg"
    by_path, by_bytes = reader.read(path), reader.read(path.read_bytes(), name=path.name)
    assert by_path.to_json() == by_bytes.to_json()
    picture = cv2.imread(str(path))
    assert picture is not None
    by_array = reader.read(picture.astype(np.uint8))
    assert {i: f.value for i, f in by_array.fields.items()} == {i: f.value for i, f in by_path.fields.items()}


def test_a_narrowed_choice_never_forces_a_bad_fit(tmp_path: Path, template: Template, reader: Reader) -> None:
    text = Path(ocr_recap.forms.template.directory() / "c-hasil-ppwp-2024.yaml").read_text("utf-8")
    path = tmp_path / "other.yaml"
    for old, new in ((101, 501), (102, 502), (103, 503)):
        text = text.replace(f"id: {old},", f"id: {new},")
    path.write_text(text, encoding="utf-8")
    record = Reader(Options(templates=(str(path),))).read(SAMPLES / "page2-clean.jpg")
    assert record.page is None, "marks and lines fit, but the tag is another form's"
    assert [problem.code for problem in record.problems] == ["unknown_form"]
    assert str(tmp_path) not in record.to_json()


def test_pictures_of_a_record(reader: Reader, tmp_path: Path) -> None:
    record = reader.read(SAMPLES / "page3-upside-down.jpg")
    assert record.page
    page = reader.rectify(record, pixels_per_mm=3.0)
    assert page.shape == (1350, 900, 3)
    assert reader.show(record, path=tmp_path / "overlay.jpg").ndim == 3
    assert (tmp_path / "overlay.jpg").stat().st_size > 10_000
    with pytest.raises(ValueError, match="does not know its photo"):
        reader.show(Record.from_json(record.to_json()))


def test_a_blank_form_is_blank_not_zero(reader: Reader, template: Template) -> None:
    record = reader.read(Shot(template, "1").color())
    assert {field.status for field in record.fields.values()} <= {"blank", "review"}
    assert [f for f in record.fields.values() if f.status == "blank"]
    assert all(field.accepted is None for field in record.fields.values())


def test_the_public_names() -> None:
    assert ocr_recap.__all__ == [
        "BatchOptions", "BatchResult", "Document", "Limits", "OcrRecapError", "Options", "PhotoCheck", "Picture",
        "Reader", "Record", "Template", "TemplateError", "__version__", "apply", "run_batch",
    ]  # fmt: skip
    assert all(hasattr(ocr_recap, name) for name in ocr_recap.__all__)
    assert repr(Reader(Options(templates=("c-hasil-ppwp-2024",)))) == "<Reader of c-hasil-ppwp-2024>"


def test_the_documentation_names_every_reason_and_problem() -> None:
    from ocr_recap.messages.problems import PROBLEMS
    from ocr_recap.messages.reasons import REASONS

    text = (SAMPLES.parent / "docs" / "reference" / "records.md").read_text("utf-8")
    assert [code for code in (*PROBLEMS, *REASONS) if f"`{code}`" not in text] == []


def test_our_own_regional_form_is_read_with_all_forms_at_hand(reader: Reader) -> None:
    form = ocr_recap.forms.template.load("c-hasil-kwk")
    record = reader.read(drawing.raster(form, "2", 6.0))
    assert record.page
    assert (record.page.template, record.page.page) == ("c-hasil-kwk", "2")
    assert {name: number.status for name, number in record.fields.items()} == {
        f"votes_{pair}": "blank" for pair in (1, 2, 3)
    }
    assert all(number.evidence.bubbles is not None for number in record.fields.values())


def test_what_a_record_holds_cannot_be_changed(records: dict[str, Record]) -> None:
    record = records["page2-clean"]
    (name, field), *_ = record.fields.items()
    copy = record.model_copy(update={"fields": dict(record.fields)})
    cell = field.evidence.digits.cells[0]
    for held in (record.fields, copy.fields, cell.probabilities, record.provenance.options):
        with pytest.raises(TypeError):
            held[name] = field  # type: ignore[index]
        with pytest.raises(TypeError):
            held.clear()
    again = pickle.loads(pickle.dumps(record))
    for other in (again, copy, Record.from_json(record.to_json()), record.model_copy(deep=True)):
        assert other.to_json() == record.to_json()
    with pytest.raises(TypeError):
        again.fields.pop(name)
    assert json.loads(record.to_json())["fields"] == {i: f.model_dump(mode="json") for i, f in record.fields.items()}
