"""What the steps and events of a rehearsal share: folder, regency, truth, journal, and the commands that are run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from .commands import CommandLimits, CommandRun, run_command, run_ready
from .events.event import Event, EventOutcome, Moment
from .journal import RehearsalJournal
from .photos import draw_again, truth_file
from .ready_program import ReadyProgram
from .truth import SheetTruth, load_truth
from .world import PhotoPlan, World

ROLL: Final = "roll.json"  # of keys
STATIONS: Final = "stations.csv"  # that are expected
REGENCY: Final = "regency"  # folder that receives
STICKS: Final = "sticks"
SENT: Final = "sent"  # bundles that go over the network
RECAP: Final = "recap"
KEYS: Final = "keys"
COMMAND: Final = "command/"  # beginning of the journal's keys of commands
BEGUN: Final = "begun/"
SURPRISE: Final = "surprise/"
OUTCOME: Final = "event/"


@dataclass
class Night:
    """A rehearsal in its folder.

    Attributes:
        folder: of everything; commands run in it.
        world: the regency.
        events: of the script.
        journal: of what is done.
        workers: processes that draw and read.
        longer: longer side of photos, px.
        rates: how often some people type a number wrong.
        program: that is loaded already, and runs commands; None: every command loads it.
        forced: how many of the next numbers of some people events let them type wrong.
    """

    folder: Path
    world: World
    events: Sequence[Event]
    journal: RehearsalJournal
    workers: int = 1
    longer: int = 2000
    program: ReadyProgram | None = None
    rates: dict[str, float] = field(default_factory=dict[str, float])
    forced: dict[str, int] = field(default_factory=dict[str, int])

    def run(
        self,
        step: str,
        name: str,
        *words: object,
        expect: Sequence[int] = (0,),
        limits: CommandLimits = CommandLimits(),  # noqa: B008
    ) -> CommandRun:
        """Run a command once; on later runs what it gave then.

        A command that ends with a code that was not expected is kept as a surprise for the report, unless an earlier
        run of the rehearsal was ended while it ran.

        Args:
            step: that its time belongs to.
            name: of this run, for the journal.
            words: what is typed after `ocr-recap`.
            expect: exit codes that are no surprise.
            limits: what it meets.
        """

        begun, again = f"{BEGUN}{step}/{name}", False
        if not self.journal.has(f"{COMMAND}{step}/{name}"):
            # Ended at once, a rehearsal may not know that a command has done its work: done again, it may refuse.
            again = self.journal.has(begun)
            self.journal.keep(begun, True)

        def act() -> dict[str, Any]:
            with self.journal.timed(step):
                done = self._done([str(word) for word in words], limits)
            if done.code not in expect and not again:
                self.journal.keep(f"{SURPRISE}{step}/{name}", {"expected": list(expect), **done.export()})
            return done.export()

        return CommandRun.of(self.journal.once(f"{COMMAND}{step}/{name}", act))

    def _done(self, words: list[str], limits: CommandLimits) -> CommandRun:
        if self.program is None or limits != CommandLimits():
            return run_command(self.folder, words, limits)
        done, cpu = run_ready(self.program, self.folder, words)
        self.journal.elsewhere += cpu
        return done

    def at(self, moment: Moment, about: Any = None) -> None:
        """Let the events of a moment happen."""
        for one in self.events:
            if moment in one.acts_at:
                one.at(moment, self, about)

    def outcome(self, found: EventOutcome) -> None:
        """Keep what the system did about an event, once; further ones of the same kind are kept beside it."""
        place = sum(1 for _ in self.journal.under(f"{OUTCOME}{found.kind}/"))
        self.journal.keep(f"{OUTCOME}{found.kind}/{place}", found.export())

    def happened(self, kind: str) -> bool:
        """True when the outcome of an event is kept."""
        return self.journal.has(f"{OUTCOME}{kind}/0")

    @cached_property
    def truth(self) -> SheetTruth:
        """What is written on the drawn sheets."""
        return load_truth(self.folder, self.world)

    def take_again(self, photo_name: str) -> PhotoPlan | None:
        """Let an officer take a photo again; None where it was taken again already, or is of no station."""
        plan = next((one for one in self.world.photos() if one.name == photo_name), None)
        if plan is None:
            return None
        made = draw_again(self.folder, self.world, plan, self.longer)
        self.truth.add(truth_file(self.folder, made))
        self.journal.keep(f"again/{photo_name}", plan.preset)
        return made

    def key(self, name: str) -> str:
        """The file of a key, relative to the folder."""
        return f"{KEYS}/{name}.key"

    def rate(self, person: str, usual: float) -> float:
        """How often a person types a number wrong."""
        return self.rates.get(person, usual)
