"""A month of services as return visits look at it: its days, by when it is due, its figures, who holds a role."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pm_cli.core.calendar import UnknownYear
from pm_cli.core.duration import END_OF_DAY, due

if TYPE_CHECKING:
    from pm_cli.core.policy import Value
    from pm_cli.store.ledger import Ledger

GROUPS = ("complaint", "suggestion", "request", "repair", "mail_activity")
"""What the regulation sets a rate for: policy rv.rate.GROUP, for the kinds rv.kinds.GROUP names."""
REACHED = "action = 'visit' AND result IN ('satisfied', 'partly', 'dissatisfied')"
"""Steps of requests that are return visits in which somebody was reached."""


@dataclass(frozen=True)
class ServiceMonth:
    """A ledger at a moment (seconds since the epoch) and a month of services, named by any day of it."""

    ledger: Ledger
    at: int
    day: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.day.replace(day=1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def name(self) -> str:
        """As it is written: `2026-11`."""
        return f"{self.day:%Y-%m}"

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """Its first and last second; the last one no later than the moment."""
        return second(self.ledger, self.first), min(second(self.ledger, self.last + timedelta(days=1)) - 1, self.at)

    def end(self, key: str) -> int:
        """When a term ends that counts from its last day; the night of that day where policy or calendar do not say."""
        last, value = datetime.combine(self.last, time(), self.ledger.zone), self.figure(key)
        try:
            if value is not None:
                return int(due(value.duration, last, self.ledger.calendar).timestamp())
        except UnknownYear:
            pass
        return int(datetime.combine(self.last, END_OF_DAY, self.ledger.zone).timestamp())

    def figure(self, key: str) -> Value | None:
        """A figure as it was on the last day of the month; None where the estate has none, or has ended the rule."""
        policy = self.ledger.policy
        return policy.entry(key).at(self.last) if key in policy else None

    def items(self, key: str) -> tuple[str, ...]:
        """A list as it was on the last day of the month."""
        value = self.figure(key)
        return value.items if value else ()


def holders(ledger: Ledger, role: str) -> tuple[str, ...]:
    """Who holds a role now."""
    rows = ledger.index.db.execute(_STAFF)
    return tuple(sorted(login for login, held in rows if role in json.loads(held or "[]")))


def second(ledger: Ledger, day: date) -> int:
    """The second at which a day begins."""
    return int(datetime.combine(day, time(), ledger.zone).timestamp())


_STAFF = "SELECT id, json_extract(fields, '$.role') FROM record WHERE kind = 'staff' AND open = 1"
