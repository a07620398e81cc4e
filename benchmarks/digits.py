"""Compares the digit reader with alternatives on the same cells: the table of docs/lab/digits.md.

    python training/digits/fetch_mnist.py DATA --test
    python benchmarks/digits.py --mnist DATA [--photos 20] [--slow 2000] [--write]

Cells are drawn (`--photos` photos of every form, preset *field*, test writers) and real (`../shared/real-forms`),
cropped by their true corners, so that errors of locating play no part. Alternatives get the box alone, cropped from the
same decoded photo; the digit reader gets its patch. A reader returns one character per cell; dash and empty are one
class, since no alternative distinguishes them. A number is right if its characters mean the value that is written.
Tesseract and RapidOCR read at most `--slow` cells of each kind (whole numbers, chosen by the seed). `--ours` reads with
the digit reader alone and keeps the lines of the alternatives as they stand in the table: with the same `--photos` they
have read the same cells.

The alternatives are not dependencies of this package. They are used if they are installed:

    pip install -e ".[train]"            # torch, for the MNIST net, which is trained here (two minutes)
    pip install rapidocr-onnxruntime     # in an environment of its own: it brings another build of OpenCV
    apt-get install tesseract-ocr
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from digit_peers import TALL, MnistNet, RapidOcr, Tesseract, cpu_seconds

from ocr_recap.cells.crop import cut
from ocr_recap.cells.digit_reader import CLASSES, DigitReader
from ocr_recap.cells.external_crops import patches_of
from ocr_recap.cells.patch import room
from ocr_recap.decide.evidence import interpret
from ocr_recap.evaluate.bounds import clopper_pearson
from ocr_recap.evaluate.forms import Forms
from ocr_recap.evaluate.pictures import find_photo
from ocr_recap.evaluate.truths import TruthField, read_jsonl
from ocr_recap.imaging.arrays import GrayImage
from ocr_recap.imaging.photo import Photo, load
from ocr_recap.synth.sets import photos
from ocr_recap.synth.writing import sources

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_241_127
EPOCHS = 3
BEGIN, END = "<!-- peers: written by benchmarks/digits.py -->", "<!-- end of peers -->"


@dataclass(frozen=True)
class Number:
    """Cells of one number and what is written.

    `pictures` are boxes for the alternatives; the digit reader gets patches (n, 48, 48) and the sizes of the boxes in
    them (n, 2).
    """

    photo: str
    want: TruthField
    pictures: Sequence[GrayImage]
    patches: GrayImage
    boxes: np.ndarray


@dataclass(frozen=True)
class Score:
    """Figures of one reader on one kind of cells; pairs are (right, total)."""

    reader: str
    digits: tuple[int, int]
    cells: tuple[int, int]
    numbers: tuple[int, int]
    milliseconds: float


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, help="folder of fetch_mnist.py; without it, no MNIST net")
    parser.add_argument("--photos", type=int, default=20, help="drawn photos of every form")
    parser.add_argument("--slow", type=int, default=2000, help="cells of each kind that slow peers read")
    parser.add_argument("--real", type=Path, default=ROOT.parent / "shared" / "real-forms" / "truth.jsonl")
    parser.add_argument("--weights", type=Path, help="folder of other weights than the shipped ones")
    parser.add_argument("--ours", action="store_true", help="renew the lines of the digit reader alone")
    parser.add_argument("--write", action="store_true", help="put the table into docs/lab/digits.md")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    digits = DigitReader(args.weights)
    lines: list[str] = [f"Weights {digits.sha256[:12]}."]
    net, slow, absent = ({}, {}, []) if args.ours else peers(args.mnist)
    with tempfile.TemporaryDirectory() as scratch:
        sets = {"drawn, *field*": drawn(Path(scratch), args.photos)}
    if args.real.is_file():
        sets["real"] = list(numbers_of(args.real))
    lines += [
        "",
        "| cells | reader | digit cells | all classes (0-9, X, dash + empty) | whole numbers | CPU ms a cell |",
        "|---|---|---|---|---|---|",
    ]
    for kind, numbers in sets.items():
        some = sample(numbers, args.slow)
        for score in (
            ours(digits, numbers),
            *(judged(name, read, numbers) for name, read in net.items()),
            *(judged(name, read, some) for name, read in slow.items()),
        ):
            lines.append(row(kind, score))
            print(lines[-1], flush=True)
    lines += ["", *(f"Not measured: {what}." for what in absent)]
    if args.mnist and (args.mnist / "t10k-images-idx3-ubyte").is_file():
        lines.append(mnist_test(args.mnist, digits, net))
    table = "\n".join(lines).strip()
    if args.ours:
        table = renewed((ROOT / "docs" / "lab" / "digits.md").read_text(encoding="utf-8"), table)
    print(f"\n{table}")
    if args.write:
        fill_in(ROOT / "docs" / "lab" / "digits.md", table)


def renewed(page: str, table: str) -> str:
    """The table as it stands in a page, with the digit reader's own lines from a new table.

    Raises:
        SystemExit: the new table has not the same lines of the digit reader, or was measured on other numbers of cells.
    """
    old = page.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    new = {key(line): line for line in table.splitlines() if key(line)}
    if {key(line) for line in old if key(line)} != set(new):
        raise SystemExit("the table has other lines of the digit reader: run this script without --ours")
    lines = [new.get(key(line), line) for line in old]
    net = re.search(r", the MNIST net [\d.]+%\.", "\n".join(old))
    if net:
        lines = [line[:-1] + net[0] if line.startswith("MNIST ") else line for line in lines]
    for was, now in zip(old, lines, strict=True):
        if was.startswith("|") and cells_in(was) != cells_in(now):
            raise SystemExit("the table has other numbers of cells: give the same --photos, or leave --ours out")
    return "\n".join(lines)


def key(line: str) -> str:
    """What a line of the digit reader is about; empty for the lines of others."""
    if "**ocr_recap**" in line:
        return line.split("|")[1].strip()
    return line.split(maxsplit=1)[0] if line.startswith(("Weights ", "MNIST ")) else ""


def cells_in(line: str) -> list[str]:
    """Numbers of cells in a line of the table."""
    return re.findall(r"% of ([\d,]+)", line)


Read = Callable[[Sequence[GrayImage]], list[str]]


def peers(mnist: Path | None) -> tuple[dict[str, Read], dict[str, Read], list[str]]:
    """Fast alternatives, slow alternatives, and those that are not available."""
    quick: dict[str, Read] = {}
    slow: dict[str, Read] = {}
    absent: list[str] = []
    try:
        if mnist is None:
            raise FileNotFoundError("--mnist")
        train = sources.load_mnist(mnist)
        net, seconds = cpu_seconds(lambda: MnistNet(train.images, train.labels, EPOCHS, SEED))
        print(f"MNIST net trained in {seconds:.0f} s of processor time", flush=True)
        quick["MNIST net, Otsu + largest piece"] = net.read_plain
        quick["MNIST net, frame removed, true aspect"] = net.read_cleaned
    except (ImportError, FileNotFoundError) as fault:
        absent.append(f"the MNIST net (needs torch and --mnist; {fault})")
    try:
        rapid = RapidOcr()
        slow[f"RapidOCR recognition ({rapid.version}), frame removed"] = rapid.read_cleaned
    except (ImportError, ValueError) as fault:
        absent.append(f"RapidOCR ({fault})")
    try:
        tesseract = Tesseract()
        slow[f"{tesseract.version}, psm 10"] = tesseract.read_raw
        slow[f"{tesseract.version}, psm 10, frame removed"] = tesseract.read_cleaned
    except FileNotFoundError:
        absent.append("Tesseract (no binary `tesseract`)")
    return quick, slow, absent


def drawn(scratch: Path, count: int) -> list[Number]:
    """Photos of every form, filled in by test writers, preset *field*."""
    forms = Forms()
    found: list[Number] = []
    for name in forms:
        if count:
            folder = scratch / name
            photos.make_set(photos.Order(forms[name], count, SEED, "field", writers="test"), folder)
            found += numbers_of(folder / photos.TRUTH)
    return found


def numbers_of(path: Path) -> Iterator[Number]:
    """Every number with known cells, cropped by their true corners."""
    forms = Forms()
    for truth in read_jsonl(path).photos:
        fields = [field for field in truth.fields if field.cell_quads and len(field.text) == len(field.cell_quads)]
        file = find_photo([path.parent], truth.image, truth.name)
        if not fields or file is None:
            continue
        photo = load(file, truth.name)
        name = (truth.form or ("",))[0] or ""
        shapes = {f.id: (f.cells.box[2], f.cells.box[3]) for f in forms[name].fields} if name in forms else {}
        for field in fields:
            quads = np.array(field.cell_quads, dtype=np.float64)
            shape = shapes.get(field.id)
            yield Number(
                truth.name, field, [picture_of(photo, quad, shape) for quad in quads], *cut(photo, quads, shape)
            )


def picture_of(photo: Photo, quad: np.ndarray, shape: tuple[float, float] | None) -> GrayImage:
    """The box alone, printed line to printed line, scaled so that the space of a digit is `TALL` px."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = shape or (sides[0] + sides[2], sides[1] + sides[3])
    factor = TALL / room(width, height)
    size = max(8, round(width * factor)), max(8, round(height * factor))
    corners = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32) - 0.5
    seen = ((quad + 0.5) * photo.scale - 0.5).astype(np.float32)
    shrink = max(1, round(float(sides.mean()) * photo.scale / max(size)))  # warping samples points: shrink by area
    matrix = cv2.getPerspectiveTransform(seen, ((corners + 0.5) * shrink - 0.5).astype(np.float32))
    large = cv2.warpPerspective(
        photo.gray, matrix, (size[0] * shrink, size[1] * shrink), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA) if shrink > 1 else large, np.uint8)


