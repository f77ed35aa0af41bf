"""Terms at the end of a period: promises kept, what is overdue, what is paused and why, what was entered late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.reports.figures.listing import LISTED, listed
from pm_cli.reports.figures.rate import rate
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.store.schema import LATE_ENTRY

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen


def promises(scope: Scope) -> Plain:
    """How many promises to residents that fell due in the period were kept; the agreed ones beside all (CONS-21).

    `broken` are those of which somebody said in the period that they were not kept, due or not (COMP-58).
    """
    counts = {(kind, clock): tuple(numbers) for kind, clock, *numbers in scope.ask(_PROMISES)}
    rows = [
        {
            "kind": kind,
            "clock": clock,
            "kept": rate(kept, due),
            "agreed_kept": rate(agreed_kept, agreed),
            "target": _target(scope, kind),
        }
        for (kind, clock), (due, kept, agreed, agreed_kept) in sorted(counts.items())
    ]
    broken = listed(
        scope.ask(_BROKEN).fetchall(), lambda row: dict(zip(("id", "unit", "promise", "by"), row, strict=True))
    )
    return {
        "all": rate(sum(n[1] for n in counts.values()), sum(n[0] for n in counts.values())),
        "by_clock": rows,
        "broken": broken,
    }


def _target(scope: Scope, kind: str) -> str | None:
    """The share of promises of a kind that the policy asks for, if it names one (CONS-21: `consultation.rate_target`)."""
    key, policy = f"{kind}.rate_target", scope.ledger.policy
    return policy.at(key, scope.period.last).text if key in policy else None


def overdue(scope: Scope) -> Plain:
    """What was overdue and still ran when stock is taken: promises to residents, and what the centre owes itself."""
    return {
        name: listed(_longest(scope, promise), lambda late: _late(scope, *late), scope.overdue_counts[promise])
        for name, promise in (("promised", 1), ("internal", 0))
    }


def _longest(scope: Scope, promise: int) -> list[tuple[Seen, str, int]]:
    """The clocks longest overdue, as (record, clock, due)."""
    found = scope.overdue(promise, LISTED)
    records = {record.rid: record for record in scope.records(_AMONG, rids=[rid for *_late, rid in found])}
    return [(records[rid], clock, due) for due, _id, clock, rid in found]


def _late(scope: Scope, record: Seen, clock: str, due: int) -> Plain:
    return {
        **record.plain,
        "clock": clock,
        "due": scope.iso(due),
        "late_seconds": scope.at - due,
        "handler": record.handler,
        "summary": record.summary,
    }


def paused(scope: Scope) -> Plain:
    """Records whose clocks stand still, since when and why, the oldest first."""
    some = {record.kind for record in scope.changed}.union(name for (name,) in scope.ask(_KINDS_PAUSED))
    pausing = {kind: states for kind in sorted(some) if (states := _pauses(kind))}
    standing = [record for kind, states in pausing.items() for record in scope.standing(kind, states)]
    shown = standing[:LISTED]
    fields, since, until = scope.fields(shown), _since(scope, shown), _until(scope, shown)
    return listed(
        standing,
        lambda record: {
            **record.plain,
            "since": scope.iso(since.get(record.rid, record.began)),
            "until": scope.iso(until.get(record.rid)),
            "reason": str(fields[record.rid].get(_why(record), "")),
            "handler": record.handler,
            "summary": record.summary,
        },
    )


def _pauses(kind: str) -> set[str]:
    """The states in which some clock of a kind stands still."""
    return {state for clock in kinds.load(kind).clocks for state in clock.pauses} if kind in kinds.names() else set()


def _why(record: Seen) -> str:
    return kinds.load(record.kind).declared.paused_because


def _since(scope: Scope, records: list[Seen]) -> dict[int, int]:
    """When each record came into the state it was in."""
    states = {record.rid: record.state for record in records}
    return {rid: at for rid, at, after in scope.ask(_TURNS, rids=list(states)) if after == states[rid]}


def _until(scope: Scope, records: list[Seen]) -> dict[int, int]:
    """When each pause has to end."""
    clocks = {record.rid: kinds.load(record.kind).declared.paused_until for record in records}
    return {rid: due for rid, name, due in scope.ask(_ENDS, rids=list(clocks)) if name == clocks[rid]}


def late_entries(scope: Scope) -> Plain:
    """Steps that became known in the period more than half an hour after they happened (AMB-08), as they were entered.

    `earlier` marks those that change what a report about an earlier period said. Successors of re-classed requests
    carry the time of receipt on purpose and are left out (D-07).
    """
    found = scope.ask(_LATE_ENTRIES).fetchall()
    return listed(found, lambda row: _entry(scope, *row))


def _entry(scope: Scope, number: str, kind: str, unit: str, action: str, by: str, at: int, known: int) -> Plain:
    return {
        "id": number,
        "kind": kind,
        "unit": unit,
        "action": action,
        "by": by,
        "at": scope.iso(at),
        "recorded": scope.iso(known),
        "late_seconds": known - at,
        "earlier": at < scope.start,
    }


_PROMISES = f"""
SELECT kind, name, count(*), sum(stopped IS NOT NULL AND stopped <= due),
  sum(agreed), sum(agreed AND stopped IS NOT NULL AND stopped <= due)
FROM clock JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND promise = 1
  AND NOT (stopped IS NULL AND paused IS NOT NULL AND paused <= due) AND {COUNTED}
GROUP BY kind, name"""
_BROKEN = f"""
SELECT DISTINCT id, unit, json_extract(fields, '$.promise'), event.by FROM event JOIN record USING (rid)
WHERE action = 'keep_promise' AND at BETWEEN :start AND :at AND json_extract(fields, '$.promise_kept') = 'false' AND {COUNTED}
ORDER BY id"""
_KINDS_PAUSED = """
SELECT DISTINCT kind FROM clock JOIN record USING (rid) WHERE stopped IS NULL AND paused IS NOT NULL AND +open = 1"""
_AMONG = "rid IN (SELECT value FROM json_each(:rids))"
_TURNS = f"SELECT rid, at, after FROM event WHERE {_AMONG} AND at <= :at AND before != after ORDER BY rid, n"
_ENDS = f"SELECT rid, name, due FROM clock WHERE {_AMONG} AND (stopped IS NULL OR stopped > :at) AND due IS NOT NULL"
_LATE_ENTRIES = f"""
SELECT id, kind, unit, action, by, at, event.known FROM event JOIN record USING (rid)
WHERE path LIKE 'journal/%' AND event.known BETWEEN :start AND :at AND event.known > event.at + {LATE_ENTRY}
  AND NOT (n = 0 AND json_extract(fields, '$.moved_from') IS NOT NULL)
ORDER BY event.known, id, n"""
