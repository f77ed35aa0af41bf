"""Durations as the policy writes them: their text forms, the due time they give and how a pause moves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pm_cli.core.calendar import Calendar

Pause = tuple[datetime, datetime]
"""When a clock was stopped and when it ran again."""

END_OF_DAY = time(23, 59, 59)
"""Until when a day lasts for terms in days (AMB-06)."""

_HOUR = r"(?P<hour>(?:[01]\d|2[0-3]):[0-5]\d)"


class Unit(Enum):
    """What a duration counts, or the day it names."""

    MINUTE = "minute"
    HOUR = "hour"
    WORKING_HOUR = "working hour"
    DAY = "day"
    WORKING_DAY = "working day"
    MONTH = "month"
    SAME_DAY = "same day"
    NEXT_WORKING_DAY = "next working day"
    DAY_OF_NEXT_MONTH = "of next month"
    LAST_DAY_OF_MONTH = "last day of month"


_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<count>0|[1-9]\d{0,3}) (?P<unit>minute|hour|working hour)s?",
        rf"(?P<count>[1-9]\d{{0,3}}) (?P<unit>day|working day|month)s?(?: {_HOUR})?",
        rf"(?:{_HOUR} )?(?P<unit>same day)",
        rf"{_HOUR} (?P<unit>next working day)",
        rf"(?P<count>[1-9]|[12]\d|3[01])(?:st|nd|rd|th) (?P<unit>of next month)(?: {_HOUR})?",
        rf"(?P<unit>last day of month)(?: {_HOUR})?",
    )
)
_ELAPSED = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}
_IN_WORKING_DAYS = {Unit.WORKING_DAY, Unit.NEXT_WORKING_DAY}


@dataclass(frozen=True, slots=True)
class Duration:
    """A term: so many units, or a named day; `hour` ends its last day before midnight does.

    For `10th of next month`, `count` is the day of the month.
    """

    unit: Unit
    count: int = 1
    hour: time | None = None

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read one of the text forms; raises ValueError naming them all."""
        words = " ".join(text.lower().split())
        match = next(filter(None, (form.fullmatch(words) for form in _FORMS)), None)
        if match is None:
            raise ValueError(
                _(
                    "{text!r} is not a duration; write 20 minutes, 2 hours, 4 working hours, 3 days, "
                    "2 working days, 3 months (days and months also as 3 days 17:30), same day, "
                    "17:30 same day, 17:30 next working day, 10th of next month or last day of month"
                ).format(text=text)
            )
        said = match.groupdict()
        hour = time.fromisoformat(said["hour"]) if said.get("hour") else None
        return cls(Unit(said["unit"]), int(said.get("count", 1)), hour)

    def __str__(self) -> str:
        """The canonical text, which `parse` reads back."""
        hour = f"{self.hour:%H:%M}" if self.hour else ""
        words: tuple[str, ...]
        match self.unit:
            case Unit.SAME_DAY | Unit.NEXT_WORKING_DAY:
                words = (hour, self.unit.value)
            case Unit.LAST_DAY_OF_MONTH:
                words = (self.unit.value, hour)
            case Unit.DAY_OF_NEXT_MONTH:
                words = (_ordinal(self.count), self.unit.value, hour)
            case _:
                words = (str(self.count), self.unit.value + "s" * (self.count != 1), hour)
        return " ".join(filter(None, words))


def due(duration: Duration, start: datetime, calendar: Calendar) -> datetime:
    """When a term that starts at `start` ends, in the calendar's time zone; late is strictly after (AMB-05).

    Minutes and hours run round the clock, working hours while the office is open (AMB-01). Days are counted
    from the next day on (AMB-03) and months lead to the same day number, else the month's last day (AMB-55).
    The last day ends at 23:59:59 unless the term names the hour (AMB-06); holidays do not move it (AMB-07).
    When the hour of a same day has struck, the next day's is meant (AMB-46). Raises UnknownYear.
    """
    if duration.unit in _ELAPSED:
        return calendar.local(start.astimezone(UTC) + duration.count * _ELAPSED[duration.unit])
    local = calendar.local(start)
    if duration.unit is Unit.WORKING_HOUR:
        return calendar.add_office_time(local, timedelta(hours=duration.count))
    last = _last_day(duration, local.date(), calendar)
    end = datetime.combine(last, duration.hour or END_OF_DAY, calendar.zone)
    if end < local:
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), calendar.zone)
        return due(duration, tomorrow, calendar)
    return end


