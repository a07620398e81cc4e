"""Pages from templates: escaped, complete, under a policy that lets nothing in but their own style and script."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

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


def test_a_browser_takes_style_and_script_and_follows_the_language(tmp_path: Path) -> None:
    path = find()
    if path is None:
        pytest.skip("no chromium on this machine: pages are not opened")
    shown = written(tmp_path, (located(),), (lost("b.jpg"),))
    (tmp_path / "report.html").write_text(index_page(shown), "utf-8")
    with Browser(path) as browser:
        for name in ("report.html", "report/001.html"):
            browser.open(tmp_path / name)
            assert browser.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "sticky"
            assert browser.evaluate("document.getElementById('find').placeholder") == "Cari TPS, berkas"
            browser.evaluate("document.getElementById('lang-en').click()")
            assert browser.evaluate("document.getElementById('find').placeholder") == "Find station, file"
            assert "Semua TPS" not in browser.evaluate("document.body.innerText")
            browser.evaluate(
                "const box = document.querySelector('#find');box.value = 'b.jpg';box.dispatchEvent(new Event('input'))"
            )
            assert browser.evaluate("document.querySelectorAll('[data-find]:not([hidden])').length") == 1
        assert not browser.log
