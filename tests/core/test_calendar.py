"""The working calendar: its data against an independent source, its arithmetic against plain counting."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pm_cli.core.calendar import BadCalendar, Calendar, UnknownYear

FOLDER = Path(__file__).parents[2] / "ledger" / "calendar"
YEARS = range(2013, 2027)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(name: str) -> dict:
    return YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yaml")


CALENDAR = Calendar.from_data({year: read(str(year)) for year in YEARS}, read("office"), SHANGHAI)

ODD_OFFICE = {
    "hours": {
        "2000-01-01": {"default": "08:30-12:00, 13:30-17:30", "wednesday": "08:30-12:00", "sunday": "closed"},
        "2026-03-02": {"default": "09:00-12:00, 13:00-18:00"},
    },
    "special": {"2026-02-13": "08:30-12:00", "2026-02-16": "10:00-11:00"},
}
ODD = Calendar.from_data({2025: read("2025"), 2026: read("2026")}, ODD_OFFICE, SHANGHAI)

days = st.dates(date(2013, 1, 1), date(2025, 12, 31))
moments = st.builds(datetime.combine, st.dates(date(2025, 12, 1), date(2026, 4, 1)), st.times(), st.just(SHANGHAI))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def off_reasons(start: str, end: str) -> list[str]:
    return [reason for _, reason in CALENDAR.skipped(date.fromisoformat(start), date.fromisoformat(end))]


# -- the shipped years ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_an_independent_source(year: int) -> None:
    """AMB-02: compiled by others from the same State Council notices, and without a single difference."""
    china = holidays.country_holidays("CN", years=[year - 1, year, year + 1])
    first = date(year, 1, 1)
    every_day = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    assert [day for day in every_day if CALENDAR.is_working(day) != china.is_working_day(day)] == []


@pytest.mark.parametrize("year", YEARS)
def test_a_year_file_says_what_it_is(year: int) -> None:
    """Make-up days are weekend days, and the notice came out in the year before."""
    entries = read(str(year))
    assert entries["year"] == year
    assert entries["announced"].year == year - 1
    assert {day.weekday() for day in entries["working"]} <= {5, 6}


def test_the_files_survive_an_edit() -> None:
    """They are edited by hand and by `pm`, in round trips that keep comments and quotes."""
    yaml = YAML()
    yaml.preserve_quotes = True
    for path in FOLDER.glob("*.yaml"):
        written = BytesIO()
        yaml.dump(yaml.load(path), written)
        assert written.getvalue() == path.read_bytes(), path.name


def test_the_years_covered() -> None:
    assert (CALENDAR.first_year, CALENDAR.last_year) == (2013, 2026)
    assert CALENDAR.covers(2026)
    assert not CALENDAR.covers(2027)
    assert Calendar.from_data({}, {}, SHANGHAI).last_year == 0


# -- days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "working", "reason"),
    [
        ("2026-10-01", False, "国庆节"),
        ("2026-10-10", True, "make-up working day for 国庆节"),
        ("2026-11-21", False, "Saturday"),
        ("2026-11-23", True, "Monday"),
    ],
)
def test_a_day_has_a_reason(day: str, working: bool, reason: str) -> None:
    """What `pm why` shows of a day (AMB-02)."""
    assert CALENDAR.is_working(date.fromisoformat(day)) is working
    assert CALENDAR.reason(date.fromisoformat(day)) == reason


def test_skipped_days_explain_a_due_date() -> None:
    """Between 30 September and its 2nd working day, 9 October, lie seven holidays."""
    assert off_reasons("2026-09-30", "2026-10-09") == ["国庆节"] * 7
    assert off_reasons("2026-11-20", "2026-11-23") == ["Saturday", "Sunday"]


def test_a_year_without_data_is_named_not_guessed() -> None:
    """Next year's arrangement comes out late in the year; until then there is no answer."""
    with pytest.raises(UnknownYear, match="2027") as caught:
        CALENDAR.add_working_days(date(2026, 12, 31), 1)
    assert caught.value.year == 2027
    assert "calendar/2027.yaml" in caught.value.hint
    for ask in (CALENDAR.is_working, CALENDAR.reason, CALENDAR.office_hours):
        with pytest.raises(UnknownYear):
            ask(date(2027, 1, 1))
    with pytest.raises(UnknownYear):
        CALENDAR.working_days_between(date(2026, 12, 1), date(2027, 1, 4))


def test_a_gap_between_years_is_not_jumped() -> None:
    gappy = Calendar.from_data({2024: read("2024"), 2026: read("2026")}, {}, SHANGHAI)
    with pytest.raises(UnknownYear, match="2025"):
        gappy.add_working_days(date(2024, 12, 31), 1)
    with pytest.raises(UnknownYear, match="2025"):
        gappy.working_days_between(date(2024, 12, 31), date(2026, 1, 5))


