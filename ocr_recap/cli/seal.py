"""`ocr-recap seal` and `slip`: sign a folder of results, minutes and recaps; print a station with its QR code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..batch.audit import refuse_edits
from ..forms import template
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from ..messages.screens import said
from ..records.folder import DOCUMENTS_FILE, TEMPLATES
from ..seal.compact import sms_line, station_code
from ..seal.durable import write_durably
from ..seal.key_request import check_code, terminal_qr
from ..seal.merkle import log_head
from ..seal.seal_results import Sealing, load_files, seal_files, seal_results
from ..seal.slip import SlipContent, slip_pdf
from ..seal.statement import Kind
from ..seal.store import sealed_folder
from .common import OK, LangOption, language_of, reported
from .sealing import RollOption, needed, now, opened_key, opened_roll
from .terminal import echo

_MOST = 8  # names in one line; by judgement


def seal(
    folder: Annotated[Path, typer.Argument()],
    key: Annotated[Path, typer.Option("--key")],
    roll: RollOption = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal")] = False,
    minutes: Annotated[list[Path] | None, typer.Option("--minutes")] = None,
    recap: Annotated[list[Path] | None, typer.Option("--recap")] = None,
    area: Annotated[str | None, typer.Option("--area")] = None,
    lang: LangOption = None,
) -> None:
    """Sign the numbers and files of each station; with --minutes or --recap these files instead."""
    language = language_of(lang)
    with reported(language):
        needed()
        how = Sealing(opened_key(key, language), opened_roll(roll), now(), rehearsal)
        if not minutes and not recap:
            refuse_edits(folder)
            _seal_stations(folder, how, language)
        kinds: tuple[tuple[Kind, list[Path] | None], ...] = (("recap", recap), ("minutes", minutes))
        for kind, files in kinds:
            if files:
                if area is None:
                    raise WrongUse("minutes_without_area")
                check_code(area)
                head = seal_files(folder, how, kind, load_files(files), {"area": area})
                echo(said(language, "sealed_minutes", count=len(files), kind=kind))
                echo(said(language, "sealed_head", head=head.spoken))
    raise typer.Exit(OK)


def _seal_stations(folder: Path, how: Sealing, language: Language) -> None:
    if not (folder / DOCUMENTS_FILE).exists():
        raise InputUnusable("no_results", folder=folder, file=DOCUMENTS_FILE)
    done = seal_results(folder, how)
    echo(said(language, "sealed", new=len(done.new), unchanged=done.unchanged))
    if done.decisions:
        echo(said(language, "sealed_decisions", count=done.decisions))
    for code, names in (("sealed_left_out", done.left_out), ("sealed_not_ours", done.not_ours)):
        if names:
            echo(said(language, code, names=", ".join(names[:_MOST]) + ", ..." * (len(names) > _MOST)))
    if done.holder is None:
        echo(said(language, "sealed_unknown_key"))
    echo(said(language, "sealed_head", head=done.head.spoken))


def slip(
    folder: Annotated[Path, typer.Argument()],
    station: Annotated[str, typer.Argument()],
    key: Annotated[Path, typer.Option("--key")],
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    show: Annotated[bool, typer.Option("--show")] = False,
    lang: LangOption = None,
) -> None:
    """Make the slip of a sealed station."""
    language = language_of(lang)
    with reported(language):
        needed()
        own = opened_key(key, language)
        store = sealed_folder(folder)
        sealed = [one for one in store.everything() if one.kind == "station" and one.area == station]
        if not sealed:
            raise WrongUse("nothing_sealed", folder=folder)
        mine = [one for one in sealed if one.keyid == own.id]
        if not mine:
            raise WrongUse("slip_other_key", station=station)
        statement = max(mine, key=lambda one: one.stamp.counter)
        form = template.load(folder / TEMPLATES / f"{statement.body['template']['id']}.yaml")
        code = station_code(statement, form, own)
        roll = store.roll()
        content = SlipContent(statement, form, code, roll.holder(own.id) if roll else None, log_head(store.log(own.id)))
        path = out or Path(f"slip-{station}.pdf")
        try:
            write_durably(path, slip_pdf(content, language))
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
        echo(said(language, "slip_written", path=path))
        echo(said(language, "slip_sms_line", line=sms_line(statement, form)))
        if show:
            echo(code.text)
            echo(terminal_qr(code.text))
    raise typer.Exit(OK)
