"""Makes the pictures of the report in `docs/images`: the night of the tutorial, as people see it.

    python docs/report_pictures.py [--results DIR]

The sample photos are read as in docs/tutorial/night-of-work.md, in English, unless a folder of such results is given. A
headless Chromium shows the pages: `night.png` (the first page, wide), `report.png` (the same on a phone), `station.png`
and `station-phone.png` (a station that does not add up), `station-paper.png` (the sheet of another station, printed on
A4). `overlay.jpg` is the upper part of the photo with a wrong bubble, with what was read drawn on it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import pypdfium2
from PIL import Image

from benchmarks.browser import Browser, find
from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.publish_tables import photos_jsonl
from ocr_recap.records.folder import OVERLAYS, PHOTOS_FILE, REPORT_FILE, REPORT_PAGES

ROOT = Path(__file__).resolve().parent.parent
SAMPLES, IMAGES = ROOT / "samples", ROOT / "docs" / "images"
STATION, SETTLED, ALTERED = "2101142004003", "2101142004001", "page2-wrong-bubble"
OVERLAY_SIZE = 860, 872  # px
PAPER_SCALE = 1.1  # px per point of the printed sheet


def main() -> None:
    """Parse the arguments and make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, help="folder of results of the tutorial, with overlays")
    arguments = parser.parse_args()
    path = find()
    if path is None:
        raise SystemExit("no chromium on this machine")
    with tempfile.TemporaryDirectory() as scratch:
        results = arguments.results or night(Path(scratch) / "night")
        with Browser(path) as browser:
            report(browser, results)
            station(browser, results, Path(scratch))
        overlay(results)


def night(out: Path) -> Path:
    """Read the samples as in the tutorial; returns the folder of results."""
    lists = {"manifest": SAMPLES / "manifest.csv", "stations": SAMPLES / "roll.csv"}
    run.run([SAMPLES], out, BatchOptions(**lists, overlay=True, language="en", workers=1))
    return out


def link(results: Path, code: str) -> str:
    """The fragment of a station's page."""
    documents = dict.fromkeys(record.document for record in photos_jsonl(results / PHOTOS_FILE))
    return f"#d{list(documents).index(code) + 1}"


def shown(browser: Browser, size: tuple[int, int], page: Path, fragment: str, picture: str) -> None:
    """Save what the browser shows of a page in English."""
    browser.size(*size)
    browser.open(page, fragment)
    browser.evaluate("document.getElementById('lang-en').click()")
    browser.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager'; })")
    browser.evaluate("Promise.all([...document.images].map(image => image.decode().catch(() => 0))).then(() => 1)")
    browser.settle()
    time.sleep(0.5)  # pictures that were decoded are drawn a little later
    browser.picture(IMAGES / picture)


def report(browser: Browser, results: Path) -> None:
    """The first page, wide and on a phone."""
    shown(browser, (1000, 1180), results / REPORT_FILE, "", "night.png")
    shown(browser, (390, 1500), results / REPORT_FILE, "", "report.png")


def station(browser: Browser, results: Path, scratch: Path) -> None:
    """The page of a station on the screen, and that of another one on paper."""
    page, fragment = results / REPORT_PAGES / "001.html", link(results, STATION)
    shown(browser, (1000, 1180), page, fragment, "station.png")
    shown(browser, (390, 1000), page, fragment, "station-phone.png")
    browser.open(page, link(results, SETTLED))
    browser.print_pdf(scratch / "station.pdf")
    sheet = pypdfium2.PdfDocument(scratch / "station.pdf")[0]
    sheet.render(scale=PAPER_SCALE).to_pil().save(IMAGES / "station-paper.png")


def overlay(results: Path) -> None:
    """The upper part of a photo with what was read drawn on it."""
    (path,) = (results / OVERLAYS).glob(f"{ALTERED}-*.jpg")
    picture = Image.open(path)
    width, height = OVERLAY_SIZE
    picture = picture.resize((width, round(picture.height * width / picture.width)))
    picture.crop((0, 0, width, height)).save(IMAGES / "overlay.jpg", quality=85)


if __name__ == "__main__":
    main()
