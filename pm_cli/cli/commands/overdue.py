"""What has missed its term: how late, at which level, and who is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pm_cli.cli import query
from pm_cli.cli.asof import AsOf, WithLate, seen_at
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import N_, _, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.store.ledger import Ledger

OVERDUE = 10
"""Exit code with `--exit-code` when something is overdue."""


def run(
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
    kind: Annotated[str, typer.Option(help=N_("Only this kind"))] = "",
    promises: Annotated[bool, typer.Option("--promises", help=N_("Only what residents were promised"))] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=N_("Exit 10 when something is overdue"))] = False,
) -> int | None:
    view = seen_at(current, as_of, with_late_entries)
    terms = [
        term
        for term in query.overdue(view.ledger, view.at)
        if (not kind or term.kind == kind.replace("-", "_")) and (term.promise or not promises)
    ]
    if current.json:
        console.as_json(list(query.overdue_json(view.ledger, terms, view.at)))
    else:
        levels = query.Levels(view.ledger)
        console.table(
            [
                _("ID"),
                _("Kind"),
                _("Unit"),
                _("Clock"),
                _("Due"),
                _("Late"),
                _("Level"),
                _("Tell"),
                _("Handler"),
                _("What"),
            ],
            (_row(view.ledger, levels, term, view.at) for term in terms),
        )
        if console.on_terminal():
            console.tell(_("{count} overdue").format(count=len(terms)))
    warn_of_problems(current.ledger)
    return OVERDUE if exit_code and terms else None


def _row(ledger: Ledger, levels: query.Levels, term: query.Term, at: int) -> console.Row:
    reached, role = levels.of(term, at)
    return (
        term.id,
        word("kind", term.kind),
        term.unit,
        word("clock", term.clock),
        query.minute(ledger, term.due),
        query.lasting(term.late_by(at)),
        reached or "",
        word("role", role) if role else "",
        term.handler,
        term.summary[:30],
    )
