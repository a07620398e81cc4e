"""Truth against result: what the machine read, what people entered, what stands in the end, the sums of all levels."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..evaluate.bounds import clopper_pearson
from ..recap.level_file import load_contest
from .events.people import entries
from .night import Night
from .photos import SLIP_FIELD
from .steps.adding import OPEN_DATA
from .steps.sending import senders
from .world import CONTEST

LEVELS: Final = ("regency", "district", "village")
AREA_DIGITS: Final = (4, 6, 10)  # of the codes of these levels
Key = tuple[str, str]  # station, field


@dataclass
class NumberCounts:
    """Numbers of one stage.

    Attributes:
        n: numbers that the stage says something about.
        wrong: of these, numbers that are not what they should be.
        places: stations and fields of the wrong ones.
    """

    n: int = 0
    wrong: int = 0
    places: list[Key] = field(default_factory=list[Key])

    def add(self, place: Key, is_right: bool) -> None:
        """Count one number."""
        self.n += 1
        if not is_right:
            self.wrong += 1
            self.places.append(place)

    @property
    def bound(self) -> float:
        """The largest share of wrong numbers that fits: upper end of the exact interval, 95%, two-sided."""
        return clopper_pearson(self.wrong, self.n)[1]


@dataclass(frozen=True)
class MachineReading:
    """What the machine read of a written number: its status, value, and the most probable value by digits alone."""

    status: str
    value: int | None
    digits: int | None


@dataclass
class NightFigures:
    """All figures of the result.

    Attributes:
        stations, arrived: how many there are, and of how many something was counted.
        photos: that were read.
        written: numbers that are written on the photographed sheets of stations that are not lost.
        machine: numbers that the machine accepted.
        review: how many it did not accept.
        unseen: written numbers that no photo shows whole, or whose photo could not be used.
        entered: numbers that people entered at desks and in tables, with their errors.
        confirmed: numbers that officers confirmed at the desk, with their errors.
        noon, closed: numbers that were known at noon, and when the sessions were over.
        levels: sums by level: complete and right, complete and wrong, at least.
        off: the largest difference of a complete sum, in votes.
        readings: the machine's readings by station and field.
    """

    stations: int = 0
    arrived: int = 0
    photos: int = 0
    written: int = 0
    machine: NumberCounts = field(default_factory=NumberCounts)
    review: int = 0
    unseen: int = 0
    entered: NumberCounts = field(default_factory=NumberCounts)
    confirmed: NumberCounts = field(default_factory=NumberCounts)
    noon: NumberCounts = field(default_factory=NumberCounts)
    closed: NumberCounts = field(default_factory=NumberCounts)
    levels: dict[str, tuple[int, int, int]] = field(default_factory=dict[str, tuple[int, int, int]])
    off: int = 0
    readings: dict[Key, MachineReading] = field(default_factory=dict[Key, MachineReading])


def figures_of(night: Night) -> NightFigures:
    """Compare everything that a night made with the truth.

    Raises:
        OSError: a file of the night is gone.
    """
    found = NightFigures(stations=len(night.world.stations))
    names = load_contest(CONTEST).file.field_ids
    truth = {
        (station, name): value
        for station, values in night.truth.written.items()
        for name, value in values.items()
        if name in names and value is not None
    }
    found.written = len(truth)
    _machine(night, truth, found)
    _people(night, found)
    for place, stage in (("noon", found.noon), ("closed", found.closed)):
        stated: Mapping[str, Any] = night.journal.get(f"stated/{place}")
        for station, said in stated.items():
            for name, value in said["values"].items():
                if name in names:
                    stage.add((station, name), value == should_be(night, (station, name), place == "closed"))
    found.arrived = sum(1 for one in night.journal.get("stated/closed").values() if one["status"] == "stated")
    _levels(night, found)
    return found


def should_be(night: Night, place: Key, is_corrected: bool) -> int | None:
    """What a number should be: what is written; after the session what was counted, where it corrects a clerk."""
    station, name = place
    slipped = is_corrected and name == SLIP_FIELD and night.world.station(station).slip
    return (night.truth.counted if slipped else night.truth.written)[station].get(name)


def readings_of(night: Night) -> Iterator[dict[str, Any]]:
    """The records of all photos in the results whose bundles the regency has."""
    for folder in senders(night):
        with (folder / "photos.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _machine(night: Night, truth: Mapping[Key, int], found: NightFigures) -> None:
    for record in readings_of(night):
        found.photos += 1
        photo = night.truth.by_photo.get(record["photo"]["sha256"])
        if photo is None or not photo.counts or photo.page is None:
            continue
        for name, said in record["fields"].items():
            place = photo.station, name
            if place in truth and said["status"] != "not_in_photo":
                evidence = said["evidence"]
                digits = evidence["digits"]["value"] if evidence else None
                found.readings.setdefault(place, MachineReading(said["status"], said["value"], digits))
    for place, reading in found.readings.items():
        if reading.status == "review":
            found.review += 1
        else:  # accepted, or blank where something is written
            found.machine.add(place, reading.status == "accepted" and reading.value == truth[place])
    found.unseen = found.written - len(found.readings)


def _people(night: Night, found: NightFigures) -> None:
    for one in entries(night):
        stage = found.confirmed if one["role"] == "confirm" else found.entered
        stage.add((one["desk"], one["field"]), one["right"])
    for place, (seen, text) in night.journal.under("filled/"):
        found.entered.add((place, ""), seen == text)


def _levels(night: Night, found: NightFigures) -> None:
    """Compare the sums of every area and field with those of the truth."""
    names = {name for values in night.truth.written.values() for name in values}
    sums = _true_sums(night)
    with (night.folder / OPEN_DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] in LEVELS and row["field"] in names]
    for level in LEVELS:
        right = wrong = least = 0
        for row in rows:
            if row["level"] != level:
                continue
            true = sums.get((row["area"], row["field"]), 0)
            total = int(row["total"]) if row["total"] else 0
            if row["at_least"] == "true" and total <= true:
                least += 1
            elif total == true and row["at_least"] != "true":
                right += 1
            else:
                wrong += 1
                found.off = max(found.off, abs(total - true))
        found.levels[level] = right, wrong, least


def _true_sums(night: Night) -> dict[Key, int]:
    """What the sums of all areas should be, by area and field."""
    found: dict[Key, int] = {}
    for code, values in night.truth.written.items():
        for name in values:
            value = should_be(night, (code, name), True) or 0
            for digits in AREA_DIGITS:
                place = code[:digits], name
                found[place] = found.get(place, 0) + value
    return found
