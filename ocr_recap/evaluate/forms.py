"""Templates by id, each loaded when it is first asked for: truth may name any of them, and usually names one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .. import template
from ..template import Template


class Forms(Mapping[str, Template]):
    """The package's own templates, and more from files."""

    def __init__(self, files: Iterable[str] = ()) -> None:
        """Load what a person names; the package's own wait.

        Raises:
            ocr_recap.template.TemplateError: a file is no template.
        """
        self._loaded = {form.id: form for form in map(template.load, files)}
        self._known = tuple(dict.fromkeys((*template.available(), *self._loaded)))

    def __getitem__(self, name: str) -> Template:
        if name not in self._known:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = template.load(name)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
