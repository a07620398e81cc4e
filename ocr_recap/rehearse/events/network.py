"""Villages without a network until noon, and a station that never comes."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from pydantic import Field

from ...messages.errors import TemplateError
from ..night import RECAP, Night
from ..steps.keys import CHAIR
from ..world import World
from .event import Event, EventOutcome, Moment

# How `recap` ends a long list of stations whose statements do not hold, as those by a wrong clock.
_MORE: Final = re.compile(r"^Statements about .*\(\+(\d+)\)", re.MULTILINE)


class NoNetwork(Event):
    """Villages whose results come on a stick at noon of the next day."""

    kind: str = "no_network"
    villages: int = Field(3, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"added"})

    def plan(self, world: World) -> None:
        """Give villages all over the regency laptops in place of the desk."""
        free = [one for one in world.villages if not any(station.event for station in one.stations)]
        if len(free) <= self.villages:
            raise TemplateError("script_too_large", kind=self.kind, count=self.villages, free=max(0, len(free) - 1))
        for village in (free[1::2] + free[::2])[: self.villages]:
            for station in village.stations:
                station.way, station.event = "laptop", self.kind

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Compare what was known in the evening with what is known at noon."""
        if night.happened(self.kind):
            return
        codes = [one.code for one in night.world.chosen_for(self.kind)]
        evening, noon = night.journal.get("stated/evening"), night.journal.get("stated/noon")
        before = [code for code in codes if evening[code]["status"] == "missing"]
        after = [code for code in codes if noon[code]["status"] == "stated"]
        votes = sum(noon[code]["values"].get(f"votes_{one}", 0) for code in after for one in (1, 2, 3))
        facts = {"villages": self.villages, "stations": len(codes), "before": len(before), "after": len(after)}
        told = night.run("adding", "evening", expect=(0, 1)).said("at least")
        said = night.run("adding", "noon", expect=(0, 1)).out
        absent = [code for code in codes if code not in after]
        more = _MORE.search(said)
        named = sum(code in said for code in absent) + (int(more[1]) if more else 0)
        facts |= {"votes": votes, "refused": min(named, len(absent))}
        noticed = len(before) == len(codes)
        good = noticed and len(after) + facts["refused"] == len(codes)
        night.outcome(EventOutcome(self.kind, noticed, "at least" in told, good, told, facts))


class NeverComes(Event):
    """Stations of which nothing ever arrives; the session says so, and passes it on."""

    kind: str = "never_comes"
    stations: int = Field(1, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"plenary", "closed"})

    def plan(self, world: World) -> None:
        """Choose the stations."""
        for station in world.choose(self.kind, self.stations):
            station.way = "none"

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Name each of them in the session; look at the sums of the regency in the end."""
        stations = night.world.chosen_for(self.kind)
        if moment == "plenary":
            for one in stations:
                words = ("plenary", "event", RECAP, one.code, "nothing arrived until the session", "--by", CHAIR)
                night.run("plenary", f"never-{one.code}", *words)
            return
        if night.happened(self.kind):
            return
        shown = night.run("plenary", "show-never", "plenary", "show", RECAP, stations[0].code)
        stated = night.journal.get("stated/noon")
        missing = sum(stated[one.code]["status"] == "missing" for one in stations)
        line = shown.said("missing")
        facts = {"stations": len(stations), "missing": missing}
        named = f"{stations[0].code}" in line and "missing" in line
        night.outcome(EventOutcome(self.kind, missing == len(stations), named, named, line, facts))
