"""The inbox: photos that arrive in a watched folder are taken into the results, each once.

A file is taken when its size and time have not changed between two looks, so that a file that is still being copied is
left alone. The folder is never written to. Bundles are left to `bundle_inbox.py`, with the photos in them.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from ..batch.inputs import PHOTO_ENDINGS
from ..messages.errors import OcrRecapError
from .received import MOST_BYTES, UploadStore

_log = logging.getLogger(__name__)
_DEEPEST: Final = 8  # folders below the watched one; by judgement
BAG: Final = "bagit.txt"  # a folder with this file is a bundle (BagIt)


class Inbox:
    """A watched folder.

    Args:
        folder: that is watched, with its folders.
        received: where photos are kept.
    """

    def __init__(self, folder: Path, received: UploadStore) -> None:
        self._folder, self._received = folder, received
        self._seen: dict[Path, tuple[int, int]] = {}
        self._taken: set[tuple[Path, int, int]] = set()

    def look(self) -> int:
        """Take the photos that have not changed since the last look; how many were taken.

        Raises:
            CannotWrite: the folder of results cannot be written; the photos are taken the next time.
        """
        taken = 0
        now = self._files()
        for path, state in now.items():
            if self._seen.get(path) != state or (path, *state) in self._taken:
                continue
            if state[0] <= MOST_BYTES:
                taken += self._take(path)
            self._taken.add((path, *state))
        self._seen = now
        return taken

    def _files(self) -> dict[Path, tuple[int, int]]:
        """Size and time of every photo in the folder, by its path."""
        found: dict[Path, tuple[int, int]] = {}
        for path in sorted(self._folder.rglob("*")):
            inside = path.relative_to(self._folder)
            if is_hidden(inside) or path.suffix.lower() not in PHOTO_ENDINGS or path.is_symlink():
                continue
            if any((self._folder / up / BAG).exists() for up in inside.parents[:-1]):
                continue
            try:
                facts = path.stat()
            except OSError:
                continue  # it was moved meanwhile
            if path.is_file():
                found[path] = facts.st_size, facts.st_mtime_ns
        return found

    def _take(self, path: Path) -> int:
        try:
            content = path.read_bytes()
        except OSError as fault:
            _log.warning("%s: %s", path.name, fault)
            return 0
        name = path.relative_to(self._folder).as_posix().replace("/", " ")
        try:
            self._received.take(content, name)
        except OcrRecapError as fault:
            if fault.code not in ("upload_no_photo", "upload_size"):
                raise
            _log.warning("%s: %s", path.name, fault)
            return 0
        return 1


def is_hidden(inside: Path) -> bool:
    """Whether a path below the watched folder is left alone: hidden, temporary, or too deep."""
    return any(part.startswith(".") for part in inside.parts) or len(inside.parts) > _DEEPEST
