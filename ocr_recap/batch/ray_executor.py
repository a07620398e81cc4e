"""Ray as an executor: each worker is an actor of a local Ray or of a cluster that is there already."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from ..messages.errors import ExtraMissing, WorkersFailed
from ..read.workers.limits import confine
from ..read.workers.tasks import Done, Task, perform
from ..records.options import Options
from .executor import Executor, Hire, Setup

ADDRESS = "RAY_ADDRESS"  # Ray's own name for the cluster to use
USAGE_STATISTICS = "RAY_USAGE_STATS_ENABLED"  # Ray's own, which sends some to its makers unless this is 0


def require() -> Any:
    """The library.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        return import_module("ray")
    except ImportError:
        raise ExtraMissing("ray_missing") from None


def connected(workers: int) -> Any:
    """The library, at the cluster of `RAY_ADDRESS`, else at a local Ray; one that the program uses already is used.

    Args:
        workers: how many processors a local Ray shall have.

    Raises:
        ExtraMissing: Ray is not installed.
        WorkersFailed: the cluster cannot be reached.
    """
    ray = require()
    if not ray.is_initialized():
        os.environ[USAGE_STATISTICS] = "0"
        alone = {} if os.environ.get(ADDRESS) else {"num_cpus": workers, "include_dashboard": False}
        try:
            ray.init(log_to_driver=False, **alone)
        except Exception as fault:  # it has no type of its own for it
            where = [os.environ.get(ADDRESS) or "local"]
            raise WorkersFailed("ray_unreachable", where=where, why=str(fault), variable=ADDRESS) from None
    return ray


def hire(setup: Setup) -> Hire:
    """How actors are made.

    Args:
        setup: template files travel with the options; a local Ray has a processor for each worker; photos are shipped
            by Ray's object store, where the nodes do not see the files of this machine.

    Raises:
        ExtraMissing: Ray is not installed.
        WorkersFailed: the cluster cannot be reached.
    """
    ray, options = connected(setup.workers), setup.options
    files = {Path(t).name: Path(t).read_bytes() for t in options.templates if Path(t).is_file()}
    # An actor that dies is replaced by the supervisor, which knows what it was at.
    actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Actor)
    return lambda: RayWorker(ray, actor.remote(options, files, setup.limits.megabytes), setup.ship)


class Actor:
    """What runs in a process of Ray."""

    def __init__(self, options: Options, files: dict[str, bytes], megabytes: int) -> None:
        """Build a reader; template files are written down first, as they may not lie on this node."""
        from ..imaging.threads import limit_threads  # noqa: PLC0415
        from ..read.reader import Reader  # noqa: PLC0415

        limit_threads()
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            own = (str(Path(folder) / Path(t).name) if Path(t).name in files else t for t in options.templates)
            self._reader = Reader(options.model_copy(update={"templates": tuple(own)}))
        confine(megabytes)

    def ready(self) -> bool:
        """Answers once the reader is built."""
        return True

    def work(self, task: Task, content: bytes | None) -> Done:
        """Do a piece of work, with the file's bytes if they were sent."""
        return perform(self._reader, task if content is None else task.with_content(content))


class RayWorker:
    """An actor."""

    def __init__(self, ray: Any, actor: Any, ship: bool) -> None:
        """Take over an actor that starts; it is ready later."""
        self._ray, self._actor, self._ship = ray, actor, ship
        self._ready: Future[bool] = self._actor.ready.remote().future()

    def begin(self, task: Task) -> Future[Done]:
        """Hand it a piece of work."""
        content = None
        if self._ship and task.path is not None:
            try:
                content = self._ray.put(task.path.read_bytes())
            except OSError:
                content = None  # the actor says what is wrong with it, as far as it can see
        return self._actor.work.remote(task, content).future()

    def ready(self) -> Future[bool]:
        """Done when it has built its reader."""
        return self._ready

    def end(self, now: bool) -> None:
        """Kill it; it holds nothing that would have to be put in order."""
        self._ray.kill(self._actor)


EXECUTOR: Final = Executor("ray", hire)
