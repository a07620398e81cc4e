"""Accuracy of strokes and row totals: cells, rows, grids, credible sets, and cost.

    python benchmarks/tally.py FOLDER... [--by reader|corners] [--pictures DIR] [--mistakes]
    python benchmarks/tally.py --drawn c-hasil-ppwp-2024 field 2 100 2026 [--mistakes]

A folder holds photos and their `truth.jsonl`, as `ocr-recap synth` writes them. With `reader`, pages are located as
usual (photos on which no page is found are counted and left out). With `corners`, every grid and every row total is
cropped by its true corners, wherever the page would be located. An unreadable grid has no count: it is counted, and is
neither exact nor wrong. `--drawn FORM PRESET PAGE DOCUMENTS SEED` draws photos of one page by test writers and reads
them without writing them. `--pictures` saves every grid with strokes, numbered as in the overlay.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_recap.cells.crop import crop, cut_tally, cut_total
from ocr_recap.cells.readers import Readers
from ocr_recap.cells.row_totals import TotalReading
from ocr_recap.cells.tally_crop import OTHER
from ocr_recap.cells.tally_reader import SIGNS, TallyReading
from ocr_recap.decide.ask_witnesses import ask_witnesses
from ocr_recap.decide.evidence import read_total
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.forms import template
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.records.field_record import TallyEvidence, quad
from ocr_recap.report.tally_overlay import number
from ocr_recap.synth.sets.photos import Order, make

# Shares that are printed with their exact 95% interval: counts of `Found.counts`.
SHARES = (
    ("struck-out grids exact", "struck-out grids"),
    ("filled exact", "filled grids"),
    ("counts at 0.98, wrong", "counts at 0.98"),
    ("row totals right", "row totals"),
    ("crossed-out grids to a person", "crossed-out grids"),
)


@dataclass
class Found:
    """Figures of one folder."""

    counts: Counter[str] = field(default_factory=Counter[str])
    reasons: Counter[str] = field(default_factory=Counter[str])
    mistakes: list[str] = field(default_factory=list[str])
    seconds: float = 0.0
    inside: list[float] = field(default_factory=list[float])  # probability that a randomised 99% set holds the truth


Shown = tuple[dict[str, Any], Photo]
Read = tuple[dict[str, TallyReading], dict[tuple[str, int], TotalReading]]


def by_corners(photo: Photo, truth: dict[str, Any], readers: Readers) -> Read:
    """Strokes and row totals of a photo, cropped by their true corners."""
    grids = {
        name: cut_tally(photo, np.array(fact["grid_quad"], float), fact["grid_rows"], fact["grid_cols"])
        for name, fact in truth["tallies"].items()
    }
    strokes = dict(zip(grids, readers.tallies.read(list(grids.values())), strict=True))
    totals: dict[tuple[str, int], TotalReading] = {}
    for fact in truth["row_sums"]:
        cells = cut_total(photo, np.array(fact["quad"], float), fact["cells"])
        if cells is None:
            continue
        counted = strokes.get(fact["field"])
        if counted is not None and counted.cancelled(fact["row"] - 1):
            continue
        known = counted is not None and counted.state == "read" and fact["row"] <= len(counted.row_counts)
        counts = counted.row_counts[fact["row"] - 1] if counted is not None and known else None
        total = read_total(fact["row"], readers.digits.read(*cells), counts)
        if total:
            totals[fact["field"], fact["row"]] = total
    return strokes, totals


def by_reader(photo: Photo, forms: list[template.Template], readers: Readers) -> Read:
    """Strokes and row totals of a photo, located as usual."""
    witnessed = ask_witnesses(crop(photo, locate(photo, forms)), readers)
    strokes = {name: h.evidence.strokes for name, h in witnessed.items() if h.evidence.strokes is not None}
    totals = {
        (name, total.row): total
        for name, h in witnessed.items()
        if h.evidence.totals is not None
        for total in h.evidence.totals.totals
    }
    return strokes, totals


def judge(truth: dict[str, Any], read: Read, found: Found) -> None:
    """Compare one photo's reading with its truth."""
    strokes, totals = read
    for name, fact in truth["tallies"].items():
        if name not in strokes:
            continue
        if fact["count"] is None:
            _judge_crossed(fact, strokes[name], found)
        else:
            _judge_grid(f"{truth['name']} {name}", fact, strokes[name], found)
    if strokes:
        _judge_totals(truth, totals, found)


