"""What one photo may take, and how a process that reads photos is held to it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What one photo, and one file of several frames, may take before it becomes a problem.

    Attributes:
        seconds: of a photo or frame, from its beginning to its end; the process is ended then.
        megabytes: MiB beyond what a process holds before its first photo; enforced on Linux only.
        file_seconds: of all frames of a file together; what is left of the file then is not read. By judgement: 500
            pages that are read in 3 seconds each are read to the end.
        failures: frames of a file in a row that took too much or ended their process; what follows is not read. By
            judgement: damaged pages come alone, pages that were built to harm come together.
    """

    seconds: float = 120.0
    megabytes: int = 2048
    file_seconds: float = 1800.0
    failures: int = 3


def confine(megabytes: int) -> None:
    """Let this process, as it stands, grow by so many MiB and no more: beyond them allocations fail.

    The limit is on data, not on addresses: libraries reserve many more of these than they use. Where the system has no
    such limit nothing happens.
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
    """Whether an error means that memory did not suffice, whatever library says so."""
    # OpenCV and onnxruntime have no type of their own for it.
    text = str(fault)
    return isinstance(fault, MemoryError) or "Insufficient memory" in text or "bad alloc" in text.replace("_", " ")


def _held() -> int:
    """Bytes of data that this process holds, reserved or used: what the limit is compared with."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)
