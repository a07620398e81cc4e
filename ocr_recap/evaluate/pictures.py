"""Pictures of single numbers, cut from the photos: the row of boxes and nothing else of the form."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from ..emit.pictures import strip
from ..inputs import PHOTO_ENDINGS
from ..load import Photo, load
from ..options import Options
from ..problems import PhotoProblem
from ..record import Quad


def find_photo(folders: Sequence[Path], *names: str | None) -> Path | None:
    """The first photo of one of these names (with or without folder and ending) in one of these folders.

    A folder `images` inside them is searched as well.
    """
    places = [place for folder in folders for place in (folder, folder / "images")]
    for name in filter(None, names):
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            path = PurePosixPath(path.name)
        tries = [path, PurePosixPath(path.name)]
        if path.suffix.lower() not in PHOTO_ENDINGS:
            tries = [PurePosixPath(f"{t}{ending}") for t in tries for ending in sorted(PHOTO_ENDINGS)]
        for place in places:
            for tried in tries:
                if _is_file(place / tried):
                    return place / tried
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that the file system does not allow
        return False


class Strips:
    """Cuts numbers out of photos; keeps only the photo that was opened last, so ask photo by photo."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Look for photos in these folders."""
        self._folders = list(folders)
        self._name: tuple[str | None, ...] = ()
        self._photo: Photo | None = None

    def cut(self, names: tuple[str | None, ...], sha256: str, frame: int, quad: Quad | None) -> str | None:
        """The row of boxes as base64 JPEG; None if there is no such photo (of these bytes) or no place.

        Args:
            names: how the photo may be called.
            sha256: of its bytes as the record has it; empty if that is not known.
            frame: of a file of several; only the first can be opened here.
            quad: corners TL, TR, BR, BL, photo px.
        """
        if names != self._name:
            self._name, self._photo = names, self._open(names)
        photo = self._photo
        if photo is None or quad is None or frame != 0 or (sha256 and photo.sha256 != sha256):
            return None
        return base64.b64encode(strip(photo, quad)).decode("ascii")

    def _open(self, names: tuple[str | None, ...]) -> Photo | None:
        path = find_photo(self._folders, *names)
        if path is None:
            return None
        try:
            return load(path, path.name, Options())
        except PhotoProblem:
            return None
