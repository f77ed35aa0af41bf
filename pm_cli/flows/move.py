"""Re-classing a request into another kind: the successor keeps the time of receipt, each side names the other (D-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import link
from pm_cli.core.perform import Order, Outcome, perform
from pm_cli.core.request import Intake
from pm_cli.core.text import _

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books
    from pm_cli.core.record import Record

LABELS = frozenset({"moved_from", "external", "reported_to"})
"""Fields that do not move along: who has heard of it is said anew in the procedure it moves into."""


def moved(books: Books, kind: Kind, order: Order, record: Record) -> list[Outcome]:
    """Close a request as moved and begin its successor; both are to be written together."""
    target = kinds.load(str(order.raw.get("to_kind") or kind.name))
    if target.name == kind.name:
        raise Refusal(_("It is of that kind already."), _("Name another kind: --to-kind repair"))
    start = next(action for action in target.starts if issubclass(action, Intake))
    known = record.reveal(dict(record.fields))
    assert isinstance(known, dict)
    carried = {name: known[name] for name in start.fields if name in known and name not in LABELS}
    carried["moved_from"] = link(record.id, record.identity)
    first = record.events[0].instant
    follower = perform(books, target, Order(start, carried, order.by, first, order.now, True))
    successor = link(follower.record.id, follower.record.identity)
    closing = Order(order.action, {**order.raw, "moved_to": successor}, order.by, order.at, order.now)
    books.reserve(follower.record)
    return [perform(books, kind, closing, record), follower]
