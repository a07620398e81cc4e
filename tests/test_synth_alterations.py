"""Numbers that are struck out and digits that are written over, as the made-up clerks do it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from ocr_recap import Template
from ocr_recap.decide.evidence import interpret
from ocr_recap.synth.cells import alteredcells, cells
from ocr_recap.synth.forms import clerk, fill, numbers
from ocr_recap.synth.forms.truth import truth
from ocr_recap.synth.writing import hand, sources
from ocr_recap.synth.writing.strikes import AMENDED, STRIKES, StrikeKind, strike

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", STRIKES)
def test_a_strike_runs_through_every_box(kind: StrikeKind) -> None:
    boxes = [(0.0, 0.0, 10.0, 10.0), (11.0, 0.0, 21.0, 10.0), (22.0, 0.0, 32.0, 10.0)]
    for seed in range(40):
        lines = strike(kind, (0.0, 0.0, 32.0, 10.0), np.random.default_rng(seed))
        shares = [alteredcells.covered(lines, box) for box in boxes]
        assert sum(share > 0.6 for share in shares) >= 2, (kind, seed, shares)
        assert shares[1] > 0.6


def test_a_line_below_the_boxes_covers_none() -> None:
    line = np.array([(-5.0, 12.0), (40.0, 12.5)])
    assert alteredcells.covered([line], (0.0, 0.0, 10.0, 10.0)) == 0


def test_a_struck_out_number_stands_beside_its_boxes(template: Template) -> None:
    field = next(f for f in template.fields if f.id == "votes_2")
    before = fill.FieldWriting("X57", bubbles=((), (5,), (7,)))
    made = clerk.strike_out(field, before, "two", np.random.default_rng(4))
    assert made.struck is not None
    assert made.text == " 57"
    assert interpret(made.text)[1] != interpret(made.struck.text)[1]
    assert made.bubbles == before.bubbles
    rng = np.random.default_rng(1)
    plain = fill.fill_page(
        template, "2", {"votes_2": replace(made, text="", struck=None)}, hand.named("strokes-30"), rng, 4
    )
    rng = np.random.default_rng(1)
    drawn = fill.fill_page(template, "2", {"votes_2": made}, hand.named("strokes-30"), rng, 4)
    x0, y0, x1, y1 = (round(v * 4) for v in field.cells.outline())
    assert (drawn[y0:y1, x0:x1].min(axis=2) < 110).mean() > (plain[y0:y1, x0:x1].min(axis=2) < 110).mean() + 0.05
    outside = np.any(drawn != plain, axis=2)
    outside[y0 - 2 : y1 + 2, x0 - 12 : x1 + 12] = False
    assert outside.sum() > 100, "the new number stands outside of the boxes"
    fact = next(f for f in _truth(template, made)["fields"] if f["id"] == "votes_2")
    assert fact["value"] == interpret(made.text)[1]
    assert fact["struck_out"] == {"kind": "two", "text": made.struck.text}


def _truth(template: Template, writing: fill.FieldWriting) -> dict:
    return truth(template, "2", {"votes_2": writing}, np.eye(3), "x", (10, 10))


def test_clerks_strike_out_and_write_over_at_the_stated_rates(template: Template) -> None:
    struck = numbers_ = 0
    manners: list[str] = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        written = clerk.write(template, numbers.station(template, rng), rng)
        for said in written.fields.values():
            numbers_ += 1
            struck += said.struck is not None
            manners += said.manners
            for manner, was, char in zip(said.manners, said.was, said.text, strict=False):
                if manner == "amended":
                    assert (int(was), int(char)) in AMENDED
    mean_untidy = 0.35 * 0.3 + 0.5 + 0.15 * 3
    assert 0.5 < struck / numbers_ / (clerk.STRUCK_OUT * mean_untidy) < 1.6
    assert {"overwritten", "rewritten", "amended"} <= set(manners)


def test_rewritten_and_amended_cells_hold_two_digits() -> None:
    from test_synth_photos import blank_sheet, darkness

    rect = (20.0, 12.0, 29.0, 21.0)

    def ink(manner: hand.Manner) -> float:
        shares: list[float] = []
        for seed in range(8):
            sheet = blank_sheet(seed=seed)
            hand.cell(sheet, hand.named("strokes-30"), "8", rect, manner, "3")
            shares.append(darkness(sheet, rect))
        return float(np.mean(shares))

    assert ink("rewritten") > 1.4 * ink("plain")
    assert ink("amended") > 0.9 * ink("plain")


def test_strips_are_labelled_by_what_is_drawn() -> None:
    mix = cells.usual_mix(sources.training_sources(None), "train")
    made = list(islice(alteredcells.strips("train", mix, np.random.default_rng(3)), 120))
    again = list(islice(alteredcells.strips("train", mix, np.random.default_rng(3)), 120))
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(made, again, strict=True))
    assert 0.2 < np.mean([strip.struck == 1 for strip in made]) < 0.5
    known = np.concatenate([strip.overwritten for strip in made if strip.struck == 0])
    assert 0.08 < (known == 1).mean() < 0.35
    assert sum(strip.struck == 1 for strip in made) > 20
    for strip in made:
        assert strip.picture.shape[0] == 48
        assert strip.picture.shape[1] % 32 == 0
        assert strip.columns[0, 0] >= 8
        assert strip.columns[-1, 1] <= strip.picture.shape[1] - 8
        assert len(strip.columns) == len(strip.overwritten)
        if strip.struck == 1:
            assert (strip.overwritten == alteredcells.UNKNOWN).sum() >= 2
