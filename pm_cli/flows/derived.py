"""What a record's page shows besides its own fields, computed from other records and never written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.flows import declared

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View

    Derive = Callable[[View, Record], dict[str, str]]

_DECLARED: dict[str, list[Derive]] = {}


def derived(kind: str) -> Callable[[Derive], Derive]:
    """Declare a function that gives further fields of a kind, as text by name."""

    def declare(function: Derive) -> Derive:
        _DECLARED.setdefault(kind, []).append(function)
        return function

    return declare


def of(view: View, record: Record) -> dict[str, str]:
    """All derived fields of a record."""
    declared.load("derived", record.kind)
    return {name: text for function in _DECLARED.get(record.kind, []) for name, text in function(view, record).items()}
