"""When votes may have been counted: the dates that an officer may write on a form, as its template says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from .print_items import Identifier, Model

# Days after an election day on which a count may end, where a template does not say so: counting may go on until 12:00
# of the following day (UU 7/2017 art. 383(2) as read by MK 20/PUU-XVII/2019).
DAYS_AFTER = 1


class Election(Model):
    """The days of an election, and the numbers of the form that hold the date."""

    days: Annotated[tuple[date, ...], Field(min_length=1, max_length=20, description="election days, YYYY-MM-DD")]
    days_after: Annotated[int, Field(ge=0, le=14, description="days after it on which the count may end")] = DAYS_AFTER
    basis: str = Field(description="where these days were taken from; what has no source is by judgement")
    date_fields: tuple[Identifier, Identifier, Identifier] = Field(
        default=("date_day", "date_month", "date_year"), description="ids of the numbers of day, month and year"
    )

    def possible(self, day: date | None = None) -> tuple[date, ...]:
        """The dates that may be written, in order, each once.

        Args:
            day: election day in place of those of the template.
        """
        first = self.days if day is None else (day,)
        return tuple(sorted({d + timedelta(days=n) for d in first for n in range(self.days_after + 1)}))
