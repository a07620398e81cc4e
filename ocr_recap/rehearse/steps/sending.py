"""From the desks and devices to the regency: over the network in the evening, on sticks at noon."""

from __future__ import annotations

from typing import Final

from ..commands import CommandRun
from ..night import REGENCY, ROLL, SENT, STICKS, Night
from ..world import MadeUpArea
from .desks import desk_folder
from .devices import copied, laptop_of, pack
from .keys import DESK, RECEIVER

STEP: Final = "sending"
FROM: Final = "results"  # folder of the results that came along with bundles, below that of the regency


def seal_desks(night: Night) -> None:
    """Seal and pack what the desks have; their photos stay there, their hashes travel."""
    (night.folder / SENT).mkdir(exist_ok=True)
    for district in with_desks(night):
        folder, key = desk_folder(district), night.key(f"{DESK}-{district.code}")
        night.run("sealing", f"seal-{district.code}", "seal", folder, "--key", key, "--roll", ROLL)
        out = f"{SENT}/{district.code}.zip"
        night.run(STEP, f"pack-{district.code}", "pack", folder, "--without-photos", "--out", out)


def with_desks(night: Night) -> list[MadeUpArea]:
    """Districts of which some station came to the desk."""
    return [one for one in night.world.districts if any(station.way == "desk" for station in one.stations)]


def receive_evening(night: Night) -> None:
    """Receive what came over the network."""
    night.journal.show("the regency receives what came over the network")
    zips = [f"{SENT}/{one.code}.zip" for one in with_desks(night)]
    take_in(night, "evening", *zips)
    for district in with_desks(night):
        copied(night, desk_folder(district), came_with(f"desk-{district.code}"))
    night.at("evening")


def receive_noon(night: Night) -> None:
    """Receive the sticks of the villages without a network."""
    night.journal.show("noon: the sticks arrive")
    sticks: list[str] = []
    for village in night.world.offline():
        device = laptop_of(village)
        pack(night, device, f"{STICKS}/{village.code}/bundle")
        sticks.append(f"{STICKS}/{village.code}/bundle")
        copied(night, device.results, f"{STICKS}/{village.code}/{device.name}")
        copied(night, f"{STICKS}/{village.code}/{device.name}", came_with(device.name))
    if sticks:
        take_in(night, "noon", *sticks)
    night.at("noon")


def take_in(night: Night, name: str, *bundles: str) -> CommandRun:
    """Receive bundles with the roll of now, giving receipts."""
    words = ("receive", *bundles, "--into", REGENCY, "--roll", ROLL, "--key", night.key(RECEIVER))
    return night.run(STEP, f"receive-{name}", *words, expect=(0, 1))


def came_with(name: str) -> str:
    """Where the results lie that came along with a bundle."""
    return f"{FROM}/{name}"
