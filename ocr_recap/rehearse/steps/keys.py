"""Before the election: the officials' ceremony, a key on each device, the roll of keys, the list of stations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ..night import KEYS, ROLL, STATIONS, Night
from ..world import REGENCY as CODE

STEP: Final = "keys"
OFFICIALS: Final = ("Adi", "Bunga", "Citra")
SIGNERS: Final = ("--key", f"{KEYS}/Adi.key", "--key", f"{KEYS}/Citra.key")  # two of the three
UNTIL: Final = "2099-12-31"
DESK, RECEIVER, RECAPS, CHAIR = "desk", "receiver", "recaps", "chair"


def prepare_keys(night: Night) -> None:
    """Make the roll of keys and the list of stations."""
    night.journal.show("keys")
    (night.folder / KEYS).mkdir(exist_ok=True)
    codes = "\n".join(("station", *(one.code for one in night.world.stations)))
    night.journal.once("stations", lambda: (night.folder / STATIONS).write_text(codes + "\n", "utf-8"))
    for name in OFFICIALS:
        night.run(STEP, name, "keys", "request", "--key", night.key(name), "--person", name, "--role", "official")
    requests = [f"{KEYS}/{name}.request" for name in OFFICIALS]
    first = ("--threshold", 2, "--out", ROLL, "--key", night.key("Adi"), "--key", night.key("Bunga"))
    night.run(STEP, "init", "keys", "init", *requests, "--election", "Latihan", "--rehearsal", *first)
    holders = [
        *((f"{DESK}-{one.code}", f"Meja {one.name}", "station", one.code) for one in night.world.districts),
        *((f"laptop-{one.code}", f"PPS {one.name}", "station", one.code) for one in night.world.offline()),
        *((f"phone-{s.code}", f"KPPS {s.code}", "station", s.code) for s in night.world.stations if s.way == "phone"),
        (RECEIVER, "KPU penerima", "receiver", CODE),
        (RECAPS, "KPU rekap", "recap", CODE),
        (CHAIR, "Ketua", "plenary", CODE),
    ]
    for name, person, role, code in holders:
        request_key(night, name, person, role, code)
    enrol(night, "all", *(name for name, *_ in holders))
    night.at("roll_made")


def request_key(night: Night, name: str, person: str, role: str, code: str) -> None:
    """Make the key of a device, and its request."""
    words = ("keys", "request", "--key", night.key(name), "--person", person, "--role", role, "--code", code)
    night.run(STEP, f"request-{name}", *words)


def enrol(night: Night, why: str, *names: str) -> None:
    """Let two officials enrol the keys of devices, valid since yesterday."""
    start = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    requests = [f"{KEYS}/{name}.request" for name in names]
    night.run(STEP, f"enrol-{why}", "keys", "enrol", ROLL, *requests, "--from", start, "--until", UNTIL, *SIGNERS)


def revoke(night: Night, name: str, reason: str) -> None:
    """Let two officials revoke a key."""
    words = ("keys", "revoke", ROLL, f"{KEYS}/{name}.request", "--reason", reason, *SIGNERS)
    night.run(STEP, f"revoke-{name}", *words)
