"""A figure that somebody in the office alters: in a bare folder of results, and in the folder that received bundles."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field

from ...records.checksum_list import list_of, listed, sha256_of
from ..commands import CommandRun
from ..night import REGENCY, STATIONS, Night
from ..steps.adding import STEP
from ..steps.devices import copied, laptop_of
from .event import Event, EventOutcome, Moment

_FIELD: Final = "votes_2"
_DOCUMENTS: Final = "documents.jsonl"
_SEALED_DOCUMENTS: Final = "sealed/data/**/document-*.json"  # of stations, in the folder that received bundles
_REFUSED: Final = 1  # exit code where statements do not hold, or stations are in conflict
_DAMAGED: Final = 7  # exit code of `FolderDamaged`
_COPY: Final = "altered"  # folder of the copies in which the figure is altered


class AlteredFigure(Event):
    """Votes are added to a station, three times, each in a copy, so that the night goes on with the right number.

    `plain`: in the results of a laptop, which are added up beside what was received. `careful`: the same, and the
    list of hashes is made anew, so that only the sealed statement contradicts it. `sealed`: in the folder that
    received the bundles.
    """

    kind: str = "altered_figure"
    votes: int = Field(100, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"noon"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Alter the figure, and add up."""
        villages = night.world.offline()
        if not villages or night.happened(self.kind):
            return
        results = laptop_of(villages[0]).results
        station = self._altered(night, results, "plain", lambda folder: None)
        plain = self._added(night, "plain", REGENCY, f"{_COPY}/plain")
        self._altered(night, results, "careful", _list_again)
        careful = self._added(night, "careful", REGENCY, f"{_COPY}/careful")
        self._alter_sealed(night, station)
        sealed = self._added(night, "sealed", f"{_COPY}/sealed")
        noticed = [
            plain.code == _DAMAGED,
            careful.code == _REFUSED and station in _conflicts(night, "careful"),
            sealed.code in (_REFUSED, _DAMAGED),
        ]
        named = [noticed[0], station in careful.out, station in sealed.out + sealed.err]
        facts = {"votes": self.votes, "station": station, "unseen": noticed.count(False)}
        facts |= {"plain": plain.code, "careful": careful.code, "sealed": sealed.code}
        lines = (plain.said("not what"), careful.said("in conflict"), sealed.said("do not hold", "ocr-recap:"))
        codes = (plain.code, careful.code, sealed.code)
        evidence = " | ".join(f"exit code {code}: {line}" for code, line in zip(codes, lines, strict=True))
        night.outcome(EventOutcome(self.kind, all(noticed), all(named), all(noticed), evidence, facts))

    def _added(self, night: Night, name: str, *folders: str) -> CommandRun:
        words = ("recap", *folders, "--roll", STATIONS, "--out", f"{_COPY}/recap-{name}")
        return night.run(STEP, f"altered-{name}", *words, expect=(0, _REFUSED, _DAMAGED))

    def _altered(self, night: Night, source: str, name: str, then: Callable[[Path], None]) -> str:
        """Alter a copy of a folder of results; the station of the figure."""

        def act() -> str:
            target = night.folder / _COPY / name
            shutil.rmtree(target, ignore_errors=True)  # of a rehearsal that was ended here
            copied(night, source, f"{_COPY}/{name}")
            path = target / _DOCUMENTS
            documents = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            station = next(one["station"]["code"] for one in documents if self._add_votes(one))
            path.write_text("".join(f"{json.dumps(one)}\n" for one in documents), "utf-8")
            then(target)
            return station

        return night.journal.once(f"altered/{name}", act)

    def _alter_sealed(self, night: Night, station: str) -> None:
        """Alter the document of a station in a copy of the folder that received bundles."""
        shutil.rmtree(night.folder / _COPY / "sealed", ignore_errors=True)
        shutil.copytree(night.folder / REGENCY, night.folder / _COPY / "sealed")
        for path in sorted((night.folder / _COPY / "sealed").glob(_SEALED_DOCUMENTS)):
            document = json.loads(path.read_bytes())
            if document["station"]["code"] == station and self._add_votes(document):
                path.write_text(json.dumps(document), "utf-8")

    def _add_votes(self, document: Mapping[str, Any]) -> bool:
        """Add the votes to a document; False where it has no accepted number of them."""
        found = document["fields"].get(_FIELD)
        if not found or found["accepted"] is None:
            return False
        found["accepted"] += self.votes
        found["value"] = found["accepted"]
        return True


def _conflicts(night: Night, name: str) -> set[str]:
    """The stations in conflict by a recap."""
    path = night.folder / _COPY / f"recap-{name}" / "conflicts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["station"] for row in csv.DictReader(file)}


def _list_again(folder: Path) -> None:
    """Make the list of hashes anew, as somebody who knows of it does."""
    names = list(listed(folder))
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in names}))
