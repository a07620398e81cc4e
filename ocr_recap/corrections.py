"""What a person wrote into `review.csv` becomes part of a folder of results: logged, checked, and shown everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .answers import decide, read_answers
from .decisions import Decision, append, latest, read_log
from .emit import REPORT_FILE
from .publish import Tables, at_work, decided, opened, write
from .record import Record


@dataclass(frozen=True)
class Applied:
    """What a table of answers came to.

    Attributes:
        out: the folder of results.
        new: the decisions that were added to its log.
        replaced: how many of them take the place of an earlier one about the same number.
        again: how many answers the log already had, in the same words by the same person.
        overruled: those of them that a later decision has replaced, which therefore do not count.
        empty: how many lines had no answer, and `notes` how many of those had a note, which is not taken.
        tables: what the folder came to.
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


def apply(folder: str | Path, review: str | Path, by: str | None = None) -> Applied:
    """Take the answers of a filled-in `review.csv` into a folder of results, and write its tables and report again.

    Readings and photos stay as they are. Answers are taken all or none; the same answers again change nothing.

    Args:
        folder: made by `ocr-recap read`.
        review: the table with its column `verified` filled in: digits, or `kosong` or `blank` where nothing is
            written. Lines without an answer are left alone.
        by: who decided, where the column `by` is empty.

    Raises:
        ocr_recap.batch.BatchError: a line, the table or the folder is wrong, or another process is at work in it; the
            message says where and what to do. No answer was taken.
    """
    folder, review = Path(folder), Path(review)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with at_work(folder):
        _, forms = opened(folder)
        answers = read_answers(review)
        log = read_log(folder)
        before = latest(log)

        def records() -> Iterator[Record]:
            for _, settled in decided(folder, forms, before):
                yield from settled

        said = {decision.statement for decision in log}
        given = decide(review, answers.filled, records(), forms, by, at)
        new = tuple(decision for decision in given if decision.statement not in said)
        append(folder, new)
        # A table with notes but no answers to go with them is not ours to replace.
        tables = write(folder, forms.values(), review if answers.notes == 0 else None)
    again = [decision for decision in given if decision.statement in said]
    overruled = tuple(decision for decision in again if before[decision.number].statement != decision.statement)
    replaced = sum(decision.number in before for decision in new)
    return Applied(folder, new, replaced, len(again), overruled, answers.empty, answers.notes, tables)
