"""Memory, cost per photo, scaling to two workers, and cost of a finished batch, with the batch command.

    python benchmarks/batch.py memory [--photos 1000]     resident memory of the worker and the parent, photo by photo
    python benchmarks/batch.py growth [--photos 10000]    cost per photo in batches of 10, 100 ... photos
    python benchmarks/batch.py scaling [--photos 60]      one worker and two, alternating, and the finished batch again

Photos are the samples with different bytes (a JPEG comment), so that none is a copy of another. `scaling` runs one,
two, two, one workers in this order and compares the sums, so that a machine that warms up or slows down favours neither
setting. Start-up is left out by the journal's own times (first result to last), and printed. If the machine has other
work, the ratio depends on it: see the load that is printed. `growth` measures CPU seconds of the workers, which read,
and of the parent, which hashes, keeps the journal and publishes. Memory is read from /proc (Linux).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.crash import SAMPLES, with_comment
from ocr_recap.batch import run
from ocr_recap.batch.options import BatchOptions
from ocr_recap.read.workers.limits import Limits

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=tuple(_MEASURED))
    parser.add_argument("--photos", type=int, help="number of photos")
    arguments = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "in"
        measure, usual = _MEASURED[arguments.what]
        make(photos, arguments.photos or usual)
        measure(photos, Path(scratch))


def make(folder: Path, count: int) -> None:
    """Write distinct photos made from the samples."""
    folder.mkdir()
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))]
    for index in range(count):
        (folder / f"{index:05d}.jpg").write_bytes(with_comment(samples[index % len(samples)], index))


class Watch:
    """Most MB that a worker and the parent held, photo by photo, and the time of the last photo."""

    def __init__(self) -> None:
        self.worker: list[float] = []
        self.parent: list[float] = []
        self.read = 0.0

    def look(self, done: int, total: int, _name: str) -> None:
        """Callback after each photo (`run.run`)."""
        self.worker.append(max((resident(child) for child in children(os.getpid())), default=0.0))
        self.parent.append(resident(os.getpid()))
        self.read = time.monotonic()


def memory(photos: Path, scratch: Path) -> None:
    """Measure resident memory while one worker reads photo after photo."""
    watch = Watch()

    def look(done: int, total: int, name: str) -> None:
        watch.look(done, total, name)
        if done in (10, 50) or done % 100 == 0 or done == total:
            worker, parent = watch.worker, watch.parent
            told = f"worker {worker[-1]:.0f} MB (most {max(worker):.0f}), parent {parent[-1]:.0f} MB"
            print(f"after {done} photos: {told}", flush=True)

    run.run([photos], scratch / "out", BatchOptions(workers=1, executor="processes", limits=Limits()), progress=look)


def growth(photos: Path, scratch: Path) -> None:
    """Measure CPU per photo, memory and publishing in batches of increasing size, with two workers."""
    files, out = sorted(photos.iterdir()), scratch / "out"
    for count in (*(10**power for power in range(1, 10) if 10**power < len(files)), len(files)):
        watch = Watch()
        before, begun = os.times(), time.monotonic()
        run.run(files[:count], out, BatchOptions(workers=2, executor="processes", limits=Limits()), progress=watch.look)
        after, ended = os.times(), time.monotonic()
        workers = after.children_user + after.children_system - before.children_user - before.children_system
        parent = after.user + after.system - before.user - before.system
        tenth = watch.worker[: max(10, count // 10)]
        print(
            f"{count} photos: {workers / count:.3f} s CPU a photo of the workers, {parent / count:.3f} of the parent; "
            f"reading took {watch.read - begun:.1f} s, publishing {ended - watch.read:.1f}; most memory: worker "
            f"{max(watch.worker):.0f} MB ({max(tenth):.0f} in the first tenth), parent {max(watch.parent):.0f}",
            flush=True,
        )
        shutil.rmtree(out)


def scaling(photos: Path, scratch: Path) -> None:
    """Compare one worker with two."""
    seconds: dict[int, float] = {1: 0.0, 2: 0.0}
    starts: list[float] = []
    for workers in (1, 2, 2, 1):
        out = scratch / "out"
        shutil.rmtree(out, ignore_errors=True)
        ticks: list[float] = []

        def tick(done: int, total: int, name: str, ticks: list[float] = ticks) -> None:
            ticks.append(time.monotonic())

        begun = time.monotonic()
        run.run([photos], out, BatchOptions(workers=workers, executor="processes"), progress=tick)
        # The first results of all workers belong to their start.
        seconds[workers] += (ticks[-1] - ticks[workers - 1]) / (len(ticks) - workers)
        starts.append(ticks[0] - begun)
        print(
            f"{workers} worker(s): {seconds[workers]:.3f} s a photo so far, load {os.getloadavg()[0]:.1f}", flush=True
        )
    print(f"two workers are {seconds[1] / seconds[2]:.2f} x one; first result after {min(starts):.1f} s at best")
    begun = time.monotonic()
    again = [sys.executable, "-m", "ocr_recap", "read", str(photos), "--out", str(scratch / "out"), "--quiet"]
    subprocess.run(again, check=False, cwd=ROOT)
    took = time.monotonic() - begun
    count = sum(1 for _ in photos.iterdir())
    print(f"the finished batch again: {took:.2f} s with start-up, {1000 * took / count:.1f} ms a photo")


_MEASURED = {"memory": (memory, 1000), "growth": (growth, 10_000), "scaling": (scaling, 60)}


def children(process: int) -> list[int]:
    """Process ids of the children of a process."""
    tasks = Path(f"/proc/{process}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def resident(process: int) -> float:
    """Resident memory of a process in MB; 0 if it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    main()
