"""What a correction may not do: what its author could not have done at the time, or let a missed term disappear."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core import model
from pm_cli.core.clock import Tracker
from pm_cli.core.errors import Refusal
from pm_cli.core.fold import Fold, fold
from pm_cli.core.perform import World, comparable
from pm_cli.core.standard import SENIOR
from pm_cli.core.text import _, listed, word
from pm_cli.core.times import When

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node
    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books, Order
    from pm_cli.core.person import Actor
    from pm_cli.core.record import Record


def not_so_either(
    books: Books, kind: Kind, order: Order, record: Record, correction: Mapping[str, Node]
) -> Refusal | None:
    """Why whoever did a step would have been refused the corrected values, but was not refused the ones that stand.

    `correction` is what the correcting event is going to hold: `event`, and `set` or `happened_at` or both.
    """
    steps = fold(kind, record).steps
    number = next((place for place, step in enumerate(steps) if step.event.id == correction["event"]), None)
    if number is None:
        return None
    step, changed = steps[number], correction.get("set", {})
    assert isinstance(changed, dict)
    at = datetime.fromisoformat(str(correction.get("happened_at", step.at)))
    earlier, later = record.copy(), {one.event.id for one in steps[number:]}
    earlier.events = [event for event in record.events if event.id not in later]
    before = fold(kind, earlier) if number else Fold()
    author = books.actor(step.event.by, at)
    world = World(books, at, author, record.id, before.state, before.fields, before)
    refusal = _refusal(kind, order, record, world, step.event.do, {**step.given, **changed})
    return refusal if refusal and not _refusal(kind, order, record, world, step.event.do, step.given) else None


def _refusal(
    kind: Kind, order: Order, record: Record, world: World, action: str, given: Mapping[str, Node]
) -> Refusal | None:
    """What an action with these values meets; nothing where they cannot be read any more (erased, or of an older version)."""
    shape = kind.actions[action]
    try:
        values = model.validate(shape, record.reveal(dict(given)), When(order.now, world.books.zone), partial=True)  # type: ignore[arg-type]
    except model.InputErrors:
        return None
    return shape(comparable(given, values)).refuse(world)


def missed(books: Books, kind: Kind, record: Record, at: datetime) -> Counter[str]:
    """How often each term of a record was missed by an instant."""
    tracker = Tracker(kind.plan, kind.is_closed)
    fold(kind, record, watchers=(tracker,))
    return Counter(run.clock.name for run in tracker.runs(books.policy, books.calendar) if run.late(at))


def undone(books: Books, kind: Kind, order: Order, actor: Actor, before: Record, after: Record) -> Refusal | None:
    """Why only a leader may amend so: a missed term would be missed no more, or with its record count nowhere."""
    if actor.may(SENIOR):
        return None
    lost = missed(books, kind, before, order.now)
    if order.action.name != "annul":
        lost -= missed(books, kind, after, order.now)
    if not lost:
        return None
    terms = listed(word("clock", name) for name in sorted(lost))
    return Refusal(
        _("a missed term would disappear: {terms}.").format(terms=terms),
        _("A leader does that: --as LOGIN"),
        ("AMB-24",),
    )
