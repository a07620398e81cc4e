"""The child process of a `Reader` with limits. It serves one thread at a time and is replaced when it dies."""

from __future__ import annotations

import threading
import weakref

from ...imaging.photo import Source
from ...records.options import Options
from .limits import Limits
from .ordered import count_of, may_have_frames
from .spawn import Build, ProcessWorker
from .supervisor import Supervisor
from .tasks import Done, Single, Task


class OneWorker:
    """Runs one task after another in a child process, for any number of threads."""

    def __init__(self, build: Build, options: Options, limits: Limits) -> None:
        """Prepare the worker; the process starts with the first task. Arguments are those of `ProcessWorker`."""
        self._lock = threading.Lock()
        self._supervisor = Supervisor(lambda: ProcessWorker(build, options, limits), 1, limits)
        weakref.finalize(self, self._supervisor.end)

    def read(self, task: Single) -> tuple[Single, Done]:
        """Read or check one frame of a file; the piece of work, and what came of it.

        Raises:
            ocr_recap.read.workers.supervisor.CannotStart: the process does not start.
        """
        return task, self._done(task)

    def count(self, source: Source) -> int:
        """Count the frames of a file; 1 where that fails, since reading the file then gives the problem.

        Raises:
            ocr_recap.read.workers.supervisor.CannotStart: the process does not start.
        """
        if not may_have_frames(source):
            return 1
        done = self._done(count_of(source))
        return done if isinstance(done, int) else 1

    def _done(self, task: Task) -> Done:
        with self._lock:
            ((_, done, _),) = self._supervisor.run([task])
        return done

    def close(self) -> None:
        """End the process; the next task starts another."""
        with self._lock:
            self._supervisor.end()
