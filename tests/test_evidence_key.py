"""The hash of evidence covers every witness; a cache of evidence is keyed by all that evidence depends on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ocr_recap.cells.words_evidence import WordsEvidence
from ocr_recap.decide.ask_witnesses import Alterations
from ocr_recap.synth.sets import evidence_key, inferred_documents
from ocr_recap.synth.sets.evidence_key import feed
from ocr_recap.synth.sets.inferred_documents import InferredDocument, InferredNumber, Session, infer

NUMBER = InferredNumber(
    text="X17",
    counted=17,
    cells=np.zeros((3, 14)),
    bubbles=np.full((3, 12), 1 / 12),
    strokes=None,
    totals=None,
    found=True,
    inside=True,
    poor=(),
    held=False,
    corrected=False,
    alterations=Alterations(0.0, np.zeros(3), 0.0),
    words=WordsEvidence("read", np.full(1000, 1e-4), 0.9, 20.0, "TUJUH BELAS"),
)


def hashed(value: object) -> str:
    digest = hashlib.sha256()
    feed(digest, value)
    return digest.hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "X18"},
        {"counted": 18},
        {"cells": np.full((3, 14), 1e-9)},
        {"bubbles": np.full((3, 12), 0.08)},
        {"bubbles": None},
        {"inside": False},
        {"poor": ("cell_small",)},
        {"alterations": Alterations(0.0, np.array([0.0, 1e-6, 0.0]), 0.0)},
        {"words": WordsEvidence("read", np.full(1000, 1e-5), 0.9, 20.0, "TUJUH BELAS")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_of_the_evidence_is_in_the_hash(change: dict) -> None:
    assert hashed(NUMBER) == hashed(replace(NUMBER))
    assert hashed(NUMBER) != hashed(replace(NUMBER, **change))


def test_what_stands_elsewhere_is_something_else() -> None:
    assert hashed(("ab", "c")) != hashed(("a", "bc"))
    assert hashed({"a": 1, "b": 2}) == hashed({"b": 2, "a": 1})
    assert hashed(1) != hashed(True) != hashed("1")
    with pytest.raises(TypeError):
        hashed(object())


@dataclass
class Drawn:
    """Counts how often a document is drawn."""

    times: int = 0

    def __call__(self, session: Session, index: int) -> InferredDocument:
        self.times += 1
        return InferredDocument(session.forms[0], index, session.preset, {}, (), {}, {"a": NUMBER})


def test_a_cache_is_used_until_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn()
    monkeypatch.setattr(inferred_documents, "_infer", drawn)
    session = Session(("a",), "field", "test", 1, 0, 2)

    def run(asked: Session) -> int:
        before = drawn.times
        assert [d.index for d in infer(asked, 1, tmp_path)] == [0, 1]
        return drawn.times - before

    assert [run(session), run(session)] == [2, 0]
    assert run(replace(session, forms=("b",))) == 2, "another form"
    monkeypatch.setattr(inferred_documents, "package_sha256", lambda: "other weights, templates or code")
    assert run(session) == 2


def test_the_key_covers_code_weights_and_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, forms = tmp_path / "package", tmp_path / "templates"
    parts = (package / "cells" / "code.py", package / "weights" / "net.onnx", forms / "form.yaml")
    others = (package / "web" / "page.py", package / "decide" / "policy.json")
    for file in (*parts, *others):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1")
    monkeypatch.setattr(evidence_key, "files", lambda _: package)
    monkeypatch.setattr(evidence_key, "available", lambda: {"form": forms / "form.yaml"})

    def key() -> str:
        evidence_key.package_sha256.cache_clear()
        return evidence_key.package_sha256()

    try:
        keys = [key()]
        for file in parts:
            file.write_text("2")
            keys.append(key())
        assert len(set(keys)) == 4
        for file in others:
            file.write_text("2")
        assert key() == keys[-1], "pages and thresholds make no evidence"
    finally:
        evidence_key.package_sha256.cache_clear()
