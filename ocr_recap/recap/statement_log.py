"""The log `statements.jsonl`: append-only (`pending.py`), with an index.

The index (`.index.sqlite`) holds the place of each statement; it is made anew from the log where the two do not fit.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ..messages.errors import FolderDamaged
from ..records.checksum_list import sha256_of
from .areas import LENGTHS
from .folder import INDEX_FILE, STATEMENTS_FILE
from .pending import append_lines, recover
from .statement import Stage, Statement

_TABLES: Final = """
BEGIN;
CREATE TABLE statements (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, stage TEXT NOT NULL, origin TEXT NOT NULL,
  start INTEGER NOT NULL, size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX places ON statements (start);
CREATE INDEX subjects ON statements (subject, start);
CREATE INDEX origins ON statements (origin, start);
CREATE INDEX stages ON statements (stage, subject);
CREATE TABLE covered (size INTEGER NOT NULL, tail TEXT NOT NULL);
INSERT INTO covered VALUES (0, '');
COMMIT;
"""
_TAIL: Final = 4096  # bytes at the end of the covered part that the index remembers the hash of; by judgement
_AFTER: Final = ":"  # sorts after every digit: the end of the range of codes that begin with a prefix


class StatementLog:
    """The statements of a recap folder, for a caller who holds its lock."""

    def __init__(self, folder: Path, hashed: Callable[[Path], str] = sha256_of) -> None:
        """Open the log; finish what was interrupted; bring the index up to date.

        Args:
            folder: of the recap.
            hashed: gives the SHA-256 of a file.

        Raises:
            FolderDamaged: a line is no statement, or was edited.
            OSError: the folder cannot be written.
        """
        recover(folder, hashed)
        self._folder, self._path, self._hashed = folder, folder / STATEMENTS_FILE, hashed
        self._index = self._opened()
        self._cover()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def __contains__(self, statement_id: str) -> bool:
        return self._index.execute("SELECT 1 FROM statements WHERE id = ?", (statement_id,)).fetchone() is not None

    def __len__(self) -> int:
        return int(self._index.execute("SELECT count(*) FROM statements").fetchone()[0])

    def about(self, subject: str) -> list[Statement]:
        """All statements about one station or area, oldest first."""
        rows = "SELECT start, size FROM statements WHERE subject = ? ORDER BY start"
        return list(self._read(self._index.execute(rows, (subject,)).fetchall()))

    def stations(self, prefix: str) -> Iterator[tuple[str, list[Statement]]]:
        """The stations within an area, by code, each with its statements, oldest first."""
        rows = "SELECT subject, start, size FROM statements WHERE length(subject) = 13"
        rows += " AND subject >= ? AND subject < ? ORDER BY subject, start"
        found: list[tuple[int, int]] = []
        here = ""
        for subject, start, size in self._index.execute(rows, (prefix, prefix + _AFTER)):
            if subject != here and found:
                yield here, list(self._read(found))
                found = []
            here = subject
            found.append((start, size))
        if found:
            yield here, list(self._read(found))

    def of_stage(self, stages: Iterable[Stage], prefix: str = "") -> list[Statement]:
        """The statements of some stages within an area, areas included, oldest first."""
        wanted = list(stages)
        marks = ", ".join("?" * len(wanted))
        rows = f"SELECT start, size FROM statements WHERE stage IN ({marks}) AND subject >= ? AND subject < ?"
        found = self._index.execute(f"{rows} ORDER BY start", (*wanted, prefix, prefix + _AFTER))
        return list(self._read(found.fetchall()))

    def of_origin(self, origin: str) -> list[Statement]:
        """The statements from one folder of results, oldest first."""
        rows = self._index.execute("SELECT start, size FROM statements WHERE origin = ? ORDER BY start", (origin,))
        return list(self._read(rows.fetchall()))

    def stations_after(self, number: int) -> list[str]:
        """The stations of the statements after the first so many."""
        rows = "SELECT subject FROM statements ORDER BY start LIMIT -1 OFFSET ?"
        return [row[0] for row in self._index.execute(rows, (number,)) if len(row[0]) == LENGTHS["station"]]

    def ids(self, prefix: str) -> list[str]:
        """The ids of all statements within an area, sorted; sums of closed areas, which follow from them, left out."""
        rows = "SELECT id FROM statements WHERE stage != 'recap' AND subject >= ? AND subject < ? ORDER BY id"
        return [row[0] for row in self._index.execute(rows, (prefix, prefix + _AFTER))]

    def all(self) -> Iterator[Statement]:
        """All statements, oldest first."""
        rows = self._index.execute("SELECT start, size FROM statements ORDER BY start").fetchall()
        return self._read(rows)

    def append(self, statements: Iterable[Statement]) -> tuple[Statement, ...]:
        """Put statements at the end of the log; those that are there already are left out.

        Returns:
            The statements that are new.

        Raises:
            OSError: the folder cannot be written.
        """
        fresh = {one.id: one for one in statements if one.id not in self}
        append_lines(self._folder, STATEMENTS_FILE, [one.to_json() for one in fresh.values()], self._hashed)
        self._cover()
        return tuple(fresh.values())

    def _read(self, places: Iterable[tuple[int, int]]) -> Iterator[Statement]:
        if not self._size():
            return
        with self._path.open("rb") as file:
            for start, size in places:
                file.seek(start)
                yield self._parsed(file.read(size), start)

    def _parsed(self, line: bytes, start: int) -> Statement:
        try:
            found = Statement.from_json(line.decode("utf-8"))
        except (UnicodeDecodeError, ValidationError):
            found = None
        if found is None or not found.is_whole:
            raise FolderDamaged("statement_line", path=self._path, line=self._line_at(start))
        return found

    def _line_at(self, start: int) -> int:
        with self._path.open("rb") as file:
            return file.read(start).count(b"\n") + 1

    def _opened(self) -> sqlite3.Connection:
        """The index, made anew where it is damaged or of another log."""
        path = self._folder / INDEX_FILE
        for _ in range(2):
            try:
                index = sqlite3.connect(path)
                if index.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                    index.executescript(_TABLES)
                covered = index.execute("SELECT size, tail FROM covered").fetchone()
                if covered and self._size() >= covered[0] and self._tail(covered[0]) == covered[1]:
                    return index
                index.close()
            except sqlite3.DatabaseError:
                pass
            path.unlink(missing_ok=True)
        raise FolderDamaged("statement_log_cut", path=self._path)

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _tail(self, size: int) -> str:
        """The hash of the last bytes of the covered part; empty of an empty log."""
        if not size:
            return ""
        with self._path.open("rb") as file:
            file.seek(max(0, size - _TAIL))
            return hashlib.sha256(file.read(min(size, _TAIL))).hexdigest()

    def _cover(self) -> None:
        """Add the lines to the index that it does not cover yet."""
        (covered,) = self._index.execute("SELECT size FROM covered").fetchone()
        size = self._size()
        if size == covered:
            return
        with self._index:
            self._index.executemany("INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, ?, ?)", self._rows(covered))
            self._index.execute("UPDATE covered SET size = ?, tail = ?", (size, self._tail(size)))

    def _rows(self, start: int) -> Iterator[tuple[str, str, str, str, int, int]]:
        with self._path.open("rb") as file:
            file.seek(start)
            for line in file:
                found = self._parsed(line, start)
                yield found.id, found.subject, found.stage, found.origin, start, len(line)
                start += len(line)
