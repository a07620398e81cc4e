"""Pictures of single numbers: the row of boxes without the rest of the form."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..batch.inputs import PHOTO_ENDINGS
from ..imaging.photo import Photo, load
from ..messages.problems import PhotoProblem
from ..records.folder import CROPS
from ..report.pictures import STRIP_HEIGHT, encode, strip, strip_width
from .readings import ReadRecord
from .truths import Corners

_HASH: Final = 16  # digits of the photo's hash in the name of its pictures (`records.folder.picture_name`)


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
    """Finds the pictures of numbers: in the crops of the results, else cut from the photos.

    Only the file that was opened last is kept in memory, so calls should be made photo by photo.
    """

    def __init__(self, folders: Iterable[Path], results: Path) -> None:
        """Prepare to search photos in `folders`, and crops in the folder `results`."""
        self._folders = list(folders)
        self._sheets = _sheets(results / CROPS)
        self._opened: tuple[tuple[str | None, ...], int] = (), 0
        self._photo: Photo | None = None
        self._sheet: tuple[Path | None, NDArray[np.uint8] | None] = None, None

    def find(
        self, reading: ReadRecord | None, names: tuple[str | None, ...], field: str, quad: Corners | None
    ) -> str | None:
        """Find or cut the row of boxes of one number.

        Args:
            reading: the photo's record; None where there is none.
            names: further names of the photo beside the record's own.
            field: id of the number.
            quad: corners TL, TR, BR, BL of the row, photo px, where the record has none.

        Returns:
            A base64 JPEG; None without crop and photo of the same hash, or without corners.
        """
        number = reading.fields.get(field) if reading else None
        if reading and number and number.quad and (crop := self._crop(reading, field, number.quad)) is not None:
            return _jpeg(crop)
        quad = number.quad if number and number.quad else quad
        names = (*names, reading.photo.file if reading else None)
        frame = reading.photo.frame if reading else 0
        if (names, frame) != self._opened:
            self._opened, self._photo = (names, frame), self._open(names, frame)
        photo = self._photo
        other_bytes = photo and reading and reading.photo.sha256 not in ("", photo.sha256)
        if photo is None or quad is None or other_bytes:
            return None
        return _jpeg(strip(photo, quad))

    def _crop(self, reading: ReadRecord, field: str, quad: Corners) -> NDArray[np.uint8] | None:
        """The number's strip in the reader's sheet of crops, whose strips are in the order of the record's numbers."""
        path = self._sheets.get((reading.photo.sha256[:_HASH], reading.photo.frame))
        if path is None:
            return None
        if path != self._sheet[0]:
            image = cv2.imdecode(np.frombuffer(path.read_bytes() or b"\0", np.uint8), cv2.IMREAD_GRAYSCALE)
            self._sheet = path, None if image is None else np.asarray(image, dtype=np.uint8)
        image = self._sheet[1]
        if image is None or image.shape[0] != STRIP_HEIGHT * len(reading.fields):
            return None
        top = STRIP_HEIGHT * list(reading.fields).index(field)
        return image[top : top + STRIP_HEIGHT, : strip_width(quad)]

    def _open(self, names: tuple[str | None, ...], frame: int) -> Photo | None:
        path = find_photo(self._folders, *names)
        if path is None:
            return None
        try:
            return load(path, path.name, frame=frame)
        except PhotoProblem:
            return None


def _sheets(folder: Path) -> dict[tuple[str, int], Path]:
    """Sheets of crops by the beginning of the photo's hash and the frame, which their names contain; names have frames
    from 1 and leave the first one out."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.glob("*.jpg")):
        named = re.search(rf"-([0-9a-f]{{{_HASH}}})(?:-([0-9]{{1,6}}))?$", path.stem)
        if named:
            found[named.group(1), int(named.group(2) or 1) - 1] = path
    return found


def _jpeg(picture: NDArray[np.uint8]) -> str:
    return base64.b64encode(encode(picture, ".jpg", 70)).decode("ascii")
