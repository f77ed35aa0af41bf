"""Doing an action: time, permission, completeness, the kind's own refusals, then one more event in the chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pm_cli.core import model
from pm_cli.core.errors import Refusal
from pm_cli.core.event import Event
from pm_cli.core.fold import Fold, fold, refold
from pm_cli.core.ident import linked
from pm_cli.core.record import Record
from pm_cli.core.text import _, listed, word
from pm_cli.core.times import When, shown, stored
from pm_cli.core.types import Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from pm_cli.core.action import Action, Seen
    from pm_cli.core.calendar import Calendar
    from pm_cli.core.codec import Node
    from pm_cli.core.kind import Kind
    from pm_cli.core.person import Actor
    from pm_cli.core.policy import Policy, Value


class Books(Protocol):
    """What the world offers to an action; the ledger on disk implements it, and tests do in memory."""

    @property
    def policy(self) -> Policy: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def zone(self) -> tzinfo: ...

    def kind(self, name: str) -> Kind:
        """The declaration of a kind."""

    def get(self, number: str) -> Record | None:
        """The record of exactly this number or stored link."""

    def resolve(self, text: str, kinds: tuple[str, ...]) -> str:
        """The stored link for what somebody typed; raises NotFound."""

    def matching(self, kind: str, equal: Mapping[str, str], at: datetime | None = None) -> Sequence[Record]:
        """Records of a kind that are open, or were not closed yet at an instant, whose fields equal the given texts."""

    def actor(self, login: str, at: datetime) -> Actor:
        """Who acts, with the roles held at an instant; raises Refusal for a stranger."""

    def next_number(self, prefix: str, day: date) -> str:
        """A number nobody has yet."""

    def reserve(self, record: Record) -> None:
        """Let a record that is about to be written be found by what follows in the same command."""


@dataclass
class World:
    """The facts an action's `refuse` is shown (see `core.action.Facts`)."""

    books: Books
    at: datetime
    by: Actor
    id: str
    state: str
    fields: Mapping[str, Node]
    before: Fold

    def find(self, number: str) -> Seen | None:
        """The record a stored link stands for, as it was at the event; as first registered if that came later."""
        record = self.books.get(number)
        return None if record is None else then(self.books.kind(record.kind), record, self.at)

    def open(self, kind: str, **equal: str) -> Sequence[Seen]:
        """Records of a kind with these fields that were open at the event."""
        declared = self.books.kind(kind)
        return [record for record in self.since(kind, self.at, **equal) if declared.is_open(record.state)]

    def since(self, kind: str, instant: datetime, **equal: str) -> Sequence[Seen]:
        """Records of a kind with these fields to which something has happened after an instant, or which are open."""
        declared = self.books.kind(kind)
        seen = [then(declared, record, self.at) for record in self.books.matching(kind, equal, instant)]
        return [
            record
            for record in seen
            if all(linked(str(record.fields.get(name, ""))) == linked(text) for name, text in equal.items())
        ]

    def value(self, key: str) -> Value:
        """The policy value in force at the event."""
        return self.books.policy.at(key, self.at.astimezone(self.books.zone))

    def events(self) -> Sequence[tuple[str, datetime, str]]:
        """What has happened so far as (action, when, by)."""
        return [(step.event.do, step.instant, step.event.by) for step in self.before.steps]


@dataclass(frozen=True)
class Order:
    """What somebody asks for: the action with raw input, who acts, when it happened and when it is entered."""

    action: type[Action]
    raw: Mapping[str, Any]
    by: str
    at: datetime
    now: datetime
    draft: bool = False


@dataclass
class Outcome:
    """The changed record, the event that was added, and what the user should also know."""

    record: Record
    event: Event
    fold: Fold
    notices: list[str] = field(default_factory=list)


def perform(books: Books, kind: Kind, order: Order, record: Record | None = None) -> Outcome:
    """Carry out an order on a record (None: begin one) and return the new version; the books are not changed.

    Raises Refusal when a rule says no, InputErrors when the input does not fit.
    """
    action = order.action
    _in_time(order)
    actor = permitted(books, action, order)
    base = record.copy() if record else Record("", kind.name)
    before = past(kind, base, order.at) if record else Fold()
    if record:
        _from_here(kind, action, base, before)
    values = model.validate(action, order.raw, When(order.now, books.zone), partial=order.draft)
    if not record:
        base.id = str(
            values.get("code") or books.next_number(kind.declared.prefix, order.at.astimezone(books.zone).date())
        )
        if kind.register and books.get(base.id):
            raise Refusal(
                _("{id} is registered already.").format(id=base.id),
                _("Look at it: pm show {id}").format(id=base.id),
            )
    given = stored_values(books, action, values, base)
    said = action(comparable(given, values))
    world = World(books, order.at, actor, base.id, before.state, before.fields, before)
    refusal = kind.declared.barred(world, action.name) if record else None
    if not refusal and not (order.draft and _unfinished(kind, action, given)):
        refusal = said.refuse(world)
    if refusal:
        raise headed(kind, action, base.id if record or kind.register else "", refusal)
    return appended(kind, base, before, order, {**given, **said.witness(world)})


def _unfinished(kind: Kind, action: type[Action], given: Mapping[str, Node]) -> bool:
    """Whether something is still missing: a draft that lacks nothing is an entry like any other."""
    return any(name not in given for name in kind.required(action.name))


