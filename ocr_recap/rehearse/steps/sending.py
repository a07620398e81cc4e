"""From the desks and devices to the regency: over the network in the evening, on sticks at noon."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..commands import CommandRun
from ..night import REGENCY, ROLL, SENT, STICKS, Night
from ..world import MadeUpArea
from .desks import desk_folder
from .devices import laptop_of, pack
from .keys import DESK, RECEIVER

STEP: Final = "sending"
ARRIVED: Final = "arrived/"  # beginning of the journal's keys of senders whose bundles arrived


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
    night.journal.show("evening")
    zips = [f"{SENT}/{one.code}.zip" for one in with_desks(night)]
    take_in(night, "evening", *zips)
    for district in with_desks(night):
        arrived(night, f"desk-{district.code}", desk_folder(district))
    night.at("evening")


def receive_noon(night: Night) -> None:
    """Receive the sticks of the villages without a network."""
    night.journal.show("noon")
    sticks: list[str] = []
    for village in night.world.offline():
        device = laptop_of(village)
        pack(night, device, f"{STICKS}/{village.code}/bundle")
        sticks.append(f"{STICKS}/{village.code}/bundle")
        arrived(night, device.name, device.results)
    if sticks:
        take_in(night, "noon", *sticks)
    night.at("noon")


def take_in(night: Night, name: str, *bundles: str) -> CommandRun:
    """Receive bundles with the roll of now, giving receipts."""
    words = ("receive", *bundles, "--into", REGENCY, "--roll", ROLL, "--key", night.key(RECEIVER))
    return night.run(STEP, f"receive-{name}", *words, expect=(0, 1))


def arrived(night: Night, name: str, folder: str) -> None:
    """Note that the bundle of a sender's results has arrived."""
    night.journal.once(f"{ARRIVED}{name}", lambda: folder)


def senders(night: Night) -> list[Path]:
    """The folders of results whose bundles arrived, where their senders have them."""
    return [night.folder / folder for _, folder in sorted(night.journal.under(ARRIVED))]
