"""The period a command is asked about: one of several options, or one by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.errors import Usage
from pm_cli.core.text import _, listed
from pm_cli.core.times import When, parse_day
from pm_cli.reports.figures.periods import MONTH, QUARTER, WEEK, YEAR, between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.cli.asof import View
    from pm_cli.reports.figures.periods import Period

RHYTHMS = {rhythm.name: rhythm for rhythm in (WEEK, MONTH, QUARTER, YEAR)}


def period_asked(view: View, since: str, until: str, typed: Mapping[str, str], default: str) -> Period:
    """The period of `--from` and `--to` or of what was `typed` by rhythm, by default the present one; raises Usage."""
    when = When(view.moment, view.ledger.zone)
    given = {rhythm: text for rhythm, text in typed.items() if text}
    if len(given) + bool(since or until) > 1 or (until and not since):
        one_of = listed(f"--{rhythm}" for rhythm in typed)
        raise Usage(_("Name one period."), _("--from DAY --to DAY, or one of {options}").format(options=one_of))
    try:
        if since:
            period = between(parse_day(since, when), parse_day(until or "today", when))
        else:
            name, text = next(iter(given.items()), (default, "today"))
            period = RHYTHMS[name].parse(text, when)
    except ValueError as error:
        raise Usage(str(error)) from None
    if period.first > period.last:
        raise Usage(_("{period} ends before it begins.").format(period=period.name))
    if period.begins(view.ledger.zone) > view.at:
        raise Usage(_("{period} has not begun yet.").format(period=period.name))
    return period
