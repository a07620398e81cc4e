"""Compares a batch that is killed repeatedly (`kill -9` at random moments) with an uninterrupted one.

    python benchmarks/crash.py [--kills 50] [--seed 0] [--photos 24] [--workers 2] [--out DIR]

Sample photos with different bytes, a broken file, an empty file, a copy and a PDF of three pages are read by the
command line into an empty folder. The command is killed at a random moment (its workers have to end by themselves) and
started again, up to five times, then left to finish. Two kills of three come at a moment drawn uniformly over its usual
time, the third while it publishes. Every photo must be there once, with the same bytes in every result as in an
uninterrupted run, except `run.json`; the finished batch, run once more, must read nothing. Then the next folder is
used, until all kills are used up. Exit status 1 if anything is lost, doubled or different.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
_PER_FOLDER = 5  # kills before a batch may finish
_LONGEST = 600.0  # s that one undisturbed run may take


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="seed of all random numbers")
    parser.add_argument("--photos", type=int, default=24, help="number of photos")
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument("--out", type=Path, help="keep everything in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = arguments.out or Path(scratch)
        faults = trial(place, arguments.kills, arguments.seed, arguments.photos, arguments.workers)
    for fault in faults:
        print(fault)
    raise SystemExit(1 if faults else 0)


def trial(place: Path, kills: int, seed: int, photos: int, workers: int) -> list[str]:
    """Kill and compare; returns the differences."""
    draw = random.Random(seed)
    make_photos(place / "in", photos)
    begun = time.monotonic()
    finish(place / "in", place / "calm", workers)
    usual = time.monotonic() - begun
    calm, frames = contents(place / "calm"), names(place / "calm")
    print(f"{len(frames)} records, {usual:.1f} s undisturbed, {workers} workers", flush=True)
    faults: list[str] = []
    killed: Counter[str] = Counter()
    while killed.total() < kills:
        out = place / "out"
        shutil.rmtree(out, ignore_errors=True)
        for _ in range(min(_PER_FOLDER, kills - killed.total())):
            late = draw.random() < 1 / 3
            at = kill(place / "in", out, workers, draw.uniform(0, 1 if late else usual), late)
            if at is None:  # the command had finished already, so nothing was killed
                break
            killed[at] += 1
        finish(place / "in", out, workers)
        faults += compared(out, calm, frames, f"after kill {killed.total()}")
        again = finish(place / "in", out, workers)
        if "nothing was read again" not in again:
            faults.append(f"the finished batch was read again: {again[-200:]}")
        faults += compared(out, calm, frames, f"once more after kill {killed.total()}")
    told = ", ".join(f"{count} while {when}" for when, count in sorted(killed.items()))
    lost, doubled = (sum(word in fault for fault in faults) for word in ("lost", "doubled"))
    print(f"{kills} kills ({told}): {lost} lost, {doubled} doubled, {len(faults)} faults in all", flush=True)
    return faults


def make_photos(folder: Path, count: int) -> None:
    """Write distinct photos of few kinds: the samples with different bytes, and files that cannot be read."""
    folder.mkdir(parents=True)
    samples = sorted(SAMPLES.glob("*.jpg"))
    for index in range(count):
        (folder / f"{index:04d}.jpg").write_bytes(with_comment(samples[index % len(samples)].read_bytes(), index))
    shutil.copyfile(folder / "0001.jpg", folder / "copy.jpg")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "broken.jpg").write_bytes((folder / "0000.jpg").read_bytes()[:20_000])
    pages = [Image.open(path) for path in samples[:3]]
    pages[0].save(folder / "scan.pdf", save_all=True, append_images=pages[1:], resolution=150)


def with_comment(content: bytes, number: int) -> bytes:
    """The JPEG with a comment: different bytes, the same picture."""
    comment = f"{number:06d}".encode()
    return content[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + content[2:]


def command(photos: Path, out: Path, workers: int) -> list[str]:
    """Command line with all kinds of pictures."""
    own = [sys.executable, "-m", "ocr_recap", "read", str(photos), "--out", str(out), "--lang", "en"]
    return [*own, "--workers", str(workers), "--overlay", "--save-pages"]


def finish(photos: Path, out: Path, workers: int) -> str:
    """Let the command finish; returns its output."""
    done = subprocess.run(
        command(photos, out, workers), capture_output=True, text=True, timeout=_LONGEST, check=False, cwd=ROOT
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"exit status {done.returncode}: {done.stderr}")
    return done.stdout


def kill(photos: Path, out: Path, workers: int, moment: float, late: bool) -> str | None:
    """Start the command and kill it.

    Args:
        photos, out, workers: as `command`.
        moment: seconds from the start, or from the begin of publishing.
        late: True to count from the begin of publishing.

    Returns:
        State of the batch when it was killed; None if it had finished.
    """
    process = subprocess.Popen(
        command(photos, out, workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    while late and process.poll() is None and not (out / ".part").exists():
        time.sleep(0.001)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        at = "publishing" if (out / ".part").exists() else "reading" if (out / ".work").exists() else "starting"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return at
    return None


def contents(out: Path) -> dict[str, bytes]:
    """Every result, and the list of hashes without `run.json`, which holds the time of the batch."""
    own = {p.relative_to(out).as_posix(): p for p in sorted(out.rglob("*")) if p.is_file()}
    found = {n: p.read_bytes() for n, p in own.items() if n != "run.json" and not n.startswith("journal.sqlite")}
    listed = found["SHA256SUMS"].splitlines()
    return {**found, "SHA256SUMS": b"\n".join(line for line in listed if not line.endswith(b"  run.json"))}


def names(out: Path) -> list[tuple[str, int]]:
    """File and frame of each record, in order."""
    records = map(json.loads, (out / "photos.jsonl").read_bytes().splitlines())
    return [(record["photo"]["file"], record["photo"]["frame"]) for record in records]


def compared(out: Path, calm: dict[str, bytes], frames: list[tuple[str, int]], when: str) -> list[str]:
    """Results that are lost, doubled or different."""
    found, here = contents(out), names(out)
    faults = [f"{when}: lost {frame}" for frame in frames if frame not in here]
    faults += [f"{when}: doubled {frame}" for frame, count in Counter(here).items() if count > 1]
    faults += [f"{when}: {name} differs" for name in sorted(found.keys() | calm) if found.get(name) != calm.get(name)]
    return faults


if __name__ == "__main__":
    main()
