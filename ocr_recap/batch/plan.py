"""Plans the jobs of a batch: counts frames, hashes files, and finds copies and earlier results."""

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
from .jobs import Job, Planned, unread
from .journal import Journal, key_of

if TYPE_CHECKING:
    from ..read.reader import Reader

Kind = Literal["read", "force", "retry"]  # of a run: which earlier results it keeps, see `BatchOptions.kind`


@dataclass(frozen=True)
class File:
    """A file of the batch.

    Attributes:
        photo: path and name in results.
        frames: number of frames; 1 where they could not be counted.
        sha256: of the file's bytes; None if not computed yet.
        fault: the reason why the frames could not be counted; such a file is not read.
    """

    photo: Input
    frames: int = 1
    sha256: str | None = None
    fault: Failed | None = None


def survey(photos: Sequence[Input], journal: Journal, supervisor: Supervisor, again: bool) -> list[File]:
    """Count the frames of each file.

    Most files have one frame by the kind that their first bytes show. Files that may have several frames are opened by
    a worker, since a file may end the process that opens it. The journal keeps the counts.

    Args:
        photos: the files.
        journal: of the batch.
        supervisor: of the workers.
        again: whether failed counts of earlier runs are tried again.

    Returns:
        The files in the same order.

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


@dataclass(frozen=True)
class Making:
    """What all jobs of a batch share.

    Attributes:
        fingerprint: of the reader.
        most: largest number of frames of one file to read.
        overlay, save_pages: as in `Job`.
    """

    fingerprint: str
    most: int
    overlay: bool = False
    save_pages: bool = False


def planned(files: Iterable[File], making: Making, before: Sequence[Planned] = ()) -> Iterator[Planned]:
    """Hash the files one by one and yield their jobs, with copies recognised.

    Args:
        files: to read; frames of a file beyond `making.most` give one job that reads nothing.
        making: what the jobs share.
        before: photos that stand before these in the plan. A file that is among them, by name and content, gives no
            job.
    """
    most, overlay, save_pages = making.most, making.overlay, making.save_pages
    # Place in the plan; frame -1: unread ones.
    seen = {(one.job.sha256, _frame_of(one.job)): place for place, one in enumerate(before) if one.first is None}
    known_files = {(one.job.name, one.job.sha256, _frame_of(one.job)) for one in before}
    place = len(before)
    for file in files:
        sha256, size = fingerprint_of(file.photo.path) if file.sha256 is None else (file.sha256, 1)
        wanted = frames_of(file, most)
        for frame in wanted:
            path, name = file.photo.path, file.photo.name
            beyond = file.frames if frame == most and file.photo.frame is None else 0
            # Empty files have the same hash, but each stands for a different photo and gets a job of its own.
            shown = -1 if beyond else frame
            if sha256 and (name, sha256, shown) in known_files:
                continue
            first = seen.setdefault((sha256, shown), place) if sha256 and size else place
            known = sha256 and key_of(sha256, name, frame, making.fingerprint, overlay, save_pages)
            key = known or f"unreadable-{place}"
            if file.photo.frame is not None and frame >= most:
                key += "-alone"  # differs from the key of the job for all unread frames from the same frame on
            job = Job(path, name, sha256, key, overlay, save_pages, frame, beyond, file.fault, several=len(wanted) > 1)
            yield Planned(job, None if first == place else first)
            place += 1


def _frame_of(job: Job) -> int:
    """The frame of a job; -1 for the one job of all frames that are not read."""
    return -1 if job.frames else job.frame


def frames_of(file: File, most: int) -> range:
    """The frames of a file that get a job each; the frame after the first `most` stands for all later ones.

    A frame that was chosen by its number is the only one, whatever `most` is.
    """
    if file.photo.frame is not None:
        return range(file.photo.frame, file.photo.frame + 1)
    return range(min(file.frames, most) + (file.frames > most))


@dataclass
class Queue:
    """The jobs of a batch and their progress.

    `plan` grows as files are hashed. `resumed` is the number of jobs done by an earlier run, `read` of those done by
    this one. `limits` are those of files.
    """

    journal: Journal
    reader: Reader
    kind: Kind
    limits: FileLimits
    plan: list[Planned] = field(default_factory=list[Planned])
    done: int = 0
    resumed: int = 0
    read: int = 0
    _open: dict[str, list[Job]] = field(default_factory=dict[str, list[Job]])  # by file: done, not final

    def work(self, supervisor: Supervisor, planned: Iterable[Planned], progress: Callable[[int, str], None]) -> None:
        """Run all jobs that have no result.

        Args:
            supervisor: of the workers.
            planned: jobs of the batch.
            progress: called with the number of jobs done and the name of the last one.

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
        """Count the result of a frame for the limits of its file; results beyond the limits become problems."""
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
        """The jobs without a result; those with a result are reported as done."""
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
    """True when a job reads one of several frames of a file, which are limited together."""
    return job.several and not job.frames and job.fault is None
