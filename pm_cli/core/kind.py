"""A record kind: the declarations of its module, or of the parts of its package, gathered into one object."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from pm_cli.core.action import ANY, OPEN, Action
from pm_cli.core.clock import Clock, Plan
from pm_cli.core.standard import INTERNAL, STANDARD
from pm_cli.core.text import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.core.errors import Refusal
    from pm_cli.core.rule import RuleNote

Sort = TypeVar("Sort")
DRAFT = "draft"
ANNULLED = "annulled"


class Declaration:
    """Base of the class by which a kind's module names its states and columns.

    `prefix`: two capitals for journal records, empty for registers whose numbers are typed.
    `open`, `closed`: its states. `columns`: fields shown in lists. `place`: the field that names unit or place.
    `search`: fields whose text `pm find` looks through (personal ones included). `sort`: the field statistics
    classify by. `request`: whether it is something a resident asked for and reports count; `resolves` are
    the actions by which the handler says it is done, `reopens` those that begin it again; `paused_because` is the
    field that says why its clocks stand still, `paused_until` the clock by whose term that ends.
    """

    prefix: str = ""
    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    place: str = "unit"
    handler: str = "handler"
    summary: str = "content"
    search: tuple[str, ...] = ()
    sort: str = "content_class"
    request: bool = False
    resolves: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()
    paused_because: str = "wait_reason"
    paused_until: str = "awaited"

    @staticmethod
    def barred(now: Facts, action: str) -> Refusal | None:
        """Why whoever acts may not touch this record at all, whatever the action."""
        return None

    @staticmethod
    def rewritten(now: Facts, fields: frozenset[str]) -> Refusal | None:
        """Why whoever acts may not correct these fields, nor strike the step that gave them."""
        return None

    @staticmethod
    def awaits(signature: str, fields: Mapping[str, Node]) -> bool:
        """Whether a signature that is missing in a state in which it is awaited can be had of this record now."""
        return True


@dataclass
class Kind:
    """Everything declared about one kind."""

    name: str
    help: str
    declared: type[Declaration]
    actions: dict[str, type[Action]]
    clocks: tuple[Clock, ...] = ()
    rules: tuple[RuleNote, ...] = ()
    signatures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _required: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def register(self) -> bool:
        """Whether its records are standing things with natural numbers."""
        return not self.declared.prefix

    @property
    def starts(self) -> list[type[Action]]:
        """The actions that begin a record."""
        return [action for action in self.actions.values() if action.start]

    @property
    def states(self) -> tuple[str, ...]:
        """All states a record of this kind can be in."""
        return (DRAFT, *self.declared.open, *self.declared.closed, ANNULLED)

    @property
    def verbs(self) -> dict[str, type[Action]]:
        """The actions that people carry out; others `pm` does by itself."""
        return {name: action for name, action in self.actions.items() if name not in INTERNAL}

    def is_open(self, state: str) -> bool:
        """Whether something still has to happen in this state; drafts are open."""
        return state == DRAFT or state in self.declared.open

    @cached_property
    def plan(self) -> Plan:
        """The clocks by the actions that concern them."""
        return Plan(self.clocks)

    def is_closed(self, state: str) -> bool:
        """Whether nothing has to happen any more in this state."""
        return not self.is_open(state)

    def allows(self, action: type[Action], state: str) -> bool:
        """Whether an action may happen in a state."""
        if action.start:
            return state == ""
        if ANY in action.of and state not in {"", ANNULLED}:
            return True
        return state in action.of or (OPEN in action.of and state in self.declared.open)

    def possible(self, state: str) -> list[type[Action]]:
        """The actions that may follow in a state, those of the kind before the standard ones."""
        found = [action for action in self.verbs.values() if self.allows(action, state) and action.name != "complete"]
        if state == DRAFT:
            found.insert(0, self.actions["complete"])
        return sorted(found, key=lambda action: action.name in STANDARD)

    def required(self, start: str) -> tuple[str, ...]:
        """Fields of a starting action without which the record stays a draft."""
        if start not in self._required:
            fields = self.actions[start].fields
            self._required[start] = tuple(name for name, spec in fields.items() if spec.required)
        return self._required[start]


def gather(name: str, module: ModuleType) -> Kind:
    """Collect the declarations of a kind's module, and of its PARTS if it is a package, in the order of the work."""
    parts: tuple[ModuleType, ...] = (module, *getattr(module, "PARTS", ()))
    declared = next(value for value in _classes(module, Declaration))
    own = {action.name: action for part in parts for action in _classes(part, Action)}
    return Kind(
        name,
        first_line(module.__doc__ or ""),
        declared,
        {**own, **{key: action for key, action in STANDARD.items() if key not in own}},
        tuple(clock for part in parts for clock in getattr(part, "CLOCKS", ())),
        tuple(note for part in parts for note in getattr(part, "RULES", ())),
        {name: states for part in parts for name, states in getattr(part, "SIGNATURES", {}).items()},
    )


def _classes(module: ModuleType, base: type[Sort]) -> Iterator[type[Sort]]:
    """The classes of a sort that a module itself defines, in the order in which they stand there."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__:
            yield value
