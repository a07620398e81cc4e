"""How an office works, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..messages.catalog import Language, Wording
from ..records.folder import RUN_FILE
from ..records.options import Options
from ..records.run_info import read_run
from .agreement import Entering

if TYPE_CHECKING:  # an extra
    from ..seal.device_key import DeviceKey
    from ..seal.roll import KeyRoll

_QUIET: Final = 4.0  # seconds without news after which results are made; by judgement


@dataclass(frozen=True)
class OfficeOptions:
    """How an office works.

    Attributes:
        language: of pages, until a person chooses another, and of results.
        entering: how many people enter a number.
        reading: options of reading.
        stations: the list of stations, if there is one.
        watch: a folder whose photos are taken as they arrive.
        workers: processes that read photos.
        address: that links begin with, such as `http://127.0.0.1:8000`.
        quiet: seconds without news after which results are made.
        key: that seals what desks finish, and gives receipts; None: nothing is sealed.
        key_roll: the trusted roll of keys; None: the one that the folder has.
    """

    language: Language = "id"
    entering: Entering = field(default_factory=Entering)
    reading: Options = field(default_factory=Options)
    stations: Path | None = None
    watch: Path | None = None
    workers: int = 1
    address: str = ""
    quiet: float = _QUIET
    key: DeviceKey | None = None
    key_roll: KeyRoll | None = None


@dataclass
class Standing:
    """How the office stands, for the supervisor's page.

    Attributes:
        reading: photos that wait to be read.
        changed: whether there is something that results do not have yet.
        published: when results were made last, seconds since 1970; None: never by this server.
        fault: why the last step failed; None where it did not.
    """

    reading: int = 0
    changed: bool = False
    published: float | None = None
    fault: Wording | None = None


def as_before(folder: Path, reading: Options) -> Options:
    """The options of reading, with the policy and the election day of the earlier run where none is given."""
    if not (folder / RUN_FILE).is_file():
        return reading
    before = read_run(folder).options
    kept = {name: before[name] for name in ("policy", "election_date") if before.get(name)}
    given = reading.model_dump(exclude_defaults=True)
    return Options.model_validate({**kept, **given})
