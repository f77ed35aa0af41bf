"""Escalation of a missed term: the levels it has reached, those that were told, and when the next one is reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pm_cli.core import clock
from pm_cli.core.policy import plain_levels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.clock import Run
    from pm_cli.core.fold import Step

ALERT = "alert"
"""The action that keeps in a record which level of which clock was told (see `core.standard`)."""


def told(run: Run, steps: Iterable[Step]) -> int:
    """The highest level already told of a run; 0 if none was.

    What was told before the present due time was about another term: one that has since been agreed anew.
    """
    return max(
        (
            int(str(step.given["level"]))
            for step in steps
            if step.event.do == ALERT
            and step.given["term"] == run.started_by
            and step.given["clock"] == run.clock.name
            and run.due is not None
            and step.instant >= run.due
        ),
        default=0,
    )


def reached(run: Run, at: datetime, calendar: Calendar) -> int:
    """The level a run has reached at an instant; 0 while it is not late. A run that is paused stays where it was."""
    if run.due is None or run.value is None or not run.late(at):
        return 0
    moment, plain = run.judged_at(at), plain_levels(run.value.escalate)
    if plain is None:
        return clock.level(run.value, run.due, moment, calendar)[0]
    late = (moment - run.due).total_seconds()
    return max((number for number, offset in enumerate(plain, 1) if late >= offset), default=0)


def next_level(run: Run, so_far: int, calendar: Calendar) -> datetime | None:
    """When the level above one is reached; None when there is none."""
    if run.due is None or run.value is None or len(run.value.escalate) <= so_far:
        return None
    plain = plain_levels(run.value.escalate)
    if plain is None:
        return clock.offset(run.due, run.value.escalate[so_far][1], calendar)
    return run.due + timedelta(seconds=plain[so_far])
