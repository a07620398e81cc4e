"""A server as a person starts it, and browsers that use it, for tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.browser import Browser, find


class Served:
    """`ocr-recap serve` in a process of its own, on a free port. Use as a context manager."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self._options = folder, options
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder.parent / f"{folder.name}.log"

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait for its link."""
        command = [sys.executable, "-m", "ocr_recap", "serve", str(self.folder), "--port", "0", "--lang", "en"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, *self._options], stdout=log, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"}
            )
        end = time.monotonic() + 120
        while not (found := re.search(r"http://\S+/enter/\S+", self._log.read_text("utf-8"))):
            assert self._process.poll() is None, self._log.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.1)
        self.link = found[0]
        self.base = self.link.split("/enter/", maxsplit=1)[0]

    def stop(self) -> None:
        """Stop the server as Ctrl-C does."""
        assert self._process
        self._process.terminate()
        self._process.wait(60)

    def kill(self) -> None:
        """End the server at once, as a power cut does."""
        assert self._process
        self._process.kill()
        self._process.wait(60)


def supervisor(served: Served) -> Browser:
    """A browser of the supervisor."""
    browser = Browser(find() or "")
    browser.size(1280, 900)
    browser.open(served.link)
    browser.until("location.pathname == '/office'")
    return browser


def invite(chief: Browser, served: Served, name: str, role: str, stations: str = "") -> str:
    """Make a link by the supervisor's page."""
    chief.open(f"{served.base}/office")
    chief.evaluate(
        f"""(() => {{
          const form = document.querySelector('form[action="/office/invite"]').elements;
          form.namedItem('name').value = '{name}';
          form.namedItem('role').value = '{role}';
          form.namedItem('stations').value = '{stations}';
          form.namedItem('name').form.requestSubmit();
          return true;
        }})()"""
    )
    return chief.until("document.querySelector('.link code')?.textContent")


def host(served: Served) -> Browser:
    """A browser of the person who runs the server of a plenary session."""
    browser = Browser(find() or "")
    browser.size(1280, 800)
    browser.open(served.link)
    browser.until("location.pathname == '/people'")
    return browser


def invite_to_session(chief: Browser, served: Served, name: str, role: str) -> str:
    """Make a link for somebody in a plenary session."""
    chief.open(f"{served.base}/people")
    submit(chief, 'form[action="/people/invite"]', name=name, role=role)
    return chief.until("document.querySelector('.link code')?.textContent")


def submit(browser: Browser, form: str, **values: str) -> None:
    """Fill in a form by the names of its inputs, send it, and wait for the answer."""
    for name, value in values.items():
        browser.evaluate(f"document.querySelector({form!r}).elements.namedItem({name!r}).value = {value!r}; true")
    browser.evaluate(f"document.body.dataset.old = 1; document.querySelector({form!r}).requestSubmit(); true")
    browser.until("!document.body.dataset.old && document.readyState === 'complete'")


def person(link: str, width: int = 1280, height: int = 900) -> Browser:
    """A browser of somebody with a link."""
    browser = Browser(find() or "")
    browser.size(width, height)
    browser.open(link)
    browser.until("!location.pathname.startsWith('/enter') && document.readyState === 'complete'")
    return browser
