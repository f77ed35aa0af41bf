"""The standard actions that work on other events: complete, correct, strike, settle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_cli.core import model
from pm_cli.core.amended import not_so_either, undone
from pm_cli.core.errors import NotFound, Refusal
from pm_cli.core.fold import Fold, fold
from pm_cli.core.merge import concurrent
from pm_cli.core.perform import (
    Order,
    Outcome,
    World,
    appended,
    comparable,
    headed,
    past,
    perform,
    permitted,
    stored_values,
)
from pm_cli.core.standard import INTERNAL, REWRITING, Renumber
from pm_cli.core.text import _, listed, word
from pm_cli.core.times import When, parse_when, stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Action
    from pm_cli.core.codec import Node
    from pm_cli.core.event import Event
    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books
    from pm_cli.core.record import Record

AMENDING = frozenset({"complete", "correct", "strike", "settle"})
UNDOING = frozenset({"correct", "strike", "annul"})
"""Actions by which a missed term could disappear."""


def outcome_of(books: Books, kind: Kind, order: Order, record: Record | None) -> Outcome:
    """Perform or amend, whichever the action asks for; raises what they raise."""
    name = order.action.name
    outcome = amend(books, kind, order, record) if record and name in AMENDING else perform(books, kind, order, record)
    if record and name in UNDOING:
        actor = books.actor(order.by, order.at)
        if refusal := undone(books, kind, order, actor, record, outcome.record):
            raise headed(kind, order.action, record.id, refusal)
    return outcome


def amend(books: Books, kind: Kind, order: Order, record: Record) -> Outcome:
    """Carry out one of the amending actions; raises Refusal, NotFound or InputErrors like `perform`."""
    base = record.copy()
    before = past(kind, base, order.at)
    if not kind.allows(order.action, before.state):
        return perform(books, kind, order, record)  # gives the ordinary refusal
    world = World(books, order.at, permitted(books, order.action, order), base.id, before.state, before.fields, before)
    if refusal := kind.declared.barred(world, order.action.name):
        raise headed(kind, order.action, base.id, refusal)
    match order.action.name:
        case "complete":
            given = _completion(books, kind, order, base)
        case "correct":
            given = _correction(books, kind, order, base)
            changed = given.get("set", {})
            _rewritten(kind, order, world, changed if isinstance(changed, dict) else ())
        case "strike":
            target = amendable(event_of(base, str(order.raw.get("event") or "")))
            _theirs(books, kind, order, target)
            _rewritten(kind, order, world, target.given)
            given = {"event": target.id, "reason": _reason(order)}
        case _:
            given = _settlement(kind, order, base)
    return appended(kind, base, before, order, given)


def event_of(record: Record, text: str) -> Event:
    """The event whose id begins with what was typed; raises NotFound."""
    found = [event for event in record.events if text and event.id.startswith(text.lower())]
    if len(found) == 1:
        return found[0]
    raise NotFound(
        _("{id} has no single event {text!r}.").format(id=record.id, text=text),
        _("See them all: pm history {id}").format(id=record.id),
    )


def amendable(event: Event) -> Event:
    """The same event, unless its number is what the record goes by: raises Refusal for a renumbering."""
    if event.do == Renumber.name:
        raise Refusal(_("A renumbering stays: the record is known by its new number now."))
    return event


def born_by(kind: Kind, record: Record) -> type[Action]:
    """The starting action of a record."""
    return kind.actions[record.events[0].do]


def answered(kind: Kind, record: Record) -> dict[str, Node]:
    """What was said so far in the fields of the starting action, as it is stored."""
    entries = {born_by(kind, record).name, "complete"}
    return {name: node for event in record.events if event.do in entries for name, node in event.given.items()}


def _reason(order: Order) -> str:
    reason = str(order.raw.get("reason") or "").strip()
    if not reason:
        raise model.InputErrors({}, ["reason"])
    return reason


def _completion(books: Books, kind: Kind, order: Order, record: Record) -> dict[str, Node]:
    """What a draft still lacked; once complete, the starting action's own refusals are asked again."""
    start = born_by(kind, record)
    when = When(order.now, books.zone)
    values = model.validate(start, order.raw, when, partial=True)
    if not values:
        raise model.InputErrors({}, list(fold(kind, record).missing))
    given = stored_values(books, start, values, record)
    whole = {**answered(kind, record), **given}
    typed = model.validate(start, record.reveal(whole), when, partial=True)  # type: ignore[arg-type]
    first = record.events[0]
    world = World(books, first.instant, books.actor(order.by, order.at), record.id, "", {}, Fold())
    complete = all(name in whole for name in kind.required(start.name))
    if complete and (refusal := start(comparable(whole, typed)).refuse(world)):
        raise headed(kind, order.action, record.id, refusal)
    return given


