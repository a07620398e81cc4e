"""The pages of open data: one for each area, from the topmost down to the pictures of a station's form."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..imaging.files import write_atomically
from ..messages.catalog import Language, grouped
from ..records.folder import CROPS, OVERLAYS, PAGES
from .areas import LENGTHS, area_name, containing, level_of, shown_code
from .level_file import Contest
from .pages import page, text
from .sources import origin_of
from .standing import standing_of
from .statement import Statement
from .statement_log import StatementLog
from .station_tables import StationRow, read_stations, regencies
from .sums import AreaSum, parts_of, sums_of

SITE: Final = "site"
_PICTURES: Final = (PAGES, OVERLAYS, CROPS)  # folders of results that have pictures, the best first
Changes = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class SiteOptions:
    """What pages are made: their language, names, areas (none: all), folders with pictures, number of the edition."""

    language: Language
    names: bool
    areas: tuple[str, ...]
    results: tuple[Path, ...]
    edition: int


def write_site(
    folder: Path, out: Path, log: StatementLog, contest: Contest, changes: Changes, options: SiteOptions
) -> int:
    """Write the pages.

    Args:
        folder: of the recap.
        out: of the open data; the pages go to `site/`.
        log: of statements.
        contest: fields and levels.
        changes: figures that earlier editions gave otherwise, by area.
        options: which pages.

    Returns:
        How many pages were written.

    Raises:
        OSError: a page cannot be written.
    """
    return _Site(folder, out / SITE, log, contest, changes, options).write()


class _Site:
    def __init__(
        self, folder: Path, out: Path, log: StatementLog, contest: Contest, changes: Changes, options: SiteOptions
    ) -> None:
        self._folder, self._out, self._log = folder, out, log
        self._contest, self._changes, self._options = contest, changes, options
        self._labels = {one.id: getattr(one.label, options.language) for one in contest.file.fields}
        self._results = {origin_of(path): path for path in options.results}
        self._pages = 0

    def write(self) -> int:
        """Write all pages that are asked for, those of the areas around them, and the first page."""
        tops = self._tops()
        wanted = self._options.areas or tuple(tops)
        around = {code for area in wanted for code in containing(area) if level_of(code) in self._contest.file.areas}
        for area in sorted(around - set(wanted)):
            self._area(area)
        for area in wanted:
            self._within(area)
        self._save("index.html", self._index(tops))
        return self._pages

    def _tops(self) -> list[str]:
        digits = LENGTHS[self._contest.file.areas[0]]
        return sorted({name[:digits] for name in regencies(self._folder)}) if digits else [""]

    def _within(self, area: str) -> None:
        self._area(area)
        parts = parts_of(self._folder, area, self._contest.file)
        for part in parts:
            self._within(part)
        if not parts:
            for row in self._stations(area):
                self._station(row)

    def _stations(self, area: str) -> list[StationRow]:
        return [row for row in read_stations(self._folder, area, self._contest.file) if row.code.startswith(area)]

    def _index(self, tops: Sequence[str]) -> bytes:
        parts = [self._part(code, sums_of(self._folder, code, self._contest.file)) for code in tops]
        title = text(self._options.language, "site_title")
        return self._rendered("index.html", "", title=title, parts=parts)

    def _area(self, area: str) -> None:
        file = self._contest.file
        found = sums_of(self._folder, area, file)
        parts = [self._part(code, sums_of(self._folder, code, file)) for code in parts_of(self._folder, area, file)]
        stations = [] if parts else [self._station_part(row) for row in self._stations(area)]
        changes: dict[str, list[tuple[str, str, str]]] = {}
        for row in self._changes.get(area, ()):
            unknown = text(self._options.language, "unknown")
            change = row["edition"], row["before"] or unknown, row["now"] or unknown
            changes.setdefault(row["field"], []).append(change)
        rendered = self._rendered(
            "area.html",
            "../",
            title=self._title(area),
            trail=self._trail(area),
            sums=found,
            changes=changes,
            parts=parts or stations,
            stations=bool(stations),
        )
        self._save(_link(area), rendered)

    def _rendered(self, template: str, root: str, **data: object) -> bytes:
        contest = getattr(self._contest.file.title, self._options.language)
        shared = {"contest": contest, "labels": self._labels, "candidates": self._contest.file.candidates}
        return page(template, self._options.language, root, edition=self._options.edition, **shared, **data)

    def _part(self, code: str, sums: Sequence[AreaSum]) -> tuple[str, str, list[str]]:
        by_field = {one.field: one for one in sums}
        cells = [self._number(by_field[name]) for name in self._contest.file.candidates]
        return self._title(code), _link(code), cells

    def _station_part(self, row: StationRow) -> tuple[str, str, list[str]]:
        cells = [self._cell(row, name)[0] for name in self._contest.file.candidates]
        return row.code, _link(row.code), cells

    def _number(self, one: AreaSum) -> str:
        language = self._options.language
        if one.total is None:
            return text(language, "unknown")
        return text(language, "at_least", total=one.total) if one.at_least else grouped(one.total, language)

    def _cell(self, row: StationRow, name: str) -> tuple[str, str]:
        """The number of a station and a note about it, as text."""
        language = self._options.language
        state = row.marks.get(name, "" if row.status == "stated" else row.status)
        note = text(language, f"number_{state}") if state else ""
        value = row.values.get(name)
        return ("" if value is None else str(value)), note

    def _station(self, row: StationRow) -> None:
        said = self._log.about(row.code)
        found = standing_of(said, self._contest.file)
        pictures, origins = self._pictures(found.heads if found else ())
        rows = [(self._labels[name], *self._cell(row, name)) for name in self._contest.file.field_ids]
        rendered = self._rendered(
            "station.html",
            "../",
            title=row.code,
            trail=self._trail(row.code),
            rows=rows,
            statements=said,
            pictures=pictures,
            origins=origins,
        )
        self._save(_link(row.code), rendered)

    def _pictures(self, heads: Iterable[Statement]) -> tuple[list[str], list[str]]:
        """The station's pictures, copied beside the pages, and the folders whose pictures are not here."""
        links: list[str] = []
        origins: list[str] = []
        for one in heads:
            folder = self._results.get(one.origin)
            copied = [link for name in one.pictures if folder and (link := self._copied(folder, name))]
            links += copied
            if one.origin and not copied:
                origins.append(one.origin)
        return list(dict.fromkeys(links)), list(dict.fromkeys(origins))

    def _copied(self, folder: Path, name: str) -> str | None:
        source = next((path for kind in _PICTURES if (path := folder / kind / Path(name).name).is_file()), None)
        if source is None:
            return None
        target = self._out / "pictures" / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return f"pictures/{source.name}"

    def _title(self, code: str) -> str:
        name = area_name(code) if self._options.names else ""
        level = level_of(code)
        if level in self._contest.file.level_labels:
            label = getattr(self._contest.file.level_labels[level], self._options.language)
            return f"{label} {code} {name}".strip()
        return code

    def _trail(self, code: str) -> list[tuple[str, str, str]]:
        around = [one for one in containing(code) if one != code and level_of(one) in self._contest.file.areas]
        return [(shown_code(one), self._title(one), _link(one)) for one in around]

    def _save(self, name: str, content: bytes) -> None:
        path = self._out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        self._pages += 1


def _link(code: str) -> str:
    kind = "station" if level_of(code) == "station" else "area"
    return f"{kind}/{shown_code(code)}.html"
