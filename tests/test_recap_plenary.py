"""A plenary session: corrections by two people, witnesses' copies, matters, closing, minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from recaps import CONTEST, Said, code, counts, results, roll
from typer.testing import CliRunner

from ocr_recap.cli.main import app
from ocr_recap.messages.errors import FolderDamaged, WrongUse
from ocr_recap.recap import session as sessions
from ocr_recap.recap.minutes_pdf import minutes_pdf
from ocr_recap.recap.plenary import CHAIR, CorrectionRequest, correction, digest_of, event, matters, refuse_closed
from ocr_recap.recap.recap import recap
from ocr_recap.recap.standing import heads_of, standing_of
from ocr_recap.recap.statement import Author
from ocr_recap.recap.sums import sums_of

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

AT = "2024-02-16T03:00:00Z"
ANI, BUDI = Author(name="Ani", role=CHAIR), Author(name="Budi", role="member")
PEOPLE = (ANI, BUDI)
DISTRICT, VILLAGE = code(0)[:6], code(0)[:10]


def wanted(station: str = code(0), session: str = DISTRICT, **changes: object) -> CorrectionRequest:
    content = {
        "station": station,
        "session": session,
        "numbers": {"votes_1": 90, "votes_2": 70},
        "marks": {},
        "reason": "digits exchanged",
        "chair": ANI,
        "second": BUDI,
        "at": AT,
    }
    return CorrectionRequest(**{**content, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recap of four stations; the last one has no photos."""
    said = [Said(code(i), counts(100 + i)) for i in range(3)]
    recap([results(tmp_path / "r", said)], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(i) for i in range(4)]))
    return tmp_path / "recap"


def total(folder: Path, area: str, field: str) -> tuple[int | None, int]:
    return next((one.total, one.counted) for one in sums_of(folder, area, CONTEST) if one.field == field)


def test_a_correction_supersedes_and_never_overwrites(folder: Path) -> None:
    before = (folder / "statements.jsonl").read_bytes()
    with sessions.opened(folder) as session:
        made = sessions.correct(session, wanted())
        said = session.log.about(code(0))
    assert (folder / "statements.jsonl").read_bytes().startswith(before)
    assert [one.stage for one in said] == ["count", "correction"]
    assert made.supersedes == said[0].id
    assert (made.by, made.second, made.reason) == (ANI, BUDI, "digits exchanged")
    assert made.values == {**said[0].values, "votes_1": 90, "votes_2": 70}
    assert total(folder, "", "votes_1") == (90 + 101 + 102, 3)
    with sessions.opened(folder) as session:
        again = sessions.correct(session, wanted(numbers={"votes_1": 91}))
        assert again.supersedes == made.id
        assert [one.id for one in heads_of(session.log.about(code(0)))] == [again.id]
    assert total(folder, "", "votes_1") == (91 + 101 + 102, 3)


def test_a_station_without_photos_and_one_in_conflict_can_be_corrected(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [Said(code(0), counts(100))])
    second = results(tmp_path / "b", [Said(code(0), counts(101), mark="b")])
    recap([first, second], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(0), code(1)]))
    assert total(tmp_path / "recap", "", "votes_1") == (None, 0)
    settled = {name: counts(101)[name] for name in counts() if counts(101)[name] != counts(100)[name]}
    with sessions.opened(tmp_path / "recap") as session:
        made = sessions.correct(session, wanted(numbers=settled))
        assert len(made.evidence) == 2
        sessions.correct(session, wanted(code(1), numbers={"votes_1": 5}, marks={"votes_2": "-"}))
        late = standing_of(session.log.about(code(1)), CONTEST)
    assert late is not None
    assert (late.states["votes_1"], late.states["votes_2"], late.states["votes_3"]) == ("known", "empty", "missing")
    assert total(tmp_path / "recap", "", "votes_1") == (106, 2)
    assert total(tmp_path / "recap", "", "votes_3") == (40, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"second": Author(name="ani", role="member")}, "Two people"),
        ({"second": Author(name="Budi", role=CHAIR)}, "Two people"),
        ({"chair": Author(name="Ani", role="member")}, "Two people"),
        ({"reason": " "}, "Give the reason"),
        ({"numbers": {"votes_9": 1}}, "votes_9 is no number of this contest"),
        ({"numbers": {"votes_1": 100}}, "has these numbers already"),
        ({"session": "2199"}, "does not lie in the area of the session"),
    ],
)
def test_what_a_correction_lacks_is_said(folder: Path, changes: dict[str, object], message: str) -> None:
    before = (folder / "statements.jsonl").read_bytes()
    with sessions.opened(folder) as session, pytest.raises(WrongUse, match=message):
        sessions.correct(session, wanted(**changes))
    assert (folder / "statements.jsonl").read_bytes() == before


