"""What one report looks at: a ledger as known at a moment, a period, and the records that concern it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.kind import ANNULLED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

    from pm_cli.core.kind import Kind
    from pm_cli.reports.figures.periods import Period
    from pm_cli.store.ledger import Ledger

Plain = dict[str, Any]
"""Figures as JSON shows them and templates read them."""

VOID = ("moved", ANNULLED)
"""States of records that count nowhere: the successor of a moved one counts instead (D-07)."""


class Seen(NamedTuple):
    """A record at the moment a report is judged at; `state` is the one it was in then, `began` in epoch seconds."""

    rid: int
    id: str
    kind: str
    state: str
    unit: str
    building: str
    source: str
    handler: str
    sort: str
    summary: str
    began: int


class Happening(NamedTuple):
    """One step of a record within the period; `before` is "" for the first one."""

    record: Seen
    at: int
    action: str
    by: str
    before: str
    after: str


class Running(NamedTuple):
    """A clock that was running at the moment a report is judged at, past its due time; times in epoch seconds."""

    record: Seen
    clock: str
    promise: bool
    due: int


@dataclass(frozen=True)
class Scope:
    """A ledger whose index shows what was known at `known`, and the period reported about."""

    ledger: Ledger
    period: Period
    known: datetime
    late_too: bool = False

    @property
    def db(self) -> Connection:
        """The index."""
        return self.ledger.index.db

    @cached_property
    def start(self) -> int:
        """First second of the period, since the epoch."""
        return self.period.begins(self.ledger.zone)

    @cached_property
    def at(self) -> int:
        """The second at which stock is taken: the last one of the period, or what was known last if it still runs."""
        return min(self.period.ends(self.ledger.zone) - 1, int(self.known.timestamp()))

    @property
    def over(self) -> bool:
        """Whether the period had ended."""
        return self.known.timestamp() >= self.period.ends(self.ledger.zone)

    @cached_property
    def before(self) -> Scope:
        """The same ledger over the period before."""
        return Scope(self.ledger, self.period.before, self.known, self.late_too)

    def iso(self, seconds: int | None) -> str | None:
        """Epoch seconds as an instant in the estate's time zone."""
        return None if seconds is None else datetime.fromtimestamp(seconds, self.ledger.zone).isoformat()

    @staticmethod
    def kind(name: str) -> Kind:
        """The declaration of a kind; only those that occur are imported."""
        return kinds.load(name)

    @staticmethod
    def is_open(kind: str, state: str) -> bool:
        """Whether a record of a kind is open in a state; "" is the state of none."""
        return kinds.load(kind).is_open(state)

    @staticmethod
    def is_request(kind: str) -> bool:
        """Whether records of a kind are what residents ask for; kinds unknown to this version are not."""
        return kind in kinds.names() and kinds.load(kind).declared.request

    # -- records ---------------------------------------------------------------------------------------------

    @cached_property
    def records(self) -> dict[int, Seen]:
        """By number in the index: what was open when stock is taken or had a step in the period; no standing things."""
        found = self.db.execute(_RECORDS, {"start": self.start, "at": self.at})
        return {row[0]: Seen(*row) for row in found if row[2] in kinds.names()}

    @cached_property
    def standing(self) -> list[Seen]:
        """Records that were open when stock is taken, oldest first."""
        found = (record for record in self.records.values() if self.is_open(record.kind, record.state))
        return sorted(found, key=lambda record: (record.began, record.id))

    @cached_property
    def happened(self) -> list[Happening]:
        """What happened in the period, in order."""
        found = self.db.execute(_STEPS, {"start": self.start, "at": self.at})
        return [Happening(self.records[row[0]], *row[1:]) for row in found if row[0] in self.records]

    @cached_property
    def late(self) -> list[tuple[int, str, int, int]]:
        """Clocks that had missed their term when stock is taken and still ran: record number, clock, promise, due."""
        return self.db.execute(_LATE, {"at": self.at}).fetchall()

    @cached_property
    def overdue(self) -> list[Running]:
        """The same clocks with their records, the longest overdue first."""
        found = [Running(self.records[rid], clock, bool(promise), due) for rid, clock, promise, due in self.late]
        return sorted(found, key=lambda run: (run.due, run.record.id, run.clock))

    def closes(self, step: Happening) -> bool:
        """Whether a record left its open states with this step."""
        kind = step.record.kind
        return (not step.before or self.is_open(kind, step.before)) and not self.is_open(kind, step.after)

    def fields(self, records: Iterable[Seen]) -> dict[int, Plain]:
        """The fields of some records, by their number in the index."""
        numbers = json.dumps([record.rid for record in records])
        found = self.db.execute(
            "SELECT rid, fields FROM record WHERE rid IN (SELECT value FROM json_each(?))", (numbers,)
        )
        return {rid: json.loads(text) for rid, text in found}

    @cached_property
    def staff(self) -> dict[str, Plain]:
        """The fields of everybody registered, by login."""
        found = self.db.execute("SELECT id, fields FROM record WHERE kind = 'staff'")
        return {login: json.loads(text) for login, text in found}

    def name_of(self, login: str) -> str:
        """The name colleagues know somebody by."""
        return str(self.staff.get(login, {}).get("name", login))


COUNTED = f"path LIKE 'journal/%' AND state NOT IN {VOID}"
_CHANGED_SINCE = "SELECT rid FROM record WHERE touched > :at AND began <= :at"
_RECORDS = f"""
WITH concerned (rid) AS (
  SELECT rid FROM record WHERE open = 1
  UNION {_CHANGED_SINCE} UNION SELECT rid FROM event WHERE at BETWEEN :start AND :at)
SELECT rid, id, kind, CASE WHEN touched <= :at THEN state ELSE coalesce(
    (SELECT after FROM event WHERE event.rid = record.rid AND event.at <= :at ORDER BY n DESC LIMIT 1), '') END,
  unit, building, source, handler, class, summary, began
FROM concerned JOIN record USING (rid) WHERE began <= :at AND {COUNTED}"""
_STEPS = """
SELECT rid, at, action, by, before, after FROM event WHERE at BETWEEN :start AND :at ORDER BY at, rid, n"""
_LATE = f"""
SELECT rid, name, promise, due FROM clock JOIN record USING (rid)
  WHERE stopped IS NULL AND start <= :at AND due < :at AND due < coalesce(paused, :at) AND +open = 1 AND {COUNTED}
UNION ALL
SELECT rid, name, promise, due FROM clock JOIN record USING (rid)
  WHERE rid IN ({_CHANGED_SINCE}) AND stopped > :at AND start <= :at AND due < :at AND {COUNTED}"""
