"""The plenary sessions: every station without a known number is taken from paper, areas are closed, minutes written."""

from __future__ import annotations

from typing import Any, Final

from ...recap.level_file import load_contest
from ..night import RECAP, Night
from ..world import CONTEST, REGENCY
from .adding import OPEN_DATA, station_values
from .adding import STEP as ADDING
from .keys import CHAIR

STEP: Final = "plenary"
PEOPLE: Final = ("--chair", "Ani", "--second", "Budi")
MINUTES: Final = "minutes"  # folder of the minutes that are sealed
FROM_PAPER: Final = "read from the paper form in the session"


def hold_plenary(night: Night) -> None:
    """Hold the session of each district, and that of the regency."""
    night.journal.show("sessions")
    (night.folder / MINUTES).mkdir(exist_ok=True)
    night.at("plenary")
    stated = night.journal.once("stated/before-paper", lambda: _published_again(night, "events"))
    for station in night.world.stations:
        missing = missing_numbers(night, station.code, stated)
        if missing and station.way != "none":
            correct(night, station.code, missing, FROM_PAPER, f"paper-{station.code}")
    for area in [*(one.code for one in night.world.districts), REGENCY]:
        night.run(STEP, f"close-{area}", "plenary", "close", RECAP, area, *PEOPLE)
        out = f"{MINUTES}/minutes-{area}.pdf"
        night.run(STEP, f"minutes-{area}", "plenary", "minutes", RECAP, area, "--out", out)
    night.at("closed")
    night.journal.once("stated/closed", lambda: _published_again(night, "closed"))
    night.journal.show("sessions_over")
    key = night.key(CHAIR)
    files = [f"{MINUTES}/minutes-{one}.pdf" for one in [*(d.code for d in night.world.districts), REGENCY]]
    papers = [word for file in files for word in ("--minutes", file)]
    tables = ("--recap", f"{OPEN_DATA}/areas.csv")
    sealed = ("seal", f"{MINUTES}/sealed-minutes", "--key", key, "--roll", "roll.json", "--area", REGENCY)
    night.run("sealing", "seal-minutes", *sealed, *papers, *tables)


def missing_numbers(night: Night, station: str, stated: dict[str, Any]) -> dict[str, int | None]:
    """What is written on a station's sheets and is not known in the sums, by field."""
    known = stated[station]["values"]
    contest = load_contest(CONTEST).file
    written = night.truth.written[station]
    # Of numbers that are written: one that is not known and not written is empty, and says so.
    return {one: written[one] for one in contest.field_ids if written.get(one) is not None and one not in known}


def correct(night: Night, station: str, numbers: dict[str, int | None], reason: str, name: str) -> None:
    """Let two people correct a station; what is empty on paper is said to be empty."""
    given = [f"{field}={'-' if value is None else value}" for field, value in numbers.items()]
    words = ("plenary", "correct", RECAP, station, *given, "--session", station[:6], "--reason", reason, *PEOPLE)
    night.run(STEP, name, *words)


def _published_again(night: Night, name: str) -> dict[str, Any]:
    night.run(ADDING, f"tables-{name}", "publish", RECAP, "--out", OPEN_DATA)
    return station_values(night)
