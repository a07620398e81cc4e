"""Measures the local server: pages, claims, eight reviewers at once with kills, speed of review, and a desk's photos.

    python benchmarks/web.py [--numbers 10000] [--kills 20] [--write]

The server is a process of its own (`ocr-recap serve`), asked over HTTP from this machine. Numbers in review are made up
and put into its database; their pictures are not asked for, except at the desk, which sends the samples. A simulated
reviewer answers as soon as the server has answered: no time for reading is in these figures. The server lets one
address ask 60 times a second, after a burst of 400; a reviewer who is told to wait waits.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from benchmarks.served import Served
from ocr_recap.records.decisions import Number
from ocr_recap.web.database import Database
from ocr_recap.web.people import People
from ocr_recap.web.work import Work
from ocr_recap.web.work_rows import Waiting

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lab" / "cost.md"
SAMPLES = ("page1-clean", "page2-clean", "page3-clean", "page2-dark-and-noisy", "page1-tilted", "page3-glare")
ASKS_JSON = {"accept": "application/json"}
STATION = "2101142004001"
TOO_MANY = 429  # HTTP status


def main() -> None:
    """Measure and print, or write, the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--numbers", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = [*idle(Path(folder) / "a", options.numbers), *kills(Path(folder) / "b", options.kills)]
        lines += desk(Path(folder) / "c")
    table = "\n".join(["| what | n | median | 95% | most |", "|---|---|---|---|---|", *lines])
    print(table)
    if options.write:
        text = PAGE.read_text("utf-8")
        start, end = "<!-- web: written by benchmarks/web.py -->", "<!-- end of web -->"
        PAGE.write_text(re.sub(f"{start}.*?{end}", f"{start}\n{table}\n{end}", text, flags=re.S), "utf-8")


