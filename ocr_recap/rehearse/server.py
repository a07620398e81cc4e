"""The server of a desk: `ocr-recap serve` in a process of its own, on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from .commands import end_at_once, surroundings

_STARTS_IN: Final = 180.0  # seconds that a server may take to start on a busy machine; by judgement


class ServerProcess:
    """A server on a folder of results.

    Args:
        root: the working directory.
        folder: of results, relative to it.
        options: further words of the command.

    Attributes:
        base: the beginning of its addresses.
        link: of the supervisor.
    """

    def __init__(self, root: Path, folder: str, options: tuple[str, ...]) -> None:
        self.base = self.link = ""
        self._root, self._words = root, ("serve", folder, "--port", "0", *options)
        self._log, self._pid = root / f"{folder}.server.log", root / f"{folder}.server.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its link.

        Raises:
            RuntimeError: it does not start.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._end_earlier()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ocr_recap", *self._words],
                cwd=self._root,
                env=surroundings(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._pid.write_text(str(self._process.pid), "utf-8")
        end = time.monotonic() + _STARTS_IN
        while (found := re.search(r"http://\S+/enter/\S+", self._log.read_text("utf-8", "replace"))) is None:
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{' '.join(self._words)}: {self._log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.1)
        self.link = found[0]
        self.base = self.link.split("/enter/", maxsplit=1)[0]

    def _end_earlier(self) -> None:
        """End the server of a rehearsal that was ended at once: two servers must not share a folder."""
        try:
            number = int(self._pid.read_text("utf-8"))
            words = ["ps", "-ww", "-o", "args=", "-p", str(number)]
            args = subprocess.run(words, capture_output=True, text=True, check=False).stdout
            if " ".join(self._words) in args:
                os.killpg(number, signal.SIGKILL)
        except (OSError, ValueError):
            return

    def stop(self) -> None:
        """End it as Ctrl-C does: it makes the results once more."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def end_at_once(self) -> None:
        """End it with its workers, as a power cut does."""
        if self._process is not None:
            end_at_once(self._process)
