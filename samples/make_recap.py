"""Makes two made-up regencies of 30 stations for the tutorial of recaps (docs/tutorial/two-regencies.md).

    python samples/make_recap.py tutorial              # results without photos, in a second
    python samples/make_recap.py tutorial --photos     # 168 drawn photos, read with ocr-recap; an hour on two cores
    python samples/make_recap.py tutorial --fill tutorial/audit/sheet.csv

Of each regency two stations are missing, and two do not add up as written. Of one station a number was written over: it
is in review. Of one station a draft was photographed. `published.csv` is what somebody else published, with three
stations changed. `--fill` fills in the blind sheet of an audit as an honest reader of the forms would.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr_recap.recap.level_file import load_contest
from ocr_recap.records.checksum_list import list_of, sha256_of
from ocr_recap.records.run_info import RunInfo

FORM = "c-hasil-ppwp-2024"
CONTEST = load_contest("ppwp-2024").file
REGENCIES = ("2101", "2102")
STATIONS = 30
SHARES = np.array([0.55, 0.3, 0.15])  # of the votes; by judgement, so that an audit of 56 stations can end
MISSING, BROKEN, ALTERED = (7, 19), (3, 11), ("2102", 5)
DRAFT = ("2101", 1)  # the session corrects it: ten votes of the first pair stand with the second on the draft
CHANGED = (("2101", 0, "votes_1", 20), ("2101", 14, "votes_2", -10), ("2102", 21, "votes_1", 5))
FINISHED = "2024-02-14T15:00:00+00:00"

Station = dict[str, int]


def code(regency: str, number: int) -> str:
    """The code of a station: five in a village, three villages in a district."""
    village, place = divmod(number, 5)
    district, village = divmod(village, 3)
    return f"{regency}{district + 1:02}{2001 + village}{place + 1:03}"


def written(regency: str, number: int) -> Station:
    """What stands on the form of a station."""
    rng = np.random.default_rng([int(regency), number])
    found: Station = {}

    def line(name: str, men: int, women: int) -> None:
        found.update({f"{name}_L": men, f"{name}_P": women, f"{name}_J": men + women})

    men, women = int(rng.integers(80, 120)), int(rng.integers(80, 120))
    used_men, used_women = round(men * rng.uniform(0.7, 0.9)), round(women * rng.uniform(0.7, 0.9))
    line("dpt", men, women)
    line("used_dpt", used_men, used_women)
    line("used_dptb", 1, 2)
    line("used_dpk", 0, 1)
    line("used_total", used_men + 1, used_women + 3)
    line("disabled", int(rng.integers(0, 3)), int(rng.integers(0, 3)))
    used = found["used_total_J"]
    received = found["dpt_J"] + -(-found["dpt_J"] // 50)
    found |= {"ballots_received": received, "ballots_used": used, "ballots_returned": 1}
    found["ballots_unused"] = received - used - 1
    invalid = int(rng.integers(0, 9))
    first, second = (round(share) for share in (used - invalid) * SHARES[:2])
    found |= {"votes_1": first, "votes_2": second, "votes_3": used - invalid - first - second}
    found |= {"valid_total": used - invalid, "invalid": invalid, "grand_total": used}
    if number in BROKEN:
        found["valid_total"] += 1
    return found


def photographed(regency: str, number: int) -> Station:
    """What the photos of a station show: of one station a draft was photographed."""
    numbers = written(regency, number)
    if (regency, number) == DRAFT:
        numbers |= {"votes_1": numbers["votes_1"] - 10, "votes_2": numbers["votes_2"] + 10}
    return numbers


def counted(regency: str) -> list[int]:
    """The stations of a regency whose forms are there."""
    return [number for number in range(STATIONS) if number not in MISSING]


def document(regency: str, number: int) -> dict[str, Any]:
    """What `ocr-recap read` would say of a station, without the evidence of its numbers."""
    station, numbers = code(regency, number), photographed(regency, number)
    fields: dict[str, Any] = {}
    for name, value in numbers.items():
        status = "review" if (regency, number) == ALTERED and name == "votes_1" else "accepted"
        fields[name] = {"status": status, "value": value, "accepted": value if status == "accepted" else None}
        fields[name]["decision"] = None
    sha256 = hashlib.sha256(station.encode()).hexdigest()
    photo = {"file": f"{station}.jpg", "frame": 0, "sha256": sha256, "page": "1", "counts": True}
    named = {"id": f"{station}.{FORM}", "station": {"code": station, "source": "file"}, "template": FORM}
    return {**named, "photos": [photo], "fields": fields, "verdict": "settled"}


def make_results(folder: Path, regency: str) -> None:
    """A folder of results without photos."""
    folder.mkdir(parents=True)
    lines = [json.dumps(document(regency, number)) for number in counted(regency)]
    (folder / "documents.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (folder / "photos.jsonl").write_text("", "utf-8")
    run: dict[str, Any] = {"started": FINISHED, "finished": FINISHED, "ocr_recap": "0", "machine": {}, "runtime": {}}
    run |= {"options": {}, "workers": 1, "resumed": 0, "language": "en", "dialect": "rfc4180", "chained": True}
    run |= {"weights_sha256": "0" * 64, "templates": {}, "lists": {}, "photos": len(lines)}
    RunInfo(**run, stations_without_photos=(), skipped=()).save(folder)
    names = ("documents.jsonl", "photos.jsonl", "run.json")
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in names}))


def make_photos(folder: Path, regency: str) -> None:
    """A folder of results read from drawn photos, three for each station."""
    from ocr_recap.batch import run
    from ocr_recap.batch.options import BatchOptions
    from ocr_recap.forms.template import load
    from ocr_recap.synth.sets import photos

    photos_folder = folder.with_name(f"photos-{regency}")
    photos_folder.mkdir(parents=True)
    form = load(FORM)
    rows = [("file", "station")]
    for number in counted(regency):
        order = photos.Order(
            form, len(form.pages), int(regency) * 100 + number, "clean", alter=_writing(regency, number)
        )
        for index in range(len(form.pages)):
            name = f"{code(regency, number)}-{index + 1}.jpg"
            (photos_folder / name).write_bytes(photos.make(order, index).jpeg)
            rows.append((name, code(regency, number)))
    table(folder.with_name(f"manifest-{regency}.csv"), rows)
    run.run([photos_folder], folder, BatchOptions(manifest=folder.with_name(f"manifest-{regency}.csv")))


def _writing(regency: str, number: int) -> Any:
    """The change that puts a station's numbers into the writing of a drawn page."""
    from ocr_recap.forms.template import load
    from ocr_recap.synth.forms.alter import altered
    from ocr_recap.synth.forms.election import write

    def alter(fields: Sequence[Any], writing: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        page = fields[0].page
        numbers = {**photographed(regency, number), "date_day": 14, "date_month": 2, "date_year": 2024}
        drawn = write(load(FORM), page, numbers, rng)
        if (regency, number) == ALTERED:
            drawn = altered("overwritten", [one for one in fields if one.id == "votes_1"], drawn, rng)
        return {**writing, **drawn}

    return alter


def table(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def make(out: Path, with_photos: bool) -> None:
    """Write everything that the tutorial needs."""
    everything = [(regency, number) for regency in REGENCIES for number in range(STATIONS)]
    for regency in REGENCIES:
        (make_photos if with_photos else make_results)(out / f"regency-{regency}", regency)
        mine = [code(regency, number) for number in range(STATIONS)]
        table(out / f"roll-{regency}.csv", [("station",), *((one,) for one in mine)])
    ballots = [(code(*one), written(*one)["ballots_received"]) for one in everything]
    table(out / "roll.csv", [("station", "ballots"), *ballots])
    changes = {(regency, number, field): off for regency, number, field, off in CHANGED}
    rows: list[Sequence[object]] = [("kode", "suara_1", "suara_2", "suara_3")]
    for regency, number in everything:
        if number not in MISSING:
            numbers = written(regency, number)
            cells = [numbers[name] + changes.get((regency, number, name), 0) for name in CONTEST.candidates]
            rows.append((code(regency, number), *cells))
    table(out / "published.csv", rows)
    mapping = ["schema_version: 1", "area: kode", "fields: {suara_1: votes_1, suara_2: votes_2, suara_3: votes_3}"]
    (out / "mapping.yaml").write_text("".join(f"{line}\n" for line in mapping), "utf-8")


def fill(sheet: Path) -> None:
    """Fill in a blind sheet from the forms."""
    forms = {code(r, n): written(r, n) for r in REGENCIES for n in counted(r)}
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    filled = [
        [row["station"], row["needed"], *(forms[row["station"]][n] for n in CONTEST.candidates), ""] for row in rows
    ]
    table(sheet, [list(rows[0]), *filled])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", action="store_true")
    parser.add_argument("--fill", type=Path)
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.fill)
    else:
        make(asked.out, asked.photos)


if __name__ == "__main__":
    main()
