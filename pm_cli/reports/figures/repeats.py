"""Repeated failures: units, matters and causes that failed several times within a quarter. Rules NC-02, NC-03."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.policy import span
from pm_cli.reports.figures.listing import listed
from pm_cli.store import repeats as found

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope
    from pm_cli.store.repeats import Repeat


def repeats(scope: Scope) -> Plain:
    """What failed at least `times` in the `within` before stock is taken, and has failed again in the period."""
    policy, now = scope.ledger.policy, datetime.fromtimestamp(scope.at, scope.ledger.zone)
    within, times = policy.at("nc.repeat_within", now), int(policy.at("nc.repeat_times", now).number)
    since = int((now - span(str(within.text))).timestamp())
    again = [one for one in found.repeats(scope.index, since, scope.at, times) if one.failures[-1].at >= scope.start]
    return {"within": within.text, "times": times, **listed(again, lambda one: _row(scope, one))}


def _row(scope: Scope, one: Repeat) -> Plain:
    return {
        "by": one.by,
        "key": one.key.split("/"),
        "times": len(one.failures),
        "last": scope.iso(one.failures[-1].at),
        "records": one.records,
    }
