"""Readings of the front-desk ledger: what there is to read, and what nobody has looked at. Rules CONS-16, CONS-17."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.text import _, listed
from pm_cli.core.times import When, parse_day
from pm_cli.core.week import WeekType, monday, sunday, week_of
from pm_cli.flows.hints import hint
from pm_cli.flows.reception import ENTRIES
from pm_cli.kinds.review import MINOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.store.ledger import Ledger

DAY, WEEK = timedelta(days=1), timedelta(days=7)
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
    """Days whose reading has entries of the front-desk ledger to cover: all that the desk journal holds (D-39)."""
    for day in sorted(_to_cover(look)):
        if day <= look.day(look.at):
            yield Call(day.isoformat(), day)


def weeks(look: Look) -> Iterator[Call]:
    """Every calendar week since the ledger has had entries (CONS-17: one without entries too)."""
    older = look.ledger.index.db.execute(_OLDER, (*ENTRIES, look.begins)).fetchone()
    begun = look.first if older else next((call.last for call in days(look)), None)
    last = sunday(week_of(begun)) if begun else None
    while last and last < look.day(look.at) + WEEK:
        yield Call(week_of(last), last)
        last += WEEK


def read(look: Look) -> Counter[tuple[str, str]]:
    """How often each day and each week was read."""
    return Counter({period: len(times) for period, times in read_at(look).items()})


def read_at(look: Look) -> dict[tuple[str, str], list[int]]:
    """When each day and each week was read, in order; a day counts as read once all its entries were there (CONS-16)."""
    whole = {(day.isoformat(), ""): last for day, last in _to_cover(look).items()}
    found: dict[tuple[str, str], list[int]] = {}
    for text, at in look.ledger.index.db.execute(_READ, (look.begins, look.at)):
        period = (str(text), "")
        if at >= whole.get(period, 0):
            found.setdefault(period, []).append(at)
    return found


def _to_cover(look: Look) -> dict[date, int]:
    """The days on which there are entries to read, each with the second in which the last of them was written.

    A reading covers everything since the one before: what comes in after it is for the next day.
    """
    read, found = _read_same_day(look), dict[date, int]()
    for began, known in look.ledger.index.db.execute(_ENTRIES, (*ENTRIES, look.begins, look.at)):
        day = look.day(began)
        while known > read.get(day, known):
            day += DAY
        found[day] = max(found.get(day, 0), known)
    return found


def _read_same_day(look: Look) -> dict[date, int]:
    """Days that were read before they were over, each with the last time."""
    rows = look.ledger.index.db.execute(_READ, (look.begins, look.at))
    return {look.day(at): at for period, at in rows if look.day(at).isoformat() == period}


@hint("review", "read_day")
def of_day(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """What the supervisor has to read."""
    with suppress(ValueError):  # what is no day is refused afterwards
        day = parse_day(str(known.get("day") or "today"), When(at, ledger.zone))
        before = _read_same_day(Look(ledger, int(at.timestamp()), day - DAY)).get(day - DAY)
        yield from _of(ledger, day, day, at, since=before)


@hint("review", "read_week")
def of_week(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """What the manager has to read."""
    with suppress(ValueError):
        week = WeekType().parse(str(known.get("week") or "today"), When(at, ledger.zone))
        yield from _of(ledger, monday(week), sunday(week), at)


def _of(ledger: Ledger, first: date, last: date, at: datetime, since: int | None = None) -> Iterator[str]:
    """Entries from one day to another, or from what the reading before left."""
    begin, end = (int(datetime.combine(day, time(), ledger.zone).timestamp()) for day in (first, last + DAY))
    rows = ledger.index.db.execute(_TO_READ, (int(at.timestamp()), *ENTRIES, since or begin, end - 1)).fetchall()
    yield _("{count} entries in the ledger.").format(count=len(rows))
    titles = (
        _("Open"),
        _("Overdue"),
        _("Important"),
        _("Touches company or developer"),
        _("Had to come twice"),
        _("Answer put off"),
    )
    for column, title in enumerate(titles, 1):
        picked = [row[0] for row in rows if row[column]]
        if picked:
            more = [_("... and {count} more").format(count=len(picked) - LISTED)] if len(picked) > LISTED else []
            yield f"{title} ({len(picked)}): {listed([*picked[:LISTED], *more])}"


_KINDS = ", ".join("?" * len(ENTRIES))
_COUNTED = f"kind IN ({_KINDS}) AND imported = 0 AND state != 'annulled'"
_ENTRIES = f"""
SELECT began, event.known FROM record JOIN event ON event.rid = record.rid AND n = 0
WHERE {_COUNTED} AND began BETWEEN ? AND ?"""
_OLDER = f"SELECT 1 FROM record WHERE {_COUNTED} AND began < ? LIMIT 1"
_READ = """
SELECT json_extract(fields, '$.period'), began FROM record
WHERE kind = 'review' AND began BETWEEN ? AND ? AND state NOT IN ('draft', 'annulled') ORDER BY began"""
_IMPORTANT = f"""coalesce(kind = 'incident' AND json_extract(fields, '$.matter') NOT IN ({", ".join(map(repr, sorted(MINOR)))})
  OR 'true' IN (json_extract(fields, '$.important'), json_extract(fields, '$.major'),
                json_extract(fields, '$.goes_higher')), 0)"""
_TO_READ = f"""
SELECT id, open, EXISTS (SELECT 1 FROM clock WHERE clock.rid = record.rid AND stopped IS NULL AND due < ?),
  {_IMPORTANT}, json_extract(fields, '$.sensitive') = 'true', json_extract(fields, '$.came_twice') = 'true',
  json_extract(fields, '$.postponed') IS NOT NULL
FROM record WHERE {_COUNTED} AND began BETWEEN ? AND ? ORDER BY began, id"""
