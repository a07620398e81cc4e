"""One recap folder at work in a plenary session: its people, its lock, and the pictures of its forms.

The folder's lock is held while a page is made or a step is logged, and no longer: `ocr-recap recap` and `ocr-recap
plenary` can work in the same folder between two steps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from ..messages.catalog import Language
from ..messages.errors import FolderBusy
from ..recap import session as sessions
from ..recap.areas import area_name
from ..recap.folder import PLENARY_FILE, STATEMENTS_FILE
from ..recap.memory import RecapMemory
from ..recap.session import RecapSession
from ..recap.sources import SeenFolders
from .database import Database
from .form_pictures import FormPictures
from .people import People

_PATIENCE: Final = 3.0  # seconds until a page says that another command works in the folder; by judgement
_PAUSE: Final = 0.05  # seconds between two tries; by judgement


@dataclass(frozen=True)
class RecapOfficeOptions:
    """How the pages of a recap are made.

    Attributes:
        language: of pages, until a person chooses another.
        results: folders of results that have pictures, beside those that the recap was made from on this machine.
        address: that links begin with, such as `http://127.0.0.1:8000`.
    """

    language: Language = "id"
    results: tuple[Path, ...] = ()
    address: str = ""


class RecapOffice:
    """A recap folder, its people, and who works in it.

    Args:
        folder: of the recap.
        options: of the pages.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder is no recap, or cannot be used.
    """

    kind: Literal["recap"] = "recap"
    seal: None = None  # bundles are received in folders of results

    def __init__(self, folder: Path, options: RecapOfficeOptions) -> None:
        self._one, self._memory = threading.Lock(), RecapMemory()
        self.folder, self.options, self.address = folder, options, options.address
        with self.session() as session:
            self.contest = session.contest.file
        self.data = Database(folder)
        self.people = People(self.data)
        self.pictures = FormPictures(_existing((*SeenFolders(folder).folders(), *options.results)))

    def start(self) -> None:
        """Nothing works beside the pages."""

    def stop(self) -> None:
        """Close the database."""
        self.data.close()

    @contextmanager
    def session(self) -> Generator[RecapSession]:
        """Open the folder for one page or one step; one at a time. The first time all logs are hashed.

        Raises:
            ocr_recap.messages.errors.OcrRecapError: another command works in the folder, or it cannot be used.
        """
        with self._one, _opened(self.folder, self._memory) as session:
            yield session

    def version(self) -> str:
        """Changes with everything that is logged; asked often, so that it reads no file."""
        parts: list[str] = []
        for name in (STATEMENTS_FILE, PLENARY_FILE):
            path = self.folder / name
            parts.append(f"{path.stat().st_size}.{path.stat().st_mtime_ns}" if path.exists() else "-")
        return "-".join(parts)

    def name_of(self, area: str) -> str:
        """The name of an area; empty where the extra `names` is not installed."""
        return area_name(area) if find_spec("lokal") else ""


@contextmanager
def _opened(folder: Path, memory: RecapMemory) -> Generator[RecapSession]:
    """Open a recap folder; wait a little where another command works in it."""
    end = time.monotonic() + _PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                session = stack.enter_context(sessions.opened(folder, memory))
                break
            except FolderBusy:
                if time.monotonic() > end:
                    raise
                time.sleep(_PAUSE)
        yield session


def _existing(folders: Iterable[Path]) -> list[Path]:
    return [path for path in dict.fromkeys(folders) if path.is_dir()]
