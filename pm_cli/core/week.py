"""Calendar weeks from Monday to Sunday: how they are written and which days they have. Rule AMB-68."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.text import _, fold_width
from pm_cli.core.times import parse_day
from pm_cli.core.types import Type

if TYPE_CHECKING:
    from pm_cli.core.times import When


@dataclass(frozen=True)
class WeekType(Type):
    """A week, as `2026-W47` or any day of it."""

    name: str = "week"

    def parse(self, raw: object, when: When) -> str:
        """The week as it is stored: `2026-W47`; raises ValueError."""
        text = fold_width(super().parse(raw, when))
        return week_of(monday(text) if re.fullmatch(r"\d{4}-?[Ww]\d{1,2}", text) else parse_day(text, when))


Week = Annotated[str, WeekType()]


def week_of(day: date) -> str:
    """The week of a day, as ISO 8601 counts them."""
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"


def monday(week: str) -> date:
    """The first day of a week; raises ValueError."""
    year, _w, number = week.upper().partition("W")
    try:
        return date.fromisocalendar(int(year.rstrip("-")), int(number), 1)
    except ValueError:
        raise ValueError(_("{text!r} is not a week; write 2026-W47, or any day of it").format(text=week)) from None


def sunday(week: str) -> date:
    """The last day of a week."""
    return monday(week) + timedelta(days=6)
