"""A whole import: the rows that are new become records, with the units they need, ready to be written."""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.codec import CodecError
from pm_cli.core.perform import Order, permitted
from pm_cli.core.request import REQUESTS
from pm_cli.core.times import When
from pm_cli.flows import invariants
from pm_cli.flows.importing.build import Builder, Built
from pm_cli.flows.importing.sift import Sieve, Taken
from pm_cli.flows.importing.table import Fault, Faulty
from pm_cli.store.forked import forked
from pm_cli.store.rows import from_fold

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind
    from pm_cli.core.person import Actor
    from pm_cli.core.record import Record
    from pm_cli.flows.importing.plan import Chain, Plan
    from pm_cli.flows.importing.table import Table
    from pm_cli.store.ledger import Ledger
    from pm_cli.store.write import Prepared, Writing

REQUEST = "request"
"""In place of a kind: whichever request the mapping file says that a row is."""
UNIT = "unit"
BATCH = 100
"""Rows handed to a processor at a time, and the rest of their last day: a day is numbered in one place."""


@dataclass
class Brought:
    """What an import comes to: records by kind, and the rows that were left out with the reasons."""

    rows: int
    known: int
    repeated: int
    others: int
    faults: list[Fault]
    records: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a row: a record, prepared to be written unless this is a trial, or its faults."""

    prepared: Prepared | None = None
    faults: tuple[Fault, ...] = ()


class Import:
    """One import: who enters it and when; a trial writes nothing; `done` is told how many rows are finished."""

    def __init__(
        self, batch: Writing, plan: Plan, login: str, now: datetime, done: Callable[[int], None], *, trial: bool
    ) -> None:
        self._batch = batch
        self._plan = plan
        self._ledger = _without_index(batch.ledger)
        self._when = When(now, batch.ledger.zone)
        self._builder = Builder(self._ledger, plan.columns, self._actor(login), self._when)
        self._done = done
        self._trial = trial
        self._concerned = frozenset(invariants.concerned())

    def bring(self, table: Table, asked: str) -> Brought:
        """Build the records that are new in a table and hand those without faults to the batch."""
        wanted = REQUESTS if asked == REQUEST else (asked,)
        units = _asked(self._batch.ledger, "SELECT id FROM record WHERE kind = ?", UNIT)
        sifted = Sieve(self._plan, wanted, self._known(), units, self._when).sift(table)
        self._done(len(table.rows) - len(sifted.taken))
        found = Brought(len(table.rows), sifted.known, sifted.repeated, sifted.others, sifted.faults)
        entered = self._units(self._plan.unit, (taken for taken in sifted.taken if taken.place not in units))
        used = set()
        for taken, made in self._made(self._by_day(sifted.taken)):
            home = entered.get(taken.place, Made())
            faults = [*made.faults, *(replace(fault, line=taken.row.line) for fault in home.faults)]
            found.faults += faults
            if not faults:
                self._hand_over(made, taken.chain.kind.name, found)
                used.add(taken.place)
            self._done(1)
        for place, home in entered.items():
            if place in used:
                self._hand_over(home, UNIT, found)
        found.faults.sort(key=lambda fault: fault.line)
        return found

    def _units(self, chain: Chain | None, homeless: Iterable[Taken]) -> dict[str, Made]:
        """The units that the ledger does not have yet, each entered from the first row that names it."""
        if chain is None:
            return {}
        first: dict[str, Taken] = {}
        for taken in homeless:
            first.setdefault(taken.place, replace(taken, chain=chain, at=self._when.now))
        return {taken.place: made for taken, made in self._made(_chunks(list(first.values())))}

    def _made(self, batches: Sequence[list[Taken]]) -> Iterator[tuple[Taken, Made]]:
        """What becomes of rows, in their order."""
        for batch, made in zip(batches, forked(self._build, batches), strict=True):
            yield from zip(batch, made, strict=True)

    def _build(self, batch: list[Taken]) -> list[Made]:
        """Build the records of some rows; in a child process, of which nothing but the result is kept."""
        return [self._one(taken) for taken in batch]

    def _one(self, taken: Taken) -> Made:
        try:
            built = self._builder.built(taken)
            if built.record.kind in self._concerned:
                self._agree(built.record, taken)
            return Made(None if self._trial else self._prepared(built, taken.chain.kind))
        except Faulty as error:
            return Made(faults=error.faults)
        except CodecError as error:
            return Made(faults=(Fault(taken.row.line, "", "", error.reason),))

    def _prepared(self, built: Built, kind: Kind) -> Prepared:
        calendar = self._ledger.calendar
        runs = built.tracker.runs(self._ledger.policy, calendar)
        return self._batch.prepare(built.record, from_fold(kind, built.record, built.fold, runs, calendar))

    def _agree(self, record: Record, taken: Taken) -> None:
        """See that a record agrees with those that are there, and let those that follow see it; raises Faulty."""
        if broken := invariants.broken(self._ledger, [record]):
            raise Faulty(*(Fault(taken.row.line, "", "", found.message) for found in broken))
        self._ledger.reserve(record)

    def _hand_over(self, made: Made, kind: str, found: Brought) -> None:
        found.records[kind] += 1
        if made.prepared:
            self._batch.take(made.prepared)

    def _actor(self, login: str) -> Actor:
        """Whoever enters it, who has to be allowed today to do each of the steps; raises Refusal."""
        now = self._when.now
        for action in {step.action for chain in self._plan.everything for step in chain.steps}:
            permitted(self._ledger, action, Order(action, {}, login, now, now))
        return self._ledger.actor(login, now)

    def _known(self) -> set[str]:
        """References that the ledger has already, and for registers the codes."""
        known = _asked(self._batch.ledger, "SELECT json_extract(fields, '$.external') FROM record WHERE imported = 1")
        for name, chain in self._plan.chains.items():
            if chain.kind.register:
                known |= _asked(self._batch.ledger, "SELECT id FROM record WHERE kind = ?", name)
        return known

    def _by_day(self, taken: Iterable[Taken]) -> list[list[Taken]]:
        """Rows in the order of their time, in batches of whole days; in one where records have to agree with others."""
        size = BATCH if invariants.entangled().isdisjoint(self._plan.chains) else sys.maxsize
        batches: list[list[Taken]] = []
        for row in sorted(taken, key=lambda taken: (taken.at, taken.row.line)):
            if batches and (len(batches[-1]) < size or batches[-1][-1].at.date() == row.at.date()):
                batches[-1].append(row)
            else:
                batches.append([row])
        return batches


def _chunks(taken: list[Taken]) -> list[list[Taken]]:
    return [taken[start : start + BATCH] for start in range(0, len(taken), BATCH)]


def _asked(ledger: Ledger, query: str, *values: str) -> set[str]:
    """The texts in the one column of a question to the index."""
    return {str(text) for (text,) in ledger.index.db.execute(query, values)}


def _without_index(ledger: Ledger) -> Ledger:
    """The same books for a child process, with the rules compiled, but without the connection it must not share."""
    assert ledger.policy is not None
    assert ledger.calendar is not None
    twin = copy.copy(ledger)
    vars(twin).pop("index", None)
    return twin
