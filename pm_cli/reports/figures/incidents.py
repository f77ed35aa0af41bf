"""Emergencies of a period that somebody put aside as false alarms: who did, why, and who had found them (EMER-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.reports.figures.listing import listed

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Step

KIND = "incident"


def false_alarms(scope: Scope) -> Plain:
    """What was dismissed in the period, the earliest first."""
    steps = [step for step in scope.steps(KIND) if step.action == "dismiss"]
    found = {
        record.rid: record
        for record in scope.records("rid IN (SELECT value FROM json_each(:rids))", rids=[step.rid for step in steps])
    }
    fields = scope.fields(found.values())

    def row(step: Step) -> Plain:
        said = fields[step.rid]
        return {
            **found[step.rid].plain,
            "summary": found[step.rid].summary,
            "reason": said.get("close_reason", ""),
            "finder": said.get("finder", ""),
            "dismissed_by": step.by,
            "dismissed": scope.iso(step.at),
        }

    return listed(steps, row)