def _judge_crossed(fact: dict[str, Any], said: TallyReading, found: Found) -> None:
    """Count a grid whose strokes are crossed out, or not countable."""
    if fact.get("crossed_out"):
        found.counts["crossed-out grids"] += 1
        found.counts["crossed-out grids to a person"] += said.reason == "crossed_out"
        found.counts["crossed-out grids read"] += said.state == "read"


def _judge_grid(name: str, fact: dict[str, Any], said: TallyReading, found: Found) -> None:
    """Compare one grid with its truth."""
    counts, want = found.counts, int(fact["count"])
    kind = "filled" if want else "empty"
    counts[f"{kind} grids"] += 1
    if "struck_space" in fact:
        line = fact["struck_space"]["kind"]
        counts["struck-out grids"] += 1
        counts["struck-out grids exact"] += said.count == want
        counts["struck-out grids seen as such"] += bool(said.struck.any())
        counts[f"struck-out grids, {line}"] += 1
        counts[f"struck-out grids, {line}, exact"] += said.count == want
    if said.state == "unreadable":
        counts[f"{kind} unreadable"] += 1
        found.reasons[str(said.reason)] += 1
        found.mistakes.append(f"{name}: {want} unreadable ({said.reason})")
        return
    off = abs((said.count or 0) - want)
    counts[f"{kind} exact"] += off == 0
    counts[f"{kind} within 1"] += off <= 1
    sure = said.says(said.count)
    for level in (0.9, 0.98):
        counts[f"counts at {level}"] += sure >= level
        counts[f"counts at {level}, wrong"] += off > 0 and sure >= level
    low, high = said.credible
    counts["in the 99% set"] += low <= want <= high
    found.inside.append(randomised(said, want))
    wanted = np.array(fact.get("cells", ()))
    if wanted.shape == said.cells.shape:
        got = np.where(said.cells < 6, said.cells, 0)
        right = (got == wanted) & (said.cells != OTHER)
        counts["cells"] += wanted.size
        counts["cells right"] += int(right.sum())
        counts["cells with strokes"] += int((wanted > 0).sum())
        counts["cells with strokes right"] += int(right[wanted > 0].sum())
    if off:
        found.mistakes.append(f"{name}: {want} read {said.count} ({sure:.3f}, {low}-{high})")


def _judge_totals(truth: dict[str, Any], totals: dict[tuple[str, int], TotalReading], found: Found) -> None:
    """Compare the row totals of a photo with its truth; those of grids without a count are left out."""
    counts = found.counts
    countable = {name for name, fact in truth["tallies"].items() if fact.get("count") is not None}
    written = {(fact["field"], fact["row"]) for fact in truth["row_sums"]}
    for (name, row), total in totals.items():
        if name in countable and (name, row) not in written:
            counts["row totals read where none is"] += 1
            said = f"{total.text!r} ({total.confidence:.3f})"
            found.mistakes.append(f"{truth['name']} {name} row {row}: nothing read {said}")
    for fact in truth["row_sums"]:
        if fact.get("value") is None:
            continue
        counts["row totals"] += 1
        total = totals.get((fact["field"], fact["row"]))
        right = total is not None and total.value == fact["value"]
        counts["row totals right"] += right
        if not right:
            said_so = None if total is None else f"{total.text!r} ({total.confidence:.3f})"
            found.mistakes.append(f"{truth['name']} {fact['field']} row {fact['row']}: {fact['text']!r} read {said_so}")


def randomised(said: TallyReading, want: int) -> float:
    """Probability that a randomised set of exactly 99% holds the truth: the last number of the set counts in part."""
    order = np.argsort(-said.counts, kind="stable")
    before = 0.0
    for place in order:
        chance = float(said.counts[place])
        if place == want:
            return float(np.clip((0.99 - before) / max(chance, 1e-12), 0, 1))
        before += chance
        if before >= 0.99:
            break
    return 0.0


def picture(photo: Photo, said: TallyReading) -> np.ndarray[Any, Any]:
    """One grid, straightened and numbered."""
    rows, columns = said.cells.shape
    size = columns * 64, rows * 40
    rect = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    corners = ((said.quad + 0.5) * photo.scale - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, rect)
    gray = cv2.warpPerspective(photo.gray, matrix, size, flags=cv2.INTER_LINEAR)
    shown = np.repeat(gray[:, :, None], 3, axis=2)
    cells = tuple("".join(SIGNS[c] for c in row) for row in said.cells)
    evidence = TallyEvidence(state=said.state, count=said.count, rows=said.rows, cells=cells, quad=quad(said.quad))
    shown = np.ascontiguousarray(shown)
    number(shown, evidence, rect.astype(float))
    return shown


