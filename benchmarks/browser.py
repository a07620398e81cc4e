"""Controls a headless Chromium over a pipe (DevTools protocol): opens pages, evaluates JavaScript, takes pictures."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
# The browser expects its pipe at 3 and 4.
_BEGIN = """import os, sys
os.dup2(int(sys.argv[1]), 3), os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])"""


def find() -> str | None:
    """Path of the browser; None without one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One page of one browser. Use as a context manager."""

    def __init__(self, path: str) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        there, self._write = os.pipe()
        self._read, back = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (there, back)]
        begin = [sys.executable, "-c", _BEGIN, str(ends[0]), str(ends[1]), path]
        command = [*begin, *QUIET, f"--user-data-dir={self._profile.name}", "about:blank"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, pass_fds=ends, **quiet)
        for end in (there, back, *ends):
            os.close(end)
        self.log: list[str] = []  # messages of the browser, above all blocked pictures and styles
        self._buffer = b""
        self._last = 0
        self._session: str | None = None
        targets = self._call("Target.getTargets")["targetInfos"]
        target = next(t["targetId"] for t in targets if t["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self._call("Runtime.enable")
        self._call("Log.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def size(self, width: int, height: int) -> None:
        """Set the window's size in CSS pixels."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def slow_down(self, times: float) -> None:
        """Let scripts and drawing take so many times as long, as on a slower processor."""
        self._call("Emulation.setCPUThrottlingRate", rate=times)

    def open(self, path: Path | str, fragment: str = "") -> float:
        """Open a file or an address, at a fragment such as `#d2`; the seconds until it was loaded and drawn once."""
        if fragment:  # from one place of a page to another nothing would be loaded
            self._call("Page.navigate", url="about:blank")
            self._wait("Page.loadEventFired")
        start = time.perf_counter()
        address = path if isinstance(path, str) else path.resolve().as_uri()
        self._call("Page.navigate", url=address + fragment)
        self._wait("Page.loadEventFired")
        self.settle()
        return time.perf_counter() - start

    def reload(self) -> None:
        """Load the page again, as a person does."""
        self._call("Page.reload")
        self._wait("Page.loadEventFired")
        self.settle()

    def settle(self) -> None:
        """Wait until the page, or the one that it leads on to by itself, was drawn once more."""
        self.until("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def print_pdf(self, path: Path) -> None:
        """Print the page as PDF, on the paper that its style asks for."""
        made = self._call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(made["data"]))

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression, or of its promise."""
        answer = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 60.0) -> Any:
        """The first true value of a JavaScript expression, which may become true after pages were left and loaded."""
        end = time.monotonic() + seconds
        while True:
            try:
                if found := self.evaluate(expression):
                    return found
            except RuntimeError:  # the page is being left
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {expression}; the page: {self.evaluate('document.body.innerText')}")
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, by their names (`Enter`) or characters."""
        for key in keys:
            text = {"Enter": "\r", "Space": " "}.get(key, key if len(key) == 1 else "")
            name = " " if key == "Space" else key
            code = {"Enter": 13, "Escape": 27, "Backspace": 8, "Tab": 9}.get(key, ord(text[0].upper()) if text else 0)
            facts: dict[str, Any] = {"key": name, "windowsVirtualKeyCode": code}
            self._call("Input.dispatchKeyEvent", type="keyDown", **facts, **({"text": text} if text else {}))
            self._call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def upload(self, selector: str, path: Path) -> None:
        """Choose a file in an input of the page, as a person does."""
        root = self._call("DOM.getDocument")["root"]["nodeId"]
        node = self._call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def offline(self, is_off: bool) -> None:
        """Cut the browser off from every server, or connect it again."""
        self._call("Network.enable")
        facts = {"offline": is_off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._call("Network.emulateNetworkConditions", **facts)

    def picture(self, path: Path, whole: bool = False) -> None:
        """Save the content of the window, or the whole page, as PNG."""
        shot = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        if whole:
            size = self._call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            shot = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **parameters: Any) -> Any:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        content = json.dumps(message).encode() + b"\0"
        while content:
            content = content[os.write(self._write, content) :]
        while (answer := self._next()).get("id") != self._last:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _wait(self, event: str) -> None:
        while self._next().get("method") != event:
            pass

    def _next(self) -> Any:
        while b"\0" not in self._buffer:
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        found = json.loads(message)
        if found.get("method") == "Log.entryAdded":
            self.log.append(found["params"]["entry"]["text"])
        return found
