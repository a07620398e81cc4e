"""`ocr-recap pack`, `receive`, `verify`, `explain` and `log`: bundles and what can be said about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..messages.catalog import Language
from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from ..messages.screens import said
from ..seal.device_key import short
from ..seal.durable import write_durably
from ..seal.explain_number import explanation_pdf, number_story
from ..seal.judge import SealVerdict, judge
from ..seal.pack import pack as packed
from ..seal.proofs import check_proof, logs_of, prove_growth, prove_station
from ..seal.receive import ReceivedBundle, questions
from ..seal.receive import receive as received
from ..seal.seal_results import Sealing
from ..seal.source import BundleContent, read_bundle
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .sealing import RollOption, needed, now, opened_key, opened_roll, show_findings, show_statements
from .terminal import echo, echo_json

_MOST_PROOF = 64 << 20  # bytes of a proof; one has some KiB


def pack(
    folder: Annotated[Path, typer.Argument()],
    out: Annotated[Path, typer.Option("--out", "-o")],
    photos: Annotated[list[Path] | None, typer.Option("--photos")] = None,
    without_photos: Annotated[bool, typer.Option("--without-photos")] = False,
    as_zip: Annotated[bool, typer.Option("--zip")] = False,
    lang: LangOption = None,
) -> None:
    """Make a bundle of a folder of results."""
    language = language_of(lang)
    with reported(language):
        needed()
        done = packed(folder, out, photos or (), not without_photos, as_zip)
        key = "packed_before" if done.was_there else "packed"
        echo(said(language, key, path=done.path, files=done.files, photos=done.photos))
    raise typer.Exit(OK)


def receive(
    bundles: Annotated[list[Path], typer.Argument()],
    into: Annotated[Path, typer.Option("--into")],
    roll: RollOption = None,
    key: Annotated[Path | None, typer.Option("--key")] = None,
    lang: LangOption = None,
) -> None:
    """Receive bundles into a folder."""
    language = language_of(lang)
    is_good = True
    with reported(language):
        needed()
        trusted = opened_roll(roll)
        how = Sealing(opened_key(key, language), trusted, now()) if key else None
        for bundle in bundles:
            done = received(bundle, into, trusted, how)
            _show_received(done, language)
            is_good = is_good and done.verdict.holds
        if how is None:
            echo(said(language, "no_receipt"))
        found = questions(into)
        show_findings([one for one in found if one.code == "sms_preliminary"], language)
        if open_ones := [finding for finding in found if finding.is_fault]:
            echo(said(language, "for_people"))
            show_findings(open_ones, language)
            is_good = False
    raise typer.Exit(OK if is_good else PROBLEMS)


def _show_received(done: ReceivedBundle, language: Language) -> None:
    if done.refused:
        echo(said(language, "received_refused", path=done.path))
    else:
        counts = {"taken": len(done.taken), "known": done.known, "left": done.left}
        echo(said(language, "received", path=done.path, **counts))
    show_findings(done.verdict.findings, language)
    if done.receipt:
        echo(said(language, "receipt", path=done.receipt))


def verify(
    bundle: Annotated[Path, typer.Argument()],
    roll: RollOption = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    lang: LangOption = None,
) -> None:
    """Check a bundle, a zip of one, or a folder of sealed results."""
    language = language_of(lang)
    with reported(language):
        needed()
        content = read_bundle(bundle)
        verdict = judge(content, opened_roll(roll))
        if as_json:
            echo_json(_exported(content, verdict))
        else:
            _show(content, verdict, language)
    raise typer.Exit(OK if verdict.holds else PROBLEMS)


def _show(content: BundleContent, verdict: SealVerdict, language: Language) -> None:
    show_statements(verdict.statements, verdict, language)
    if verdict.roll:
        name, version = verdict.roll.last.election.name, verdict.roll.last.number
        echo(said(language, "verified_roll", name=name, version=version, fingerprint=short(verdict.roll.id)))
    for keyid, head in _heads(content, verdict):
        echo(said(language, "verified_head", key=short(keyid), head=head))
    show_findings(verdict.findings, language)
    faults = sum(finding.is_fault for finding in verdict.findings)
    if faults:
        echo(said(language, "verified_faults", faults=faults))
    else:
        echo(said(language, "verified_holds", statements=len(verdict.statements)))


def _heads(content: BundleContent, verdict: SealVerdict) -> list[tuple[str, str]]:
    """The newest signed head of each log in a bundle, as it is read aloud."""
    found: list[tuple[str, str]] = []
    for keyid in logs_of(content):
        heads = [one for one in verdict.statements if one.keyid == keyid and one.log is not None]
        if heads:
            head = max(heads, key=lambda one: one.stamp.counter).log
            found.append((keyid, head.spoken if head else ""))
    return found


def _exported(content: BundleContent, verdict: SealVerdict) -> dict[str, object]:
    return {
        "holds": verdict.holds,
        "kind": content.kind,
        "roll": verdict.roll and {"fingerprint": verdict.roll.id, "version": verdict.roll.last.number},
        "findings": [finding.export() for finding in verdict.findings],
        "heads": dict(_heads(content, verdict)),
        "statements": [
            {
                "id": one.id,
                "kind": one.kind,
                "area": one.area,
                "at": one.stamp.at,
                "counter": one.stamp.counter,
                "key": one.keyid,
                "person": holder.person if (holder := verdict.holder(one)) else None,
                "role": holder.role if holder else None,
                "counts": verdict.counts(one),
                "numbers": dict(one.numbers),
            }
            for one in verdict.statements
        ],
    }


def explain(
    bundle: Annotated[Path, typer.Argument()],
    station: Annotated[str, typer.Argument()],
    field: Annotated[str, typer.Argument()],
    roll: RollOption = None,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    lang: LangOption = None,
) -> None:
    """Explain a number of a bundle on one page."""
    language = language_of(lang)
    with reported(language):
        needed()
        story = number_story(bundle, station, field, opened_roll(roll))
        path = out or Path(f"explain-{station}-{field}.pdf")
        _write(path, explanation_pdf(story))
        echo(said(language, "explained", path=path))
    raise typer.Exit(OK if story.verdict.holds else PROBLEMS)


def log(
    bundle: Annotated[Path, typer.Argument()],
    station: Annotated[str | None, typer.Option("--station")] = None,
    since: Annotated[int | None, typer.Option("--since", min=1)] = None,
    log: Annotated[str | None, typer.Option("--log")] = None,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("proof.json"),
    lang: LangOption = None,
) -> None:
    """Show the heads of logs, make a proof, or check one."""
    language = language_of(lang)
    with reported(language):
        needed()
        if bundle.is_file() and bundle.suffix == ".json":
            raise typer.Exit(_checked(bundle, language))
        content = read_bundle(bundle)
        verdict = judge(content)
        if station is None and since is None:
            for keyid, head in _heads(content, verdict):
                echo(said(language, "verified_head", key=short(keyid), head=head))
            raise typer.Exit(OK)
        logs = {keyid: ids for keyid, ids in logs_of(content).items() if keyid.startswith(log or "")}
        if len(logs) != 1:
            raise WrongUse("log_needs_one", count=len(logs))
        ((keyid, ids),) = logs.items()
        if station is not None:
            proof = prove_station(verdict, ids, keyid, station)
        else:
            proof = prove_growth(verdict, ids, keyid, since or 1)
        _write(out, proof + b"\n")
        echo(said(language, "proof_written", path=out))
    raise typer.Exit(OK)


def _checked(path: Path, language: Language) -> int:
    try:
        with path.open("rb") as file:
            proof = check_proof(file.read(_MOST_PROOF), str(path))
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    if not proof.holds:
        echo(said(language, "proof_fails"))
        return PROBLEMS
    if proof.statement is not None:
        echo(said(language, "proof_holds", what=proof.statement.area, head=proof.head.spoken))
    elif proof.earlier is not None:
        echo(said(language, "proof_consistent", head=proof.head.spoken, earlier=proof.earlier.spoken))
    return OK


def _write(path: Path, content: bytes) -> None:
    try:
        write_durably(path, content)
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
