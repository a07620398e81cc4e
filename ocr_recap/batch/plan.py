"""Which jobs do the files of a batch make? Frames are counted, bytes hashed, copies and earlier results found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..imaging.files import fingerprint as fingerprint_of
from ..read.workers.file_limits import COSTLY, FileLimits
from ..read.workers.ordered import may_have_frames
from ..read.workers.supervisor import Supervisor
from ..read.workers.tasks import Count, Failed, Product, Task
from .inputs import Input
from .jobs import Job, unread
from .journal import Journal, key_of

if TYPE_CHECKING:
    from ..read.reader import Reader

Kind = Literal["read", "force", "retry"]  # of a run: what it takes over of earlier ones, see `BatchOptions`


@dataclass(frozen=True)
class Planned:
    """A photo of the batch: its job, and the place of the same frame of an earlier file with the same bytes, if any."""

    job: Job
    first: int | None = None


@dataclass(frozen=True)
class File:
    """A file of the batch.

    Attributes:
        photo: where it lies and how results call it.
        frames: how many it has; 1 where nobody can tell.
        sha256: of its bytes; None if they were not needed yet.
        fault: why its frames could not be counted: whatever it holds, it has not been read.
    """

    photo: Input
    frames: int = 1
    sha256: str | None = None
    fault: Failed | None = None


def survey(photos: Sequence[Input], journal: Journal, supervisor: Supervisor, again: bool) -> list[File]:
    """How many frames each file has, in the same order.

    Most files are photos, which their first bytes say. What may hold several frames is opened by a worker, since a
    file may end the process that opens it; the journal remembers what came of that.

    Raises:
        OSError: the journal cannot be written.
        ocr_recap.read.workers.supervisor.CannotStart: workers do not start.
    """
    files = [File(photo) for photo in photos]
    unknown: dict[Path, list[int]] = {}
    for index, photo in enumerate(photos):
        if not may_have_frames(photo.path):
            continue
        sha256 = fingerprint_of(photo.path)[0]
        known = journal.frames(sha256) if sha256 else 1
        if isinstance(known, int):
            files[index] = File(photo, known, sha256)
        elif known and not again:
            files[index] = File(photo, 1, sha256, known)
        else:
            files[index] = File(photo, 1, sha256)
            unknown.setdefault(photo.path, []).append(index)
    for task, done, _ in supervisor.run(Count(path) for path in unknown):
        assert isinstance(task, Count)
        for index in unknown[task.path]:
            file = files[index]
            assert file.sha256
            assert isinstance(done, int | Failed)
            journal.add_frames(file.sha256, done)
            counted = isinstance(done, int)
            files[index] = File(file.photo, done if counted else 1, file.sha256, None if counted else done)
    return files


def planned(files: Iterable[File], most: int, fingerprint: str, overlay: bool, save_pages: bool) -> Iterator[Planned]:
    """Hash the files one by one, as they come up, and find those that were seen before.

    Args:
        files: what lies beyond `most` frames of one is one job that reads nothing.
        most: frames of one file to read.
        fingerprint: of the reader.
        overlay, save_pages: as in `Job`.
    """
    seen: dict[tuple[str, int], int] = {}  # bytes and frame (-1: those that are not read) to place in the plan
    place = 0
    for file in files:
        sha256, size = fingerprint_of(file.photo.path) if file.sha256 is None else (file.sha256, 1)
        wanted = frames_of(file, most)
        for frame in wanted:
            path, name = file.photo.path, file.photo.name
            beyond = file.frames if frame == most and file.photo.frame is None else 0
            # Empty files are all alike, yet each is another photo that got lost.
            first = seen.setdefault((sha256, -1 if beyond else frame), place) if sha256 and size else place
            known = sha256 and key_of(sha256, name, frame, fingerprint, overlay, save_pages)
            key = known or f"unreadable-{place}"
            if file.photo.frame is not None and frame >= most:
                key += "-alone"  # of the whole file, the job of this frame stands for all that is not read
            job = Job(path, name, sha256, key, overlay, save_pages, frame, beyond, file.fault, several=len(wanted) > 1)
            yield Planned(job, None if first == place else first)
            place += 1


def frames_of(file: File, most: int) -> range:
    """The frames of a file that make a job each, if at most so many are read; the one beyond them stands for the rest.

    A frame that was asked for by its number is the only one, whatever `most` is.
    """
    if file.photo.frame is not None:
        return range(file.photo.frame, file.photo.frame + 1)
    return range(min(file.frames, most) + (file.frames > most))


@dataclass
class Queue:
    """The jobs of a batch as they come up and are done.

    `plan` grows as they do; `resumed` were done by an earlier run, `read` by this one. `limits` are those of files.
    """

    journal: Journal
    reader: Reader
    kind: Kind
    limits: FileLimits
    plan: list[Planned] = field(default_factory=list[Planned])
    done: int = 0
    resumed: int = 0
    read: int = 0
    _open: dict[str, list[Job]] = field(default_factory=dict[str, list[Job]])  # by file; their result may yet be void

    def work(self, supervisor: Supervisor, planned: Iterable[Planned], progress: Callable[[int, str], None]) -> None:
        """Let workers do what is to do; `progress` is told how many jobs are done, and of the last one.

        Raises:
            OSError: the journal cannot be written.
            ocr_recap.read.workers.supervisor.CannotStart: workers do not start.
        """
        for task, done, seconds in supervisor.run(self._todo(planned, progress), self._began):
            assert isinstance(task, Job)
            assert isinstance(done, Product | Failed)
            made = done if isinstance(done, Product) else unread(self.reader, task, done)
            self._keep(task, made, progress)
            if _is_limited(task):
                failed = isinstance(done, Failed) and done.code in COSTLY
                self._note(task, failed, seconds)
        self.journal.tell(self.done, self.resumed)

    def _keep(self, job: Job, made: Product, progress: Callable[[int, str], None]) -> None:
        self.done += 1
        self.read += 1
        self.journal.add(job, made, self.done, self.resumed)
        progress(self.done, job.label)

    def _note(self, job: Job, failed: bool, seconds: float) -> None:
        """Tell the limits of its file what a frame came to; results that are void by them become a problem."""
        self.limits.note(job.file, job.frame, failed, seconds)
        if self.limits.is_open(job.file, job.frame):
            self._open.setdefault(job.file, []).append(job)
            return
        for other in (job, *self._open.pop(job.file, ())):
            if self.limits.is_open(other.file, other.frame):
                self._open.setdefault(other.file, []).append(other)
            fault = self.limits.fault(other.file, other.frame)
            if fault and fault.code not in self.journal.codes(other):
                self.read += 1
                self.journal.add(other, unread(self.reader, other, fault), self.done, self.resumed)

    def _began(self, task: Task) -> None:
        if isinstance(task, Job):
            self.journal.began(task.label, task.key)

    def _todo(self, planned: Iterable[Planned], progress: Callable[[int, str], None]) -> Iterator[Job]:
        """Those that are still to do; the others are reported at once."""
        at_work: set[str] = set()
        for one in planned:
            self.plan.append(one)
            job = one.job
            known = one.first is not None or job.key in at_work
            before = not known and self.journal.is_done(job, self.kind)
            self.resumed += before
            if before or known:
                self.done += 1
                progress(self.done, job.label)
                if before and _is_limited(job):
                    self._note(job, not COSTLY.isdisjoint(self.journal.codes(job)), 0.0)
                continue
            at_work.add(job.key)
            fault = self.limits.fault(job.file, job.frame) if _is_limited(job) else None
            if fault:
                self._keep(job, unread(self.reader, job, fault), progress)
            else:
                yield job


def _is_limited(job: Job) -> bool:
    """Whether it reads one of several frames of a file, which are limited together."""
    return job.several and not job.frames and job.fault is None
