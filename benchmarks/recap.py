"""Sums of a nation: all levels from nothing, after 100 changed stations, and against a bare DuckDB GROUP BY.

    python benchmarks/recap.py --folder /tmp/nation --stations 823236 --runs 5

Made-up records go straight into the tables of stations of a recap folder (Parquet, one file per regency): 28 counts,
3% of the stations missing, 0.1% in conflict, 2% of the numbers unknown, 1% of the stations not adding up. Each
measurement is a process of its own; the files are in the page cache, since they were just written or read. Seconds are
those of a clock, CPU seconds those of all threads of the process: on a machine that is shared they differ.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from ocr_recap.recap.folder import MARKS, STATIONS
from ocr_recap.recap.level_file import load_contest
from ocr_recap.recap.recap import recap
from ocr_recap.recap.station_tables import file_of, regencies, save_table
from ocr_recap.recap.sums import compute, connection, paths, sums_of
from ocr_recap.records.checksum_list import list_of, sha256_of
from ocr_recap.records.run_info import RunInfo

CONTEST = load_contest("ppwp-2024").file
REGENCIES, DISTRICTS, VILLAGES = 514, 14, 12  # in a province of 14 or so, in a regency, in a district: 86,352 villages
PROVINCES = 38
STATIONS_OF_ONE = 1602  # in one regency
STATES = ("illegible", "empty", "missing", "review")
CHANGED = 100


def codes_of(regency: int, stations: int) -> list[str]:
    """The codes of the stations of one regency, spread over its villages."""
    head = f"{11 + regency % PROVINCES:02}{1 + regency // PROVINCES:02}"
    villages = [f"{head}{1 + d:02}{2001 + v}" for d in range(DISTRICTS) for v in range(VILLAGES)]
    return sorted(f"{villages[i % len(villages)]}{1 + i // len(villages):03}" for i in range(stations))


def make(folder: Path, stations: int, count: int = REGENCIES) -> None:
    """Write the tables of a made-up nation, or of so many of its regencies."""
    rng = np.random.default_rng(1)
    sizes = np.full(count, stations // count)
    sizes[: stations - sizes.sum()] += 1
    for regency, size in enumerate(sizes):
        codes = codes_of(regency, int(size))
        status = rng.choice(["stated", "missing", "conflict"], len(codes), p=[0.969, 0.03, 0.001])
        stated = status == "stated"
        columns: dict[str, Any] = {"code": codes, "status": status.tolist()}
        marks: list[tuple[str, str, str]] = []
        inconsistent = stated & (rng.random(len(codes)) < 0.01)
        for name in CONTEST.field_ids:
            known = stated & (rng.random(len(codes)) >= 0.02)
            columns[name] = pa.array(rng.integers(0, 300, len(codes)), pa.int64(), mask=~known)
            states = rng.choice(STATES, len(codes))
            marks += [(codes[i], name, str(states[i])) for i in np.flatnonzero(stated & ~known)]
            marks += [(codes[i], name, "inconsistent") for i in np.flatnonzero(known & inconsistent)]
        save_table(folder / file_of(STATIONS, codes[0][:4]), pa.table(columns))
        heads = ("code", "field", "state")
        parts = {head: list(part) for head, part in zip(heads, zip(*sorted(marks), strict=True), strict=True)}
        save_table(folder / file_of(MARKS, codes[0][:4]), pa.table(parts))


def from_nothing(folder: Path) -> dict[str, Any]:
    """All sums of all levels."""
    shutil.rmtree(folder / "sums", ignore_errors=True)
    start = time.perf_counter()
    compute(folder, regencies(folder), CONTEST)
    seconds = time.perf_counter() - start
    total = {one.field: one.total for one in sums_of(folder, "", CONTEST)}
    return {"seconds": seconds, "votes_1": total["votes_1"]}


def bare(folder: Path, levels: tuple[int, ...]) -> dict[str, Any]:
    """`GROUP BY` the codes of these lengths over the same files, with sums alone."""
    sums = ", ".join(f'sum("{name}")' for name in CONTEST.field_ids)
    files = paths(folder, STATIONS, regencies(folder))
    start = time.perf_counter()
    with connection() as database:
        for digits in levels:
            query = f"SELECT code[1:{digits}], {sums} FROM read_parquet($1) GROUP BY 1"
            database.execute(query, [files]).fetchnumpy()
    return {"seconds": time.perf_counter() - start}


def changed(folder: Path, seed: int) -> dict[str, Any]:
    """Other numbers for 100 stations: their tables written again, and all sums that follow."""
    rng = np.random.default_rng(seed)
    names = regencies(folder)
    start = time.perf_counter()
    touched = sorted(set(rng.choice(names, CHANGED).tolist()))
    for regency in touched:
        path = folder / file_of(STATIONS, regency)
        table = parquet.read_table(path)
        numbers = table["votes_1"].to_pylist()
        numbers[int(rng.integers(0, len(numbers)))] = 7
        save_table(
            path, table.set_column(table.column_names.index("votes_1"), "votes_1", pa.array(numbers, pa.int64()))
        )
    compute(folder, touched, CONTEST)
    return {"seconds": time.perf_counter() - start, "regencies": len(touched)}


def one_regency(folder: Path, seed: int) -> dict[str, Any]:
    """From a folder of results of one regency to sums: new, unchanged, and with 100 changed stations; CPU seconds."""
    place = folder / f"regency-{seed}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    codes = codes_of(0, STATIONS_OF_ONE)
    roll = place / "roll.csv"
    roll.write_text("".join(f"{line}\n" for line in ("station", *codes)))
    found: dict[str, Any] = {}
    for what, changes in (("new", 0), ("unchanged", 0), ("changed", CHANGED)):
        if what != "unchanged":
            write_results(place / "results", codes, changes)
        begun, start = time.process_time(), time.perf_counter()
        recap([place / "results"], place / "recap", roll)
        found[what] = time.process_time() - begun
        found[f"{what}_clock"] = time.perf_counter() - start
    return found


def write_results(folder: Path, codes: list[str], changes: int) -> None:
    """A made-up folder of results: documents of 73 kB each, as long as those with all their evidence."""
    folder.mkdir(exist_ok=True)
    lines = []
    for i, code in enumerate(codes):
        number = 200 if i < changes else 100 + i % 50
        accepted = {"status": "accepted", "value": number, "accepted": number, "decision": None}
        photo = {"file": f"{code}.jpg", "frame": 0, "sha256": hashlib.sha256(code.encode()).hexdigest(), "counts": True}
        document = {"id": code, "station": {"code": code, "source": "file"}, "template": CONTEST.forms[0]}
        document |= {"photos": [photo], "fields": dict.fromkeys(CONTEST.field_ids, accepted), "padding": "x" * 70_000}
        lines.append(json.dumps(document) + "\n")
    (folder / "documents.jsonl").write_text("".join(lines))
    (folder / "photos.jsonl").write_text("")
    at = "2024-02-14T15:00:00+00:00"
    run: dict[str, Any] = {"started": at, "finished": at, "ocr_recap": "0", "machine": {}, "runtime": {}, "options": {}}
    run |= {"workers": 1, "resumed": 0, "language": "en", "dialect": "rfc4180", "weights_sha256": "0" * 64}
    run |= {"templates": {}, "lists": {}, "photos": len(codes), "stations_without_photos": (), "skipped": ()}
    RunInfo(**run).save(folder)
    names = ("documents.jsonl", "photos.jsonl", "run.json")
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in names}))


def alone(*words: str) -> dict[str, Any]:
    """One measurement in a process of its own, with its largest resident memory in MB."""
    done = subprocess.run([sys.executable, __file__, *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def table_of(folder: Path, runs: int) -> str:
    """All measurements as a table."""
    kinds = {
        "all levels from nothing": ("nothing",),
        "bare GROUP BY, villages": ("bare", "10"),
        "bare GROUP BY, five levels": ("bare", "10", "6", "4", "2", "0"),
        f"{CHANGED} changed stations": ("changed",),
    }
    lines = ["| what | n | median s | largest s | median CPU s | memory MB |", "|---|---|---|---|---|---|"]
    for name, (kind, *rest) in kinds.items():
        found = []
        for run in range(runs):
            extra = [str(run)] if kind == "changed" else rest
            found.append(alone("--folder", str(folder), "--measure", kind, *extra))
        seconds = [one["seconds"] for one in found]
        memory, cpu = max(one["memory"] for one in found), statistics.median(one["cpu"] for one in found)
        figures = f"{statistics.median(seconds):.2f} | {max(seconds):.2f} | {cpu:.2f} | {memory:.0f}"
        lines.append(f"| {name} | {runs} | {figures} |")
    regency = [alone("--folder", str(folder), "--measure", "regency", str(run)) for run in range(runs)]
    memory = max(one["memory"] for one in regency)
    for what in ("new", "unchanged", "changed"):
        cpu, clock = ([one[key] for one in regency] for key in (what, f"{what}_clock"))
        figures = f"{statistics.median(clock):.2f} | {max(clock):.2f} | {statistics.median(cpu):.2f} | {memory:.0f}"
        lines.append(f"| results of one regency, {what} | {runs} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--stations", type=int, default=823_236)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", nargs="+")
    asked = parser.parse_args()
    if asked.measure:
        kind, *rest = asked.measure
        measures = {
            "nothing": lambda: from_nothing(asked.folder),
            "bare": lambda: bare(asked.folder, tuple(map(int, rest))),
            "changed": lambda: changed(asked.folder, int(rest[0])),
            "regency": lambda: one_regency(asked.folder, int(rest[0])),
        }
        begun = time.process_time()
        found = measures[kind]()
        cpu = time.process_time() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "cpu": cpu, "memory": memory}))
        return
    if not (asked.folder / STATIONS).is_dir():
        asked.folder.mkdir(parents=True, exist_ok=True)
        make(asked.folder, asked.stations)
    print(table_of(asked.folder, asked.runs))


if __name__ == "__main__":
    main()
