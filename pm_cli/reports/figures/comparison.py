"""The main figures beside those of the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.reports.figures.rate import compared
from pm_cli.reports.figures.requests import counted
from pm_cli.reports.figures.sheets import due_sheets, rates
from pm_cli.reports.figures.terms import promises

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope


def comparison(scope: Scope) -> Plain:
    """Each figure with the one before and the difference; the period before is always a whole one."""
    now, before = _figures(scope), _figures(scope.before)
    return {figure: compared(value, before[figure]) for figure, value in now.items()}


def _figures(scope: Scope) -> Plain:
    moved, due = counted(scope), rates(sheet.collected for sheet in due_sheets(scope))
    return {
        **{flow: moved["", "", flow] for flow in ("received", "resolved", "closed", "reopened")},
        "open": scope.open_requests.total(),
        "overdue": sum(scope.overdue_counts.values()),
        "promises_kept": promises(scope)["all"],
        "sheets_collected": due["collected"],
        "sheets_in_time": due["in_time"],
    }
