"""One thread for each process that we start: a batch uses its cores by processes.

This is for the start of a process that is ours. Reading itself never calls it, as these settings are the whole
process's, and a reader may run in a program that has its own (see `linear.py` for what reading does instead).
"""

from __future__ import annotations

import cv2
import threadpoolctl


def limit_threads() -> None:
    """From now on OpenCV and the libraries of linear algebra of this process work on the calling thread alone."""
    cv2.setNumThreads(1)
    threadpoolctl.threadpool_limits(1, user_api="blas")
