"""Requests of residents in a period: received, resolved, closed, reopened and open, by kind, channel and building."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from pm_cli.reports.figures.moves import FLOWS, MOVED, OF_REQUESTS, SUMS

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope

    Counts = Counter[tuple[str, str, str]]
    """By group (`kind`), member (`repair`) and figure (`received`)."""

GROUPS = ("kind", "source", "building")


def requests(scope: Scope) -> Plain:
    """Totals and groups; in each `open_before` + `received` + `reopened_closed` - `closed` = `open`."""
    counts = counted(scope).copy()
    for members, count in scope.open_requests.items():
        _count(counts, members, "open", count)
    found: Plain = {"total": _row(counts, "", "")}
    for group in GROUPS:
        members_of = {member for dimension, member, _figure in counts if dimension == group}
        rows = [{group: member, **_row(counts, group, member)} for member in members_of]
        found[f"by_{group}"] = sorted(rows, key=lambda row: (-row["received"], -row["open"], row[group]))
    return found


@lru_cache(maxsize=4)
def counted(scope: Scope) -> Counts:
    """What moved in the period, not to be changed; a request resolved several times in it counts as resolved once."""
    counts: Counts = Counter()
    for kind, source, building, *flows in scope.ask(_FLOWS, kinds=scope.requests):
        for figure, count in zip(FLOWS, flows, strict=True):
            _count(counts, (kind, source, building), figure, count)
    return counts


def _count(counts: Counts, members: tuple[str, str, str], figure: str, count: int) -> None:
    counts["", "", figure] += count
    for group, member in zip(GROUPS, members, strict=True):
        counts[group, member, figure] += count


def _row(counts: Counts, group: str, member: str) -> Plain:
    row = {figure: counts[group, member, figure] for figure in (*FLOWS, "open")}
    before = row["open"] - row["received"] - row["reopened_closed"] + row["closed"]
    return {"open_before": before, **row}


_FLOWS = f"{MOVED} SELECT kind, source, building, {SUMS} {OF_REQUESTS} GROUP BY kind, source, building"
