"""The text files of BagIt 1.0 (RFC 8493): declaration, information, manifests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INFO: Final = "bag-info.txt"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *]?(.+)")
_ESCAPES: Final = (("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))


def manifest_text(hashes: Mapping[str, str]) -> bytes:
    """The text of a manifest: hashes by name, sorted by name."""
    return "".join(f"{hashes[name]}  {_escaped(name)}\n" for name in sorted(hashes)).encode()


def read_manifest(content: bytes) -> Mapping[str, str] | None:
    """The hashes of a manifest by name; None where it is none, or has a name twice."""
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    found: dict[str, str] = {}
    if lines.pop() != "":
        return None
    for line in lines:
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None:
            return None
        name = _plain(match[2])
        if name in found:
            return None
        found[name] = match[1]
    return found


def info_text(entries: Mapping[str, str]) -> bytes:
    """The text of `bag-info.txt`."""
    return "".join(f"{name}: {value}\n" for name, value in entries.items()).encode()


def read_info(content: bytes) -> Mapping[str, str]:
    """The entries of `bag-info.txt` that are on one line."""
    text = content.decode("utf-8", "replace")
    return dict(line.split(": ", 1) for line in text.split("\n") if ": " in line and not line.startswith((" ", "\t")))


def _escaped(name: str) -> str:
    for code, char in reversed(_ESCAPES):
        name = name.replace(char, code)
    return name


def _plain(name: str) -> str:
    for code, char in _ESCAPES:
        name = name.replace(code, char)
    return name
