"""Photos at a desk that should not be there: twice, of the wrong station, of another election, of a page too many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from pydantic import Field

from ..night import Night
from ..steps.desks import Desk, desk_folder
from ..world import FORM, OTHER_FORM, MadeUpStation, PhotoPlan, World
from .event import Event, EventOutcome, Moment

# Problems and reasons that say that a photo is one too many.
_ABOUT_PHOTOS: Final = frozenset({"duplicate_photo", "photo_under_two_stations", "photo_withdrawn"})
_DOUBTS: Final = frozenset({"photos_disagree", "photos_of_two_sheets", "station_doubtful"})
_OTHER_DOCUMENTS: Final = 1_000_000  # numbers of drawn documents that are of no station


class SentPhotos(Event):
    """The base of these events: stations of desks, and what their documents say in the end."""

    kind: str
    stations: int = Field(1, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"photos_sent", "added"})

    def plan(self, world: World) -> None:
        """Choose the stations."""
        for station in world.choose(self.kind, self.stations):
            station.confirms = False

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Send the photos; in the end look at what became of the stations."""
        if moment == "photos_sent":
            for station in night.world.chosen_for(self.kind):
                if station in about.district.stations:
                    self.send(night, about, station)
        elif not night.happened(self.kind):
            self._look(night)

    def send(self, night: Night, desk: Desk, station: MadeUpStation) -> None:
        """Send what should not be there."""

    def _look(self, night: Night) -> None:
        stations = night.world.chosen_for(self.kind)
        problems = [problem for one in stations for problem in self.problems(night, one)]
        wrong, known, of = 0, 0, 0
        blank = sum(self._called_blank(night, one) for one in stations)
        stated = night.journal.get("stated/noon")
        for one in stations:
            for name, value in night.truth.written[one.code].items():
                found = stated[one.code]["values"].get(name)
                of += value is not None
                known += found is not None
                wrong += found is not None and found != value
        facts = {"stations": len(stations), "numbers": of, "known": known, "wrong": wrong, "blank": blank}
        evidence = "; ".join(dict.fromkeys(problems)) or "-"
        night.outcome(EventOutcome(self.kind, bool(problems), bool(problems), wrong == 0, evidence, facts))

    def problems(self, night: Night, station: MadeUpStation) -> list[str]:
        """Codes of what the system says about the station's photos and numbers."""
        found: list[str] = []
        for one in _lines(night, station, "photos.jsonl"):
            if f"/{station.code}/" in one["photo"]["file"]:
                found += [str(problem["code"]) for problem in one["problems"] if problem["code"] in _ABOUT_PHOTOS]
                found += [reason for said in one["fields"].values() for reason in said["reasons"] if reason in _DOUBTS]
        return sorted(set(found))

    def _called_blank(self, night: Night, station: MadeUpStation) -> int:
        """How many numbers that are written the documents of a station call empty."""
        written = night.truth.written[station.code]
        return sum(
            said["status"] == "blank" and written.get(name) is not None
            for one in _lines(night, station, "documents.jsonl")
            if one["station"]["code"] == station.code and one["template"] == FORM
            for name, said in one["fields"].items()
        )


def _lines(night: Night, station: MadeUpStation, name: str) -> Iterator[dict[str, Any]]:
    """The lines of a file of the desk's results."""
    district = next(one for one in night.world.districts if station in one.stations)
    text = (night.folder / desk_folder(district) / name).read_text("utf-8")
    return (json.loads(line) for line in text.splitlines())


class PhotosTwice(SentPhotos):
    """All photos of a station are sent twice."""

    kind: str = "photos_twice"

    def send(self, night: Night, desk: Desk, station: MadeUpStation) -> None:
        """Send each of them once more."""
        for place in night.world.places:
            desk.send(station, f"photos/{station.code}/{station.code}-{place + 1}.jpg", times=2)

    def problems(self, night: Night, station: MadeUpStation) -> list[str]:
        """Which photos the desk knew the second time."""
        sent: dict[str, set[int]] = {}
        for district in night.world.districts:
            for name, upload in night.journal.under(f"desk/{district.code}/sent/{station.code}/"):
                sent.setdefault(name.rsplit("/", 1)[0], set()).add(upload)
        known = [f"{name.rsplit('/', 1)[-1]}: kept once" for name, uploads in sent.items() if len(uploads) == 1]
        return [*known, *super().problems(night, station)]


class WrongStation(SentPhotos):
    """The desk of a station sends a photo of the station beside it, too; the officer is told, and withdraws it."""

    kind: str = "wrong_station"
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"photos_sent", "published", "added"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Withdraw what the first results name as a photo of two stations; the rest is as for the others."""
        if moment != "published":
            super().at(moment, night, about)
            return
        for station in night.world.chosen_for(self.kind):
            if station in about.district.stations:
                said = super().problems(night, station)
                night.journal.once(f"wrong-station/{station.code}", lambda said=said: said)
                file = self._mistake(night, about, station)
                if file and "photo_under_two_stations" in said:
                    about.withdraw(station, file, "photo of another station")

    def problems(self, night: Night, station: MadeUpStation) -> list[str]:
        """What the first results said, and what the last ones say."""
        before: list[str] = night.journal.get(f"wrong-station/{station.code}", [])
        return [*before, *super().problems(night, station)]

    def send(self, night: Night, desk: Desk, station: MadeUpStation) -> None:
        """Send a photo of another station of the desk."""
        file = self._mistake(night, desk, station)
        if file:
            desk.send(station, file)

    def _mistake(self, night: Night, desk: Desk, station: MadeUpStation) -> str:
        """The photo of the nearest other station of the desk; empty where there is none."""
        others = [one for one in desk.district.stations if one.way == "desk" and not one.event]
        if others:
            other = min(others, key=lambda one: abs(one.index - station.index))
            place = night.world.places[0]
            return f"photos/{other.code}/{other.code}-{place + 1}.jpg"
        return ""


class OtherElection(SentPhotos):
    """A photo of a form of another election is sent, too."""

    kind: str = "other_election"

    def plan(self, world: World) -> None:
        """Choose the stations, and draw a photo of the other form for each."""
        super().plan(world)
        for one in world.chosen_for(self.kind):
            document = _OTHER_DOCUMENTS + one.index
            plan = PhotoPlan(one.code, f"{one.code}-other", OTHER_FORM, document, 0, "clean", counts=False)
            world.extra.append(plan)

    def problems(self, night: Night, station: MadeUpStation) -> list[str]:
        """What is said about the other form: it is another document, or no form of the election."""
        forms = [
            f"another form: {one['page']['template']}"
            for one in _lines(night, station, "photos.jsonl")
            if f"/{station.code}/" in one["photo"]["file"] and one["page"] and one["page"]["template"] != FORM
        ]
        return [*forms, *super().problems(night, station)]


class PageTooMany(SentPhotos):
    """A draft of a page, with other numbers, is sent, too; reviewers say which of the two sheets counts."""

    kind: str = "page_too_many"

    def plan(self, world: World) -> None:
        """Choose the stations, and draw a draft for each."""
        super().plan(world)
        place = max(world.places)
        for one in world.chosen_for(self.kind):
            draft = _OTHER_DOCUMENTS + one.index
            world.extra.append(PhotoPlan(one.code, f"{one.code}-draft", FORM, draft, place, "clean", counts=False))
