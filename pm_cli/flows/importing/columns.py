"""What a mapping file says about single values: each specification resolved against the columns of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pm_cli.core.text import _
from pm_cli.flows.importing import values
from pm_cli.flows.importing.table import Fault, Faulty, Row
from pm_cli.flows.importing.values import Cells, Times, Value

if TYPE_CHECKING:
    from pm_cli.flows.importing.mapping import Said

KEYS = ("column", "template", "blank", "take", "table", "contains", "default", "midnight")
DAY_END = "day_end"
FILLED = {"not_empty": True, "empty": False}


@dataclass(frozen=True)
class Drawn:
    """A value as the mapping file specifies it; of a time, `ends_day` says that midnight only names the day."""

    value: Value
    ends_day: bool = False


@dataclass(frozen=True)
class Condition:
    """What a cell must hold: one of some texts, or anything (`filled`), or nothing."""

    place: int
    texts: frozenset[str] = frozenset()
    filled: bool | None = None

    def holds(self, cells: Cells) -> bool:
        """Whether a row meets it."""
        cell = cells[self.place]
        return cell in self.texts if self.filled is None else bool(cell) is self.filled


@dataclass(frozen=True)
class Columns:
    """The columns of one table, by name, and how times are written in them."""

    names: tuple[str, ...]
    times: Times

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column is; two of one name cannot be told apart and are in no place."""
        return {name: place for place, name in enumerate(self.names) if self.names.count(name) == 1}

    # -- reading rows ------------------------------------------------------------------------------------------

    def text(self, row: Row, drawn: Drawn) -> str:
        """A value of a row, "" for none; raises Faulty."""
        try:
            return drawn.value.read(row.cells)
        except ValueError as error:
            raise Faulty(self.fault(row, drawn, str(error))) from None

    def instant(self, row: Row, drawn: Drawn, after: datetime | None = None) -> datetime | None:
        """A value of a row as an instant, None for none; raises Faulty."""
        text = self.text(row, drawn)
        try:
            return self.times.instant(text, ends_day=drawn.ends_day, after=after) if text else None
        except ValueError as error:
            raise Faulty(self.fault(row, drawn, str(error))) from None

    def fault(self, row: Row, drawn: Drawn, reason: str) -> Fault:
        """What is wrong with a value, with what stands in its columns."""
        shown = " ".join(row.cells[self.places[column]] for column in drawn.value.columns)
        return Fault(row.line, ", ".join(drawn.value.columns), shown, reason)

    # -- reading the mapping file ------------------------------------------------------------------------------

    def drawn(self, said: Said) -> Drawn:
        """A value: a template as plain text, or a mapping of `column` or `template` and what is made of it."""
        if isinstance(said.content, str):
            return Drawn(self._template(said))
        entries = said.entries(*KEYS)
        if len({"column", "template"} & entries.keys()) != 1:
            said.wrong(_("one of column and template is expected"))
        value = self._column(entries["column"]) if "column" in entries else self._template(entries["template"])
        midnight = entries.get("midnight")
        if midnight and midnight.text() != DAY_END:
            midnight.wrong(_("{key!r} is none of: {names}").format(key=midnight.text(), names=DAY_END))
        return Drawn(_changed(value, entries), midnight is not None)

    def conditions(self, said: Said) -> tuple[Condition, ...]:
        """`when`: by column what its cell holds, `not_empty` or `empty`."""
        found = []
        for name, node in said.entries().items():
            place = self.places[name] if name in self.places else self._no_column(node, name)
            if isinstance(node.content, str) and node.content in FILLED:
                found.append(Condition(place, filled=FILLED[node.content]))
            else:
                found.append(Condition(place, frozenset(node.texts())))
        return tuple(found)

    def _column(self, said: Said) -> Value:
        name = said.text()
        place = self.places[name] if name in self.places else self._no_column(said, name)
        return Value((name,), lambda cells: cells[place])

    def _template(self, said: Said) -> Value:
        try:
            return values.template(said.text(), self.places)
        except KeyError as error:
            self._no_column(said, str(error.args[0]))

    def _no_column(self, said: Said, name: str) -> NoReturn:
        if name in self.names:
            said.wrong(_("more than one column is called {name!r}").format(name=name))
        said.wrong(_("there is no column {name!r}, only: {names}").format(name=name, names=", ".join(self.names)))


def times_of(formats: Said | None, zone: Said | None, home: tzinfo) -> Times:
    """How the times of the file are written, and where: in the ledger's own zone `home` unless another is named."""
    local = home
    if zone is not None:
        try:
            local = ZoneInfo(zone.text())
        except (ZoneInfoNotFoundError, ValueError):
            zone.wrong(_("there is no time zone {name!r}").format(name=zone.text()))
    return Times(tuple(formats.texts()) if formats else (), local, home)


def _changed(value: Value, entries: Mapping[str, Said]) -> Value:
    """A value after all that is to be made of it, in the order of KEYS."""
    default = entries["default"].text() if "default" in entries else None
    if "blank" in entries:
        value = values.without(value, entries["blank"].texts())
    if "take" in entries:
        try:
            value = values.only(value, entries["take"].text())
        except re.error as error:
            entries["take"].wrong(str(error))
    if "table" in entries:
        value = values.looked_up(value, _texts(entries["table"]), default)
    if "contains" in entries:
        value = values.recognised(value, _texts(entries["contains"]))
    return values.defaulted(value, default) if default else value


def _texts(said: Said) -> dict[str, str]:
    return {key: node.text() for key, node in said.entries().items()}
