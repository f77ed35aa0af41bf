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


def compared(now: Plain | int, before: Plain | int) -> Plain:
    """A figure, that of the period before, and the difference (of rates in percentage points, None without one)."""
    if isinstance(now, int) and isinstance(before, int):
        difference: float | None = now - before
    else:
        assert isinstance(now, dict)
        assert isinstance(before, dict)
        both = now["percent"] is not None and before["percent"] is not None
        difference = round(now["percent"] - before["percent"], 1) if both else None
    return {"now": now, "before": before, "difference": difference}
