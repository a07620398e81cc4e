"""A figure that somebody in the office alters in the results that came along with a bundle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field

from ...records.checksum_list import list_of, listed, sha256_of
from ..night import STATIONS, Night
from ..steps.adding import STEP
from ..steps.devices import laptop_of
from ..steps.sending import FROM
from .event import Event, EventOutcome, Moment

_FIELD: Final = "votes_2"
_DOCUMENTS: Final = "documents.jsonl"
_DAMAGED: Final = 7  # exit code of `FolderDamaged`
_COPY: Final = "altered"  # folder of the copies in which the figure is altered


class AlteredFigure(Event):
    """Votes are added to a station's documents, once as they are, once with the list of hashes made anew.

    Both happen in copies of the folder, so that the night goes on with the right one.
    """

    kind: str = "altered_figure"
    votes: int = Field(100, ge=1)
    acts_at: ClassVar[frozenset[Moment]] = frozenset({"noon"})

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Alter the figure, and add up."""
        villages = night.world.offline()
        if not villages or night.happened(self.kind):
            return
        source = f"{FROM}/{laptop_of(villages[0]).name}"
        plain = self._tried(night, source, "plain", lambda folder: None)
        careful = self._tried(night, source, "careful", _list_again)
        refused = plain[0] == _DAMAGED
        caught = careful[0] not in (0, 1)
        facts = {"votes": self.votes, "plain": plain[0], "careful": careful[0]}
        facts["unseen"] = 0 if caught else 1
        evidence = f"exit code {plain[0]}: {plain[1]} | {careful[0]}: {careful[1]}"
        night.outcome(EventOutcome(self.kind, refused, refused, refused and caught, evidence, facts))

    def _tried(self, night: Night, source: str, name: str, then: Callable[[Path], None]) -> tuple[int, str]:
        folder = f"{_COPY}/{name}"
        target = night.folder / folder
        if not target.exists():
            shutil.copytree(night.folder / source, target)
            self._alter(target)
            then(target)
        words = ("recap", folder, "--roll", STATIONS, "--out", f"{_COPY}/recap-{name}")
        done = night.run(STEP, f"altered-{name}", *words, expect=(0, 1, _DAMAGED))
        return done.code, done.said("not what", "new statement")

    def _alter(self, folder: Path) -> None:
        """Add the votes to the first station that has an accepted number of them."""
        path = folder / _DOCUMENTS
        documents = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for one in documents:
            found = one["fields"].get(_FIELD)
            if found and found["accepted"] is not None:
                found["accepted"] += self.votes
                found["value"] = found["accepted"]
                break
        path.write_text("".join(f"{json.dumps(one)}\n" for one in documents), "utf-8")


def _list_again(folder: Path) -> None:
    """Make the list of hashes anew, as somebody who knows of it does."""
    names = list(listed(folder))
    (folder / "SHA256SUMS").write_bytes(list_of({name: sha256_of(folder / name) for name in names}))
