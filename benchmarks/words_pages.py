"""What words add on drawn pages: numbers accepted and silent errors with and without them, and what they cost.

    python benchmarks/words_pages.py [--forms ID ...] [--documents 40] [--seed 3300] [--repeat 3] [--writers test]

Stations are drawn as usual (preset field, clerks with their errors). Each photo is read twice, by the form's template
and by the same one without its spaces for words, and decided by itself with the strict policy; counts that are written
on the page are compared with what is written. **Page cost** is CPU seconds of a photo (decoding and locating, which
both ways share, and reading) divided by CPU seconds of a full gray decode of it, measured alternately in this process
on one thread, the median of the repetitions for each photo. Pages without a number in words are left out.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from PIL import Image

from ocr_recap.cells.readers import Readers
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.forms.fields import Words
from ocr_recap.forms.template import Template, available
from ocr_recap.forms.template import load as load_template
from ocr_recap.imaging.photo import load
from ocr_recap.locate.locate import locate
from ocr_recap.messages.problems import PhotoProblem
from ocr_recap.read.pipeline import read_page
from ocr_recap.records.options import Options
from ocr_recap.records.record import Record
from ocr_recap.synth.sets.photos import MadePhoto, Order, make


@dataclass
class Side:
    """Figures of one way of reading."""

    written: int = 0
    accepted: int = 0
    silent: int = 0
    cost: list[float] = field(default_factory=list[float])
    why: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, record: Record, made: MadePhoto, counts: frozenset[str]) -> None:
        """Count the numbers of one photo."""
        for truth in made.truth["fields"]:
            if truth["id"] not in counts:
                continue
            got, value = record.fields[truth["id"]], truth["value"]
            self.written += value is not None
            self.accepted += value is not None and got.accepted is not None
            blank = got.status == "blank" and value is not None
            if blank or (got.accepted is not None and got.accepted != value):
                self.silent += 1
                self.wrong.append(f"{made.name} {truth['id']}: {truth['text']!r} as {got.accepted}")
            if got.status == "review" and value is not None:
                self.why.update(got.reasons)


def bare(form: Template) -> Template:
    """The form without its spaces for words."""

    def kept(one: object) -> bool:
        return not isinstance(one, Words)

    fields = [f.model_copy(update={"witnesses": tuple(filter(kept, f.witnesses))}) for f in form.fields]
    return form.model_copy(update={"fields": tuple(fields)})


def photos_of(form: Template, documents: int, seed: int, writers: str) -> Iterator[tuple[str, MadePhoto]]:
    """Photos of the pages that have words, with their page ids."""
    order = Order(form, documents * len(form.pages), seed, writers=writers)  # type: ignore[arg-type]
    worded = {f.page for f in form.fields if f.words}
    for index in range(order.count):
        page = form.pages[index % len(form.pages)].id
        if page in worded:
            yield page, make(order, index)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def decode(jpeg: bytes) -> object:
    """A full gray decode, the unit of page cost."""
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))


def measure(form: Template, arguments: argparse.Namespace, readers: Readers) -> tuple[Side, Side, int, int]:
    """Both ways of reading a form's pages, the number of photos, and of those whose page was not found."""
    other, options = bare(form), Options()
    with_words, without = Side(), Side()
    photos = lost = 0
    for page, made in photos_of(form, arguments.documents, arguments.seed, arguments.writers):
        photos += 1
        counts = frozenset(f.id for f in form.fields_of(page) if f.words)
        try:
            photo = load(made.jpeg, made.name)
            located = locate(photo, [form])
            if located.page_id != page:
                raise PhotoProblem("form_unknown")
            sides = ((with_words, located), (without, replace(located, template=other)))
            for side, where in sides:
                side.add(read_page(photo, where, readers, options), made, counts)
        except PhotoProblem:
            lost += 1
            continue
        if photos <= arguments.costed:
            _cost(made.jpeg, ((with_words, form), (without, other)), readers, arguments.repeat)
        print(f"\r{form.id} {photos}", end="", file=sys.stderr)
    return with_words, without, photos, lost


def _cost(jpeg: bytes, ways: Sequence[tuple[Side, Template]], readers: Readers, repeat: int) -> None:
    """Add the page cost of a photo to each side."""
    rounds: list[list[float]] = []
    for _ in range(repeat):
        unit = seconds(lambda: decode(jpeg))
        start = time.process_time()
        photo = load(jpeg, "photo")
        located = locate(photo, [ways[0][1]])
        found = time.process_time() - start
        read: list[float] = []
        for _, form in ways:
            start = time.process_time()
            read_page(photo, replace(located, template=form), readers, Options())
            read.append(time.process_time() - start)
        rounds.append([unit, *(found + one for one in read)])
    unit, *spent = (float(np.median(column)) for column in zip(*rounds, strict=True))
    for (side, _), one in zip(ways, spent, strict=True):
        side.cost.append(one / unit)


def main() -> None:
    """Parse the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    worded = [name for name in available() if any(f.words for f in load_template(name).fields)]
    parser.add_argument("--forms", nargs="*", default=worded, help="ids of forms; default: all that have words")
    parser.add_argument("--documents", type=int, default=40, help="stations of each form")
    parser.add_argument("--seed", type=int, default=3300)
    parser.add_argument("--repeat", type=int, default=3, help="rounds of timing of each photo")
    parser.add_argument("--costed", type=int, default=12, help="photos of each form that are timed")
    parser.add_argument("--writers", choices=("train", "calibration", "test"), default="test")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    readers = Readers.shipped()
    print("| form | photos (not found) | counts | accepted without | accepted with | silent without | silent with |")
    print("|---|---|---|---|---|---|---|")
    costs: list[str] = []
    titles = ("form", "photos", "cost without, median", "with", "added, median", "mean", "most", "share of the page")
    for name in arguments.forms:
        form = load_template(name)
        mine, other, photos, lost = measure(form, arguments, readers)
        high = clopper_pearson(mine.silent, mine.accepted)[1]
        print(
            f"| `{name}` | {photos} ({lost}) | {mine.written} | {_share(other.accepted, other.written)} "
            f"| {_share(mine.accepted, mine.written)} | {other.silent} | {mine.silent} (at most {high:.2%}) |",
            flush=True,
        )
        print(f"\n{name}: review without {dict(other.why.most_common(8))}", file=sys.stderr)
        print(f"{name}: review with {dict(mine.why.most_common(8))}", file=sys.stderr)
        print(f"{name}: silent without {other.wrong}; with {mine.wrong}", file=sys.stderr)
        if mine.cost:
            added = np.array(mine.cost) - np.array(other.cost)
            costs.append(
                f"| `{name}` | {len(mine.cost)} | {np.median(other.cost):.2f} | {np.median(mine.cost):.2f} "
                f"| {np.median(added):+.3f} | {added.mean():+.3f} | {added.max():+.3f} "
                f"| {np.median(added / np.array(other.cost)):+.1%} |"
            )
    print(f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    print("\n".join(costs))


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f}%)" if whole else "-"


if __name__ == "__main__":
    main()