def waiting(index: int) -> Waiting:
    """A made-up number in review; one in ten is read as 12."""
    sha256 = hashlib.sha256(str(index // 3).encode()).hexdigest()
    number = Number(sha256, 0, "c-hasil-ppwp-2024", "2", f"votes_{index % 3 + 1}")
    value = str(12 if index % 10 == 0 else index % 300)
    station = f"2101142{index // 900 % 1000:03d}{index % 900 + 1:03d}"
    return Waiting(number, station, station, f"{index}.jpg", 3, True, value, value, True, ("rule_broken",))


def prepared(folder: Path, numbers: int, people: int) -> list[str]:
    """A folder whose database has numbers in review and reviewers; the secrets of their links."""
    folder.mkdir()
    database = Database(folder)
    Work(database).update(map(waiting, range(numbers)))
    secrets = [People(database).invite(f"P{index}", "reviewer")[1] for index in range(people)]
    database.close()
    return secrets


def client(served: Served, secret: str) -> httpx.Client:
    """A browser with a session."""
    made = httpx.Client(base_url=served.base, headers={"origin": served.base}, timeout=30)
    made.get(f"/enter/{secret}").raise_for_status()
    return made


def patient(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask, and ask again after as long a wait as the server says.

    Raises:
        httpx.HTTPError: the server refuses, or does not answer.
    """
    while (reply := ask()).status_code == TOO_MANY:
        time.sleep(float(reply.headers["retry-after"]))
    return reply if reply.is_redirect else reply.raise_for_status()


def tasks(browser: httpx.Client) -> list[int]:
    """The numbers that the server hands to a reviewer."""
    return [task["id"] for task in patient(lambda: browser.get("/review/claim", headers=ASKS_JSON)).json()]


def answer(browser: httpx.Client, task: int) -> None:
    """Enter 12 for a number."""
    data = {"task": str(task), "text": "12", "seconds": "1"}
    patient(lambda: browser.post("/review/answer", data=data, headers=ASKS_JSON))


def row(what: str, seconds: list[float]) -> str:
    """A line of the table, in milliseconds."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    figures = (statistics.median(ordered), late, ordered[-1])
    return f"| {what} | {len(ordered):,} | " + " | ".join(f"{1000 * figure:.0f} ms" for figure in figures) + " |"


def timed(count: int, step: Callable[[], object]) -> list[float]:
    """Wall seconds of each of so many steps."""
    found: list[float] = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        found.append(time.perf_counter() - start)
    return found


def idle(folder: Path, numbers: int) -> list[str]:
    """One reviewer alone: a page, a claim, numbers keyed and numbers confirmed by value, an hour."""
    (secret,) = prepared(folder, numbers, 1)
    with Served(folder) as served:
        browser = client(served, secret)
        pages = timed(100, lambda: browser.get("/review").raise_for_status())
        claims = timed(100, lambda: browser.get("/review/claim", headers=ASKS_JSON).raise_for_status())
        keyed, start = 0, time.perf_counter()
        while keyed < 500:
            for task in tasks(browser):
                answer(browser, task)
                keyed += 1
        an_hour = 3600 * keyed / (time.perf_counter() - start)
        confirmed, start = 0, time.perf_counter()
        for _ in range(10):
            page = patient(lambda: browser.get("/values/12"))
            shown = re.findall(r'name="task" value="(\d+)"', page.text)
            patient(partial(browser.post, "/values/12", data={"task": shown}))
            confirmed += len(shown)
        by_value = 3600 * confirmed / (time.perf_counter() - start)
    return [
        row(f"a page, {numbers:,} numbers waiting", pages),
        row(f"a claim, {numbers:,} numbers waiting", claims),
        f"| keyed by a simulated reviewer | {keyed:,} | {an_hour:,.0f} an hour | | |",
        f"| confirmed by value by a simulated reviewer | {confirmed:,} | {by_value:,.0f} an hour | | |",
    ]


def kills(folder: Path, count: int, numbers: int = 600, people: int = 8) -> list[str]:
    """Eight reviewers enter every number twice while the server is killed at random moments."""
    secrets = prepared(folder, numbers, people)
    served = Served(folder)
    served.start()
    over = threading.Event()
    kept: set[tuple[int, int]] = set()  # person, number: answers that the server acknowledged
    lock = threading.Lock()

    def review(index: int) -> None:
        browser: httpx.Client | None = None
        while not over.is_set():
            try:
                browser = browser or client(served, secrets[index])
                for task in tasks(browser):
                    answer(browser, task)
                    with lock:
                        kept.add((index, task))
                    time.sleep(0.02)
            except (httpx.HTTPError, ValueError):
                browser = None
                time.sleep(0.2)

    threads = [threading.Thread(target=review, args=(index,)) for index in range(people)]
    for thread in threads:
        thread.start()
    rng = random.Random(1)
    for _ in range(count):
        time.sleep(rng.uniform(0.3, 2.5))
        served.kill()
        served.start()
    database = Database(folder)
    while database.one("SELECT count(*) FROM numbers WHERE turn < 4")[0]:
        time.sleep(0.5)
    over.set()
    for thread in threads:
        thread.join()
    served.stop()
    entries = {(row["person"] - 1, row["number"]) for row in database.rows("SELECT person, number FROM entries")}
    twice = database.one("SELECT count(*) FROM (SELECT 1 FROM entries GROUP BY number, person HAVING count(*) > 1)")[0]
    more = database.one("SELECT count(*) FROM (SELECT 1 FROM entries GROUP BY number HAVING count(*) != 2)")[0]
    database.close()
    lost = len(kept - entries)
    return [
        f"| eight reviewers, {count} kills of the server: answers acknowledged and lost | {len(kept):,} | {lost} | | |",
        f"| the same: numbers without two entries, entries of one person twice | {numbers:,} | {more}, {twice} | | |",
    ]


def desk(folder: Path) -> list[str]:
    """A desk sends samples one after the other: seconds until the page has advice and numbers."""
    with Served(folder) as served:
        browser = httpx.Client(base_url=served.base, headers={"origin": served.base}, timeout=60)
        browser.get(served.link.removeprefix(served.base)).raise_for_status()
        time.sleep(5)  # as long as it takes to open the page on a phone
        found: list[float] = []
        for name in SAMPLES:
            start = time.perf_counter()
            content = (ROOT / "samples" / f"{name}.jpg").read_bytes()
            files = {"photo": (f"{name}.jpg", content, "image/jpeg")}
            headers = {"accept": "application/json"}
            browser.post(f"/desk/{STATION}/photo", files=files, headers=headers).raise_for_status()
            while any(one["judgement"] == "reading" for one in browser.get(f"/desk/{STATION}/advice").json()):
                time.sleep(0.05)
            page = name[4]
            browser.get(f"/desk/{STATION}/page/{page}").raise_for_status()
            found.append(time.perf_counter() - start)
    return [row("a desk's photo, from sending to its advice and numbers", found)]


if __name__ == "__main__":
    main()
