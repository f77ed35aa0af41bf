"""The one thing to do first, or the first few: overdue promises, then what is due soonest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.cli.session import current
from pm_cli.cli.verbs import possible_now
from pm_cli.core.text import N_, _, lasting, listed, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.store.ledger import Ledger


def run(
    count: Annotated[int, typer.Argument(help=N_("How many"))] = 5,
    handler: Annotated[str, typer.Option("--handler", help=N_("Only this member of staff"))] = "",
) -> None:
    ledger, now = current.ledger, int(current.now.timestamp())
    terms = [
        term
        for term in query.running(ledger, now, "clock.due IS NOT NULL AND clock.paused IS NULL")
        if not handler or term.handler == handler
    ]
    terms.sort(key=lambda term: (not (term.promise and term.late_by(now) > 0), term.due, term.id))
    first: dict[str, query.Term] = {}
    for term in terms:
        first.setdefault(term.id, term)
    chosen = list(first.values())[: max(1, count)]
    if current.json:
        console.as_json(
            [
                {**item, "actions": _actions(ledger, term)}
                for item, term in zip(query.overdue_json(ledger, chosen, now), chosen, strict=True)
            ]
        )
        return
    if not chosen:
        console.out(_("Nothing is waiting."))
    for term in chosen:
        late = term.late_by(now)
        when = (
            _("{late} late").format(late=lasting(late))
            if late > 0
            else _("due {at}").format(at=query.minute(ledger, term.due))
        )
        console.out(f"{term.id}  {term.unit}  {term.summary[:40]}")
        actions = listed(word("action", name) for name in _actions(ledger, term))
        console.out(f"   {word('clock', term.clock)}: {when}  {term.handler}")
        console.out(
            "   " + _("from {state} you can: {actions}").format(state=word("state", term.state), actions=actions)
        )


def _actions(ledger: Ledger, term: query.Term) -> list[str]:
    record = ledger.get(term.id)
    return possible_now(kinds.load(term.kind), term.state, record.fields) if record else []
