"""A device without a server: the laptop of a village without a network, or a phone that reads its own station.

Photos are read, the doubtful numbers are filled in as tables by two people, and a third where they differ; then the
results are sealed and packed.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...imaging.files import write_atomically
from ..commands import CommandLimits, CommandRun
from ..night import ROLL, Night
from ..photos import photo_file
from ..truth import EMPTY, UNREADABLE
from ..typist import CAREFUL, typed
from ..world import MadeUpArea, MadeUpStation

STEP: Final = "devices"
_ROUNDS: Final = 3  # of tables: an answer may put further numbers of its sum into doubt; by judgement
REVIEW: Final = "review.csv"


@dataclass(frozen=True)
class StationDevice:
    """A device.

    Attributes:
        name: of its key, and of its folder below `devices/`.
        stations: whose photos it reads.
        people: who fill in tables: one or two, and a third.
    """

    name: str
    stations: tuple[MadeUpStation, ...]
    people: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Its folder, relative to that of the rehearsal."""
        return f"devices/{self.name}"

    @property
    def results(self) -> str:
        """Its folder of results."""
        return f"{self.folder}/{self.name}-results"

    @property
    def photos(self) -> str:
        """Its folder of photos."""
        return f"{self.folder}/photos"

    @property
    def read_words(self) -> tuple[str, ...]:
        """The command that reads its photos."""
        return ("read", self.photos, "--out", self.results, "--quiet")


def laptop_of(village: MadeUpArea) -> StationDevice:
    """The laptop of a village without a network."""
    return StationDevice(f"laptop-{village.code}", village.stations, ("Wati", "Yanto", "Zahra"))


def phone_of(station: MadeUpStation) -> StationDevice:
    """The phone of a station that reads its own photos."""
    return StationDevice(f"phone-{station.code}", (station,), ("KPPS",))


def work_on_devices(night: Night) -> None:
    """Let the laptops of villages and the phones of single stations work."""
    for village in night.world.offline():
        device = laptop_of(village)
        take_photos(night, device)
        night.at("before_read", device)
        read_and_fill_in(night, device)
        night.at("before_seal", device)
        seal(night, device)
        night.journal.show("laptop_done", village=village.code, stations=len(device.stations))
    night.at("phones")


def take_photos(night: Night, device: StationDevice, last_place: int | None = None) -> None:
    """Put the photos of its stations on a device, up to a page."""
    folder = night.folder / device.photos
    folder.mkdir(parents=True, exist_ok=True)
    codes = {one.code for one in device.stations}
    for plan in night.world.photos():
        if plan.station in codes and (last_place is None or plan.place <= last_place):
            target = folder / f"{plan.name}.jpg"
            if not target.exists():
                write_atomically(target, (night.folder / photo_file(plan)).read_bytes())


def read_and_fill_in(night: Night, device: StationDevice) -> CommandRun:
    """Read the photos of a device, and fill in what is doubtful."""
    # A single reader works in the process of the command: another one would load the program anew for a few photos.
    workers = ("--workers", str(night.workers)) if night.workers > 1 else ("--executor", "serial")
    done = night.run(STEP, f"read-{device.name}", *device.read_words, *workers, expect=(0, 1))
    if _take_again(night, device):
        done = night.run(STEP, f"again-{device.name}", *device.read_words, *workers, expect=(0, 1))
    answered: set[tuple[str, str]] = set()
    for turn in range(_ROUNDS):
        rows = _readable(night, device)
        again = [row for row in rows if (row["sha256"], row["field"]) in answered]
        new = [row for row in rows if (row["sha256"], row["field"]) not in answered]
        tables = [_filled_in(night, device, person, new, turn) for person in device.people[:2]] if new else []
        tables += (
            [_filled_in(night, device, device.people[-1], again, turn)] if again and len(device.people) > 2 else []
        )
        if not tables:
            break
        answered |= {(row["sha256"], row["field"]) for row in new}
        night.run(STEP, f"apply-{device.name}-{turn}", "apply", device.results, *tables, "--quiet")
    return done


def _take_again(night: Night, device: StationDevice) -> int:
    """Let officers take photos again that could not be read, each once; how many there are."""
    taken = 0
    with (night.folder / device.results / "photos.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            again = night.take_again(Path(record["photo"]["file"]).stem) if record["page"] is None else None
            if again is not None:
                shutil.copyfile(night.folder / photo_file(again), night.folder / device.photos / f"{again.name}.jpg")
                taken += 1
    return taken


def _readable(night: Night, device: StationDevice) -> list[dict[str, str]]:
    """The lines of the review whose numbers a person can read."""
    path = night.folder / device.results / REVIEW
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if night.truth.seen(row["sha256"], row["field"]) != UNREADABLE]


def _filled_in(night: Night, device: StationDevice, person: str, rows: Sequence[Mapping[str, Any]], turn: int) -> str:
    """The table that a person filled in."""
    name = f"{device.folder}/{person}-{turn}.csv"
    who = f"{person} {device.name}"
    with (night.folder / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        for row in rows:
            seen = night.truth.seen(row["sha256"], row["field"])
            text = typed(seen, night.rate(person, CAREFUL), night.world.seed, who, row["sha256"], row["field"])
            night.journal.keep(f"filled/{device.name}/{who}/{row['sha256'][:12]}/{row['field']}", [seen, text])
            table.writerow({**row, "verified": "blank" if text == EMPTY else text, "by": who})
    return name


def seal(night: Night, device: StationDevice, limits: CommandLimits | None = None, name: str = "") -> CommandRun:
    """Seal the results of a device with its key."""
    words = ("seal", device.results, "--key", night.key(device.name), "--roll", ROLL)
    return night.run("sealing", f"seal-{device.name}{name}", *words, limits=limits or CommandLimits())


def pack(night: Night, device: StationDevice, to: str, name: str = "") -> CommandRun:
    """Pack the sealed results of a device, with their photos."""
    (night.folder / to).parent.mkdir(parents=True, exist_ok=True)
    words = ("pack", device.results, "--photos", device.photos, "--out", to)
    return night.run("sending", f"pack-{device.name}{name}", *words)


def copied(night: Night, source: str, to: str) -> str:
    """Copy a folder once, as a person does with a stick; without what only the sender needs."""
    target = night.folder / to
    if not target.exists():
        part = target.with_name(f"{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(night.folder / source, part, ignore=_left_behind)
        part.replace(target)
    return to


def _left_behind(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "sealed" or (name == "incoming" and Path(folder).name != "data")]
