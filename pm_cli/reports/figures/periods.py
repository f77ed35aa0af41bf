"""Periods that figures cover, from a day to a year: how people write them, which came before, which a year ago."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.core.times import parse_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from pm_cli.core.times import When

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole local days from `first` to `last`; `name` is how it is written (`2026-11-21`, `2026-W47`)."""

    rhythm: Rhythm
    name: str
    first: date
    last: date

    @property
    def before(self) -> Period:
        """The period of the same rhythm that ended when this one began."""
        return self.rhythm.around(self.first - ONE_DAY)

    @property
    def year_before(self) -> Period:
        """The period of the same rhythm around the same day of the year before."""
        return self.rhythm.around(self.first.replace(year=self.first.year - 1, day=min(self.first.day, 28)))

    def parts(self, rhythm: Rhythm) -> Iterator[Period]:
        """The periods of a shorter rhythm within it, in order; the first and last cut off at its own ends."""
        part = rhythm.around(self.first)
        while part.first <= self.last:
            yield replace(part, first=max(part.first, self.first), last=min(part.last, self.last))
            part = rhythm.around(part.last + ONE_DAY)

    @property
    def plain(self) -> dict[str, str]:
        """What JSON says of it."""
        return {"rhythm": self.rhythm.name, "name": self.name, "from": f"{self.first}", "to": f"{self.last}"}

    def days(self) -> Iterator[date]:
        """Its days in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * ONE_DAY

    def begins(self, zone: tzinfo) -> int:
        """Its first second, since the epoch."""
        return midnight(self.first, zone)

    def ends(self, zone: tzinfo) -> int:
        """The first second after it, since the epoch."""
        return midnight(self.last + ONE_DAY, zone)


@dataclass(frozen=True)
class Rhythm:
    """How often a report is due: its name, the period around a day, its written form if it has one of its own."""

    name: str
    around: Callable[[date], Period]
    written: Callable[[str], date | None]

    def parse(self, text: str, when: When) -> Period:
        """The period somebody wrote, or the one around a day as people type days; raises ValueError."""
        named = self.written(text.strip())
        return self.around(named or parse_day(text, when))


def midnight(day: date, zone: tzinfo) -> int:
    """The second at which a local day begins, since the epoch."""
    return int(datetime.combine(day, time(), zone).timestamp())


def _day(day: date) -> Period:
    return Period(DAY, day.isoformat(), day, day)


def _week(day: date) -> Period:
    year, number, weekday = day.isocalendar()
    monday = day - (weekday - 1) * ONE_DAY
    return Period(WEEK, f"{year}-W{number:02}", monday, monday + 6 * ONE_DAY)


def _month(day: date) -> Period:
    first = day.replace(day=1)
    return Period(MONTH, f"{day:%Y-%m}", first, (first + 31 * ONE_DAY).replace(day=1) - ONE_DAY)


def _quarter(day: date) -> Period:
    number = (day.month + 2) // 3
    first = date(day.year, 3 * number - 2, 1)
    return Period(QUARTER, f"{day.year}-Q{number}", first, _month(first + 80 * ONE_DAY).last)


def _year(day: date) -> Period:
    return Period(YEAR, f"{day.year}", date(day.year, 1, 1), date(day.year, 12, 31))


def between(first: date, last: date) -> Period:
    """Any stretch of days; the one before it is as long."""
    length = last - first
    rhythm = Rhythm("days", lambda day: between(day - length, day), lambda _text: None)
    return Period(rhythm, f"{first} - {last}", first, last)


def _written_month(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    return date(int(match[1]), int(match[2]), 1) if match else None


def _written_quarter(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text)
    return date(int(match[1]), 3 * int(match[2]), 1) if match else None


def _written_year(text: str) -> date | None:
    return date(int(text), 1, 1) if re.fullmatch(r"[1-9]\d{3}", text) else None


def _written_week(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text)
    if match is None:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise ValueError(_("{text!r} is not a week; write 2026-W47, or any day of it").format(text=text)) from None


DAY = Rhythm("day", _day, lambda _text: None)
WEEK = Rhythm("week", _week, _written_week)
MONTH = Rhythm("month", _month, _written_month)
QUARTER = Rhythm("quarter", _quarter, _written_quarter)
YEAR = Rhythm("year", _year, _written_year)
