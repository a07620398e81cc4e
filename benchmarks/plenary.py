"""Pages and steps of a plenary session of a whole nation, beside those of one regency.

    python benchmarks/plenary.py --folder /tmp/plenary --runs 5

Two drawn recaps: of 800,000 stations in 514 regencies, and of the first regency's stations alone. Both have 2,000 acts,
spread over their stations: readings, proposals, corrections, objections, settlements. The pages of one district are
asked for in the process of the server, without a browser. The opening of the server is measured apart.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from benchmarks.recap import CONTEST, REGENCIES, STATIONS_OF_ONE, make
from ocr_recap.recap.folder import LOGS, PLENARY_FILE, ROLL_FILE, STATEMENTS_FILE
from ocr_recap.recap.level_file import load_contest
from ocr_recap.recap.plenary import CHAIR, CorrectionRequest, SessionEvent, correction, event, resolution
from ocr_recap.recap.proposals import matter_digest, standing_digest
from ocr_recap.recap.recap_info import RecapInfo
from ocr_recap.recap.session import opened
from ocr_recap.recap.statement import Author, Statement, id_of, state
from ocr_recap.recap.station_tables import read_stations, regencies
from ocr_recap.recap.sums import compute
from ocr_recap.records.checksum_list import list_of, sha256_of
from ocr_recap.web.app import application
from ocr_recap.web.recap_office import RecapOffice, RecapOfficeOptions

AT = "2024-02-14T15:00:00Z"
ANI, BUDI = Author(name="Ani", role=CHAIR), Author(name="Budi", role="member")
TINI = Author(name="Tini", role="witness")
MACHINE = Author(name="ocr-recap", role="reader")
HOST = "127.0.0.1:8000"
# Of 2,000 acts: a correction is a proposal in the log of the session, and a statement; a settlement two acts.
READINGS, CORRECTIONS, OBJECTIONS, SETTLEMENTS = 1550, 250, 100, 50
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


def draw(folder: Path, stations: int, count: int) -> None:
    """Write a recap folder of so many stations in so many regencies, with the acts of a session."""
    folder.mkdir(parents=True)
    make(folder, stations, count)
    compute(folder, regencies(folder), CONTEST)
    contest = load_contest("ppwp-2024")
    (folder / "contest.yaml").write_bytes(contest.text.encode())
    codes: list[str] = []
    with (folder / STATEMENTS_FILE).open("w", encoding="utf-8") as file:
        stated = list(_counts(folder, codes, file.write))
        acts, corrected = _acts(stated)
        file.writelines(f"{one.to_json()}\n" for one in corrected)
    (folder / PLENARY_FILE).write_text("".join(f"{one.to_json()}\n" for one in acts), "utf-8")
    (folder / ROLL_FILE).write_text("".join(f"{line}\n" for line in ("station", *sorted(codes))), "utf-8")
    (folder / "conflicts.csv").write_text("station,field,origin,document,value,statement\n")
    info = RecapInfo(
        contest=CONTEST.id,
        contest_sha256=contest.sha256,
        roll_sha256=sha256_of(folder / ROLL_FILE),
        stations=len(codes),
        sources=(),
        statements=sum(1 for _ in (folder / STATEMENTS_FILE).open("rb")),
    )
    info.save(folder)
    files = [*LOGS, *(str(path.relative_to(folder)) for path in sorted(folder.rglob("*.parquet")))]
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in files}))
    with opened(folder):  # makes the index
        pass


def _counts(folder: Path, codes: list[str], write: Callable[[str], Any]) -> Iterator[Statement]:
    """Write what each form says; yield every so many statements, for the acts."""
    content = {"contest": CONTEST.id, "level": "station", "stage": "count", "source": "photos", "at": AT, "by": MACHINE}
    sample = state(**content, station="1" * 13, values={}, unread={}, evidence=("0" * 64,), origin="results").export()
    names = regencies(folder)
    every = max(1, len(names) * STATIONS_OF_ONE // (READINGS + CORRECTIONS))
    for regency in names:
        for row in read_stations(folder, regency, CONTEST):
            codes.append(row.code)
            if row.status != "stated":
                continue
            unread = {name: why for name, why in row.marks.items() if why in ("illegible", "empty", "missing")}
            values = {**row.values, **dict.fromkeys(unread)}
            line = {**sample, "station": row.code, "values": values, "unread": unread, "document": row.code}
            line["evidence"] = [f"{int(row.code):064x}"]
            line["id"] = id_of(line)
            text = json.dumps(line, ensure_ascii=False)
            write(f"{text}\n")
            if len(codes) % every == 0:
                yield Statement.from_json(text)


def _acts(stated: list[Statement]) -> tuple[list[SessionEvent], list[Statement]]:
    """The acts of a session about these stations, and the corrections."""
    found: list[SessionEvent] = []
    corrected: list[Statement] = []
    for place in range(READINGS):
        about = stated[place % len(stated)]
        seen = standing_digest([about])
        kind = "read_same" if place % 10 else "read_differs"
        found.append(event(kind=kind, subject=about.subject, at=AT, by=ANI, text=str(place), digest=seen, session=""))
    for place in range(CORRECTIONS):
        about = stated[(READINGS + place) % len(stated)]
        request = CorrectionRequest(about.subject, "", {"votes_1": 301 + place}, {}, f"reason {place}", ANI, BUDI, AT)
        content = {"numbers": request.numbers, "text": request.reason, "digest": standing_digest([about])}
        found.append(
            event(kind="proposal", act="correction", subject=about.subject, session="", at=AT, by=ANI, **content)
        )
        corrected.append(correction(request, [about], CONTEST, {}))
    for place in range(OBJECTIONS):
        about = stated[place * len(stated) // OBJECTIONS]
        one = event(kind="objection", subject=about.subject, at=AT, by=TINI, text=f"objection {place}")
        found.append(one)
        if place < SETTLEMENTS:
            content = {"about": one.id, "state": "settled", "text": "heard", "digest": matter_digest([one], one.id)}
            found.append(
                event(kind="proposal", act="resolution", subject=one.subject, session="", at=AT, by=ANI, **content)
            )
            found.append(resolution(one, "settled", "heard", (ANI, BUDI), AT))
    return found, corrected


class Hall:
    """A server on a recap, with a chair's and a member's browser."""

    def __init__(self, folder: Path) -> None:
        start = time.perf_counter()
        self.office = RecapOffice(folder, RecapOfficeOptions("en", (), f"http://{HOST}"))
        self.opening = time.perf_counter() - start
        self.app = application(self.office, [HOST])
        self.chair, self.member = self._browser("Ani", "chair"), self._browser("Budi", "member")

    def _browser(self, name: str, role: Any) -> TestClient:
        client = TestClient(self.app, base_url=f"http://{HOST}", follow_redirects=False)
        client.headers["sec-fetch-site"] = "same-origin"
        assert client.get(f"/enter/{self.office.people.invite(name, role)[1]}").status_code == 200
        return client

    def page(self, path: str) -> float:
        """Seconds until a page is there."""
        start = time.perf_counter()
        answer = self.chair.get(path)
        seconds = time.perf_counter() - start
        assert answer.status_code in (200, 303), answer.text
        return seconds

    def step(self, who: TestClient, path: str, data: dict[str, str], seen_on: str = "") -> tuple[float, str]:
        """Seconds until a step is answered, and where it leads."""
        if seen_on:
            data = {**data, "seen": SEEN.findall(self.chair.get(seen_on).text)[0]}
        start = time.perf_counter()
        answer = who.post(path, data=data)
        seconds = time.perf_counter() - start
        assert answer.status_code == 303, answer.text
        return seconds, answer.headers["location"]


def measure(folder: Path, runs: int) -> dict[str, list[float]]:
    """All seconds, by what was measured."""
    hall = Hall(folder)
    with opened(folder) as session:
        district = min(session.log.stations_after(0))[:6]
        lines = [row for row in read_stations(folder, district, CONTEST) if row.status == "stated"]
    area = f"/areas/{district}"
    found: dict[str, list[float]] = {"opening of the server": [hall.opening]}
    for run in range(runs):
        stations = [f"{area}/stations/{one.code}" for one in lines[2 * run : 2 * run + 2]]
        seconds = {
            "page of a district": hall.page(area),
            "page of a station": hall.page(stations[0]),
            "minutes of a district": hall.page(f"{area}/minutes.pdf"),
            "list of proposals": hall.page("/proposals"),
            "all areas": hall.page("/areas"),
            "step: read out": hall.step(hall.chair, f"{stations[0]}/same", {}, stations[0])[0],
        }
        wanted = {"n-votes_1": str(900 + run), "reason": "misread"}
        seconds["step: propose"], where = hall.step(hall.chair, f"{stations[1]}/propose", wanted, stations[1])
        seconds["step: confirm"] = hall.step(hall.member, f"{where}/confirm", {})[0]
        seconds["page after a correction"] = hall.page(area)
        for name, value in seconds.items():
            found.setdefault(name, []).append(value)
    closing, where = hall.step(hall.chair, f"{area}/close", {}, area)
    found["step: propose closing"] = [closing]
    found["step: close"] = [hall.step(hall.member, f"{where}/confirm", {})[0]]
    return found


def table_of(found: dict[str, dict[str, list[float]]]) -> Iterable[str]:
    """All measurements as a table: a row for what was measured, columns for each recap."""
    yield "| ms, median (largest) | n | " + " | ".join(found) + " |"
    yield "|---|---|" + "---|" * len(found)
    first = next(iter(found.values()))
    for name, values in first.items():
        cells = [f"{statistics.median(one[name]) * 1000:.0f} ({max(one[name]) * 1000:.0f})" for one in found.values()]
        yield f"| {name} | {len(values)} | " + " | ".join(cells) + " |"


def main() -> None:
    """Draw what is not there, measure a copy of each, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--stations", type=int, default=800_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", type=Path)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.runs)))
        return
    sizes = {f"{asked.stations:,} stations": (asked.stations, REGENCIES)}
    sizes[f"{asked.stations // REGENCIES:,} stations"] = (asked.stations // REGENCIES, 1)
    found: dict[str, dict[str, list[float]]] = {}
    for name, (stations, count) in sizes.items():
        drawn, copy = asked.folder / str(stations), asked.folder / "measured"
        if not drawn.is_dir():
            draw(drawn, stations, count)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(drawn, copy)
        words = [sys.executable, __file__, "--folder", str(copy), "--measure", str(copy), "--runs", str(asked.runs)]
        found[name] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        shutil.rmtree(copy)
    print("\n".join(table_of(found)))


if __name__ == "__main__":
    main()
