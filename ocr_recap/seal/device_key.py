"""Keys of devices and officials: Ed25519, made on the device; the private key is in a file that only its owner reads.

The id of a key is the one that securesystemslib gives it: the SHA-256 of the public key in canonical JSON.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..messages.errors import CannotWrite, InputUnusable, WrongUse, system_reason
from .strict_json import canonical

SIGNATURE: Final = 64  # bytes of a signature of Ed25519
_MOST_BYTES: Final = 16 << 10  # of a key file; one has less than 1 KiB


@dataclass(frozen=True)
class DeviceKey:
    """A private key and the file that holds it.

    Attributes:
        path: of the private key; the file beside it with the ending `.chain` holds the last statements (`chain.py`).
        private: the key itself.
    """

    path: Path
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 64 hexadecimal digits."""
        raw, form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return self.private.public_key().public_bytes(raw, form).hex()

    @property
    def id(self) -> str:
        """The id of the key, 64 hexadecimal digits."""
        return key_id(self.public)

    def sign(self, content: bytes) -> bytes:
        """The signature of some bytes."""
        return self.private.sign(content)


def key_id(public: str) -> str:
    """The id of a public key, from its 64 hexadecimal digits."""
    described = {"keytype": "ed25519", "keyval": {"public": public}, "scheme": "ed25519"}
    return hashlib.sha256(canonical(described)).hexdigest()


def is_signed(public: str, signature: bytes, content: bytes) -> bool:
    """Whether a signature of some bytes was made with the private key of a public key (64 hexadecimal digits)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def make_key(path: Path, passphrase: str | None = None) -> DeviceKey:
    """Make a private key in a new file that only its owner may read (mode 600).

    Args:
        path: of the new file.
        passphrase: the file is encrypted with it; None leaves it unencrypted.

    Raises:
        WrongUse: the file is there already.
        CannotWrite: it cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    secret = passphrase.encode() if passphrase else None
    lock = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise WrongUse("key_exists", path=path) from None
    except OSError as fault:
        raise CannotWrite("file_unwritable", path=path, why=system_reason(fault)) from None
    return DeviceKey(path, private)


def load_key(path: Path, passphrase: str | None = None) -> DeviceKey:
    """Read a private key.

    Raises:
        WrongUse: others may read the file, or the passphrase is missing or wrong.
        InputUnusable: the file cannot be read, or holds no private key of Ed25519.
    """
    try:
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise WrongUse("key_readable_by_others", path=path)
        with path.open("rb") as file:
            pem = file.read(_MOST_BYTES)
    except OSError as fault:
        raise InputUnusable("file_unreadable", path=path, why=system_reason(fault)) from None
    if b"ENCRYPTED" in pem and not passphrase:
        raise WrongUse("key_needs_passphrase", path=path)
    try:
        secret = passphrase.encode() if passphrase and b"ENCRYPTED" in pem else None
        private = serialization.load_pem_private_key(pem, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if passphrase and b"ENCRYPTED" in pem:
            raise WrongUse("key_passphrase_wrong", path=path) from None
        raise InputUnusable("key_unusable", path=path) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise InputUnusable("key_unusable", path=path)
    return DeviceKey(path, private)


def short(identifier: str) -> str:
    """The first 16 digits of the id of a key or a statement in groups of four, for people to compare and read aloud."""
    return " ".join(identifier[place : place + 4] for place in range(0, 16, 4))
