"""Lists in reports: how many there are, and the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pm_cli.reports.figures.scope import Plain

LISTED = 200
"""Rows of a list at most: what is longer is asked for with `pm list` and `pm overdue`."""
Item = TypeVar("Item")


def listed(items: Sequence[Item], row: Callable[[Item], Plain], count: int | None = None) -> Plain:
    """The first items as rows; `count` says how many there are where not all are at hand."""
    return {"count": len(items) if count is None else count, "rows": [row(item) for item in items[:LISTED]]}