def sample(numbers: Sequence[Number], most: int) -> list[Number]:
    """Numbers with at most so many cells, chosen by the seed."""
    order = np.random.default_rng(SEED).permutation(len(numbers))
    chosen: list[int] = []
    cells = 0
    for i in order:
        if cells + len(numbers[i].pictures) <= most:
            cells += len(numbers[i].pictures)
            chosen.append(int(i))
    return [numbers[i] for i in sorted(chosen)]


def ours(digits: DigitReader, numbers: Sequence[Number]) -> Score:
    """Score of the digit reader, with 256 cells at a time as in a batch of photos."""
    patches, boxes = np.concatenate([n.patches for n in numbers]), np.concatenate([n.boxes for n in numbers])
    digits.read(patches[:256], boxes[:256])  # the first call loads the graphs
    said, seconds = cpu_seconds(lambda: digits.read(patches, boxes))
    return score("**ocr_recap**", [CLASSES[int(i)] for i in said.argmax(axis=1)], seconds, numbers)


def judged(name: str, read: Read, numbers: Sequence[Number]) -> Score:
    """Score of an alternative."""
    pictures = [picture for n in numbers for picture in n.pictures]
    read(pictures[:8])
    said, seconds = cpu_seconds(lambda: read(pictures))
    return score(name, said, seconds, numbers)


