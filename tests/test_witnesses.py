"""A new witness is one class and one entry of the registry: it weighs, confirms, objects, and stays in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT

from ocr_recap.decide import policy
from ocr_recap.decide.reconcile import reconciled
from ocr_recap.decide.witness import TableWitness
from ocr_recap.decide.witnesses import WITNESSES
from ocr_recap.forms import template
from ocr_recap.read.reader import Reader
from ocr_recap.records.case_record import case_of
from ocr_recap.records.document import settle
from ocr_recap.records.grouping import group, sighting
from ocr_recap.records.record import Record
from ocr_recap.records.station_codes import Naming, place

FORM = template.load(template.available()["c-hasil-ppwp-2024"])
PHOTO = ROOT / "samples" / "page2-clean.jpg"


class Board(TableWitness):
    """Says of one number that it is `number`, with a probability."""

    name = "board"
    label = ("papan", "board")
    sure = 0.99

    def __init__(self, field: str, number: int, probability: float) -> None:
        self.field, self.number, self.probability = field, number, probability

    def ask(self, patches: Mapping[str, object], readers: object) -> Mapping[str, np.ndarray]:
        assert self.field in patches
        table = np.full(1000, (1.0 - self.probability) / 999)
        table[self.number] = self.probability
        return {self.field: table}


def read(monkeypatch: pytest.MonkeyPatch, witness: TableWitness) -> Record:
    monkeypatch.setitem(WITNESSES, witness.name, witness)
    return Reader().read(PHOTO)


@pytest.fixture(scope="module")
def plain() -> Record:
    return Reader().read(PHOTO)


def number(record: Record) -> tuple[str, int]:
    """An accepted number of the page."""
    return next((name, f.accepted) for name, f in record.fields.items() if f.accepted is not None)


def test_without_further_witnesses_the_record_has_no_key_for_them(plain: Record) -> None:
    assert '"others":{}' not in plain.fields[number(plain)[0]].model_dump_json()
    assert "others" not in plain.fields[number(plain)[0]].evidence.model_dump(mode="json")


def test_it_stands_in_the_record_and_its_explanation(monkeypatch: pytest.MonkeyPatch, plain: Record) -> None:
    field, value = number(plain)
    found = read(monkeypatch, Board(field, value, 0.999)).fields[field]
    said = found.evidence.others["board"]
    assert (said.value, said.probability) == (value, 0.999)
    assert said.supports[0] == 0.999
    assert len(said.supports) == len(found.evidence.choices)
    assert f"board: {value}" in found.explanation.en
    assert f"papan: {value}" in found.explanation.id
    assert found.status == "accepted"


def test_it_objects_to_another_number(monkeypatch: pytest.MonkeyPatch, plain: Record) -> None:
    field, value = number(plain)
    other = value + 100
    found = read(monkeypatch, Board(field, other, 0.9999)).fields[field]
    assert (found.status, found.value) == ("review", value), "what is written is read all the same"
    assert "witness_disagrees" in found.reasons
    assert f"the board says {other}" in found.explanation.en
    assert other in [c.value for c in found.evidence.choices], "what a witness says is among the candidates"


def test_it_confirms_where_no_other_does(monkeypatch: pytest.MonkeyPatch, plain: Record) -> None:

    field, value = number(plain)
    for probability, expected in ((0.999, ("accepted", "board")), (0.9, ("review", "none"))):
        record = read(monkeypatch, Board(field, value, probability))
        case = replace(case_of(field, record.fields[field]), bubbles=None, tally=None, totals=None)
        decision = policy.decide(*reconciled([case], []))[field]
        assert (decision.status, decision.witness) == expected
    assert "witness_unclear" in [code for code, _ in decision.reasons]


def test_documents_are_decided_again_from_the_record_alone(monkeypatch: pytest.MonkeyPatch, plain: Record) -> None:
    field, value = number(plain)
    record = Record.model_validate_json(read(monkeypatch, Board(field, value + 100, 0.9999)).model_dump_json())
    [found] = group([sighting(record, place(record.photo.file, Naming()))])
    document, _ = settle(found, [record], FORM)
    assert document.fields[field].status == "review"
    assert "witness_disagrees" in document.fields[field].reasons


def test_records_of_a_version_with_more_witnesses_are_read(monkeypatch: pytest.MonkeyPatch, plain: Record) -> None:
    field, value = number(plain)
    with monkeypatch.context() as patch:
        record = read(patch, Board(field, value, 0.999))
    case = case_of(field, record.fields[field])
    assert dict(case.others) == {}
    assert "board" not in case.choices.speaking
