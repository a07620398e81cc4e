"""Types of NumPy arrays in signatures; docstrings have their shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
GrayImage = NDArray[np.uint8]  # (h, w), 0 black to 255 white
ColorImage = NDArray[np.uint8]  # (h, w, 3), blue green red
