"""Photos that a person withdrew: kept in results with the reason, without a page, and counted for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..records.decision_log import LogEvent
from ..records.record import Record, problem
from .jobs import Planned

Withdrawals = Mapping[tuple[str, str], LogEvent]  # lines of the log by name in results and hash (`Log.withdrawals`)


def replanned(plan: Sequence[Planned], withdrawals: Withdrawals) -> list[Planned]:
    """The photos of a publication, where the first copy that stays takes the place of a withdrawn original.

    Args:
        plan: all photos, in input order.
        withdrawals: which of them a person withdrew.
    """
    gone = [one.job.known_by in withdrawals for one in plan]
    heirs: dict[int, int] = {}
    found: list[Planned] = []
    for index, one in enumerate(plan):
        if one.first is not None and gone[one.first] and not gone[index]:
            heir = heirs.setdefault(one.first, index)
            one = replace(one, first=None if heir == index else heir)  # noqa: PLW2901
        found.append(one)
    return found


def withdrawn_record(read: Record, line: LogEvent) -> Record:
    """The record of a withdrawn photo.

    Args:
        read: what was read of it.
        line: of the log.
    """
    return Record(
        photo=read.photo,
        page=None,
        fields={},
        status="problem",
        problems=(problem("photo_withdrawn", by=line.by, at=line.at, reason=line.reason),),
        provenance=read.provenance.model_copy(update={"template_sha256": None}),
    )
