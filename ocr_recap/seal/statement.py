"""Sealed statements: an in-toto Statement v1 in a DSSE envelope, signed with Ed25519; each a line of `*.intoto.jsonl`.

What is signed are the bytes of the payload in DSSE's pre-authentication encoding. The id of a statement is the SHA-256
of its payload. Every predicate has the keys of `Stamp.export`, and those of its kind.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, get_args

from .device_key import DeviceKey, key_id
from .merkle import LogHead
from .strict_json import NotStrictError, canonical, strict

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
_PREDICATE: Final = "urn:ocr-recap:{}:v1"
Kind = Literal["station", "recap", "minutes", "decisions", "head", "receipt"]
# Which kinds of statements the holder of a role may seal.
KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "station": ("station", "decisions", "head"),
    "reviewer": ("decisions", "head"),
    "receiver": ("receipt", "decisions", "head"),
    "recap": ("recap", "receipt", "decisions", "head"),
    "plenary": ("minutes", "recap", "receipt", "decisions", "head"),
}
ROLES: Final = tuple(KINDS)
MOST_LINE: Final = 4 << 20  # bytes of a line; a station's statement has some 2 KiB; by judgement
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z")


@dataclass(frozen=True)
class SealedFile:
    """A subject of a statement: the name of a file in the folder `data/`, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Stamp:
    """What every statement says beside its content.

    Attributes:
        public: the public key that signs, 64 hexadecimal digits.
        counter: number of the statement among all of the key, from 1.
        previous: id of the key's statement before it; None for the first.
        at: time by the clock of the device, UTC.
        roll: id of the roll of keys (`KeyRoll.id`) that the device knew; None without one.
        version: the roll's version that the device knew; 0 without one.
        rehearsal: whether it is of a test run.
        tool: version of this program.
    """

    public: str
    counter: int
    previous: str | None
    at: str
    roll: str | None
    version: int
    rehearsal: bool
    tool: str

    def export(self) -> dict[str, Any]:
        """The keys that every predicate has."""
        return {
            "at": self.at,
            "device": {"counter": self.counter, "previous": self.previous, "public": self.public},
            "election": {"rehearsal": self.rehearsal, "roll": self.roll, "version": self.version},
            "tool": {"name": "ocr-recap", "version": self.tool},
        }


@dataclass(frozen=True)
class SealedStatement:
    """A statement as it was read, and its line.

    Attributes:
        line: the envelope, without the line break.
        payload: the bytes that are signed.
        signature: of `payload`, by the key `keyid`.
        keyid: id of the key, which belongs to `stamp.public`.
        kind: what it is about.
        stamp: who, when, which number.
        subjects: the files that it vouches for.
        body: the keys of its kind.
    """

    line: bytes
    payload: bytes
    signature: bytes
    keyid: str
    kind: Kind
    stamp: Stamp
    subjects: tuple[SealedFile, ...]
    body: Mapping[str, Any]

    @cached_property
    def id(self) -> str:
        """SHA-256 of the payload."""
        return hashlib.sha256(self.payload).hexdigest()

    @property
    def area(self) -> str:
        """The station code or area code that it is about; empty where it is about none."""
        return str(self.body.get("station") or self.body.get("area") or "")

    @property
    def log(self) -> LogHead | None:
        """The head of the signing key's log that it commits to."""
        said = self.body.get("log")
        return None if said is None else LogHead(said["size"], said["root"])

    @property
    def numbers(self) -> Mapping[str, int | None]:
        """The numbers of a station's statement."""
        return self.body.get("numbers", {})


def pre_authentication(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What DSSE signs: `DSSEv1`, the lengths, the type and the payload."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(key: DeviceKey, stamp: Stamp, kind: Kind, subjects: Sequence[SealedFile], body: Mapping[str, Any]) -> bytes:
    """Sign a statement.

    Args:
        key: that signs.
        stamp: of this statement.
        kind: of statement.
        subjects: files that it vouches for.
        body: the keys of its kind.

    Returns:
        The line of `*.intoto.jsonl`, without the line break.
    """
    statement = {
        "_type": STATEMENT_TYPE,
        "predicate": {**stamp.export(), **body},
        "predicateType": _PREDICATE.format(kind),
        "subject": [{"digest": {"sha256": file.sha256}, "name": file.name} for file in subjects],
    }
    payload = canonical(statement)
    signature = {"keyid": key.id, "sig": base64.b64encode(key.sign(pre_authentication(payload))).decode()}
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [signature],
    }
    return canonical(envelope)


