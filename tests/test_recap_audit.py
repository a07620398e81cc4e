"""The transcription audit: arithmetic with known answers, the draw by hand, plan, sheet and result."""

from __future__ import annotations

import csv
import hashlib
import json
from fractions import Fraction
from pathlib import Path

import pytest
from recaps import Said, code, counts, results, roll
from typer.testing import CliRunner

from ocr_recap.cli.main import app
from ocr_recap.messages.errors import FolderDamaged, TableFaulty, WrongUse
from ocr_recap.recap import audit
from ocr_recap.recap.audit_math import (
    AuditBatch,
    bound_of,
    draw,
    draws_needed,
    p_values,
    pairs_of,
    taint_of,
    weights_of,
)
from ocr_recap.recap.recap import recap

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

AT = "2024-02-20T03:00:00Z"
SEED = "31415926535897932384"


def equal_batches(margin: int) -> list[AuditBatch]:
    """A thousand stations of 200 ballots, all valid, for two candidates whose lead is so many percent."""
    votes = {"a": 100 + margin, "b": 100 - margin}
    return [AuditBatch(f"{i:013}", votes, 200) for i in range(1000)]


@pytest.mark.parametrize(("margin", "stations"), [(10, 32), (5, 62), (2, 152), (1, 302)])
def test_the_number_of_stations_without_a_discrepancy_is_known(margin: int, stations: int) -> None:
    batches = equal_batches(margin)
    pairs = pairs_of(batches, ("a", "b"), 0, 2)
    total = sum((bound_of(batch, pairs) for batch in batches), Fraction(0))
    assert total == 1 + Fraction(100, margin)
    assert draws_needed(total, Fraction(1, 20)) == stations
    risks = p_values([Fraction(0)] * stations, total)
    assert risks[-1] <= 0.05 < risks[-2]


def test_a_discrepancy_raises_the_risk_by_its_taint() -> None:
    batches = equal_batches(10)
    pairs = pairs_of(batches, ("a", "b"), 0, 2)
    batch = batches[0]
    taint = taint_of(batch, {"a": 105, "b": 95}, pairs)
    assert taint == Fraction((110 - 90) - (105 - 95), 20 + 200)
    total = Fraction(11)
    assert p_values([taint], total) == [pytest.approx(float((1 - 1 / total) / (1 - taint)))]
    assert taint_of(batch, {"a": 115, "b": 85}, pairs) < 0, "an error the other way lowers the risk"
    assert p_values([Fraction(0), taint_of(batch, None, pairs), Fraction(0)], total)[1:] == [1.0, 1.0]


def test_missing_stations_count_as_the_worst_case() -> None:
    batches = equal_batches(10)
    before = pairs_of(batches, ("a", "b"), 0, 1)
    after = pairs_of(batches, ("a", "b"), 5000, 1)
    assert (before[0].margin, after[0].margin) == (20_000, 15_000)
    assert sum(weights_of(batches, after)[0]) / weights_of(batches, after)[1] > 11


@pytest.mark.slow
def test_the_risk_limit_is_kept_when_the_order_is_wrong() -> None:
    """2,000 audits of an election whose true order is the other one: at most 5% may be confirmed."""
    truth = [{"a": 95, "b": 105} if i < 100 else {"a": 100, "b": 100} for i in range(200)]
    published = [
        AuditBatch(f"{i:013}", {"a": 110, "b": 90} if i < 100 else {"a": 100, "b": 100}, 200) for i in range(200)
    ]
    pairs = pairs_of(published, ("a", "b"), 0, 2)
    weights, scale = weights_of(published, pairs)
    total = Fraction(sum(weights), scale)
    assert sum(pairs[0].error(b.votes, t) for b, t in zip(published, truth, strict=True)) >= 1
    number, confirmed = draws_needed(total, Fraction(1, 20)), 0
    taints = [taint_of(b, t, pairs) for b, t in zip(published, truth, strict=True)]
    for trial in range(2000):
        risks = p_values([taints[place] for place in draw(str(trial), 3 * number, weights)], total)
        confirmed += min(risks) <= 0.05
    assert confirmed <= 0.05 * 2000


