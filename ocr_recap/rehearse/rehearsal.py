"""The rehearsal from end to end: plan, draw, keys, desks, devices, sending, sums, sessions, check, report."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from ..forms.template import load
from ..messages.catalog import Language
from ..messages.errors import WrongUse
from .commands import surroundings
from .journal import RehearsalJournal
from .night import SURPRISE, Night
from .photos import draw_photos
from .ready_program import CAN_FORK, ReadyProgram
from .report import write_report
from .script import Script
from .steps.adding import add_up
from .steps.checking import check_all
from .steps.desks import work_at_desks
from .steps.devices import work_on_devices
from .steps.keys import prepare_keys
from .steps.plenary import hold_plenary
from .steps.sending import receive_evening, receive_noon, seal_desks
from .world import FORM, World, make_world

PLAN: Final = "rehearsal.json"
DRAWING: Final = "drawing"
Pages = Literal["all", "votes"]


@dataclass(frozen=True)
class RehearsalOptions:
    """What is rehearsed.

    Attributes:
        stations: how many.
        seed: the same seed gives the same regency and photos.
        pages: all pages of the form, or those with votes alone.
        longer: longer side of the photos, px.
        workers: processes that draw and read; None: one for each core.
        language: of the report and of progress.
        say: takes each line of progress; None: nobody sees it.
    """

    stations: int
    seed: int = 1
    pages: Pages = "all"
    longer: int = 2000
    workers: int | None = None
    language: Language = "id"
    say: Callable[[str], None] | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same when a rehearsal goes on."""
        return {"stations": self.stations, "seed": self.seed, "pages": self.pages, "longer": self.longer}


@dataclass(frozen=True)
class RehearsalResult:
    """What a rehearsal gave: its report, numbers silently wrong, losses that nobody named, and surprises."""

    report: Path
    silent: int
    unnamed: int
    surprises: int


def rehearse(folder: Path, script: Script, options: RehearsalOptions) -> RehearsalResult:
    """Play a night, or go on with one that was interrupted.

    Args:
        folder: of the rehearsal; it is made if necessary.
        script: the events.
        options: what is rehearsed.

    Raises:
        WrongUse: the folder holds something else, or another rehearsal.
        TemplateError: the script needs more stations than there are.
        OSError: the folder cannot be written.
    """
    world = planned(script, options)
    folder = folder.resolve()
    _claim(folder, script, options)
    journal = RehearsalJournal(folder, options.say, options.language)
    night = Night(folder, world, script.events, journal, options.workers or os.cpu_count() or 1, options.longer)
    journal.show("drawing", stations=options.stations, photos=sum(1 for _ in world.photos()))
    with journal.timed(DRAWING):
        draw_photos(folder, world, options.longer, night.workers, journal)
    with ReadyProgram(surroundings()) as program:
        night.program = program if CAN_FORK else None
        _play(night)
    figures = write_report(night, script, options.identity, options.language)
    surprises = sum(1 for _ in journal.under(SURPRISE))
    return RehearsalResult(figures.path, figures.silent, figures.unnamed, surprises)


def _play(night: Night) -> None:
    """The night, step by step."""
    prepare_keys(night)
    work_at_desks(night)
    work_on_devices(night)
    seal_desks(night)
    receive_evening(night)
    add_up(night, "evening")
    receive_noon(night)
    add_up(night, "noon")
    hold_plenary(night)
    check_all(night)


def planned(script: Script, options: RehearsalOptions) -> World:
    """The regency as the events change it.

    Raises:
        TemplateError: the script needs more stations than there are.
    """
    form = load(FORM)
    votes = {field.page for field in form.fields if field.id.startswith("votes_")}
    places = [place for place, page in enumerate(form.pages) if options.pages == "all" or page.id in votes]
    world = make_world(options.stations, options.seed, places)
    for event in script.events:
        event.plan(world)
    return world


def _claim(folder: Path, script: Script, options: RehearsalOptions) -> None:
    """Write down what is rehearsed in a folder, or compare it.

    Raises:
        WrongUse: something else is there.
    """
    plan = {**options.identity, "script": hashlib.sha256(script.text.encode()).hexdigest()}
    path = folder / PLAN
    if path.exists():
        if json.loads(path.read_bytes()) != plan:
            raise WrongUse("rehearsal_other", path=folder)
        return
    if folder.exists() and any(folder.iterdir()):
        raise WrongUse("folder_not_empty", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plan, indent=1) + "\n", "utf-8")