def score(name: str, said: Sequence[str], seconds: float, numbers: Sequence[Number]) -> Score:
    """Count right readings; `said` has one character per cell, over all numbers."""
    digits = digits_right = cells = cells_right = whole = whole_right = 0
    for number in numbers:
        text = "".join(said[cells : cells + len(number.pictures)]).replace("-", " ")
        cells += len(text)
        wanted = [t.replace("-", " ") for t in number.want.texts if len(t) == len(text)]
        for i, char in enumerate(number.want.text):
            right = any(t[i] == text[i] for t in wanted)
            cells_right += right
            digits += char.isdigit()
            digits_right += right and char.isdigit()
        if number.want.value is not None:
            whole += 1
            kind, value = interpret(text)
            # A space may stand for a dash here, and dashes alone mean zero.
            whole_right += kind != "unreadable" and (0 if kind == "blank" else value) in number.want.values
    pairs = (digits_right, digits), (cells_right, cells), (whole_right, whole)
    return Score(name, *pairs, 1000 * seconds / max(1, cells))


def row(kind: str, found: Score) -> str:
    """One line of the table, with the 95% bound of the digits."""
    low, high = clopper_pearson(found.digits[0], found.digits[1])
    digits = f"{share(found.digits)} ({100 * low:.1f}-{100 * high:.1f}%)"
    rest = f"{share(found.cells)} | {share(found.numbers)} | {found.milliseconds:.2f}"
    return f"| {kind} | {found.reader} | {digits} | {rest} |"


def share(pair: tuple[int, int]) -> str:
    """A pair as percent, and the total."""
    return f"{100 * pair[0] / max(1, pair[1]):.1f}% of {pair[1]:,}"


def mnist_test(folder: Path, digits: DigitReader, net: dict[str, Read]) -> str:
    """Figures on MNIST's test part (bare digits without form); reported only, and never used to choose anything."""
    raw = (folder / "t10k-images-idx3-ubyte").read_bytes()
    labels = np.frombuffer((folder / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    images = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
    said = digits.read(*patches_of(list(255 - images)))
    free, best = said.argmax(axis=1), said[:, :10].argmax(axis=1)
    ours = f"{100 * (free == labels).mean():.2f}% ({100 * (best == labels).mean():.2f}% where only digits are allowed)"
    text = f"MNIST test, {len(labels):,} bare digits without any form: ours {ours}"
    for read in net.values():
        model: MnistNet = read.__self__  # type: ignore[attr-defined]
        return f"{text}, the MNIST net {100 * (model.digits(images) == labels).mean():.2f}%."
    return f"{text}."


def fill_in(page: Path, content: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put the table between the markers of the page.

    Raises:
        SystemExit: the markers are missing.
    """
    text = page.read_text(encoding="utf-8")
    begin, end = marks
    if begin not in text or end not in text:
        raise SystemExit(f"{page}: put the lines {begin!r} and {end!r} where the table belongs")
    before, _, rest = text.partition(begin)
    page.write_text(f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
