"""A statement: what somebody says the numbers of a station or an area are. Never overwritten, only superseded.

The id of a statement is the SHA-256 of its content without id and time: who says the same twice says it once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from ..records.decisions import Sha256, Time
from ..records.field_record import Frozen
from ..records.frozen import FrozenMapping
from ..records.record import JsonLine
from .areas import LevelName, level_of

Stage = Literal["count", "recap", "correction", "ruling"]
Origin = Literal["photos", "witness", "d_hasil", "typed"]
Unread = Literal["illegible", "empty", "missing"]
# Of two statements that nobody superseded the one of the later stage stands.
RANK: Final[dict[Stage, int]] = {"count": 0, "recap": 1, "correction": 2, "ruling": 3}


class Author(Frozen):
    """Who says it: name, role, and the key that signed it, if any."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Annotated[str, Field(min_length=1, max_length=60)]
    key: str | None = None


class Statement(JsonLine):
    """One line of `statements.jsonl`.

    Attributes:
        id: SHA-256 of everything but `id` and `at`.
        supersedes: id of the statement that this one takes the place of; null for a first one.
        contest: id of the level file.
        station, area: what it is about: the code of a station, or the prefix of an area; the other one is null.
        level: of the station or area.
        stage: `count` (the form of a station), `recap` (the sum of a level), `correction` (a plenary session), `ruling`
            (a session above, or a court).
        source: `photos`, `witness` (a witness's copy: shown beside, never counted), `d_hasil`, `typed`.
        origin: name of the folder of results; empty for what people typed.
        document: id of the document in that folder; empty without one.
        at: when it was said, UTC.
        by, second: who says it, and the second person that a correction needs.
        values: a number for each field, null where none is known. A field in review is not listed: nobody has said
            anything about it.
        unread: why a value is null: `illegible`, `empty` (nothing is written), `missing` (not in any photo).
        evidence: SHA-256 of the photos, or ids of the statements, that it rests on.
        pictures: names of the pictures of these photos in the folder of results.
        reason: of a correction or ruling.
        provisional: paper prevails.
    """

    schema_: Literal[1] = 1
    id: Sha256
    supersedes: Sha256 | None = None
    contest: str
    station: Annotated[str, Field(pattern=r"^[0-9]{13}$")] | None = None
    area: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10})?$")] | None = None
    level: LevelName
    stage: Stage
    source: Origin
    origin: str = ""
    document: str = ""
    at: Time
    by: Author
    second: Author | None = None
    values: FrozenMapping[str, int | None]
    unread: FrozenMapping[str, Unread]
    evidence: tuple[Sha256, ...] = ()
    pictures: tuple[str, ...] = ()
    reason: str = ""
    provisional: Literal[True] = True

    @model_validator(mode="after")
    def _hangs_together(self) -> Statement:
        if (self.station is None) == (self.area is None):
            raise ValueError("a statement is about a station or about an area")
        if level_of(self.subject) != self.level:
            raise ValueError("the level is not that of the code")
        if {name for name, value in self.values.items() if value is None} != set(self.unread):
            raise ValueError("`unread` says why for exactly the values that are null")
        if any(value is not None and value < 0 for value in self.values.values()):
            raise ValueError("a count is not below zero")
        return self

    @property
    def subject(self) -> str:
        """The code that the statement is about."""
        return self.station if self.station is not None else self.area or ""

    @property
    def is_whole(self) -> bool:
        """True when the id is that of the content: nobody edited the line."""
        return self.id == id_of(self.export())


def id_of(content: Mapping[str, Any]) -> str:
    """The id of a statement from its exported content."""
    said = {key: value for key, value in content.items() if key not in ("id", "at")}
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def state(**content: Any) -> Statement:
    """A statement from its content, with its id.

    Raises:
        pydantic.ValidationError: the content is none of a statement.
    """
    draft = Statement(id="0" * 64, **content)
    return draft.model_copy(update={"id": id_of(draft.export())})


def superseding(statement: Statement, earlier: str | None) -> Statement:
    """The same statement in the place of an earlier one."""
    copy = statement.model_copy(update={"supersedes": earlier})
    return copy.model_copy(update={"id": id_of(copy.export())})
