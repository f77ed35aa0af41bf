"""Complaints: cases of the daily report, those no manager has seen, those alike in no group, those not filed yet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.flows.groups import likely
from pm_cli.reports.figures.listing import LISTED, listed

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen

KIND = "complaint"


def unseen_complaints(scope: Scope) -> Plain:
    """Open complaints that nobody has reported to CS manager or supervisor yet, the oldest first (COMP-19)."""
    waiting = {rid for (rid,) in scope.ask(_UNSEEN, changed=[record.rid for record in scope.changed])}
    unseen = [record for record in scope.standing(KIND) if record.rid in waiting]
    return listed(unseen, lambda record: _case(scope, record))


def likely_groups(scope: Scope) -> Plain:
    """Complaints alike, from several callers, that nobody has put together yet: they are owed one account (COMP-40)."""
    found = likely(scope.ledger, datetime.fromtimestamp(scope.at, scope.ledger.zone))
    return listed(found, lambda one: {**one._asdict(), "complaints": list(one.complaints)})


def unfiled_complaints(scope: Scope) -> Plain:
    """Complaints closed in the period whose papers nobody has filed (COMP-42)."""
    closed = scope.records(_UNFILED)
    return listed(closed, lambda record: _case(scope, record))


def complaint_cases(scope: Scope) -> Plain:
    """The cases of the period: what had a step in it, then what was open at its end (COMP-56)."""
    steps: dict[int, list[str]] = {}
    for step in scope.steps(KIND):
        steps.setdefault(step.rid, []).append(step.action)
    moved = scope.records("rid IN (SELECT value FROM json_each(:rids))", rids=list(steps))
    cases = moved + [record for record in scope.standing(KIND) if record.rid not in steps]
    fields = scope.fields(cases[:LISTED])

    def row(record: Seen) -> Plain:
        said = fields[record.rid]
        return {
            **_case(scope, record),
            "class": record.sort,
            "validity": said.get("validity", ""),
            "complainant": said.get("complainant_class", ""),
            "urgent": said.get("urgent") == "true",
            "steps": steps.get(record.rid, []),
        }

    return listed(cases, row)


def _case(scope: Scope, record: Seen) -> Plain:
    received = scope.iso(record.began)
    return {**record.plain, "received": received, "handler": record.handler, "summary": record.summary}


_UNFILED = """kind = 'complaint' AND closed BETWEEN :start AND :at AND state = 'closed' AND imported = 0
  AND json_extract(fields, '$.location') IS NULL"""
_UNSEEN = """
SELECT rid FROM clock WHERE stopped IS NULL AND name = 'seen' AND start <= :at
UNION
SELECT rid FROM clock
WHERE rid IN (SELECT value FROM json_each(:changed)) AND +name = 'seen' AND start <= :at AND stopped > :at"""
