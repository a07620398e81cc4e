"""Runs `ocr-recap` on a machine whose clock is wrong: `python -m ocr_recap.rehearse.wrong_clock SECONDS COMMAND...`."""

from __future__ import annotations

import datetime
import runpy
import sys
import time
from typing import Any

_datetime, _time = datetime.datetime, time.time


def set_wrong(seconds: float) -> None:
    """Let this process see another time.

    Args:
        seconds: that are added to the right time; negative: the clock is behind.
    """

    class WrongDatetime(_datetime):
        """The time of the wrong clock."""

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            """The time now, by the wrong clock."""
            return _datetime.now(tz) + datetime.timedelta(seconds=seconds)

    datetime.datetime = WrongDatetime
    time.time = lambda: _time() + seconds


if __name__ == "__main__":
    set_wrong(float(sys.argv[1]))
    sys.argv = ["ocr-recap", *sys.argv[2:]]
    runpy.run_module("ocr_recap", run_name="__main__")
