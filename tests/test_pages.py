"""Pages from templates: escaped, complete, under a policy that lets nothing in but their own style and script."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pypdfium2
import pytest
from conftest import ROOT
from fakes import located, lost
from jinja2 import UndefinedError
from test_emit import index_page, written

from benchmarks.browser import Browser, find
from ocr_recap.evaluate.page import page
from ocr_recap.messages.evaluation_texts import EVALUATION_TEXTS
from ocr_recap.messages.report_texts import REPORT_TEXTS
from ocr_recap.report.html import csp_hash, environment

SOURCES = {
    "report": [*(ROOT / "ocr_recap/report").rglob("*.html"), *(ROOT / "ocr_recap/report").glob("*.py")],
    "evaluate": [*(ROOT / "ocr_recap/evaluate").rglob("*.html"), *(ROOT / "ocr_recap/evaluate").glob("*.py")],
}
COMPOSED = r"(verdict|status|outcome|tile|truth|by|column)_"  # keys that are put together from this and a code
CASES = [*(("report", *item) for item in REPORT_TEXTS.items()), *(("evaluate", *i) for i in EVALUATION_TEXTS.items())]


@pytest.mark.parametrize(("package", "key", "said"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_text_is_used_and_both_languages_are_filled_alike(package: str, key: str, said: tuple[str, str]) -> None:
    fields = [sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in said]
    assert all(said)
    assert fields[0] == fields[1]
    everything = "".join(path.read_text("utf-8") for path in SOURCES[package])
    found = f'"{key}"' in everything or f'"{re.sub("^" + COMPOSED, "", key)}"' in everything
    assert found, f"no page says {key}"


@pytest.mark.parametrize("package", ["report", "evaluate"])
def test_templates_escape_and_know_only_what_they_are_given(package: str) -> None:
    made = environment(package)
    assert made.from_string("{{ name }}").render(name="<b>\"'&") == "&lt;b&gt;&#34;&#39;&amp;"
    with pytest.raises(UndefinedError):
        made.from_string("{{ nothing }}").render()


def policy_and_parts(html: str) -> tuple[str, list[str], list[str]]:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    return policy, re.findall(r"<style>(.*?)</style>", html, re.S), re.findall(r"<script>(.*?)</script>", html, re.S)


def test_the_policy_of_the_report_names_its_style_and_its_script_and_nothing_else(tmp_path: Path) -> None:
    shown = written(tmp_path, (located(),), (lost("b.jpg"),))
    for html in (index_page(shown), (tmp_path / "report" / "001.html").read_text("utf-8")):
        policy, (style,), (script,) = policy_and_parts(html)
        assert policy == (
            f"default-src 'none'; img-src 'self' file:; style-src '{csp_hash(style)}'; script-src "
            f"'{csp_hash(script)}'; base-uri 'none'; form-action 'none'"
        )


def test_the_policy_of_the_evaluation_lets_no_script_run() -> None:
    rows = [(None, "<script>alert(1)</script>")]
    html = page("sheet.html", "id", title="t", style="p{margin:0}", rows=rows, accepted=1, seed=1).decode()
    policy, (style,), scripts = policy_and_parts(html)
    assert scripts == []
    assert policy == (
        f"default-src 'none'; img-src data:; style-src '{csp_hash(style)}'; base-uri 'none'; form-action 'none'"
    )


def test_a_page_of_the_evaluation_shows_one_language() -> None:
    content = {"style": "", "rows": [], "accepted": 1_000, "seed": 1}
    pages = {lang: page("sheet.html", lang, title="t", **content).decode() for lang in ("id", "en")}
    assert "Contoh acak: 0 dari 1.000 angka yang diterima" in pages["id"]
    assert "accepted numbers" not in pages["id"]
    assert "0 of 1,000 accepted numbers" in pages["en"]
    assert "angka" not in pages["en"]


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture
def browser():
    path = find()
    if path is None:
        pytest.skip("no chromium on this machine: pages are not opened")
    with Browser(path) as opened:
        opened.size(1280, 900)
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A report of two stations with numbers and one photo with a problem."""
    shown = written(tmp_path, (located(),), (located("c.jpg", page="3"),), (lost("b.jpg"),))
    (tmp_path / "report.html").write_text(index_page(shown), "utf-8")
    return tmp_path


def choose_english(browser: Browser) -> None:
    browser.evaluate("document.getElementById('lang-en').click()")


def visible(browser: Browser, selector: str) -> list[str]:
    """Ids of the elements that are shown."""
    return browser.evaluate(
        f"[...document.querySelectorAll('{selector}')].filter(e => e.offsetParent !== null).map(e => e.id)"
    )


