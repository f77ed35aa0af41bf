"""The closed loop of demands (信息闭环): gathered, analysed, handled, summed up. Rules STAT-07, STAT-08, STAT-09."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pm_cli.core.kind import DRAFT
from pm_cli.reports.figures.moves import settled
from pm_cli.reports.figures.rate import compared, rate, share
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.reports.figures.stats import statistics
from pm_cli.store.schema import LATE_ENTRY

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen

PHASES = ("collect", "analyse", "handle", "sum_up")
TARGET = "stats.written"


def closed_loop(scope: Scope) -> Plain:
    """In which phase the demands of the period stand, and what controls each phase, with the period before.

    A demand is being collected until something was decided about it, being analysed until it is resolved, handled until
    that is confirmed, and then summed up.
    """
    begun = _begun(scope)
    standing = Counter(_phases(scope, begun))
    policy, day = scope.ledger.policy, scope.period.last
    return {
        "received": len(begun),
        "phases": [{"phase": phase, "share": rate(standing[phase], len(begun))} for phase in PHASES],
        "controls": _controls(scope),
        "written_target": policy.at(TARGET, day).text if TARGET in policy else None,
    }


def _begun(scope: Scope) -> list[Seen]:
    return [
        record for kind in scope.requests for record in scope.records("kind = :kind AND began >= :start", kind=kind)
    ]


def _phases(scope: Scope, begun: list[Seen]) -> list[str]:
    """The phase of each demand."""
    done = set(settled(scope))
    standing = [record.rid for record in begun if scope.is_open(record.kind, record.state)]
    first = dict(scope.ask(_FIRST, rids=standing).fetchall())
    return [
        "sum_up"
        if record.rid not in first
        else "handle"
        if record.rid in done
        else "collect"
        if record.state in (DRAFT, first[record.rid])
        else "analyse"
        for record in begun
    ]


def _controls(scope: Scope) -> list[Plain]:
    """What each phase is judged by: present state, the period before, and where it goes."""
    now, before = _judged(scope), _judged(scope.before)
    return [{"phase": phase, "control": name, **compared(now[phase, name], before[phase, name])} for phase, name in now]


def _judged(scope: Scope) -> dict[tuple[str, str], Plain]:
    """The rate behind each control; a written record names who asked, or says that nobody was named."""
    written, prompt, begun = scope.ask(_WRITTEN, kinds=scope.requests).fetchone()
    total = statistics(scope)["total"]
    return {
        ("collect", "written"): rate(written or 0, begun),
        ("collect", "entered_in_time"): rate(prompt or 0, begun),
        ("analyse", "terms_kept"): share(bool(kept) for (kept,) in scope.ask(_INTERNAL, kinds=scope.requests)),
        ("handle", "promises_kept"): total["on_time"]["promises"],
        ("sum_up", "satisfied"): total["satisfied"],
        ("sum_up", "resolved_at_once"): total["first_resolution"],
    }


_AMONG = "kind IN (SELECT value FROM json_each(:kinds))"
_FIRST = "SELECT rid, after FROM event WHERE rid IN (SELECT value FROM json_each(:rids)) AND n = 0"
_WRITTEN = f"""
SELECT sum(state != '{DRAFT}' AND coalesce(json_extract(fields, '$.caller'), json_extract(fields, '$.anonymous'),
    json_extract(fields, '$.external')) IS NOT NULL),
  sum(event.known <= at + {LATE_ENTRY} OR json_extract(fields, '$.moved_from') IS NOT NULL), count(*)
FROM record JOIN event USING (rid) WHERE {_AMONG} AND began BETWEEN :start AND :at AND n = 0 AND {COUNTED}"""
_INTERNAL = f"""
SELECT coalesce(stopped <= due, 0) FROM clock CROSS JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND promise = 0 AND {_AMONG} AND {COUNTED}
  AND NOT (stopped IS NULL AND paused IS NOT NULL AND paused <= due)"""
