"""Readings of the front-desk ledger: what there is to read, and what nobody has looked at. Rules CONS-16, CONS-17."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.request import REQUESTS
from pm_cli.core.text import _, listed
from pm_cli.core.times import When, parse_day
from pm_cli.core.week import WeekType, monday, sunday, week_of
from pm_cli.flows.hints import hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.flows.duties import Owed
    from pm_cli.store.ledger import Ledger

WEEK = timedelta(days=7)
LISTED = 8
"""Numbers named in one line of a hint."""


class Look(NamedTuple):
    """A ledger at a moment, and the days from `first` on that are looked back at."""

    ledger: Ledger
    at: int
    first: date

    @property
    def begins(self) -> int:
        """The first second looked at, since the epoch."""
        return int(datetime.combine(self.first, time(), self.ledger.zone).timestamp())

    def day(self, seconds: int) -> date:
        """The local day of an instant."""
        return datetime.fromtimestamp(seconds, self.ledger.zone).date()


class Call(NamedTuple):
    """A period in which a duty is called for: the period as written, its last day, whose it is ("" for the role's)."""

    period: str
    last: date
    who: str = ""
    role: str = ""


def days(look: Look) -> Iterator[Call]:
    """Days with entries in the front-desk ledger: requests of every kind stand in it (D-39)."""
    rows = look.ledger.index.db.execute(_ENTRIES, (*REQUESTS, look.begins, look.at))
    for day in sorted({look.day(began) for (began,) in rows}):
        yield Call(day.isoformat(), day)


def weeks(look: Look) -> Iterator[Call]:
    """Every calendar week since the ledger has had entries (CONS-17: one without entries too)."""
    older = look.ledger.index.db.execute(_OLDER, (*REQUESTS, look.begins)).fetchone()
    begun = look.first if older else next((call.last for call in days(look)), None)
    last = sunday(week_of(begun)) if begun else None
    while last and last < look.day(look.at) + WEEK:
        yield Call(week_of(last), last)
        last += WEEK


def read(look: Look) -> Counter[tuple[str, str]]:
    """How often each day and each week was read."""
    rows = look.ledger.index.db.execute(_READ, (look.begins, look.at))
    return Counter((str(period), "") for (period,) in rows)


def missed(ledger: Ledger, at: int) -> list[Owed]:
    """Days with entries that the supervisor, and weeks that the manager, has not read in time, the oldest first."""
    from pm_cli.flows import duties

    return [one for one in duties.owed(ledger, at) if one.name in {"daily_reading", "weekly_reading"} and one.due < at]


@hint("review", "read_day")
def of_day(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """What the supervisor has to read."""
    with suppress(ValueError):  # what is no day is refused afterwards
        day = parse_day(str(known.get("day") or "today"), When(at, ledger.zone))
        yield from _of(ledger, day, day, at)


@hint("review", "read_week")
def of_week(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """What the manager has to read."""
    with suppress(ValueError):
        week = WeekType().parse(str(known.get("week") or "today"), When(at, ledger.zone))
        yield from _of(ledger, monday(week), sunday(week), at)


def _of(ledger: Ledger, first: date, last: date, at: datetime) -> Iterator[str]:
    bounds = [int(datetime.combine(day, time(), ledger.zone).timestamp()) for day in (first, last + timedelta(days=1))]
    rows = ledger.index.db.execute(_TO_READ, (int(at.timestamp()), *REQUESTS, bounds[0], bounds[1] - 1)).fetchall()
    yield _("{count} entries in the ledger.").format(count=len(rows))
    titles = (_("Open"), _("Overdue"), _("Important"), _("Touches company or developer"), _("Had to come twice"))
    for column, title in enumerate(titles, 1):
        picked = [row[0] for row in rows if row[column]]
        if picked:
            more = [_("... and {count} more").format(count=len(picked) - LISTED)] if len(picked) > LISTED else []
            yield f"{title} ({len(picked)}): {listed([*picked[:LISTED], *more])}"


_KINDS = ", ".join("?" * len(REQUESTS))
_COUNTED = f"kind IN ({_KINDS}) AND imported = 0 AND state != 'annulled'"
_ENTRIES = f"SELECT began FROM record WHERE {_COUNTED} AND began BETWEEN ? AND ?"
_OLDER = f"SELECT 1 FROM record WHERE {_COUNTED} AND began < ? LIMIT 1"
_READ = """
SELECT json_extract(fields, '$.period') FROM record
WHERE kind = 'review' AND began BETWEEN ? AND ? AND state NOT IN ('draft', 'annulled')"""
_TO_READ = f"""
SELECT id, open, EXISTS (SELECT 1 FROM clock WHERE clock.rid = record.rid AND stopped IS NULL AND due < ?),
  {", ".join(f"json_extract(fields, '$.{name}') = 'true'" for name in ("important", "sensitive", "came_twice"))}
FROM record WHERE {_COUNTED} AND began BETWEEN ? AND ? ORDER BY began, id"""
