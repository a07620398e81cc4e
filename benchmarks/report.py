"""Speed of the report of a large batch: opens and filters its pages in a real headless browser.

    python benchmarks/report.py [--photos 3000] [--rounds 3] [--workbook] [--shots DIR] [--write]

The sample photos are read once. Their records and pictures are then repeated under other names, hashes and stations
(three pages a station, other ink, so that nothing counts as a copy) and published as a batch of that size. The script
prints the CPU seconds of publishing and rewriting, and the size of the pages. For the index and each page of the report
it prints the seconds until the page is loaded and drawn: the median of several rounds over all pages, and the slowest
single time, which depends on other load of the machine. For the index it also prints the seconds of filtering.

Opening is measured apart: the index and the largest further page, each in a browser that has just started, on a screen
of 1280 px, and on one of 390 px with the processor slowed down four times, which stands for a phone. Of each opening
there are two times: until something is to be seen (first contentful paint) and until all is loaded and drawn. With
`--write` these go into docs/lab/cost.md.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import resource
import statistics
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.browser import Browser, find
from ocr_recap import Reader
from ocr_recap.batch import checksums, jobs, publish_readings, publish_tables
from ocr_recap.batch.jobs import Job, Planned, read_job
from ocr_recap.batch.journal import Journal
from ocr_recap.batch.options import BatchOptions
from ocr_recap.batch.plan_rows import PlacedJob, Publication
from ocr_recap.batch.run_info_builder import now, run_info
from ocr_recap.read.workers.tasks import Product
from ocr_recap.records.record import Record
from ocr_recap.records.station_codes import Naming, place
from ocr_recap.report.pictures import STRIP_HEIGHT

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
MOST_SECONDS = 2.0
MOST_BYTES = 5_000_000
PAGE = Path(__file__).resolve().parent.parent / "docs" / "lab" / "cost.md"
BEGIN, END = "<!-- report: written by benchmarks/report.py -->", "<!-- end of report -->"
SCREENS = {"1280 px": (1280, 900, 1), "390 px, four times slower": (390, 844, 4)}  # width, height, slower by
PAINT = """new Promise(done => new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint')
  .forEach(one => done(one.startTime / 1000))).observe({type: 'paint', buffered: true}))"""
SETTLE = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
FILTER = """(async () => {
  const find = document.getElementById('find'), start = performance.now();
  find.value = '%s'; find.dispatchEvent(new Event('input'));
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return [performance.now() - start, +document.querySelector('#shown b').textContent];
})()"""
CHIP = """(async () => {
  const chip = document.querySelector('[name=verdict][value=review]'), start = performance.now();
  chip.click();
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return [performance.now() - start, +document.querySelector('#shown b').textContent];
})()"""
MISPLACED = """[...document.querySelectorAll('.crop img')].filter(image => {
  const row = +image.className.slice(1), style = getComputedStyle(image), up = row ? -row * %(height)d : 0;
  const tall = image.closest('.evidence') || image.height === %(height)d;  // grids have their own height
  return style.objectPosition !== `0px ${up}px` || style.objectFit !== 'none' || !tall;
}).length"""
BROKEN = """Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode().then(() => 0,
  () => 1); })).then(all => [all.length, all.reduce((a, b) => a + b, 0)])"""


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=3000, help="number of photos")
    parser.add_argument("--rounds", type=int, default=3, help="number of repetitions")
    parser.add_argument("--workbook", action="store_true", help="write tables.xlsx as well")
    parser.add_argument("--shots", type=Path, help="folder for pictures of what the browser shows")
    parser.add_argument("--write", action="store_true", help="write the times of opening into docs/lab/cost.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "results"
        publish_many(out, arguments.photos, arguments.workbook)
        pages = [out / "report.html", *sorted((out / "report").iterdir())]
        sizes = [page.stat().st_size for page in pages]
        print(f"first page {sizes[0] / 1e6:.2f} MB; {len(sizes) - 1} further, at most {max(sizes[1:]) / 1e6:.2f} MB")
        path = find()
        if path is None:
            print("no chromium on this machine: pages were not opened")
            raise SystemExit(1)
        slowest = browse(path, pages, arguments.rounds, arguments.shots)
        table = "\n".join(opening(path, pages, arguments.rounds))
        print(table)
        if arguments.write:
            text = PAGE.read_text("utf-8")
            PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", f"{BEGIN}\n{table}\n{END}", text, flags=re.DOTALL), "utf-8")
    good = slowest < MOST_SECONDS and sizes[0] < MOST_BYTES
    print(f"slowest {slowest:.2f} s, limits {'kept' if good else 'NOT kept'}")
    raise SystemExit(0 if good else 1)


def publish_many(out: Path, photos: int, workbook: bool) -> None:
    """Publish a batch of repeated sample photos."""
    reader = Reader()
    out.mkdir(parents=True)
    journal = Journal(out)
    journal.begin("read")
    by_page: dict[str, list[tuple[Record, Product]]] = {"1": [], "2": [], "3": []}
    for path in sorted(SAMPLES.glob("*.jpg")):
        made = read_job(reader, Job(path, path.name, checksums.of(path), path.stem))
        record = Record.from_json(zlib.decompress(made.record).decode())
        assert record.page
        by_page[record.page.page].append((record, made))
    plan = list(repeated(by_page, photos, journal))
    started = time.process_time()
    options = BatchOptions(executor="serial", formats=("xlsx",) if workbook else ())
    run = run_info(reader, options, started=now(), workers=1, resumed=0, photos=photos, skipped=())
    publish_readings.publish(
        out, Publication(tuple(PlacedJob(one, place(one.job.name, Naming())) for one in plan)), reader, run, journal
    )
    middle = time.process_time()
    publish_tables.rewrite(out)
    end = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{photos} photos, CPU: published in {middle - started:.1f} s, rewritten in {end - middle:.1f} s")
    print(f"most memory of the whole script {memory:.0f} MB")


def repeated(by_page: dict[str, list[tuple[Record, Product]]], photos: int, journal: Journal) -> Iterator[Planned]:
    """Journal entries copied under other names and hashes, page by page, station by station."""
    rng = np.random.default_rng(0)
    for index in range(photos):
        station, page = divmod(index, 3)
        choice = by_page[str(page + 1)]
        record, made = choice[station % len(choice)]
        assert record.page
        name = f"21011{station // 900 + 40:02d}{station // 30 % 30 + 1:03d}{station % 30 + 1:03d}-{page + 1}.jpg"
        sha256 = hashlib.sha256(f"{name} {record.photo.sha256}".encode()).hexdigest()
        ink = "".join(f"{level:x}" for level in rng.integers(0, 15, len(record.page.ink)))
        update = {
            "photo": record.photo.model_copy(update={"file": name, "sha256": sha256}),
            "page": record.page.model_copy(update={"ink": ink}),
        }
        job = Job(Path(name), name, sha256, f"copy-{index}")
        journal.add(job, jobs.made(record.model_copy(update=update), made.pictures), index, 0)
        yield Planned(job)


def opening(path: str, pages: list[Path], rounds: int) -> Iterator[str]:
    """A table of how long it takes to open the index and the largest further page in a browser that just started."""
    yield "| page | screen | n | first seen, s | loaded and drawn, s (slowest) |"
    yield "|---|---|---|---|---|"
    largest = max(pages[1:], key=lambda page: page.stat().st_size)
    for page in (pages[0], largest):
        for screen, (width, height, slower) in SCREENS.items():
            seen: list[float] = []
            drawn: list[float] = []
            for _ in range(rounds):
                with Browser(path) as browser:
                    browser.size(width, height)
                    browser.slow_down(slower)
                    drawn.append(browser.open(page))
                    seen.append(browser.evaluate(PAINT))
            size = f"{page.stat().st_size / 1e6:.1f} MB"
            times = f"{statistics.median(seen):.2f} | {statistics.median(drawn):.2f} ({max(drawn):.2f})"
            yield f"| {page.name}, {size} | {screen} | {rounds} | {times} |"


def browse(path: str, pages: list[Path], rounds: int, shots: Path | None) -> float:
    """Open and filter pages; returns the median time of the slowest page or filter in seconds."""
    times: dict[str, list[float]] = {}
    with Browser(path) as browser:
        browser.size(1280, 900)
        for page in pages * rounds:
            times.setdefault(page.name, []).append(browser.open(page))
            if wrong := browser.evaluate(MISPLACED % {"height": STRIP_HEIGHT}):
                raise SystemExit(f"{page.name}: {wrong} numbers would be shown with another number's picture")
            if page == pages[0]:
                station = re.search(rb'data-find="(\d{13}) ', page.read_bytes())
                assert station
                one = FILTER % station[1].decode()
                for what, script in (("one station", one), ("all", FILTER % ""), ("review", CHIP)):
                    milliseconds, shown = browser.evaluate(script)
                    times.setdefault(f"filter for {what}, {shown} shown", []).append(milliseconds / 1000)
        images, broken = browser.evaluate(BROKEN)
        print(f"pictures on the last page: {images}, not shown: {broken}; the browser complains of {browser.log or 0}")
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
            for name, page, size in (
                ("index-wide", pages[0], (1280, 1100)),
                ("index-phone", pages[0], (400, 900)),
                ("page-wide", pages[1], (1280, 1400)),
                ("page-phone", pages[1], (400, 1400)),
            ):
                browser.size(*size)
                browser.open(page)
                browser.evaluate(SETTLE)
                time.sleep(0.5)  # pictures come in lazily
                browser.picture(shots / f"{name}.png")
    for what, seconds in times.items():
        print(f"{what}: {statistics.median(seconds):.2f} s (slowest {max(seconds):.2f})")
    return max(map(statistics.median, times.values()))


if __name__ == "__main__":
    main()
