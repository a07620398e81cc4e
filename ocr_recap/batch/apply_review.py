"""Applies the answers of a filled-in `review.csv` to a folder of results: checks and logs them, and publishes again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..records.decisions import Decision, latest, utc
from ..records.folder import REPORT_FILE
from ..records.record import Record
from .audit import acceptance
from .publish_tables import Tables, at_work, decided, opened, write
from .review_answers import decide, read_answers


@dataclass(frozen=True)
class Applied:
    """The result of applying a table of answers.

    Attributes:
        out: the folder of results.
        new: the decisions that were added to its log.
        replaced: how many of the new decisions replace an earlier one about the same number.
        again: how many answers the log already had, with the same value, note and person.
        overruled: answers of those that a later decision has replaced, which therefore do not count.
        empty: how many lines had no answer.
        notes: how many of the empty lines had a note, which is not kept.
        tables: the tables and totals of the folder.
    """

    out: Path
    new: tuple[Decision, ...]
    replaced: int
    again: int
    overruled: tuple[Decision, ...]
    empty: int
    notes: int
    tables: Tables

    @property
    def report(self) -> Path:
        """The page to open first."""
        return self.out / REPORT_FILE


def apply(folder: str | Path, review: str | Path, by: str | None = None, accept_edits: str | None = None) -> Applied:
    """Take the answers of a filled-in `review.csv` into a folder of results, and write its tables and report again.

    Readings and photos stay as they are. Answers are taken all or none; the same answers again change nothing.

    Args:
        folder: made by `ocr-recap read`.
        review: the table with its column `verified` filled in: digits, or `kosong` or `blank` where nothing is
            written. Lines without an answer are left alone.
        by: the person who decided, where the column `by` is empty, and who accepts edits.
        accept_edits: the reason to accept files in the folder that were edited by hand; it is logged.

    Raises:
        ocr_recap.batch.audit.EditedError: files that results are made from were edited, and the edits are not accepted.
        ocr_recap.messages.errors.OcrRecapError: by its class: a line, the table or the folder is wrong, another process
            uses the folder, or it cannot be written; the message names the place and the next step. No answer was
            taken.
    """
    folder, review = Path(folder), Path(review)
    accept = acceptance(by, accept_edits)
    with at_work(folder, accept):
        results = opened(folder, accept=accept)
        answers = read_answers(review)
        forms, log = results.forms, results.log.decisions
        before = latest(log)

        def records() -> Iterator[Record]:
            for _, settled in decided(folder, forms, before):
                yield from settled

        said = {decision.statement for decision in log}
        given = decide(review, answers.filled, records(), forms, by, utc())
        new = tuple(decision for decision in given if decision.statement not in said)
        # A table whose notes have no answers is kept, since the notes are not in the log.
        tables = write(results.grown(new), review if answers.notes == 0 else None)
    again = [decision for decision in given if decision.statement in said]
    overruled = tuple(decision for decision in again if before[decision.number].statement != decision.statement)
    replaced = sum(decision.number in before for decision in new)
    return Applied(folder, new, replaced, len(again), overruled, answers.empty, answers.notes, tables)