@given(days, st.integers(1, 200))
def test_adding_working_days_is_counting_them_one_by_one(day: date, n: int) -> None:
    """AMB-03: the first day does not count, the last one is worked; counting back gives n again."""
    walked, left = day, n
    while left:
        walked += timedelta(days=1)
        left -= CALENDAR.is_working(walked)
    reached = CALENDAR.add_working_days(day, n)
    assert reached == walked
    assert CALENDAR.is_working(reached)
    assert CALENDAR.working_days_between(day, reached) == n


@given(days, days)
def test_between_two_days_each_is_worked_or_skipped(a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    worked = CALENDAR.working_days_between(a, b)
    assert worked + len(CALENDAR.skipped(a, b)) == (b - a).days
    assert CALENDAR.working_days_between(b, a) == -worked


@given(days, days, st.integers(1, 30))
def test_who_starts_later_is_never_due_earlier(a: date, b: date, n: int) -> None:
    a, b = min(a, b), max(a, b)
    assert CALENDAR.add_working_days(a, n) <= CALENDAR.add_working_days(b, n) < CALENDAR.add_working_days(b, n + 1)


def test_working_days_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        CALENDAR.add_working_days(date(2026, 1, 5), 0)


# -- office time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end", "why"),
    [
        ("2026-11-20 09:00", 2, "2026-11-20 11:00", "inside the morning"),
        ("2026-11-20 11:00", 2, "2026-11-20 14:30", "over lunch"),
        ("2026-11-20 12:30", 1, "2026-11-20 14:30", "from lunch"),
        ("2026-11-20 16:30", 2, "2026-11-23 09:30", "over a weekend"),
        ("2026-11-20 13:30", 4, "2026-11-20 17:30", "to the very close, not the next opening"),
        ("2026-11-20 20:00", 1, "2026-11-23 09:30", "from after hours"),
        ("2026-11-21 10:00", 1, "2026-11-23 09:30", "from a Saturday"),
        ("2026-09-30 16:00", 4, "2026-10-08 11:00", "over the National Day week"),
        ("2026-10-10 08:00", 1, "2026-10-10 09:30", "on a make-up Saturday"),
        ("2025-12-31 16:30", 2, "2026-01-04 09:30", "over New Year, to a make-up Sunday"),
        ("2026-11-21 10:00", 0, "2026-11-21 10:00", "no time at all"),
    ],
)
def test_working_hours_follow_office_hours(start: str, hours: int, end: str, why: str) -> None:
    """AMB-21: lunch, nights and days off do not count."""
    assert CALENDAR.add_office_time(at(start), timedelta(hours=hours)) == at(end), why


@pytest.mark.parametrize(
    ("start", "hours", "end", "why"),
    [
        ("2026-01-07 11:00", 2, "2026-01-08 09:30", "Wednesday is a half day"),
        ("2026-01-03 09:00", 1, "2026-01-05 09:30", "a make-up Sunday on which the office stays closed"),
        ("2026-02-13 11:00", 2, "2026-02-14 09:30", "an afternoon off, then a make-up Saturday"),
        ("2026-02-14 16:30", 2, "2026-02-16 11:00", "open for an hour on a holiday"),
        ("2026-02-28 17:00", 2, "2026-03-02 10:30", "new hours from Monday on"),
    ],
)
def test_half_days_special_days_and_dated_hours(start: str, hours: int, end: str, why: str) -> None:
    """AMB-02: an estate's own hours, each in force from its day on."""
    assert ODD.add_office_time(at(start), timedelta(hours=hours)) == at(end), why


@given(moments, st.timedeltas(timedelta(0), timedelta(hours=60)))
def test_office_time_added_is_office_time_passed(start: datetime, span: timedelta) -> None:
    """To the microsecond, and at the first instant at which it holds."""
    end = ODD.add_office_time(start, span)
    assert ODD.office_seconds_between(start, end) == span.total_seconds()
    assert ODD.office_seconds_between(end, start) == -span.total_seconds()
    if span:
        assert ODD.office_seconds_between(start, end - timedelta(microseconds=1)) < span.total_seconds()


@given(moments, st.integers(0, 60 * 24 * 5))
def test_office_time_is_the_minutes_the_office_is_open(start: datetime, minutes: int) -> None:
    """Prefix sums against looking at the clock every minute."""
    start = start.replace(second=0, microsecond=0)

    def is_open(moment: datetime) -> bool:
        clock = timedelta(hours=moment.hour, minutes=moment.minute)
        return any(opens <= clock < closes for opens, closes in ODD.office_hours(moment.date()))

    looked = sum(is_open(start + timedelta(minutes=minute)) for minute in range(minutes))
    assert ODD.office_seconds_between(start, start + timedelta(minutes=minutes)) == 60 * looked


