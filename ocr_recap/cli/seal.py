"""`ocr-recap seal` and `slip`: sign a folder of results, minutes and recaps; print a station with its QR code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..batch.audit import refuse_edits
from ..messages.catalog import Language
from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from ..messages.screens import said
from ..recap.folder import is_recap
from ..records.folder import DOCUMENTS_FILE
from ..seal.durable import write_durably
from ..seal.key_request import check_code, terminal_qr
from ..seal.seal_results import SealedFiles, Sealing, load_files, seal_files, seal_results
from ..seal.slip import slip_contents, slip_pdf
from ..seal.statement import Kind
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
            if is_recap(folder):
                _seal_recap(folder, how, area, language)
            else:
                refuse_edits(folder)
                _seal_stations(folder, how, language)
        kinds: tuple[tuple[Kind, list[Path] | None], ...] = (("recap", recap), ("minutes", minutes))
        for kind, files in kinds:
            if files:
                if area is None:
                    raise WrongUse("minutes_without_area")
                check_code(area)
                done = seal_files(folder, how, kind, load_files(files), {"area": area})
                _show_sealed(done, len(files), kind, language)
    raise typer.Exit(OK)


def _seal_recap(folder: Path, how: Sealing, area: str | None, language: Language) -> None:
    """Seal the logs and sums of a recap folder."""
    from ..recap.areas import shown_code  # noqa: PLC0415  (an extra)
    from ..recap.sealing import recap_to_seal  # noqa: PLC0415

    if area is not None:
        check_code(area)
    files, content = recap_to_seal(folder, area)
    done = seal_files(folder, how, "recap", files, content)
    echo(said(language, "sealed_recap", area=shown_code(content["area"]), expected=content["expected"]))
    _show_sealed(done, len(files), "recap", language)


def _show_sealed(done: SealedFiles, files: int, kind: Kind, language: Language) -> None:
    echo(said(language, "sealed_minutes_before" if done.was_sealed else "sealed_minutes", count=files, kind=kind))
    echo(said(language, "sealed_head", head=done.head.spoken))


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
        content = slip_contents(folder, station, opened_key(key, language))[-1]
        path = out or Path(f"slip-{station}.pdf")
        try:
            write_durably(path, slip_pdf(content, language))
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
        echo(said(language, "slip_written", path=path))
        echo(said(language, "slip_sms_line", line=content.sms))
        if show:
            echo(content.code.text)
            echo(terminal_qr(content.code.text))
    raise typer.Exit(OK)
