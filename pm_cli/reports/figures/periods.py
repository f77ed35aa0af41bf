"""Periods that reports cover: a day, a week from Monday to Sunday; how people write them and which came before."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
