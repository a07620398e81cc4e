"""`ocr-recap plenary ...`: what a plenary session does to a recap folder."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..imaging.files import write_atomically
from ..messages.catalog import Language
from ..messages.screens import said
from ..records.decisions import utc
from .common import OK, LangOption, language_of, reported, writing
from .recap import RecapArgument, area_given
from .terminal import echo

AreaArgument = Annotated[str, typer.Argument()]
StationArgument = Annotated[str, typer.Argument()]
NumbersArgument = Annotated[list[str], typer.Argument()]
ByOption = Annotated[str, typer.Option("--by")]
RoleOption = Annotated[str, typer.Option("--role")]
ChairOption = Annotated[str, typer.Option("--chair")]
SecondOption = Annotated[str, typer.Option("--second")]


class MatterEnd(StrEnum):
    """Values of `--state`."""

    settled = "settled"
    passed_on = "passed_on"


class PaperSize(StrEnum):
    """Values of `--paper`."""

    a4 = "a4"
    a3 = "a3"


def show(recap_folder: RecapArgument, area: AreaArgument, lang: LangOption = None) -> None:
    """Show an area station by station: as counted, as standing, witnesses' copies, matters."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.plenary import matters  # noqa: PLC0415
    from ..recap.station_tables import read_stations  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        code = area_given(area)
        with sessions.opened(recap_folder) as session:
            contest = session.contest.file
            fields = contest.candidates or contest.field_ids
            for row in read_stations(session.folder, code, contest):
                sheet = sessions.station_sheet(session, row.code)
                numbers = ", ".join(f"{name} {row.values.get(name, '?')}" for name in fields)
                echo(said(language, f"plenary_{row.status}", station=row.code, numbers=numbers))
                if sheet.standing and sheet.standing.heads[0].stage != "count":
                    echo(said(language, "plenary_corrected", reason=sheet.standing.heads[0].reason))
                if sheet.standing and sheet.standing.is_newer_count:
                    echo(said(language, "plenary_newer_count"))
                for name, others in sheet.differing(fields).items():
                    told = ", ".join(f"{who} {value}" for who, value in others)
                    echo(said(language, "plenary_witness", field=name, told=told))
            for one in matters(session.plenary.events, code):
                words = {"id": one.event.id[:12], "subject": one.event.subject, "text": one.event.text}
                echo(said(language, f"plenary_matter_{one.state}", **words))
    raise typer.Exit(OK)


def copy(
    recap_folder: RecapArgument,
    station: StationArgument,
    numbers: NumbersArgument,
    by: ByOption,
    role: RoleOption = "witness",
    lang: LangOption = None,
) -> None:
    """Log what a witness's copy of a form says."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.statement import Author  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        code = area_given(station)
        with sessions.opened(recap_folder) as session:
            made = sessions.witness_copy(session, code, numbers, Author(name=by, role=role), utc())
    _logged(language, made.id)


def correct(
    recap_folder: RecapArgument,
    station: StationArgument,
    numbers: NumbersArgument,
    area: Annotated[str, typer.Option("--session")],
    reason: Annotated[str, typer.Option("--reason")],
    chair: ChairOption,
    second: SecondOption,
    role: RoleOption = "member",
    lang: LangOption = None,
) -> None:
    """Correct numbers of a station, by two people."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.plenary import CHAIR, CorrectionRequest  # noqa: PLC0415
    from ..recap.statement import Author  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        found, marks = sessions.numbers_given(numbers)
        people = Author(name=chair, role=CHAIR), Author(name=second, role=role)
        wanted = CorrectionRequest(area_given(station), area_given(area), found, marks, reason, *people, utc())
        with sessions.opened(recap_folder) as session:
            made = sessions.correct(session, wanted)
    _logged(language, made.id)


def objection(
    recap_folder: RecapArgument,
    area: AreaArgument,
    text: Annotated[str, typer.Argument()],
    by: ByOption,
    role: RoleOption = "witness",
    lang: LangOption = None,
) -> None:
    """Log an objection about a station or area."""
    _bring_up("objection", recap_folder, area, text, (by, role), language_of(lang))


