"""What one report looks at: a ledger as known at a moment, a period, and the records that concern it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.kind import ANNULLED, DRAFT
from pm_cli.core.request import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection, Cursor

    from pm_cli.reports.figures.periods import Period
    from pm_cli.store.ledger import Ledger

Plain = dict[str, Any]
"""Figures as JSON shows them and templates read them."""

VOID = ("moved", ANNULLED)
"""States of records that count nowhere: the successor of a moved one counts instead (D-07)."""


class Seen(NamedTuple):
    """A record when stock is taken: `state` is the one it was in then, `began` in seconds since the epoch."""

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

    @property
    def plain(self) -> Plain:
        """What every list says of a record."""
        return {"id": self.id, "kind": self.kind, "state": self.state, "unit": self.unit}


class Step(NamedTuple):
    """One step of a record within the period; `before` is "" for the first one."""

    rid: int
    at: int
    action: str
    by: str
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class Scope:
    """A ledger whose index shows what was known at `known`, and the period reported about; each looks for itself.

    Stock is taken at the end of the period, or at `known` while it still runs.
    """

    ledger: Ledger
    period: Period
    known: datetime
    late_too: bool = False

    @cached_property
    def start(self) -> int:
        """First second of the period, since the epoch."""
        return self.period.begins(self.ledger.zone)

    @cached_property
    def at(self) -> int:
        """The second at which stock is taken, since the epoch."""
        return min(self.period.ends(self.ledger.zone) - 1, int(self.known.timestamp()))

    @property
    def over(self) -> bool:
        """Whether the period had ended."""
        return self.known.timestamp() >= self.period.ends(self.ledger.zone)

    @cached_property
    def before(self) -> Scope:
        """The same ledger over the period before."""
        return Scope(self.ledger, self.period.before, self.known, self.late_too)

    @cached_property
    def year_before(self) -> Scope:
        """The same ledger over the same period of the year before."""
        return Scope(self.ledger, self.period.year_before, self.known, self.late_too)

    @property
    def index(self) -> Connection:
        """The index."""
        return self.ledger.index.db

    def ask(self, query: str, **values: Any) -> Cursor:
        """A query to the index; `:start` and `:at` are those of the period, lists arrive as JSON."""
        plain = {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}
        return self.index.execute(query, {"start": self.start, "at": self.at, **plain})

    def iso(self, seconds: int | None) -> str | None:
        """Epoch seconds as an instant in the estate's time zone."""
        return None if seconds is None else datetime.fromtimestamp(seconds, self.ledger.zone).isoformat()

    # -- kinds -----------------------------------------------------------------------------------------------

    @cached_property
    def open_kinds(self) -> set[str]:
        """Kinds of which something may have been open when stock is taken; importing all the others takes long."""
        return {name for (name,) in self.ask(_KINDS_OPEN)} | {record.kind for record in self.changed}

    @property
    def requests(self) -> list[str]:
        """Kinds of what residents ask for."""
        return list(REQUESTS)

    def is_open(self, kind: str, state: str) -> bool:
        """Whether a record of a kind is open in a state; "" is the state of none."""
        return kinds.load(kind).is_open(state)

    # -- records ---------------------------------------------------------------------------------------------

    def records(self, where: str, **values: Any) -> list[Seen]:
        """Records that had begun when stock is taken, as they were then, the oldest first."""
        found = map(Seen._make, self.ask(f"{_SEEN} AND ({where})", **values))
        return sorted(found, key=lambda record: (record.began, record.id))

    @cached_property
    def changed(self) -> list[Seen]:
        """Records that have changed since stock is taken: what the index says of their state came later."""
        return [record for record in self.records("touched > :at AND path < 'k'") if record.kind in kinds.names()]

    def standing(self, kind: str, states: Iterable[str] = ()) -> list[Seen]:
        """Records of a kind that were open when stock is taken, all or those in some states, the oldest first."""
        if kind not in self.open_kinds:
            return []
        wanted = set(states or (DRAFT, *kinds.load(kind).declared.open))
        query = f"{UNCHANGED} AND kind = :kind AND state IN (SELECT value FROM json_each(:states))"
        found = self.records(query, kind=kind, states=sorted(wanted))
        found += [record for record in self.changed if record.kind == kind and record.state in wanted]
        return sorted(found, key=lambda record: (record.began, record.id))

    @cached_property
    def open_requests(self) -> Counter[tuple[str, str, str]]:
        """How many requests were open when stock is taken, by kind, channel and building."""
        found = Counter[tuple[str, str, str]]()
        for kind, source, building, count in self.ask(_OPEN, kinds=self.requests):
            found[kind, source, building] = count
        for record in self.changed:
            if record.kind in self.requests and self.is_open(record.kind, record.state):
                found[record.kind, record.source, record.building] += 1
        return found

    def overdue(self, promise: int, most: int) -> list[tuple[int, str, str, int]]:
        """The clocks longest overdue as (due, id, clock, record number); `promise` 1 asks for promises to residents."""
        running = self.ask(_LONGEST_OVERDUE, promise=promise, most=most)
        stopped = (late for *late, kept in self._stopped_since if kept == promise)
        return sorted([*running, *map(tuple, stopped)])[:most]

    @cached_property
    def overdue_counts(self) -> dict[int, int]:
        """How many clocks were overdue when stock is taken, promises to residents (1) and others (0)."""
        counts = Counter(dict(self.ask(_OVERDUE_COUNTS)))
        counts.update(promise for *_late, promise in self._stopped_since)
        return counts

    @cached_property
    def _stopped_since(self) -> list[tuple[int, str, str, int, int]]:
        """Clocks that were overdue when stock is taken and have stopped since."""
        return self.ask(_STOPPED_SINCE, changed=[record.rid for record in self.changed]).fetchall()

    def steps(self, kind: str) -> list[Step]:
        """What happened to records of a kind in the period, in order."""
        return list(map(Step._make, self.ask(_STEPS, kind=kind)))

    def fields(self, records: Iterable[Seen]) -> dict[int, Plain]:
        """The fields of some records, by their number in the index."""
        query = "SELECT rid, fields FROM record WHERE rid IN (SELECT value FROM json_each(:rids))"
        return {rid: json.loads(text) for rid, text in self.ask(query, rids=[record.rid for record in records])}

    @cached_property
    def staff(self) -> dict[str, Plain]:
        """The fields of everybody registered, by login."""
        found = self.ask("SELECT id, fields FROM record WHERE kind = 'staff'")
        return {login: json.loads(text) for login, text in found}

    def name_of(self, login: str) -> str:
        """The name colleagues know somebody by."""
        return str(self.staff.get(login, {}).get("name", login))


