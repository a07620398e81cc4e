"""Which photos make one document, and which photo of a page counts: decided on a few facts of each photo.

Photos belong together because their station is named, because their folder was said to be one document, or because
they show the same sheet of paper. Never because they lie or were taken next to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ..messages.problems import OF_GROUPING
from .record import Problem, Record, Station, label, problem
from .sheet_fingerprint import alike
from .station_codes import Place

_DOUBTFUL = frozenset({"station_conflict", "photo_under_two_stations"})  # such a photo may be another station's
_ROOT = "./"  # what results call a folder of the command line itself
_Key = tuple[str, str]  # ("station", code), ("folder", which it is) or ("photo", index)


@dataclass(frozen=True)
class Sighting:
    """What grouping needs to know of one photo.

    Attributes:
        file, frame, sha256: which photo, and which frame of it.
        place: where it belongs by manifest and names.
        page: (template id, page id), None when no page was read.
        ink: the writing on it (`sheet_fingerprint.ink`).
        surety: its smallest confidence; of two photos of one page the surer counts.
        residual: how well the page fits; decides between equally sure ones.
    """

    file: str
    frame: int
    sha256: str
    place: Place
    page: tuple[str, str] | None
    ink: str
    surety: float
    residual: float

    @property
    def label(self) -> str:
        """How people see the photo named."""
        return label(self.file, self.frame)


@dataclass(frozen=True)
class Member:
    """A photo of a group: its place in the input, what grouping found, and whether its numbers count.

    Attributes:
        index: of the photo.
        problems: found by grouping.
        doubtful: it may belong to another station.
        instead: the photo that counts in its stead; None if this one counts or has no page.
        station: whose it is, and how that is known of this photo.
    """

    index: int
    problems: tuple[Problem, ...] = ()
    doubtful: bool = False
    instead: str | None = None
    station: Station = field(default_factory=Station)


@dataclass(frozen=True)
class Group:
    """The photos of one document, in input order."""

    id: str
    station: Station
    template: str | None
    members: tuple[Member, ...]
    problems: tuple[Problem, ...] = ()


def sighting(record: Record, place: Place) -> Sighting:
    """What grouping needs to know of a record."""
    photo, page = record.photo, record.page
    return Sighting(
        photo.file,
        photo.frame,
        photo.sha256,
        place,
        (page.template, page.page) if page else None,
        page.ink if page else "",
        min((f.confidence for f in record.fields.values()), default=0.0),
        page.residual if page else 0.0,
    )


def group(sightings: Sequence[Sighting], roll: Iterable[str] | None = None) -> list[Group]:
    """Put photos together, in the order of each document's first photo.

    Args:
        sightings: in input order.
        roll: the stations that there are, if that is known; others are reported.
    """
    seen = _with_folders(sightings)
    copies = _same_bytes(seen)
    same = sorted(copies | _same_sheet(seen))
    keys = _keys(seen, sorted(copies))
    members = [_member(i, s) for i, s in enumerate(seen)]
    for i, j in same:
        one, other = seen[i].place.station.code, seen[j].place.station.code
        if one and other and one != other:
            members[i] = _under_two(members[i], one, other, seen[j].label)
            members[j] = _under_two(members[j], other, one, seen[i].label)
    parts: dict[tuple[_Key, str | None], list[int]] = {}
    forms: dict[_Key, list[str]] = {}
    for key, s in zip(keys, seen, strict=True):
        if s.page and s.page[0] not in forms.setdefault(key, []):
            forms[key].append(s.page[0])
    copied = {j: page[0] for i, j in same if (page := seen[i].page)}
    for i, (key, s) in enumerate(zip(keys, seen, strict=True)):
        known = forms.get(key, [])
        # A photo without a page goes with its station's only form; a copy is of the form that was copied.
        form = s.page[0] if s.page else known[0] if len(known) == 1 else copied.get(i)
        parts.setdefault((key, form), []).append(i)
    listed = None if roll is None else set(roll)
    groups: list[Group] = []
    taken: set[str] = set()
    roots = {s.place.where for s in seen if s.place.folder == _ROOT}
    for (key, form), indexes in parts.items():
        several = len(forms.get(key, [])) > 1 and form is not None
        name = _unique(_name(key, seen[indexes[0]], roots) + (f":{form}" if several else ""), taken)
        groups.append(_group(name, form, [members[i] for i in indexes], seen, listed))
    return groups


def regroup(
    name: str, station: Station, template: str | None, records: Sequence[Record], problems: tuple[Problem, ...]
) -> Group:
    """The group again that settled records came from; `problems` are those of the document.

    Args:
        name, station, template: as the document has them.
        records: its photos' in input order, as `document.settle` left them.
        problems: of grouping, as the document has them.
    """
    members: list[Member] = []
    for index, record in enumerate(records):
        own = tuple(p for p in record.problems if p.code in OF_GROUPING)
        again = next((p for p in own if p.code == "page_again"), None)
        doubtful = any(p.code in _DOUBTFUL for p in own)
        members.append(Member(index, own, doubtful, again and str(again.data["counts"]), record.station))
    return Group(name, station, template, tuple(members), problems)


def _with_folders(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Where folders are documents, a photo that names no station has that of its folder."""
    codes: dict[str, list[str]] = {}
    for s in sightings:
        if s.place.folder and s.place.station.code:
            known = codes.setdefault(s.place.where, [])
            known += [s.place.station.code] if s.place.station.code not in known else []
    placed: list[Sighting] = []
    for s in sightings:
        place, known = s.place, codes.get(s.place.where, []) if s.place.folder else []
        if known and not place.station.code and not place.problems:
            if len(known) == 1:
                place = replace(place, station=Station(code=known[0], source="document"))
            else:
                place = replace(place, problems=(problem("station_conflict", codes=[["folder", "/".join(known)]]),))
        placed.append(replace(s, place=place))
    return placed


