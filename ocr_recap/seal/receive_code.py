"""Takes in a station whose QR code is all that arrived: the code is kept as a file, and a receipt vouches for it."""

from __future__ import annotations

from pathlib import Path

from ..messages.errors import CannotWrite, system_reason
from .check_codes import code_id
from .compact import StationCode
from .receive import trusted_roll
from .seal_results import Sealing
from .sealer import Sealer
from .statement import SealedFile
from .store import CODES, sealed_folder


def receive_code(code: StationCode, into: Path, how: Sealing) -> bool:
    """Keep a code and seal a receipt for it.

    Args:
        code: whose signature fits.
        into: folder of results, or a new one.
        how: key, roll and time of the receipt.

    Returns:
        False where it was kept before.

    Raises:
        WrongUse: there is no roll.
        FolderBusy, FolderDamaged, CannotWrite: as `receive.receive`.
    """
    store = sealed_folder(into)
    digest = code_id(code)
    name = f"{CODES}/{code.station}-{digest[:16]}.bin"
    with store.locked():
        roll = trusted_roll(store, how.roll)
        sealer = Sealer(store, how.key, roll, how.at, how.rehearsal)
        subject = SealedFile(name, digest)
        is_new = not any(subject in one.subjects for one in sealer.own)
        try:
            store.add_files({name: code.content})
        except OSError as fault:
            raise CannotWrite("file_unwritable", path=store.path, why=system_reason(fault)) from None
        if is_new:
            sealer.seal("receipt", (subject,), {"faults": [], "log": sealer.head.export(), "statements": []})
        sealer.commit()
        return is_new
