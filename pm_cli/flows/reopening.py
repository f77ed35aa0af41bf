"""A nonconformity out of a bad return visit reopens its request, counted as such, in the same commit. Rules NC-01, RV-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.kind import DRAFT
from pm_cli.core.perform import Order, past, perform
from pm_cli.core.request import REQUESTS
from pm_cli.core.text import _, listed, word
from pm_cli.flows.derived import derived
from pm_cli.flows.following import follows

if TYPE_CHECKING:
    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books, Outcome
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View

DISSATISFIED = "dissatisfied"
"""State of a request whose last visit went badly and on which nobody works yet; also the result of that visit."""


@follows("nonconformity", "open")
@follows("nonconformity", "complete")
def reopened(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The request of a bad return visit is taken up again; one that is being put right already is left to that."""
    fields = outcome.record.fields
    request = books.get(str(fields.get("request", "")))
    if outcome.record.state == DRAFT or request is None:
        return []
    if fields.get("source") != "return_visit" and request.fields.get("visit_result") != DISSATISFIED:
        return []
    kind = books.kind(request.kind)
    reopen = reopening(kind, past(kind, request, order.at).state)
    if reopen is None:
        return []
    reason = f"{outcome.record.id}: {fields['description']}"
    found = perform(books, kind, Order(reopen, {"reason": reason}, order.by, order.at, order.now), request)
    found.notices.append(_("Reopened because of {id}.").format(id=outcome.record.id))
    return [found]


def reopening(kind: Kind, state: str) -> type[Action] | None:
    """The action by which a closed or dissatisfied request of a kind is begun again, None if there is nothing to begin."""
    if kind.is_open(state) and state != DISSATISFIED:
        return None
    actions = (kind.actions[name] for name in kind.declared.reopens)
    return next((action for action in actions if kind.allows(action, state)), None)


def in_correction(view: View, record: Record) -> dict[str, str]:
    """The open nonconformities about a request."""
    found = sorted(view.matching("nonconformity", {"request": record.id}), key=lambda seen: seen.id)
    return {"nonconformities": listed(f"{one.id} {word('state', one.state)}" for one in found)} if found else {}


for name in REQUESTS:
    derived(name)(in_correction)
