"""People: a reviewer who types carelessly, two who read differently, a plenary that corrects a clerk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from ..night import RECAP, Night
from ..photos import SLIP_FIELD
from ..steps import plenary
from ..steps.desks import DESKS, REVIEWERS
from ..steps.review import seen_text
from ..typist import CARELESS
from ..world import World
from .event import Event, EventOutcome, Moment

_ENTRIES: Final = (
    "SELECT people.name, entries.role, entries.answer, numbers.sha256, numbers.field, numbers.boxes, numbers.id,"
    " numbers.known FROM entries JOIN people ON people.id = person JOIN numbers ON numbers.id = number"
    " WHERE replaced IS NULL ORDER BY entries.id"
)


def entries(night: Night) -> Iterator[dict[str, Any]]:
    """What people entered at all desks, each with `right`: whether it is what they saw; and its `desk`."""
    for path in sorted((night.folder / DESKS).glob("*/office.sqlite")):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as data:
            data.row_factory = sqlite3.Row
            rows = [dict(row) for row in data.execute(_ENTRIES)]
        for row in rows:
            seen = seen_text(night, row)
            yield {**row, "desk": path.parent.name, "right": (row["answer"] or "-") == seen}


class CarelessReviewer(Event):
    """A reviewer who types many numbers wrong."""

    kind: str = "careless_reviewer"
    person: Literal["Rina", "Seto", "Tuti", "Umar"] = "Umar"
    rate: float = Field(CARELESS, ge=0, le=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"roll_made", "photos_sent", "added"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Let the person err; in the end count what became of the errors."""
        night.rates[self.person] = self.rate
        if moment != "added" or night.happened(self.kind):
            return
        mine = [one for one in entries(night) if one["name"] == self.person]
        checks = [one for one in mine if one["known"] is not None]
        work = [one for one in mine if one["known"] is None]
        wrong = [one for one in work if not one["right"]]
        checks_wrong = sum(not one["right"] for one in checks)
        others = {(one["desk"], one["id"]) for one in entries(night) if one["name"] != self.person}
        met = [one for one in wrong if (one["desk"], one["id"]) in others]
        final = night.journal.get("stated/noon")
        stands = [one for one in wrong if _stands(night, one, final)]
        facts = {"person": self.person, "entries": len(work), "wrong": len(wrong), "stand": len(stands)}
        facts |= {"checks": len(checks), "checks_wrong": checks_wrong}
        evidence = f"{len(met)} of {len(wrong)} wrong entries met another person's entry; {len(stands)} stand"
        evidence += f"; {checks_wrong} of {len(checks)} planted checks answered wrong"
        noticed = len(met) == len(wrong)
        night.outcome(EventOutcome(self.kind, noticed, bool(wrong), not stands, evidence, facts))


def _stands(night: Night, entry: dict[str, Any], stated: dict[str, Any]) -> bool:
    """True where a wrong entry is what the sums have."""
    photo = night.truth.by_photo.get(entry["sha256"])
    if photo is None or not photo.counts:
        return False
    found = stated.get(photo.station, {"values": {}})["values"].get(entry["field"])
    return found is not None and str(found) == entry["answer"]


class PeopleDiffer(Event):
    """A reviewer reads the first number of the night wrong, the second one right: a third person is asked."""

    kind: str = "people_differ"
    person: Literal["Rina", "Seto", "Tuti", "Umar"] = "Seto"
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"photos_sent", "added"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Force the error at the first desk; in the end look at who settled the numbers that people saw differently."""
        if moment == "photos_sent":
            if about.district is night.world.districts[0]:
                night.forced[self.person] = 1
            return
        if night.happened(self.kind):
            return
        found = list(entries(night))
        thirds = [one for one in found if one["role"] == "third"]
        of_number: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for one in found:
            if one["known"] is None:
                of_number.setdefault((one["desk"], one["id"]), []).append(one)
        differ = [rows for rows in of_number.values() if len({one["answer"] for one in rows}) > 1]
        settled = [rows for rows in differ if any(one["role"] == "third" for one in rows)]
        right = sum(one["right"] for one in thirds)
        facts = {"numbers": len(differ), "third": len(settled), "right": right, "thirds": len(thirds)}
        facts["reviewers"] = len(REVIEWERS)
        first = differ[0] if differ else []
        shown = ", ".join(f"{one['name']} {one['role']}: {one['answer'] or '-'}" for one in first) or "-"
        night.outcome(
            EventOutcome(self.kind, bool(differ), bool(settled), len(settled) == len(differ) > 0, shown, facts)
        )


class PlenaryCorrects(Event):
    """A clerk writes ten votes more than were counted; a witness's copy shows it, and the session corrects."""

    kind: str = "plenary_corrects"
    stations: int = Field(1, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"plenary", "closed"})

    def plan(self, world: World) -> None:
        """Choose the stations whose clerks slip."""
        for station in world.choose(self.kind, self.stations):
            station.slip = True

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Log the witness's copy and correct; in the end look at what stands."""
        stations = [one.code for one in night.world.chosen_for(self.kind)]
        if moment == "plenary":
            for code in stations:
                right = {SLIP_FIELD: night.truth.counted[code][SLIP_FIELD]}
                copy = f"{SLIP_FIELD}={right[SLIP_FIELD]}"
                night.run("plenary", f"copy-{code}", "plenary", "copy", RECAP, code, copy, "--by", "Siti")
                shown = night.run("plenary", f"show-{code}", "plenary", "show", RECAP, code)
                night.journal.keep(f"witness/{code}", shown.said("Siti"))
                plenary.correct(night, code, dict(right), "the witness's copy and the paper say so", f"slip-{code}")
        elif not night.happened(self.kind):
            stated = plenary.station_values(night)
            good = sum(stated[c]["values"].get(SLIP_FIELD) == night.truth.counted[c][SLIP_FIELD] for c in stations)
            line = night.journal.get(f"witness/{stations[0]}", "")
            facts = {"stations": len(stations), "corrected": good}
            named = "Siti" in line
            night.outcome(EventOutcome(self.kind, named, named, good == len(stations), line, facts))
