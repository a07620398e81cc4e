"""How people type numbers: how often they err, and what then stands there.

The rates are by judgement. A meta-analysis of 93 papers gives 0.29% wrong fields for single and 0.14% for double data
entry (Garza et al. 2023, Error Rates of Data Processing Methods in Clinical Research, PMC10775420); a number here is
short, its picture is beside the input, the person is tired.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np

CAREFUL: Final = 0.005  # share of numbers that a usual person types wrong; by judgement
CARELESS: Final = 0.08  # of a careless one, unless the script says otherwise; by judgement
SECONDS: Final = 5.0  # that a person takes for a number; by judgement
_KINDS: Final = ("neighbour", "exchanged", "dropped", "doubled")
_SHARES: Final = (0.5, 0.25, 0.15, 0.1)  # of these kinds; by judgement
# Keys beside each other on a keypad.
_BESIDE: Final = {
    "0": "12", "1": "024", "2": "0135", "3": "26", "4": "157",
    "5": "2468", "6": "359", "7": "48", "8": "579", "9": "68",
}  # fmt: skip


def typed(text: str, rate: float, *about: object) -> str:
    """What a person types where `text` should stand.

    Args:
        text: digits; anything else is typed as it is.
        rate: share of numbers that are typed wrong.
        about: who, and which number: the same person makes the same slip at the same number.
    """
    rng = np.random.default_rng(list(hashlib.sha256(repr(about).encode()).digest()))
    if not text.isdigit() or rng.random() >= rate:
        return text
    return wrong(text, rng)


def wrong(text: str, rng: np.random.Generator) -> str:
    """A wrong number of digits in place of a right one, no longer than three digits where that one is not."""
    kind = str(rng.choice(_KINDS, p=_SHARES))
    place = int(rng.integers(len(text)))
    near = _BESIDE[text[place]]
    changed = text[:place] + near[int(rng.integers(len(near)))] + text[place + 1 :]
    other = {
        "neighbour": changed,
        "exchanged": text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
        "dropped": text[:place] + text[place + 1 :],
        "doubled": text[:place] + text[place] + text[place:] if len(text) < 3 else changed,
    }[kind]
    other = other.lstrip("0") or "0"
    return other if other != (text.lstrip("0") or "0") else changed.lstrip("0") or "0"
