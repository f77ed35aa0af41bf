"""Actions are declared once as small classes; everything else (verb, event, refusals, schema) derives from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pm_cli.core.person import DESK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pm_cli.core.codec import Node
    from pm_cli.core.errors import Refusal
    from pm_cli.core.person import Actor
    from pm_cli.core.policy import Value

OPEN = "*open"
"""In `of`: every open state of the kind; drafts are named apart (`of=(OPEN, "draft")`)."""
ANY = "*any"
"""In `of`: every state but annulled."""
BACK = "*back"
"""In `to`: the state the record was in before the present one, for pauses that end."""


@dataclass(frozen=True)
class FieldSpec:
    """One input of an action or part of a group.

    `required` fields decide whether a first entry is complete; `keep` copies the value into the record's own
    fields (under `name_in_record` if given); `add` appends to a list there instead of replacing. `ask`: worth a
    question at the prompt though it is optional.
    """

    help: str
    required: bool
    default: Any = None
    keep: bool = True
    add: bool = False
    name_in_record: str = ""
    rules: tuple[str, ...] = ()
    ask: bool = False


def need(help: str, *, keep: bool = True, add: bool = False, into: str = "", rules: tuple[str, ...] = ()) -> Any:
    """A field that must be filled in before the record is complete; `into` renames it in the record."""
    return FieldSpec(help, True, None, keep, add, into, rules)


def may(
    help: str,
    *,
    default: Any = None,
    keep: bool = True,
    add: bool = False,
    into: str = "",
    rules: tuple[str, ...] = (),
    ask: bool = False,
) -> Any:
    """A field that may stay empty."""
    return FieldSpec(help, False, default, keep, add, into, rules, ask)


class Shape:
    """Something with declared fields: an action or a group of fields such as a person or a signature."""

    fields: ClassVar[dict[str, FieldSpec]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: spec for name, spec in vars(cls).items() if isinstance(spec, FieldSpec)}
        cls.fields = {**cls.fields, **own}
        for name in own:
            delattr(cls, name)

    @classmethod
    def hints(cls) -> dict[str, Any]:
        """The declared types of the fields, resolved; costs an evaluation, so only for the action invoked."""
        from typing import get_type_hints

        resolved: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            if base is not object:
                resolved.update(get_type_hints(base, include_extras=True))
        return {name: resolved[name] for name in cls.fields}


class Group(Shape):
    """Fields that belong together and are typed as `--borrower-name`, `--borrower-department`."""


class Seen(Protocol):
    """Another record as an action sees it: number, state and fields, personal values as commitments."""

    @property
    def id(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Node]: ...


class Facts(Protocol):
    """What an action may look at when it decides whether it is allowed; everything as of the event."""

    at: datetime
    by: Actor
    id: str
    state: str
    fields: Mapping[str, Node]

    def find(self, link: str) -> Seen | None:
        """The record a stored link or number stands for."""

    def open(self, kind: str, **equal: str) -> Sequence[Seen]:
        """Records of a kind that are not closed and whose fields equal the given texts."""

    def since(self, kind: str, instant: datetime, **equal: str) -> Sequence[Seen]:
        """Records of a kind with these fields to which something has happened after an instant, or which are open."""

    def value(self, key: str) -> Value:
        """The policy value in force at the event."""

    def events(self) -> Sequence[tuple[str, datetime, str]]:
        """What has happened so far as (action, when, by)."""


class Action(Shape):
    """Something that may happen to a record. The first docstring line is its help; subclasses declare the fields.

    Class keywords: `start` begins a record; `of` names the states it may happen in; `to` is the state it leads
    to (empty: unchanged); `by` the roles that may do it; `requires` record fields that must be filled by then;
    `rules` what it implements.
    """

    name: ClassVar[str] = ""
    start: ClassVar[bool] = False
    of: ClassVar[tuple[str, ...]] = (OPEN,)
    to: ClassVar[str] = ""
    by: ClassVar[frozenset[str]] = DESK
    requires: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ()
    meta: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        start: bool | None = None,
        of: tuple[str, ...] | str | None = None,
        to: str | None = None,
        by: frozenset[str] | None = None,
        requires: tuple[str, ...] | None = None,
        rules: tuple[str, ...] | None = None,
        meta: bool | None = None,
    ) -> None:
        super().__init_subclass__()
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        said = {
            "start": start,
            "of": of,
            "to": to,
            "by": by,
            "requires": requires,
            "rules": rules,
            "meta": meta,
        }
        for keyword, value in said.items():
            if value is not None:
                setattr(cls, keyword, (value,) if keyword == "of" and isinstance(value, str) else value)

    def __init__(self, values: Mapping[str, Any]) -> None:
        for name in self.fields:
            setattr(self, name, values.get(name))

    def refuse(self, now: Facts) -> Refusal | None:
        """Why this may not be done now, judged when it is written (not when old events are folded again)."""
        return None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """What the books say at the moment of writing and the event is to keep: fields of this action, as text."""
        return {}

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """The state it leads to where that depends on what was given and on the record (after it); None: see `to`."""
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What it does to the record's fields beyond copying its own; `at` is the event's time as text."""

    @classmethod
    def help(cls) -> str:
        """The first line of the docstring."""
        return (cls.__doc__ or cls.name).strip().split("\n")[0].rstrip(".")
