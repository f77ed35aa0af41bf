"""The list of what has missed its term; apart from its command, so that it can be shown without the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_cli.cli import query
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import _, lasting, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.cli.asof import View
    from pm_cli.store.ledger import Ledger

Lines = list[Any]
"""Rows of the table or objects of the JSON contract."""


def missed(view: View, *, as_json: bool, kind: str = "", promises: bool = False) -> Lines:
    """The missed terms at a moment, of one kind or only promises if asked, as rows of the table or as objects."""
    terms = [
        term
        for term in query.overdue(view.ledger, view.at)
        if (not kind or term.kind == kind) and (term.promise or not promises)
    ]
    return list(query.overdue_json(view.ledger, terms, view.at)) if as_json else _rows(view.ledger, terms, view.at)


def show(view: View, lines: Lines, *, as_json: bool) -> None:
    """Print the missed terms and what is wrong with the ledger."""
    if as_json:
        console.as_json(lines)
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
        console.table(titles, lines)
        if console.on_terminal():
            console.tell(_("{count} overdue").format(count=len(lines)))
    warn_of_problems(view.ledger)


def _rows(ledger: Ledger, terms: list[query.Term], at: int) -> Lines:
    levels = query.Levels(ledger)
    rows: Lines = []
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
