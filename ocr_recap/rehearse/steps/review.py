"""The review work at a desk by simulated people: they claim numbers, look at pictures, type, and differ."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ...web.agreement import canonical
from ..browser import RefusedRequest
from ..night import Night
from ..typist import CAREFUL, SECONDS, typed

if TYPE_CHECKING:
    from .desks import Desk

_AT_ONCE: Final = 5  # numbers that a person does before the next one is asked; by judgement
_ROUNDS: Final = 20  # that the supervisor settles what three people see differently


@dataclass(frozen=True)
class ReviewAnswer:
    """An answer that the server has acknowledged: who gave it, to which number, and how many there were before."""

    person: str
    number: int
    place: int


def review(desk: Desk) -> None:
    """Let all reviewers work until no number waits, and the supervisor settle the rest."""
    from .desks import REVIEWERS  # noqa: PLC0415  (it imports this module)

    answered = 0
    for name in REVIEWERS:
        desk.person(name, "reviewer")
    for _ in range(_ROUNDS):
        chosen = sum(_choose_sheets(desk, name) for name in REVIEWERS)
        if chosen:
            desk.publish()  # numbers of the sheets that count wait now
        while True:
            before = answered
            for name in REVIEWERS:
                for task in desk.person(name, "reviewer").get_json("/review/claim")[:_AT_ONCE]:
                    _answer(desk, name, task)
                    answered += 1
                    desk.night.at("answered", (desk, ReviewAnswer(name, task["id"], answered)))
            if answered == before:
                break
        desk.publish()
        if not _settle(desk) and not chosen:
            return


def _choose_sheets(desk: Desk, name: str) -> int:
    """Let a reviewer say which sheets count, until no question about sheets waits; how many answers there were."""
    browser, answers = desk.person(name, "reviewer"), 0
    while (task := browser.get_json("/review/sheets")) is not None:
        shown = _photos_of(desk, task["id"])
        for place in range(len(shown)):
            browser.get_bytes_of(f"/review/sheets/{task['id']}/{place + 1}.jpg")
        browser.post("/review/sheets", {"sheet": task["id"], "answer": _which_counts(desk.night, shown)})
        answers += 1
    return answers


def _photos_of(desk: Desk, sheet: str) -> list[str]:
    """The SHA-256 of the photos that a question about sheets shows."""
    with closing(sqlite3.connect(f"{desk.database.as_uri()}?mode=ro", uri=True)) as data:
        (photos,) = data.execute("SELECT photos FROM sheets WHERE uid = ?", (sheet,)).fetchone()
    return [photo[1] for photo in json.loads(photos)]


def _which_counts(night: Night, photos: Sequence[str]) -> str:
    """What a person answers who sees the photos: the number of the one whose sheet counts, `0` for neither, `=`."""
    counts = [place + 1 for place, sha256 in enumerate(photos) if night.truth.by_photo[sha256].counts]
    return "=" if len(counts) == len(photos) else str(counts[0]) if counts else "0"


def _answer(desk: Desk, name: str, task: Mapping[str, Any]) -> None:
    """Look at a picture, and type."""
    desk.person(name, "reviewer").get_bytes_of(task["pictures"]["digits"])
    number = number_of(desk, task["id"])
    text = seen_text(desk.night, number)
    forced = desk.night.forced.get(name, 0)
    rate = 1.0 if forced and text.isdigit() and not task["third"] else desk.night.rate(name, CAREFUL)
    given = typed(text, rate, desk.night.world.seed, name, number["sha256"], number["field"])
    if forced and given != text:
        desk.night.forced[name] = forced - 1
    if canonical(given, task["boxes"]) is None:
        given = text
    fields = {"task": str(task["id"]), "text": given, "seconds": str(SECONDS)}
    desk.person(name, "reviewer").post("/review/answer", fields)


def number_of(desk: Desk, task: int) -> dict[str, Any]:
    """Which number of which photo a picture is of."""
    with closing(sqlite3.connect(f"{desk.database.as_uri()}?mode=ro", uri=True)) as data:
        data.row_factory = sqlite3.Row
        return dict(data.execute("SELECT sha256, field, page, boxes FROM numbers WHERE id = ?", (task,)).fetchone())


def seen_text(night: Night, number: Mapping[str, Any]) -> str:
    """What a person reads in the picture of a number; a text that no box holds cannot be read."""
    text = night.truth.seen(number["sha256"], number["field"])
    return text if canonical(text, number["boxes"]) is not None else "?"


def _settle(desk: Desk) -> int:
    """Settle numbers that three people see differently, as the supervisor; how many there were."""
    page = desk.supervisor().get("/office")
    tasks = sorted({int(task) for task in re.findall(r'action="/office/settle/(\d+)"', page)})
    for task in tasks:
        try:
            text = seen_text(desk.night, number_of(desk, task))
            desk.supervisor().post(f"/office/settle/{task}", {"text": text})
        except RefusedRequest:
            continue  # settled meanwhile
    return len(tasks)
