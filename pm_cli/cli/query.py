"""Questions to the index that several commands ask: running clocks, overdue ones, lists; as known at any moment."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.policy import plain_levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pm_cli.core.policy import Value
    from pm_cli.store.ledger import Ledger


class Term(NamedTuple):
    """A clock of a record at a moment; times are seconds since the epoch."""

    id: str
    kind: str
    state: str
    unit: str
    handler: str
    summary: str
    clock: str
    promise: bool
    start: int
    due: int | None
    stopped: int | None
    paused: int | None
    warn: int | None
    key: str
    since: str
    unknown: str

    def judged(self, at: int) -> int:
        """The instant held against the due time: stop, lasting pause, or the moment asked about."""
        return min(moment for moment in (self.stopped, self.paused, at) if moment is not None)

    def late_by(self, at: int) -> int:
        """Seconds beyond the due time; 0 or less when it is not missed."""
        return self.judged(at) - self.due if self.due is not None else 0


COLUMNS = """record.id, record.kind, record.state, record.unit, record.handler, record.summary, clock.name,
 clock.promise, clock.start, clock.due, clock.stopped, clock.paused, clock.warn, clock.key, clock.since, clock.unknown"""

JOINED = "FROM clock JOIN record INDEXED BY record_face USING (rid)"


def running(ledger: Ledger, at: int, where: str = "1", *values: object) -> list[Term]:
    """Clocks running at a moment, the earliest due first; those of unknown due time last."""
    running_now = "clock.stopped IS NULL AND record.open = 1 AND clock.start <= ?"
    order = "ORDER BY clock.due IS NULL, clock.due, record.id"
    sql = f"SELECT {COLUMNS} {JOINED} WHERE {running_now} AND ({where}) {order}"
    return list(map(Term._make, ledger.index.db.execute(sql, (at, *values))))


def overdue(ledger: Ledger, at: int) -> list[Term]:
    """Running clocks that have missed their term at a moment, the longest overdue first."""
    return running(ledger, at, "clock.due < ? AND clock.due < coalesce(clock.paused, ?)", at, at)


class Levels:
    """Escalation of missed terms: how far it has come and who is to be told."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._value = lru_cache(maxsize=None)(self._find)

    def _find(self, key: str, since: str) -> Value | None:
        if not key or key not in self._ledger.policy:
            return None
        entry = self._ledger.policy.entry(key)
        return next((value for value in entry.values if value.since.isoformat() == since), None)

    def rule(self, term: Term) -> str:
        """The rule behind the term."""
        value = self._value(term.key, term.since)
        return value.rule if value else ""

    def of(self, term: Term, at: int) -> tuple[int, str]:
        """Level and role at a moment, or when it paused; plain stretches are added up without calendar arithmetic."""
        value = self._value(term.key, term.since)
        if value is None or term.due is None:
            return 0, ""
        plain = plain_levels(value.escalate)
        if plain is not None:
            late = term.late_by(at)
            number = sum(late >= offset for offset in plain)
            return (number, value.escalate[number - 1][0]) if number else (0, "")
        from pm_cli.core.clock import level

        zone = self._ledger.zone
        return level(
            value,
            datetime.fromtimestamp(term.due, zone),
            datetime.fromtimestamp(term.judged(at), zone),
            self._ledger.calendar,
        )


def overdue_json(ledger: Ledger, terms: Iterable[Term], at: int) -> Iterator[dict[str, Any]]:
    """The `pm overdue --json` contract."""
    levels = Levels(ledger)
    for term in terms:
        reached, role = levels.of(term, at)
        yield {
            "id": term.id,
            "kind": term.kind,
            "state": term.state,
            "clock": term.clock,
            "due": iso(ledger, term.due),
            "late_seconds": term.late_by(at),
            "level": reached,
            "tell": role,
            "rule": levels.rule(term),
            "unit": term.unit,
            "handler": term.handler,
            "promise": bool(term.promise),
            "summary": term.summary,
        }


def iso(ledger: Ledger, seconds: int | None) -> str | None:
    """Seconds since the epoch as an instant in the ledger's zone."""
    return None if seconds is None else datetime.fromtimestamp(seconds, ledger.zone).isoformat()


def minute(ledger: Ledger, seconds: int | None) -> str:
    """Seconds since the epoch as people read them; "" for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, ledger.zone).isoformat(" ", "minutes")[:16]
