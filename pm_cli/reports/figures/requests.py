"""Requests of residents in a period: received, resolved, closed, reopened and open, by kind, channel and building."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from pm_cli.reports.figures.scope import COUNTED

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind
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
    resolved: set[int] = set()
    told: dict[tuple[str, ...], tuple[str, ...]] = {}
    for rid, kind, source, building, *move in scope.ask(_MOVES, kinds=scope.requests):
        step = (kind, *move)
        if step not in told:
            told[step] = counts_as(scope.kinds[kind], *move)
        for figure in told[step]:
            if figure != "resolved" or rid not in resolved:
                _count(counts, (kind, source, building), figure)
        if "resolved" in told[step]:
            resolved.add(rid)
    return counts


def counts_as(kind: Kind, action: str, before: str, after: str) -> tuple[str, ...]:
    """The figures a step counts in: `resolved` is what the handler says, `closed` is confirmed."""
    first, was_open, is_open = not before, kind.is_open(before), kind.is_open(after)
    back = not first and is_open and not was_open
    holds = {
        "received": first,
        "resolved": action in kind.declared.resolves or (first and not is_open),
        "closed": (first or was_open) and not is_open,
        "reopened": back or action in kind.declared.reopens,
        "reopened_closed": back,
    }
    return tuple(figure for figure, held in holds.items() if held)


def _count(counts: Counts, members: tuple[str, str, str], figure: str, count: int = 1) -> None:
    counts["", "", figure] += count
    for group, member in zip(GROUPS, members, strict=True):
        counts[group, member, figure] += count


def _row(counts: Counts, group: str, member: str) -> Plain:
    figures = ("received", "resolved", "closed", "reopened", "reopened_closed", "open")
    row = {figure: counts[group, member, figure] for figure in figures}
    before = row["open"] - row["received"] - row["reopened_closed"] + row["closed"]
    return {"open_before": before, **row}


_MOVES = f"""
SELECT rid, kind, source, building, action, before, after FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND kind IN (SELECT value FROM json_each(:kinds)) AND {COUNTED}"""
