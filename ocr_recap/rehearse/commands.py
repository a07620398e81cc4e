"""Runs `ocr-recap` as a person does, in a process of its own, and ends it as a power cut does."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .ready_program import ReadyProgram

_LAST: Final = 6000  # characters of a command's output for people that are kept
_PATIENCE: Final = 0.05  # seconds between two looks at a command that is to be ended


@dataclass(frozen=True)
class CommandRun:
    """A command that has ended.

    Attributes:
        words: what was typed, after `ocr-recap`.
        code: exit code; negative: the signal that ended it.
        out, err: the end of what it printed; all of it where it printed JSON.
        seconds: that it took.
    """

    words: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    def export(self) -> dict[str, Any]:
        """As data of the journal."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> CommandRun:
        """From data of the journal."""
        return cls(tuple(data["words"]), data["code"], data["out"], data["err"], data["seconds"])

    @property
    def line(self) -> str:
        """What was typed."""
        return " ".join(("ocr-recap", *self.words))

    def said(self, *parts: str) -> str:
        """The first line that it printed with one of some texts in it; its last line where there is none."""
        lines = [line.strip() for line in (self.out + "\n" + self.err).splitlines() if line.strip()]
        found = next((line for part in parts for line in lines if part in line), None)
        return found or (lines[-1] if lines else "")


@dataclass(frozen=True)
class CommandLimits:
    """What a command meets.

    Attributes:
        file_bytes: the largest file that it may write: a disk that is full; None: no limit.
        clock: seconds by which the machine's clock is wrong.
    """

    file_bytes: int | None = None
    clock: float = 0.0


def run_ready(program: ReadyProgram, folder: Path, words: Sequence[str]) -> tuple[CommandRun, float]:
    """Run a command to its end, by the program that is loaded already; the command, and its CPU seconds.

    Args:
        program: that is loaded.
        folder: the working directory.
        words: what is typed after `ocr-recap`.
    """
    began = time.monotonic()
    done = program.run(folder, words)
    out = done.out if "--json" in words else done.out[-_LAST:]
    return CommandRun(tuple(words), done.code, out, done.err[-_LAST:], time.monotonic() - began), done.cpu


def run_command(folder: Path, words: Sequence[str], limits: CommandLimits = CommandLimits()) -> CommandRun:
    """Run a command to its end.

    Args:
        folder: the working directory.
        words: what is typed after `ocr-recap`.
        limits: what it meets.
    """
    began = time.monotonic()
    done = subprocess.run(
        _program(words, limits.clock),
        cwd=folder,
        env=surroundings(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=_limited(limits.file_bytes) if limits.file_bytes is not None else None,
    )
    out = done.stdout if "--json" in words else done.stdout[-_LAST:]
    err = done.stderr[-_LAST:]
    return CommandRun(tuple(words), done.returncode, out, err, time.monotonic() - began)


def run_and_end(folder: Path, words: Sequence[str], is_time: Callable[[], bool]) -> CommandRun:
    """Run a command and end it with all its processes, as a power cut does, as soon as it is time.

    Args:
        folder: the working directory.
        words: what is typed after `ocr-recap`.
        is_time: asked again and again.

    Returns:
        The code is negative where it was ended; it may have come to its own end before.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        _program(words, 0.0),
        cwd=folder,
        env=surroundings(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not is_time():
        time.sleep(_PATIENCE)
    end_at_once(process)
    return CommandRun(tuple(words), process.returncode, "", "", time.monotonic() - began)


def end_at_once(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group of its own, and the group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def surroundings() -> dict[str, str]:
    """The environment of commands: this one, in English, unbuffered."""
    return {**os.environ, "OCR_RECAP_LANG": "en", "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


def _program(words: Sequence[str], clock: float) -> list[str]:
    wrong = ["ocr_recap.rehearse.wrong_clock", str(clock)] if clock else ["ocr_recap"]
    return [sys.executable, "-m", *wrong, *words]


def _limited(most: int) -> Callable[[], None]:
    """What a child does before it starts: no file of it may grow beyond some bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
