"""The report of a rehearsal: arranges figures, events and times as tables, and writes them as HTML, PDF and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from ..evaluate.words import local, percent
from ..imaging.files import write_atomically
from ..messages.catalog import Language, both
from ..messages.rehearse_texts import REHEARSE_TEXTS
from ..report.html import asset, pieces
from . import typist
from .night import COMMAND, OUTCOME, SURPRISE, Night
from .other_ways import OtherWay, best_reader, keyed_twice
from .parts import losses
from .report_pdf import report_pdf
from .result_figures import LEVELS, NightFigures, NumberCounts, figures_of
from .script import Script
from .steps.checking import ARCHIVE, PAPERS
from .world import PRESETS

HTML, PDF, JSON = "report.html", "report.pdf", "report.json"
_SENT: Final = ("photos_twice", "wrong_station", "other_election", "page_too_many")  # they share a text
_STEPS: Final = ("drawing", "keys", "desks", "devices", "sealing", "sending", "adding", "plenary", "checking")


@dataclass(frozen=True)
class ReportSection:
    """A part of the report: key of its heading, a sentence, and a table."""

    heading: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class WrittenReport:
    """Where the report is, and what it found: numbers silently wrong, and losses that nobody named."""

    path: Path
    silent: int
    unnamed: int


def say(language: Language, key: str, **data: Any) -> str:
    """A text of the report.

    Raises:
        KeyError: there is no such text, or it needs data that is not given.
    """
    return both(REHEARSE_TEXTS[key], data)[language]


def write_report(night: Night, script: Script, identity: Mapping[str, Any], language: Language) -> WrittenReport:
    """Write the report into the folder of a rehearsal.

    Args:
        night: that was played.
        script: its events.
        identity: the options that decide what is played, for the command.
        language: of the report.

    Raises:
        OSError: the folder cannot be written.
    """
    night.journal.show("report")
    found = figures_of(night)
    report = _Report(night, found, language)
    sections = list(report.sections())
    words = " ".join(f"--{name} {value}" for name, value in identity.items())
    title = say(language, "title")
    heads = (
        local(say(language, "sub", stations=found.stations), language),
        say(language, "command", command=f"ocr-recap rehearse {words}"),
    )
    tiles = report.tiles()
    page = b"".join(
        pieces(
            "rehearse",
            "report.html",
            language=language,
            title=title,
            heads=heads,
            tiles=tiles,
            sections=sections,
            script=script.text,
            style=asset("report", "report.css") + asset("rehearse", "rehearsal.css"),
        )
    )
    write_atomically(night.folder / HTML, page)
    write_atomically(night.folder / PDF, report_pdf(title, heads, tiles, sections))
    write_atomically(night.folder / JSON, (json.dumps(report.data(), indent=1) + "\n").encode())
    return WrittenReport(night.folder / HTML, found.closed.wrong, report.unnamed)


class _Report:
    """Arranges; counts nothing but what it adds up for a tile."""

    def __init__(self, night: Night, found: NightFigures, language: Language) -> None:
        self._night, self._found = night, found
        self._language: Language = language
        self._t = partial(say, language)
        self._keyed, self._reader = keyed_twice(night), best_reader(night, found)
        self._outcomes: list[dict[str, Any]] = [value for _, value in night.journal.under(OUTCOME)]

    @property
    def unnamed(self) -> int:
        """Sums that are wrong, and events that were not recovered from."""
        wrong = sum(wrong for _, wrong, _ in self._found.levels.values())
        return wrong + sum(not one["recovered"] for one in self._outcomes)

    def tiles(self) -> list[tuple[str, str, str]]:
        """Count, text and style of the tiles."""
        found, journal = self._found, self._night.journal
        sums = [sum(column) for column in zip(*found.levels.values(), strict=True)]
        recovered = sum(bool(one["recovered"]) for one in self._outcomes)
        facts = (
            ("stations", found.arrived, found.stations, "ok"),
            ("known", found.closed.n - found.closed.wrong, found.written, "ok"),
            ("silent", found.closed.wrong, found.closed.n, "bad" if found.closed.wrong else "ok"),
            ("sums", sums[1], sum(sums), "bad" if sums[1] else "ok"),
            ("events", recovered, len(self._outcomes), "ok" if recovered == len(self._outcomes) else "look"),
        )
        tiles = [(self._f(count), self._t(f"tile_{name}", n=self._f(n)), style) for name, count, n, style in facts]
        surprises, commands = (sum(1 for _ in journal.under(prefix)) for prefix in (SURPRISE, COMMAND))
        text = self._t("tile_surprises", n=self._f(commands))
        return [*tiles, (self._f(surprises), text, "look" if surprises else "ok")]

    def sections(self) -> Iterator[ReportSection]:
        """All parts in their order."""
        yield self._result()
        yield self._levels()
        yield self._events()
        yield self._ways()
        yield self._parts()
        yield self._cost()
        yield self._verified()
        yield self._surprises()
        yield self._assumed()

    def _f(self, count: int) -> str:
        return local(f"{count:,}", self._language)

    def _percent(self, rate: float) -> str:
        return local(percent(rate), self._language)

    def _decimal(self, value: float) -> str:
        return local(f"{value:,.2f}", self._language)

    def _section(self, name: str, says: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> ReportSection:
        return ReportSection(self._t(f"h_{name}"), says, [self._t(one) for one in head], rows)

    def _result(self) -> ReportSection:
        found = self._found

        def row(name: str, counts: NumberCounts) -> list[str]:
            bound = self._percent(counts.bound) if counts.n else "-"
            return [self._t(f"stage_{name}"), self._f(counts.n), self._f(counts.wrong), bound]

        rows = [
            row("machine", found.machine),
            [self._t("stage_review"), self._f(found.review), "-", "-"],
            [self._t("stage_unseen"), self._f(found.unseen), "-", "-"],
            row("confirmed", found.confirmed),
            row("entered", found.entered),
            row("noon", found.noon),
            row("closed", found.closed),
        ]
        says = self._t("result_how", photos=self._f(found.photos), written=self._f(found.written))
        return self._section("result", says, ("c_stage", "n", "c_wrong", "c_bound"), rows)

    def _levels(self) -> ReportSection:
        rows = [
            [
                self._t(f"level_{level}"),
                self._f(sum(self._found.levels[level])),
                *map(self._f, self._found.levels[level]),
            ]
            for level in LEVELS
        ]
        head = ("c_level", "n", "c_right", "c_off", "c_least")
        return self._section("levels", self._t("levels_how", off=self._f(self._found.off)), head, rows)

    def _events(self) -> ReportSection:
        rows: list[list[str]] = []
        for one in self._outcomes:
            kind = one["kind"]
            happened = self._t(f"event_{kind}", **one["facts"])
            did = self._t("did_sent" if kind in _SENT else f"did_{kind}", **one["facts"])
            marks = [self._mark(one[name]) for name in ("noticed", "named", "recovered")]
            rows.append([f"{happened}. {did}", *marks, one["evidence"]])
        known = {one["kind"] for one in self._outcomes}
        absent = dict.fromkeys(one.kind for one in self._night.events if one.kind not in known)
        rows += [[self._t("event_absent", kind=kind), "-", "-", "-", "-"] for kind in absent]
        head = ("c_event", "c_noticed", "c_named", "c_recovered", "c_evidence")
        return self._section("events", "", head, rows)

    def _mark(self, value: bool | None) -> str:
        return self._t("none_needed" if value is None else "yes" if value else "no")

    def _ways(self) -> ReportSection:
        found = self._found
        entries = found.entered.n + 2 * (found.closed.n - found.noon.n)
        this = OtherWay(found.closed.n, found.closed.wrong, entries)
        rows = [
            [self._t(f"way_{name}"), self._f(way.n), self._f(way.wrong), self._bound(way), self._f(way.entries),
             self._decimal(way.hours)]
            for name, way in (("this", this), ("keyed", self._keyed), ("reader", self._reader))
        ]  # fmt: skip
        head = ("c_way", "n", "c_wrong", "c_bound", "c_entries", "c_hours")
        return self._section("ways", "", head, rows)

    def _bound(self, way: OtherWay) -> str:
        return self._percent(NumberCounts(way.n, way.wrong).bound) if way.n else "-"

    def _parts(self) -> ReportSection:
        rows = [
            [self._t(f"part_{one.part}"), self._t(f"loss_{one.part}", **one.facts)]
            for one in losses(self._night, self._found, self._reader)
        ]
        return self._section("parts", "", ("c_part", "c_loss"), rows)

    def _cost(self) -> ReportSection:
        times = self._night.journal.times()
        stations = self._found.stations
        rows = [
            [
                self._t(f"step_{step}"),
                self._decimal(times[step][0] / 60),
                self._decimal(times[step][1] / 60),
                self._decimal(times[step][1] / stations),
            ]
            for step in _STEPS
            if step in times
        ]
        says = self._t("cost_how", workers=self._night.workers)
        return self._section("cost", says, ("c_step", "c_wall", "c_cpu", "c_each"), rows)

    def _verified(self) -> ReportSection:
        rows: list[list[str]] = []
        for bundle in (PAPERS, ARCHIVE):
            said: Mapping[str, Any] = self._night.journal.get(f"alone/{bundle}")
            counts: dict[str, int] = {}
            for code, _ in said["findings"]:
                counts[code] = counts.get(code, 0) + 1
            named = ", ".join(f"{code} {count}" for code, count in counts.items()) or self._t("verified_holds")
            rows.append([bundle, str(said["code"]), named])
        return self._section("verify", "", ("c_bundle", "c_code", "c_findings"), rows)

    def _surprises(self) -> ReportSection:
        rows = [
            [f"ocr-recap {' '.join(one['words'])}", str(one["code"]), (one["err"] or one["out"]).strip()[-300:]]
            for _, one in self._night.journal.under(SURPRISE)
        ]
        says = "" if rows else self._t("surprises_none")
        return self._section("surprises", says, ("c_command", "c_code", "c_said"), rows)

    def _assumed(self) -> ReportSection:
        again = sum(1 for _ in self._night.journal.under("again/"))
        presets = ", ".join(f"{name} {self._percent(share)}" for name, share in PRESETS.items())
        typing = self._t("assume_typing", careful=self._percent(typist.CAREFUL), seconds=f"{typist.SECONDS:g}")
        photos = self._t("assume_photos", presets=presets, again=again, n=self._f(self._found.photos))
        rows = [[typing], [photos], [self._t("assume_session")], [self._t("assume_disk")]]
        return self._section("assumed", "", (), rows)

    def data(self) -> dict[str, Any]:
        """The figures for programs."""
        found = asdict(self._found)
        found.pop("readings")
        ways = {"keyed_twice": asdict(self._keyed), "best_reader": asdict(self._reader)}
        return {"figures": found, "events": self._outcomes, "ways": ways, "times": self._night.journal.times()}
