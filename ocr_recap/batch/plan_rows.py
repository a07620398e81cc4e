"""A publication as the journal keeps it: its photos with their stations, and what lists say about stations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..read.workers.tasks import Failed
from ..records.record import Problem, Station
from ..records.station_codes import Place
from ..records.station_facts import FactList
from .jobs import Job, Planned


@dataclass(frozen=True)
class PlacedJob:
    """A photo of a publication.

    Attributes:
        planned: its job, and its original if it is a copy.
        place: its station and folder.
    """

    planned: Planned
    place: Place


@dataclass(frozen=True)
class Publication:
    """What is published.

    Attributes:
        photos: in input order.
        lists: what the list of stations and the manifest say about stations; later ones count more.
    """

    photos: tuple[PlacedJob, ...]
    lists: tuple[FactList, ...] = ()


def packed_lists(lists: Sequence[FactList]) -> bytes:
    """The lists as a line of JSON."""
    return json.dumps([asdict(one) for one in lists], sort_keys=True).encode()


def unpacked_lists(line: bytes) -> tuple[FactList, ...]:
    """The lists that `packed_lists` made a line of; the journal has checked the line's hash."""
    found: list[dict[str, Any]] = json.loads(line)
    return tuple(
        FactList(
            one["source"],
            one["sha256"],
            tuple(one["columns"]),
            {station: tuple(cells) for station, cells in one["cells"].items()},
        )
        for one in found
    )


def packed(one: PlacedJob) -> bytes:
    """The photo as a line of JSON; the content of its file is left out."""
    job, place = one.planned.job, one.place
    facts = {name: value for name, value in asdict(job).items() if name not in ("path", "content", "fault")}
    found = {
        "job": {**facts, "path": job.path.as_posix()},
        "fault": None if job.fault is None else [job.fault.code, dict(job.fault.data)],
        "first": one.planned.first,
        "station": place.station.model_dump(mode="json"),
        "folder": place.folder,
        "where": place.where,
        "page": place.page,
        "problems": [problem.model_dump(mode="json") for problem in place.problems],
    }
    return json.dumps(found, sort_keys=True).encode()


def unpacked(line: bytes) -> PlacedJob:
    """The photo that `packed` made a line of; the journal has checked the line's hash."""
    found: Mapping[str, Any] = json.loads(line)
    fault = found["fault"]
    failed = None if fault is None else Failed(fault[0], tuple(fault[1].items()))
    facts: dict[str, Any] = {**found["job"], "path": Path(found["job"]["path"])}
    job = Job(**facts, fault=failed)
    problems = tuple(Problem.model_validate(one) for one in found["problems"])
    station = Station.model_validate(found["station"])
    place = Place(station, found["folder"], found["where"], found["page"], problems)
    return PlacedJob(Planned(job, found["first"]), place)
