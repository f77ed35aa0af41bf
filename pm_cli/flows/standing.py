"""Invariants over a whole ledger: whatever is open, held against everything else that is open."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pm_cli.core.errors import Problem
from pm_cli.core.ident import linked
from pm_cli.flows.invariants import broken, concerned
from pm_cli.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record
    from pm_cli.store.ledger import Ledger


def violations(ledger: Ledger) -> list[Problem]:
    """What no longer holds between records, each once; files that do not load are left to the check of records."""
    standing = Standing(ledger)
    found = {
        (violation.name, violation.record, violation.message): violation
        for record in standing.records
        for violation in broken(standing, [record])
    }
    return [
        Problem(one.name, ledger.path_of(one.record), 1, one.message, one.hint) for _key, one in sorted(found.items())
    ]


class Standing:
    """The open records of all kinds that have invariants, read once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        names = concerned()
        marks = ", ".join("?" * len(names))
        rows = ledger.index.db.execute(
            f"SELECT path FROM record WHERE open = 1 AND kind IN ({marks}) ORDER BY path", names
        )
        self.records: list[Record] = [files.read(ledger.root, path) for (path,) in rows]
        self._by_value: dict[tuple[str, str], defaultdict[str, list[Record]]] = {}

    def kind(self, name: str) -> Kind:
        """The declaration of a kind."""
        return self._ledger.kind(name)

    def get(self, number: str) -> Record | None:
        """The record of a number or link."""
        return self._ledger.get(number)

    def matching(self, kind: str, equal: Mapping[str, str]) -> Sequence[Record]:
        """Open records of a kind whose fields equal the given texts."""
        if not equal:
            return [record for record in self.records if record.kind == kind]
        name, text = next(iter(equal.items()))
        return [
            record
            for record in self._having(kind, name)[linked(text)]
            if all(linked(str(record.fields.get(name, ""))) == linked(text) for name, text in equal.items())
        ]

    def _having(self, kind: str, name: str) -> defaultdict[str, list[Record]]:
        """Open records of a kind by what one of their fields holds."""
        if (kind, name) not in self._by_value:
            values = self._by_value[kind, name] = defaultdict(list)
            for record in self.records:
                if record.kind == kind:
                    values[linked(str(record.fields.get(name, "")))].append(record)
        return self._by_value[kind, name]
