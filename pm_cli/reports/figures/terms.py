"""Terms at the end of a period: promises kept, what is overdue, what is paused and why, what was entered late."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pm_cli.reports.figures.rate import rate
from pm_cli.store.schema import LATE_ENTRY

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Running, Scope, Seen


def promises(scope: Scope) -> Plain:
    """How many promises to residents that fell due in the period were kept; the agreed ones beside all (CONS-21)."""
    found = scope.db.execute(_PROMISES, {"start": scope.start, "at": scope.at})
    counts = {(kind, clock): tuple(numbers) for kind, clock, *numbers in found}
    rows = [
        {"kind": kind, "clock": clock, "kept": rate(kept, due), "agreed_kept": rate(agreed_kept, agreed)}
        for (kind, clock), (due, kept, agreed, agreed_kept) in sorted(counts.items())
    ]
    return {"all": rate(sum(n[1] for n in counts.values()), sum(n[0] for n in counts.values())), "by_clock": rows}


def overdue(scope: Scope) -> Plain:
    """What is overdue, promises to residents apart from what the centre owes itself."""
    return {
        "promised": [_late(scope, run) for run in scope.overdue if run.promise],
        "internal": [_late(scope, run) for run in scope.overdue if not run.promise],
    }


def _late(scope: Scope, run: Running) -> Plain:
    return {
        **named(run.record),
        "clock": run.clock,
        "due": scope.iso(run.due),
        "late_seconds": scope.at - run.due,
        "handler": run.record.handler,
        "summary": run.record.summary,
    }


def paused(scope: Scope) -> list[Plain]:
    """Records whose clocks stand still, since when and why."""
    occurring = {record.kind for record in scope.standing}
    states = {kind: {state for clock in scope.kind(kind).clocks for state in clock.pauses} for kind in occurring}
    standing = [record for record in scope.standing if record.state in states[record.kind]]
    fields, since = scope.fields(standing), _since(scope, standing)
    return [
        {
            **named(record),
            "since": scope.iso(since.get(record.rid, record.began)),
            "reason": str(fields[record.rid].get(_why(scope, record), "")),
            "handler": record.handler,
            "summary": record.summary,
        }
        for record in standing
    ]


def _why(scope: Scope, record: Seen) -> str:
    return str(getattr(scope.kind(record.kind).declared, "paused_because", "wait_reason"))


def _since(scope: Scope, records: list[Seen]) -> dict[int, int]:
    """When each record came into the state it is in."""
    numbers = json.dumps([record.rid for record in records])
    states = {record.rid: record.state for record in records}
    found = scope.db.execute(
        "SELECT rid, at, after FROM event WHERE rid IN (SELECT value FROM json_each(?)) AND at <= ? AND before != after"
        " ORDER BY rid, n",
        (numbers, scope.at),
    )
    return {rid: at for rid, at, after in found if after == states[rid]}


def late_entries(scope: Scope) -> list[Plain]:
    """Steps that became known in the period more than half an hour after they happened (AMB-08), as they were entered.

    `earlier` marks those that change what a report about an earlier period said. Successors of re-classed requests
    carry the time of receipt on purpose and are left out (D-07).
    """
    found = scope.db.execute(_LATE, {"start": scope.start, "at": scope.at})
    return [
        {
            "id": number, "kind": kind, "unit": unit, "action": action, "by": by,
            "at": scope.iso(at), "recorded": scope.iso(known), "late_seconds": known - at, "earlier": at < scope.start,
        }
        for number, kind, unit, action, by, at, known in found
    ]  # fmt: skip


def named(record: Seen) -> Plain:
    """What every list says of a record."""
    return {"id": record.id, "kind": record.kind, "state": record.state, "unit": record.unit}


_PROMISES = """
SELECT kind, name, count(*), sum(stopped IS NOT NULL AND stopped <= due),
  sum(agreed), sum(agreed AND stopped IS NOT NULL AND stopped <= due)
FROM clock JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND promise = 1
  AND NOT (stopped IS NULL AND paused IS NOT NULL AND paused <= due) AND state NOT IN ('moved', 'annulled')
GROUP BY kind, name"""
_LATE = f"""
SELECT id, kind, unit, action, by, at, event.known FROM event JOIN record USING (rid)
WHERE path LIKE 'journal/%' AND event.known BETWEEN :start AND :at AND event.known > event.at + {LATE_ENTRY}
  AND NOT (n = 0 AND json_extract(fields, '$.moved_from') IS NOT NULL)
ORDER BY event.known, id, n"""
