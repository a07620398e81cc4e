"""Machines: a laptop and a server that die in the middle, a disk that is full, a clock that is wrong."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any, ClassVar, Final, cast

from pydantic import Field

from ..commands import CommandLimits, run_and_end
from ..night import ROLL, Night
from ..steps.desks import Desk
from ..steps.devices import STEP, StationDevice, laptop_of, seal
from ..steps.review import ReviewAnswer
from .event import Event, EventOutcome, Moment

_CANNOT_WRITE: Final = 6  # exit code of `CannotWrite`


def _laptops(night: Night) -> list[StationDevice]:
    return [laptop_of(one) for one in night.world.offline()]


class LaptopDies(Event):
    """The first laptop dies while it reads, after some photos; switched on again, it goes on."""

    kind: str = "laptop_dies"
    after: int = Field(1, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"before_read", "added"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """End the reading at once; in the end look at how many photos were not read again."""
        laptops = _laptops(night)
        if not laptops:
            return
        if moment == "before_read":
            if about == laptops[0]:
                night.journal.once("dies/laptop", lambda: self._die(night, about))
        elif not night.happened(self.kind):
            run = json.loads((night.folder / laptops[0].results / "run.json").read_bytes())
            kept, code = night.journal.get("dies/laptop")
            facts = {"kept": kept, "resumed": run["resumed"], "photos": run["photos"]}
            evidence = f"ended by signal {-code}; run.json: resumed {run['resumed']} of {run['photos']}"
            good = code < 0 and run["resumed"] >= kept >= 1
            night.outcome(EventOutcome(self.kind, None, None, good, evidence, facts))

    def _die(self, night: Night, device: StationDevice) -> tuple[int, int]:
        with night.journal.timed(STEP):
            words = (*device.read_words, "--workers", "1")
            done = run_and_end(night.folder, words, lambda: _readings(night, device) >= self.after)
        return _readings(night, device), done.code


def _readings(night: Night, device: StationDevice) -> int:
    """How many photos a device has read, as its journal on the disk says."""
    path = night.folder / device.results / "journal.sqlite"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as data:
            return int(data.execute("SELECT count(*) FROM readings").fetchone()[0])
    except sqlite3.Error:
        return 0


class ServerDies(Event):
    """The server of the first desk dies during review; started again, it has every answer that it acknowledged."""

    kind: str = "server_dies"
    after: int = Field(6, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"answered"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """End it at once after some answers, start it again, and look its answers up."""
        desk, answer = cast("tuple[Desk, ReviewAnswer]", about)
        if night.happened(self.kind) or answer.place < self.after:
            return
        before = _entries(desk)
        desk.server.end_at_once()
        desk.start()
        after = _entries(desk)
        facts = {"acknowledged": answer.place, "before": before, "found": after}
        evidence = f"killed after {answer.place} acknowledged answers; {after} of {before} entries are there"
        good = after >= before >= answer.place
        night.outcome(EventOutcome(self.kind, None, None, good, evidence, facts))


def _entries(desk: Desk) -> int:
    with closing(sqlite3.connect(f"{desk.database.as_uri()}?mode=ro", uri=True)) as data:
        return int(data.execute("SELECT count(*) FROM entries").fetchone()[0])


class DiskFull(Event):
    """The disk of the second laptop is full while it reads; with space again, it reads everything.

    A limit on the size of files stands for the full disk: writing beyond it fails as it does there.
    """

    kind: str = "disk_full"
    bytes: int = Field(30_000, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"before_read", "added"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Read on the full disk; in the end look at what the next reading made."""
        laptops = _laptops(night)
        if len(laptops) < 2:
            return
        device = laptops[1]
        if moment == "before_read":
            if about == device:
                limits = CommandLimits(file_bytes=self.bytes)
                words = (*device.read_words, "--workers", "1")
                night.run(STEP, f"full-{device.name}", *words, expect=(_CANNOT_WRITE,), limits=limits)
        elif not night.happened(self.kind):
            tried = night.run(STEP, f"full-{device.name}")
            run = json.loads((night.folder / device.results / "run.json").read_bytes())
            facts = {"code": tried.code, "photos": run["photos"]}
            noticed = tried.code == _CANNOT_WRITE
            line = tried.said("ocr-recap:")
            good = noticed and run["photos"] >= len(device.stations) * len(night.world.places)
            night.outcome(EventOutcome(self.kind, noticed, "ocr-recap:" in line, good, line, facts))


class WrongClock(Event):
    """The clock of the third laptop is wrong when it seals."""

    kind: str = "wrong_clock"
    seconds: int = -14_400
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"before_seal", "noon"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Seal by the wrong clock; when the stick arrives, look at what is said about it."""
        laptops = _laptops(night)
        if not laptops:
            return
        device = laptops[-1]
        if moment == "before_seal":
            if about == device:
                # The name is that of the usual run: the step finds it done.
                seal(night, device, CommandLimits(clock=float(self.seconds)))
        elif not night.happened(self.kind):
            words = ("verify", device.results, "--roll", ROLL, "--json")
            checked = night.run("checking", "clock", *words, expect=(0, 1))
            received = night.run("sending", "receive-noon")
            codes = sorted({one["code"] for one in json.loads(checked.out)["findings"]})
            noticed = "clock_back" in codes
            told = received.said("clock")
            facts = {"seconds": self.seconds, "stations": len(device.stations)}
            evidence = f"{', '.join(codes)}: {told}"
            night.outcome(EventOutcome(self.kind, noticed, noticed and "clock" in told, noticed, evidence, facts))
