"""The local server in a real browser: a night from the photos of a phone to the report, and what may go wrong in it."""

from __future__ import annotations

import csv
import importlib.util
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import SAMPLES

from benchmarks.browser import find
from benchmarks.served import Served, invite, person, supervisor

pytest.importorskip("starlette", reason="the extra web is not installed")
pytestmark = pytest.mark.skipif(find() is None, reason="no chromium on this machine: pages are not opened")

CODE = "2101142004001"
READ = "!document.querySelector('[data-state=reading]') && document.querySelectorAll('.photo').length === {}"
LABEL = "document.querySelector('#label').textContent"


def send(phone, name, number):
    """Take a photo by the phone's page; seconds until its verdict is shown."""
    start = time.monotonic()
    phone.upload("#photo", SAMPLES / f"{name}.jpg")
    phone.until(READ.format(number))
    return time.monotonic() - start


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A server with a supervisor, a phone that has sent three pages, and three reviewers."""
    folder = tmp_path_factory.mktemp("night") / "results"
    with Served(folder) as served, ExitStack() as browsers:
        chief = browsers.enter_context(supervisor(served))
        phone = browsers.enter_context(person(invite(chief, served, "Desk", "desk", CODE), 390, 844))
        assert phone.evaluate("location.pathname") == f"/desk/{CODE}"
        for number, name in enumerate(("page1-does-not-add-up", "page2-wrong-bubble", "page3-clean"), 1):
            send(phone, name, number)
        links = {name: invite(chief, served, name, "reviewer") for name in ("Ani", "Budi", "Cici")}
        reviewers = {name: browsers.enter_context(person(link)) for name, link in links.items()}
        chief.open(f"{served.base}/office")
        wait_for_results(chief, served)
        yield served, chief, phone, reviewers


def wait_for_results(chief, served):
    """Wait until results hold everything."""
    end = time.monotonic() + 90
    while True:
        chief.open(f"{served.base}/office")
        text = chief.evaluate("document.body.innerText")
        if "Tables and report hold everything" in text and "numbers.csv" in text:
            return
        assert time.monotonic() < end, text
        time.sleep(0.5)


def key(browser, answer):
    """Key the number that is shown and press Enter; the label of the number."""
    browser.until("document.querySelector('#work').dataset.shown && document.querySelector('#text').value === ''")
    label = browser.evaluate(LABEL)
    browser.press(*answer, "Enter")
    return label


def test_a_phone_sees_the_numbers_and_confirms_a_page(night):
    served, chief, phone, _ = night
    phone.open(f"{served.base}/desk/{CODE}/page/3")
    phone.until("[...document.querySelectorAll('.number img.digits')].slice(0, 3).every(i => i.naturalWidth > 50)")
    assert phone.evaluate("document.documentElement.scrollWidth <= 390")
    values = phone.evaluate(
        "Object.fromEntries([...document.querySelectorAll('input[data-read]')].map(i => [i.name, i.value]))"
    )
    assert values["grand_total"] == "182"
    phone.evaluate("document.querySelector('form.numbers').requestSubmit()")
    phone.until(f"location.pathname === '/desk/{CODE}' && document.body.innerText.includes('you confirmed all')")
    wait_for_results(chief, served)
    lines = (served.folder / "decisions.jsonl").read_text("utf-8").splitlines()
    assert any('"field":"grand_total"' in line and '"by":"Desk"' in line for line in lines)


def test_what_a_phone_opens_to_withdraw_a_photo_stays_within_its_card(night):
    served, _, phone, _ = night
    phone.open(f"{served.base}/desk/{CODE}")
    phone.evaluate("document.querySelectorAll('.photo details').forEach(e => { e.open = true; })")
    parts = "[...document.querySelectorAll('.photo img, .photo input, .photo button')]"
    assert phone.evaluate(f"{parts}.length") >= 6
    within = "e.getBoundingClientRect().right <= e.closest('.photo').getBoundingClientRect().right + 1"
    assert phone.evaluate(f"{parts}.every(e => {within})")
    assert phone.evaluate("[...document.querySelectorAll('.photo img')].every(e => e.clientWidth > 80)")


def test_a_form_that_does_not_add_up_is_said_and_a_special_event_is_kept(night):
    served, chief, phone, _ = night
    phone.open(f"{served.base}/desk/{CODE}/page/1")
    assert "It does not add up (as written)" in phone.evaluate("document.body.innerText")
    first = "document.querySelector('.numbers > h2').textContent"
    assert phone.evaluate(first) == "Check these first"
    phone.open(f"{served.base}/desk/{CODE}")
    phone.evaluate("document.querySelector('#text').value = 'Saksi <b>keberatan</b>'")
    phone.evaluate("document.querySelector('#remarks form').requestSubmit()")
    phone.until("document.querySelector('#remarks').innerText.includes('Saksi <b>keberatan</b> (Desk')")
    chief.open(f"{served.base}/office")
    assert "Saksi <b>keberatan</b>" in chief.evaluate("document.body.innerText")


def test_two_reviewers_who_differ_a_third_and_a_report_with_the_votes(night):
    served, chief, _, reviewers = night
    ani, budi, cici = (reviewers[name] for name in ("Ani", "Budi", "Cici"))
    for browser in (ani, budi, cici):
        browser.open(f"{served.base}/review?reason=witness")
    label = key(ani, "90")
    ani.until("localStorage.getItem(Object.keys(localStorage)[0]) === '[]'")
    budi.open(f"{served.base}/review?reason=witness")
    budi.until(f"{LABEL} === {label!r}")
    assert budi.evaluate("document.querySelector('#seen').hidden")
    key(budi, "80")
    budi.until("localStorage.getItem(Object.keys(localStorage)[0]) === '[]'")
    cici.open(f"{served.base}/review?reason=witness")
    cici.until(f"{LABEL} === {label!r} && !document.querySelector('#seen').hidden")
    seen = cici.evaluate("document.querySelector('#seen').textContent")
    assert "80 / 90" in seen
    assert not any(name in seen for name in ("Ani", "Budi"))
    key(cici, "90")
    cici.until("localStorage.getItem(Object.keys(localStorage)[0]) === '[]'")
    wait_for_results(chief, served)
    chief.open(f"{served.base}/results/report.html")
    assert chief.evaluate("document.querySelectorAll('a').length") > 0
    with (served.folder / "stations.csv").open(newline="", encoding="utf-8-sig") as file:
        head = file.readline()
        file.seek(0)
        (row,) = csv.DictReader(file, delimiter=";" if ";" in head else ",")
    assert all(name in row["decided_by"] for name in ("Ani", "Budi", "Cici"))


def test_the_keyboard_alone_reloads_two_tabs_and_a_lost_connection_lose_nothing(night):
    served, _, _, reviewers = night
    budi = reviewers["Budi"]
    budi.open(f"{served.base}/review")
    budi.until("document.querySelector('#work').dataset.shown")
    label = budi.evaluate(LABEL)
    budi.press("Space")
    budi.until("!document.querySelector('#page').hidden && document.querySelector('#page').naturalWidth > 300")
    budi.offline(True)
    budi.press("7", "Enter")
    budi.until("document.querySelector('#state').textContent.length > 0")
    kept = budi.evaluate("JSON.parse(localStorage.getItem(Object.keys(localStorage)[0])).length")
    assert kept == 1
    budi.offline(False)
    budi.open(f"{served.base}/review")
    budi.until("localStorage.getItem(Object.keys(localStorage)[0]) === '[]'")
    budi.open(f"{served.base}/review?again")
    budi.until(f"{LABEL} === {label!r}")
    budi.press("8", "Enter")
    budi.until("location.search === '' && location.pathname === '/review'")
    budi.press("Escape")
    time.sleep(0.3)
    budi.evaluate("document.querySelector('form[action=\"/review/release\"]').requestSubmit()")
    budi.until("location.pathname === '/review/done'")


def test_a_page_speaks_one_language_and_keeps_it(night):
    served, _, phone, _ = night
    phone.open(f"{served.base}/desk/{CODE}")
    assert "Take a photo of a page" in phone.evaluate("document.body.innerText")
    phone.evaluate("document.querySelector('form[action^=\"/language\"]').requestSubmit()")
    phone.until("document.documentElement.lang === 'id'")
    text = phone.evaluate("document.body.innerText")
    assert "Foto satu halaman" in text
    assert "Take a photo" not in text
    phone.open(f"{served.base}/desk/{CODE}/page/2")
    assert phone.evaluate("document.documentElement.lang") == "id"
    phone.open(f"{served.base}/desk/{CODE}")
    phone.evaluate("document.querySelector('form[action^=\"/language\"]').requestSubmit()")
    phone.until("document.documentElement.lang === 'en'")


AXE = """(async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`);
})()"""


def test_pages_are_accessible_and_load_nothing_from_elsewhere(night):
    spec = importlib.util.find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core-python is not installed")
    axe = Path(spec.origin).with_name("axe.min.js").read_text("utf-8")
    served, chief, phone, reviewers = night
    pages = {
        phone: (f"/desk/{CODE}", f"/desk/{CODE}/page/1", f"/desk/{CODE}/page/2"),
        reviewers["Cici"]: ("/review", "/values", "/review/done"),
        chief: ("/office", "/office/bundles", "/nothing"),
    }
    for browser, paths in pages.items():
        browser.log.clear()
        for path in paths:
            browser.open(served.base + path)
            browser.evaluate(f"{axe}; true")
            assert browser.evaluate(AXE) == [], path
            loaded = "performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
            assert set(browser.evaluate(loaded)) <= {served.base, "null"}
        assert [line for line in browser.log if "404" not in line] == []


def test_a_killed_server_goes_on_where_it_was(tmp_path):
    served = Served(tmp_path / "out")
    served.start()
    with supervisor(served) as chief, person(invite(chief, served, "Desk", "desk", CODE), 390, 844) as phone:
        phone.upload("#photo", SAMPLES / "page2-clean.jpg")
        phone.until("document.querySelectorAll('.photo').length === 1")
        served.kill()
    served.start()
    with supervisor(served) as chief, person(invite(chief, served, "Desk 2", "desk", CODE), 390, 844) as phone:
        phone.until(READ.format(1))
        wait_for_results(chief, served)
    served.stop()
    assert (served.folder / "stations.csv").is_file()
    assert len(list((served.folder / "incoming" / CODE).iterdir())) == 1
