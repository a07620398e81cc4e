"""ocr_recap turns photos of handwritten election tally forms into numbers that can be checked.

>>> from ocr_recap import Reader
>>> record = Reader().read("photo.jpg")
>>> record.fields["votes_1"].accepted      # 117, or None: use this one

These names are the library's public surface. Each is imported when it is first used: `from ocr_recap import Options`
loads neither OpenCV nor the nets.
"""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .batch.apply_review import apply
    from .forms.template import Template
    from .messages.errors import TemplateError
    from .read.reader import Reader
    from .records.document import Document
    from .records.options import Options
    from .records.record import Record

__all__ = ["Document", "Options", "Reader", "Record", "Template", "TemplateError", "__version__", "apply"]

__version__ = version("ocr-recap")

_HOMES: Final = {
    "Document": "records.document",
    "Options": "records.options",
    "Reader": "read.reader",
    "Record": "records.record",
    "Template": "forms.template",
    "TemplateError": "messages.errors",
    "apply": "batch.apply_review",
}

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library never prints


def __getattr__(name: str) -> Any:
    """A public name, from the module that holds it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
