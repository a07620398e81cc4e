"""JSON of signed files: one canonical form is written, and nothing that two programs could read differently is taken.

The canonical form has sorted keys, no spaces, letters of all scripts as they are, whole numbers only, UTF-8.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NoReturn

from pydantic_core import from_json, to_json


class NotStrictError(ValueError):
    """A text that is not taken; `code` is one of `seal_findings.FINDINGS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def canonical(value: Any) -> bytes:
    """The canonical form of a value made of dicts, lists, texts, whole numbers, booleans and None."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def strict(content: bytes) -> Any:
    """Parse JSON.

    Raises:
        NotStrictError: it is no JSON in UTF-8 (`not_json`), a fraction (`not_canonical`), or an object
            with a key twice (`doubled_key`).
    """
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
        )
    except NotStrictError:
        raise
    except (ValueError, RecursionError):
        raise NotStrictError("not_json") from None


def plain(content: bytes) -> Any:
    """Parse JSON of records, which hold fractions; a key twice is refused all the same.

    Raises:
        NotStrictError: it is no JSON in UTF-8, or has an object with a key twice.
    """
    with suppress(ValueError):  # what pydantic wrote comes back as it was, which no key that stands twice does
        value = from_json(content)
        if to_json(value) == content.rstrip(b"\n"):
            return value
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object)
    except NotStrictError:
        raise
    except (ValueError, RecursionError):
        raise NotStrictError("not_json") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictError("doubled_key")
    return found


def _refuse(_: str) -> NoReturn:
    raise NotStrictError("not_canonical")