def special_event(
    recap_folder: RecapArgument,
    area: AreaArgument,
    text: Annotated[str, typer.Argument()],
    by: ByOption,
    role: RoleOption = "member",
    lang: LangOption = None,
) -> None:
    """Log a special event at a station or in an area."""
    _bring_up("special_event", recap_folder, area, text, (by, role), language_of(lang))


def _bring_up(kind: str, folder: Path, area: str, text: str, who: tuple[str, str], language: Language) -> None:
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.statement import Author  # noqa: PLC0415

    with reported(language):
        code = area_given(area)
        with sessions.opened(folder) as session:
            made = sessions.bring_up(session, kind, code, text, Author(name=who[0], role=who[1]), utc())
    _logged(language, made.id)


def resolve(
    recap_folder: RecapArgument,
    matter: Annotated[str, typer.Argument()],
    chair: ChairOption,
    second: SecondOption,
    state: Annotated[MatterEnd, typer.Option("--state")] = MatterEnd.settled,
    text: Annotated[str, typer.Option("--text")] = "",
    area: Annotated[str | None, typer.Option("--session")] = None,
    role: RoleOption = "member",
    lang: LangOption = None,
) -> None:
    """Settle an objection or special event, or pass it on."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.plenary import CHAIR  # noqa: PLC0415
    from ..recap.statement import Author  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        people = Author(name=chair, role=CHAIR), Author(name=second, role=role)
        where = None if area is None else area_given(area)
        with sessions.opened(recap_folder) as session:
            made = sessions.resolve(session, where, matter, state.value, text, people, utc())
    _logged(language, made.id)


def close(
    recap_folder: RecapArgument,
    area: AreaArgument,
    chair: ChairOption,
    second: SecondOption,
    role: RoleOption = "member",
    lang: LangOption = None,
) -> None:
    """Close an area: its numbers are frozen, with a digest."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.plenary import CHAIR  # noqa: PLC0415
    from ..recap.statement import Author  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        people = Author(name=chair, role=CHAIR), Author(name=second, role=role)
        with sessions.opened(recap_folder) as session:
            made = sessions.close(session, area_given(area), people, utc())
    echo(said(language, "plenary_closed", area=area, digest=made.digest, statements=made.statements))
    raise typer.Exit(OK)


def minutes(
    recap_folder: RecapArgument,
    area: AreaArgument,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("minutes.pdf"),
    paper: Annotated[PaperSize, typer.Option("--paper")] = PaperSize.a4,
    names: Annotated[bool, typer.Option("--names")] = False,
    log: Annotated[Path | None, typer.Option("--log")] = None,
    lang: LangOption = None,
) -> None:
    """Write the minutes of an area as PDF."""
    from ..recap import session as sessions  # noqa: PLC0415  (an extra)
    from ..recap.areas import area_name  # noqa: PLC0415
    from ..recap.minutes_pdf import minutes_pdf  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        code = area_given(area)
        with sessions.opened(recap_folder) as session:
            found = sessions.minutes(session, code, {code: area_name(code)} if names else None)
        if log is not None:
            found = replace(found, log_heads=_log_heads(log, code))
        with writing(out):
            write_atomically(out, minutes_pdf(found, language, paper.value))
    echo(said(language, "minutes_written", out=out, area=area))
    for head in (found.head, *(head for _, head in found.log_heads)):
        echo(said(language, "minutes_head", head=head))
    raise typer.Exit(OK)


def _log_heads(folder: Path, area: str) -> tuple[tuple[str, str], ...]:
    """The heads of the sealed logs of an area, with who keeps each."""
    from ..seal.proofs import area_heads  # noqa: PLC0415  (an extra)
    from .sealing import needed  # noqa: PLC0415

    needed()
    return tuple((f"{holder.person} ({holder.role})", head.spoken) for holder, head in area_heads(folder, area))


def _logged(language: Language, made: str) -> None:
    echo(said(language, "plenary_logged", id=made[:12]))
    raise typer.Exit(OK)
