"""Runs commands by a program that is loaded already: each in a process of its own, forked from one that only imports.

A night is some hundred commands, and most of the time of a short one goes into loading the program. What one command
loads the next ones find loaded; nothing else passes from one to the next. `python -m` starts the program for each
command where processes cannot be forked, where a clock is wrong or a disk full, and where a command is to be ended.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

CAN_FORK: Final = sys.platform == "linux"  # frameworks of macOS may not be used after a fork
_PR_SET_PDEATHSIG: Final = 1  # of linux/prctl.h
_FIRST: Final = ("ocr_recap.cli.main",)  # loaded before the first command


@dataclass(frozen=True)
class ReadyRun:
    """A command that has ended: its exit code, or the negative signal; what it printed; its CPU seconds."""

    code: int
    out: str
    err: str
    cpu: float


class ReadyProgram:
    """The loaded program; a context that ends it.

    Args:
        surroundings: the environment of commands.
    """

    def __init__(self, surroundings: Mapping[str, str]) -> None:
        self._surroundings = surroundings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait()

    def run(self, folder: Path, words: Sequence[str]) -> ReadyRun:
        """Run a command to its end.

        Args:
            folder: the working directory.
            words: what is typed after `ocr-recap`.

        Raises:
            RuntimeError: the program does not answer.
        """
        with tempfile.TemporaryDirectory() as place:
            out, err = Path(place) / "out", Path(place) / "err"
            asked = {"folder": str(folder), "words": list(words), "out": str(out), "err": str(err)}
            said = self._ask(asked)
            printed, errors = (path.read_text("utf-8", "replace") for path in (out, err))
            return ReadyRun(said["code"], printed, errors, said["cpu"])

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ocr_recap.rehearse.ready_program"],
                env=self._surroundings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None
        assert answers is not None
        asks.write(json.dumps(asked).encode() + b"\n")
        asks.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError(f"the loaded program ended with {self._process.wait()}")
        return json.loads(line)


def serve_commands() -> None:
    """Run commands that come as lines of JSON, until the input ends; in the process of a command, run that command."""
    _end_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints while it is loaded is no answer
    _load(_FIRST)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        gc.collect()
        gc.freeze()  # what is loaded is not copied into every process
        loaded, told = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(loaded)
            answers.close()
            _become(asked, told)
            return
        os.close(told)
        with os.fdopen(loaded, "rb") as names:
            more = names.read().decode().split()
        _, status, used = os.wait4(process, 0)
        cpu = used.ru_utime + used.ru_stime
        answers.write(json.dumps({"code": os.waitstatus_to_exitcode(status), "cpu": cpu}).encode() + b"\n")
        answers.flush()
        _load(more)


def _end_with_parent() -> None:
    """Let this process end when the one that started it does, so that a rehearsal that goes on meets no command."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _become(asked: Mapping[str, Any], told: int) -> None:
    """Be the process of a command: its folder, words and outputs; tell in the end which modules it loaded."""
    _end_with_parent()
    before = set(sys.modules)
    for path, to in ((os.devnull, 0), (asked["out"], 1), (asked["err"], 2)):
        opened = os.open(path, os.O_RDONLY if to == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, to)
        os.close(opened)
    os.chdir(asked["folder"])
    # What `python -m ocr_recap` has: messages name the program by it.
    sys.modules["__main__"].__package__ = "ocr_recap"
    sys.argv = ["__main__.py", *asked["words"]]

    def tell() -> None:
        names = " ".join(name for name in list(sys.modules) if name not in before and not name.startswith("__"))
        with suppress(OSError):
            os.write(told, names.encode())

    atexit.register(tell)
    runpy.run_module("ocr_recap", run_name="__main__")


def _load(names: Sequence[str]) -> None:
    for name in names:
        with suppress(Exception):  # a part of a library that cannot be loaded by itself
            importlib.import_module(name)


if __name__ == "__main__":
    serve_commands()
