"""What a check found: a code of the closed list `messages.seal_findings`, its data, a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..messages.catalog import both
from ..messages.seal_findings import FINDINGS, NOTES, REFUSING


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        code: key of `FINDINGS`.
        where: the file, statement, key, station or version that it is about; for programs, with `code`.
        data: of the sentence.
    """

    code: str
    where: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_fault(self) -> bool:
        """False for what is only noted: the bundle holds all the same."""
        return self.code not in NOTES

    @property
    def refuses(self) -> bool:
        """True where nothing of a bundle is taken."""
        return self.code in REFUSING

    @property
    def sentence(self) -> Mapping[str, str]:
        """The sentence in both languages, `{"id": ..., "en": ...}`."""
        return both(FINDINGS[self.code], {"where": self.where, **self.data})

    def export(self) -> dict[str, Any]:
        """Plain JSON types."""
        level = "fault" if self.is_fault else "note"
        return {"code": self.code, "level": level, "where": self.where, "data": dict(self.data), **self.sentence}


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in a fixed order, each once: faults first, then by code and place."""
    unique = {(not one.is_fault, one.code, one.where, repr(sorted(one.data.items()))): one for one in found}
    return tuple(unique[key] for key in sorted(unique))
