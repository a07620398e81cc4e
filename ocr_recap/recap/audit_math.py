"""A transcription audit by batch comparison: the arithmetic, as pure functions on whole numbers and fractions.

The claim is an order: that errors of reading and typing cannot have changed who is first and who is second. The batches
are polling stations. The test is the Kaplan-Markov bound (P. B. Stark, "Risk-limiting post-election audits:
conservative P-values from common probability inequalities", IEEE Transactions on Information Forensics and Security 4,
2009, 1005-1014): stations are drawn with replacement, each with a probability proportional to the largest error that it
could hold (PPEB). Every draw multiplies the P-value by `(1 - 1/U) / (1 - t)`: U is the sum of all error bounds, t the
taint of the draw, its error as a share of the station's bound. The bound holds after any number of draws, so that the
audit may stop as soon as the P-value reaches the risk limit.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm

Votes = Mapping[str, int]  # by candidate


@dataclass(frozen=True)
class AuditBatch:
    """A station of the audit: its votes as published, and the most ballots that it can hold."""

    station: str
    votes: Votes
    most: int


@dataclass(frozen=True)
class AuditPair:
    """One part of the claim: `winner` is ahead of `loser`, by `margin` votes that errors would have to use up.

    The margin is the published lead less all votes that stations without numbers could hold: the worst case.
    """

    winner: str
    loser: str
    margin: int

    def error(self, published: Votes, found: Votes) -> Fraction:
        """How much of the margin the error of one station used up; below zero where it went the other way."""
        lead = published[self.winner] - published[self.loser]
        return Fraction(lead - (found[self.winner] - found[self.loser]), self.margin)

    def bound(self, batch: AuditBatch) -> Fraction:
        """The largest error that a station could hold: all its ballots for the loser."""
        return Fraction(batch.votes[self.winner] - batch.votes[self.loser] + batch.most, self.margin)


def pairs_of(batches: Sequence[AuditBatch], candidates: Sequence[str], missing: int, places: int) -> list[AuditPair]:
    """The claim, part by part: each of the first `places` is ahead of everybody behind.

    Args:
        batches: stations with known votes.
        candidates: in the order of the ballot.
        missing: most votes that stations without numbers can hold together.
        places: how many places are claimed.

    Returns:
        The pairs; a margin of zero or less cannot be audited.
    """
    totals = {name: sum(batch.votes[name] for batch in batches) for name in candidates}
    order = sorted(candidates, key=lambda name: -totals[name])
    return [
        AuditPair(winner, loser, totals[winner] - totals[loser] - missing)
        for place, winner in enumerate(order[:places])
        for loser in order[place + 1 :]
    ]


def bound_of(batch: AuditBatch, pairs: Sequence[AuditPair]) -> Fraction:
    """The error bound of a station: the largest over all parts of the claim, as a share of the margin."""
    return max(pair.bound(batch) for pair in pairs)


def weights_of(batches: Sequence[AuditBatch], pairs: Sequence[AuditPair]) -> tuple[list[int], int]:
    """Error bounds in whole numbers.

    Returns:
        The weight of each station, and the number that a bound of 1 (the whole margin) has as a weight.
    """
    scale = lcm(*(pair.margin for pair in pairs))
    return [int(bound_of(batch, pairs) * scale) for batch in batches], scale


def taint_of(batch: AuditBatch, found: Votes | None, pairs: Sequence[AuditPair]) -> Fraction:
    """The taint of a drawn station: its error as a share of its bound; 1 where nothing could be read.

    Args:
        batch: as published.
        found: the votes by the person who read the form; None where the form is missing or cannot be read.
        pairs: the claim.
    """
    if found is None:
        return Fraction(1)
    return max(pair.error(batch.votes, found) for pair in pairs) / bound_of(batch, pairs)


def p_values(taints: Sequence[Fraction], total: Fraction) -> list[float]:
    """The Kaplan-Markov P-value after each draw, 1 at most.

    Args:
        taints: of the draws, in their order.
        total: U, the sum of all error bounds.
    """
    found: list[float] = []
    p = Fraction(1)
    lost = False
    step = 1 - 1 / total
    for taint in taints:
        lost = lost or taint >= 1
        if not lost:
            # A fraction of thousands of digits costs more than it tells: floats are exact to 15 digits here.
            p = Fraction(float(p * step / (1 - taint)))
        found.append(1.0 if lost else min(1.0, float(p)))
    return found


def draws_needed(total: Fraction, risk: Fraction) -> int:
    """The smallest number of draws that reach the risk limit when no discrepancy is found."""
    step, p, number = float(1 - 1 / total), 1.0, 0
    while p > risk:
        p *= step
        number += 1
    return number


def draw(seed: str, number: int, weights: Sequence[int]) -> list[int]:
    """The stations that are drawn, by their places, with replacement.

    Draw j takes the SHA-256 of the text `SEED,j` (UTF-8) as a whole number, modulo the sum of all weights; the station
    is the first whose cumulative weight is larger. `printf 'SEED,1' | sha256sum` is the first number, by hand.

    Args:
        seed: as it was said in public.
        number: of draws.
        weights: of the stations, in the order of their codes.
    """
    cumulative = list(accumulate(weights))
    found: list[int] = []
    for place in range(1, number + 1):
        digest = hashlib.sha256(f"{seed},{place}".encode()).hexdigest()
        found.append(bisect_right(cumulative, int(digest, 16) % cumulative[-1]))
    return found