def test_instants_come_in_from_any_zone_and_go_out_in_the_calendars() -> None:
    end = CALENDAR.add_office_time(datetime(2026, 11, 20, 1, tzinfo=UTC), timedelta(hours=1))
    assert end.isoformat() == "2026-11-20T10:00:00+08:00"


def test_what_office_time_cannot_do() -> None:
    naive = at("2026-11-20 09:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.add_office_time(naive, timedelta(hours=1))
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.add_office_time(at("2026-11-20 09:00"), timedelta(hours=-1))
    with pytest.raises(UnknownYear, match="2027"):
        CALENDAR.add_office_time(at("2026-12-31 17:00"), timedelta(hours=1))


# -- data ----------------------------------------------------------------------------------------------------


@given(days, moments)
def test_a_calendar_survives_the_json_cache(day: date, moment: datetime) -> None:
    plain = json.loads(json.dumps(CALENDAR.to_data()))
    copy = Calendar.from_data(**plain, tz=SHANGHAI)
    assert copy.to_data() == plain
    assert copy.reason(day) == CALENDAR.reason(day)
    assert copy.add_office_time(moment, timedelta(hours=5)) == CALENDAR.add_office_time(moment, timedelta(hours=5))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"holidays": ["2026-01-01"]}, r"calendar/2026.yaml: holidays must be a mapping"),
        ({"holidays": {"2026-02-30": "春节"}}, r"calendar/2026.yaml: 2026-02-30 is not a date"),
        ({"holidays": {"2027-01-01": "元旦"}}, r"calendar/2026.yaml: 2027-01-01 is in another year"),
        ({"working": {"2026-01-04": None}}, r"calendar/2026.yaml: 2026-01-04 names no holiday"),
        (
            {"holidays": {"2026-01-03": "元旦"}, "working": {"2026-01-03": "元旦"}},
            r"calendar/2026.yaml: 2026-01-03 is both a holiday and worked",
        ),
    ],
)
def test_a_wrong_year_file_is_named(entries: dict, message: str) -> None:
    """A slip in a hand-edited file must not become a wrong due date; other years are not disturbed."""
    calendar = Calendar.from_data({2025: read("2025"), 2026: entries}, {}, SHANGHAI)
    assert calendar.is_working(date(2025, 1, 26))
    with pytest.raises(BadCalendar, match=message):
        calendar.is_working(date(2026, 1, 5))


@pytest.mark.parametrize(
    ("office", "message"),
    [
        ({"hours": {"2000-01-01": {"default": "8.30-12.00"}}}, "'8.30-12.00' are not hours"),
        ({"hours": {"2000-01-01": {"default": "13:30-12:00"}}}, "'13:30-12:00' are not hours"),
        ({"hours": {"2000-01-01": {"default": "08:30-12:00, 11:30-17:30"}}}, "are not hours"),
        ({"hours": {"2000-01-01": {"default": "08:30-24:30"}}}, "are not hours"),
        ({"hours": {"2000-01-01": {"default": "08:30-12:00;13:30-17:30"}}}, "are not hours"),
        ({"hours": {"2000-01-01": {"default": None}}}, "'None' are not hours"),
        ({"hours": {"2000-01-01": "08:30-12:00"}}, "2000-01-01 must be a mapping"),
        ({"hours": {"2000-01-01": {"Montag": "08:30-12:00"}}}, "Montag is not a weekday"),
        ({"hours": {"2030-01-01": {"default": "08:30-12:00"}}}, "no hours are in force on 2026-01-05"),
        ({"special": {"Friday": "08:30-12:00"}}, "Friday is not a date"),
        ({}, "no hours are in force on 2026-01-05"),
    ],
)
def test_wrong_office_hours_are_named(office: dict, message: str) -> None:
    calendar = Calendar.from_data({2026: read("2026")}, office, SHANGHAI)
    with pytest.raises(BadCalendar, match=message) as caught:
        calendar.office_hours(date(2026, 1, 5))
    assert str(caught.value).startswith("calendar/office.yaml: ")


def test_office_hours_may_last_until_midnight() -> None:
    office = {"hours": {"2000-01-01": {"default": "18:00-24:00"}}, "special": None}
    calendar = Calendar.from_data({2026: read("2026")}, office, SHANGHAI)
    assert calendar.add_office_time(at("2026-11-20 20:00"), timedelta(hours=4)) == at("2026-11-21 00:00")
