"""What the desk needs at opening: what came in overnight, what is late and due, cabinet, visits, papers to chase."""

from __future__ import annotations

from datetime import timedelta

from pm_cli.cli.glance import screen
from pm_cli.cli.session import current
from pm_cli.core.calendar import UnknownYear
from pm_cli.core.text import _

BLOCKS = (
    "seal_to_open",
    "incidents",
    "since_closing",
    "overdue",
    "due_today",
    "visitors",
    "owed",
    "signatures",
    "sheets",
    "keys_out",
    "drafts",
    "contested",
)


def run() -> None:
    screen(current, BLOCKS, _day())


def _day() -> str:
    """What kind of day it is and when the next day off begins, as far as the calendar knows."""
    calendar, today = current.ledger.calendar, current.now.date()
    try:
        said = calendar.reason(today)
        days = (today + timedelta(days=ahead) for ahead in range(1, 8))
        off = next((day for day in days if not calendar.is_working(day)), None)
    except UnknownYear as error:
        return str(error)
    if not calendar.is_working(today):
        return _("{why}: day off").format(why=said)
    return _("{why}: working day").format(why=said) + (
        "  " + _("next day off {day}").format(day=off.isoformat()) if off else ""
    )
