"""From a row to a record: values typed and stored, events chained and folded, nothing illegal let through."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pm_cli.core.clock import Tracker
from pm_cli.core.errors import PmError
from pm_cli.core.event import Event
from pm_cli.core.fold import Fold, fold
from pm_cli.core.ident import IMPORT_DESK
from pm_cli.core.perform import World
from pm_cli.core.record import Record
from pm_cli.core.text import _, word
from pm_cli.core.times import When, shown, stored
from pm_cli.core.types import DayType, InstantType, Link, Type, to_text
from pm_cli.flows.importing.table import Fault, Faulty, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Action
    from pm_cli.core.codec import Node
    from pm_cli.core.fold import Step as Applied
    from pm_cli.core.person import Actor
    from pm_cli.flows.importing.columns import Columns, Drawn
    from pm_cli.flows.importing.plan import Filled, Step
    from pm_cli.flows.importing.sift import Taken
    from pm_cli.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Done:
    """A step of one row: when it happened, what is stored of it, and the same values typed for the kind's checks."""

    action: type[Action]
    at: datetime
    given: dict[str, Node]
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Built:
    """A record with its fold and the clocks that were followed on the way."""

    record: Record
    fold: Fold
    tracker: Tracker


@dataclass
class _Befores:
    """Keeps how the record stood before each step of a fold."""

    found: list[tuple[str, dict[str, Node]]] = field(default_factory=lambda: [("", {})])

    def step(self, step: Applied, fields: Mapping[str, Node]) -> None:
        self.found.append((step.after, dict(fields)))


class Builder:
    """Builds the records of one import; everything in them is entered by one person at one moment."""

    def __init__(self, ledger: Ledger, columns: Columns, by: Actor, when: When) -> None:
        self._ledger = ledger
        self._columns = columns
        self._by = by
        self._when = when
        self._recorded = stored(when.now)
        self._links: dict[tuple[str, Link], str] = {}

    def built(self, taken: Taken) -> Built:
        """What a row becomes; raises Faulty with all that is wrong with it."""
        kind = taken.chain.kind
        record = Record("", kind.name)
        steps = self._steps(taken, record)
        if kind.register:
            record.id = str(steps[0].said["code"])
        else:
            record.id = self._ledger.next_number(kind.declared.prefix, taken.at.date(), IMPORT_DESK)
        for step in steps:
            record.append(Event(stored(step.at), self._recorded, self._by.id, step.action.name, step.given))
        tracker, befores = Tracker(kind.plan, kind.is_closed), _Befores()
        result = fold(kind, record, watchers=[tracker, befores])
        record.state, record.fields = result.state, result.fields
        self._judge(taken, record, steps, result, befores)
        return Built(record, result, tracker)

    def _judge(self, taken: Taken, record: Record, steps: list[Done], result: Fold, befores: _Befores) -> None:
        """See that neither the fold nor the kind itself refuses a step; raises Faulty."""
        faults = [Fault(taken.row.line, "", word("action", event.do), reason) for event, reason in result.illegal]
        if faults:
            raise Faulty(*faults)
        for count, (step, (state, fields)) in enumerate(zip(steps, befores.found, strict=False)):
            before = Fold(state, fields, result.steps[:count])
            world = World(self._ledger, step.at, self._by, record.id, state, fields, before)
            refusal = step.action(step.said).refuse(world)
            if refusal:
                faults.append(Fault(taken.row.line, "", word("action", step.action.name), refusal.message))
        if faults:
            raise Faulty(*faults)

    def _steps(self, taken: Taken, record: Record) -> list[Done]:
        """The steps a row has been through, in the order in which they happened."""
        faults: list[Fault] = []
        done: list[Done] = []
        last = taken.at
        for step in taken.chain.steps:
            if not step.taken(taken.row.cells):
                continue
            try:
                last = last if step.action.start else self._at(step, taken, last)
                done.append(Done(step.action, last, *self._values(step, taken, record)))
            except Faulty as error:
                faults += error.faults
        if faults:
            raise Faulty(*faults)
        return done

    def _at(self, step: Step, taken: Taken, last: datetime) -> datetime:
        """When a later step happened: with the one before it, unless the mapping file says."""
        if step.at is None:
            return last
        at = self._columns.instant(taken.row, step.at, last)
        if at is None:
            reason = _("the time is missing")
        elif at > self._when.now:
            reason = _("{at} lies in the future.").format(at=shown(at, self._when.zone))
        elif at < last:
            reason = _("it lies before {at}").format(at=shown(last, self._when.zone))
        else:
            return at
        raise Faulty(self._columns.fault(taken.row, step.at, reason))

    def _values(self, step: Step, taken: Taken, record: Record) -> tuple[dict[str, Node], dict[str, Any]]:
        """What is stored of a step, and the same values typed, as the kind's own checks expect them."""
        faults: list[Fault] = []
        given: dict[str, Any] = {}
        said: dict[str, Any] = dict.fromkeys(step.action.fields)
        for filled in step.filled:
            if not filled.counts(given):
                continue
            try:
                typed = self._typed(filled, taken)
            except Faulty as error:
                faults += error.faults
                continue
            if typed is not None:
                node = self._node(filled, typed, record)
                _put(given, filled.input.path, node)
                _put(said, filled.input.path, node if isinstance(typed, str) else typed)
        faults += self._missing(step, taken, given, faults)
        if faults:
            raise Faulty(*faults)
        return given, said

    def _typed(self, filled: Filled, taken: Taken) -> Any:
        """The value of one input, None for nothing."""
        if not filled.drawn:
            return taken.place
        found = [self._item(filled.input.type, drawn, taken.row) for drawn in filled.drawn]
        items = [item for item in found if item is not None]
        return (items or None) if filled.input.many else next(iter(items), None)

    def _item(self, kind: Type, drawn: Drawn, row: Row) -> Any:
        if isinstance(kind, InstantType):
            return self._columns.instant(row, drawn)
        text = self._columns.text(row, drawn)
        if not text:
            return None
        try:
            if isinstance(kind, DayType):
                return self._columns.times.day(text)
            value = kind.parse(text, self._when)
            return self._linked(value, kind) if isinstance(kind, Link) else value
        except (ValueError, PmError) as error:
            raise Faulty(self._columns.fault(row, drawn, str(error))) from None

    def _linked(self, text: str, link: Link) -> str:
        """The stored link for a number, looked up once for all rows."""
        if (text, link) not in self._links:
            self._links[text, link] = self._ledger.resolve(text, link.kinds)
        return self._links[text, link]

    @staticmethod
    def _node(filled: Filled, typed: Any, record: Record) -> Node:
        if not filled.input.type.personal:
            return to_text(typed)
        return [record.commit_to(item) for item in typed] if filled.input.many else record.commit_to(typed)

    def _missing(self, step: Step, taken: Taken, given: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
        """Required inputs a row has nothing for; those of a group only if the row has something else for the group."""
        if faults:
            return []
        found = []
        for leaf in step.needed:
            *above, last = leaf.path
            group: Any = given
            for part in above:
                group = group.get(part, {})
            if last not in group and (leaf.required or group):
                filled = next((filled for filled in step.filled if filled.input.path == leaf.path), None)
                columns = ", ".join(filled.drawn[0].value.columns) if filled else ""
                found.append(Fault(taken.row.line, columns, "", _("{name} is missing").format(name=leaf.dotted)))
        return found


def _put(tree: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value in nested mappings."""
    for part in path[:-1]:
        tree[part] = tree = tree.get(part) or {}
    tree[path[-1]] = value
