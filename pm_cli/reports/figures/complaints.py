"""Complaints: those the manager has not seen yet, and the cases of the daily complaint report with their states."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pm_cli.reports.figures.terms import named

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen

KIND = "complaint"


def unseen_complaints(scope: Scope) -> list[Plain]:
    """Open complaints that nobody has reported to CS manager or supervisor yet (COMP-19)."""
    standing = {record.rid: record for record in scope.standing if record.kind == KIND}
    unseen = scope.db.execute(_UNSEEN, {"at": scope.at, "standing": json.dumps(list(standing))})
    waiting = {rid for (rid,) in unseen}
    return [_case(scope, record) for rid, record in standing.items() if rid in waiting]


def complaint_cases(scope: Scope) -> list[Plain]:
    """The cases of the period: whatever was open at its end or had a step in it, those with a step first (COMP-56)."""
    steps: dict[int, list[str]] = {}
    for step in scope.happened:
        if step.record.kind == KIND:
            steps.setdefault(step.record.rid, []).append(step.action)
    cases = [scope.records[rid] for rid in steps]
    cases += [record for record in scope.standing if record.kind == KIND and record.rid not in steps]
    fields = scope.fields(cases)
    return [
        {
            **_case(scope, record),
            "class": record.sort,
            "validity": fields[record.rid].get("validity", ""),
            "urgent": fields[record.rid].get("urgent") == "true",
            "steps": steps.get(record.rid, []),
        }
        for record in cases
    ]


def _case(scope: Scope, record: Seen) -> Plain:
    return {
        **named(record), "received": scope.iso(record.began), "handler": record.handler, "summary": record.summary,
    }  # fmt: skip


_UNSEEN = """
SELECT rid FROM clock
WHERE rid IN (SELECT value FROM json_each(:standing)) AND +name = 'seen' AND (stopped IS NULL OR stopped > :at)"""
