"""The desk of a district, a server for phones and reviewers: photos, confirmation, review, and the end of the work."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ...messages.text import one_line
from ..browser import PersonalBrowser, RefusedRequest
from ..night import STATIONS, Night
from ..photos import photo_file
from ..server import ServerProcess
from ..truth import EMPTY, UNREADABLE
from ..typist import CAREFUL, typed
from ..world import MadeUpArea, MadeUpStation
from . import review

STEP: Final = "desks"
DESKS: Final = "desks"
REVIEWERS: Final = ("Rina", "Seto", "Tuti", "Umar")
_LOOK: Final = 1.0  # seconds between two looks at whether photos are read
_INPUT: Final = re.compile(r'<input id="n-[^"]*" name="([^"]+)" value="([^"]*)"')


@dataclass
class Desk:
    """The desk of a district while its server runs.

    Attributes:
        district: its area.
        folder: of results, relative to the folder of the rehearsal.
        server: of the desk.
        chief: browser of the supervisor.
        browsers: of everybody else, by name.
    """

    night: Night
    district: MadeUpArea
    folder: str
    server: ServerProcess
    chief: PersonalBrowser | None = None
    browsers: dict[str, PersonalBrowser] = field(default_factory=dict[str, PersonalBrowser])

    @property
    def mark(self) -> str:
        """The beginning of the journal's keys of this desk."""
        return f"desk/{self.district.code}"

    @property
    def database(self) -> Path:
        """The server's database, in which simulated eyes look up which photo a picture is of."""
        return self.night.folder / self.folder / "office.sqlite"

    def start(self) -> None:
        """Start the server, and let the supervisor enter."""
        self.server.start()
        self.chief = PersonalBrowser(self.server, self.server.link.rsplit("/", 1)[-1])

    def supervisor(self) -> PersonalBrowser:
        """The supervisor's browser."""
        assert self.chief is not None
        return self.chief

    def person(self, name: str, role: str, stations: str = "") -> PersonalBrowser:
        """The browser of a person, who is invited the first time."""
        if name not in self.browsers:
            secret = self.night.journal.once(f"{self.mark}/link/{name}", lambda: self._invited(name, role, stations))
            self.browsers[name] = PersonalBrowser(self.server, secret)
        return self.browsers[name]

    def _invited(self, name: str, role: str, stations: str) -> str:
        """The secret of a person's link: a new person's, or a new link of somebody whose link was lost."""
        try:
            page = self.supervisor().post("/office/invite", {"name": name, "role": role, "stations": stations})
        except RefusedRequest:
            rows = self.supervisor().get("/office").split("<tr>")
            row = next(row for row in rows if f'<th scope="row">{name}</th>' in row)
            found = re.search(r"/office/people/\d+/renew", row)
            assert found is not None
            page = self.supervisor().post(found[0])
        return _link_of(page)

    def officer(self, station: MadeUpStation) -> PersonalBrowser:
        """The phone of a station's officer."""
        return self.person(f"KPPS {station.code}", "desk", station.code)

    def send(self, station: MadeUpStation, file: str, times: int = 1) -> None:
        """Send a photo from the phone of a station, the given number of times in all."""
        for time_sent in range(times):
            content = (self.night.folder / file).read_bytes()
            path = f"/desk/{station.code}/photo"
            self.night.journal.once(
                f"{self.mark}/sent/{station.code}/{file}/{time_sent}",
                lambda path=path, content=content: json.loads(
                    self.officer(station).upload(path, Path(file).name, content)
                )["upload"],
            )

    def withdraw(self, station: MadeUpStation, file: str, reason: str) -> None:
        """Let a station's officer withdraw a photo that was sent by mistake."""
        upload = self.night.journal.get(f"{self.mark}/sent/{station.code}/{file}/0")
        path = f"/desk/{station.code}/withdraw/{upload}"
        self.night.journal.once(
            f"{self.mark}/withdrawn/{station.code}/{file}",
            lambda: bool(self.officer(station).post(path, {"reason": reason}) or True),
        )
        self.publish()

    def publish(self) -> None:
        """Let the supervisor make the results."""
        self.supervisor().post("/office/publish")


def _link_of(page: str) -> str:
    """The secret of the link on the page that shows it."""
    found = re.search(r"/enter/([\w-]+)", page)
    if found is None:
        raise RuntimeError(f"no link on the page: {one_line(page)[:300]}")
    return found[1]


