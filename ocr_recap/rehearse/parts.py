"""What would have been lost in this very night without each part of the system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .events.people import entries
from .night import OUTCOME, Night
from .other_ways import OtherWay
from .result_figures import NightFigures


@dataclass(frozen=True)
class PartLoss:
    """A part, as a key of the texts, and the data of what would have been lost without it."""

    part: str
    facts: Mapping[str, Any]


def losses(night: Night, found: NightFigures, reader: OtherWay) -> Iterator[PartLoss]:
    """Each part that this night has a figure for."""
    facts = {kind.split("/")[0]: value["facts"] for kind, value in night.journal.under(OUTCOME)}
    yield PartLoss("witnesses", {"wrong": reader.wrong, "n": reader.n, "now": found.machine.wrong})
    yield PartLoss("review", {"numbers": found.review, "n": found.review + found.machine.n})
    first = [one for one in entries(night) if one["role"] == "first" and one["known"] is None]
    yield PartLoss("second_entry", {"wrong": sum(not one["right"] for one in first), "n": len(first)})
    paper = found.closed.n - found.noon.n
    yield PartLoss("plenary", {"numbers": paper, "n": found.closed.n})
    for part, kind in (
        ("stick", "no_network"),
        ("qr", "qr_only"),
        ("roll", "phone_lost"),
        ("hashes", "altered_figure"),
        ("journal", "laptop_dies"),
        ("durable", "server_dies"),
        ("clock", "wrong_clock"),
    ):
        if kind in facts:
            yield PartLoss(part, facts[kind])
