"""What can go wrong, each with its exit code and hint; refusals are raised, data problems are collected."""

from __future__ import annotations

from typing import NamedTuple


class PmError(Exception):
    """Base of everything told to the user: what and why (`message`) and what next (`hint`)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Refusal(PmError):
    """A rule says no (exit 1)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "", rules: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.rules = rules


class Usage(PmError):
    """The command line does not make sense (exit 2)."""

    exit_code = 2


class NotFound(PmError):
    """Nothing, or more than one thing, answers to the name given (exit 3)."""

    exit_code = 3


class LedgerTrouble(PmError):
    """The ledger itself is damaged or misconfigured (exit 4)."""

    exit_code = 4


class Busy(PmError):
    """Another command holds the ledger (exit 5)."""

    exit_code = 5


class NotCommitted(PmError):
    """The records are saved but git has not got them yet (exit 6)."""

    exit_code = 6


class Problem(NamedTuple):
    """One thing `pm check` found: a stable name, where it is, what it is and what to do."""

    name: str
    path: str
    line: int
    message: str
    hint: str = ""

    @property
    def where(self) -> str:
        """`file:line`, as editors understand it."""
        return f"{self.path}:{self.line}" if self.path else ""
