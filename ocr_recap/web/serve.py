"""Runs the server: which addresses it listens on, and the first link.

By default it listens on this machine only. With `lan` it listens on all networks of the machine, such as a phone's
hotspot, and every person needs a link of the own.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import uvicorn

from ..messages.errors import CannotWrite, FolderBusy, FolderDamaged, WrongUse, system_reason
from ..records.folder import SERVER_LOCK_FILE
from ..records.folder_guard import is_link, take_lock
from .app import application
from .office import Office
from .office_options import OfficeOptions
from .recap_office import RecapOffice, RecapOfficeOptions

FIRST: Final = "supervisor"  # name of the person with the first link
_PROBE: Final = "192.0.2.1"  # an address for documentation (RFC 5737): asking for the way to it sends nothing


@dataclass(frozen=True)
class Listening:
    """Where a server listens.

    Attributes:
        sockets: open sockets.
        address: that links begin with.
        hosts: what browsers may send in `Host`.
    """

    sockets: tuple[socket.socket, ...]
    address: str
    hosts: frozenset[str]


def listen(port: int, lan: bool) -> Listening:
    """Open the sockets of a server.

    Args:
        port: 0 chooses a free one.
        lan: whether all networks of this machine may connect.

    Raises:
        CannotWrite: the port is in use, or may not be used.
    """
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it an answer comes 40 ms late.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(("0.0.0.0" if lan else "127.0.0.1", port))
        opened.listen(128)
    except OSError as fault:
        opened.close()
        raise CannotWrite("port_unusable", port=port, why=system_reason(fault)) from None
    number = opened.getsockname()[1]
    names = ["127.0.0.1", "localhost"]
    own = own_address() if lan else None
    if own is not None:
        names.append(own)
    hosts = frozenset(f"{name}:{number}" for name in names) | (frozenset(names) if number == 80 else frozenset())
    return Listening((opened,), f"http://{own or '127.0.0.1'}:{number}", hosts)


def own_address() -> str | None:
    """This machine's address in the network; None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_PROBE, 9))
            return probe.getsockname()[0]
        except OSError:
            return None


def first_link(office: Office | RecapOffice) -> str:
    """The supervisor's link, made anew with each start of the server.

    Raises:
        WrongUse: somebody else has the supervisor's name.
    """
    person = office.people.named(FIRST)
    if person is None or person.revoked:
        if person is not None:
            raise WrongUse("person_name_taken", name=FIRST)
        secret = office.people.invite(FIRST, "supervisor")[1]
    else:
        secret = office.people.renewed(person.id, FIRST)
    return f"{office.address}/enter/{secret}"


def serve(folder: Path, options: OfficeOptions, port: int, lan: bool, ready: Callable[[str], None]) -> None:
    """Run the server until it is interrupted.

    Args:
        folder: of results.
        options: of the office.
        port: to listen on; 0 chooses a free one.
        lan: whether all networks of this machine may connect.
        ready: called with the supervisor's link when the server listens.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder or the port cannot be used.
    """
    _run(folder, lambda address: Office(folder, replace(options, address=address)), port, lan, ready)


def serve_recap(folder: Path, options: RecapOfficeOptions, port: int, lan: bool, ready: Callable[[str], None]) -> None:
    """Run the server of a plenary session until it is interrupted.

    Args:
        folder: of a recap.
        options: of its pages.
        port, lan, ready: as `serve`.

    Raises:
        ocr_recap.messages.errors.OcrRecapError: the folder or the port cannot be used.
    """
    _run(folder, lambda address: RecapOffice(folder, replace(options, address=address)), port, lan, ready)


@contextmanager
def only_server(folder: Path) -> Generator[None]:
    """Be the only server of a folder, which is made if necessary.

    The lock is the operating system's and ends with its process, however that ends. It is another one than the lock of
    the folder (`batch.lock`), so that commands can work in the folder between two steps of the server.

    Raises:
        FolderBusy: another server works in the folder.
        FolderDamaged: a link lies in the place of the lock file.
        CannotWrite: the folder cannot be written.
    """
    path = folder / SERVER_LOCK_FILE
    if is_link(path):
        raise FolderDamaged("folder_link", path=path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = take_lock(path, FolderBusy("folder_served", folder=folder))
    except OSError as fault:
        raise CannotWrite("folder_unwritable", folder=folder, why=system_reason(fault)) from None
    try:
        yield
    finally:
        lock.release()


def _run(
    folder: Path, opened: Callable[[str], Office | RecapOffice], port: int, lan: bool, ready: Callable[[str], None]
) -> None:
    """Listen, open the folder, and answer until interrupted."""
    with only_server(folder):
        _answer(opened, listen(port, lan), ready)


def _answer(opened: Callable[[str], Office | RecapOffice], listening: Listening, ready: Callable[[str], None]) -> None:
    try:
        office = opened(listening.address)
        ready(first_link(office))
        config = uvicorn.Config(
            application(office, listening.hosts),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
            limit_concurrency=200,
        )
        uvicorn.Server(config).run(sockets=list(listening.sockets))
    finally:
        for one in listening.sockets:
            one.close()
