"""A person's browser: one session with the server of a desk, over HTTP."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any, Final

from .server import ServerProcess

_TRIES: Final = 40  # of a request that is told to wait, or meets a server that starts again; by judgement
_WAIT: Final = 0.5  # seconds between them
_TOO_MANY: Final = 429  # requests
_BUSY: Final = 409  # where results are made: another process works in the folder
_PUBLISH: Final = "/publish"
_JSON: Final = {"Accept": "application/json"}


class RefusedRequest(Exception):
    """The server refused a request.

    Attributes:
        status: of HTTP.
        text: of the answer.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:300]}")
        self.status, self.text = status, text


class PersonalBrowser:
    """A browser that has opened a personal link.

    Args:
        server: that it speaks with.
        secret: the end of the link.
    """

    def __init__(self, server: ServerProcess, secret: str) -> None:
        self._server = server
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _Stays())
        self.get(f"/enter/{secret}")

    def get(self, path: str) -> str:
        """A page.

        Raises:
            RefusedRequest: it is refused.
        """
        return self._ask(urllib.request.Request(self._server.base + path))

    def get_bytes_of(self, path: str) -> int:
        """Load a picture; its size in bytes, 0 where there is none."""
        try:
            return len(self.get(path))
        except RefusedRequest:
            return 0

    def get_json(self, path: str) -> Any:
        """Data for a page's script.

        Raises:
            RefusedRequest: it is refused.
        """
        return json.loads(self._ask(urllib.request.Request(self._server.base + path, headers=_JSON)))

    def post(self, path: str, fields: Mapping[str, str] | None = None) -> str:
        """Send a form.

        Raises:
            RefusedRequest: it is refused.
        """
        body = urllib.parse.urlencode(fields or {}).encode()
        return self._ask(urllib.request.Request(self._server.base + path, body, self._own))

    def upload(self, path: str, name: str, content: bytes) -> str:
        """Send a photo.

        Raises:
            RefusedRequest: it is refused.
        """
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n'
        body = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + content + f"\r\n--{mark}--\r\n".encode()
        headers = {**self._own, "Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._ask(urllib.request.Request(self._server.base + path, body, headers))

    @property
    def _own(self) -> dict[str, str]:
        return {"Origin": self._server.base, **_JSON}

    def _ask(self, request: urllib.request.Request) -> str:
        for left in range(_TRIES, 0, -1):
            try:
                with self._opener.open(request, timeout=600) as answer:
                    return answer.read().decode("utf-8", "replace")
            except urllib.error.HTTPError as fault:
                text = fault.read().decode("utf-8", "replace")
                if fault.code in (301, 302, 303):
                    return text
                later = fault.code == _TOO_MANY or (fault.code == _BUSY and request.selector.endswith(_PUBLISH))
                if not later or left == 1:
                    raise RefusedRequest(fault.code, text) from None
            time.sleep(_WAIT)
        raise AssertionError("unreachable")


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what a form answers is known, and the page behind it is not looked at."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Follow nothing."""
        return None
