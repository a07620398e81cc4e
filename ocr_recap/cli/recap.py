"""`ocr-recap recap`, `compare` and `publish`: sums of areas, differences between publications, open data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..messages.errors import WrongUse
from ..messages.screens import said
from .common import OK, PROBLEMS, LangOption, language_of, reported
from .terminal import echo

_MOST = 10  # stations or differences that are listed; by judgement
RecapArgument = Annotated[Path, typer.Argument()]


def recap(
    folders: Annotated[list[Path], typer.Argument()],
    roll: Annotated[Path | None, typer.Option("--roll")] = None,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("recap"),
    contest: Annotated[str | None, typer.Option("--contest")] = None,
    lang: LangOption = None,
) -> None:
    """Add up folders of results, and recaps below, to sums of areas."""
    from ..recap.recap import recap as make  # noqa: PLC0415  (an extra)

    language = language_of(lang)
    with reported(language):
        done = make(folders, out, roll, contest)
    title = getattr(done.contest.file.title, language)
    echo(said(language, "recap_done", contest=title, stations=done.stations, fresh=done.fresh))
    if done.unchanged:
        echo(said(language, "recap_unchanged", folders=", ".join(done.unchanged)))
    for area, sums in done.sums.items():
        by_field = {one.field: one for one in sums}
        for name in done.contest.file.candidates:
            one, label = by_field[name], getattr(done.contest.file.labels[name], language)
            known = "recap_total_least" if one.at_least else "recap_total"
            key = "recap_total_unknown" if one.total is None else known
            echo(said(language, key, area=area, label=label, total=one.total, n=one.counted, of=one.expected).strip())
    listed = {"recap_conflicts": done.conflicts, "recap_frozen": done.frozen, "recap_preliminary": done.preliminary}
    for key, codes in listed.items():
        if codes:
            echo(said(language, key, count=len(codes), stations=shortened(codes)))
    if done.refused:
        named = [f"{code} ({', '.join(codes)})" for code, codes in done.refused.items()]
        echo(said(language, "recap_refused", count=len(named), stations=shortened(tuple(named))))
    if done.without_station:
        echo(said(language, "recap_without_station", count=done.without_station))
    if done.other_forms:
        echo(said(language, "recap_other_forms", count=done.other_forms))
    echo(said(language, "recap_provisional", folder=out))
    raise typer.Exit(PROBLEMS if done.conflicts or done.frozen or done.without_station or done.refused else OK)


def shortened(codes: tuple[str, ...]) -> str:
    """The first codes of a list, and how many more there are."""
    return ", ".join(codes[:_MOST]) + (f" (+{len(codes) - _MOST})" if len(codes) > _MOST else "")


def compare(
    a: Annotated[Path, typer.Argument()],
    b: Annotated[Path, typer.Argument()],
    mapping: Annotated[Path | None, typer.Option("--mapping")] = None,
    mapping_b: Annotated[Path | None, typer.Option("--mapping-b")] = None,
    contest: Annotated[str | None, typer.Option("--contest")] = None,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("differences.csv"),
    names: Annotated[bool, typer.Option("--names")] = False,
    lang: LangOption = None,
) -> None:
    """Compare two publications number by number."""
    from ..recap.published import CompareOptions, compare_files  # noqa: PLC0415  (an extra)

    language = language_of(lang)
    with reported(language):
        dialect = "excel-id" if language == "id" else "rfc4180"
        options = CompareOptions(mapping, mapping_b, contest, names, dialect, language)
        found = compare_files(a, b, out, options)
    for verdict in ("same", "differs", "unread_a", "unread_b", "only_a", "only_b"):
        echo(said(language, f"compare_{verdict}", count=found.counts[verdict]))
    surely = [one for one in found.differences if one.verdict == "differs"]
    for one in surely[:_MOST]:
        figures = {"a": one.a.value, "b": one.b.value, "difference": f"{one.difference or 0:+d}"}
        echo(said(language, "compare_line", level=one.level, area=one.area, field=one.field, **figures))
    if len(surely) > _MOST:
        echo(said(language, "compare_more", count=len(surely) - _MOST))
    echo(said(language, "compare_no_proof", out=out))
    raise typer.Exit(PROBLEMS if surely else OK)


def publish(
    recap_folder: RecapArgument,
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("open-data"),
    results: Annotated[list[Path] | None, typer.Option("--results")] = None,
    area: Annotated[list[str] | None, typer.Option("--area")] = None,
    differences: Annotated[Path | None, typer.Option("--differences")] = None,
    names: Annotated[bool, typer.Option("--names")] = False,
    lang: LangOption = None,
) -> None:
    """Publish a recap as open data: tables, a report, pages."""
    from ..recap.open_data import PublishOptions  # noqa: PLC0415  (an extra)
    from ..recap.open_data import publish as make  # noqa: PLC0415

    language = language_of(lang)
    with reported(language):
        areas = tuple(area_given(one) for one in area or ())
        done = make(recap_folder, out, PublishOptions(names, language, areas, tuple(results or ()), differences))
    echo(said(language, "publish_done", edition=done.edition, areas=done.areas, pages=done.pages, out=out))
    if done.changes:
        echo(said(language, "publish_changes", changes=done.changes))
    raise typer.Exit(OK)


def area_given(text: str) -> str:
    """The code of an area or station as a person types it.

    Raises:
        WrongUse: it is none.
    """
    from ..recap.areas import area_code  # noqa: PLC0415

    code = area_code(text)
    if code is None:
        raise WrongUse("area_given", text=text)
    return code
