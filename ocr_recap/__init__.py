"""ocr_recap turns photos of handwritten election tally forms into numbers that can be checked.

>>> from ocr_recap import Reader
>>> record = Reader().read("photo.jpg")
>>> record.fields["votes_1"].accepted      # 117, or None: use this one
"""

import logging
from importlib.metadata import version

from .corrections import apply
from .documents import Document
from .options import Options
from .reader import Reader
from .record import Record
from .template import Template, TemplateError

__all__ = ["Document", "Options", "Reader", "Record", "Template", "TemplateError", "__version__", "apply"]

__version__ = version("ocr-recap")

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library never prints
