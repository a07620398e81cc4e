"""The made-up regency: districts, villages and stations, which way each station's results go, and the photos of it.

Codes are those of a regency that does not exist: province 21 has none with the number 39. Everything follows from the
number of stations and the seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

import numpy as np

from ..messages.errors import TemplateError

REGENCY: Final = "2139"
FORM: Final = "c-hasil-ppwp-2024"
CONTEST: Final = "ppwp-2024"
OTHER_FORM: Final = "ppwp-plano-2019"  # of another election, for photos that do not belong here
# Stations of a village and villages of a district, in a small regency and in others; by judgement.
_SMALL: Final = 100
_SIZES: Final = {True: (4, 3), False: (10, 10)}
# Shares of photos by how hard they are; by judgement, as nobody has counted those of a night.
PRESETS: Final = {"clean": 0.3, "field": 0.55, "hard": 0.15}
CONFIRMING: Final = 0.5  # share of officers who confirm their numbers at the desk before they leave; by judgement
_NAMES: Final = (
    "Melati",
    "Kenanga",
    "Cempaka",
    "Dahlia",
    "Flamboyan",
    "Anggrek",
    "Teratai",
    "Seroja",
    "Mawar",
    "Bakung",
)
Way = Literal["desk", "laptop", "phone", "none"]


@dataclass
class MadeUpStation:
    """A station.

    Attributes:
        code: 13 digits.
        index: from 0, over the whole regency.
        way: its photos go to the district's desk, to the laptop of a village without a network, or are read on a
            phone of its own; `none`: it never comes.
        event: the kind of event that it was chosen for; empty for none.
        confirms: whether its officer confirms the numbers at the desk.
        preset: how hard its photos are.
        slip: whether its clerk writes a number that was not counted.
    """

    code: str
    index: int
    way: Way = "desk"
    event: str = ""
    confirms: bool = False
    preset: str = "field"
    slip: bool = False


@dataclass(frozen=True)
class MadeUpArea:
    """A district or village: its code, its name and its stations."""

    code: str
    name: str
    stations: tuple[MadeUpStation, ...]


@dataclass(frozen=True)
class PhotoPlan:
    """A photo that is drawn.

    Attributes:
        station: code of the station that sends it.
        name: of the file, without ending.
        form: that is photographed.
        document: number of the drawn document; its pages share numbers and hand.
        place: index of the page.
        preset: how hard it is.
        counts: whether it shows the sheet of this station that counts.
        slip: whether its clerk writes a number that was not counted.
    """

    station: str
    name: str
    form: str
    document: int
    place: int
    preset: str
    counts: bool = True
    slip: bool = False


@dataclass
class World:
    """A regency.

    Attributes:
        seed: that everything follows from.
        stations: in the order of their codes.
        districts, villages: with their stations.
        places: indices of the pages that are photographed.
        extra: photos beside those that each station sends of its own form.
    """

    seed: int
    stations: list[MadeUpStation]
    districts: list[MadeUpArea]
    villages: list[MadeUpArea]
    places: tuple[int, ...]
    extra: list[PhotoPlan] = field(default_factory=list[PhotoPlan])

    @cached_property
    def _by_code(self) -> dict[str, MadeUpStation]:
        return {one.code: one for one in self.stations}

    def chance(self, *about: int) -> np.random.Generator:
        """A random generator for one purpose."""
        return np.random.default_rng([self.seed, 77, *about])

    def station(self, code: str) -> MadeUpStation:
        """The station of a code."""
        return self._by_code[code]

    def chosen_for(self, kind: str) -> list[MadeUpStation]:
        """Stations that were chosen for an event."""
        return [one for one in self.stations if one.event == kind]

    def choose(self, kind: str, count: int, way: Way = "desk") -> list[MadeUpStation]:
        """Choose stations for an event; no station is chosen twice.

        Raises:
            TemplateError: there are too few.
        """
        free = [one for one in self.stations if one.way == way and not one.event]
        if len(free) < count:
            raise TemplateError("script_too_large", kind=kind, count=count, free=len(free))
        order = self.chance(len(self.chosen), *kind.encode()).permutation(len(free))
        found = [free[int(place)] for place in order[:count]]
        for one in found:
            one.event = kind
        return sorted(found, key=lambda one: one.code)

    @property
    def chosen(self) -> list[MadeUpStation]:
        """Stations that some event was chosen for."""
        return [one for one in self.stations if one.event]

    def offline(self) -> list[MadeUpArea]:
        """Villages without a network."""
        return [one for one in self.villages if all(station.way == "laptop" for station in one.stations)]

    def photos(self) -> Iterator[PhotoPlan]:
        """All photos that are drawn: those of each station, then the extra ones."""
        for station in self.stations:
            if station.way == "none":
                continue
            for place in self.places:
                name = f"{station.code}-{place + 1}"
                yield PhotoPlan(station.code, name, FORM, station.index, place, station.preset, slip=station.slip)
        yield from self.extra


def make_world(stations: int, seed: int, places: Sequence[int]) -> World:
    """Make up a regency.

    Args:
        stations: how many.
        seed: that everything follows from.
        places: indices of the pages that are photographed.
    """
    per_village, per_district = _SIZES[stations < _SMALL]
    rng = np.random.default_rng([seed, 76])
    presets = rng.choice(list(PRESETS), size=stations, p=list(PRESETS.values()))
    confirms = rng.random(stations) < CONFIRMING
    made: list[MadeUpStation] = []
    for index in range(stations):
        village, place = divmod(index, per_village)
        district, village = divmod(village, per_district)
        code = f"{REGENCY}{district + 1:02}{2001 + village}{place + 1:03}"
        made.append(MadeUpStation(code, index, preset=str(presets[index]), confirms=bool(confirms[index])))
    return World(seed, made, _areas(made, 6), _areas(made, 10), tuple(places))


def _areas(stations: Sequence[MadeUpStation], digits: int) -> list[MadeUpArea]:
    codes = sorted({one.code[:digits] for one in stations})
    return [
        MadeUpArea(
            code,
            f"{_NAMES[place % len(_NAMES)]} {place // len(_NAMES) + 1}",
            tuple(one for one in stations if one.code.startswith(code)),
        )
        for place, code in enumerate(codes)
    ]