def test_the_draw_can_be_repeated_by_hand() -> None:
    weights = [5, 0, 3, 2]
    ends = [(5, 0), (8, 2), (10, 3)]
    by_hand = []
    for number in range(1, 200):
        place = int(hashlib.sha256(f"{SEED},{number}".encode()).hexdigest(), 16) % 10
        by_hand.append(next(station for end, station in ends if place < end))
    assert draw(SEED, 199, weights) == by_hand
    assert set(by_hand) == {0, 2, 3}


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A recap of forty stations, one of them missing, and an audit that is planned and drawn."""
    said = [Said(code(i), counts(150, 30, 10)) for i in range(39)]
    codes = [code(i) for i in range(40)]
    recap([results(tmp_path / "r", said)], tmp_path / "recap", roll(tmp_path / "roll.csv", codes))
    audit.plan(tmp_path / "recap", tmp_path / "audit", audit.AuditOptions(), AT)
    audit.draw_stations(tmp_path / "audit", SEED, AT, "en")
    return tmp_path / "audit"


def fill(folder: Path, changed: dict[str, tuple[str, str, str]] | None = None, needed: str = "first") -> Path:
    """Fill in the sheet as published, but for some stations."""
    with (folder / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file))
    filled = folder.parent / "filled.csv"
    with filled.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for station, when, *_ in lines:
            votes = (changed or {}).get(station, ("150", "30", "10"))
            writer.writerow((station, when, *(votes if needed in (when, "all") else ("", "", "")), ""))
    return filled


def test_an_audit_without_discrepancies_is_confirmed(planned: Path) -> None:
    plan = json.loads((planned / "plan.json").read_text())
    assert (plan["stations"], plan["missing"], plan["missing_votes"]) == (39, 1, 306)
    assert [pair["margin"] for pair in plan["pairs"]] == [39 * 120 - 306, 39 * 140 - 306, 39 * 20 - 306]
    result = audit.settle(planned, fill(planned), "Siti", AT)
    assert (result.outcome, result.draws) == ("confirmed", plan["draws"])
    assert result.risk <= 0.05
    assert result.discrepancies == ()


def test_sheets_are_blind(planned: Path) -> None:
    text = (planned / "sheet.csv").read_text("utf-8-sig") + (planned / "sheet.html").read_text("utf-8")
    assert code(0)[:10] in text
    assert ",150" not in text
    assert ">150<" not in text
    assert "no recount of ballots" in text


def test_discrepancies_need_more_stations_and_lost_forms_end_it(planned: Path) -> None:
    drawn = json.loads((planned / "draw.json").read_text())["draws"]
    changed = {drawn[0]: ("130", "50", "10")}
    result = audit.settle(planned, fill(planned, changed), "Siti", AT)
    assert result.outcome == "continue"
    assert [one.station for one in result.discrepancies] == [drawn[0]]
    longer = audit.settle(planned, fill(planned, changed, "all"), "Siti", AT)
    assert longer.draws > result.draws or longer.outcome == "not_confirmed"
    lost = audit.settle(planned, fill(planned, {drawn[0]: ("?", "?", "?")}, "all"), "Siti", AT)
    assert (lost.outcome, lost.risk) == ("not_confirmed", 1.0)


def test_an_audit_is_planned_and_drawn_once(planned: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="holds a plan already"):
        audit.plan(tmp_path / "recap", planned, audit.AuditOptions(), AT)
    with pytest.raises(WrongUse, match="A plan is drawn once only"):
        audit.draw_stations(planned, SEED[::-1], AT, "en")
    first = (planned / "draw.json").read_bytes()
    audit.draw_stations(planned, SEED, "2024-02-21T03:00:00Z", "en")
    assert (planned / "draw.json").read_bytes() == first
    drawn = json.loads(first)
    drawn["draws"][0] = drawn["draws"][1]
    (planned / "draw.json").write_text(json.dumps(drawn))
    with pytest.raises(FolderDamaged, match=r"draw\.json"):
        audit.settle(planned, fill(planned), "Siti", AT)
    weights = planned / "weights.csv"
    weights.write_text(weights.read_text().replace(",150,", ",149,", 1))
    with pytest.raises(FolderDamaged, match=r"weights\.csv"):
        audit.planned_in(planned)


def test_what_cannot_be_audited_is_said(tmp_path: Path) -> None:
    said = [Said(code(i), counts(150, 30, 10)) for i in range(3)]
    recap([results(tmp_path / "r", said)], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(i) for i in range(9)]))
    with pytest.raises(WrongUse, match="is not larger than the votes that stations without numbers"):
        audit.plan(tmp_path / "recap", tmp_path / "a", audit.AuditOptions(), AT)
    with pytest.raises(WrongUse, match="more than its bound of 100"):
        audit.plan(tmp_path / "recap", tmp_path / "a", audit.AuditOptions(most=100), AT)
    for risk in ("0", "1", "x", "5%"):
        with pytest.raises(WrongUse, match="a share between 0 and 1"):
            audit.plan(tmp_path / "recap", tmp_path / "a", audit.AuditOptions(risk=risk), AT)
    assert not (tmp_path / "a").exists()


def test_bounds_of_stations_and_faults_of_a_sheet(planned: Path, tmp_path: Path) -> None:
    ballots = roll(tmp_path / "ballots.csv", [code(39)], ballots=["210"])
    made = audit.plan(tmp_path / "recap", tmp_path / "b", audit.AuditOptions(ballots=ballots), AT)
    assert made.missing_votes == 210
    drawn = json.loads((planned / "draw.json").read_text())["draws"]
    for line, message in (
        (f"{code(99)},first,1,1,1,", "was not drawn"),
        (f"{drawn[0]},first,1,x,1,", "is no number"),
    ):
        sheet = tmp_path / "s.csv"
        sheet.write_text(f"station,needed,votes_1,votes_2,votes_3,note\n{line}\n")
        with pytest.raises(TableFaulty, match=f"line 2: .*{message}"):
            audit.settle(planned, sheet, "Siti", AT)


def test_the_command_says_risk_number_and_what_it_is_not(planned: Path) -> None:
    filled = fill(planned)
    result = CliRunner().invoke(
        app, ["audit", "settle", str(planned), "--by", "Siti", "--sheet", str(filled), "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert "CONFIRMED: after" in result.stdout
    assert "This is no recount of ballots" in result.stdout
