"""A station's numbers as one QR code, and as one SMS line.

The QR code holds a signed text of its own: `OCR1:` and RFC 9285 (base 45) of the bytes that `StationCode` lists, some
240 to 290 bytes, which fit version 13 with error correction M. The SMS line is not signed: it is preliminary.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from ..forms import template as templates
from ..forms.template import Template
from ..messages.errors import TemplateError
from .device_key import SIGNATURE, DeviceKey, is_signed, key_id
from .statement import SealedStatement
from .store import PHOTOS

PREFIX: Final = "OCR1:"
SMS_PREFIX: Final = "OCR1 "
SMS_LENGTH: Final = 80
PURPOSE: Final = b"ocr-recap code v1\n"  # what is signed begins with it, so that a code is never taken for a statement
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_SHORT: Final = 8  # bytes of the hashes of roll and form in a code
_ID: Final = 16  # bytes of the ids of statement and photos in a code
_SMS: Final = re.compile(r"OCR1 ([0-9]{13}) ([0-9a-f]{4}) ((?:[0-9]+|-)(?: (?:[0-9]+|-))*) #([0-9a-f]{8})([0-9a-f]{4})")


class DamagedCodeError(ValueError):
    """A code or SMS line that is cut off or mistyped."""


@dataclass(frozen=True)
class StationCode:
    """What a QR code says, in the order of its bytes.

    Attributes:
        station: 13 digits (6 bytes).
        rehearsal: whether it is of a test run (1 byte).
        roll: the first 8 bytes of the id of the roll; zeros without one.
        template: the first 8 bytes of the hash of the form's file.
        statement: the first 16 bytes of the id of the sealed statement.
        at: time of the statement, UTC (5 bytes, seconds since 1970).
        public: the key (32 bytes).
        signature: by the key (64 bytes), of `PURPOSE` and all other bytes.
        numbers: of the counts of the form in its order; each as a base-128 integer, one more than the number, 0: none.
        photos: the first 16 bytes of the hash of each photo.
    """

    station: str
    rehearsal: bool
    roll: bytes
    template: bytes
    statement: bytes
    at: str
    public: str
    numbers: tuple[int | None, ...]
    photos: tuple[bytes, ...]
    signature: bytes = b""

    @property
    def keyid(self) -> str:
        """The id of the key."""
        return key_id(self.public)

    @property
    def signed_bytes(self) -> bytes:
        """What is signed."""
        return PURPOSE + self._before + self._after

    @property
    def content(self) -> bytes:
        """All bytes of the code."""
        return self._before + self.signature + self._after

    @property
    def _before(self) -> bytes:
        """The bytes before the signature."""
        seconds = int(datetime.strptime(self.at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
        return b"".join(
            (
                bytes((1,)),
                int(self.station).to_bytes(6, "big"),
                bytes((self.rehearsal,)),
                self.roll,
                self.template,
                self.statement,
                seconds.to_bytes(5, "big"),
                bytes.fromhex(self.public),
            )
        )

    @property
    def _after(self) -> bytes:
        """The bytes after the signature."""
        numbers = b"".join(_varint(0 if number is None else number + 1) for number in self.numbers)
        return _varint(len(self.numbers)) + numbers + _varint(len(self.photos)) + b"".join(self.photos)

    @property
    def text(self) -> str:
        """The text of the QR code."""
        return PREFIX + base45(self.content)

    @property
    def is_signed(self) -> bool:
        """Whether the signature fits."""
        return is_signed(self.public, self.signature, self.signed_bytes)

    def values(self, template: Template) -> Mapping[str, int | None] | None:
        """The numbers by field; None where the form is another one."""
        fields = counts(template)
        if not template.sha256.startswith(self.template.hex()) or len(fields) != len(self.numbers):
            return None
        return dict(zip(fields, self.numbers, strict=True))


def counts(template: Template) -> tuple[str, ...]:
    """The counts of a form, in its order."""
    return tuple(field.id for field in template.fields if field.role == "count")


def station_code(statement: SealedStatement, template: Template, key: DeviceKey) -> StationCode:
    """The code of a station's sealed statement.

    Args:
        statement: of the station.
        template: its form.
        key: that sealed it.

    Raises:
        ValueError: key or form are others.
    """
    stamp = statement.stamp
    if key.public != stamp.public or template.sha256 != statement.body["template"]["sha256"]:
        raise ValueError
    unsigned = StationCode(
        statement.area,
        stamp.rehearsal,
        bytes.fromhex(stamp.roll)[:_SHORT] if stamp.roll else bytes(_SHORT),
        bytes.fromhex(template.sha256)[:_SHORT],
        bytes.fromhex(statement.id)[:_ID],
        stamp.at,
        stamp.public,
        tuple(statement.numbers.get(field) for field in counts(template)),
        tuple(bytes.fromhex(file.sha256)[:_ID] for file in statement.subjects if file.name.startswith(f"{PHOTOS}/")),
    )
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes))


def read_code(text: str) -> StationCode:
    """Read the text of a QR code; its signature is not checked.

    Raises:
        DamagedCodeError: it is cut off, mistyped or none of ours.
    """
    if not text.startswith(PREFIX):
        raise DamagedCodeError
    code = code_of_bytes(from_base45(text.removeprefix(PREFIX).rstrip("\r\n")))
    if code.text != text.rstrip("\r\n"):
        raise DamagedCodeError
    return code


def code_of_bytes(content: bytes) -> StationCode:
    """Read the bytes of a code; its signature is not checked.

    Raises:
        DamagedCodeError: they are none.
    """
    reader = _Reader(content)
    if reader.take(1) != b"\x01":
        raise DamagedCodeError
    station = f"{int.from_bytes(reader.take(6), 'big'):013d}"
    (rehearsal,) = reader.take(1)
    roll, template, statement = reader.take(_SHORT), reader.take(_SHORT), reader.take(_ID)
    seconds = int.from_bytes(reader.take(5), "big")
    public, signature = reader.take(32).hex(), reader.take(SIGNATURE)
    numbers = tuple(number - 1 if number else None for number in (reader.varint() for _ in range(reader.varint())))
    photos = tuple(reader.take(_ID) for _ in range(reader.varint()))
    if reader.rest or len(station) != 13 or rehearsal > 1:
        raise DamagedCodeError
    try:
        at = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        raise DamagedCodeError from None
    return StationCode(station, bool(rehearsal), roll, template, statement, at, public, numbers, photos, signature)


# --- SMS --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmsNumbers:
    """What an SMS line says; nothing of it is signed.

    Attributes:
        station: 13 digits.
        template: the first 4 digits of the hash of the form's file.
        numbers: of the form's votes and totals (`summary`), as many as fit.
        statement: the first 8 digits of the id of the sealed statement.
    """

    station: str
    template: str
    numbers: tuple[int | None, ...]
    statement: str

    def values(self, template: Template) -> Mapping[str, int | None] | None:
        """The numbers by field; None where the form is another one."""
        fields = summary(template)
        if not template.sha256.startswith(self.template) or len(fields) < len(self.numbers):
            return None
        return dict(zip(fields, self.numbers, strict=False))


def summary(template: Template) -> tuple[str, ...]:
    """The counts of a form, votes and totals before all others."""
    first = [name for name in counts(template) if name.startswith("votes")]
    totals = [name for name in counts(template) if name in ("valid_total", "invalid", "grand_total")]
    return tuple(dict.fromkeys((*first, *totals, *counts(template))))


def sms_line(statement: SealedStatement, template: Template) -> str:
    """The SMS line of a station's sealed statement, at most `SMS_LENGTH` characters."""
    line = f"{SMS_PREFIX}{statement.area} {template.sha256[:4]}"
    tag = f" #{statement.id[:8]}"
    for field in summary(template):
        number = statement.numbers.get(field)
        longer = f"{line} {'-' if number is None else number}"
        if len(longer) + len(tag) + 4 > SMS_LENGTH:
            break
        line = longer
    return f"{line}{tag}{_check(line + tag)}"


