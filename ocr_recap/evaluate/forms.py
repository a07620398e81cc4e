"""Templates by id, each loaded at its first use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..forms import template
from ..forms.template import Template
from ..messages.errors import TemplateError
from ..records.folder import TEMPLATES


class Forms(Mapping[str, Template]):
    """The package's own templates, those of files, and those in a folder of results with other ids."""

    def __init__(self, files: Iterable[str] = (), results: Path | None = None) -> None:
        """Load the templates of files; others are loaded at their first use.

        Args:
            files: paths of template files.
            results: a folder of results.

        Raises:
            ocr_recap.messages.errors.TemplateError: a file is no template.
        """
        self._loaded = {form.id: form for form in map(template.load, files)}
        beside = sorted((results / TEMPLATES).glob("*.yaml")) if results else ()
        self._known: dict[str, str | Path] = {
            **{path.stem: path for path in beside},
            **{name: name for name in (*template.available(), *self._loaded)},
        }

    def __getitem__(self, name: str) -> Template:
        if name not in self._loaded:
            place = self._known[name]
            try:
                self._loaded[name] = template.load(place)
            except TemplateError:
                if not isinstance(place, Path):
                    raise
                raise KeyError(name) from None  # this version cannot load it
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
