"""A batch as operators run it: does memory stay flat, what is the gain of two workers, what does a finished batch cost?

    python benchmarks/batch.py memory [--photos 1000]     resident memory of the worker and the parent, photo by photo
    python benchmarks/batch.py scaling [--photos 60]      one worker and two, side by side, and the finished batch again

Photos are the samples with bytes of their own (a JPEG comment), so that none is a copy of another. `scaling` runs one,
two, two, one workers in this order and compares the sums, so that a machine that warms up or slows down favours
nobody; start-up is left out by the journal's own clock (first result to last), and told. On a machine that has anything
else to do the ratio is that machine's: look at the load that is printed. Memory is read from /proc (Linux).
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
from ocr_recap import batch
from ocr_recap.limits import Limits

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("memory", "scaling"))
    parser.add_argument("--photos", type=int)
    arguments = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "in"
        memory_of = arguments.what == "memory"
        make(photos, arguments.photos or (1000 if memory_of else 60))
        (memory if memory_of else scaling)(photos, Path(scratch))


def make(folder: Path, count: int) -> None:
    """Distinct photos of the samples."""
    folder.mkdir()
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))]
    for index in range(count):
        (folder / f"{index:05d}.jpg").write_bytes(with_comment(samples[index % len(samples)], index))


def memory(photos: Path, scratch: Path) -> None:
    """Resident memory as one worker reads photo after photo."""
    worker: list[float] = []
    parent: list[float] = []

    def look(done: int, total: int, _name: str) -> None:
        worker.append(max((resident(child) for child in children(os.getpid())), default=0.0))
        parent.append(resident(os.getpid()))
        if done in (10, 50) or done % 100 == 0 or done == total:
            told = f"worker {worker[-1]:.0f} MB (most {max(worker):.0f}), parent {parent[-1]:.0f} MB"
            print(f"after {done} photos: {told}", flush=True)

    batch.run([photos], scratch / "out", workers=1, executor="processes", progress=look, limits=Limits())


def scaling(photos: Path, scratch: Path) -> None:
    """One worker and two, side by side."""
    seconds: dict[int, float] = {1: 0.0, 2: 0.0}
    starts: list[float] = []
    for workers in (1, 2, 2, 1):
        out = scratch / "out"
        shutil.rmtree(out, ignore_errors=True)
        ticks: list[float] = []

        def tick(done: int, total: int, name: str, ticks: list[float] = ticks) -> None:
            ticks.append(time.monotonic())

        begun = time.monotonic()
        batch.run([photos], out, workers=workers, executor="processes", progress=tick)
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


def children(process: int) -> list[int]:
    """The processes that a process started."""
    tasks = Path(f"/proc/{process}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def resident(process: int) -> float:
    """MB of memory that a process uses; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    main()
