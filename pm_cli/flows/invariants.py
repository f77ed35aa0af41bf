"""Invariants across records, checked under the lock before writing and again by `check` and after a merge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pm_cli.flows import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pm_cli.core.action import Seen
    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record


@dataclass(frozen=True)
class Violation:
    """Two or more records that cannot both be right."""

    name: str
    record: str
    message: str
    hint: str = ""


class View(Protocol):
    """The part of the books that invariants read."""

    def kind(self, name: str) -> Kind: ...
    def get(self, number: str) -> Record | None: ...
    def matching(self, kind: str, equal: Mapping[str, str]) -> Sequence[Seen]: ...


_DECLARED: dict[str, list[Callable[[View, Record, Mapping[str, Record]], Iterator[Violation]]]] = {}

_ENTANGLED: set[str] = set()


def invariant(*kinds: str, by_link: bool = False) -> Callable[..., Callable[..., Iterator[Violation]]]:
    """Declare a check that runs when a record of one of these kinds changes.

    It is given the view of the ledger before the change, the changed record and all changed records by number.
    `by_link` says that it looks only at records which the changed one names, not at whatever else comes in.
    """

    def declare(check: Callable[..., Iterator[Violation]]) -> Callable[..., Iterator[Violation]]:
        for kind in kinds:
            _DECLARED.setdefault(kind, []).append(check)
            if not by_link:
                _ENTANGLED.add(kind)
        return check

    return declare


def concerned() -> tuple[str, ...]:
    """The kinds for which something is declared."""
    declared.load("invariant")
    return tuple(sorted(_DECLARED))


def entangled() -> frozenset[str]:
    """The kinds whose records have to agree with others of their kind, so that an import builds them one by one."""
    declared.load("invariant")
    return frozenset(_ENTANGLED)


def broken(view: View, changed: Iterable[Record]) -> list[Violation]:
    """What would no longer hold if these records were written."""
    records = list(changed)
    for record in records:
        declared.load("invariant", record.kind)
    by_number = {record.id: record for record in records}
    return [
        violation
        for record in records
        for check in _DECLARED.get(record.kind, [])
        for violation in check(view, record, by_number)
    ]
