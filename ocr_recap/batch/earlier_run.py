"""What an earlier run in a folder of results had asked for: a later run keeps it, unless its command says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..messages.catalog import Language
from ..messages.errors import FolderDamaged, InputUnusable
from ..records.folder import OVERLAYS, PAGES, Dialect
from ..records.run_info import RunInfo, read_run
from ..records.station_lists import read_roll
from ..report.table_formats import FORMATS
from . import checksums


@dataclass(frozen=True)
class Roll:
    """The stations that there are, in the order of their list, and the SHA-256 of the file that listed them."""

    stations: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class Given:
    """What a command says of the results that it wants; None where it says nothing.

    Attributes:
        overlay, save_pages, names: as in `run.run`.
        formats: of tables, by name; those that are always written need not be named.
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
    """What a run will do.

    Attributes:
        overlay, save_pages, names, formats, dialect, stations: as in `Given`.
        kept: the options of the earlier run that are kept, as a command line has them.
        dropped: those that cannot be kept, since the folder does not hold what they need.
    """

    overlay: bool
    save_pages: bool
    names: bool
    formats: tuple[str, ...]
    dialect: Dialect
    stations: Path | Roll | None
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def load_roll(path: str | Path) -> Roll:
    """The list of stations in a file.

    Raises:
        InputUnusable, TableFaulty: it cannot be used.
    """
    return Roll(read_roll(path), checksums.of(Path(path)))


def settle(given: Given, out: Path, language: Language) -> Settled:
    """Fill in what a command leaves open: as the earlier run in its folder had it, else as usual.

    Args:
        given: what the command says.
        out: its folder of results, which need not exist.
        language: of the screen; the usual dialect of Indonesian tables is that of Excel in Indonesia.
    """
    before = _before(out)
    had = _had(before, out)
    stations, dropped = _stations(given, before)
    usual: Dialect = "excel-id" if language == "id" else "rfc4180"
    earlier = before.dialect if before else usual
    kept = {
        "--overlay": given.overlay is None and had.overlay,
        "--save-pages": given.save_pages is None and had.save_pages,
        "--names": given.names is None and had.names,
        **{f"--format {name}": given.formats is None for name in had.formats},
        f"--csv-dialect {earlier}": given.dialect is None and earlier != usual,
        "--stations": given.stations is None and stations is not None,
    }
    return Settled(
        overlay=had.overlay if given.overlay is None else given.overlay,
        save_pages=had.save_pages if given.save_pages is None else given.save_pages,
        names=had.names if given.names is None else given.names,
        formats=had.formats if given.formats is None else given.formats,
        dialect=given.dialect or earlier,
        stations=stations,
        kept=tuple(option for option, is_kept in kept.items() if is_kept),
        dropped=dropped,
    )


@dataclass(frozen=True)
class _Had:
    """What the earlier run had asked for."""

    overlay: bool = False
    save_pages: bool = False
    names: bool = False
    formats: tuple[str, ...] = ()


def _before(out: Path) -> RunInfo | None:
    """The earlier run, if its description can be read; damaged results are refused elsewhere, by `audit.examine`."""
    try:
        return read_run(out)
    except (InputUnusable, FolderDamaged):
        return None


def _had(before: RunInfo | None, out: Path) -> _Had:
    if before is None:
        return _Had()
    return _Had(
        # Versions that did not write this into `run.json` are known by the folders of pictures.
        overlay=before.overlay or (out / OVERLAYS).is_dir(),
        save_pages=before.save_pages or (out / PAGES).is_dir(),
        names=before.names,
        formats=_formats(before),
    )


def _formats(before: RunInfo) -> tuple[str, ...]:
    """The formats of tables beside those that are always written, as far as this version can write them."""
    older = {"xlsx": before.workbook, "parquet": before.parquet}
    named = [name for name, is_there in older.items() if is_there] if before.formats is None else before.formats
    return tuple(name for name, form in FORMATS.items() if name in named and not form.always)


def _stations(given: Given, before: RunInfo | None) -> tuple[Path | Roll | None, tuple[str, ...]]:
    """The list of stations to use, and the lists of the earlier run that are lost."""
    lists = before.lists if before else {}
    lost = ("--manifest",) if "manifest" in lists and not given.manifest else ()
    if given.stations is not None:
        return (None if isinstance(given.stations, bool) else given.stations), lost
    if before is None or "stations" not in lists:
        return None, lost
    if before.roll is None:  # by a version that did not keep the list
        return None, (*lost, "--stations")
    return Roll(before.roll, lists["stations"]), lost
