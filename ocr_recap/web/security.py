"""Guards in front of every page: the host's name, where a request comes from, sizes, rates, and headers of answers.

The server is meant for this machine or a hotspot without internet. A page of another site must not be able to use it
through a browser on the same machine: names that point here by DNS rebinding are refused by the `Host` header, and
requests from other sites by `Sec-Fetch-Site`, or by `Origin` where a browser sends no such header, as over plain HTTP.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL_BODY: Final = 64 << 10  # bytes of a form without a photo; by judgement
_SAFE: Final = frozenset({"GET", "HEAD"})
# Requests of one address in a period: a reviewer at full speed needs 2 pages and 5 pictures a second; by judgement.
_BURST, _PER_SECOND = 400.0, 60.0
_MOST_ADDRESSES: Final = 1024
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "geolocation=(), microphone=()",
}


@dataclass
class Buckets:
    """A token bucket for each address, of the addresses seen last."""

    clock: Callable[[], float] = time.monotonic
    burst: float = _BURST
    per_second: float = _PER_SECOND
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict[str, tuple[float, float]])

    def take(self, address: str) -> bool:
        """Take one token of an address; False where none is left."""
        now = self.clock()
        left, at = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_second)
        self._left[address] = (max(0.0, left - 1.0), now)
        while len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1.0


class Guard:
    """The ASGI middleware in front of every page.

    Args:
        app: that is guarded.
        hosts: names and addresses of this server, with their ports, as in `Host`.
        uploads: how many bytes may be sent to paths that end so.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], uploads: Mapping[str, int]) -> None:
        self._app, self._hosts, self._uploads = app, hosts, uploads
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on and add the headers to its answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        status = self._refused(scope, headers)
        if status:
            later = {"retry-after": "1"} if status == 429 else {}
            await PlainTextResponse(_WHY[status], status_code=status, headers=_HEADERS | later)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._most(scope) + SMALL_BODY), _with_headers(send))

    def _refused(self, scope: Scope, headers: Headers) -> int:
        """The status of a refusal; 0 for a request that may pass."""
        if headers.get("host", "").lower() not in self._hosts:
            return 421
        client = scope.get("client")
        if not self._buckets.take(client[0] if client else ""):
            return 429
        if scope["method"] not in _SAFE and not self._same_site(headers):
            return 403
        if scope["method"] not in (*_SAFE, "POST"):
            return 405
        length = headers.get("content-length", "0")
        return 413 if not length.isdecimal() or int(length) > self._most(scope) + SMALL_BODY else 0

    def _most(self, scope: Scope) -> int:
        """How many bytes may be sent to a path."""
        return next((most for ending, most in self._uploads.items() if scope["path"].endswith(ending)), SMALL_BODY)

    def _same_site(self, headers: Headers) -> bool:
        fetched = headers.get("sec-fetch-site")
        if fetched is not None:
            return fetched == "same-origin"
        origin = headers.get("origin")
        return origin is not None and urlsplit(origin).netloc.lower() in self._hosts


_WHY: Final = {
    403: "Refused: the request comes from another site. / Ditolak: permintaan datang dari situs lain.",
    405: "Refused: this method is not used here. / Ditolak: metode ini tidak dipakai di sini.",
    413: "Refused: too large. / Ditolak: terlalu besar.",
    421: "Refused: this server has another name. / Ditolak: peladen ini bernama lain.",
    429: "Too many requests: wait a moment. / Terlalu banyak permintaan: tunggu sebentar.",
}


def _bounded(receive: Receive, most: int) -> Receive:
    """The body of a request up to `most` bytes; what is beyond ends it, also without `Content-Length`."""
    got = 0

    async def bounded() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            return {"type": "http.disconnect"}
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            headers.setdefault("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        await send(message)

    return sending
