"""An election for tests of seals: officials, a roll, devices, and folders of results that need no photo to be read."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fakes
from fakes import FORM, located

from ocr_recap.records.decision_log import Log
from ocr_recap.records.decisions import Decision, Stood
from ocr_recap.seal import verify
from ocr_recap.seal.device_key import DeviceKey, make_key
from ocr_recap.seal.key_request import OFFICIAL, KeyRequest, make_request, read_request
from ocr_recap.seal.roll import KeyRoll, RollElection
from ocr_recap.seal.roll_edit import RollFile, enrolled, new_roll, revoked, save_roll_file, signed_by
from ocr_recap.seal.seal_results import SealedResults, Sealing, seal_results

VILLAGE = "2101142004"
START, END = "2029-02-14T00:00:00Z", "2029-03-31T00:00:00Z"
NOON, EVENING, NIGHT = "2029-02-14T05:00:00Z", "2029-02-14T11:00:00Z", "2029-02-14T16:00:00Z"


def code(number: int) -> str:
    """The code of a station of the village."""
    return f"{VILLAGE}{number:03d}"


def request(key: DeviceKey, person: str, role: str, *codes: str) -> KeyRequest:
    return read_request(make_request(key, person, role, codes), "request")


@dataclass
class Place:
    """An election in a folder: three officials of whom two must sign, and keys by name."""

    root: Path
    rehearsal: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)
    officials: list[DeviceKey] = field(default_factory=list)
    keys: dict[str, DeviceKey] = field(default_factory=dict)
    file: RollFile = field(init=False)

    def __post_init__(self) -> None:
        names = ("Adi", "Bunga", "Citra")
        self.officials = [make_key(self.root / f"{name}.key") for name in names]
        requests = [request(key, name, OFFICIAL) for key, name in zip(self.officials, names, strict=True)]
        made = new_roll(
            RollElection("Latihan 2029", self.rehearsal, self.templates), requests, 2, "2029-02-01T00:00:00Z"
        )
        self.file = signed_by(made, self.officials[:2])

    @property
    def roll(self) -> KeyRoll:
        assert self.file.roll is not None
        return self.file.roll

    @property
    def roll_path(self) -> Path:
        """The roll as a file."""
        path = self.root / "roll.json"
        save_roll_file(path, self.file)
        return path

    def key(self, name: str) -> DeviceKey:
        """A key that is in no roll yet."""
        self.keys[name] = make_key(self.root / f"{name}.key")
        return self.keys[name]

    def enrol(self, name: str, role: str, *codes: str, start: str = START, end: str = END) -> DeviceKey:
        """A new key, enrolled by two officials."""
        key = self.keys.get(name) or self.key(name)
        changed = enrolled(self.file, [request(key, name, role, *codes)], start, end, "2029-02-02T00:00:00Z")
        self.file = signed_by(changed, self.officials[:2])
        return key

    def revoke(self, name: str, start: str, reason: str = "hilang") -> None:
        changed = revoked(self.file, self.keys[name].id, start, reason, "2029-02-03T00:00:00Z")
        self.file = signed_by(changed, self.officials[1:])

    def seal(self, folder: Path, name: str, at: str = NOON, **more) -> SealedResults:
        return seal_results(folder, Sealing(self.keys[name], self.roll, at, **more))


def numbers(station: str) -> dict[str, int]:
    """The counts of a station; every station has others."""
    seed = int(station[-3:])
    return {f.id: (seed * 7 + place * 3) % 290 for place, f in enumerate(FORM.fields) if f.role == "count"}


def photo_of(station: str, page: str = "2") -> bytes:
    """A photo of a station: bytes that no other one has."""
    return b"\xff\xd8\xff" + f"photo of {station}, page {page}".encode() * 40


def results(folder: Path, stations: Sequence[str], changed: Mapping[str, Mapping[str, int]] | None = None) -> Path:
    """A folder of results of stations with one photo each, under `photos/` beside it.

    Args:
        folder: that is written.
        stations: their codes.
        changed: numbers that are other than those of `numbers`, by station.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photos = folder.parent / f"{folder.name}-photos"
    photos.mkdir(exist_ok=True)
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / f"{FORM.id}.yaml").write_text(FORM.yaml, "utf-8")
    documents, records = [], []
    for station in stations:
        content = photo_of(station)
        (photos / f"{station}.jpg").write_bytes(content)
        said = {**numbers(station), **(changed or {}).get(station, {})}
        record, document = station_lines(station, hashlib.sha256(content).hexdigest(), said)
        records.append(record)
        documents.append(document)
    (folder / "photos.jsonl").write_text("".join(line + "\n" for line in records), "utf-8")
    (folder / "documents.jsonl").write_text("".join(line + "\n" for line in documents), "utf-8")
    return folder


def station_lines(station: str, sha256: str, said: Mapping[str, int]) -> tuple[str, str]:
    """The lines of `photos.jsonl` and `documents.jsonl` of a station whose photo shows page 2."""
    record = located(f"{station}.jpg", sha256)
    fields = {f.id: fakes.field(f, "accepted", said[f.id]) for f in FORM.fields_of("2") if f.id in said}
    record = record.model_copy(update={"fields": fields, "document": station})
    record = record.model_copy(update={"station": record.station.model_copy(update={"code": station})})
    line = record.to_json()
    exported = json.loads(line)
    document = {
        "schema": 2,
        "id": station,
        "station": {"code": station, "source": "file"},
        "template": FORM.id,
        "pages_present": ["2"],
        "pages_missing": ["1", "3"],
        "photos": [{"file": f"{station}.jpg", "frame": 0, "sha256": sha256, "page": "2", "counts": True}],
        "fields": exported["fields"],
        "rules": exported["rules"],
        "verdict": "incomplete",
        "problems": [],
        "provisional": True,
    }
    return line, json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def decide(folder: Path, station: str, person: str, field_id: str = "votes_1", value: int = 5, key: str = "") -> None:
    """Add a decision to the log of a folder of results."""
    path = folder / "decisions.jsonl"
    line = Decision(
        at=NOON,
        by=person,
        document=station,
        file=f"{station}.jpg",
        sha256=hashlib.sha256(photo_of(station)).hexdigest(),
        frame=0,
        template=FORM.id,
        page="2",
        field=field_id,
        old=Stood(text="  5", value=4, status="review"),
        new=value,
        key=key,
    )
    path.write_bytes(Log(path.read_bytes() if path.exists() else b"").grown([line]).content)


def verify_alone(bundle: Path, roll: Path | None = None) -> tuple[int, set[tuple[str, str]]]:
    """What `verify.py` says of a bundle: its exit code, and the faults with their places."""
    words = [sys.executable, verify.__file__, str(bundle), "--json", *(("--roll", str(roll)) if roll else ())]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 2:
        return 2, set()
    return done.returncode, {(code, where) for code, where in json.loads(done.stdout)["findings"]}