def reload(browser: Browser, page: Path) -> None:
    """Reload as a person does, and wait until the page is there."""
    browser.reload()
    assert browser.evaluate("location.pathname") == str(page)


def test_a_browser_takes_style_and_script_and_follows_the_language(browser: Browser, folder: Path) -> None:
    for name in ("report.html", "report/001.html"):
        browser.open(folder / name)
        browser.evaluate("document.getElementById('lang-id').click()")
        assert browser.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "sticky"
        assert browser.evaluate("document.getElementById('find').placeholder") == "Cari TPS, berkas"
        choose_english(browser)
        assert browser.evaluate("document.getElementById('find').placeholder") == "Find station, file"
        assert browser.evaluate("document.documentElement.lang") == "en"
        assert "Semua TPS" not in browser.evaluate("document.body.innerText")
        browser.evaluate(
            "{const box = document.querySelector('#find');box.value = 'b.jpg';box.dispatchEvent(new Event('input'))}"
        )
        assert browser.evaluate("document.querySelectorAll('[data-find]:not([hidden])').length") == 1
    assert not browser.log


def test_language_filter_and_place_survive_a_reload(browser: Browser, folder: Path) -> None:
    page = folder / "report.html"
    browser.size(390, 500)
    browser.open(page)
    choose_english(browser)
    browser.evaluate(
        "{const box = document.querySelector('#find');box.value = 'jpg';box.dispatchEvent(new Event('input'))}"
    )
    browser.evaluate("document.querySelector('[name=verdict][value=review]').click()")
    shown = browser.evaluate("document.querySelector('#shown b').textContent")
    assert shown == "2"
    browser.evaluate("window.scrollTo(0, 150)")
    reload(browser, page)
    assert browser.evaluate("document.querySelector('[name=lang]:checked').value") == "en"
    assert browser.evaluate("document.querySelector('#find').value") == "jpg"
    assert browser.evaluate("document.querySelector('[name=verdict]:checked').value") == "review"
    assert browser.evaluate("document.querySelector('#shown b').textContent") == shown
    assert browser.evaluate("Math.round(window.scrollY)") == 150
    browser.open(folder / "report" / "001.html")
    assert browser.evaluate("document.querySelector('[name=lang]:checked').value") == "en", "on other pages too"


def test_what_is_opened_and_in_sight_stays_so_after_a_reload(browser: Browser, folder: Path) -> None:
    page = folder / "report" / "001.html"
    browser.size(390, 600)
    browser.open(page)
    browser.evaluate("document.getElementById('d2-invalid').scrollIntoView()")
    browser.settle()
    place = "Math.round(document.getElementById('d2-invalid').getBoundingClientRect().top)"
    at = browser.evaluate(place)
    assert browser.evaluate("document.querySelector('#d2 .dates').open") is False
    browser.evaluate("document.querySelector('#d2 .dates').open = true")
    reload(browser, page)
    for _ in range(4):
        browser.settle()
    assert browser.evaluate("document.querySelector('#d2 .dates').open") is True
    assert browser.evaluate(place) == pytest.approx(at, abs=2)


def test_a_link_shows_one_station_and_its_name_in_the_title(browser: Browser, folder: Path) -> None:
    browser.open(folder / "report" / "001.html")
    assert sorted(visible(browser, ".doc")) == ["d1", "d2", "d3"]
    whole = browser.evaluate("document.title")
    browser.evaluate("location.hash = '#d2-date_day'")
    browser.settle()
    assert visible(browser, ".doc") == ["d2"]
    assert browser.evaluate("document.querySelector('#d2 .dates').open") is True
    assert browser.evaluate("document.title").startswith("c.jpg · C.HASIL-PPWP 2024")
    browser.evaluate("document.querySelector('.single a').click()")
    browser.settle()
    assert sorted(visible(browser, ".doc")) == ["d1", "d2", "d3"]
    assert browser.evaluate("document.title") == whole


def test_a_printed_station_has_every_number(browser: Browser, folder: Path, tmp_path: Path) -> None:
    browser.open(folder / "report" / "001.html", "#d2")
    browser.print_pdf(tmp_path / "a.pdf")
    pages = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    text = " ".join(page.get_textpage().get_text_range() for page in pages)
    assert pages[0].get_size() == pytest.approx((595, 842), abs=1)
    for field in located(page="3").fields:
        assert field in text, f"{field} is not on paper"
    assert "votes_1" not in text, "another station"
    assert browser.evaluate("document.querySelector('#d2 .dates').open") is False, "folded again on the screen"
