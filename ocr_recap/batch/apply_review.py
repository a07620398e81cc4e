"""Applies the answers of filled-in tables to a folder of results: checks and logs them, and publishes again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..messages.text import one_line
from ..records.decisions import Decision, Ruling, rulings, utc
from ..records.folder import REPORT_FILE
from ..records.record import Record
from .audit import acceptance
from .publish_tables import Tables, at_work, decided, opened, write
from .review_answers import decide, read_answers


@dataclass(frozen=True)
class Applied:
    """The result of applying tables of answers.

    Attributes:
        out: the folder of results.
        new: the decisions that were added to its log.
        replaced: how many of the new decisions replace an earlier one of the same person about the same number.
        again: how many answers the log already had, with the same value, note and person.
        overruled: answers of those that do not count, since the same person decided otherwise later, or a third person
            settled the number.
        disagreements: numbers of the folder that persons decided differently and nobody settled; they are in review.
        empty: how many lines had no answer.
        notes: how many of the empty lines had a note, which is not kept.
        tables: the tables and totals of the folder.
    """

    out: Path
    new: tuple[Decision, ...]
    replaced: int
    again: int
    overruled: tuple[Decision, ...]
    disagreements: tuple[Ruling, ...]
    empty: int
    notes: int
    tables: Tables

    @property
    def report(self) -> Path:
        """The page to open first."""
        return self.out / REPORT_FILE


def apply(
    folder: str | Path,
    review: str | Path | Sequence[str | Path],
    by: str | None = None,
    accept_edits: str | None = None,
    key: str = "",
) -> Applied:
    """Take the answers of filled-in tables into a folder of results, and write its tables and report again.

    Readings and photos stay as they are. Answers are taken all or none; the same answers again change nothing. A number
    that two persons decided differently is in review, until one of them corrects himself or a third person answers.

    Args:
        folder: made by `ocr-recap read`.
        review: one or several tables with their column `verified` filled in: `review.csv`, or the workbook
            `tables.xlsx`. An answer is digits, or `kosong` or `blank` where nothing is written. Lines without an
            answer are left alone.
        by: the person who decided, where the column `by` is empty, and who accepts edits.
        accept_edits: the reason to accept files in the folder that were edited by hand; it is logged.
        key: id of the key by which the person signs these decisions (`ocr-recap seal`); empty without one.

    Raises:
        ocr_recap.batch.audit.EditedError: files that results are made from were edited, and the edits are not accepted.
        ocr_recap.messages.errors.OcrRecapError: by its class: a line, a table or the folder is wrong, another process
            uses the folder, or it cannot be written; the message names the place and the next step. No answer was
            taken.
    """
    folder = Path(folder)
    paths = [Path(review)] if isinstance(review, str | Path) else [Path(path) for path in review]
    accept = acceptance(by, accept_edits)
    with at_work(folder, accept):
        results = opened(folder, accept=accept)
        tables = [read_answers(path) for path in paths]
        forms, log = results.forms, results.log.decisions
        before = rulings(log)

        def records() -> Iterator[Record]:
            for _, settled in decided(folder, forms, before):
                yield from settled

        said = {decision.statement for decision in log}
        answers = [answer for table in tables for answer in table.filled]
        given = decide(answers, records(), forms, by, utc(), before)
        new = tuple(decision for decision in given if decision.statement not in said)
        if key:
            new = tuple(one.model_copy(update={"key": key}) if _is_by(one, by) else one for one in new)
        # A table whose notes have no answers is kept, since the notes are not in the log.
        taken = [path for path, table in zip(paths, tables, strict=True) if table.notes == 0]
        written = write(results.grown(new), taken)
    again = [decision for decision in given if decision.statement in said]
    after = rulings((*log, *new))
    idle = {decision.number for decision in written.idle}
    return Applied(
        out=folder,
        new=new,
        replaced=sum(_replaces(decision, before.get(decision.number)) for decision in new),
        again=len(again),
        overruled=tuple(decision for decision in again if _is_overruled(decision, after[decision.number])),
        disagreements=tuple(
            ruling for number, ruling in after.items() if ruling.state == "disagreement" and number not in idle
        ),
        empty=sum(table.empty for table in tables),
        notes=sum(table.notes for table in tables),
        tables=written,
    )


def _is_by(decision: Decision, person: str | None) -> bool:
    return person is not None and one_line(person).casefold() == decision.person


def _replaces(decision: Decision, ruling: Ruling | None) -> bool:
    """True when a person decides a number again."""
    return ruling is not None and any(one.person == decision.person for one in ruling.heard)


def _is_overruled(decision: Decision, ruling: Ruling) -> bool:
    """True when a logged answer is neither its person's last one nor the value that counts."""
    if any(one.statement == decision.statement for one in ruling.heard):
        return False
    return ruling.state != "decided" or ruling.last.new != decision.new
