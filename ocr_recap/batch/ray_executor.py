"""The executor `ray`: each worker is an actor of a local Ray or of an existing cluster."""

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

ADDRESS = "RAY_ADDRESS"  # environment variable of Ray: address of the cluster to use
USAGE_STATISTICS = "RAY_USAGE_STATS_ENABLED"  # of Ray, which sends usage statistics to its makers unless this is 0


def require() -> Any:
    """Import Ray.

    Raises:
        ExtraMissing: Ray is not installed.
    """
    try:
        return import_module("ray")
    except ImportError:
        raise ExtraMissing("ray_missing") from None


def connected(workers: int) -> Any:
    """Connect Ray to the cluster of `RAY_ADDRESS`, or start a local Ray; an existing connection is used as it is.

    Args:
        workers: number of processors of a local Ray.

    Returns:
        The module `ray`.

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
        except Exception as fault:  # Ray has no exception class of its own for it
            where = [os.environ.get(ADDRESS) or "local"]
            raise WorkersFailed("ray_unreachable", where=where, why=str(fault), variable=ADDRESS) from None
    return ray


def hire(setup: Setup) -> Hire:
    """Return a function that starts an actor.

    Args:
        setup: of the workers. Template files are sent with the options. With `ship` photos are sent through Ray's
            object store, for nodes that cannot open the files of this machine.

    Raises:
        ExtraMissing: Ray is not installed.
        WorkersFailed: the cluster cannot be reached.
    """
    ray, options = connected(setup.workers), setup.options
    files = {Path(t).name: Path(t).read_bytes() for t in options.templates if Path(t).is_file()}
    # The supervisor replaces an actor that dies and repeats its task, so Ray must not restart it.
    actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Actor)
    return lambda: RayWorker(ray, actor.remote(options, files, setup.limits.megabytes), setup.ship)


class Actor:
    """The actor's class, which runs in a process of Ray."""

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
        """Return when the reader is built."""
        return True

    def work(self, task: Task, content: bytes | None) -> Done:
        """Run a task, with the file's bytes if they were sent."""
        return perform(self._reader, task if content is None else task.with_content(content))


class RayWorker:
    """A worker of the supervisor that is an actor of Ray."""

    def __init__(self, ray: Any, actor: Any, ship: bool) -> None:
        """Wrap an actor that is starting; `ready` is done when it can work."""
        self._ray, self._actor, self._ship = ray, actor, ship
        self._ready: Future[bool] = self._actor.ready.remote().future()

    def begin(self, task: Task) -> Future[Done]:
        """Start a task; the future holds its result."""
        content = None
        if self._ship and task.path is not None:
            try:
                content = self._ray.put(task.path.read_bytes())
            except OSError:
                content = None  # the actor then tries the path, and its result gives the problem
        return self._actor.work.remote(task, content).future()

    def ready(self) -> Future[bool]:
        """A future that is done when the actor has built its reader."""
        return self._ready

    def end(self, now: bool) -> None:
        """Kill the actor, whatever `now` is: it has nothing to clean up."""
        self._ray.kill(self._actor)


EXECUTOR: Final = Executor("ray", hire)  # entry in the registry
