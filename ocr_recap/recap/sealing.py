"""What of a recap folder is sealed by the one who answers for it: its logs as files, and the sums of its area."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..messages.errors import InputUnusable
from ..records.station_lists import read_roll
from .areas import LENGTHS, shown_code
from .folder import LOGS, ROLL_FILE, held, refuse_edits, refuse_other
from .pending import recover
from .recap_info import contest_of
from .station_tables import require_recap
from .sums import sums_of


def recap_to_seal(folder: Path, area: str | None = None) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of a recap that make all the rest of it, and what its sealed statement says.

    Args:
        folder: of the recap.
        area: code of the area that the statement is about; None: the smallest one that has all its stations.

    Returns:
        Contents by name; and the area, the contest, for each field the total (null where a station is not in it)
        and how many stations are in it, and how many are expected.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder is no recap, is in use or was edited, or the area has no
            stations in it.
        OSError: a file cannot be read.
    """
    require_recap()
    refuse_other(folder)
    with held(folder):
        recover(folder)
        refuse_edits(folder, LOGS)
        contest = contest_of(folder).file
        code = common_area(sorted(read_roll(folder / ROLL_FILE))) if area is None else area
        sums = sums_of(folder, code, contest)
        if not sums:
            raise InputUnusable("area_without_stations", area=shown_code(code))
        files = {name: (folder / name).read_bytes() for name in LOGS if (folder / name).is_file()}
    said = {
        "area": code,
        "contest": contest.id,
        "counted": {one.field: one.counted for one in sums},
        "expected": sums[0].expected,
        "numbers": {one.field: None if one.at_least else one.total for one in sums},
    }
    return files, said


def common_area(stations: Sequence[str]) -> str:
    """The smallest area above stations that has all of them; empty: the nation."""
    first, last = stations[0], stations[-1]
    lengths = sorted((size for size in LENGTHS.values() if size < len(first)), reverse=True)
    return next((first[:size] for size in lengths if first[:size] == last[:size]), "")
