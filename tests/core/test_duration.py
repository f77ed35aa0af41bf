"""Durations: their text, their due times and what pauses do to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pm_cli.core.calendar import Calendar, UnknownYear
from pm_cli.core.duration import Duration, Unit, due, extend

FOLDER = Path(__file__).parents[2] / "ledger" / "calendar"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(name: str) -> dict:
    return YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yaml")


CALENDAR = Calendar.from_data({year: read(str(year)) for year in (2025, 2026)}, read("office"), SHANGHAI)

TEXTS = [
    "20 minutes",
    "1 minute",
    "0 minutes",
    "2 hours",
    "72 hours",
    "4 working hours",
    "1 working hour",
    "2 working days",
    "1 working day 12:00",
    "3 days",
    "1 day",
    "3 days 17:30",
    "3 months",
    "1 month 09:00",
    "same day",
    "17:30 same day",
    "17:30 next working day",
    "1st of next month",
    "2nd of next month 17:30",
    "3rd of next month",
    "10th of next month",
    "11th of next month",
    "23rd of next month",
    "31st of next month",
    "last day of month",
    "last day of month 18:00",
]
LEAVING_DAYS = ["3 days", "2 working days 17:30", "3 months", "17:30 next working day", "10th of next month"]

days = st.dates(date(2025, 1, 1), date(2026, 3, 1))
moments = st.builds(datetime.combine, days, st.times(), st.just(SHANGHAI))
pauses = st.lists(st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=9))), max_size=4).map(
    lambda spans: [(begin, begin + length) for begin, length in spans]
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due_text(text: str, start: str) -> str:
    return f"{due(Duration.parse(text), at(start), CALENDAR):%Y-%m-%d %H:%M:%S}"


def paused(text: str, start: str, *spans: tuple[str, str]) -> str:
    """The due time of a term after pauses."""
    term = Duration.parse(text)
    stops = [(at(begin), at(end)) for begin, end in spans]
    moved = extend(due(term, at(start), CALENDAR), term, stops, CALENDAR, start=at(start))
    return f"{moved:%Y-%m-%d %H:%M:%S}"


# -- text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS)
def test_a_canonical_text_comes_back(text: str) -> None:
    assert str(Duration.parse(text)) == text


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("1 hours", "1 hour"),
        ("2 working day", "2 working days"),
        ("  2   Working Days ", "2 working days"),
        ("2th of next month", "2nd of next month"),
    ],
)
def test_what_people_write_is_made_canonical(typed: str, canonical: str) -> None:
    assert str(Duration.parse(typed)) == canonical
    assert Duration.parse(typed) == Duration.parse(canonical)


@pytest.mark.parametrize(
    "text",
    [
        "", "2", "days", "two days", "-2 days", "0 days", "02 days", "2.5 hours", "2 weeks", "99999 days",
        "2 hours 17:30", "24:00 same day", "17:60 same day", "next working day", "32nd of next month",
        "0th of next month", "２ days", "2 days 9:00", "2 days\n17:30\n17:30",
    ],
)  # fmt: skip
def test_bad_text_is_refused_with_the_forms(text: str) -> None:
    """Whoever edits a policy learns from the message how a duration is written."""
    with pytest.raises(ValueError, match=r"is not a duration; write 20 minutes, .* or last day of month"):
        Duration.parse(text)


def test_a_duration_cannot_be_changed() -> None:
    """Policy values are shared by all records judged by them."""
    term = Duration.parse("2 working days")
    assert term == Duration(Unit.WORKING_DAY, 2)
    assert len({term, Duration.parse("2 working days"), Duration(Unit.WORKING_DAY, 2, time(12))}) == 2
    with pytest.raises(AttributeError):
        term.count = 3  # type: ignore[misc]


# -- due -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("0 minutes", "2026-11-21 23:50", "2026-11-21 23:50:00"),
        ("15 minutes", "2026-11-21 23:50", "2026-11-22 00:05:00"),
        ("72 hours", "2026-09-30 16:00", "2026-10-03 16:00:00"),
        ("4 working hours", "2026-09-30 16:00", "2026-10-08 11:00:00"),
    ],
)
def test_hours_run_round_the_clock_unless_they_are_working_hours(text: str, start: str, end: str) -> None:
    """AMB-01, AMB-21."""
    assert due_text(text, start) == end


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("3 days", "2026-09-30 16:00", "2026-10-03 23:59:59"),
        ("3 days 17:30", "2026-09-30 16:00", "2026-10-03 17:30:00"),
        ("2 working days", "2026-09-30 16:00", "2026-10-09 23:59:59"),
        ("2 working days", "2026-09-30 00:00", "2026-10-09 23:59:59"),
        ("3 working days", "2026-09-30 16:00", "2026-10-10 23:59:59"),
        ("1 working day 12:00", "2026-11-20 18:00", "2026-11-23 12:00:00"),
        ("1 working day", "2026-11-21 10:00", "2026-11-23 23:59:59"),
        ("17:30 next working day", "2026-11-20 09:00", "2026-11-23 17:30:00"),
    ],
)
def test_days_are_counted_from_the_next_day_to_the_end_of_the_last(text: str, start: str, end: str) -> None:
    """AMB-03, AMB-06, AMB-07; COMP-45 over the National Day week and RENO-03 up to its make-up Saturday."""
    assert due_text(text, start) == end


def test_the_due_time_carries_the_zone_of_the_calendar() -> None:
    """COMP-45, told in another zone: 30 September 16:00 in Shanghai."""
    end = due(Duration.parse("2 working days"), datetime(2026, 9, 30, 8, tzinfo=UTC), CALENDAR)
    assert end.isoformat() == "2026-10-09T23:59:59+08:00"
    late_evening = datetime(2026, 9, 29, 16, 30, tzinfo=UTC)
    assert due(Duration.parse("1 day"), late_evening, CALENDAR).isoformat() == "2026-10-01T23:59:59+08:00"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("3 months", "2026-08-15 10:00", "2026-11-15 23:59:59"),
        ("3 months", "2025-11-30 10:00", "2026-02-28 23:59:59"),
        ("1 month", "2028-01-31 10:00", "2028-02-29 23:59:59"),
        ("12 months", "2028-02-29 10:00", "2029-02-28 23:59:59"),
        ("1 month 09:00", "2026-12-31 10:00", "2027-01-31 09:00:00"),
    ],
)
def test_months_end_on_the_same_day_number_or_the_last_day(text: str, start: str, end: str) -> None:
    """AMB-55, RENO-13; calendar terms need no holiday data, so they reach into years without it."""
    assert due_text(text, start) == end


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("same day", "2026-11-21 18:00", "2026-11-21 23:59:59"),
        ("17:30 same day", "2026-11-21 09:00", "2026-11-21 17:30:00"),
        ("17:30 same day", "2026-11-21 17:30", "2026-11-21 17:30:00"),
        ("17:30 same day", "2026-11-21 17:31", "2026-11-22 17:30:00"),
        ("10th of next month", "2026-11-21 09:00", "2026-12-10 23:59:59"),
        ("10th of next month", "2026-12-01 09:00", "2027-01-10 23:59:59"),
        ("31st of next month 17:30", "2026-01-31 09:00", "2026-02-28 17:30:00"),
        ("last day of month", "2026-02-01 00:00", "2026-02-28 23:59:59"),
        ("last day of month", "2026-12-31 10:00", "2026-12-31 23:59:59"),
        ("last day of month 18:00", "2026-11-30 19:00", "2026-12-31 18:00:00"),
    ],
)
def test_named_days(text: str, start: str, end: str) -> None:
    """AMB-04 (the day itself is in time), AMB-46 (after 17:30 it is the next day's batch), AMB-35, AMB-93."""
    assert due_text(text, start) == end


@pytest.mark.parametrize("text", ["1 working day", "17:30 next working day", "4 working hours"])
def test_a_year_without_calendar_gives_no_due_time(text: str) -> None:
    with pytest.raises(UnknownYear, match="2027") as caught:
        due(Duration.parse(text), at("2026-12-31 16:00"), CALENDAR)
    assert caught.value.year == 2027


@given(st.sampled_from(TEXTS), moments, moments)
def test_who_starts_later_is_never_due_earlier(text: str, a: datetime, b: datetime) -> None:
    term = Duration.parse(text)
    first, second = (due(term, start, CALENDAR) for start in sorted((a, b)))
    assert min(a, b) <= first <= second


# -- pauses --------------------------------------------------------------------------------------------------


def test_a_pause_of_a_term_in_hours_adds_its_own_length() -> None:
    """SHEET-24: 72 hours, suspended for a day and a half over a weekend, run on with what was left."""
    weekend = ("2026-11-20 17:00", "2026-11-22 05:00")
    assert paused("72 hours", "2026-11-19 10:00", weekend) == "2026-11-23 22:00:00"


@pytest.mark.parametrize(
    ("pause", "end"),
    [
        (("2026-11-20 15:30", "2026-11-20 16:30"), "2026-11-23 09:30:00"),
        (("2026-11-20 17:30", "2026-11-23 08:30"), "2026-11-23 08:30:00"),
        (("2026-11-20 16:30", "2026-11-22 20:00"), "2026-11-23 09:30:00"),
        (("2026-11-20 12:15", "2026-11-20 13:00"), "2026-11-20 17:30:00"),
        (("2026-11-20 16:30", "2026-12-01 12:30"), "2026-12-01 14:30:00"),
    ],
)
def test_a_pause_of_working_hours_counts_office_time_only(pause: tuple[str, str], end: str) -> None:
    """GLPI #10594: nights, lunch and weekends spent in a pause are not added to the term."""
    assert paused("4 working hours", "2026-11-20 13:30", pause) == end


@pytest.mark.parametrize(
    ("pause", "end", "why"),
    [
        (("2026-11-16 11:00", "2026-11-16 17:00"), "2026-11-18", "stop and go within one day"),
        (("2026-11-16 17:00", "2026-11-17 09:00"), "2026-11-19", "one working day began"),
        (("2026-11-18 09:00", "2026-11-18 17:00"), "2026-11-18", "within the last day"),
        (("2026-11-18 09:00", "2026-11-19 09:00"), "2026-11-19", "the rest of a day was left"),
        (
            ("2026-11-18 09:00", "2026-11-21 09:00"),
            "2026-11-23",
            "the rest of a day, but resumed on a Saturday",
        ),
        (("2026-11-17 09:00", "2026-11-21 09:00"), "2026-11-23", "one day was left, resumed on a Saturday"),
        (("2026-11-17 09:00", "2026-11-23 09:00"), "2026-11-24", "one day was left, resumed on a Monday"),
        (("2026-11-17 09:00", "2026-12-15 09:00"), "2026-12-16", "a pause longer than the term"),
    ],
)
def test_a_pause_of_working_days_leaves_the_days_that_were_left(pause: tuple[str, str], end: str, why: str) -> None:
    """Two working days from Monday 16 November are due on Wednesday 18 (COMP-45)."""
    assert paused("2 working days", "2026-11-16 10:00", pause) == f"{end} 23:59:59", why


def test_a_weekend_in_a_pause_costs_no_working_day() -> None:
    """GLPI #10594: paused from Friday evening to Sunday, a term in working days is not moved at all."""
    weekend = ("2026-11-20 17:30", "2026-11-22 20:00")
    assert paused("2 working days", "2026-11-19 10:00", weekend) == "2026-11-23 23:59:59"
    assert paused("4 days", "2026-11-19 10:00", weekend) == "2026-11-25 23:59:59"


@pytest.mark.parametrize(
    ("text", "pause", "end"),
    [
        ("17:30 same day", ("2026-11-20 10:00", "2026-11-20 15:00"), "2026-11-20 17:30:00"),
        ("17:30 same day", ("2026-11-20 10:00", "2026-11-20 18:00"), "2026-11-21 17:30:00"),
        ("17:30 same day", ("2026-11-20 10:00", "2026-11-21 09:00"), "2026-11-21 17:30:00"),
        ("17:30 next working day", ("2026-11-23 10:00", "2026-11-23 18:00"), "2026-11-24 17:30:00"),
        ("10th of next month", ("2026-11-30 10:00", "2026-12-02 10:00"), "2026-12-12 23:59:59"),
        ("1 month", ("2026-11-30 10:00", "2026-12-02 10:00"), "2026-12-22 23:59:59"),
    ],
)
def test_named_days_and_hours_move_by_days(text: str, pause: tuple[str, str], end: str) -> None:
    """The hour stays; when it has struck on the day of resuming, it is the next day's."""
    assert paused(text, "2026-11-20 09:00", pause) == end


@pytest.mark.parametrize("text", ["24 hours", "8 working hours", "2 working days", "2 days", "17:30 same day"])
def test_odd_pauses(text: str) -> None:
    """osTicket #3034, GLPI #15605: what an implementation gets wrong first."""
    start = "2026-11-16 10:00"
    unmoved = paused(text, start)
    whole = paused(text, start, ("2026-11-16 12:00", "2026-11-20 09:00"))

    assert unmoved < whole
    assert paused(text, start, ("2026-11-25 09:00", "2026-11-26 09:00")) == unmoved, "begins when all is over"
    assert paused(text, start, ("2026-11-10 09:00", "2026-11-16 10:00")) == unmoved, "ends before the start"
    assert paused(text, start, ("2026-11-18 09:00", "2026-11-18 09:00")) == unmoved, "no time at all"
    assert paused(text, start, ("2026-11-10 09:00", "2026-11-18 09:00")) == paused(
        text, start, (start, "2026-11-18 09:00")
    ), "only what comes after the start counts"

    back_to_back = ("2026-11-16 12:00", "2026-11-17 20:00"), ("2026-11-17 20:00", "2026-11-20 09:00")
    overlapping = ("2026-11-16 12:00", "2026-11-19 20:00"), ("2026-11-17 08:00", "2026-11-20 09:00")
    assert paused(text, start, *back_to_back) == whole
    assert paused(text, start, *reversed(back_to_back)) == whole
    assert paused(text, start, *overlapping) == whole


def test_a_pause_belongs_to_the_record_not_to_the_term() -> None:
    """GLPI #15605, #6902: a record re-classed later gets its new term from the old start, pauses included."""
    pause = ("2026-11-16 12:00", "2026-11-18 12:00")
    assert paused("72 hours", "2026-11-16 10:00", pause) == "2026-11-21 10:00:00"
    assert paused("24 hours", "2026-11-16 10:00", pause) == "2026-11-19 10:00:00"


def test_a_pause_counts_while_the_moved_term_lasts() -> None:
    """The second pause reaches past the first due time, but not past the moved one; the third one does."""
    first, second = ("2026-11-20 10:00", "2026-11-20 13:00"), ("2026-11-20 12:30", "2026-11-20 14:00")
    assert paused("2 hours", "2026-11-20 09:00", first) == "2026-11-20 14:00:00"
    assert paused("2 hours", "2026-11-20 09:00", first, second) == "2026-11-20 15:00:00"
    third = ("2026-11-20 15:00:01", "2026-11-20 16:00:00")
    assert paused("2 hours", "2026-11-20 09:00", first, second, third) == "2026-11-20 15:00:00"


def test_a_pause_at_the_very_due_time_is_in_time() -> None:
    """AMB-05: the limit itself is inside, one second later it is missed for good."""
    start = "2026-11-20 09:00"
    assert paused("2 hours", start, ("2026-11-20 11:00", "2026-11-20 15:00")) == "2026-11-20 15:00:00"
    assert paused("2 hours", start, ("2026-11-20 11:00:01", "2026-11-20 15:00")) == "2026-11-20 11:00:00"


@given(st.sampled_from(TEXTS), moments, pauses)
def test_pauses_never_shorten_a_term_nor_make_it_late(
    text: str, start: datetime, spans: list[tuple[datetime, datetime]]
) -> None:
    """GLPI #24481: a term still running when its clock stopped is not over when it runs again."""
    term = Duration.parse(text)
    before = due(term, start, CALENDAR)
    moved = extend(before, term, spans, CALENDAR, start=start)
    assert moved >= before
    assert all(end <= moved for begin, end in spans if max(begin, start) <= before)
    assert moved == extend(before, term, spans[::-1], CALENDAR, start=start)


@given(
    st.sampled_from(["72 hours", "4 working hours", "3 days", "2 working days"]),
    moments,
    st.timedeltas(timedelta(microseconds=1), timedelta(days=40)),
)
def test_a_term_paused_from_its_start_begins_when_it_resumes(text: str, start: datetime, length: timedelta) -> None:
    term, resumed = Duration.parse(text), start + length
    assert extend(due(term, start, CALENDAR), term, [(start, resumed)], CALENDAR) == due(term, resumed, CALENDAR)


@given(st.sampled_from(LEAVING_DAYS), moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_term_with_days_left_moves_by_the_days_that_begin_in_the_pause(
    text: str, start: datetime, length: timedelta
) -> None:
    """Fair to both sides: whoever counts midnights (of working days) on a wall calendar gets the same."""
    term, resumed = Duration.parse(text), start + length
    before = due(term, start, CALENDAR)
    moved = extend(before, term, [(start, resumed)], CALENDAR)
    assert moved.time() == before.time()
    if "working" in text:
        began = CALENDAR.working_days_between(start.date(), resumed.date())
        assert CALENDAR.working_days_between(before.date(), moved.date()) == began
    else:
        assert moved.date() - before.date() == resumed.date() - start.date()
