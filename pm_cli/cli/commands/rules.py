"""Every rule of the catalogue and how it is honoured, or that it is still to do."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli.session import current
from pm_cli.core.rule import STATUSES
from pm_cli.core.text import N_, _, word
from pm_cli.flows.catalogue import honoured
from pm_cli.ui import console


def run(
    rule: Annotated[str, typer.Argument(metavar="RULE", help=N_("One rule, such as SHEET-21"))] = "",
    section: Annotated[str, typer.Option("--section", help=N_("Only this section, such as SHEET"))] = "",
    status: Annotated[str, typer.Option("--status", help=N_("Only this status"))] = "",
) -> None:
    wanted = section.upper()
    found = [
        item
        for item in honoured()
        if (not rule or item.id == rule.upper())
        and (not wanted or item.id.startswith(wanted + "-"))
        and (not status or item.status == status)
    ]
    if current.json:
        console.as_json(
            [
                {
                    "id": item.id,
                    "status": item.status,
                    "where": list(item.where),
                    "cases": list(item.cases),
                    "note": item.note,
                    "rule": item.text,
                    "seeds": item.seeds,
                    "mark": item.mark,
                }
                for item in found
            ]
        )
        return
    console.table(
        [_("Rule"), _("Status"), _("Where"), _("Cases"), _("What it says")],
        [
            (
                item.id,
                word("status", item.status),
                ", ".join(item.where) or item.note,
                len(item.cases),
                item.text if rule else item.text[:80],
            )
            for item in found
        ],
    )
    if console.on_terminal():
        counts = {name: sum(item.status == name for item in found) for name in STATUSES}
        console.tell("  ".join(f"{word('status', name)} {count}" for name, count in counts.items() if count))
