"""Recurring duties that are owed: readings, work records, reports that nobody has done."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli import query
from pm_cli.cli.asof import seen_at
from pm_cli.cli.options import AsOf, WithLate
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import N_, _, lasting, word
from pm_cli.flows import duties
from pm_cli.ui import console


def run(
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
    missed: Annotated[bool, typer.Option("--missed", help=N_("Only what should have been done by now"))] = False,
    who: Annotated[str, typer.Option("--who", help=N_("Only this member of staff or role"))] = "",
) -> None:
    view = seen_at(current, as_of, with_late_entries)
    found = [
        one
        for one in duties.standing(view.ledger, view.at)
        if (one.due < view.at or not missed) and (not who or who in {one.who, one.role})
    ]
    if current.json:
        console.as_json(
            [
                {
                    "duty": one.name,
                    "period": one.period,
                    "who": one.who,
                    "role": one.role,
                    "due": query.iso(view.ledger, one.due),
                    "done": query.iso(view.ledger, one.done) if one.done else None,
                    "late_seconds": one.late_by(view.at),
                    "rule": one.rule,
                }
                for one in found
            ]
        )
    else:
        console.table(
            [_("Due"), _("Done"), _("Late"), _("Duty"), _("Period"), _("Role"), _("Who"), _("Rule")],
            [
                (
                    query.minute(view.ledger, one.due),
                    query.minute(view.ledger, one.done) if one.done else "",
                    lasting(one.late_by(view.at)) if one.late_by(view.at) else "",
                    _(one.title),
                    one.period,
                    word("role", one.role),
                    view.ledger.display_name(one.who) if one.who else "",
                    one.rule,
                )
                for one in found
            ],
        )
    warn_of_problems(view.ledger)