def extend(
    due: datetime,
    duration: Duration,
    pauses: Iterable[Pause],
    calendar: Calendar,
    *,
    start: datetime | None = None,
) -> datetime:
    """The due time after pauses: what was left of the term when the clock stopped is left when it runs again.

    - Minutes and hours: the time of the pause is added.
    - Working hours: the office time left is left again; a night or a weekend inside a pause moves nothing.
    - Days, working days, months and named days: the day on which the clock stops is used up, the day on which
      it runs again does not count (like the day of the start, AMB-03), and the days that were left follow it,
      to the same hour. In short, the due time moves by the (working) days that begin during the pause: a stop
      and go within one day moves nothing, and anybody can check it on a wall calendar. Whoever stops on the
      last day has the rest of a day left: until the hour of the day on which the clock runs again, or of the
      next (working) day if that one is off or its hour has struck.

    A pause counts if it begins by the due time as moved so far (AMB-05); a term once missed stays missed. Of
    a pause that reaches back before `start` only the rest counts; pauses that overlap or touch count as one.
    A due time never moves back and never lies before the end of a pause that counted. Raises UnknownYear.
    """
    due = calendar.local(due)
    for begin, end in _apart(pauses, start):
        if begin > due:
            break
        due = max(due, _resumed(due, duration.unit, calendar.local(begin), calendar.local(end), calendar))
    return due


def _apart(pauses: Iterable[Pause], start: datetime | None) -> list[Pause]:
    """The pauses in order, cut off at the start and joined where they overlap or touch."""
    apart: list[Pause] = []
    for begin, end in sorted((max(begin, start or begin), end) for begin, end in pauses):
        if apart and begin <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif begin < end:
            apart.append((begin, end))
    return apart


def _resumed(due: datetime, unit: Unit, begin: datetime, end: datetime, calendar: Calendar) -> datetime:
    """The due time after one pause that began in time; all instants are local."""
    if unit in _ELAPSED:
        return calendar.local(end.astimezone(UTC) + (due.astimezone(UTC) - begin.astimezone(UTC)))
    if unit is Unit.WORKING_HOUR:
        left = timedelta(seconds=calendar.office_seconds_between(begin, due))
        return calendar.add_office_time(end, left)
    day = _day_after(unit, due, begin, end, calendar)
    return datetime.combine(day, due.time(), calendar.zone)


def _day_after(unit: Unit, due: datetime, begin: datetime, end: datetime, calendar: Calendar) -> date:
    """The last day of a term in days after one pause."""
    struck = int(end.time() > due.time())
    if unit not in _IN_WORKING_DAYS:
        left = (due.date() - begin.date()).days
        return end.date() + timedelta(days=left or struck)
    left = calendar.working_days_between(begin.date(), due.date())
    if left or struck or not calendar.is_working(end.date()):
        return calendar.add_working_days(end.date(), left or 1)
    return end.date()


def _last_day(duration: Duration, day: date, calendar: Calendar) -> date:
    """The day on which a term that starts on `day` ends."""
    match duration.unit:
        case Unit.DAY:
            return day + timedelta(days=duration.count)
        case Unit.WORKING_DAY | Unit.NEXT_WORKING_DAY:
            return calendar.add_working_days(day, duration.count)
        case Unit.MONTH:
            return _in_month(day, duration.count, day.day)
        case Unit.DAY_OF_NEXT_MONTH:
            return _in_month(day, 1, duration.count)
        case Unit.LAST_DAY_OF_MONTH:
            return _in_month(day, 0, 31)
        case _:
            return day


def _in_month(day: date, later: int, number: int) -> date:
    """A day number in the month so many months later, or that month's last day."""
    months = day.year * 12 + day.month + later
    last = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(number, last.day))


def _ordinal(number: int) -> str:
    ending = "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
