"""Cost of a page by stage, relative to a full gray decode of the same photo; memory, start-up, growth and scaling.

    python benchmarks/speed.py [--stations 2] [--photos 40] [--workers 1 2] [--out FILE] [--quick]

Drawn photos of the three pages of c-hasil-ppwp-2024 (preset field, test writers, fixed seeds) at 12, 2 and 1.2
megapixels, with all witnesses. **Page cost** is CPU seconds of reading a photo divided by CPU seconds of a full gray
decode of it (Pillow, as `load` uses it), measured alternately in one process on one thread; the median of `--repeat`
rounds counts. Stages are the functions of the pipeline, timed while it runs; a stage that another stage calls does not
count for the caller. Results are written as JSON, and printed beside the earlier ones.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from ocr_recap import Reader
from ocr_recap.cells import bubble_reader, digit_reader, tally_reader, words_reader
from ocr_recap.decide import ask_witnesses
from ocr_recap.forms.template import load as load_template
from ocr_recap.read import pipeline
from ocr_recap.synth.sets.photos import MadePhoto, Order, make

SIZES = {"12 MP": 4000, "2 MP": 1633, "1.2 MP": 1265}  # longer side, px, of photos of 4:3
SEED = 901
KEPT = Path(__file__).resolve().parent / "speed.json"
# Timed functions: module in which the pipeline looks it up, name there, stage.
STAGES: tuple[tuple[Any, str, str], ...] = (
    (pipeline, "load", "decode"),
    (pipeline, "locate", "locate"),
    (pipeline, "crop", "crop"),
    (pipeline.photo_advice, "cells", "quality"),
    (pipeline.photo_advice, "page", "quality"),
    (pipeline, "ask_witnesses", "ask witnesses"),
    (digit_reader.DigitReader, "look", "digits"),
    (bubble_reader, "read_all", "bubbles"),
    (bubble_reader, "crossings", "bubbles"),
    (tally_reader.TallyReader, "read", "tally"),
    (ask_witnesses, "_read_totals", "row totals"),
    (words_reader.WordsReader, "read", "words"),
    (pipeline, "reconciled", "reconcile"),
    (pipeline.policy, "decide", "reconcile"),
    (pipeline, "make_record", "record"),
)
NAMES = (*dict.fromkeys(stage for *_, stage in STAGES), "emit", "rest")


class Watch:
    """CPU seconds by stage; the time of a nested stage counts only for that stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]
        for owner, name, stage in STAGES:
            setattr(owner, name, self._watched(getattr(owner, name), stage))

    def _watched(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            self._inner.append(0.0)
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - start
                self.seconds[stage] += spent - self._inner.pop()
                self._inner[-1] += spent

        return watched


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=2, help="photos of each page and size")
    parser.add_argument("--repeat", type=int, default=5, help="number of repetitions")
    parser.add_argument("--photos", type=int, default=40, help="photos that growth is measured over")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="number of processes")
    parser.add_argument("--quick", action="store_true", help="page cost alone")
    parser.add_argument("--out", type=Path, default=KEPT, help="kept results; compared with, then replaced")
    parser.add_argument("--child", choices=tuple(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.child:
        print(json.dumps(CHILDREN[arguments.child](arguments.rest)))
        return
    before = json.loads(arguments.out.read_text("utf-8")) if arguments.out.exists() else {}
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    }
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(Path(folder), arguments.stations)
        result["cost"] = costs(drawn, arguments.repeat)
        show_costs(result["cost"], before.get("cost", {}))
        if not arguments.quick:
            result |= whole(drawn, arguments.photos, arguments.workers, Path(folder))
            for key in ("start", "check", "memory", "growth", "scaling"):
                print(f"{key}: {result[key]}\n    before: {before.get(key)}")
        else:
            result = before | result
    arguments.out.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")


def photos(longer: int, stations: int) -> Iterator[tuple[str, MadePhoto]]:
    """Drawn photos of each page of one size, with the page's id."""
    template = load_template("c-hasil-ppwp-2024")
    pages = [page.id for page in template.pages]
    order = Order(template, 40 * stations * len(pages), SEED, longer=longer)
    wanted = pages * stations
    for index in range(order.count):
        page = pages[index % len(pages)]
        if page not in wanted:
            continue
        made = make(order, index)
        if max(Image.open(io.BytesIO(made.jpeg)).size) < longer:
            continue  # photos that a chat app shrank are left out
        wanted.remove(page)
        yield page, made


def draw(folder: Path, stations: int) -> dict[str, list[tuple[str, Path]]]:
    """(page, file) of every drawn photo, by size."""
    drawn: dict[str, list[tuple[str, Path]]] = {}
    for size, longer in SIZES.items():
        for page, made in photos(longer, stations):
            file = folder / f"{longer}-{made.name}.jpg"
            file.write_bytes(made.jpeg)
            drawn.setdefault(size, []).append((page, file))
    return drawn


# --- page cost --------------------------------------------------------------------------------------------------------


def costs(drawn: dict[str, list[tuple[str, Path]]], repeat: int) -> dict[str, Any]:
    """By size and page: CPU seconds of the decode, and of each stage relative to the decode; means over photos.

    By size also the median over all photos, since the few photos with the longest search dominate the means.
    """
    reader, watch = Reader(), Watch()
    for photos in drawn.values():
        reader.read(photos[0][1])  # warm-up: sessions and drawings are made once
    found: dict[str, Any] = {}
    for size, photos in drawn.items():
        table: dict[str, list[dict[str, float]]] = defaultdict(list)
        for page, file in photos:
            rounds = [_round(reader, watch, file) for _ in range(repeat)]
            table[page].append({name: float(np.median([r[name] for r in rounds])) for name in rounds[0]})
        found[size] = {
            page: {name: round(float(np.mean([r[name] / r["floor"] for r in rows])), 4) for name in (*NAMES, "total")}
            | {"decode ms": round(1000 * float(np.mean([r["floor"] for r in rows])), 1)}
            for page, rows in table.items()
        }
        every = [r for rows in table.values() for r in rows]
        found[size]["photos a second"] = round(len(every) / sum(r["total"] for r in every), 2)
        middle = {name: 1000 * float(np.median([r[name] for r in every])) for name in (*NAMES, "total", "floor")}
        ratio = float(np.median([r["total"] / r["floor"] for r in every]))
        found[size]["middle"] = {name: round(ms, 2) for name, ms in middle.items()} | {"ratio": round(ratio, 2)}
    return found


_DECODES = 3  # decodes per round, as a decode is short


def _round(reader: Reader, watch: Watch, file: Path) -> dict[str, float]:
    content = file.read_bytes()
    start = time.process_time()
    for _ in range(_DECODES):
        full_grey(content)
    floor = (time.process_time() - start) / _DECODES
    watch.seconds.clear()
    start = time.process_time()
    record = reader.read(file)
    read = time.process_time()
    record.model_dump_json()
    end = time.process_time()
    stages = {name: watch.seconds[name] for name in NAMES[:-2]}
    return stages | {
        "emit": end - read,
        "rest": max(read - start - sum(stages.values()), 0.0),
        "total": end - start,
        "floor": floor,
    }


def full_grey(content: bytes) -> Image.Image:
    """Full gray decode of a picture."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("L", picture.size)  # the decoder skips the colours
    picture.load()
    return picture


def show_costs(found: dict[str, Any], before: dict[str, Any]) -> None:
    """Print the cost of each page beside the earlier one."""
    for size, pages in found.items():
        print(f"\n{size}: {pages['photos a second']} photos a second and core")
        print("page   " + " ".join(f"{name:>10s}" for name in (*NAMES, "total", "before")) + "   decode ms")
        for page, row in pages.items():
            if isinstance(row, dict) and page != "middle":
                was = before.get(size, {}).get(page, {}).get("total")
                cells = [f"{row[name]:10.3f}" for name in (*NAMES, "total")] + [f"{was or float('nan'):10.3f}"]
                print(f"{page:6s} " + " ".join(cells) + f"   {row['decode ms']:9.1f}")
        middle = pages["middle"]
        cells = [f"{middle[name]:10.1f}" for name in (*NAMES, "total")]
        print("ms     " + " ".join(cells) + f"   {middle['floor']:20.1f}   in the middle: {middle['ratio']:.2f} times")


# --- processes of their own -------------------------------------------------------------------------------------------


def whole(drawn: dict[str, list[tuple[str, Path]]], photos: int, workers: list[int], folder: Path) -> dict[str, Any]:
    """Start-up, memory, growth and scaling, each in fresh processes."""
    large, small = drawn["12 MP"][0][1], drawn["2 MP"][0][1]
    many = folder / "many"
    many.mkdir()
    for index in range(photos):
        # Bytes after the end of a JPEG change only its hash, not the picture.
        sources = drawn["12 MP"]
        (many / f"{index:05d}.jpg").write_bytes(sources[index % len(sources)][1].read_bytes() + str(index).encode())
    results: dict[str, Any] = {
        "start": _started([sys.executable, "-c", _READ, str(large)]),
        "check": _started([sys.executable, "-m", "ocr_recap", "check", str(small)]),
        "memory": {size: _child("memory", str(p[0][1]), "5") for size, p in drawn.items()},
        "growth": _child("growth", str(many)),
        "scaling": {str(n): _child("scaling", str(many), str(n)) for n in workers},
    }
    rates = [results["scaling"][str(n)]["photos a second"] for n in workers]
    results["scaling"]["gain"] = [round(rate / rates[0], 2) for rate in rates]
    return results


_READ = "import sys; from ocr_recap import Reader; assert Reader().read(sys.argv[1]).photo.sha256"


def _started(command: list[str], times: int = 3) -> dict[str, float]:
    """Least wall and CPU seconds of a fresh process."""
    wall: list[float] = []
    cpu: list[float] = []
    for _ in range(times):
        before, start = os.times(), time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        wall.append(time.perf_counter() - start)
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return {"wall s": round(min(wall), 2), "CPU s": round(min(cpu), 2)}


def _child(what: str, *arguments: str) -> Any:
    command = [sys.executable, __file__, "--child", what, *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak() -> float:
    """Peak memory (MB) of this process."""
    import resource  # noqa: PLC0415  (not on every system)

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _memory(arguments: list[str]) -> Any:
    """A worker's memory after reading one photo several times, MB."""
    reader = Reader()
    for _ in range(int(arguments[1])):
        reader.read(arguments[0])
    return _peak()


def _growth(arguments: list[str]) -> Any:
    """Memory and seconds per photo, in the first and last photos; every photo has different bytes."""
    reader = Reader()
    peaks: list[float] = []
    seconds: list[float] = []
    for file in sorted(Path(arguments[0]).iterdir()):
        start = time.process_time()
        reader.read(file)
        seconds.append(time.process_time() - start)
        peaks.append(_peak())
    first = slice(1, 10)
    return {
        "photos": len(peaks),
        "MB after 10": peaks[min(9, len(peaks) - 1)],
        "MB at last": peaks[-1],
        "CPU s of the first ten": round(float(np.mean(seconds[first])), 3),
        "CPU s of the last ten": round(float(np.mean(seconds[-10:])), 3),
    }


def _scaling(arguments: list[str]) -> Any:
    """Photos a second by wall clock, from the first record on."""
    files, workers = sorted(Path(arguments[0]).iterdir()), int(arguments[1])
    begin = time.perf_counter()
    first = 0.0
    for _ in Reader().read_many(files, workers=workers):
        first = first or time.perf_counter()
    return {
        "photos a second": round((len(files) - 1) / (time.perf_counter() - first), 3),
        "first record s": round(first - begin, 2),
    }


CHILDREN: dict[str, Callable[[list[str]], Any]] = {"memory": _memory, "growth": _growth, "scaling": _scaling}

if __name__ == "__main__":
    main()