def parse_line(line: bytes) -> SealedStatement:
    """Read a line of `*.intoto.jsonl`; its signature is not checked.

    Raises:
        NotStrictError: with the code of the finding: `not_json`, `doubled_key`, `not_canonical`, `wrong_payload_type`,
            `unknown_statement`.
    """
    if len(line) > MOST_LINE:
        raise NotStrictError("not_json")
    envelope = _in_form(line)
    if not isinstance(envelope, dict) or envelope.keys() != {"payload", "payloadType", "signatures"}:
        raise NotStrictError("unknown_statement")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise NotStrictError("wrong_payload_type")
    try:
        (signature,) = envelope["signatures"]
        payload, sig = _base64(envelope["payload"]), _base64(signature["sig"])
        keyid = str(signature["keyid"])
    except (TypeError, ValueError, KeyError):
        raise NotStrictError("unknown_statement") from None
    statement = _in_form(payload)
    try:
        return _statement(line, payload, sig, keyid, statement)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise NotStrictError("unknown_statement") from None


def _in_form(content: bytes) -> Any:
    found = strict(content)
    try:
        same = canonical(found) == content
    except ValueError:  # half of a pair of surrogates
        same = False
    if not same:
        raise NotStrictError("not_canonical")
    return found


def _base64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
    if base64.b64encode(content).decode() != text:
        raise ValueError
    return content


def _statement(line: bytes, payload: bytes, sig: bytes, keyid: str, said: dict[str, Any]) -> SealedStatement:
    """Build a statement; any value of another kind is an error.

    Raises:
        TypeError, ValueError, KeyError, AttributeError: as described.
    """
    known = {_PREDICATE.format(kind): kind for kind in get_args(Kind)}
    if said.keys() != {"_type", "predicate", "predicateType", "subject"} or said["_type"] != STATEMENT_TYPE:
        raise ValueError
    kind = known[said["predicateType"]]
    predicate = dict(said["predicate"])
    device, election, tool = predicate.pop("device"), predicate.pop("election"), predicate.pop("tool")
    previous, roll = device["previous"], election["roll"]
    stamp = Stamp(
        public=_match(_HASH, device["public"]),
        counter=_whole(device["counter"], 1),
        previous=None if previous is None else _match(_HASH, previous),
        at=_match(_TIME, predicate.pop("at")),
        roll=None if roll is None else _match(_HASH, roll),
        version=_whole(election["version"], 0),
        rehearsal=election["rehearsal"] is True,
        tool=str(tool["version"]),
    )
    if key_id(stamp.public) != keyid:
        raise ValueError
    subjects = tuple(SealedFile(str(one["name"]), _match(_HASH, one["digest"]["sha256"])) for one in said["subject"])
    _check_body(kind, predicate)
    return SealedStatement(line, payload, sig, keyid, kind, stamp, subjects, predicate)


def _check_body(kind: Kind, body: Mapping[str, Any]) -> None:
    """Check the keys of each kind that this package relies on."""
    if kind == "station":
        _match(re.compile(r"[0-9]{13}"), body["station"])
        _match(_HASH, body["template"]["sha256"])
        if body["supersedes"] is not None:
            _match(_HASH, body["supersedes"])
    if kind == "station" or "numbers" in body:
        for name, value in {**body["numbers"]}.items():
            _match(re.compile(r"[A-Za-z0-9_.-]+"), name)
            if value is not None:
                _whole(value, 0)
    if kind in ("recap", "minutes"):
        _match(re.compile(r"[0-9]{0,13}"), body["area"])
    if kind in ("head", "minutes", "receipt") or "log" in body:
        _whole(body["log"]["size"], 0)
        _match(_HASH, body["log"]["root"])
    for name in {"decisions": ("lines",), "receipt": ("statements",)}.get(kind, ()):
        for identifier in list(body[name]):
            _match(_HASH, identifier)


def _match(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError
    return text


def _whole(number: int, least: int) -> int:
    if type(number) is not int or number < least:
        raise ValueError
    return number
