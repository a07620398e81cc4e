"""An audit from plan to result, in a folder of its own.

`plan.json` fixes the risk limit, the claim, the bounds and the number of draws before anybody knows the seed;
`weights.csv` has each station's published votes, bound and cumulative weight. `draw.json` holds the seed and the draws,
`sheet.csv` and `sheet.html` the drawn stations without their numbers. `result.json` says how it ended.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, FolderDamaged, InputUnusable, WrongUse, system_reason
from ..messages.table_faults import LineFault, refuse
from ..messages.text import quoted
from ..records.checksum_list import sha256_of
from ..records.record import JsonLine
from ..records.station_lists import table
from .audit_math import AuditBatch, AuditPair, Votes, draw, draws_needed, p_values, pairs_of, taint_of, weights_of
from .audit_models import (
    DRAW_FILE,
    PLAN_FILE,
    RESULT_FILE,
    SHEET_FILE,
    SHEET_PAGE,
    WEIGHTS_FILE,
    AuditDraw,
    AuditPlan,
    AuditResult,
    Discrepancy,
    PlannedPair,
)
from .audit_sheet import sheet_csv, sheet_html
from .audit_stations import audit_batches
from .recap_info import info_of

LEAST_SEED: Final = 10  # digits of a seed: dice thrown in public; by judgement
_UNREADABLE: Final = "?"  # in the sheet: the form is missing or cannot be read


@dataclass(frozen=True)
class AuditOptions:
    """What an audit is planned with.

    Attributes:
        area: code of the audited area; None: the topmost one.
        risk: risk limit.
        most: most ballots of a station.
        ballots: a table with the columns `station` and `ballots` for stations that have other bounds.
        places: how many places are claimed, 1 or 2.
        most_draws: at most so many draws; None: three times what is needed without a discrepancy (by judgement).
    """

    area: str | None = None
    risk: str = "0.05"
    most: int = 306
    ballots: Path | None = None
    places: int = 2
    most_draws: int | None = None


def plan(recap_folder: Path, out: Path, options: AuditOptions, at: str) -> AuditPlan:
    """Plan an audit of a recap.

    Raises:
        WrongUse: the folder holds a plan, the risk is no share, the lead is too small, a station exceeds its bound.
        ocr_recap.messages.errors.OcrRecapError: the recap or the table of ballots cannot be used.
    """
    risk = _risk(options.risk)
    if (out / PLAN_FILE).exists():
        raise WrongUse("audit_planned", folder=out)
    info = info_of(recap_folder)
    found = audit_batches(recap_folder, options.area, options.most, options.ballots)
    for batch in found.batches:
        if sum(batch.votes.values()) > batch.most:
            data = {"station": batch.station, "votes": sum(batch.votes.values()), "most": batch.most}
            raise WrongUse("audit_over_bound", **data)
    pairs = pairs_of(found.batches, found.candidates, found.missing_votes, options.places)
    for pair in pairs:
        if pair.margin <= 0:
            margin = pair.margin + found.missing_votes
            data = {"first": pair.winner, "second": pair.loser, "margin": margin, "missing": found.missing_votes}
            raise WrongUse("audit_no_margin", **data)
    weights, scale = weights_of(found.batches, pairs)
    total = Fraction(sum(weights), scale)
    draws = draws_needed(total, risk)
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_atomically(out / WEIGHTS_FILE, _weights_csv(found.batches, found.candidates, weights))
        planned = AuditPlan(
            contest=info.contest,
            area=found.area,
            recap_statements=info.statements,
            at=at,
            candidates=found.candidates,
            totals={name: sum(batch.votes[name] for batch in found.batches) for name in found.candidates},
            pairs=tuple(PlannedPair(winner=p.winner, loser=p.loser, margin=p.margin) for p in pairs),
            places=options.places,
            stations=len(found.batches),
            missing=found.missing,
            missing_votes=found.missing_votes,
            risk=str(risk),
            total_bound=str(total),
            draws=draws,
            most_draws=options.most_draws or 3 * draws,
            weights_sha256=sha256_of(out / WEIGHTS_FILE),
        )
        _save(out / PLAN_FILE, planned)
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=out, why=system_reason(fault)) from None
    return planned


def _risk(text: str) -> Fraction:
    try:
        risk = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise WrongUse("audit_risk", risk=text) from None
    if not 0 < risk < 1:
        raise WrongUse("audit_risk", risk=text)
    return risk


def _weights_csv(batches: Sequence[AuditBatch], candidates: Sequence[str], weights: Sequence[int]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("station", *candidates, "most", "weight", "cumulative"))
    for batch, weight, cumulative in zip(batches, weights, accumulate(weights), strict=True):
        writer.writerow((batch.station, *(batch.votes[name] for name in candidates), batch.most, weight, cumulative))
    return text.getvalue().encode()


def _save(path: Path, line: JsonLine) -> None:
    write_atomically(path, (line.model_dump_json(by_alias=True, indent=2) + "\n").encode())


def planned_in(folder: Path) -> AuditPlan:
    """The plan of an audit folder, whose weights are as they were.

    Raises:
        InputUnusable: there is no plan.
        FolderDamaged: the plan or the weights were altered.
    """
    try:
        found = AuditPlan.from_json((folder / PLAN_FILE).read_text("utf-8"))
        sha256 = sha256_of(folder / WEIGHTS_FILE)
    except OSError:
        raise InputUnusable("no_audit", folder=folder, file=PLAN_FILE) from None
    except (UnicodeDecodeError, ValidationError):
        raise FolderDamaged("results_unusable", path=folder / PLAN_FILE) from None
    if sha256 != found.weights_sha256:
        raise FolderDamaged("audit_altered", path=folder / WEIGHTS_FILE)
    return found


def _weighted(folder: Path, plan_made: AuditPlan) -> tuple[list[AuditBatch], list[int]]:
    batches: list[AuditBatch] = []
    weights: list[int] = []
    for _, row in table(folder / WEIGHTS_FILE, ("station", "most", "weight")):
        votes = {name: int(row[name]) for name in plan_made.candidates}
        batches.append(AuditBatch(row["station"], votes, int(row["most"])))
        weights.append(int(row["weight"]))
    return batches, weights


def draw_stations(folder: Path, seed: str, at: str, language: Language) -> AuditDraw:
    """Draw the stations of a plan, and write the blind sheets.

    Args:
        folder: of the audit.
        seed: digits of dice, thrown in public after the plan was published.
        at: when, UTC.
        language: of the sheet.

    Raises:
        WrongUse: the seed is too short, or the plan was drawn with another one.
        ocr_recap.messages.errors.OcrRecapError: the plan cannot be used.
    """
    planned = planned_in(folder)
    digits = "".join(seed.split())
    if len(digits) < LEAST_SEED or not (digits.isascii() and digits.isdigit()):
        raise WrongUse("audit_seed", least=LEAST_SEED)
    if (folder / DRAW_FILE).exists() and drawn_in(folder).seed != digits:
        raise WrongUse("audit_drawn", seed=drawn_in(folder).seed)
    batches, weights = _weighted(folder, planned)
    places = draw(digits, planned.most_draws, weights)
    drawn = AuditDraw(seed=digits, at=at, draws=tuple(batches[place].station for place in places))
    if (folder / DRAW_FILE).exists():
        return drawn_in(folder)
    first = list(dict.fromkeys(drawn.draws[: planned.draws]))
    later = [station for station in dict.fromkeys(drawn.draws[planned.draws :]) if station not in first]
    try:
        write_atomically(folder / SHEET_FILE, sheet_csv(first, later, planned.candidates, language))
        write_atomically(folder / SHEET_PAGE, sheet_html(planned, drawn, first, language))
        _save(folder / DRAW_FILE, drawn)
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=folder, why=system_reason(fault)) from None
    return drawn


def drawn_in(folder: Path) -> AuditDraw:
    """The draw of an audit folder.

    Raises:
        InputUnusable: nothing was drawn yet.
        FolderDamaged: the draw is not what plan and seed give.
    """
    try:
        return AuditDraw.from_json((folder / DRAW_FILE).read_text("utf-8"))
    except OSError:
        raise InputUnusable("no_audit", folder=folder, file=DRAW_FILE) from None
    except (UnicodeDecodeError, ValidationError):
        raise FolderDamaged("audit_altered", path=folder / DRAW_FILE) from None


def settle(folder: Path, sheet: Path, by: str, at: str) -> AuditResult:
    """Compare a filled-in sheet with what was published.

    The audit is confirmed at the first draw after which the P-value is not above the risk limit; later draws are not
    looked at.

    Args:
        folder: of the audit.
        sheet: filled in: votes, or `?` where the form is missing or cannot be read.
        by: who read the forms.
        at: when, UTC.

    Raises:
        TableFaulty: the sheet has faults.
        ocr_recap.messages.errors.OcrRecapError: plan or draw cannot be used.
    """
    planned, drawn = planned_in(folder), drawn_in(folder)
    listed, weights = _weighted(folder, planned)
    batches = {batch.station: batch for batch in listed}
    if drawn.draws != tuple(listed[place].station for place in draw(drawn.seed, planned.most_draws, weights)):
        raise FolderDamaged("audit_altered", path=folder / DRAW_FILE)
    found = _read_sheet(sheet, planned.candidates, set(drawn.draws))
    pairs = [one.pair for one in planned.pairs]
    read = next((i for i, station in enumerate(drawn.draws) if station not in found), len(drawn.draws))
    taints = [taint_of(batches[station], found[station], pairs) for station in drawn.draws[:read]]
    risks = p_values(taints, Fraction(planned.total_bound))
    limit = float(Fraction(planned.risk))
    used = next((i + 1 for i, risk in enumerate(risks) if risk <= limit), len(risks))
    confirmed = bool(risks) and risks[used - 1] <= limit
    seen = list(dict.fromkeys(drawn.draws[:used]))
    wrong = [station for station in seen if found[station] != dict(batches[station].votes)]
    result = AuditResult(
        outcome="confirmed" if confirmed else ("continue" if read < len(drawn.draws) else "not_confirmed"),
        risk_limit=limit,
        risk=risks[used - 1] if risks else 1.0,
        draws=used,
        stations=len(seen),
        discrepancies=tuple(_discrepancy(batches[station], found[station], pairs) for station in wrong),
        at=at,
        by=by,
    )
    try:
        _save(folder / RESULT_FILE, result)
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=folder, why=system_reason(fault)) from None
    return result


def _discrepancy(batch: AuditBatch, found: Votes | None, pairs: Sequence[AuditPair]) -> Discrepancy:
    read = None if found is None else dict(found)
    taint = float(taint_of(batch, found, pairs))
    return Discrepancy(station=batch.station, published=dict(batch.votes), found=read, taint=taint)


def _read_sheet(path: Path, candidates: Sequence[str], drawn: set[str]) -> Mapping[str, dict[str, int] | None]:
    """The votes that a person read, by station; a line without any is a station that was not read yet."""
    found: dict[str, dict[str, int] | None] = {}
    lines: dict[str, int] = {}
    faults: list[LineFault] = []
    for line, row in table(path, ("station", *candidates)):
        station, cells = row["station"], [row[name] for name in candidates]
        if station not in drawn:
            faults.append(LineFault(line, "not_drawn", {"station": quoted(station)}))
        elif station in lines:
            faults.append(LineFault(line, "station_listed_twice", {"station": station, "first": lines[station]}))
        elif _UNREADABLE in cells:
            found[station] = None
        elif any(cells):
            wrong = next((cell for cell in cells if not (cell.isascii() and cell.isdigit() and len(cell) < 10)), None)
            if wrong is not None:
                faults.append(LineFault(line, "no_count", {"text": quoted(wrong)}))
            else:
                found[station] = {name: int(cell) for name, cell in zip(candidates, cells, strict=True)}
        lines.setdefault(station, line)
    refuse(path, faults)
    return found
