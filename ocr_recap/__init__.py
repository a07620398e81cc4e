"""ocr_recap turns photos of handwritten election tally forms into numbers that can be checked.

>>> from ocr_recap import Reader
>>> record = Reader().read("photo.jpg")
>>> record.fields["votes_1"].accepted      # 117, or None: use this one
"""

import logging
from importlib.metadata import version

from .batch.corrections import apply
from .forms.template import Template, TemplateError
from .read.reader import Reader
from .records.documents import Document
from .records.options import Options
from .records.record import Record

__all__ = ["Document", "Options", "Reader", "Record", "Template", "TemplateError", "__version__", "apply"]

__version__ = version("ocr-recap")

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library never prints
