"""Duties of the reporting calendar that nobody had done when stock is taken. Rules CAL-03, CAL-04, CAL-14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.flows.duties import owed
from pm_cli.reports.figures.listing import listed

if TYPE_CHECKING:
    from pm_cli.flows.duties import Owed
    from pm_cli.reports.figures.scope import Plain, Scope


def duties(scope: Scope) -> Plain:
    """What is owed, the earliest due first; `late_seconds` is 0 for what can still be done in time."""
    return listed(owed(scope.ledger, scope.at), lambda one: _row(scope, one))


def _row(scope: Scope, one: Owed) -> Plain:
    return {
        "duty": one.name,
        "title": _(one.title),
        "period": one.period,
        "role": one.role,
        "who": scope.name_of(one.who) if one.who else "",
        "due": scope.iso(one.due),
        "late_seconds": max(0, scope.at - one.due),
        "rule": one.rule,
    }
