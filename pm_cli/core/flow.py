"""What a step of a request means for statistics: received, resolved, closed, taken up again; kept as bits by the index."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind


class Flow(IntFlag):
    """The figures a step counts in: `RESOLVED` is what the handler says, `CLOSED` is confirmed.

    `REOPENED` is whatever takes up again what was resolved or closed, `REOPENED_CLOSED` what had been closed.
    """

    RECEIVED = 1
    RESOLVED = 2
    CLOSED = 4
    REOPENED = 8
    REOPENED_CLOSED = 16


def flow(kind: Kind, action: str, before: str, after: str) -> Flow:
    """What a step counts as; `before` is "" for the first one. Steps of what nobody asked for count as nothing."""
    if not kind.declared.request:
        return Flow(0)
    first, was_open, is_open = not before, kind.is_open(before), kind.is_open(after)
    back = not first and is_open and not was_open
    holds = {
        Flow.RECEIVED: first,
        Flow.RESOLVED: action in kind.declared.resolves or (first and not is_open),
        Flow.CLOSED: (first or was_open) and not is_open,
        Flow.REOPENED: back or action in kind.declared.reopens,
        Flow.REOPENED_CLOSED: back,
    }
    return Flow(sum(bit for bit, held in holds.items() if held))
