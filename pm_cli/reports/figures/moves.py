"""What moved in a period, request by request in SQL: received, resolved, closed, taken up again, how often it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.flow import Flow
from pm_cli.reports.figures.scope import COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.reports.figures.scope import Scope

FLOWS = ("received", "resolved", "closed", "reopened", "reopened_closed")
SUMS = "sum(received), sum(resolved_at IS NOT NULL), sum(shut), sum(reopened), sum(reopened_closed)"
"""The flows of several requests; one resolved several times in the period counts as resolved once."""

_RESOLVED, _REOPENED = f"flow & {Flow.RESOLVED:d} > 0", f"flow & {Flow.REOPENED:d} > 0"
_ATTEMPTS = f"coalesce(sum(({_RESOLVED}) + ({_REOPENED})), 0)"
MOVED = f"""
WITH moved AS (
  SELECT rid, max(at) FILTER (WHERE {_RESOLVED}) AS resolved_at, {_ATTEMPTS} AS attempts,
    sum(flow & {Flow.RECEIVED:d} > 0) AS received, sum(flow & {Flow.CLOSED:d} > 0) AS shut,
    sum({_REOPENED}) AS reopened, sum(flow & {Flow.REOPENED_CLOSED:d} > 0) AS reopened_closed,
    coalesce(max(n) FILTER (WHERE flow & {Flow.RESOLVED | Flow.CLOSED:d} > 0), -1)
      > coalesce(max(n) FILTER (WHERE {_REOPENED}), -1) AS settled
  FROM event INDEXED BY event_flow WHERE at BETWEEN :start AND :at AND flow > 0 GROUP BY rid)"""
"""A row for each request that moved. `resolved_at` is when it was last resolved in the period, `attempts` how often it was
resolved or taken up again, `settled` whether nothing but the confirmation was left to do at the end."""
AT_ONCE = f"""(resolved_at IS NOT NULL AND attempts + iif(began < :start,
    (SELECT {_ATTEMPTS} FROM event WHERE event.rid = moved.rid AND at < :start), 0) = 1)"""
"""Whether it was resolved the first time, and not taken up again by the end."""
OF_REQUESTS = (
    f"FROM moved CROSS JOIN record USING (rid) WHERE kind IN (SELECT value FROM json_each(:kinds)) AND {COUNTED}"
)


def settled(scope: Scope) -> Iterator[int]:
    """The requests that were settled in the period and have stayed so until its end."""
    for (rid,) in scope.ask(f"{MOVED} SELECT rid {OF_REQUESTS} AND settled", kinds=scope.requests):
        yield rid
