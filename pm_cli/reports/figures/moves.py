"""What moved in a period, request by request: received, resolved, closed, taken up again, and how often it took."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.flow import Flow
from pm_cli.reports.figures.scope import COUNTED

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Scope

FLOWS = ("received", "resolved", "closed", "reopened", "reopened_closed")


class Move(NamedTuple):
    """A request that moved in the period; times are seconds since the epoch.

    `resolved_at` is when it was last resolved in the period. `attempts` is how often it was ever resolved or taken up
    again until the end, `settled` whether nothing but the confirmation was left to do then.
    """

    rid: int
    kind: str
    source: str
    building: str
    began: int
    resolved_at: int | None
    received: int
    closed: int
    reopened: int
    reopened_closed: int
    settled: int
    attempts: int

    @property
    def resolved(self) -> bool:
        """Whether it was resolved in the period, however often."""
        return self.resolved_at is not None

    @property
    def at_once(self) -> bool:
        """Whether it was resolved the first time, and not taken up again by the end."""
        return self.resolved and self.attempts == 1


@lru_cache(maxsize=16)
def moves(scope: Scope) -> list[Move]:
    """All requests that moved in the period, each once; not to be changed."""
    return list(map(Move._make, scope.ask(_MOVES, kinds=scope.requests)))


_ATTEMPTS = f"coalesce(sum((flow & {Flow.RESOLVED:d} > 0) + (flow & {Flow.REOPENED:d} > 0)), 0)"
_MOVES = f"""
WITH moved AS (
  SELECT rid, max(at) FILTER (WHERE flow & {Flow.RESOLVED:d}) AS resolved_at, sum(flow & {Flow.RECEIVED:d} > 0) AS received,
    sum(flow & {Flow.CLOSED:d} > 0) AS shut, sum(flow & {Flow.REOPENED:d} > 0) AS reopened,
    sum(flow & {Flow.REOPENED_CLOSED:d} > 0) AS reopened_closed, {_ATTEMPTS} AS attempts,
    max(n) FILTER (WHERE flow & {Flow.RESOLVED | Flow.CLOSED:d})
      > coalesce(max(n) FILTER (WHERE flow & {Flow.REOPENED:d}), -1) AS settled
  FROM event INDEXED BY event_flow WHERE at BETWEEN :start AND :at AND flow > 0 GROUP BY rid)
SELECT rid, kind, source, building, began, resolved_at, received, shut, reopened, reopened_closed, coalesce(settled, 0),
  attempts + iif(resolved_at > 0 AND began < :start,
    (SELECT {_ATTEMPTS} FROM event WHERE event.rid = moved.rid AND at < :start), 0)
FROM moved CROSS JOIN record USING (rid) WHERE kind IN (SELECT value FROM json_each(:kinds)) AND {COUNTED}"""
