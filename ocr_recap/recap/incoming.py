"""What changed folders say, and how it joins the log: what is new, what it supersedes, what a closed area refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from ..messages.errors import FolderDamaged, WrongUse
from ..records.folder import DOCUMENTS_FILE
from .folder import STATEMENTS_FILE
from .level_file import LevelFile
from .plenary import SessionEvent, closed_area_of
from .plenary_log import read_events
from .results_reader import read_results
from .sources import RecapSource
from .statement import RANK, Statement, superseding
from .statement_log import StatementLog

WITHDRAWN = "withdrawn"  # reason of a statement about a document that is no longer among the results


@dataclass(frozen=True)
class Incoming:
    """What changed folders say.

    Attributes:
        results: statements of each folder of results, by its name; none supersedes another yet.
        recaps: the log of each recap below, by its name.
        below: the events of each recap below, by its name.
        lines: for each folder its path, the file that was read, and the line of each station in it.
        without_station, other_forms: documents that were left out.
        refused: for each folder of sealed results the stations that do not count, with the codes of what was found.
        preliminary: for each such folder the stations of which nothing but an SMS line is there.
    """

    results: dict[str, list[Statement]] = field(default_factory=dict[str, list[Statement]])
    recaps: dict[str, list[Statement]] = field(default_factory=dict[str, list[Statement]])
    below: dict[str, list[SessionEvent]] = field(default_factory=dict[str, list[SessionEvent]])
    lines: list[tuple[Path, str, Mapping[str, int]]] = field(default_factory=list[tuple[Path, str, Mapping[str, int]]])
    without_station: int = 0
    other_forms: int = 0
    refused: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict[str, dict[str, tuple[str, ...]]])
    preliminary: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def origins(self) -> frozenset[str]:
        """The names of the folders that were read."""
        return frozenset({*self.results, *self.recaps})

    @property
    def events(self) -> list[SessionEvent]:
        """The events of all recaps below, by the names of the folders."""
        return [event for name in sorted(self.below) for event in self.below[name]]

    def linked(self, log: StatementLog, closed: Mapping[str, SessionEvent]) -> tuple[list[Statement], tuple[str, ...]]:
        """What is new for a log.

        Args:
            log: that has what was said before.
            closed: the areas that are closed, with their closings.

        Returns:
            The new statements in the order of the log, and the stations whose new numbers a closed area refuses.
        """
        found: list[tuple[str, int, str, int, Statement]] = []
        frozen: set[str] = set()
        for name, said in self.results.items():
            for place, one in enumerate(_changes(said, log.of_origin(name))):
                if closed_area_of(one.subject, closed) is not None:
                    frozen.add(one.subject)
                else:
                    found.append((one.subject, RANK[one.stage], name, place, one))
        for name, said in self.recaps.items():
            theirs = {event.id for event in self.below[name]}
            ours = {code: closing for code, closing in closed.items() if closing.id not in theirs}
            for place, one in enumerate(one for one in said if one.id not in log):
                if closed_area_of(one.subject, ours) is not None:
                    frozen.add(one.subject)
                else:
                    found.append((one.subject, RANK[one.stage], name, place, one))
        found.sort(key=lambda entry: entry[:4])
        return list({entry[4].id: entry[4] for entry in found}.values()), tuple(sorted(frozen))


def read_incoming(sources: Iterable[RecapSource], contest: LevelFile) -> Incoming:
    """Read changed folders, which were checked against their lists.

    Raises:
        FolderDamaged: a file cannot be used.
        WrongUse: a recap below is of another contest.
    """
    found = Incoming()
    without = others = 0
    for source in sources:
        if source.kind == "recap":
            said, lines = _read_log(source.folder, contest)
            found.recaps[source.origin] = said
            found.below[source.origin] = read_events(source.folder)
            found.lines.append((source.folder, STATEMENTS_FILE, lines))
        elif source.kind == "sealed":
            from .sealed_reader import read_sealed  # noqa: PLC0415  (an extra)

            sealed = read_sealed(source.folder, source.origin, contest)
            found.results[source.origin], found.refused[source.origin] = sealed.statements, sealed.refused
            found.preliminary[source.origin] = sealed.preliminary
            found.lines.extend((source.folder, name, lines) for name, lines in sealed.lines.items())
            others += sealed.other_forms
        else:
            results = read_results(source.folder, source.origin, contest)
            found.results[source.origin] = results.statements
            found.lines.append((source.folder, DOCUMENTS_FILE, results.lines))
            without += len(results.without_station)
            others += results.other_forms
    return Incoming(
        found.results, found.recaps, found.below, found.lines, without, others, found.refused, found.preliminary
    )


def _read_log(folder: Path, contest: LevelFile) -> tuple[list[Statement], dict[str, int]]:
    """The log of a recap below, and the first line of each station in it."""
    path = folder / STATEMENTS_FILE
    said: list[Statement] = []
    lines: dict[str, int] = {}
    try:
        texts = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    except (OSError, UnicodeDecodeError):
        raise FolderDamaged("results_unusable", path=path) from None
    for number, line in enumerate(texts, 1):
        try:
            one = Statement.from_json(line)
        except ValidationError:
            one = None
        if one is None or not one.is_whole:
            raise FolderDamaged("statement_line", path=path, line=number)
        if one.contest != contest.id:
            raise WrongUse("other_contest", folder=folder, contest=one.contest)
        said.append(one)
        if one.station is not None:
            lines.setdefault(one.station, number)
    return said, lines


def _changes(said: Sequence[Statement], before: Sequence[Statement]) -> list[Statement]:
    """What a folder of results says now and did not say before.

    A document whose numbers or photos changed gets a statement that supersedes its earlier one; for a document that is
    gone a statement without numbers does.
    """
    standing = _standing(before)
    found: list[Statement] = []
    for one in said:
        earlier = standing.pop((one.subject, one.document), None)
        if earlier is None:
            found.append(one)
        elif superseding(one, earlier.supersedes).id != earlier.id:
            found.append(superseding(one, earlier.id))
    for earlier in standing.values():
        if earlier.reason != WITHDRAWN:
            found.append(_withdrawn(earlier))
    return found


def _standing(before: Sequence[Statement]) -> dict[tuple[str, str], Statement]:
    """The last statement of each station and document."""
    return {(one.subject, one.document): one for one in before}


def _withdrawn(earlier: Statement) -> Statement:
    update = {
        "values": dict.fromkeys(earlier.values),
        "unread": dict.fromkeys(earlier.values, "missing"),
        "evidence": (),
        "pictures": (),
        "reason": WITHDRAWN,
    }
    return superseding(earlier.model_copy(update=update), earlier.id)