def read_sms(text: str) -> SmsNumbers:
    """Read an SMS line.

    Raises:
        DamagedCodeError: it is cut off or mistyped.
    """
    line = " ".join(text.split())
    match = _SMS.fullmatch(line)
    if match is None or _check(line[:-4]) != match[5]:
        raise DamagedCodeError
    numbers = tuple(None if one == "-" else int(one) for one in match[3].split(" "))
    return SmsNumbers(match[1], match[2], numbers, match[4])


def known_values(read: StationCode | SmsNumbers) -> Mapping[str, int | None] | None:
    """The numbers of a code or SMS line by field, where its form comes with this program; None where it does not."""
    found = known_form(read)
    return found[1] if found else None


def known_form(read: StationCode | SmsNumbers) -> tuple[templates.Template, Mapping[str, int | None]] | None:
    """The form of a code or SMS line, and its numbers by field; None where the form does not come with this program."""
    for name in templates.available():
        try:
            form = templates.load(name)
            values = read.values(form)
        except TemplateError:
            continue
        if values is not None:
            return form, values
    return None


def _check(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:4]


# --- RFC 9285 and integers --------------------------------------------------------------------------------------------


def base45(content: bytes) -> str:
    """Bytes in base 45: three letters for two bytes, two for a last one."""
    letters: list[str] = []
    for place in range(0, len(content), 2):
        pair = content[place : place + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, letter = divmod(value, 45)
            letters.append(_ALPHABET[letter])
    return "".join(letters)


def from_base45(text: str) -> bytes:
    """The bytes of a text in base 45.

    Raises:
        DamagedCodeError: it is none.
    """
    content = bytearray()
    for place in range(0, len(text), 3):
        letters = text[place : place + 3]
        value = sum(_ALPHABET.find(letter) * 45**power for power, letter in enumerate(letters))
        if any(letter not in _ALPHABET for letter in letters) or len(letters) < 2:
            raise DamagedCodeError
        if value >= 1 << 8 * (len(letters) - 1):
            raise DamagedCodeError
        content += value.to_bytes(len(letters) - 1, "big")
    return bytes(content)


def _varint(number: int) -> bytes:
    """An integer in base 128, the lowest digit first; all but the last have the high bit set."""
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes((*digits, number))


class _Reader:
    """Takes bytes from the front."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            DamagedCodeError: there are less.
        """
        if len(self.rest) < count:
            raise DamagedCodeError
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def varint(self) -> int:
        """The next integer, below 2^28."""
        number = 0
        for power in range(4):
            (digit,) = self.take(1)
            number |= (digit & 127) << 7 * power
            if digit < 128:
                return number
        raise DamagedCodeError


def best_code(texts: Sequence[str]) -> str | None:
    """Of the texts that were found in a picture the one that is a code of ours; None without one."""
    return next((text for text in texts if text.startswith(PREFIX)), None)