def _same_bytes(seen: Sequence[Sighting]) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of a photo with a page and a copy of it."""
    first: dict[tuple[str, int], int] = {}
    return {
        (earliest, i)
        for i, s in enumerate(seen)
        if s.sha256 and (earliest := first.setdefault((s.sha256, s.frame), i)) != i and seen[earliest].page
    }


def _same_sheet(seen: Sequence[Sighting]) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of photos whose pages carry the same ink."""
    pages: dict[tuple[str, str], list[int]] = {}
    for i, s in enumerate(seen):
        if s.page:
            pages.setdefault(s.page, []).append(i)
    return {(indexes[a], indexes[b]) for indexes in pages.values() for a, b in alike([seen[i].ink for i in indexes])}


def _keys(seen: Sequence[Sighting], copies: Iterable[tuple[int, int]]) -> list[_Key]:
    """Each photo's document. One that names no station is its own, unless it is a copy, byte for byte.

    A likeness of ink is not enough: two stations can write alike, and then one of them would vanish in the other.
    """
    partners: dict[int, list[int]] = {}
    for i, j in copies:
        partners.setdefault(i, []).append(j)
        partners.setdefault(j, []).append(i)
    keys: list[_Key] = []
    for i, s in enumerate(seen):
        code = s.place.station.code
        key = ("station", code) if code else ("folder", s.place.where) if s.place.folder else ("photo", str(i))
        if not code and not s.place.problems:
            others = [j for j in partners.get(i, []) if not seen[j].place.problems]
            named = [c for j in others if (c := seen[j].place.station.code)]
            earlier = [j for j in others if j < i]
            if named:
                key = ("station", named[0])
            elif earlier:
                key = keys[earlier[0]]
        elif not code:
            key = ("photo", str(i))
        keys.append(key)
    return keys


def _member(index: int, s: Sighting) -> Member:
    problems = list(s.place.problems)
    if s.page and s.place.page and s.place.page != s.page[1]:
        problems.append(problem("page_conflict", expected=s.place.page, found=s.page[1]))
    return Member(index, tuple(problems), doubtful=bool(s.place.problems))


def _under_two(member: Member, station: str, other_station: str, other: str) -> Member:
    found = problem("photo_under_two_stations", station=station, other_station=other_station, other=other)
    return replace(member, problems=(*member.problems, found), doubtful=True)


def _group(
    name: str, form: str | None, members: Sequence[Member], seen: Sequence[Sighting], roll: set[str] | None
) -> Group:
    best: dict[tuple[str, str], int] = {}

    def worth(member: Member) -> tuple[bool, float, float, int]:
        s = seen[member.index]
        return not member.doubtful, s.surety, -s.residual, -member.index

    for member in sorted(members, key=worth):
        page = seen[member.index].page
        if page:
            best[page] = member.index
    places = [seen[m.index].place for m in members]
    station = next((p.station for p in places if p.station.code), Station())
    settled: list[Member] = []
    for member, place in zip(members, places, strict=True):
        page = seen[member.index].page
        own = place.station if place.station.code else Station(code=station.code, source=station.code and "same_photo")
        placed = replace(member, station=own)
        if page and best[page] != member.index:
            counts = seen[best[page]].label
            again = (*member.problems, problem("page_again", counts=counts))
            placed = replace(placed, problems=again, instead=counts)
        settled.append(placed)
    problems: list[Problem] = []
    if station.code and roll is not None and station.code not in roll:
        problems.append(problem("station_not_on_roll", station=station.code))
    if not station.code and not any(p.problems for p in places):
        problems.append(problem("station_unknown"))
    return Group(name, station, form, tuple(settled), tuple(problems))


def _name(key: _Key, first: Sighting, roots: set[str]) -> str:
    """What a document is called by its first photo; of several folders on the command line each has its own name."""
    folder = first.place.folder
    if key[0] == "station":
        return key[1]
    if key[0] == "photo" or folder is None:
        return first.label
    return f"{PurePosixPath(key[1]).name}/" if folder == _ROOT and len(roots) > 1 else folder


def _unique(name: str, taken: set[str]) -> str:
    unique, number = name, 1
    while unique in taken:
        number += 1
        unique = f"{name}~{number}"
    taken.add(unique)
    return unique
