"""What is written on the sheets of a rehearsal, by photo and by station: people see it, the report compares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .photos import PHOTOS
from .world import FORM, World

_SEEN: Final = 0.6  # share of a number that a person needs to see to read it; by judgement
UNREADABLE: Final = "?"
EMPTY: Final = "-"


@dataclass(frozen=True)
class PhotoTruth:
    """What a photo shows.

    Attributes:
        station: whose sheet it is.
        name: of its file, without ending.
        page: of the form; None where it shows another form.
        counts: whether its sheet is the one of the station that counts.
        fields: value (None: nothing is written) and the share of it that the photo shows, by field.
        defects: of the photo.
    """

    station: str
    name: str
    page: str | None
    counts: bool
    fields: Mapping[str, tuple[int | None, float]]
    defects: tuple[str, ...]

    def seen(self, field: str) -> str:
        """What a person reads: digits, `-` for nothing, `?` where it cannot be read."""
        if field not in self.fields:
            return UNREADABLE
        value, visible = self.fields[field]
        if visible < _SEEN:
            return UNREADABLE
        return EMPTY if value is None else str(value)


@dataclass(frozen=True)
class SheetTruth:
    """The truth of a regency.

    Attributes:
        by_photo: what a photo shows, by the SHA-256 of its file.
        written: what is written on a station's sheets, by station and field; None: nothing.
        counted: what was counted there.
    """

    by_photo: dict[str, PhotoTruth]
    written: dict[str, dict[str, int | None]]
    counted: dict[str, dict[str, int | None]]

    def add(self, path: Path) -> None:
        """Add the truth of a photo.

        Args:
            path: of the file beside the photo.

        Raises:
            OSError: it cannot be read.
        """
        found = json.loads(path.read_bytes())
        fields = {name: (value, visible) for name, (value, visible) in found["fields"].items()}
        page = found["page"] if found["form"] == FORM else None
        station = found["station"]
        facts = station, found["name"], page, found["counts"], fields, tuple(found["defects"])
        self.by_photo[found["sha256"]] = PhotoTruth(*facts)
        if found["counts"]:
            self.written[station] |= {name: value for name, (value, _) in fields.items()}
            self.counted[station] |= found["counted"]

    def seen(self, sha256: str, field: str) -> str:
        """What a person reads on a photo."""
        found = self.by_photo.get(sha256)
        return UNREADABLE if found is None else found.seen(field)


def load_truth(folder: Path, world: World) -> SheetTruth:
    """Read the truth of all photos of a regency.

    Raises:
        OSError: a truth cannot be read.
    """
    numbers = ({one.code: dict[str, int | None]() for one in world.stations} for _ in range(2))
    found = SheetTruth({}, *numbers)
    for path in sorted((folder / PHOTOS).glob("*/*.json")):
        found.add(path)
    return found
