"""A mapping file resolved against a table and the kinds of the ledger: which steps each row has been through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.errors import Usage
from pm_cli.core.model import Input, inputs
from pm_cli.core.text import _
from pm_cli.core.types import AttachmentType
from pm_cli.flows.importing.columns import Columns, Condition, Drawn, times_of
from pm_cli.flows.importing.values import Cells, Value, template

if TYPE_CHECKING:
    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind
    from pm_cli.flows.importing.mapping import Said

KEYS = ("encoding", "delimiter", "zone", "times", "kind", "external", "at", "unit", "fields", "steps", "kinds")
STEP = ("do", "at", "when", "with")


@dataclass(frozen=True)
class Filled:
    """One input of a step and what it is filled from: several values for a list, none for the unit of the row.

    The `default` of an input within a group, such as a signature, counts only for rows that fill the group.
    """

    input: Input
    drawn: tuple[Drawn, ...]
    default: bool = False

    def counts(self, given: Mapping[str, object]) -> bool:
        """Whether it has a place in what was given so far."""
        return not self.default or len(self.input.path) == 1 or self.input.path[0] in given


@dataclass(frozen=True)
class Step:
    """An action that rows have been through: those that meet the conditions, else those that have a time for it."""

    action: type[Action]
    filled: tuple[Filled, ...]
    at: Drawn | None = None
    conditions: tuple[Condition, ...] | None = None

    def taken(self, cells: Cells) -> bool:
        """Whether a row has been through it."""
        if self.conditions is not None:
            return all(condition.holds(cells) for condition in self.conditions)
        return self.action.start or self.at is None or bool(self.at.value.read(cells))

    @cached_property
    def needed(self) -> tuple[Input, ...]:
        """The inputs without which it is not complete, those of optional groups included."""
        return tuple(leaf for leaf in inputs(self.action) if leaf.spec.required)


@dataclass(frozen=True)
class Chain:
    """What a row of one kind becomes: the steps in their order, the first of them begins the record.

    `identity` is what a row is recognised by when it comes again: its external reference, or the code in a register.
    """

    kind: Kind
    steps: tuple[Step, ...]
    identity: Filled | None


@dataclass(frozen=True)
class Plan:
    """What the rows of a table become.

    `choose` names the kind of a row, `place` its unit, `unit` how one that is not there yet is entered.
    """

    columns: Columns
    choose: Drawn
    chains: Mapping[str, Chain]
    place: Drawn | None
    unit: Chain | None

    @property
    def everything(self) -> tuple[Chain, ...]:
        """All chains, that of a new unit among them."""
        return (*self.chains.values(), *([self.unit] if self.unit else []))


def written_in(said: Said) -> tuple[str, str]:
    """Encoding and delimiter of the table where a mapping file names them, else ""."""
    entries = said.entries(*KEYS)
    encoding, delimiter = (entries[key].text() if key in entries else "" for key in ("encoding", "delimiter"))
    return encoding, delimiter


def plan(said: Said, names: tuple[str, ...], asked: str, zone: tzinfo) -> Plan:
    """The plan for a table with these columns; `asked` is the kind unless the mapping file chooses one for each row.

    Raises Usage with everything that is wrong at once.
    """
    entries = said.entries(*KEYS)
    times = times_of(entries.get("times"), entries.get("zone"), zone)
    return _Planner(said, entries, Columns(names, times)).plan(asked)


@dataclass
class _Planner:
    """Resolves the parts of one mapping file and collects what is wrong with them."""

    said: Said
    entries: Mapping[str, Said]
    columns: Columns
    problems: list[str] = field(default_factory=list)

    def plan(self, asked: str) -> Plan:
        """All parts together."""
        own = self.entries["kinds"].entries(*kinds.names()) if "kinds" in self.entries else {}
        if "kind" in self.entries:
            choose, names = self.columns.drawn(self.entries["kind"]), tuple(own)
        else:
            choose, names = Drawn(Value((), lambda _cells: asked)), (asked,)
        if not set(names) <= set(kinds.names()) or not names:
            self.said.wrong(_("say under kind: and kinds: what a row becomes"))
        chains: dict[str, Chain] = {}
        place = unit = None
        with self.collected():
            place, unit = self.unit()
        for name in names:
            with self.collected():
                chains[name] = self.chain(kinds.load(name), own.get(name))
        if self.problems:
            raise Usage("\n".join(self.problems))
        return Plan(self.columns, choose, chains, place, unit)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep a Usage for the end instead of stopping there."""
        try:
            yield
        except Usage as error:
            self.problems.append(error.message)

    def unit(self) -> tuple[Drawn | None, Chain | None]:
        """What the code of a row's unit is made of, and how a unit that is missing is entered."""
        said = self.entries.get("unit")
        if said is None:
            return None, None
        fields = dict(said.entries()) if isinstance(said.content, dict) and "code" in said.content else {"code": said}
        place = self.columns.drawn(fields.pop("code"))
        kind = kinds.load("unit")
        return place, Chain(kind, (self._step(kind.starts[0], said, fields, place="code"),), None)

    def chain(self, kind: Kind, own: Said | None) -> Chain:
        """The steps of a kind: what it says itself goes before what holds for all kinds."""
        special = own.entries("fields", "steps") if own else {}
        fields = {**_entries(self.entries.get("fields")), **_entries(special.get("fields"))}
        start = kind.starts[0]
        if "external" in start.fields:
            if "external" not in self.entries:
                self.said.wrong(_("external is missing: by it a row is recognised when it comes again"))
            fields["external"] = self.entries["external"]
        place = kind.declared.place if "unit" in self.entries and kind.declared.place in start.fields else ""
        first = self._step(start, own or self.said, fields, self.entries.get("at"), place=place)
        later = special.get("steps") or self.entries.get("steps")
        steps = [first]
        for said in later.items() if later else ():
            with self.collected():
                steps.append(self._later(kind, said))
        recognised = "code" if kind.register else "external"
        identity = next((filled for filled in first.filled if filled.input.dotted == recognised), None)
        return Chain(kind, tuple(steps), identity)

    def _later(self, kind: Kind, said: Said) -> Step:
        entries = said.entries(*STEP)
        if "do" not in entries:
            said.wrong(_("do: is missing"))
        actions = [name for name, action in kind.actions.items() if not action.start and not action.meta]
        if (name := entries["do"].text().replace("-", "_")) not in actions:
            entries["do"].wrong(_("{key!r} is none of: {names}").format(key=name, names=", ".join(actions)))
        conditions = self.columns.conditions(entries["when"]) if "when" in entries else None
        return self._step(kind.actions[name], said, _entries(entries.get("with")), entries.get("at"), conditions)

    def _step(
        self,
        action: type[Action],
        said: Said,
        fields: Mapping[str, Said],
        at: Said | None = None,
        conditions: tuple[Condition, ...] | None = None,
        place: str = "",
    ) -> Step:
        """A step with its inputs in declared order: from the mapping file, the unit of the row, or their defaults."""
        known = {leaf.dotted: leaf for leaf in inputs(action) if not isinstance(leaf.type, AttachmentType)}
        for name in fields.keys() - known.keys():
            reason = _("{action} has no field {name}, only: {names}")
            fields[name].wrong(reason.format(action=action.name, name=name, names=", ".join(known)))
        filled = []
        for name, leaf in known.items():
            if name in fields:
                filled.append(self._filled(leaf, fields[name]))
            elif name == place:
                filled.append(Filled(leaf, ()))
            elif leaf.spec.default is not None:
                filled.append(Filled(leaf, (Drawn(template(str(leaf.spec.default), {})),), default=True))
            elif leaf.required:
                said.wrong(_("{action} needs {name}").format(action=action.name, name=name))
        return Step(action, tuple(filled), self.columns.drawn(at) if at else None, conditions)

    def _filled(self, leaf: Input, said: Said) -> Filled:
        drawn = tuple(self.columns.drawn(item) for item in said.items())
        if len(drawn) > 1 and not leaf.many:
            said.wrong(_("{name} holds one value").format(name=leaf.dotted))
        return Filled(leaf, drawn)


def _entries(said: Said | None) -> Mapping[str, Said]:
    return said.entries() if said else {}
