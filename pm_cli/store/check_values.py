"""Checking the values of events: stored text is held against the type that its action declares for the field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from pm_cli.core.model import leaf
from pm_cli.core.text import _, word
from pm_cli.core.times import When
from pm_cli.core.types import AttachmentType, InstantType, Link, Type, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.action import Group, Shape
    from pm_cli.core.codec import Node
    from pm_cli.core.event import Event
    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record

Steps = tuple["str | int", ...]
"""Keys and item numbers that lead to a place in a file."""

Declared = dict[str, "tuple[Type | None, type[Group] | None, bool]"]
"""Type, or group, and whether it is a list, by field name."""

_known: dict[type[Shape], Declared] = {}

ATTACHMENT = re.compile(r"sha256:([0-9a-f]{64}) (.+)", re.DOTALL)
_SEAL = re.compile(r"#[0-9a-f]{32}")
_WHEN = When(datetime(2000, 1, 1, tzinfo=UTC), UTC)
"""Stored texts are absolute: what they are relative to does not matter."""


def leaves(shape: type[Shape], given: Mapping[str, Node]) -> Iterator[tuple[Steps, Type, str]]:
    """The texts of declared fields, each with where it stands and its type; groups and lists opened."""
    for steps, type_, node, _wrong in _walk(shape, given):
        if type_ is not None and isinstance(node, str):
            yield steps, type_, node


def _walk(
    shape: type[Shape], given: Mapping[str, Node], above: Steps = ()
) -> Iterator[tuple[Steps, Type | None, Node, str]]:
    """Every value: where it stands, its type, itself, and the name of what is wrong with its form, if anything."""
    declared = _declared(shape)
    for name, node in given.items():
        steps = (*above, name)
        if name not in declared:
            yield steps, None, node, "unknown-field"
            continue
        type_, group, many = declared[name]
        if type_ is None and group is None:
            continue  # what a correction sets is judged by the event it corrects
        if many != isinstance(node, list):
            yield steps, None, node, "misfit"
            continue
        for number, item in enumerate(node if isinstance(node, list) else [node]):
            place = (*steps, number) if many else steps
            if group is not None and isinstance(item, dict):
                yield from _walk(group, item, place)
            elif type_ is not None and isinstance(item, str):
                yield place, type_, item, ""
            else:
                yield place, None, item, "misfit"


def strange_values(kind: Kind, record: Record, event: Event) -> Iterator[tuple[str, Steps, str]]:
    """What does not fit the action, as (problem name, where within the event's values, message)."""
    action = kind.actions[event.do]
    shape = shape_of(kind, record, event)
    yield from _strange(shape, event.given)
    corrected = event.given.get("set")
    if event.do == "correct" and isinstance(corrected, dict):
        target = next((other for other in record.events if other.id == event.given.get("event")), None)
        if target is not None and target.do in kind.actions:
            for name, steps, message in _strange(shape_of(kind, record, target), corrected):
                yield name, ("set", *steps), message
    if not action.start and event.do != "complete":
        for name, spec in action.fields.items():
            if spec.required and name not in event.given:
                yield (
                    "missing-field",
                    (),
                    _("{action} lacks the field {field}.").format(
                        action=word("action", event.do), field=word("field", name)
                    ),
                )


def shape_of(kind: Kind, record: Record, event: Event) -> type[Shape]:
    """The fields an event may give: those of its action; completing takes those of the starting action."""
    first = kind.actions.get(record.events[0].do)
    return first if event.do == "complete" and first is not None else kind.actions[event.do]


def _strange(shape: type[Shape], given: Mapping[str, Node]) -> Iterator[tuple[str, Steps, str]]:
    for steps, type_, node, wrong in _walk(shape, given):
        field = ".".join(str(step) for step in steps)
        if wrong == "unknown-field":
            yield wrong, steps, _("This version of pm does not know the field {field}.").format(field=field)
        elif type_ is None or not isinstance(node, str):
            yield wrong, steps, _("{field} is not a text, list or group as declared.").format(field=field)
        elif reason := _misfit(type_, node):
            yield "misfit", steps, _("{field}: {reason}").format(field=field, reason=reason)


def _declared(shape: type[Shape]) -> Declared:
    """What the fields of a shape are made of; resolving annotations is dear, so once for each shape."""
    if shape not in _known:
        hints = shape.hints()
        _known[shape] = {name: leaf(hints[name]) for name in shape.fields}
    return _known[shape]


@lru_cache(maxsize=20_000)
def _misfit(type_: Type, text: str) -> str:
    """Why a text is not what this type stores, or ""."""
    if type_.personal:
        return "" if _SEAL.fullmatch(text) else _("a personal value stands in clear")
    if isinstance(type_, AttachmentType):
        return "" if ATTACHMENT.fullmatch(text) else _("{text!r} names no attachment").format(text=text)
    if isinstance(type_, Link):
        return ""  # held against the other records
    try:
        if isinstance(type_, InstantType):
            zoned = datetime.fromisoformat(text).tzinfo is not None
            return "" if zoned else _("{text!r} lacks the offset from UTC").format(text=text)
        same = to_text(type_.parse(text, _WHEN)) == text
    except ValueError as error:
        return str(error)
    return "" if same else _("{text!r} is not spelled as pm spells it").format(text=text)
