"""The fold: what a record's events add up to, corrections applied, struck steps left out, illegal ones kept aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pm_cli.core.action import BACK
from pm_cli.core.kind import DRAFT, Kind
from pm_cli.core.standard import REWRITING
from pm_cli.core.text import _, listed, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pm_cli.core.action import Action
    from pm_cli.core.codec import Node
    from pm_cli.core.event import Event
    from pm_cli.core.record import Record


@dataclass(frozen=True, slots=True)
class Step:
    """One applied event: what was done, with the values that count and the states before and after."""

    event: Event
    given: Mapping[str, Node]
    at: str
    instant: datetime
    before: str
    after: str


class Watcher(Protocol):
    """Told of every applied step, in order, with the fields as they are after it."""

    def step(self, step: Step, fields: Mapping[str, Node]) -> None: ...


@dataclass
class Fold:
    """The result: state, fields, the steps that count, the illegal ones with reasons, the void ones."""

    state: str = ""
    fields: dict[str, Node] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    illegal: list[tuple[Event, str]] = field(default_factory=list)
    void: set[str] = field(default_factory=set)
    missing: tuple[str, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether somebody has to settle which of two steps counts."""
        return bool(self.illegal)


@dataclass(slots=True)
class _Turn:
    """An event with the values and time it counts with."""

    event: Event
    given: Mapping[str, Node]
    at: str
    instant: datetime


def depths(events: Iterable[Event]) -> dict[str, int]:
    """How far each event lies from the first one along the longest chain; events stand after those they follow."""
    found: dict[str, int] = {}
    for event in events:
        found[event.id] = 1 + max((found.get(link, 0) for link in event.prev), default=0)
    return found


def fold(kind: Kind, record: Record, until: datetime | None = None, watchers: Iterable[Watcher] = ()) -> Fold:
    """Fold the events known at `until` (all of them by default) in the order in which they happened."""
    events = record.events if until is None else [event for event in record.events if known(record, event) <= until]
    result = Fold()
    turns, result.void = _turns(events)
    start: type[Action] | None = None
    born: dict[str, Node] = {}
    for turn in turns:
        action = kind.actions.get(turn.event.do)
        reason = _illegal(kind, action, result, turn)
        if reason or action is None:
            result.illegal.append((turn.event, reason))
            continue
        before, fields = result.state, dict(result.fields)
        try:
            if action.start or action.name == "complete":
                start = action if action.start else start
                assert start is not None
                born.update(turn.given)
                _keep(start, turn.given, fields, turn.at)
                result.missing = tuple(name for name in kind.required(start.name) if name not in born)
                result.state = DRAFT if result.missing else (start.goes(born, fields) or start.to)
            else:
                _keep(action, turn.given, fields, turn.at)
                result.state = action.goes(turn.given, fields) or action.to or before
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # written by no version of the kind
            result.illegal.append((turn.event, _("its values do not fit: {error}").format(error=repr(error))))
            continue
        if result.state == BACK:
            result.state = next(
                (step.before for step in reversed(result.steps) if step.after == before != step.before), before
            )
        result.fields = fields
        step = Step(turn.event, turn.given, turn.at, turn.instant, before, result.state)
        result.steps.append(step)
        for watcher in watchers:
            watcher.step(step, result.fields)
    return result


def known(record: Record, event: Event) -> datetime:
    """When the fact was known: recorded, or for the events an import wrote, when they happened.

    The system a record was imported from knew them then, so that a report as of a past day can be drawn up.
    """
    if "external" in record.fields and event.recorded == record.events[0].recorded:
        return event.instant
    return event.known


def refold(kind: Kind, record: Record) -> Fold:
    """Fold everything and store state and fields in the record.

    What a newer version of the kind has written there is kept if one of the events is of such a version.
    """
    result = fold(kind, record)
    inputs = {name for action in kind.actions.values() for name in action.fields}
    kept: dict[str, Node] = {}
    if any(event.do not in kind.actions or not inputs.issuperset(event.given) for event in record.events):
        declared = {spec.name_in_record for action in kind.actions.values() for spec in action.fields.values()} | inputs
        kept = {key: value for key, value in record.fields.items() if key not in declared | result.fields.keys()}
    record.state, record.contested = result.state, result.contested
    record.fields = {**result.fields, **kept}
    return result


def _turns(events: list[Event]) -> tuple[list[_Turn], set[str]]:
    """The events that count, corrected and in order, and the ids of those that are void."""
    depth = depths(events)
    rewriting = [event for event in events if event.do in REWRITING]
    void: set[str] = set()
    for event in reversed(rewriting):  # later ones first: a struck strike strikes nothing
        if event.id in void:
            continue
        if event.do == "strike":
            void.add(str(event.given.get("event", "")))
        elif event.do == "settle":
            dropped = event.given.get("drop", [])
            void.update(str(item) for item in dropped)
    turns = {event.id: _Turn(event, event.given, event.at, event.instant) for event in events if event.id not in void}
    for event in rewriting:
        target = turns.get(str(event.given.get("event", "")))
        if event.do == "correct" and event.id not in void and target:
            _correct(target, event)
    return sorted(turns.values(), key=lambda turn: (turn.instant, depth[turn.event.id], turn.event.id)), void


def _correct(target: _Turn, correction: Event) -> None:
    changed = correction.given.get("set", {})
    if isinstance(changed, dict) and changed:
        target.given = {**target.given, **changed}
    moved = correction.given.get("happened_at")
    if isinstance(moved, str):
        target.at, target.instant = moved, type(target.instant).fromisoformat(moved)


def _illegal(kind: Kind, action: type[Action] | None, result: Fold, turn: _Turn) -> str:
    if action is None:
        return _("{kind} knows no action {action}").format(kind=word("kind", kind.name), action=turn.event.do)
    if not kind.allows(action, result.state):
        if not result.state:
            return _("there is no record yet at {at}").format(at=turn.at)
        return _("{action} is not possible from {state}").format(
            action=word("action", action.name), state=word("state", result.state)
        )
    lacking = [name for name in action.requires if not result.fields.get(name)]
    if lacking:
        return _("{fields} must be recorded first").format(fields=listed(word("field", name) for name in lacking))
    return ""


def _keep(action: type[Action], given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
    specs = action.fields
    for name, value in given.items():
        spec = specs.get(name)
        if spec is None or not spec.keep:
            continue
        target = spec.name_in_record or name
        if spec.add:
            so_far = fields.get(target)
            added = value if isinstance(value, list) else [value]
            fields[target] = [*(so_far if isinstance(so_far, list) else []), *added]
        elif isinstance(value, dict) and isinstance(old := fields.get(target), dict):
            fields[target] = {**old, **value}
        else:
            fields[target] = value
    action.effect(given, fields, at)
