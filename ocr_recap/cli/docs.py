"""`ocr-recap docs`: the pages of the documentation, without a network.

A wheel has the README and four parts of `docs/` in `ocr_recap/cli/pages/` (pyproject.toml, force-include); in a clone
they are read from `docs/`. `corrections.id.md` is the Indonesian version of `corrections.md`. Tables of contents and
the page that is generated from docstrings are on the web site only.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from ..messages import page_titles
from ..messages.catalog import Language, filled
from ..messages.errors import WrongUse
from ..messages.screens import said
from .common import LangOption, language_of, reported, similar
from .terminal import echo, show_markdown

PARTS = ("tutorial", "how-to", "reference", "explanation")  # folders of pages, in the order of the list
_README = "readme"  # name of the README as a page
_WEB_ONLY = {"index", "api"}  # pages that are left out
_API = "python -m pydoc ocr_recap.Reader"  # what stands for the page `api`, which only the web site has
# Links to other pages in Markdown, and comments in HTML.
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+?\.md)(#[\w-]+)?\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)\s]+\.(?:jpg|png)\)")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)

Pages = dict[str, dict[Language, Path]]


def docs(
    page: Annotated[
        str | None,
        typer.Argument(),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Show a page of the documentation."""
    language, known = language_of(lang), pages()
    if page is None:
        echo("\n".join(listing(known, language)))
        return
    with reported(language):
        if (name := name_of(page)) not in known:
            raise WrongUse("no_such_page", page=page, similar=similar(get_close_matches(name, known)))
        found = known[name]
    if language not in found:
        echo(said(language, "page_in_english") + "\n", err=True)
    show_markdown(for_reading(_version(found, language).read_text("utf-8"), known))


def pages() -> Pages:
    """All pages: file by language by name, in the order of the parts, then of names."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "cli" / "pages"
    root, folder = (installed, installed) if installed.is_dir() else (package.parent, package.parent / "docs")
    files = sorted(root.glob("README*.md"))
    files += [file for part in PARTS for file in sorted((folder / part).glob("*.md"))]
    found: Pages = {}
    for file in files:
        if (name := name_of(file.name)) not in _WEB_ONLY:
            found.setdefault(name, {})[_language_of(file.name)] = file
    return found


def name_of(asked: str) -> str:
    """The name of a page from a typed text or a link: `how-to/Corrections.id.md` is `corrections`."""
    return PurePosixPath(asked.replace("\\", "/")).name.lower().removesuffix(".md").removesuffix(".id")


def listing(known: Pages, language: Language) -> list[str]:
    """The list of pages: a line for each part, and below it a line for each page with its title.

    Where the list is in Indonesian, `(id)` follows the titles of pages that are too.
    """
    width = max(map(len, known)) + 2
    lines: list[str] = []
    part = ""
    for name, versions in known.items():
        file = _version(versions, language)
        if name != _README and file.parent.name != part:
            part = file.parent.name
            lines += ["", filled(page_titles.PARTS[part], language, {})]
        heading = title(file.read_text("utf-8"))
        if language == "id":
            heading = f"{heading} (id)" if "id" in versions else page_titles.TITLES.get(name, heading)
        lines.append(f"  {name:<{width}}{heading}")
    return [said(language, "one_page"), "", *lines]


def title(text: str) -> str:
    """The first heading of a page."""
    return next((line.removeprefix("# ").replace("`", "") for line in text.splitlines() if line.startswith("# ")), "")


def for_reading(text: str, known: Pages) -> str:
    """Prepare a page for a terminal.

    Links to other pages become commands that show them, pictures their descriptions; comments are removed.
    """

    def command(link: re.Match[str]) -> str:
        picture, words, target, _ = link.groups()
        name = name_of(target)
        if name == "api":
            return f"{words} (`{_API}`)"
        if picture or name not in known:
            return link[0]
        which = f" --lang {_language_of(target)}" if len(known[name]) > 1 else ""
        shown = f"`ocr-recap docs {name}{which}`"
        return shown if words == PurePosixPath(target).name else f"{words} ({shown})"

    return _PICTURE.sub(r"[\1]", _LINK.sub(command, _COMMENT.sub("", text)))


def _language_of(file: str) -> Language:
    return "id" if file.endswith(".id.md") else "en"


def _version(versions: dict[Language, Path], language: Language) -> Path:
    """The file in a language, else in the other one."""
    return versions.get(language) or next(iter(versions.values()))
