"""A plenary session in real browsers: the chair's screen, a member's phone and the projector, each with an own link."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from pathlib import Path

import pytest
from recaps import Said, code, counts, results, roll

from benchmarks.browser import find
from benchmarks.served import Served, host, invite_to_session, person, submit
from ocr_recap.recap.recap import recap

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
pytest.importorskip("starlette", reason="the extra web is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find() is None, reason="no chromium on this machine: pages are not opened"),
]

AREA = f"/areas/{code(0)[:6]}"
STATION = f"{AREA}/stations/{code(0)}"
AXE = """(async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`);
})()"""


def test_two_people_correct_a_station_and_the_projector_follows(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core-python is not installed")
    axe = Path(spec.origin).with_name("axe.min.js").read_text("utf-8")
    said = [Said(code(i), counts(100 + i)) for i in range(3)]
    recap([results(tmp_path / "r", said)], tmp_path / "recap", roll(tmp_path / "roll.csv", [code(i) for i in range(3)]))
    with Served(tmp_path / "recap") as served, ExitStack() as browsers:
        chief = browsers.enter_context(host(served))
        links = {
            role: invite_to_session(chief, served, name, role)
            for name, role in (("Ani", "chair"), ("Budi", "member"), ("Layar", "viewer"))
        }
        chair = browsers.enter_context(person(links["chair"], 1280, 800))
        member = browsers.enter_context(person(links["member"], 390, 844))
        screen = browsers.enter_context(person(links["viewer"], 1280, 800))
        assert member.evaluate("location.pathname") == "/proposals"
        # the keyboard turns the pages
        chair.open(served.base + STATION)
        chair.press("n")
        chair.until(f"location.pathname.endsWith('{code(1)}') && document.readyState === 'complete'")
        chair.press("p")
        chair.until(f"location.pathname.endsWith('{code(0)}') && document.readyState === 'complete'")
        screen.open(served.base + STATION)
        # the chair proposes; the member's phone and the projector learn of it by themselves
        submit(chair, "#correct", **{"n-votes_1": "90", "n-votes_2": "70", "reason": "digits exchanged"})
        member.until("!!document.querySelector('.waits a')")
        screen.until("document.body.innerText.includes('After: 90?')")
        member.evaluate("document.querySelector('.waits a').click(); true")
        member.until("!!document.querySelector('form[action$=\"/confirm\"]')")
        assert member.evaluate("document.documentElement.scrollWidth <= 390")
        submit(member, 'form[action$="/confirm"]')
        screen.until("document.querySelector('.standing b').textContent === '90'")
        chair.open(served.base + STATION)
        for browser, paths in ((chair, ("/areas", AREA, STATION, "/proposals")), (member, (STATION,)), (chief, ("/",))):
            browser.log.clear()
            for path in paths:
                browser.open(served.base + path)
                browser.evaluate(f"{axe}; true")
                assert browser.evaluate(AXE) == [], path
            assert browser.log == []
