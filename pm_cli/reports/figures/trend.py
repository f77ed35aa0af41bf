"""The main figures beside those of the period before and of the same period of the year before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.reports.figures.rate import compared
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.reports.figures.stats import statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.reports.figures.scope import Plain, Scope


def trend_of(*kinds: str) -> Callable[[Scope], Plain]:
    """The block for some kinds of request, for all of them without any."""

    def trend(scope: Scope) -> Plain:
        """Each figure with the two it is compared with; nothing is compared with a time before the first request."""
        now = _main(scope, kinds)
        before, year_before = (
            _main(then, kinds) if _kept_then(then) else dict.fromkeys(now) for then in (scope.before, scope.year_before)
        )
        return {
            "year_before": scope.year_before.period.plain,
            "figures": {
                figure: compared(value, before[figure])
                | {
                    "year_before": year_before[figure],
                    "year_difference": compared(value, year_before[figure])["difference"],
                }
                for figure, value in now.items()
            },
        }

    return trend


def _main(scope: Scope, kinds: tuple[str, ...]) -> Plain:
    """The figures worth a comparison."""
    total = statistics(scope, kinds=kinds)["total"]
    flows = ("received", "resolved", "closed", "reopened", "open")
    rates = ("first_resolution", "total_resolution", "reopen_rate")
    return {
        **{figure: total[figure] for figure in (*flows, *rates)},
        "hours_median": total["hours"]["median"],
        "hours_p90": total["hours"]["p90"],
        "promises_kept": total["on_time"]["promises"],
        "slips_in_time": total["on_time"]["slips"],
        "sheets_in_time": total["on_time"]["sheets"],
        "satisfied": total["satisfied"],
        "repeats": total["repeats"],
    }


def _kept_then(scope: Scope) -> bool:
    """Whether any request had been written down by the end of that period."""
    return scope.ask(_OLDER, kinds=scope.requests).fetchone() is not None


_OLDER = f"""
SELECT 1 FROM record WHERE kind IN (SELECT value FROM json_each(:kinds)) AND began <= :at AND {COUNTED} LIMIT 1"""