COUNTED = f"state NOT IN {VOID}"
"""Records that count."""
_AS_IT_WAS = """CASE WHEN touched <= :at THEN state ELSE coalesce(
  (SELECT after FROM event WHERE event.rid = record.rid AND event.at <= :at ORDER BY n DESC LIMIT 1), '') END"""
_SEEN = f"""
SELECT rid, id, kind, {_AS_IT_WAS}, unit, building, source, handler, class, summary, began
FROM record WHERE +began <= :at AND {COUNTED}"""
UNCHANGED = "open = 1 AND touched <= :at"
"""Open records that have not changed since stock is taken."""
_KINDS_OPEN = """
WITH RECURSIVE met (kind) AS (
  SELECT min(kind) FROM record WHERE open = 1
  UNION ALL SELECT (SELECT min(kind) FROM record WHERE open = 1 AND kind > met.kind) FROM met WHERE kind IS NOT NULL)
SELECT kind FROM met WHERE kind IS NOT NULL"""
"""One step per kind through the index, however many records there are."""
_OPEN = f"""
SELECT kind, source, building, count(*) FROM record INDEXED BY record_standing
WHERE {UNCHANGED} AND kind IN (SELECT value FROM json_each(:kinds)) GROUP BY kind, source, building"""
_STILL_OVERDUE = """clock JOIN record INDEXED BY record_face USING (rid)
WHERE stopped IS NULL AND due < :at AND due < coalesce(paused, :at) AND start <= :at AND +open = 1"""
_OVERDUE_COUNTS = f"SELECT promise, count(*) FROM {_STILL_OVERDUE} GROUP BY promise"
_LONGEST_OVERDUE = f"""
SELECT due, id, name, rid FROM {_STILL_OVERDUE} AND promise = :promise ORDER BY due, id, name LIMIT :most"""
_STOPPED_SINCE = """
SELECT due, id, name, rid, promise FROM clock JOIN record USING (rid)
WHERE rid IN (SELECT value FROM json_each(:changed)) AND stopped > :at AND start <= :at AND due < :at"""
_STEPS = f"""
SELECT rid, at, action, by, before, after FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND kind = :kind AND {COUNTED} ORDER BY at, id, n"""
