"""Phones of single stations: one that is lost, one of which only a QR code arrives, one that sends an SMS first."""

from __future__ import annotations

import json
import shutil
from typing import Any, ClassVar, Final

from ..night import REGENCY, ROLL, SENT, Night
from ..steps.devices import StationDevice, copied, pack, phone_of, read_and_fill_in, seal, take_photos
from ..steps.keys import RECEIVER, enrol, request_key, revoke
from ..steps.sending import arrived, take_in
from ..world import MadeUpStation, World
from .event import Event, EventOutcome, Moment

_LAST_PAGE: Final = 1  # place of the last page that was taken before the phone was lost: page 2


def _ready(night: Night, device: StationDevice, last_place: int | None = None) -> None:
    """Photograph, read, fill in, seal."""
    take_photos(night, device, last_place)
    read_and_fill_in(night, device)
    seal(night, device)


class PhoneLost(Event):
    """A phone is lost after page 2, and its number is given to a stranger.

    Its key is revoked and another phone enrolled, which photographs everything again. Whoever has the lost phone sends
    what is on it; the stranger sends the same numbers under a key of the own.
    """

    kind: str = "phone_lost"
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"phones", "evening"})

    def plan(self, world: World) -> None:
        """Choose the station."""
        for station in world.choose(self.kind, 1):
            station.way = "phone"

    def _devices(self, station: MadeUpStation) -> tuple[StationDevice, StationDevice, StationDevice]:
        lost = phone_of(station)
        names = (f"phone2-{station.code}", f"stranger-{station.code}")
        second, stranger = (StationDevice(name, (station,), ("KPPS",)) for name in names)
        return lost, second, stranger

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Lose the phone, replace it, and let both senders try."""
        (station,) = night.world.chosen_for(self.kind)
        lost, second, stranger = self._devices(station)
        if moment == "phones":
            _ready(night, lost, _LAST_PAGE)
            pack(night, lost, f"{SENT}/{lost.name}.zip")
            revoke(night, lost.name, "phone lost")
            request_key(night, second.name, f"KPPS {station.code} 2", "station", station.code)
            enrol(night, second.name, second.name)
            _ready(night, second)
            pack(night, second, f"{SENT}/{second.name}.zip")
            request_key(night, stranger.name, "Orang lain", "station", station.code)
            copied(night, lost.results, stranger.results)
            shutil.copytree(night.folder / lost.photos, night.folder / stranger.photos, dirs_exist_ok=True)
            seal(night, stranger)
            pack(night, stranger, f"{SENT}/{stranger.name}.zip")
        elif not night.happened(self.kind):
            take_in(night, second.name, f"{SENT}/{second.name}.zip")
            arrived(night, second.name, second.results)
            found = take_in(night, lost.name, f"{SENT}/{lost.name}.zip")
            other = take_in(night, stranger.name, f"{SENT}/{stranger.name}.zip")
            revoked = "revoked" in found.out + found.err
            unknown = "0 new" in other.out and other.code == 1
            noticed = found.code == 1 and other.code == 1
            facts = {"station": station.code, "lost": found.code, "stranger": other.code}
            facts["bundles"] = (found.code == 1) + (other.code == 1)
            line = f"{found.said('revoked')} | {other.said('not taken')}"
            night.outcome(EventOutcome(self.kind, noticed, revoked and unknown, revoked and unknown, line, facts))


class QrOnly(Event):
    """Of a station nothing but its slip arrives; its numbers count by the code."""

    kind: str = "qr_only"
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"phones", "evening", "added"})

    def plan(self, world: World) -> None:
        """Choose the station."""
        for station in world.choose(self.kind, 1):
            station.way = "phone"

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Make the slip, read it at the regency, and compare what the sums have with what the code carries."""
        (station,) = night.world.chosen_for(self.kind)
        device = phone_of(station)
        slip = f"{device.folder}/slip.pdf"
        if moment == "phones":
            _ready(night, device)
            words = ("slip", device.results, station.code, "--key", night.key(device.name), "--out", slip)
            night.run("sealing", f"slip-{station.code}", *words)
        elif moment == "evening":
            words = ("scan", slip, "--station", station.code, "--into", REGENCY, "--roll", ROLL)
            night.run("sending", f"scan-{station.code}", *words, "--key", night.key(RECEIVER))
        elif not night.happened(self.kind):
            self._in_sums(night, station, slip)

    def _in_sums(self, night: Night, station: MadeUpStation, slip: str) -> None:
        kept = night.run("sending", f"scan-{station.code}", expect=(0,)).said("kept")
        words = ("scan", slip, "--station", station.code, "--roll", ROLL, "--json")
        read = night.run("sending", f"read-{station.code}", *words)
        carried: dict[str, int | None] = json.loads(read.out)["numbers"] if read.code == 0 else {}
        known = {name: value for name, value in carried.items() if value is not None}
        stated = night.journal.get("stated/noon")[station.code]["values"]
        written = night.truth.written[station.code]
        right = sum(written.get(name) == value == stated.get(name) for name, value in known.items())
        facts = {"station": station.code, "numbers": len(known), "right": right}
        good = 0 < len(known) == right
        night.outcome(EventOutcome(self.kind, None, None, good, kept, facts))


class SmsFirst(Event):
    """A station's numbers arrive by SMS in the evening, and its bundle at noon."""

    kind: str = "sms_first"
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"phones", "evening", "noon"})

    def plan(self, world: World) -> None:
        """Choose the station."""
        for station in world.choose(self.kind, 1):
            station.way = "phone"

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Send the line, then the bundle, and compare both."""
        (station,) = night.world.chosen_for(self.kind)
        device = phone_of(station)
        if moment == "phones":
            _ready(night, device)
            out = f"{device.folder}/slip.pdf"
            words = ("slip", device.results, station.code, "--key", night.key(device.name), "--out", out)
            night.run("sealing", f"slip-{station.code}", *words)
        elif moment == "evening":
            night.run("sending", f"sms-evening-{station.code}", "scan", self._line(night, station), "--json")
        elif not night.happened(self.kind):
            pack(night, device, f"{SENT}/{device.name}.zip")
            take_in(night, device.name, f"{SENT}/{device.name}.zip")
            arrived(night, device.name, device.results)
            self._compare(night, station)

    def _line(self, night: Night, station: MadeUpStation) -> str:
        """The line that the slip's command printed."""
        printed = night.run("sealing", f"slip-{station.code}").out
        return next((line[line.index("OCR1 ") :].strip() for line in printed.splitlines() if "OCR1 " in line), "OCR1 ")

    def _compare(self, night: Night, station: MadeUpStation) -> None:
        line = self._line(night, station)
        words = ("scan", line, "--into", REGENCY, "--roll", ROLL, "--key", night.key(RECEIVER), "--json")
        later = night.run("sending", f"sms-noon-{station.code}", *words)
        first = _findings(night.run("sending", f"sms-evening-{station.code}").out)
        then = _findings(later.out)
        preliminary = "sms_preliminary" in first
        good = preliminary and "sms_preliminary" not in then and later.code == 0
        facts = {"station": station.code, "characters": len(line)}
        evidence = f"evening: {', '.join(first) or '-'}; noon: {', '.join(then) or '-'}"
        night.outcome(EventOutcome(self.kind, preliminary, preliminary, good, evidence, facts))


def _findings(printed: str) -> list[str]:
    """Codes of findings in the JSON that `scan` printed."""
    try:
        return [str(one["code"]) for one in json.loads(printed).get("findings", ())]
    except ValueError:
        return ["unreadable"]
