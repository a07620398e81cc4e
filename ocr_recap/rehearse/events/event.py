"""The base of all events: what an event may change before the night, when it acts, and what it says at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args

from ...forms.print_items import Model

if TYPE_CHECKING:
    from ..night import Night
    from ..world import World

Moment = Literal[
    "roll_made",  # the roll of keys is complete
    "photos_sent",  # the phones of a district have sent their photos; `desk`
    "published",  # a desk has made results for the first time, before officers confirm; `desk`
    "answered",  # a reviewer has entered a number; `desk`, `answers`
    "before_read",  # a laptop of a village is about to read; `device`
    "before_seal",  # it is about to seal; `device`
    "phones",  # devices of single stations work
    "evening",  # the regency receives what came over the network
    "noon",  # the regency receives what came on sticks
    "added",  # the sums of the noon are made
    "plenary",  # the sessions begin
    "closed",  # all areas are closed
    "end",  # everything is verified
]
MOMENTS: Final[tuple[Moment, ...]] = get_args(Moment)


@dataclass(frozen=True)
class EventOutcome:
    """What the system did about an event.

    Attributes:
        kind: of the event.
        noticed: whether it saw that something was wrong; None where nothing had to be seen.
        named: whether it said what, in words.
        recovered: whether nothing was lost, or the loss is named.
        evidence: a line of a command's output, or a fact of a file, as it was.
        facts: data of the texts.
    """

    kind: str
    noticed: bool | None
    named: bool | None
    recovered: bool
    evidence: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def export(self) -> dict[str, Any]:
        """As data of the journal."""
        return asdict(self)


class Event(Model):
    """One line of a script. Subclasses add parameters, and override `plan` and `at`."""

    kind: str
    acts_at: ClassVar[frozenset[Moment]] = frozenset()

    def plan(self, world: World) -> None:
        """Change the regency before anything is drawn.

        Raises:
            ocr_recap.messages.errors.TemplateError: there are too few stations for it.
        """

    def at(self, moment: Moment, night: Night, about: Any) -> None:
        """Act at a moment.

        Args:
            moment: one of `acts_at`.
            night: that is played.
            about: the desk or device that the moment is about; None where it is about none.
        """
