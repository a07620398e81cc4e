"""The sums of all that has arrived, and the tables that everybody may read."""

from __future__ import annotations

from typing import Any, Final

from ..night import RECAP, REGENCY, STATIONS, Night

STEP: Final = "adding"
OPEN_DATA: Final = "open-data"


def add_up(night: Night, name: str) -> None:
    """Add up what the regency has received, by the statements that hold.

    Args:
        night: that is played.
        name: of this time: evening or noon.
    """
    night.journal.show(f"sums_{name}")
    words = ("recap", REGENCY, "--roll", STATIONS, "--out", RECAP)
    night.run(STEP, name, *words, expect=(0, 1))
    night.run(STEP, f"tables-{name}", "publish", RECAP, "--out", OPEN_DATA)
    night.journal.once(f"stated/{name}", lambda: station_values(night))
    if name == "noon":
        night.at("added")


def station_values(night: Night) -> dict[str, Any]:
    """The published numbers of each station: its status, and the known values by field."""
    from pyarrow import parquet  # noqa: PLC0415  (an extra)

    rows: list[dict[str, Any]] = parquet.read_table(night.folder / OPEN_DATA / "stations.parquet").to_pylist()
    return {
        row["code"]: {
            "status": row["status"],
            "values": {name: value for name, value in row.items() if isinstance(value, int)},
        }
        for row in rows
    }
