"""Cost of a page with text recognition of the whole page, compared with this reader.

    apt-get install tesseract-ocr; pip install pytesseract
    pip install rapidocr-onnxruntime     # in an environment of its own: it brings another build of OpenCV
    python benchmarks/page_peers.py [--stations 1] [--sizes "12 MP" "2 MP" "1.2 MP"]

The photos are those of benchmarks/speed.py. All readers get the same file and one thread. The cost is CPU seconds,
those of started programs included, divided by the CPU seconds of a full gray decode, measured alternately. **Numbers
found** counts the page's numbers written in digits that were read in their boxes (this reader: `read` is the digits
that are written) or anywhere among the words of the page (the others: they do not assign numbers to fields, so this is
an upper bound for a program based on them). Readers that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = "1"

import cv2
import numpy as np
from digit_peers import cpu_seconds
from PIL import Image
from speed import SIZES, full_grey, photos

from ocr_recap import Reader

Words = Callable[[Path], set[str]]
_NUMBER = re.compile(r"\d+")


def ours() -> Words:
    """This reader: the digits of every number's boxes."""
    reader = Reader()

    def read(file: Path) -> set[str]:
        record = reader.read(file)
        record.model_dump_json()
        return {field.read.lstrip("0") or "0" for field in record.fields.values() if field.read}

    return read


def tesseract() -> Words:
    """Tesseract's sparse text of the page (psm 11), run by pytesseract."""
    package = importlib.import_module("pytesseract")
    package.get_tesseract_version()

    def read(file: Path) -> set[str]:
        return numbers(package.image_to_string(Image.open(file), lang="eng", config="--psm 11"))

    return read


def rapid() -> Words:
    """RapidOCR's detection and recognition of the page, run by its package."""
    package = importlib.import_module("rapidocr_onnxruntime")
    engine = package.RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(file: Path) -> set[str]:
        found, _ = engine(str(file))
        return numbers(" ".join(text for _, text, _ in found or ()))

    return read


PEERS: dict[str, Callable[[], Words]] = {"ocr_recap": ours, "Tesseract": tesseract, "RapidOCR": rapid}


def numbers(text: str) -> set[str]:
    """All runs of digits, without leading zeros."""
    return {found.lstrip("0") or "0" for found in _NUMBER.findall(text)}


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=1, help="photos of each page and size")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=list(SIZES), help="sizes of photos")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    readers: dict[str, Words] = {}
    for name, make_reader in PEERS.items():
        try:
            readers[name] = make_reader()
        except Exception as problem:
            print(f"{name} is left out: {problem}")
    result = {size: compared(readers, SIZES[size], arguments.stations) for size in arguments.sizes}
    print(json.dumps(result, indent=1))


def compared(readers: dict[str, Words], longer: int, stations: int) -> dict[str, dict[str, float | str]]:
    """By reader: median cost relative to the decode, CPU seconds per photo, and numbers found."""
    costs: dict[str, list[float]] = {name: [] for name in readers}
    spent: dict[str, list[float]] = {name: [] for name in readers}
    found, written = dict.fromkeys(readers, 0), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, made) in enumerate(photos(longer, stations)):
            file = Path(folder) / f"{number}.jpg"
            file.write_bytes(made.jpeg)
            texts = [f["text"].strip("X- ") for f in made.truth["fields"]]
            wanted = [text.lstrip("0") or "0" for text in texts if text.isdigit()]
            written += len(wanted)
            for name, read in readers.items():
                if not number:
                    read(file)  # warm-up: sessions and drawings are made once
                floor = decode_seconds(made.jpeg)
                words, seconds = cpu_seconds(lambda read=read, file=file: read(file))
                costs[name].append(seconds / floor)
                spent[name].append(seconds)
                found[name] += sum(text in words for text in wanted)
    return {
        name: {
            "by the decode": round(float(np.median(costs[name])), 1),
            "CPU s a photo": round(float(np.median(spent[name])), 3),
            "numbers found": f"{found[name]} of {written}",
            "photos": len(costs[name]),
        }
        for name in readers
    }


def decode_seconds(content: bytes, times: int = 5) -> float:
    """CPU seconds of one full gray decode."""
    start = time.process_time()
    for _ in range(times):
        full_grey(content)
    return (time.process_time() - start) / times


if __name__ == "__main__":
    main()
