"""Records with a sound hash chain that no command would write, put into a ledger as if somebody had."""

from __future__ import annotations

from typing import Any

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.event import Event
from pm_cli.core.fold import refold
from pm_cli.core.record import Record
from tests.store.desk import Desk

AT = "2026-03-02T09:00:00+08:00"
OTHER = "CP-260302-B05"
RECEIVED = {"unit": "3-1502", "channel": "phone", "content": "x"}


def record(number: str = OTHER, kind: str = "complaint", **changed: Any) -> Record:
    """A record that begins as a complaint does, but for what is changed (None leaves a value out)."""
    made = Record(number, kind, "recorded")
    given = {key: value for key, value in {**RECEIVED, **changed}.items() if value is not None}
    made.append(Event(AT, AT, "li.na", "receive", given))
    return folded(made)


def then(made: Record, do: str, by: str = "li.na", **given: Any) -> Record:
    """The same record with one more event."""
    made.append(Event(AT, AT, by, do, given))
    return folded(made)


def folded(made: Record) -> Record:
    """State and fields as they should stand in the file, where the kind is known."""
    if made.kind in kinds.names():
        refold(kinds.load(made.kind), made)
    return made


def put(desk: Desk, made: Record, path: str = "") -> str:
    """Write a record into a ledger; its path."""
    path = path or f"journal/2026/03/02/{made.id}.yaml"
    (desk.root / path).parent.mkdir(parents=True, exist_ok=True)
    (desk.root / path).write_bytes(dump(made.to_node()))
    return path
