"""Complaints that belong together: groups that owe an account, and complaints that may be one matter."""

from __future__ import annotations

from pm_cli.cli import query
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import _, listed, word
from pm_cli.flows import groups
from pm_cli.ui import console


def run() -> None:
    ledger = current.ledger
    standing, likely = groups.standing(ledger), groups.likely(ledger, current.now)
    if current.json:
        console.as_json(
            {
                "groups": [{**one._asdict(), "due": query.iso(ledger, one.due)} for one in standing],
                "likely": [one._asdict() for one in likely],
            }
        )
        return
    console.heading(_("Groups"))
    console.table(
        [_("ID"), _("State"), _("Matter"), _("Open complaints"), _("Account due")],
        [
            (one.id, word("state", one.state), one.matter, listed(one.complaints), query.minute(ledger, one.due))
            for one in standing
        ],
    )
    console.out()
    console.heading(_("Perhaps one matter"))
    console.table(
        [_("Building"), _("Class"), _("Callers"), _("Complaints")],
        [(one.building, word("value", one.content_class), str(one.callers), listed(one.complaints)) for one in likely],
    )
    if likely and console.on_terminal():
        console.tell(_("If it is one matter: pm complaint-group open --matter TEXT --members NUMBER"))
    warn_of_problems(ledger)
