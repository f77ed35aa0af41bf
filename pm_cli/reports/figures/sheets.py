"""Countersign sheets that fell due in a period: came back, came back in time; by issuer and by department."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.reports.figures.rate import share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pm_cli.reports.figures.scope import Plain, Scope

TARGET = "sheet.collection_rate"


class Sheet(NamedTuple):
    """A sheet due in the period; collected, explained, suspended or terminated it has come back (SHEET-27)."""

    issuer: str
    departments: tuple[str, ...]
    back: bool
    in_time: bool


def sheets(scope: Scope) -> Plain:
    """Collection rate over the sheets due (AMB-11), the rate of those in time beside it; the target is the policy's."""
    due = list(_due(scope))
    departments = {name for sheet in due for name in sheet.departments}
    return {
        "target": _target(scope),
        **_rates(due),
        "by_issuer": [
            {
                "issuer": issuer,
                "name": scope.name_of(issuer),
                **_rates(sheet for sheet in due if sheet.issuer == issuer),
            }
            for issuer in sorted({sheet.issuer for sheet in due})
        ],
        "by_department": [
            {"department": name, **_rates(sheet for sheet in due if name in sheet.departments)}
            for name in sorted(departments)
        ],
    }


def _rates(due: Iterable[Sheet]) -> Plain:
    counted = list(due)
    return {"collected": share(sheet.back for sheet in counted), "in_time": share(sheet.in_time for sheet in counted)}


def _due(scope: Scope) -> Iterable[Sheet]:
    found = scope.ask(_DUE)
    for due, stopped, paused, departments, issuer in found:
        back = min((moment for moment in (stopped, paused) if moment is not None), default=None)
        came = back is not None and back <= scope.at
        yield Sheet(issuer, tuple(json.loads(departments or "[]")), came, came and back <= due)


def _target(scope: Scope) -> str | None:
    policy = scope.ledger.policy
    return policy.at(TARGET, scope.period.last).text if TARGET in policy else None


_DUE = """
SELECT due, stopped, paused, json_extract(fields, '$.departments'),
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'issue' ORDER BY n LIMIT 1)
FROM clock JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND name = 'return' AND +kind = 'sheet' AND state != 'annulled'"""
