"""Figures of the reader on the sample photos, compared with their truth, and the time per photo.

    python benchmarks/samples.py [--repeat 3]

Prints the figures of the samples in docs/lab/accuracy.md. Numbers with two witnesses are those with bubbles, or in an
exact rule whose numbers are all on the same page.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ocr_recap import Reader
from ocr_recap.imaging.photo import load

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DAMAGED = ("wrong-bubble", "does-not-add-up", "torn", "covered", "two-bubbles", "dark", "glare", "shadow")


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, help="number of repetitions")
    arguments = parser.parse_args()
    reader = Reader()
    template = reader.template("c-hasil-ppwp-2024")
    exact = [set(rule.relation.fields) for rule in template.rules if rule.strength == "exact"]
    truth = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_bytes().splitlines()]
    written = right = accepted = wrong = blank = blank_right = located = 0
    two = two_accepted = two_undamaged = two_undamaged_accepted = 0
    seconds, decode = [], []
    for fact in truth:
        path = SAMPLES / fact["image"]
        for _ in range(arguments.repeat):
            start = time.perf_counter()
            load(path, path.name, max_pixels=reader.options.max_pixels)
            middle = time.perf_counter()
            record = reader.read(path)
            decode.append(middle - start)
            seconds.append(time.perf_counter() - middle)
        located += bool(record.page and record.page.page == fact["page"])
        damaged = any(word in fact["name"] for word in DAMAGED)
        fields = {f.id: f for f in template.fields_of(fact["page"])}
        for item in fact["fields"]:
            got = record.fields[item["id"]]
            if item["value"] is None:
                blank += 1
                blank_right += got.status == "blank"
                wrong += got.status == "accepted"
                continue
            written += 1
            right += got.value == item["value"]
            accepted += got.status == "accepted"
            wrong += (got.status == "accepted" and got.accepted != item["value"]) or got.status == "blank"
            if fields[item["id"]].bubbles or any(item["id"] in names and names <= set(fields) for names in exact):
                two += 1
                two_accepted += got.status == "accepted"
                two_undamaged += not damaged
                two_undamaged_accepted += not damaged and got.status == "accepted"
    seconds.sort()
    decode.sort()
    print(f"photos {len(truth)}, located and identified {located}")
    print(f"written numbers {written}: read right {right}, accepted {accepted}; silent errors {wrong}")
    undamaged = f"{two_undamaged_accepted} of {two_undamaged}"
    print(f"with two witnesses {two}: accepted {two_accepted}; on undamaged photos {undamaged}")
    print(f"blank fields {blank}: found blank {blank_right}")
    middle = len(seconds) // 2
    print(
        f"seconds a photo: median {seconds[middle]:.2f}, longest {seconds[-1]:.2f}; "
        f"{seconds[middle] / decode[middle]:.1f} times its decoding"
    )


if __name__ == "__main__":
    main()
