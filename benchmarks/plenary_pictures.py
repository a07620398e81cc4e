"""Makes the picture of a plenary session in docs/images: `PYTHONPATH=. python benchmarks/plenary_pictures.py`.

Three sample photos of a station are read and added up; a witness's copy differs in one number.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.served import Served, host, invite_to_session, person, submit
from benchmarks.web_pictures import CODE, ROOT, SCREEN, take

STATION = f"/areas/{CODE[:6]}/stations/{CODE}"


def main() -> None:
    """Take the picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = folder / "photos"
        photos.mkdir()
        for page in (1, 2, 3):
            (photos / f"{CODE}-{page}.jpg").write_bytes((ROOT / "samples" / f"page{page}-clean.jpg").read_bytes())
        stations = "".join(f"{CODE[:-1]}{place}\n" for place in range(1, 6))
        (folder / "roll.csv").write_text(f"station\n{stations}", "utf-8")
        run("read", str(photos), "--out", str(folder / "night"), "--save-pages")
        run("recap", str(folder / "night"), "--roll", str(folder / "roll.csv"), "--out", str(folder / "recap"))
        with Served(folder / "recap") as served, host(served) as chief:
            with person(invite_to_session(chief, served, "Tini", "witness")) as witness:
                witness.open(served.base + STATION)
                submit(witness, 'form[action$="/copy"]', **{"n-votes_1": "90", "n-votes_2": "86", "n-votes_3": "51"})
            with person(invite_to_session(chief, served, "Ani", "chair"), *SCREEN) as chair:
                chair.open(served.base + STATION)
                chair.until("[...document.images].slice(0, 6).every(one => one.complete && one.naturalWidth > 20)")
                time.sleep(0.5)
                take(chair, "plenary")


def run(*words: str) -> None:
    """Run a command of ocr-recap, which may end with 1 for stations without photos."""
    done = subprocess.run([sys.executable, "-m", "ocr_recap", *words, "--lang", "en"], capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()


if __name__ == "__main__":
    main()
