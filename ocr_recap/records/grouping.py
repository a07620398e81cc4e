"""Groups photos into documents, and ranks the photos of each page, from a few facts of each photo.

`page_photos` then chooses the photo that counts for each number.

Photos belong to one document when they name the same station, when their folder was declared to be one document, or
when they are byte for byte the same file. Neighbours in a folder or in time are not put together for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ..messages.problems import OF_GROUPING
from .record import Problem, Record, Station, label, problem
from .sheet_fingerprint import alike
from .station_codes import Place

PAGE_AGAIN = "page_again"  # problem of a photo that counts for none of its page's numbers
_DOUBTFUL = frozenset({"station_conflict", "photo_under_two_stations"})  # the photo may belong to another station
_ROOT = "./"  # name in results of a folder that was given on the command line
_Key = tuple[str, str]  # ("station", code), ("folder", its path) or ("photo", index)


@dataclass(frozen=True)
class Sighting:
    """The facts of one photo that grouping uses.

    Attributes:
        file, frame, sha256: the photo, and its frame from 0. A withdrawn photo has no hash: it is nobody's copy.
        place: its station and folder, by manifest and names.
        page: (template id, page id), None when no page was read.
        ink: the sheet's fingerprint (`sheet_fingerprint.ink`).
        in_sight: how many numbers of the page it shows; of two photos of one page the one with more is the better.
        surety: the smallest confidence of its numbers; the larger is better where `in_sight` is equal.
        residual: of the page's placement, cell widths; the smaller is better where `surety` is equal, too.
    """

    file: str
    frame: int
    sha256: str
    place: Place
    page: tuple[str, str] | None
    ink: str
    in_sight: int
    surety: float
    residual: float

    @property
    def label(self) -> str:
        """The photo's name for people (`record.label`)."""
        return label(self.file, self.frame)


@dataclass(frozen=True)
class Member:
    """A photo of a group: its place in the input, and what grouping found.

    Attributes:
        index: of the photo.
        problems: found by grouping.
        doubtful: whether it may belong to another station.
        rank: its place among the photos of its page, 0 for the best one (`Sighting`).
        numbers: field ids for which it counts, where that was decided before (`regroup`); None where it is open.
        station: its station, with the source of the code.
    """

    index: int
    problems: tuple[Problem, ...] = ()
    doubtful: bool = False
    rank: int = 0
    numbers: frozenset[str] | None = None
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
    """Extract the facts that grouping uses from a record and the place of its photo."""
    photo, page = record.photo, record.page
    sure = [f.confidence for f in record.fields.values() if f.confidence is not None]
    return Sighting(
        photo.file,
        photo.frame,
        "" if record.is_withdrawn else photo.sha256,
        place,
        (page.template, page.page) if page else None,
        page.ink if page else "",
        len(sure),
        min(sure, default=0.0),
        page.residual if page else 0.0,
    )


def group(
    sightings: Sequence[Sighting], roll: Iterable[str] | None = None, loaded: Collection[str] = ()
) -> list[Group]:
    """Group photos into documents.

    Args:
        sightings: of all photos, in input order.
        roll: codes of all stations, if known; photos of other stations get a problem.
        loaded: ids of the forms that photos were read with.

    Returns:
        Documents in the order of their first photos.
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
    only = _only_form(seen, loaded)
    for i, (key, s) in enumerate(zip(keys, seen, strict=True)):
        known = forms.get(key, [])
        # A photo without a page belongs to its station's only form, and a copy to the form of its original. A station
        # without any page belongs to the only form of all photos, so that its pages can be named as missing.
        form = s.page[0] if s.page else known[0] if len(known) == 1 else copied.get(i)
        if form is None and not known and s.place.station.code:
            form = only
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


def _only_form(seen: Iterable[Sighting], loaded: Collection[str]) -> str | None:
    """The form of all photos with a page, or the only one that they were read with; None where there are several."""
    forms = {s.page[0] for s in seen if s.page} or set(loaded)
    return next(iter(forms)) if len(forms) == 1 else None


def regroup(
    name: str, station: Station, template: str | None, records: Sequence[Record], problems: tuple[Problem, ...]
) -> Group:
    """Rebuild the group of a document from its settled records.

    Args:
        name, station, template: id, station and form of the document.
        records: of its photos, in input order, as `document.settle` returned them.
        problems: of the document; those of grouping are kept.
    """
    members: list[Member] = []
    for index, record in enumerate(records):
        own = tuple(p for p in record.problems if p.code in OF_GROUPING and p.code != PAGE_AGAIN)
        doubtful = any(p.code in _DOUBTFUL for p in own)
        numbers = frozenset(name for name, field in record.fields.items() if field.counts)
        members.append(Member(index, own, doubtful, numbers=numbers, station=record.station))
    return Group(name, station, template, tuple(members), problems)


def _with_folders(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Give photos that name no station the station of their folder, where folders are documents."""
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
    """Pairs (i, j), i < j, of photos of one page with the same fingerprint."""
    pages: dict[tuple[str, str], list[int]] = {}
    for i, s in enumerate(seen):
        if s.page:
            pages.setdefault(s.page, []).append(i)
    return {(indexes[a], indexes[b]) for indexes in pages.values() for a, b in alike([seen[i].ink for i in indexes])}


def _keys(seen: Sequence[Sighting], copies: Iterable[tuple[int, int]]) -> list[_Key]:
    """The key of each photo's document. A photo that names no station is a document of its own, unless it is a copy.

    Copies have the same bytes. Similar fingerprints are not enough: two stations can write alike, and one of them would
    then be lost.
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
    ranks: dict[int, int] = {}
    ranked: Counter[tuple[str, str] | None] = Counter()

    def worth(member: Member) -> tuple[bool, int, float, float, int]:
        s = seen[member.index]
        return not member.doubtful, s.in_sight, s.surety, -s.residual, -member.index

    for member in sorted(members, key=worth, reverse=True):
        page = seen[member.index].page
        ranks[member.index] = ranked[page]
        ranked[page] += 1
    places = [seen[m.index].place for m in members]
    station = next((p.station for p in places if p.station.code), Station())
    settled: list[Member] = []
    for member, place in zip(members, places, strict=True):
        own = place.station if place.station.code else Station(code=station.code, source=station.code and "same_photo")
        settled.append(replace(member, station=own, rank=ranks[member.index]))
    problems: list[Problem] = []
    if station.code and roll is not None and station.code not in roll:
        problems.append(problem("station_not_on_roll", station=station.code))
    if not station.code and not any(p.problems for p in places):
        problems.append(problem("station_unknown"))
    return Group(name, station, form, tuple(settled), tuple(problems))


def _name(key: _Key, first: Sighting, roots: set[str]) -> str:
    """The name of a document by its first photo; each folder of the command line gives a name of its own."""
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
