"""Makes the pictures of the local server in docs/images: `PYTHONPATH=. python benchmarks/web_pictures.py`.

A server is started on the samples and used in a browser, as in tests/test_web_flows.py.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.browser import Browser
from benchmarks.served import Served, invite, person, supervisor

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
CODE = "2101142004001"
PHONE, SCREEN = (390, 844), (1280, 800)
COLORS = 64  # of a picture, so that it stays small


def main() -> None:
    """Take the pictures."""
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder) / "night") as served, supervisor(served) as chief:
        with person(invite(chief, served, "Sari", "desk", CODE), *PHONE) as phone:
            for count, name in enumerate(("page1-does-not-add-up", "page2-wrong-bubble", "page3-clean"), 1):
                phone.upload("#photo", ROOT / "samples" / f"{name}.jpg")
                read = "!document.querySelector('[data-state=reading]')"
                phone.until(f"{read} && document.querySelectorAll('.photo').length === {count}", 120)
            take(phone, "desk")
            phone.open(f"{served.base}/desk/{CODE}/page/2")
            time.sleep(1)
            take(phone, "numbers")
        while "hold everything" not in chief.evaluate("document.body.innerText"):
            time.sleep(1)
            chief.open(f"{served.base}/office")
        with person(invite(chief, served, "Ani", "reviewer"), *SCREEN) as reviewer:
            reviewer.until("document.querySelector('#work').dataset.shown")
            time.sleep(1)
            take(reviewer, "review")
            reviewer.size(*PHONE)
            time.sleep(0.5)
            take(reviewer, "review-phone")
            reviewer.press("1", "2", "Enter")
            time.sleep(1)
        chief.size(*SCREEN)
        chief.open(f"{served.base}/office")
        take(chief, "office")


def take(browser: Browser, name: str) -> None:
    """Save a picture of the window with few colours."""
    path = IMAGES / f"{name}.png"
    browser.picture(path)
    Image.open(path).convert("RGB").quantize(COLORS).save(path, optimize=True)


if __name__ == "__main__":
    main()
