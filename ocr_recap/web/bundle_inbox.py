"""The inbox of bundles: those that arrive in a watched folder are received, each once, when they are complete.

A bundle is a folder with `bagit.txt`, a zip, or a file of receipts. It is received when nothing of it has changed
between two looks; a stick that is still being copied is left alone. The folder is never written to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..seal.store import ENDING
from .inbox import BAG, is_hidden
from .sealing import OfficeSeal

INBOX: Final = "inbox"  # who sent it, in the log of who did what
_ZIP: Final = ".zip"


class BundleInbox:
    """A watched folder.

    Args:
        folder: that is watched, with its folders.
        seal: that receives.
    """

    def __init__(self, folder: Path, seal: OfficeSeal) -> None:
        self._folder, self._seal = folder, seal
        self._seen: dict[Path, str] = {}
        self._done: set[tuple[Path, str]] = set()

    def look(self) -> int:
        """Receive the bundles that have not changed since the last look; how many there were."""
        taken = 0
        now = {path: look_of(path) for path in self._bundles()}
        for path, look in now.items():
            if self._seen.get(path) != look or (path, look) in self._done:
                continue
            self._done.add((path, look))
            name = path.relative_to(self._folder).as_posix()
            if not self._seal.is_received(f"{INBOX}/{name}", look):
                self._seal.take(path, name, INBOX, f"{INBOX}/{name}", look)
                taken += 1
        self._seen = now
        return taken

    def _bundles(self) -> Iterator[Path]:
        for path in sorted(self._folder.rglob("*")):
            inside = path.relative_to(self._folder)
            above = (self._folder / up for up in inside.parents[:-1])
            if is_hidden(inside) or path.is_symlink() or any((up / BAG).exists() for up in above):
                continue
            is_file = path.is_file() and (path.suffix.lower() == _ZIP or path.name.endswith(ENDING))
            if is_file or (path.is_dir() and (path / BAG).exists()):
                yield path


def look_of(path: Path) -> str:
    """Names, sizes and times of a file, or of all files of a folder, as one hash."""
    digest = hashlib.sha256()
    for one in sorted(path.rglob("*")) if path.is_dir() else (path,):
        try:
            facts = one.lstat()
        except OSError:
            continue  # it was removed meanwhile
        digest.update(
            f"{one.relative_to(path)} {facts.st_size} {facts.st_mtime_ns}\n".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()
