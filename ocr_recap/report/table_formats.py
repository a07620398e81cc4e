"""The registry of table formats: the values of `--format`, and the files that each format writes.

A new format is one new file in this folder, which defines a `TableFormat`, and one entry of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..messages.errors import WrongUse
from . import csv_format, parquet, xlsx
from .table_writer import TableFormat

# By name, in the order in which files are written.
FORMATS: Final[dict[str, TableFormat]] = {form.name: form for form in (csv_format.FORMAT, xlsx.FORMAT, parquet.FORMAT)}


def chosen(names: Iterable[str]) -> tuple[TableFormat, ...]:
    """The formats to write, in the order of the registry: those that are always written, and those in `names`.

    Raises:
        WrongUse: a name is not in the registry.
    """
    wanted = set(names)
    if unknown := sorted(wanted - FORMATS.keys()):
        raise WrongUse("format_unknown", format=unknown[0], formats=", ".join(FORMATS))
    return tuple(one for one in FORMATS.values() if one.always or one.name in wanted)


def require(names: Iterable[str]) -> None:
    """Check that the libraries of these formats are installed.

    Raises:
        WrongUse: a name is not in the registry.
        ExtraMissing: a library that one of them needs is not installed.
    """
    for one in chosen(names):
        one.require()


def files() -> frozenset[str]:
    """The files of all formats; in a folder of results these names are reserved for the program."""
    return frozenset(name for one in FORMATS.values() for name in one.files)


def to_fill_in() -> frozenset[str]:
    """The files of all formats that people may write into."""
    return frozenset[str]().union(*(one.to_fill_in for one in FORMATS.values()))