def test_a_closed_area_refuses_changes_and_takes_rulings_from_above(folder: Path, tmp_path: Path) -> None:
    with sessions.opened(folder) as session:
        closing = sessions.close(session, DISTRICT, PEOPLE, AT)
        assert closing.totals["votes_1"] == 303
        with pytest.raises(WrongUse, match=rf"The area {DISTRICT} was closed at {AT}"):
            sessions.correct(session, wanted())
        with pytest.raises(WrongUse, match="was closed"):
            sessions.correct(session, wanted(session=VILLAGE))
        with pytest.raises(WrongUse, match="was closed"):
            sessions.bring_up(session, "objection", code(0), "late", BUDI, AT)
        with pytest.raises(WrongUse, match="was closed"):
            sessions.close(session, VILLAGE, PEOPLE, AT)
        ruling = sessions.correct(session, wanted(session=DISTRICT[:4]))
        assert ruling.stage == "ruling"
    assert total(folder, DISTRICT, "votes_1") == (90 + 101 + 102, 3)
    results(tmp_path / "r", [Said(code(0), counts(55), mark="new")])
    done = recap([tmp_path / "r"], folder)
    assert done.frozen == (code(0), code(1), code(2)), "two are gone from the results: that is refused as well"
    assert done.fresh == 0


def test_a_recap_above_takes_the_closing_from_below(folder: Path, tmp_path: Path) -> None:
    with sessions.opened(folder) as session:
        sessions.bring_up(session, "objection", code(1), "late", BUDI, AT)
        sessions.correct(session, wanted())
        sessions.close(session, DISTRICT, PEOPLE, AT)
    above = tmp_path / "above"
    recap([folder], above, roll(tmp_path / "all.csv", [*(code(i) for i in range(4)), code(0, "2102")]))
    assert total(above, "21", "votes_1") == (90 + 101 + 102, 3)
    with sessions.opened(above) as session:
        assert set(session.plenary.closed_areas()) == {DISTRICT}
        assert [one.state for one in matters(session.plenary.events)] == ["open"]
        with pytest.raises(WrongUse, match="was closed"):
            sessions.correct(session, wanted())
        assert sessions.correct(session, wanted(session="2101", numbers={"votes_1": 80})).stage == "ruling"
    assert total(above, "21", "votes_1") == (80 + 101 + 102, 3)


def test_a_witness_copy_is_shown_and_never_counted(folder: Path) -> None:
    with sessions.opened(folder) as session:
        sessions.witness_copy(session, code(0), ["votes_1=99", "votes_2=60"], Author(name="Tini", role="witness"), AT)
        sheet = sessions.station_sheet(session, code(0))
        assert sheet.differing(CONTEST.candidates) == {"votes_1": [("Tini", 99)]}
        with pytest.raises(WrongUse, match="cannot be used"):
            sessions.witness_copy(session, code(0), ["votes_1:99"], BUDI, AT)
    assert total(folder, "", "votes_1") == (303, 3)


def test_matters_have_a_state_and_keep_how_they_came_to_it(folder: Path) -> None:
    with sessions.opened(folder) as session:
        first = sessions.bring_up(session, "objection", code(0), "late", BUDI, AT)
        sessions.bring_up(session, "special_event", VILLAGE, "flood", BUDI, AT)
        with pytest.raises(WrongUse, match="There is no objection"):
            sessions.resolve(session, None, "ffff", "settled", "", PEOPLE, AT)
        with pytest.raises(WrongUse, match="Write how it was settled"):
            sessions.resolve(session, None, first.id[:8], "settled", " ", PEOPLE, AT)
        with pytest.raises(WrongUse, match="Write what is objected to"):
            sessions.bring_up(session, "objection", first.subject, " ", BUDI, AT)
        sessions.resolve(session, None, first.id[:8], "passed_on", "to the regency", PEOPLE, AT)
        found = matters(session.plenary.events, VILLAGE)
    assert [(one.event.kind, one.state, len(one.resolutions)) for one in found] == [
        ("objection", "passed_on", 1),
        ("special_event", "open", 0),
    ]


