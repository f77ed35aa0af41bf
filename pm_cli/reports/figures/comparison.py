"""The main figures beside those of the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.reports.figures.rate import compared
from pm_cli.reports.figures.requests import counted, requests
from pm_cli.reports.figures.sheets import sheets
from pm_cli.reports.figures.terms import promises

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope


def comparison(scope: Scope) -> Plain:
    """Each figure with the one before and the difference; the period before is always a whole one."""
    total = requests(scope)["total"]
    flows = counted(scope.before)
    before = {flow: flows["", "", flow] for flow in ("received", "resolved", "closed", "reopened")}
    counts = {**before, "open": total["open_before"]}
    now, then = _others(scope), _others(scope.before)
    return {
        **{figure: compared(total[figure], count) for figure, count in counts.items()},
        **{figure: compared(value, then[figure]) for figure, value in now.items()},
    }


def _others(scope: Scope) -> Plain:
    due = sheets(scope)
    return {
        "overdue": len(scope.late),
        "promises_kept": promises(scope)["all"],
        "sheets_collected": due["collected"],
        "sheets_in_time": due["in_time"],
    }
