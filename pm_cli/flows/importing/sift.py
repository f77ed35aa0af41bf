"""Which rows of a table are new to the ledger: each with its kind, beginning and unit, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from pm_cli.core.text import _, fold_width
from pm_cli.core.times import When, shown
from pm_cli.core.types import CodeType
from pm_cli.flows.importing.plan import Chain, Plan
from pm_cli.flows.importing.table import Fault, Faulty, Row, Table

CODE = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is to be taken in: what it becomes, when that began, and the code of its unit."""

    row: Row
    chain: Chain
    at: datetime
    place: str


@dataclass
class Sifted:
    """The new rows, the faulty ones, and how many were left out: in the ledger, twice in the file, of another kind."""

    taken: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    known: int = 0
    repeated: int = 0
    others: int = 0


class Sieve:
    """Sifts the rows of one table; `known` are references and codes, `units` the units that the ledger has already."""

    def __init__(
        self, plan: Plan, wanted: Collection[str], known: Collection[str], units: Collection[str], when: When
    ) -> None:
        self._plan = plan
        self._columns = plan.columns
        self._wanted = wanted
        self._known = known
        self._codes = {code.casefold(): code for code in units}
        self._when = when

    def sift(self, table: Table) -> Sifted:
        """Go through the table once."""
        found, seen = Sifted(), set[str]()
        for row in table.rows:
            try:
                self._one(row, found, seen)
            except Faulty as error:
                found.faults += error.faults
        return found

    def _one(self, row: Row, found: Sifted, seen: set[str]) -> None:
        expected = len(self._columns.names)
        if len(row.cells) != expected:
            reason = _("it has {count} cells, the header {expected}")
            raise Faulty(Fault(row.line, "", "", reason.format(count=len(row.cells), expected=expected)))
        kind = self._columns.text(row, self._plan.choose)
        if kind not in self._plan.chains:
            reason = _("{kind!r} is none of the kinds in the mapping file").format(kind=kind)
            raise Faulty(self._columns.fault(row, self._plan.choose, reason))
        if kind not in self._wanted:
            found.others += 1
            return
        chain = self._plan.chains[kind]
        identity = self._identity(row, chain)
        if identity in self._known:
            found.known += 1
        elif identity in seen:
            found.repeated += 1
        else:
            found.taken.append(Taken(row, chain, self._began(row, chain), self._place(row)))
            seen.update({identity} if identity else ())

    def _identity(self, row: Row, chain: Chain) -> str:
        """What the row is recognised by, as it would be stored; "" where nothing is."""
        if chain.identity is None:
            return ""
        drawn = chain.identity.drawn[0]
        text = self._columns.text(row, drawn)
        try:
            return str(chain.identity.input.type.parse(text, self._when))
        except ValueError as error:
            raise Faulty(self._columns.fault(row, drawn, str(error))) from None

    def _began(self, row: Row, chain: Chain) -> datetime:
        drawn = chain.steps[0].at
        if drawn is None:
            return self._when.now
        at = self._columns.instant(row, drawn)
        if at is None:
            raise Faulty(self._columns.fault(row, drawn, _("the time is missing")))
        if at > self._when.now:
            reason = _("{at} lies in the future.").format(at=shown(at, self._when.zone))
            raise Faulty(self._columns.fault(row, drawn, reason))
        return at

    def _place(self, row: Row) -> str:
        """The code of the row's unit: the one that the ledger or an earlier row has, whatever its capitals."""
        if self._plan.place is None:
            return ""
        try:
            code = CodeType().parse(code_of(self._columns.text(row, self._plan.place)), self._when)
        except ValueError as error:
            raise Faulty(self._columns.fault(row, self._plan.place, str(error))) from None
        return self._codes.setdefault(code.casefold(), code)


def code_of(text: str) -> str:
    """The code of a unit from what it is called: itself if it is one, else its words joined, as `12_S_STOCKTON_ST`.

    The dashes of an address become joints too, because a dash in a code divides building and flat.
    """
    plain = fold_width(text)
    return plain if CODE.fullmatch(plain) else re.sub(r"[^\w.]+", "_", plain).strip("_.")
