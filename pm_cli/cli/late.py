"""The list of what has missed its term; apart from its command, so that it can be shown without the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.cli import query
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import _, lasting, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.cli.asof import View
    from pm_cli.store.ledger import Ledger


def show(view: View, *, as_json: bool, kind: str = "", promises: bool = False) -> int:
    """Print the missed terms at a moment, of one kind or only promises if asked; returns how many there are."""
    terms = [
        term
        for term in query.overdue(view.ledger, view.at)
        if (not kind or term.kind == kind) and (term.promise or not promises)
    ]
    if as_json:
        console.as_json(list(query.overdue_json(view.ledger, terms, view.at)))
    else:
        titles = [
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
        ]
        console.table(titles, _rows(view.ledger, terms, view.at))
        if console.on_terminal():
            console.tell(_("{count} overdue").format(count=len(terms)))
    warn_of_problems(view.ledger)
    return len(terms)


def _rows(ledger: Ledger, terms: list[query.Term], at: int) -> list[console.Row]:
    levels = query.Levels(ledger)
    rows: list[console.Row] = []
    for term in terms:
        reached, role = levels.of(term, at)
        rows.append(
            (
                term.id,
                word("kind", term.kind),
                term.unit,
                word("clock", term.clock),
                query.minute(ledger, term.due),
                lasting(term.late_by(at)),
                str(reached) if reached else "",
                word("role", role) if role else "",
                term.handler,
                term.summary[:30],
            )
        )
    return rows
