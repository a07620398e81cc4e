"""Cost of `ocr-recap check` per photo without start-up: CPU milliseconds and wall time, on one thread.

python benchmarks/check.py PHOTOS... [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2

start = time.process_time()
from ocr_recap.forms import template  # noqa: E402
from ocr_recap.read.check import check  # noqa: E402
from ocr_recap.records.options import Options  # noqa: E402


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path, help="photos or folders of photos")
    parser.add_argument("--rounds", type=int, default=5, help="number of repetitions")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    forms = [template.load(name) for name in template.available()]
    print(f"start-up (imports, {len(forms)} forms): {time.process_time() - start:.2f} CPU s")
    for path in arguments.photos:
        content, costs = path.read_bytes(), []
        for _ in range(arguments.rounds):
            cpu, wall = time.process_time(), time.perf_counter()
            found = check(content, path.name, forms, Options())
            costs.append((time.process_time() - cpu, time.perf_counter() - wall))
        print(
            f"{path.name}: {found.judgement}; CPU {min(c for c, _ in costs) * 1000:.0f} ms, "
            f"wall {min(w for _, w in costs) * 1000:.0f} ms (best of {arguments.rounds})",
            flush=True,
        )


if __name__ == "__main__":
    main()
