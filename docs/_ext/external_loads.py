"""What a browser would load from other hosts to show a page: scripts, styles, fonts, pictures and frames, not links."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# Attributes by which a browser loads something without being asked; of <link> only the kinds that are fetched.
_LOADING = {"src", "srcset", "poster", "data"}
_FETCHED_LINKS = {
    "stylesheet",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "icon",
    "manifest",
}
_IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^\"')\s]+", re.IGNORECASE)


class _Loads(HTMLParser):
    """Collects what a page loads from other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        kinds = set(values.get("rel", "").lower().split())
        names = _LOADING | ({"href"} if tag == "link" and kinds & _FETCHED_LINKS else set())
        self.found += [values[name] for name in sorted(names & values.keys()) if _ELSEWHERE.match(values[name])]
        self.found += _IN_STYLES.findall(values.get("style", ""))


def loads_of(page: str) -> list[str]:
    """Addresses on other hosts that a browser would load to show this HTML."""
    parser = _Loads()
    parser.feed(page)
    return parser.found + [
        match for text in re.findall(r"<style.*?</style>", page, re.DOTALL) for match in styled(text)
    ]


def styled(text: str) -> list[str]:
    """Addresses on other hosts that a style sheet would load."""
    return _IN_STYLES.findall(text)


def check(folder: Path) -> list[str]:
    """One line for each page or style sheet below `folder` and each address that it would load."""
    found = [(path, loads_of(path.read_text("utf-8"))) for path in sorted(folder.rglob("*.html"))]
    found += [(path, styled(path.read_text("utf-8"))) for path in sorted(folder.rglob("*.css"))]
    return [f"{path.relative_to(folder)}: {address}" for path, addresses in found for address in addresses]
