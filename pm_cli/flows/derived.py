"""What a record's page shows besides its own fields, computed from other records and never written."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

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
    for path in Path(__file__).parent.glob("[a-z]*.py"):
        import_module(f"pm_cli.flows.{path.stem}")
    return {name: text for function in _DECLARED.get(record.kind, []) for name, text in function(view, record).items()}
