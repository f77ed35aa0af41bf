"""The working calendar: which days are worked and when the office is open, from each year's exceptions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

Windows = tuple[tuple[timedelta, timedelta], ...]
"""When the office opens and closes on one day, counted from midnight."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WINDOW = r"([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)"
_WINDOWS = re.compile(rf"{_WINDOW}(, *{_WINDOW})*", re.ASCII)
_NOTHING = timedelta()


class PmCalendarError(LedgerTrouble):
    """The calendar cannot answer."""


class UnknownYear(PmCalendarError):
    """The days of `year` are not known yet, so nothing that depends on them may be guessed."""

    def __init__(self, year: int) -> None:
        super().__init__(
            _("There is no calendar for {year}.").format(year=year),
            _("Add calendar/{year}.yaml with the days of the State Council notice.").format(year=year),
        )
        self.year = year


class BadCalendar(PmCalendarError):
    """A calendar file says something that cannot be."""

    def __init__(self, file: object, what: str) -> None:
        super().__init__(f"calendar/{file}.yaml: {what}")


class Calendar:
    """Working days and office hours of one ledger; a year is read when it is first asked about (AMB-02)."""

    def __init__(self, years: Mapping[int, Mapping[str, Any]], office: Mapping[str, Any], tz: tzinfo) -> None:
        self.zone = tz
        self._entries = years
        self._hours = office
        self._years: dict[int, _Year] = {}
        self._opened: dict[int, list[timedelta]] = {}

    @classmethod
    def from_data(cls, years: Mapping[Any, Mapping[str, Any]], office: Mapping[str, Any], tz: tzinfo) -> Calendar:
        """Build from `calendar/YEAR.yaml` by year and `calendar/office.yaml`; years and dates may be text."""
        return cls({int(year): entries for year, entries in years.items()}, office, tz)

    def to_data(self) -> dict[str, Any]:
        """The `years` and `office` of `from_data` as plain JSON data."""
        return {"years": _plain(self._entries), "office": _plain(self._hours)}

    def covers(self, year: int) -> bool:
        """Whether the days of a year are known."""
        return year in self._entries

    @property
    def first_year(self) -> int:
        """The first year with data; 0 if there is none."""
        return min(self._entries, default=0)

    @property
    def last_year(self) -> int:
        """The last year with data; 0 if there is none."""
        return max(self._entries, default=0)

    def local(self, moment: datetime) -> datetime:
        """An instant in the calendar's time zone; raises ValueError if it carries no zone of its own."""
        if moment.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return moment.astimezone(self.zone)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked: Monday to Friday but for holidays, and make-up days (AMB-02)."""
        return self._year(day.year).is_working(day)

    def reason(self, day: date) -> str:
        """Why a day is off or worked: the holiday, the exchange, else the weekday."""
        year = self._year(day.year)
        if day in year.holidays:
            return year.holidays[day]
        if day in year.makeups:
            return _("make-up working day for {holiday}").format(holiday=year.makeups[day])
        return _weekday(day)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day, which itself does not count (AMB-03); n is at least 1."""
        if n < 1:
            raise ValueError("working days are counted from 1")
        year = self._year(day.year)
        index = bisect_right(year.working, day) + n - 1
        while index >= len(year.working):
            index -= len(year.working)
            year = self._year(year.number + 1)
        return year.working[index]

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days come after `a` up to and including `b`; negative if `b` is earlier."""
        if b < a:
            return -self.working_days_between(b, a)
        before_b = bisect_right(self._year(b.year).working, b)
        before_a = bisect_right(self._year(a.year).working, a)
        return sum(len(self._year(year).working) for year in range(a.year, b.year)) + before_b - before_a

    def skipped(self, start_day: date, end_day: date) -> list[tuple[date, str]]:
        """The days off after `start_day` up to and including `end_day`, each with its reason."""
        days = _days(start_day + timedelta(days=1), end_day)
        return [(day, self.reason(day)) for day in days if not self.is_working(day)]

    def office_hours(self, day: date) -> Windows:
        """When the office is open on a day; nothing on a day off, unless the day has hours of its own."""
        if day in self._office.special:
            return self._office.special[day]
        return self._office.week(day)[day.weekday()] if self.is_working(day) else ()

    def add_office_time(self, start: datetime, span: timedelta) -> datetime:
        """The earliest instant by which the office was open for `span` (not negative) since `start`."""
        if span < _NOTHING:
            raise ValueError("office time only runs forward")
        if not span:
            return self.local(start)
        wall = self.local(start).replace(tzinfo=None)
        year, goal = wall.year, self._open_until(wall) + span
        while goal > (whole := self._open_before(year)[-1]):
            year, goal = year + 1, goal - whole
        index = bisect_left(self._open_before(year), goal) - 1
        day = date(year, 1, 1) + timedelta(days=index)
        moment = _reach(self.office_hours(day), goal - self._open_before(year)[index])
        return (datetime.combine(day, time()) + moment).replace(tzinfo=self.zone)

    def office_seconds_between(self, a: datetime, b: datetime) -> float:
        """Seconds the office is open from `a` to `b`; negative if `b` is earlier."""
        if b < a:
            return -self.office_seconds_between(b, a)
        from_, to = (self.local(moment).replace(tzinfo=None) for moment in (a, b))
        years = sum((self._open_before(year)[-1] for year in range(from_.year, to.year)), _NOTHING)
        return (years + self._open_until(to) - self._open_until(from_)).total_seconds()

    def _open_until(self, wall: datetime) -> timedelta:
        """Office time from New Year to a local time."""
        day = wall.date()
        clock = wall - datetime.combine(day, time())
        today = sum((max(min(clock, closes) - opens, _NOTHING) for opens, closes in self.office_hours(day)), _NOTHING)
        return self._open_before(day.year)[day.timetuple().tm_yday - 1] + today

    def _open_before(self, year: int) -> list[timedelta]:
        """Office time from New Year to the start of each day of a year and, last, to its end."""
        if year not in self._opened:
            hours = map(self.office_hours, _days(date(year, 1, 1), date(year, 12, 31)))
            spans = (sum((closes - opens for opens, closes in windows), _NOTHING) for windows in hours)
            self._opened[year] = list(accumulate(spans, initial=_NOTHING))
        return self._opened[year]

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            if number not in self._entries:
                raise UnknownYear(number)
            self._years[number] = _Year(number, self._entries[number])
        return self._years[number]

    @cached_property
    def _office(self) -> _Office:
        return _Office(self._hours)


class _Year:
    """The exception days of one year."""

    def __init__(self, number: int, entries: Mapping[str, Any]) -> None:
        self.number = number
        self.holidays = _names(number, "holidays", entries)
        self.makeups = _names(number, "working", entries)
        if both := self.holidays.keys() & self.makeups.keys():
            raise BadCalendar(number, _("{day} is both a holiday and worked").format(day=min(both)))

    def is_working(self, day: date) -> bool:
        return day in self.makeups if day.weekday() >= 5 else day not in self.holidays

    @cached_property
    def working(self) -> list[date]:
        """All working days, in order: a day's place in it is the number of working days so far."""
        return list(filter(self.is_working, _days(date(self.number, 1, 1), date(self.number, 12, 31))))


class _Office:
    """Office hours: weeks dated by the day from which they apply, and single days that differ."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        hours = _mapping("office", "hours", entries.get("hours"))
        special = _mapping("office", "special", entries.get("special"))
        weeks = {_date("office", day): _week(day, week) for day, week in hours.items()}
        self._since = sorted(weeks)
        self._weeks = [weeks[day] for day in self._since]
        self.special = {_date("office", day): _windows(windows) for day, windows in special.items()}

    def week(self, day: date) -> list[Windows]:
        """The hours of Monday to Sunday in force on a day."""
        index = bisect_right(self._since, day) - 1
        if index < 0:
            raise BadCalendar("office", _("no hours are in force on {day}").format(day=day))
        return self._weeks[index]


def _week(since: object, week: object) -> list[Windows]:
    named = _mapping("office", since, week)
    if unknown := named.keys() - {"default", *WEEKDAYS}:
        raise BadCalendar("office", _("{name} is not a weekday").format(name=min(map(str, unknown))))
    return [_windows(named.get(weekday, named.get("default", "closed"))) for weekday in WEEKDAYS]


def _windows(hours: object) -> Windows:
    text = str(hours)
    if text == "closed":
        return ()
    clocks = re.findall(r"(\d+):(\d+)", text) if _WINDOWS.fullmatch(text) else []
    edges = [timedelta(hours=int(hour), minutes=int(minute)) for hour, minute in clocks]
    if not edges or edges[-1] > timedelta(days=1) or any(a >= b for a, b in pairwise(edges)):
        reason = _("{text!r} are not hours; write 08:30-12:00, 13:30-17:30 or closed").format(text=text)
        raise BadCalendar("office", reason)
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def _reach(windows: Windows, span: timedelta) -> timedelta:
    """The time of day at which the office, open in these windows, has been open for a span."""
    (opens, closes), *later = windows
    return opens + span if span <= closes - opens else _reach(tuple(later), span - (closes - opens))


def _names(year: int, section: str, entries: Mapping[str, Any]) -> dict[date, str]:
    days = _mapping(year, section, entries.get(section))
    named = {_date(year, day): str(name or "") for day, name in days.items()}
    for day, name in named.items():
        if day.year != year:
            raise BadCalendar(year, _("{day} is in another year").format(day=day))
        if not name:
            raise BadCalendar(year, _("{day} names no holiday").format(day=day))
    return named


def _mapping(file: object, name: object, node: object) -> Mapping[Any, Any]:
    """What stands under a name; nothing if that was left empty."""
    if isinstance(node, Mapping):
        return node
    if node is None:
        return {}
    raise BadCalendar(file, _("{name} must be a mapping").format(name=name))


def _date(file: object, text: object) -> date:
    try:
        return text if isinstance(text, date) else date.fromisoformat(str(text))
    except ValueError:
        raise BadCalendar(file, _("{text} is not a date; write 2026-10-01").format(text=text)) from None


def _days(first: date, last: date) -> Iterable[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _weekday(day: date) -> str:
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return names[day.weekday()]


def _plain(node: object) -> Any:
    """A node of a YAML file without anything JSON does not know."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    return str(node) if isinstance(node, str | date) else node
