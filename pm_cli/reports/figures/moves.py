"""What moved in a period, request by request: received, resolved, closed, taken up again, and how often it took."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import compress
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.reports.figures.scope import COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.core.kind import Kind
    from pm_cli.reports.figures.scope import Scope
FLOWS = ("received", "resolved", "closed", "reopened", "reopened_closed")
ATTEMPTS = ("resolved", "reopened")


@dataclass(slots=True)
class Move:
    """A request that moved in the period; times are seconds since the epoch.

    `resolved_at` is when it was last resolved in the period. `attempts` is how often it was ever resolved or taken up
    again until the end, `settled` whether nothing but the confirmation was left to do then.
    """

    rid: int
    kind: str
    source: str
    building: str
    began: int
    resolved_at: int | None = None
    received: int = 0
    closed: int = 0
    reopened: int = 0
    reopened_closed: int = 0
    attempts: int = 0
    settled: bool = False

    @property
    def resolved(self) -> bool:
        """Whether it was resolved in the period, however often."""
        return self.resolved_at is not None

    @property
    def at_once(self) -> bool:
        """Whether it was resolved the first time, and not taken up again by the end."""
        return self.resolved and self.attempts == 1

    def take(self, at: int, figures: frozenset[str]) -> None:
        """Count one more step."""
        resolved, closed, reopened = "resolved" in figures, "closed" in figures, "reopened" in figures
        if resolved:
            self.resolved_at = at
        self.received += "received" in figures
        self.closed += closed
        self.reopened += reopened
        self.reopened_closed += "reopened_closed" in figures
        self.attempts += resolved + reopened
        self.settled = resolved or closed or (self.settled and not reopened)


@lru_cache(maxsize=16)
def moves(scope: Scope) -> list[Move]:
    """All requests that moved in the period, each once; not to be changed."""
    steps: defaultdict[int, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for rid, at, *step in scope.ask(_STEPS, kinds=scope.requests):
        if figures := told(*step):
            steps[rid].append((at, figures))
    found = [Move(*which) for which in scope.ask(_WHICH, rids=list(steps))]
    for move in found:
        for at, figures in steps[move.rid]:
            move.take(at, figures)
    older = [move.rid for move in found if move.resolved and move.began < scope.start]
    before = Counter(rid for rid, *step in scope.ask(_BEFORE, rids=older) if not told(*step).isdisjoint(ATTEMPTS))
    for move in found:
        move.attempts += before[move.rid]
    return found


@cache
def told(kind: str, action: str, before: str, after: str) -> frozenset[str]:
    """The figures a step counts in, worked out once for all steps alike."""
    return frozenset(counts_as(kinds.load(kind), action, before, after))


def counts_as(kind: Kind, action: str, before: str, after: str) -> Iterator[str]:
    """The figures a step counts in: `resolved` is what the handler says, `closed` is confirmed."""
    first, was_open, is_open = not before, kind.is_open(before), kind.is_open(after)
    back = not first and is_open and not was_open
    held = (
        first,
        action in kind.declared.resolves or (first and not is_open),
        (first or was_open) and not is_open,
        back or action in kind.declared.reopens,
        back,
    )
    return compress(FLOWS, held)


_STEPS = f"""
SELECT rid, at, kind, action, before, after FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND kind IN (SELECT value FROM json_each(:kinds)) AND {COUNTED} ORDER BY rid, n"""
_WHICH = """
SELECT rid, kind, source, building, began FROM record WHERE rid IN (SELECT value FROM json_each(:rids))"""
_BEFORE = """
SELECT rid, kind, action, before, after FROM event JOIN record USING (rid)
WHERE rid IN (SELECT value FROM json_each(:rids)) AND at < :start"""