def _correction(books: Books, kind: Kind, order: Order, record: Record) -> dict[str, Node]:
    """Which event is corrected, and its right values as that event would have stored them."""
    changed = dict(order.raw.get("set") or {})
    moved = order.raw.get("happened_at")
    reason = _reason(order)
    if not changed and not moved:
        raise Refusal(_("Nothing to correct was given."), _("Name the field: --unit 3-1503, or --happened-at TIME"))
    target = amendable(_target(kind, record, str(order.raw.get("event") or ""), changed))
    if target.do in REWRITING | INTERNAL:
        raise Refusal(
            _("{action} is not corrected but struck.").format(action=word("action", target.do)),
            _("Strike it and enter it again: pm {kind} strike {id} --event {event} --reason TEXT").format(
                kind=kind.name.replace("_", "-"), id=record.id, event=target.id[:8]
            ),
        )
    _theirs(books, kind, order, target)
    given: dict[str, Node] = {"event": target.id, "reason": reason}
    when = When(order.now, books.zone)
    if changed:
        shape = kind.actions[target.do]
        values = model.validate(shape, changed, when, partial=True)
        texts = stored_values(books, shape, values, record)
        given["set"] = {name: _merged(target.given.get(name), text) for name, text in texts.items()}
    if moved:
        instant = parse_when(str(moved), when)
        if instant > order.now:
            raise Refusal(_("{at} lies in the future.").format(at=stored(instant)))
        given["happened_at"] = stored(instant)
    if refusal := not_so_either(books, kind, order, record, given):
        raise headed(kind, order.action, record.id, refusal)
    return given


def _theirs(books: Books, kind: Kind, order: Order, target: Event) -> None:
    """Whoever corrects or strikes a step may have done it themselves: raises Refusal."""
    if target.do in kind.actions:
        permitted(books, kind.actions[target.do], order)


def _rewritten(kind: Kind, order: Order, world: World, fields: Iterable[str]) -> None:
    """What a kind says of rewriting these fields: raises Refusal."""
    if refusal := kind.declared.rewritten(world, frozenset(fields)):
        raise headed(kind, order.action, world.id, refusal)


def _merged(old: Node | None, new: Node) -> Node:
    return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


def _target(kind: Kind, record: Record, typed: str, changed: Mapping[str, Any]) -> Event:
    """The event named, or the last counting one that gave every field to be corrected, or else could have."""
    if typed:
        return event_of(record, typed)
    steps = [step.event for step in fold(kind, record).steps]
    for gave in (True, False):
        for event in reversed(steps):
            fields = event.given if gave else kind.actions[event.do].fields
            if all(name in fields for name in changed) and (changed or event.prev == ()):
                return event
    raise NotFound(
        _("No single event gave {fields}.").format(fields=listed(word("field", name) for name in changed)),
        _("Name it: --event EVENT; see pm history {id}").format(id=record.id),
    )


def _settlement(kind: Kind, order: Order, record: Record) -> dict[str, Node]:
    """Keep one event; what contradicts it and did not know of it is dropped."""
    kept = event_of(record, str(order.raw.get("keep") or ""))
    result = fold(kind, record)
    illegal = [event.id for event, _reason in result.illegal]
    if not illegal:
        raise Refusal(_("{id} is not contested.").format(id=record.id))
    applied = [step.event.id for step in result.steps if step.before != step.after]
    if kept.id in illegal:
        drop = [one for one in [*applied, *illegal] if concurrent(record.events, one, kept.id)]
    elif any(concurrent(record.events, one, kept.id) for one in illegal):
        drop = [one for one in illegal if concurrent(record.events, one, kept.id)]
    else:
        raise Refusal(
            _("{event} is not one of the contested steps.").format(event=kept.id[:8]),
            _("Choose one of: {events}").format(events=", ".join(one[:8] for one in illegal)),
        )
    given: dict[str, Node] = {"keep": kept.id, "drop": list(drop)}
    if order.raw.get("reason"):
        given["reason"] = str(order.raw["reason"])
    return given