def photos(folder: Path) -> Iterator[tuple[dict[str, Any], Photo]]:
    """Yield the photos of a folder that have tally grids, with their truth."""
    for line in (folder / "truth.jsonl").read_bytes().splitlines():
        truth = json.loads(line)
        if not truth["tallies"]:
            continue
        file = folder / truth.get("image", f"{truth['name']}.jpg")
        if not file.is_file():
            file = folder / "images" / f"{truth['name']}.jpg"
        yield truth, load(file, truth["name"])


def drawn(
    form: template.Template, preset: str, page: str, documents: int, seed: int, keep: Path | None
) -> Iterator[Shown]:
    """Yield drawn photos of one page of a form by test writers, with their truth; `keep` holds those drawn before."""
    pages = [p.id for p in form.pages]
    order = Order(form, documents * len(pages), seed, preset)  # type: ignore[arg-type]
    for document in range(documents):
        file = keep / f"{form.id}-{preset}-{page}-{seed}-{document}" if keep else None
        if file is None or not file.with_suffix(".json").is_file():
            made = make(order, document * len(pages) + pages.index(page))
            if file is None:
                yield made.truth, load(made.jpeg, made.name)
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.with_suffix(".jpg").write_bytes(made.jpeg)
            file.with_suffix(".json").write_text(json.dumps(made.truth), "utf-8")
        truth = json.loads(file.with_suffix(".json").read_text("utf-8"))
        yield truth, load(file.with_suffix(".jpg"), truth["name"])


def evaluate(shown: Iterator[Shown], forms: list[template.Template], args: argparse.Namespace) -> Found:
    """Figures of one set of photos."""
    readers = Readers.shipped()
    found = Found()
    for truth, photo in shown:
        found.counts["photos"] += 1
        start = time.process_time()
        try:
            read = by_corners(photo, truth, readers) if args.by == "corners" else by_reader(photo, forms, readers)
        except PhotoProblem as problem:
            found.counts["photos not found"] += 1
            found.reasons[problem.code] += 1
            continue
        found.seconds += time.process_time() - start
        judge(truth, read, found)
        if args.pictures:
            for name, said in read[0].items():
                if (said.cells > 0).any():
                    args.pictures.mkdir(parents=True, exist_ok=True)
                    cv2.imwrite(str(args.pictures / f"{truth['name']}--{name}.png"), picture(photo, said))
    return found


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", help="input folders")
    parser.add_argument("--drawn", nargs=5, action="append", default=[], help="form, preset, page, documents, seed")
    parser.add_argument("--keep", type=Path, help="folder for drawn photos, so that they are drawn once")
    parser.add_argument("--by", choices=("reader", "corners"), default="reader")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the grids")
    parser.add_argument("--mistakes", action="store_true", help="list every grid and row total that is not right")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    sets: dict[str, tuple[Iterator[Shown], list[template.Template]]] = {}
    for folder in args.folders:
        sets[folder.name] = photos(folder), [template.load(name) for name in template.available()]
    for form, preset, page, documents, seed in args.drawn:
        one = template.load(form)
        sets[f"{form} {preset} {page}, {documents} documents, seed {seed}"] = (
            drawn(one, preset, page, int(documents), int(seed), args.keep),
            [one],
        )
    for title, (shown, forms) in sets.items():
        found = evaluate(shown, forms, args)
        print(f"{title} (by {args.by})")
        for name, count in sorted(found.counts.items()):
            print(f"  {name:28} {count}")
        for part, whole in SHARES:
            n, of = found.counts[part], found.counts[whole]
            if of:
                low, high = clopper_pearson(n, of)
                print(f"  {part} / {whole}: {n} of {of} = {n / of:.2%} (95%: {low:.2%} to {high:.2%})")
        if found.inside:
            print(f"  {'99% set, randomised':28} {np.mean(found.inside):.4f} of {len(found.inside)}")
        print(f"  {'not read because':28} {dict(found.reasons)}")
        if args.mistakes:
            print("".join(f"    {line}\n" for line in found.mistakes), end="")


if __name__ == "__main__":
    main()
