"""Duties of the reporting calendar that nobody had done, or not in time, when stock is taken. Rules CAL-03, CAL-04, CAL-14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.flows.duties import standing
from pm_cli.reports.figures.listing import listed

if TYPE_CHECKING:
    from pm_cli.flows.duties import Owed
    from pm_cli.reports.figures.scope import Plain, Scope


def duties(scope: Scope) -> Plain:
    """What is owed or was done late, the earliest due first; `late_seconds` is 0 for what can still be done in time."""
    return listed(standing(scope.ledger, scope.at), lambda one: _row(scope, one))


def _row(scope: Scope, one: Owed) -> Plain:
    return {
        "duty": one.name,
        "title": _(one.title),
        "period": one.period,
        "role": one.role,
        "who": scope.name_of(one.who) if one.who else "",
        "due": scope.iso(one.due),
        "done": scope.iso(one.done or None),
        "late_seconds": one.late_by(scope.at),
        "rule": one.rule,
    }
