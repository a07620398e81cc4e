"""Exceptions that end a command: one class for each cause, each with an exit code of its own.

An error is raised by its code and data: `raise FolderBusy("folder_busy", folder=folder)`. Its text in Indonesian and
English says why, and what to do. `CATALOGUE` is the closed list of codes; the texts are those of `error_texts`,
`usage_texts` and `recap_errors`. The exit codes are documented in docs/reference/exit-codes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

from . import error_texts, recap_errors, rehearse_errors, seal_error_texts, usage_texts
from .catalog import Message, both


class OcrRecapError(Exception):
    """A command cannot start or continue. `str(error)` is the English text.

    Attributes:
        exit_code: of a command that ends with it.
        code: the cause, a key of `CATALOGUE`.
        data: of the text.
        id, en: the text in Indonesian and in English.
    """

    exit_code: ClassVar[int]

    def __init__(self, code: str, **data: Any) -> None:
        """Fill the text of a code.

        Raises:
            KeyError: the code is not in the catalogue, or its text needs data that is not given.
            TypeError: the code is one of another class.
        """
        entry = CATALOGUE[code]
        if not isinstance(self, entry.kind):
            raise TypeError(f"{code} is a code of {entry.kind.__name__}, not of {type(self).__name__}")
        text = both(entry.text, data)
        super().__init__(text["en"])
        self.code, self.data = code, data
        self.id, self.en = text["id"], text["en"]

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.code, **self.data), (), self.__dict__


class WrongUse(OcrRecapError):
    """The command as it was given cannot be carried out."""

    exit_code = 2


class InputUnusable(OcrRecapError):
    """An input does not exist, cannot be opened, or has nothing to process."""

    exit_code = 3


class TableFaulty(OcrRecapError):
    """A user's table has faults: a manifest, a list of stations, a filled-in review, a truth."""

    exit_code = 4


class FolderBusy(OcrRecapError):
    """Another process uses the folder of results."""

    exit_code = 5


class CannotWrite(OcrRecapError):
    """Results cannot be written: the disk is full, or permissions are missing."""

    exit_code = 6


class FolderDamaged(OcrRecapError):
    """Results in the folder are damaged, were edited, or are of a version that this one cannot use."""

    exit_code = 7


class WorkersFailed(OcrRecapError):
    """Worker processes do not start, or were killed."""

    exit_code = 8


class ExtraMissing(OcrRecapError):
    """An optional library that the command needs is not installed."""

    exit_code = 9


class TemplateError(OcrRecapError, ValueError):
    """A template, a level file or a mapping cannot be used."""

    exit_code = 10

    @property
    def problems(self) -> tuple[str, ...]:
        """One line each, in English: file, line, what is wrong, what to write."""
        return tuple(self.data.get("problems", (self.en,)))


class Interrupted(OcrRecapError):
    """A person stopped the command (Ctrl-C)."""

    exit_code = 130


@dataclass(frozen=True)
class CatalogueEntry:
    """A code of the catalogue: the class that it is raised by, and its text."""

    kind: type[OcrRecapError]
    text: Message


_TEXTS: Final[Mapping[type[OcrRecapError], Mapping[str, Message]]] = {
    WrongUse: {
        **usage_texts.WRONG_USE,
        **recap_errors.RECAP_WRONG_USE,
        **seal_error_texts.SEAL_WRONG_USE,
        **rehearse_errors.REHEARSE_WRONG_USE,
    },
    InputUnusable: {
        **error_texts.INPUT_UNUSABLE,
        **recap_errors.RECAP_INPUT_UNUSABLE,
        **seal_error_texts.SEAL_INPUT_UNUSABLE,
    },
    TableFaulty: error_texts.TABLE_FAULTY,
    FolderBusy: error_texts.FOLDER_BUSY,
    CannotWrite: {**error_texts.CANNOT_WRITE, **seal_error_texts.SEAL_CANNOT_WRITE},
    FolderDamaged: {
        **error_texts.FOLDER_DAMAGED,
        **recap_errors.RECAP_FOLDER_DAMAGED,
        **seal_error_texts.SEAL_FOLDER_DAMAGED,
    },
    WorkersFailed: error_texts.WORKERS_FAILED,
    ExtraMissing: {
        **error_texts.EXTRA_MISSING,
        **recap_errors.RECAP_EXTRA_MISSING,
        **seal_error_texts.SEAL_EXTRA_MISSING,
    },
    TemplateError: {
        **error_texts.TEMPLATE_FAULTY,
        **recap_errors.CONTEST_FAULTY,
        **rehearse_errors.SCRIPT_FAULTY,
    },
    Interrupted: {**error_texts.INTERRUPTED, **rehearse_errors.INTERRUPTED_REHEARSAL},
}
CATALOGUE: Final[Mapping[str, CatalogueEntry]] = {
    code: CatalogueEntry(kind, text) for kind, texts in _TEXTS.items() for code, text in texts.items()
}


def system_reason(fault: OSError) -> list[str]:
    """The system's reason as data of a message; known reasons are translated to the language of the message."""
    return [fault.strerror or type(fault).__name__]
