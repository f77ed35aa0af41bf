"""The homes still to be asked this month: a sample that is the same at every desk, worked out and never stored."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli.session import current
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, word
from pm_cli.core.times import When
from pm_cli.reports.figures.periods import MONTH
from pm_cli.reports.figures.scope import Scope
from pm_cli.reports.figures.surveys import homes, interviews, sample, to_ask
from pm_cli.ui import console


def run(
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help=N_("The month (default: this one)"))] = "",
    every: Annotated[bool, typer.Option("--all", help=N_("The whole sample, also who was asked"))] = False,
) -> None:
    ledger = current.ledger
    try:
        period = MONTH.parse(month or "today", When(current.now, ledger.zone))
    except ValueError as error:
        raise Usage(str(error)) from None
    if period.begins(ledger.zone) > current.now.timestamp():
        raise Usage(_("{period} has not begun yet.").format(period=period.name))
    scope = Scope(ledger, period, current.now)
    asked, left, drawn = interviews(scope), to_ask(scope), sample(scope)
    units = sorted(drawn) if every else left
    if current.json:
        rows = [{"unit": unit, "state": asked.get(unit, ""), "to_ask": unit in left} for unit in units]
        console.as_json({"month": period.name, "homes": len(homes(scope)), "sample": len(drawn), "units": rows})
        return
    console.table(
        [_("Unit"), _("State")], [(unit, word("state", asked[unit]) if unit in asked else "") for unit in units]
    )
    told = _("{month}: {left} of {sample} still to ask, drawn from {homes} occupied homes")
    console.tell(told.format(month=period.name, left=len(left), sample=len(drawn), homes=len(homes(scope))))
