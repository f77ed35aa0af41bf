"""Levels of a missed term: when they are reached, which were told, and which comes next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pm_cli.core.clock import Clock, Run
from pm_cli.core.escalation import next_level, reached, told
from pm_cli.core.event import Event
from pm_cli.core.fold import Step
from pm_cli.core.policy import Value
from tests.memory import shipped_calendar

DUE = datetime.fromisoformat("2026-03-06T16:00:00+08:00")
"""A Friday afternoon."""
PLAIN = (("cs_supervisor", "0 minutes"), ("cs_manager", "2 hours"), ("centre_director", "1 day"))
WORKING = (("cs_supervisor", "0 minutes"), ("cs_manager", "2 working hours"), ("centre_director", "1 working day"))


def term(escalate: tuple[tuple[str, str], ...]) -> Run:
    """A term that ended on Friday at four."""
    value = Value("x.y", "1 hour", date(2000, 1, 1), "X-01", "x", "", escalate)
    return Run(Clock("y", ("a",), ("b",)), DUE - timedelta(hours=1), "e1", "x.y", value, due=DUE)


def alert(at: datetime, level: int, term_: str = "e1", clock: str = "y") -> Step:
    """A level that was told."""
    given = {"clock": clock, "term": term_, "level": str(level)}
    return Step(Event(at.isoformat(), at.isoformat(), "cron", "alert", given), given, at.isoformat(), at, "s", "s")


@pytest.mark.parametrize("escalate", [PLAIN, WORKING], ids=["plain", "working"])
def test_each_level_is_reached_when_it_was_announced(escalate: tuple[tuple[str, str], ...]) -> None:
    """What comes next, and what is reached then, are two sides of one thing."""
    run, calendar = term(escalate), shipped_calendar()
    assert reached(run, DUE, calendar) == 0, "late is strictly after the due time (AMB-05)"
    for level in range(len(escalate)):
        at = next_level(run, level, calendar)
        assert at is not None
        assert reached(run, max(at, DUE + timedelta(seconds=1)), calendar) == level + 1
        if level:
            assert reached(run, at - timedelta(seconds=1), calendar) == level
    assert next_level(run, len(escalate), calendar) is None


def test_working_hours_leave_the_weekend_out() -> None:
    at = next_level(term(WORKING), 1, shipped_calendar())
    assert at is not None
    assert at.date() == date(2026, 3, 9)


def test_a_paused_clock_stays_at_its_level() -> None:
    run = term(PLAIN)
    run.pauses = [(DUE + timedelta(hours=1), None)]
    assert reached(run, DUE + timedelta(days=9), shipped_calendar()) == 1


def test_what_was_told_of_another_term_does_not_count() -> None:
    """Another run of the clock, another clock, or the same one before its end was agreed anew."""
    run, later = term(PLAIN), DUE + timedelta(hours=3)
    assert told(run, [alert(later, 1), alert(later, 2)]) == 2
    assert told(run, [alert(later, 2, term_="e2")]) == 0
    assert told(run, [alert(later, 2, clock="z")]) == 0
    assert told(run, [alert(DUE - timedelta(minutes=1), 2)]) == 0


def test_without_a_policy_nothing_escalates() -> None:
    run = term(())
    assert reached(run, DUE + timedelta(days=9), shipped_calendar()) == 0
    assert next_level(run, 0, shipped_calendar()) is None
    run.value = None
    assert reached(run, DUE + timedelta(days=9), shipped_calendar()) == 0
