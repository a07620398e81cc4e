"""Options of the earlier run in a folder of results, which a later run keeps unless its command sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..messages.catalog import Language
from ..messages.errors import FolderDamaged, InputUnusable
from ..records.folder import OVERLAYS, PAGES, Dialect
from ..records.run_info import RunInfo, read_run
from ..records.station_facts import FactColumns, FactList
from ..records.station_lists import read_roll
from ..report.table_formats import FORMATS
from . import checksums


@dataclass(frozen=True)
class Roll:
    """The roll: codes of all stations, in the order of their list, the SHA-256 of the list's file, and what it says."""

    stations: tuple[str, ...]
    sha256: str
    facts: FactList = field(default_factory=lambda: FactList("stations"))

    def columns(self) -> dict[str, tuple[str, ...]]:
        """What the list says, by column: a text for each station, in their order; empty where it says nothing."""
        about = [self.facts.about(station) for station in self.stations]
        return {name: tuple(said.get(name, "") for said in about) for name in self.facts.columns}


@dataclass(frozen=True)
class Given:
    """The options of a command about its results; None where an option is not given.

    Attributes:
        overlay, save_pages, names: as in `BatchOptions`.
        formats: names of table formats; those that are always written need not be named.
        dialect: of the tables.
        stations: the list of stations; False: none.
        manifest: whether the command names a manifest.
    """

    overlay: bool | None = None
    save_pages: bool | None = None
    names: bool | None = None
    formats: tuple[str, ...] | None = None
    dialect: Dialect | None = None
    stations: Path | Roll | bool | None = None
    manifest: bool = False


@dataclass(frozen=True)
class Settled:
    """The complete options of a run.

    Attributes:
        overlay, save_pages, names, formats, dialect, stations: as in `Given`.
        kept: options that are kept from the earlier run, as on a command line.
        dropped: options that cannot be kept, since the folder does not hold their data.
        unusual_dialect: nobody chose a dialect now, and the earlier run's is not that of the screen's language.
    """

    overlay: bool
    save_pages: bool
    names: bool
    formats: tuple[str, ...]
    dialect: Dialect
    stations: Path | Roll | None
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    unusual_dialect: bool = False


def load_roll(path: str | Path, known: Mapping[str, int]) -> Roll:
    """Read the list of stations in a file.

    Args:
        path: the file.
        known: number of boxes by id of a field that the list may know (`station_facts.listed_fields`).

    Raises:
        InputUnusable, TableFaulty: the file cannot be used.
    """
    columns = FactColumns(known)
    stations, sha256 = read_roll(path, columns), checksums.of(Path(path))
    return Roll(stations, sha256, columns.found("stations", sha256))


def settle(given: Given, out: Path, language: Language) -> Settled:
    """Complete the options of a command by those of the earlier run in its folder, else by defaults.

    Args:
        given: the options of the command.
        out: its folder of results, which need not exist.
        language: of the screen; for Indonesian the default dialect is `excel-id`.
    """
    before = _before(out)
    earlier = _earlier_options(before, out)
    stations, dropped = _stations(given, before)
    usual: Dialect = "excel-id" if language == "id" else "rfc4180"
    dialect = before.dialect if before else usual
    kept = {
        "--overlay": given.overlay is None and earlier.overlay,
        "--save-pages": given.save_pages is None and earlier.save_pages,
        "--names": given.names is None and earlier.names,
        **{f"--format {name}": given.formats is None for name in earlier.formats},
        "--stations": given.stations is None and stations is not None,
    }
    return Settled(
        overlay=earlier.overlay if given.overlay is None else given.overlay,
        save_pages=earlier.save_pages if given.save_pages is None else given.save_pages,
        names=earlier.names if given.names is None else given.names,
        formats=earlier.formats if given.formats is None else given.formats,
        dialect=given.dialect or dialect,
        stations=stations,
        kept=tuple(option for option, is_kept in kept.items() if is_kept),
        dropped=dropped,
        unusual_dialect=given.dialect is None and dialect != usual,
    )


@dataclass(frozen=True)
class _EarlierOptions:
    """The options of the earlier run."""

    overlay: bool = False
    save_pages: bool = False
    names: bool = False
    formats: tuple[str, ...] = ()


def _before(out: Path) -> RunInfo | None:
    """The earlier run, if its `run.json` can be read; `audit.examine` refuses damaged results."""
    try:
        return read_run(out)
    except (InputUnusable, FolderDamaged):
        return None


def _earlier_options(before: RunInfo | None, out: Path) -> _EarlierOptions:
    if before is None:
        return _EarlierOptions()
    return _EarlierOptions(
        # Older versions did not write these options into `run.json`; the folders of pictures show them.
        overlay=before.overlay or (out / OVERLAYS).is_dir(),
        save_pages=before.save_pages or (out / PAGES).is_dir(),
        names=before.names,
        formats=_formats(before),
    )


def _formats(before: RunInfo) -> tuple[str, ...]:
    """The optional table formats of the earlier run that this version can write."""
    older = {"xlsx": before.workbook, "parquet": before.parquet}
    named = [name for name, is_there in older.items() if is_there] if before.formats is None else before.formats
    return tuple(name for name, form in FORMATS.items() if name in named and not form.always)


def _stations(given: Given, before: RunInfo | None) -> tuple[Path | Roll | None, tuple[str, ...]]:
    """The list of stations to use, and the lists of the earlier run that cannot be kept."""
    lists = before.lists if before else {}
    lost = ("--manifest",) if "manifest" in lists and not given.manifest else ()
    if given.stations is not None:
        return (None if isinstance(given.stations, bool) else given.stations), lost
    if before is None or "stations" not in lists:
        return None, lost
    if before.roll is None:  # written by a version that did not keep the list
        return None, (*lost, "--stations")
    rows = zip(*before.listed.values(), strict=True) if before.listed else ()
    facts = FactList("stations", lists["stations"], tuple(before.listed), dict(zip(before.roll, rows, strict=False)))
    return Roll(before.roll, lists["stations"], facts), lost
