"""Random days at the desk: legal actions of any kind with input made up from the declared types."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pm_cli.core.action import Action
from pm_cli.core.document_code import CodeOfDocument
from pm_cli.core.errors import PmError
from pm_cli.core.model import Input, InputErrors, inputs
from pm_cli.core.record import Record
from pm_cli.core.spans import MonthType, SpanType
from pm_cli.core.types import (
    Amount,
    AttachmentType,
    Choice,
    CodeType,
    Count,
    DayType,
    FlagType,
    InstantType,
    Link,
    Type,
)
from tests.memory import ZONE, MemoryBooks
from tests.test_cases import OPENING, STAFF, opened

MORNING = datetime(2026, 3, 2, 8, 30, tzinfo=ZONE)
TEXTS = (
    "漏水",
    "no",
    "0755",
    "1e3",
    "a: b #c",
    "  x\n\ty",
    "😀 \u2028 \x85",
    "=1+1",
    "'\"\\",
    "<<: *a",
    "# -",
    "行一\n行二\n",
)
NAMES = ("Wang-ZQX", "O'Neill-ZQX", "王强-ZQX: #1")
"""Personal values; their common part, which no hash can hold by chance, must never appear in an event."""
PRIVATE = "ZQX"


@cache
def leaves(action: type[Action]) -> tuple[Input, ...]:
    """The inputs of an action; resolving them is slow."""
    return tuple(inputs(action))


@cache
def furnished() -> MemoryBooks:
    """The staff and flats of the cases, keys to lend, complaints to put together, a question answered and to be visited."""
    books = replace(opened(), records=dict(opened().records))
    books.do("key", "add", {"code": "K-3-1502", "room": "3-1502", "count": 9}, by="admin", at=OPENING)
    said = {"unit": "3-1502", "channel": "phone", "content": "漏水"}
    for _each in range(2):
        books.do("complaint", "receive", said, by="li.na", at=OPENING)
    books.do("consultation", "ask", {**said, "topic": "other", "answer": "明天"}, by="li.na", at=OPENING)
    return books


class Days:
    """The books of one random history, and the dice that decide what happens."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.books = replace(furnished(), records=dict(furnished().records))
        self.now = MORNING

    def apart(self, seed: int) -> Days:
        """The same books on another desk, where other things will happen."""
        other = Days(seed)
        other.books.records = {number: record.copy() for number, record in self.books.records.items()}
        other.books.desk = "B"
        other.now = self.now
        return other

    def begin(self, kind: str) -> str:
        """A record of a kind; its number."""
        starts = self.books.kind(kind).starts
        for _attempt in range(500):
            if number := self.attempt(kind, self.dice.choice(starts).name, draft=self.dice.random() < 0.05):
                return number
        raise AssertionError(f"no {kind} could be begun")

    def go_on(self, number: str) -> str:
        """Something that may happen to a record, if any attempt of a few succeeds; returns its number."""
        record = self.books.records[number]
        possible = self.books.kind(record.kind).possible(record.state)
        for _attempt in range(12 if possible else 0):
            action = self.dice.choice(possible)
            if done := self.attempt(record.kind, action.name, on=number):
                return done
        return number

    def attempt(self, kind: str, action: str, on: str = "", draft: bool = False) -> str:
        """Try one action at a time that may lie before what is known already; the record's number, or "" if refused."""
        self.now += timedelta(minutes=self.dice.randrange(1, 600))
        at = self.now - timedelta(minutes=self.dice.choice((0, 0, 0, 1, 30, 700)))
        declared = self.books.kind(kind).actions[action]
        by = self.dice.choice([login for login, role in STAFF.items() if role in declared.by] or ["admin"])
        raw = dict(self.said(kind, action, on))
        try:
            return self.books.do(kind, action, raw, on=on, by=by, at=at, now=self.now, draft=draft).record.id
        except (PmError, InputErrors):
            return ""

    def said(self, kind: str, action: str, on: str) -> Iterator[tuple[str, Any]]:
        """Made-up input of an action."""
        declared = self.books.kind(kind).actions[action]
        if action in {"strike", "settle", "correct"}:
            yield from self.amending(self.books.records[on], action)
            return
        if action == "complete":
            declared = self.books.kind(kind).actions[self.books.records[on].events[0].do]
        given: dict[str, Any] = {}
        chosen = {name: spec.required or self.dice.random() < 0.3 for name, spec in declared.fields.items()}
        for leaf in leaves(declared):
            if not chosen[leaf.path[0]] or not (leaf.spec.required or self.dice.random() < 0.5):
                continue
            value = self.value(leaf)
            if value is None:
                continue
            place = given
            for name in leaf.path[:-1]:
                place = place.setdefault(name, {})
            place[leaf.path[-1]] = self.several(leaf, value) if leaf.many else value
        yield from given.items()

    def several(self, leaf: Input, first: Any) -> list[Any]:
        """A list of up to three values, the first of which is there already."""
        return [first, *(self.value(leaf) for _more in range(self.dice.choice((0, 0, 1, 2))))]

    def amending(self, record: Record, action: str) -> Iterator[tuple[str, Any]]:
        """Input of the actions that work on another event of the record."""
        event = self.dice.choice(record.events)
        yield ("keep" if action == "settle" else "event"), event.id
        yield "reason", self.dice.choice(TEXTS)
        if action == "correct":
            changed = (
                dict(self.said(record.kind, event.do, record.id))
                if event.do not in {"correct", "strike", "settle"}
                else {}
            )
            yield "set", dict(self.dice.sample(sorted(changed.items()), min(1, len(changed))))
            if self.dice.random() < 0.3:
                moved = event.instant + timedelta(minutes=self.dice.randrange(-90, 90))
                yield "happened_at", moved.isoformat(timespec="seconds")

    def value(self, leaf: Input) -> Any:
        """A value for one input; None when there is nothing it could name."""
        kind, dice = leaf.type, self.dice
        match kind:
            case Choice():
                return dice.choice(kind.options)
            case Link():
                found = [record.id for record in self.books.records.values() if record.kind in kind.kinds]
                if not found and leaf.required:
                    found = [self.begin(kind.kinds[0])]
                return dice.choice(found) if found else None
            case Count():
                return dice.randrange(kind.least, kind.least + 3)
            case Amount():
                return f"{dice.randrange(2000)}.{dice.randrange(100):02d}"
            case InstantType():
                return (self.now + timedelta(minutes=dice.randrange(-300, 3000))).isoformat(timespec="seconds")
            case MonthType():
                return f"{self.now:%Y-%m}"
            case SpanType():
                return f"{self.now.year - 1}-Q{dice.randrange(1, 5)}"
            case DayType():
                return (self.now + timedelta(days=dice.randrange(-3, 9))).date().isoformat()
            case FlagType():
                return dice.random() < 0.5
            case CodeOfDocument():
                return f"FG/WC4/KF-1-{dice.randrange(9)}-0/{dice.randrange(9)}"
            case CodeType():
                return f"X-{dice.randrange(10**6)}"
            case AttachmentType():
                return f"sha256:{dice.getrandbits(256):064x} 照片.jpg"
        return dice.choice(NAMES if kind.personal else TEXTS) if type(kind) is Type else None
