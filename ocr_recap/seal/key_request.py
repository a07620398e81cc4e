"""The request of a device or an official to be enrolled: the public key, who, which role, which stations or areas.

It is one line of JSON, short enough for a QR code, signed with the key itself, so that nobody enrols another one's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..messages.errors import InputUnusable, WrongUse, system_reason
from ..messages.text import one_line
from .device_key import DeviceKey, is_signed, key_id
from .statement import ROLES
from .strict_json import NotStrictError, canonical, strict

OFFICIAL: Final = "official"  # role of those who sign the roll
_PURPOSE: Final = b"ocr-recap key request v1\n"
_MOST_BYTES: Final = 64 << 10
_KEYS: Final = {"codes", "person", "public", "request", "role", "sig"}


@dataclass(frozen=True)
class KeyRequest:
    """A request whose signature was checked.

    Attributes:
        public: the key, 64 hexadecimal digits.
        person: who holds it.
        role: one of `ROLES`, or `official`.
        codes: stations and areas; empty for officials.
    """

    public: str
    person: str
    role: str
    codes: tuple[str, ...]

    @property
    def keyid(self) -> str:
        """The id of the key."""
        return key_id(self.public)


def make_request(key: DeviceKey, person: str, role: str, codes: tuple[str, ...]) -> bytes:
    """The line of a request.

    Raises:
        WrongUse: the person has no name, the role is unknown, or a code is none of 1 to 13 digits.
    """
    name = one_line(person)
    if not name:
        raise WrongUse("request_without_person")
    if role not in (*ROLES, OFFICIAL):
        raise WrongUse("key_role_unknown", role=role, known=", ".join((*ROLES, OFFICIAL)))
    if role != OFFICIAL and not codes:
        raise WrongUse("request_without_codes")
    for code in codes:
        check_code(code)
    said: dict[str, Any] = {
        "codes": sorted(set(codes)),
        "person": name,
        "public": key.public,
        "request": 1,
        "role": role,
    }
    return canonical({**said, "sig": key.sign(_PURPOSE + canonical(said)).hex()})


def check_code(code: str) -> None:
    """Check the code of a station or an area.

    Raises:
        WrongUse: it is not 1 to 13 digits.
    """
    if not (code.isascii() and code.isdigit() and len(code) <= 13):
        raise WrongUse("code_malformed", text=code)


def read_request(content: bytes, name: str) -> KeyRequest:
    """Read a request.

    Args:
        content: of the file, or the text of the QR code.
        name: of it, for the message.

    Raises:
        InputUnusable: it is no request, or its signature does not fit.
    """
    try:
        said = strict(content.strip())
        if said.keys() != _KEYS or said["request"] != 1 or said["role"] not in (*ROLES, OFFICIAL):
            raise ValueError
        signed = canonical({key: value for key, value in said.items() if key != "sig"})
        if not is_signed(said["public"], bytes.fromhex(said["sig"]), _PURPOSE + signed):
            raise ValueError
        codes = tuple(str(code) for code in said["codes"])
        for code in codes:
            check_code(code)
        return KeyRequest(said["public"], one_line(said["person"]), said["role"], codes)
    except (NotStrictError, WrongUse, ValueError, TypeError, KeyError, AttributeError):
        raise InputUnusable("request_unusable", path=name) from None


def load_request(path: Path) -> KeyRequest:
    """Read the file of a request.

    Raises:
        InputUnusable: it cannot be read, or is no request.
    """
    try:
        with path.open("rb") as file:
            return read_request(file.read(_MOST_BYTES), str(path))
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None


def terminal_qr(content: bytes | str, error: str = "m") -> str:
    """A text as a QR code in a terminal's characters."""
    import segno  # noqa: PLC0415  (its import takes time, and only screens need it)

    into = io.StringIO()
    segno.make_qr(content, error=error).terminal(out=into, compact=True)
    return into.getvalue()