def work_at_desks(night: Night) -> None:
    """Let all districts work at their desks, one after the other."""
    for district in night.world.districts:
        if not night.journal.has(f"desk/{district.code}/done"):
            with night.journal.timed(STEP):
                _one_desk(night, district)


def desk_folder(district: MadeUpArea) -> str:
    """The folder of results of a district's desk."""
    return f"{DESKS}/{district.code}"


def _one_desk(night: Night, district: MadeUpArea) -> None:
    folder = desk_folder(district)
    server = ServerProcess(night.folder, folder, ("--stations", STATIONS, "--workers", str(night.workers)))
    desk = Desk(night, district, folder, server)
    mine = [one for one in district.stations if one.way == "desk"]
    if not mine:
        night.journal.keep(f"{desk.mark}/done", True)
        return
    desk.start()
    try:
        for station in mine:
            for place in night.world.places:
                desk.send(station, f"photos/{station.code}/{station.code}-{place + 1}.jpg")
        for plan in night.world.extra:
            station = night.world.station(plan.station)
            if station in mine:
                desk.send(station, photo_file(plan))
        night.at("photos_sent", desk)
        _wait_until_read(desk, mine)
        _take_again(desk, mine)
        desk.publish()
        night.at("published", desk)
        night.journal.once(f"{desk.mark}/confirmed", lambda: _confirm(desk, mine))
        desk.publish()
        night.journal.show("desk_read", district=district.code, stations=len(mine))
        review.review(desk)
        desk.publish()
        for station in mine:
            night.journal.once(
                f"{desk.mark}/finished/{station.code}",
                lambda station=station: bool(desk.officer(station).post(f"/desk/{station.code}/finish") or True),
            )
    except BaseException:
        server.end_at_once()
        raise
    server.stop()
    night.journal.keep(f"{desk.mark}/done", True)
    night.journal.show("desk_done", district=district.code)


def _wait_until_read(desk: Desk, stations: list[MadeUpStation]) -> None:
    for station in stations:
        while any(
            one["judgement"] == "reading" for one in desk.officer(station).get_json(f"/desk/{station.code}/advice")
        ):
            time.sleep(_LOOK)


def _take_again(desk: Desk, stations: list[MadeUpStation]) -> None:
    """Let officers take photos again that the desk refuses, each once."""
    sent = {upload: name.split("/", 1) for name, upload in desk.night.journal.under(f"{desk.mark}/sent/")}
    for station in stations:
        shown: list[dict[str, Any]] = desk.officer(station).get_json(f"/desk/{station.code}/advice")
        for one in shown:
            code, file = sent.get(one["id"], ("", ""))
            if code == station.code and one["judgement"] == "retake":
                again = desk.night.take_again(Path(file.rsplit("/", 1)[0]).stem)
                if again is not None:
                    desk.send(station, photo_file(again))
    _wait_until_read(desk, stations)


def _confirm(desk: Desk, stations: list[MadeUpStation]) -> dict[str, int]:
    """Let officers confirm their numbers: how many numbers and pages they did."""
    done = {"numbers": 0, "pages": 0}
    for station in stations:
        shown: list[dict[str, Any]] = desk.officer(station).get_json(f"/desk/{station.code}/advice")
        pages = {str(one["page"]) for one in shown if one["page"] is not None}
        if not station.confirms or not pages:
            continue  # an officer with a photo too many leaves it to the office
        for page in sorted(pages):
            path = f"/desk/{station.code}/page/{page}"
            inputs = dict(_INPUT.findall(desk.officer(station).get(path)))
            given = {name: _officer_says(desk.night, station, name, was) for name, was in inputs.items()}
            desk.officer(station).post(path, given)
            done["numbers"] += len(given)
            done["pages"] += 1
    return done


def _officer_says(night: Night, station: MadeUpStation, field_id: str, proposed: str) -> str:
    """What an officer leaves or types beside the picture of a number."""
    written = night.truth.written[station.code]
    value = written.get(field_id)
    seen = UNREADABLE if field_id not in written else EMPTY if value is None else str(value)
    if seen == UNREADABLE:
        return proposed or UNREADABLE
    if seen == proposed.lstrip("0") and proposed:
        return proposed
    return typed(seen, CAREFUL, "officer", station.code, field_id)
