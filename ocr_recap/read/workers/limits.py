"""Limits of time and memory for one photo, and their enforcement in a process that reads photos."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Limits of one photo, and of one file with several frames; a photo beyond them becomes a problem.

    Attributes:
        seconds: wall-clock time of a photo or frame, after which the process is ended. By judgement.
        megabytes: MiB of memory beyond that of a process before its first photo; enforced on Linux only. By judgement.
        file_seconds: time of all frames of a file together; later frames are not read. By judgement: 500 pages of 3
            seconds each are read to the end.
        failures: number of consecutive frames of a file that exceed a limit or end their process; later frames are not
            read. By judgement: damaged pages are single, malicious pages come together.
    """

    seconds: float = 120.0
    megabytes: int = 2048
    file_seconds: float = 1800.0
    failures: int = 3


def confine(megabytes: int) -> None:
    """Limit the further growth of this process's memory; allocations beyond the limit fail.

    The limit is on data (`RLIMIT_DATA`), not on address space, of which libraries reserve much more than they use. On
    systems without such a limit nothing happens.

    Args:
        megabytes: MiB beyond the present size of the process.
    """
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415  (not on every system)

    most = _held() + megabytes * 2**20
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def is_shortage(fault: BaseException) -> bool:
    """True when an error of any library means that memory did not suffice."""
    # OpenCV and onnxruntime have no exception class of their own for it.
    text = str(fault)
    return isinstance(fault, MemoryError) or "Insufficient memory" in text or "bad alloc" in text.replace("_", " ")


def _held() -> int:
    """Bytes of data of this process, reserved or used, which the system compares with the limit."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)
