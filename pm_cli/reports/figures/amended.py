"""What was rewritten in a period: corrected, struck, annulled, re-classed; by whom and why. Rule SHEET-03."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.fold import fold
from pm_cli.reports.figures.listing import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.reports.figures.scope import Plain, Scope


def amended(scope: Scope) -> Plain:
    """Each such step with its reason, the oldest first: nothing that was entered disappears unseen."""
    return listed([row for (number,) in scope.ask(_AMENDED) for row in _steps(scope, number)], lambda row: row)


def _steps(scope: Scope, number: str) -> Iterator[Plain]:
    record = scope.ledger.get(number)
    if record is None:
        return
    events = {event.id: event for event in record.events}
    for step in fold(kinds.load(record.kind), record).steps:
        event, given = step.event, step.event.given
        if event.do in AMENDED and scope.start <= int(step.instant.timestamp()) <= scope.at:
            target, changed = events.get(str(given.get("event", ""))), given.get("set", {})
            yield {
                "at": step.instant.isoformat(),
                "id": number,
                "unit": str(record.fields.get("unit", "")),
                "action": event.do,
                "by": event.by,
                "step": target.do if target else "",
                "fields": [*changed, *(["happened_at"] if "happened_at" in given else [])],
                "reason": str(given.get("reason", "")),
            }


AMENDED = ("annul", "correct", "move", "settle", "strike")
_AMENDED = f"""
SELECT DISTINCT id FROM event JOIN record USING (rid)
WHERE action IN {AMENDED} AND at BETWEEN :start AND :at AND imported = 0 ORDER BY at, id"""
