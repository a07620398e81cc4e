"""What an audit's files hold: the plan, the draw, the result."""

from __future__ import annotations

from typing import Final, Literal

from ..records.decisions import Sha256, Time
from ..records.field_record import Frozen
from ..records.record import JsonLine
from .audit_math import AuditPair

PLAN_FILE: Final = "plan.json"
WEIGHTS_FILE: Final = "weights.csv"
DRAW_FILE: Final = "draw.json"
SHEET_FILE: Final = "sheet.csv"
SHEET_PAGE: Final = "sheet.html"
RESULT_FILE: Final = "result.json"


class PlannedPair(Frozen):
    """A part of the claim: who is ahead of whom, and the margin less what missing stations may hold."""

    winner: str
    loser: str
    margin: int

    @property
    def pair(self) -> AuditPair:
        """The same for the arithmetic."""
        return AuditPair(self.winner, self.loser, self.margin)


class AuditPlan(JsonLine):
    """`plan.json`: all that is fixed before the draw.

    Attributes:
        contest, area: what is audited.
        recap_statements: how many statements the recap had.
        at: when it was planned, UTC.
        candidates: in the order of the ballot.
        totals: votes as published, of the stations that are audited.
        pairs: the claim.
        places: how many places are claimed.
        stations, missing: stations with known votes, and those without.
        missing_votes: most votes of the latter.
        risk: limit of the risk that a wrong order passes, as a fraction.
        total_bound: U, the sum of all error bounds, as a fraction.
        draws: needed when there is no discrepancy; most_draws: after them the audit ends without a confirmation.
        weights_sha256: of `weights.csv`.
    """

    schema_: Literal[1] = 1
    contest: str
    area: str
    recap_statements: int
    at: Time
    candidates: tuple[str, ...]
    totals: dict[str, int]
    pairs: tuple[PlannedPair, ...]
    places: int
    stations: int
    missing: int
    missing_votes: int
    risk: str
    total_bound: str
    draws: int
    most_draws: int
    weights_sha256: Sha256
    provisional: Literal[True] = True


class AuditDraw(JsonLine):
    """`draw.json`: the seed, and the station of each draw; one that was drawn twice counts twice."""

    schema_: Literal[1] = 1
    seed: str
    at: Time
    draws: tuple[str, ...]


class Discrepancy(Frozen):
    """A drawn station whose form says something else than was published; `found` null where it cannot be read."""

    station: str
    published: dict[str, int]
    found: dict[str, int] | None
    taint: float


class AuditResult(JsonLine):
    """`result.json`: how the audit ended.

    Attributes:
        outcome: `confirmed`; `continue`: draws are left whose stations have not been read; `not_confirmed`: all draws
            that the plan allows were read.
        risk_limit, risk: the limit, and the P-value that was reached.
        draws, stations: how many draws were used, and how many different stations these are.
        discrepancies: what differed.
        at, by: when, and who read the forms.
    """

    schema_: Literal[1] = 1
    outcome: Literal["confirmed", "continue", "not_confirmed"]
    risk_limit: float
    risk: float
    draws: int
    stations: int
    discrepancies: tuple[Discrepancy, ...]
    at: Time
    by: str
    provisional: Literal[True] = True
