"""`ocr-recap audit plan`, `draw` and `settle`: a transcription audit of a recap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..messages.screens import said
from ..records.decisions import utc
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .recap import RecapArgument, area_given
from .terminal import echo

AuditArgument = Annotated[Path, typer.Argument()]


def plan(
    recap_folder: RecapArgument,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("audit"),
    risk: Annotated[str, typer.Option("--risk")] = "0.05",
    most: Annotated[int, typer.Option("--most", min=1)] = 306,
    ballots: Annotated[Path | None, typer.Option("--ballots")] = None,
    places: Annotated[int, typer.Option("--places", min=1, max=2)] = 2,
    most_draws: Annotated[int | None, typer.Option("--most-draws", min=1)] = None,
    area: Annotated[str | None, typer.Option("--area")] = None,
    lang: LangOption = None,
) -> None:
    """Plan an audit: all that is fixed before the draw."""
    from ..recap import audit as audits  # noqa: PLC0415  (an extra)

    language = language_of(lang)
    with reported(language):
        where = None if area is None else area_given(area)
        options = audits.AuditOptions(where, risk, most, ballots, places, most_draws)
        made = audits.plan(recap_folder, out, options, utc())
    for pair in made.pairs:
        echo(said(language, "audit_claim", winner=pair.winner, loser=pair.loser, margin=pair.margin))
    if made.missing:
        echo(said(language, "audit_missing", stations=made.missing, votes=made.missing_votes))
    numbers = {"risk": risk, "draws": made.draws, "most": made.most_draws, "stations": made.stations}
    echo(said(language, "audit_planned_done", out=out, sha256=made.weights_sha256, **numbers))
    raise typer.Exit(OK)


def draw(
    audit_folder: AuditArgument,
    seed: Annotated[str, typer.Option("--seed")],
    lang: LangOption = None,
) -> None:
    """Draw the stations of a plan by a seed that was said in public."""
    from ..recap import audit as audits  # noqa: PLC0415  (an extra)

    language = language_of(lang)
    with reported(language):
        made = audits.draw_stations(audit_folder, seed, utc(), language)
    echo(said(language, "audit_drawn_done", seed=made.seed, stations=len(set(made.draws)), folder=audit_folder))
    raise typer.Exit(OK)


def settle(
    audit_folder: AuditArgument,
    by: Annotated[str, typer.Option("--by")],
    sheet: Annotated[Path | None, typer.Option("--sheet")] = None,
    lang: LangOption = None,
) -> None:
    """Compare a filled-in sheet with what was published, and say how the audit stands."""
    from ..recap import audit as audits  # noqa: PLC0415  (an extra)
    from ..recap.audit_models import SHEET_FILE  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        made = audits.settle(audit_folder, sheet or audit_folder / SHEET_FILE, by, utc())
    for one in made.discrepancies:
        echo(said(language, "audit_discrepancy", station=one.station, taint=f"{one.taint:.3g}"))
    risks = {"risk": f"{made.risk:.4g}", "limit": f"{made.risk_limit:g}"}
    echo(said(language, f"audit_{made.outcome}", draws=made.draws, stations=made.stations, **risks))
    echo(said(language, "audit_is_not"))
    raise typer.Exit(OK if made.outcome == "confirmed" else PROBLEMS)