def stored_values(books: Books, shape: type[Action], values: Mapping[str, Any], record: Record) -> dict[str, Node]:
    """Validated values as they are stored in an event of this record."""

    def resolve(text: str, link: Link) -> str:
        return books.resolve(text, link.kinds)

    return model.given(shape, values, record.commit_to, resolve)


def comparable(given: Mapping[str, Node], values: Mapping[str, Any]) -> dict[str, Any]:
    """What `refuse` sees: typed values, but links already resolved."""
    return {name: given[name] if isinstance(value, str) else value for name, value in values.items() if name in given}


def appended(kind: Kind, base: Record, before: Fold, order: Order, given: Mapping[str, Node]) -> Outcome:
    """Add the event, fold again, and refuse if that makes something illegal that was not so before."""
    known_bad = (
        {event.id for event, _reason in before.illegal} | {e.id for e, _r in fold(kind, base).illegal}
        if base.events
        else set()
    )
    event = base.append(Event(stored(order.at), stored(order.now), order.by, order.action.name, dict(given)))
    result = refold(kind, base)
    bad = [(broken, reason) for broken, reason in result.illegal if broken.id not in known_bad]
    if bad:
        raise _contradiction(kind, order, base, event, bad)
    return Outcome(base, event, result)


def permitted(books: Books, action: type[Action], order: Order) -> Actor:
    """The actor, or a Refusal that says which roles may do this."""
    actor = books.actor(order.by, order.at)
    if not actor.may(action.by):
        roles = listed(word("role", role) for role in sorted(action.by))
        raise Refusal(
            _("{who} may not {action}: this is for {roles}.").format(
                who=order.by, action=word("action", action.name), roles=roles
            ),
            _("Act as somebody else: --as LOGIN"),
            action.rules,
        )
    return actor


def past(kind: Kind, record: Record, at: datetime) -> Fold:
    """The record as it stood at an instant, by what is known now (late entries are judged by their own time)."""
    whole = fold(kind, record)
    if all(step.instant <= at for step in whole.steps):
        return whole
    earlier = record.copy()
    late = {step.event.id for step in whole.steps if step.instant > at}
    earlier.events = [event for event in record.events if event.id not in late]
    return fold(kind, earlier)


def then(kind: Kind, record: Record, at: datetime) -> Record:
    """A record as it stood at an instant; as it began when that was later (old entries may precede a registration)."""
    if all(event.instant <= at for event in record.events):
        return record
    earlier = past(kind, record, max(at, record.events[0].instant))
    seen = record.copy()
    seen.state, seen.fields = earlier.state, earlier.fields
    return seen


def possible(kind: Kind, action: type[Action], record: Record, at: datetime) -> None:
    """Raise the Refusal an action would meet whatever its input: the record is not in a state for it."""
    _from_here(kind, action, record, past(kind, record, at))


def _in_time(order: Order) -> None:
    if order.at.timestamp() > order.now.timestamp():  # by instants: one zone's wall clock goes back in autumn
        raise Refusal(
            _("{at} lies in the future.").format(at=shown(order.at, order.now.tzinfo or order.at.tzinfo)),  # type: ignore[arg-type]
            _("Enter what has happened; a time agreed for later has its own field."),
        )


def _from_here(kind: Kind, action: type[Action], record: Record, before: Fold) -> None:
    if kind.allows(action, before.state):
        lacking = [name for name in action.requires if not before.fields.get(name)]
        if not lacking:
            return
        reason = _("{fields} must be recorded first").format(fields=listed(word("field", name) for name in lacking))
    elif not before.state:
        reason = _("it was not there yet at that time")
    else:
        reason = _("it is {state}").format(state=word("state", before.state))
    raise headed(kind, action, record.id, Refusal(reason, possibilities(kind, before.state), action.rules))


def possibilities(kind: Kind, state: str) -> str:
    """The sentence that says what can be done from a state."""
    names = [word("action", action.name) for action in kind.possible(state)]
    return _("From {state} you can: {actions}").format(state=word("state", state or "new"), actions=listed(names))


def headed(kind: Kind, action: type[Action], number: str, refusal: Refusal) -> Refusal:
    """A refusal that begins with what was asked for."""
    what = " ".join(part for part in (word("action", action.name), number or word("kind", kind.name)) if part)
    return Refusal(
        _("Cannot {what}: {why}.").format(what=what, why=refusal.message.rstrip(".。")),
        refusal.hint,
        refusal.rules or action.rules,
    )


def _contradiction(kind: Kind, order: Order, record: Record, event: Event, bad: list[tuple[Event, str]]) -> Refusal:
    own = next((reason for broken, reason in bad if broken.id == event.id), "")
    if own:
        return headed(kind, order.action, record.id, Refusal(own, rules=order.action.rules))
    listed = "; ".join(
        f"{broken.id[:8]} {word('action', broken.do)} {broken.at[:16]} ({reason})" for broken, reason in bad
    )
    return headed(
        kind,
        order.action,
        record.id,
        Refusal(
            _("these later steps would become impossible: {steps}").format(steps=listed),
            _("Strike them first, the last one first: pm {kind} strike {id} --event EVENT --reason TEXT").format(
                kind=kind.name.replace("_", "-"), id=record.id
            ),
        ),
    )
