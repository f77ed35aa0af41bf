"""What falls due next, in order; by default until tomorrow night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from pm_cli.cli import query
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import N_, _, lasting, word
from pm_cli.ui import console


def run(
    days: Annotated[int, typer.Option("--days", help=N_("Until the end of so many days from today"))] = 1,
    handler: Annotated[str, typer.Option("--handler", help=N_("Only this member of staff"))] = "",
) -> None:
    ledger, now = current.ledger, int(current.now.timestamp())
    horizon = datetime.combine(current.now.date() + timedelta(days=days + 1), time(), ledger.zone)
    terms = [
        term
        for term in query.running(
            ledger, now, "clock.due >= ? AND clock.due < ? AND clock.paused IS NULL", now, int(horizon.timestamp())
        )
        if not handler or term.handler == handler
    ]
    if current.json:
        console.as_json([{**item, "late_seconds": 0} for item in query.overdue_json(ledger, terms, now)])
    else:
        console.table(
            [_("Due"), _("In"), _("ID"), _("Kind"), _("Unit"), _("Clock"), _("Handler"), _("What")],
            [
                (
                    query.minute(ledger, term.due),
                    lasting((term.due or now) - now) + (" !" if term.warn and term.warn <= now else ""),
                    term.id,
                    word("kind", term.kind),
                    term.unit,
                    word("clock", term.clock),
                    term.handler,
                    term.summary[:30],
                )
                for term in terms
            ],
        )
    warn_of_problems(ledger)