def cli(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_matters_of_a_closed_area_are_settled_by_a_session_above_it_alone(folder: Path) -> None:
    with sessions.opened(folder) as session:
        late = sessions.bring_up(session, "objection", code(0), "late", BUDI, AT)
        sessions.close(session, DISTRICT, PEOPLE, AT)
    before = (folder / "plenary.jsonl").read_bytes()
    two = ("--chair", "Ani", "--second", "Budi", "--text", "heard", "--lang", "en")
    for area in ((), ("--session", VILLAGE), ("--session", DISTRICT)):
        refused = cli("plenary", "resolve", folder, late.id, *two, *area)
        assert refused.exit_code == 2
        assert f"The area {DISTRICT} was closed at {AT}" in refused.output
    other = cli("plenary", "resolve", folder, late.id, *two, "--session", "2199")
    assert other.exit_code == 2
    assert "does not lie in the area of the session" in other.output
    assert (folder / "plenary.jsonl").read_bytes() == before
    assert cli("plenary", "resolve", folder, late.id, *two, "--session", DISTRICT[:4]).exit_code == 0
    with sessions.opened(folder) as session:
        assert [one.state for one in matters(session.plenary.events)] == ["settled"]


def test_a_count_after_a_correction_is_pointed_out(folder: Path, tmp_path: Path) -> None:
    with sessions.opened(folder) as session:
        sessions.correct(session, wanted())
    said = [Said(code(0), counts(77), mark="n"), Said(code(1), counts(101)), Said(code(2), counts(102))]
    recap([results(tmp_path / "r", said)], folder)
    with sessions.opened(folder) as session:
        found = sessions.station_sheet(session, code(0)).standing
    assert found is not None
    assert found.is_newer_count
    assert total(folder, "", "votes_1") == (90 + 101 + 102, 3)


def test_an_edited_event_is_refused(folder: Path) -> None:
    with sessions.opened(folder) as session:
        sessions.bring_up(session, "objection", code(0), "late", BUDI, AT)
    path = folder / "plenary.jsonl"
    path.write_text(path.read_text().replace("late", "fine"))
    with pytest.raises(FolderDamaged, match=r"plenary\.jsonl"), sessions.opened(folder):
        pass


# --- pure rules -------------------------------------------------------------------------------------------------------


def test_the_digest_changes_with_every_statement_and_event() -> None:
    one = event(kind="objection", subject=code(0), at=AT, by=BUDI, text="late")
    digests = {digest_of(ids, events) for ids in (("a" * 64,), ("a" * 64, "b" * 64), ()) for events in ((), (one,))}
    assert len(digests) == 6
    assert digest_of(("b" * 64, "a" * 64), ()) == digest_of(("a" * 64, "b" * 64), ())


def test_the_refusal_is_that_of_the_area_or_one_around_it() -> None:
    closing = event(kind="closing", subject="2101", at=AT, by=ANI, second=BUDI)
    for session in ("2101", "210101", code(0)):
        with pytest.raises(WrongUse, match="The area 2101"):
            refuse_closed(session, code(0), {"2101": closing})
    for session in ("", "21"):
        refuse_closed(session, code(0), {"2101": closing})


def test_a_correction_of_nothing_said_yet_has_no_predecessor() -> None:
    made = correction(wanted(), [], CONTEST, {})
    assert (made.supersedes, made.values["votes_1"], made.unread["votes_3"]) == (None, 90, "missing")
    assert made.is_whole
    assert not made.model_copy(update={"reason": "another"}).is_whole


# --- minutes ----------------------------------------------------------------------------------------------------------


def pdf_text(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def test_minutes_hold_both_totals_corrections_matters_and_digest(folder: Path) -> None:
    with sessions.opened(folder) as session:
        sessions.correct(session, wanted(numbers={"votes_1": 90}))
        sessions.correct(session, wanted(code(3), numbers={"votes_1": 7}, reason="no photo"))
        sessions.bring_up(session, "objection", code(1), "the form came late", BUDI, AT)
        found = sessions.minutes(session, DISTRICT)
        line = next(one for one in found.lines if one.field == "votes_1")
        assert (line.counted_total, line.counted) == (303, 3)
        assert (line.standing.total, line.standing.counted) == (300, 4)
        draft = pdf_text(minutes_pdf(found, "en"))
        assert "DRAFT" in draft
        closing = sessions.close(session, DISTRICT, PEOPLE, AT)
        closed = sessions.minutes(session, DISTRICT)
    assert closing.digest == closed.digest == found.digest
    for language, words in {
        "en": ("AID – not an official form", "digits exchanged", "Ani (chair), Budi (member)", "the form came late"),
        "id": ("ALAT BANTU – bukan formulir resmi", "sedikitnya 120", "Keberatan: the form came late", "belum selesai"),
    }.items():
        for paper, width in (("a4", 595), ("a3", 842)):
            content = minutes_pdf(closed, language, paper)
            text = " ".join(pdf_text(content).split())
            for word in (*words, "303", "300", code(3), closing.digest):
                assert word in text, word
            assert round(pypdfium2.PdfDocument(content)[0].get_width()) == width
    assert minutes_pdf(closed, "en") == minutes_pdf(closed, "en")
