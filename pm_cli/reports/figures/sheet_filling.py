"""How soon after a request came in its sheet was filled in, and which requests have none. Rule SHEET-08."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.clock import offset
from pm_cli.core.ident import linked
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import share
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.store.schema import LINKED

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope

LIMIT, EXPECTED = "sheet.fill", "sheet.requests"


class Filled(NamedTuple):
    """A sheet begun in the period: for which request, by whom, when that came in and by when it was filled in.

    What comes in on the sheet itself has no request and came in when the sheet was begun; seconds since the epoch.
    """

    id: str
    unit: str
    request: str
    by: str
    received: int
    filled: int | None


def filling(scope: Scope) -> Plain:
    """The share filled in at once by the policy (AMB-08), minutes from receipt, and those that came late or never did."""
    begun = list(map(Filled._make, scope.ask(_BEGUN)))
    judged = [sheet for sheet in begun if sheet.filled is not None or _limit(scope, sheet.received) < scope.at]
    late = [sheet for sheet in judged if not _in_time(scope, sheet)]
    minutes = [_minutes(sheet.filled - sheet.received) for sheet in begun if sheet.filled is not None]
    return {
        "at_once": share(_in_time(scope, sheet) for sheet in judged),
        "minutes": {"median": _middle(minutes), "longest": max(minutes, default=None)},
        "by_person": [
            {
                "person": person,
                "name": scope.name_of(person),
                "at_once": share(_in_time(scope, sheet) for sheet in judged if sheet.by == person),
            }
            for person in sorted({sheet.by for sheet in judged})
        ],
        "late": listed(sorted(late, key=lambda sheet: (sheet.received, sheet.id)), lambda sheet: _late(scope, sheet)),
        "missing": listed(list(_missing(scope)), lambda row: row),
    }


def _in_time(scope: Scope, sheet: Filled) -> bool:
    return sheet.filled is not None and sheet.filled <= _limit(scope, sheet.received)


def _limit(scope: Scope, received: int) -> int:
    """Until when what came in then is filled in at once, in seconds since the epoch."""
    ledger, start = scope.ledger, datetime.fromtimestamp(received, scope.ledger.zone)
    return int(offset(start, ledger.policy.at(LIMIT, start).text or "", ledger.calendar).timestamp())


def _middle(found: list[int]) -> int | None:
    """The lower median; the library for it takes longer to import than all of these to count."""
    return sorted(found)[(len(found) - 1) // 2] if found else None


def _minutes(seconds: int) -> int:
    return max(0, seconds) // 60


def _late(scope: Scope, sheet: Filled) -> Plain:
    filled = sheet.filled if sheet.filled is not None else scope.at
    return {
        "id": sheet.id,
        "unit": sheet.unit,
        "request": sheet.request,
        "received": scope.iso(sheet.received),
        "filled": scope.iso(sheet.filled),
        "minutes": _minutes(filled - sheet.received),
        "by": sheet.by,
    }


def _missing(scope: Scope) -> list[Plain]:
    """Requests of the period that should have a sheet by now and have none; who gives no name has none (SHEET-33)."""
    policy = scope.ledger.policy
    expected = list(policy.at(EXPECTED, scope.period.last).items) if EXPECTED in policy else []
    sheets = {number for (number,) in scope.ask(_RIDDEN)}
    return [
        {"id": number, "kind": kind, "unit": unit, "received": scope.iso(began), "by": by}
        for number, kind, unit, began, by, before in scope.ask(_REQUESTS, kinds=expected)
        if sheets.isdisjoint({number, linked(before or "")}) and _limit(scope, began) < scope.at
    ]


_SHEETS = f"kind = 'sheet' AND {COUNTED} AND imported = 0"
_RIDDEN = f"SELECT DISTINCT {LINKED} FROM record WHERE {_SHEETS} AND began BETWEEN :start AND :at AND {LINKED} != ''"
_BEGUN = f"""
WITH begun AS (
  SELECT rid, id, unit, began, coalesce({LINKED}, '') AS request FROM record
  WHERE {_SHEETS} AND began BETWEEN :start AND :at)
SELECT begun.id, begun.unit, request, (SELECT by FROM event WHERE event.rid = begun.rid AND n = 0),
  min(begun.began, coalesce(asked.began, begun.began)),
  (SELECT min(at) FROM event WHERE event.rid = begun.rid AND after != 'draft' AND at <= :at)
FROM begun LEFT JOIN record AS asked ON asked.id = request
WHERE NOT EXISTS (
  SELECT 1 FROM record WHERE {_SHEETS} AND began >= asked.began AND began < begun.began AND {LINKED} = request)
ORDER BY begun.began, begun.id"""
"""Sheets with the receipt of their request; a second one, after a request was taken up again, answers no receipt."""
_REQUESTS = f"""
SELECT id, kind, unit, began, (SELECT by FROM event WHERE event.rid = record.rid AND n = 0),
  json_extract(fields, '$.moved_from')
FROM record
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND began BETWEEN :start AND :at AND {COUNTED} AND imported = 0
  AND coalesce(json_extract(fields, '$.anonymous'), '') != 'true'
ORDER BY began, id"""
