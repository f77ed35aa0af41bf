"""Rates: numerator and denominator always stand beside the percentage, and nothing out of nothing has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pm_cli.reports.figures.scope import Plain


def rate(numerator: int, denominator: int) -> Plain:
    """A share in percent to one decimal, None for 0/0; only the whole is ever shown as 100."""
    if not denominator:
        return {"numerator": 0, "denominator": 0, "percent": None}
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    if numerator < denominator:
        tenths = min(tenths, 999)
    return {"numerator": numerator, "denominator": denominator, "percent": tenths / 10}


def share(answers: Iterable[bool]) -> Plain:
    """The rate of those that are true."""
    counted = list(answers)
    return rate(sum(counted), len(counted))


def unranked(figure: Plain, least: int) -> Plain:
    """A rate without its percentage where the base is under `least`: people are not ranked on small numbers."""
    return figure | {"percent": None} if figure["denominator"] < least else figure


def compared(now: Plain | float | None, before: Plain | float | None) -> Plain:
    """A figure, that of the period before, and the difference (of rates in percentage points), None without either."""
    first, second = (value["percent"] if isinstance(value, dict) else value for value in (now, before))
    difference = None if first is None or second is None else round(first - second, 1)
    return {"now": now, "before": before, "difference": difference}
