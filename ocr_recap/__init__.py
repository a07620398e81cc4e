"""ocr_recap turns photos of handwritten election tally forms into numbers that can be checked.

>>> from ocr_recap import Reader
>>> record = Reader().read("photo.jpg")
>>> record.fields["votes_1"].accepted      # 117, or None: use this one

or, for many photos into a folder of results,

>>> from ocr_recap import run_batch
>>> run_batch(["photos"], "results").to_rows()

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
    from .batch.options import BatchOptions
    from .batch.run import BatchResult
    from .batch.run import run as run_batch
    from .forms.template import Template
    from .messages.errors import OcrRecapError, TemplateError
    from .read.check import PhotoCheck
    from .read.reader import Reader
    from .read.workers.limits import Limits
    from .records.document import Document
    from .records.options import Options
    from .records.record import Record
    from .report.notebook_picture import Picture

__all__ = [
    "BatchOptions",
    "BatchResult",
    "Document",
    "Limits",
    "OcrRecapError",
    "Options",
    "PhotoCheck",
    "Picture",
    "Reader",
    "Record",
    "Template",
    "TemplateError",
    "__version__",
    "apply",
    "run_batch",
]

__version__ = version("ocr-recap")

# Where each name is defined: module and name.
_HOMES: Final = {
    "BatchOptions": ("batch.options", "BatchOptions"),
    "BatchResult": ("batch.run", "BatchResult"),
    "Document": ("records.document", "Document"),
    "Limits": ("read.workers.limits", "Limits"),
    "OcrRecapError": ("messages.errors", "OcrRecapError"),
    "Options": ("records.options", "Options"),
    "PhotoCheck": ("read.check", "PhotoCheck"),
    "Picture": ("report.notebook_picture", "Picture"),
    "Reader": ("read.reader", "Reader"),
    "Record": ("records.record", "Record"),
    "Template": ("forms.template", "Template"),
    "TemplateError": ("messages.errors", "TemplateError"),
    "apply": ("batch.apply_review", "apply"),
    "run_batch": ("batch.run", "run"),
}

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library never prints


def __getattr__(name: str) -> Any:
    """A public name, from the module that holds it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, defined = _HOMES[name]
    return getattr(import_module(f".{module}", __name__), defined)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
