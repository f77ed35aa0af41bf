"""What is shown before an entry is written, from other records: functions declared for an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_cli.flows import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from pm_cli.store.ledger import Ledger

    Hint = Callable[[Ledger, Mapping[str, Any], datetime], Iterable[str]]

_DECLARED: dict[tuple[str, str], list[Hint]] = {}


def hint(kind: str, *actions: str) -> Callable[[Hint], Hint]:
    """Declare a function that gives lines to read before one of these actions is written.

    It is given the ledger, the fields of the record with what was typed over them, and the moment.
    """

    def declare(function: Hint) -> Hint:
        for action in actions:
            _DECLARED.setdefault((kind, action), []).append(function)
        return function

    return declare


def before(
    ledger: Ledger, kind: str, action: str, raw: Mapping[str, Any], number: str | None, at: datetime
) -> list[str]:
    """The lines for an action, of which `raw` was typed, on the record of a number (None: a new one)."""
    declared.load("hint", kind)
    functions = _DECLARED.get((kind, action), [])
    if not functions:
        return []
    record = ledger.get(ledger.number(number, (kind,))) if number else None
    known = {**(record.fields if record else {}), **raw}
    return [line for function in functions for line in function(ledger, known, at)]
