"""Texts and times drawn from the cells of a row, each compiled once into a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache

from pm_cli.core.text import _, fold_width
from pm_cli.flows.importing import numeric

Cells = Sequence[str]
Read = Callable[[Cells], str]
_PART = re.compile(r"(\{\{|\}\}|\{[^{}]+\})")
_DAY_END = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Value:
    """A text drawn from a row: `read` gives it, "" for nothing, or raises ValueError; `columns` say where it stands."""

    columns: tuple[str, ...]
    read: Read


def template(text: str, places: Mapping[str, int]) -> Value:
    """`{column}` stands for a cell, `{{` for a brace; nothing comes of a template whose columns are all empty.

    Raises KeyError for a column that is not there.
    """
    parts: list[str | int] = []
    columns = []
    for part in filter(None, _PART.split(text)):
        if part in ("{{", "}}"):
            parts.append(part[0])
        elif part[0] == "{":
            columns.append(part[1:-1])
            parts.append(places[part[1:-1]])
        else:
            parts.append(part)
    return Value(tuple(columns), _joined(parts))


def _joined(parts: list[str | int]) -> Read:
    if len(parts) == 1 and isinstance(only := parts[0], int):
        return lambda cells: cells[only]
    used = [part for part in parts if isinstance(part, int)]
    if not used:
        constant = "".join(map(str, parts))
        return lambda _cells: constant

    def read(cells: Cells) -> str:
        if not any(cells[place] for place in used):
            return ""
        return "".join(cells[part] if isinstance(part, int) else part for part in parts).strip()

    return read


def only(value: Value, pattern: str) -> Value:
    """The part of a text that matches, its first group if there is one; raises re.error for a bad pattern."""
    compiled = re.compile(pattern)
    group = min(compiled.groups, 1)

    def read(cells: Cells) -> str:
        match = compiled.search(value.read(cells))
        return (match[group] or "").strip() if match else ""

    return Value(value.columns, read)


def without(value: Value, blank: Sequence[str]) -> Value:
    """Nothing instead of texts such as `N/A` that stand for nothing."""
    nothing = frozenset(blank)

    def read(cells: Cells) -> str:
        text = value.read(cells)
        return "" if text in nothing else text

    return Value(value.columns, read)


def looked_up(value: Value, table: Mapping[str, str], otherwise: str | None) -> Value:
    """What a table says for a text; a text that is not in it becomes `otherwise`, or an error if there is none."""
    folded = {fold_width(key).casefold(): meant for key, meant in table.items()}

    def read(cells: Cells) -> str:
        text = value.read(cells)
        found = folded.get(fold_width(text).casefold(), otherwise)
        if found is None and text:
            raise ValueError(_("{text!r} is not in the table").format(text=text))
        return found or ""

    return Value(value.columns, read)


def recognised(value: Value, words: Mapping[str, str]) -> Value:
    """What the first word of a list that a text contains stands for; nothing without any of them."""
    folded = [(fold_width(key).casefold(), meant) for key, meant in words.items()]

    def read(cells: Cells) -> str:
        text = fold_width(value.read(cells)).casefold()
        return next((meant for key, meant in folded if key in text), "")

    return Value(value.columns, read)


def defaulted(value: Value, default: str) -> Value:
    """A text for those rows that have none."""
    return Value(value.columns, lambda cells: value.read(cells) or default)


@dataclass(frozen=True)
class Times:
    """How times are written in a file: strptime formats, then ISO 8601, in a zone; read into the ledger's `zone`."""

    formats: tuple[str, ...]
    local: tzinfo
    zone: tzinfo

    def instant(self, text: str, *, ends_day: bool = False, after: datetime | None = None) -> datetime:
        """The instant meant by a text; raises ValueError.

        A time that the spring change skips is read by the clock before it. Of a time that comes twice in autumn the
        second is meant when the first would lie before `after`. `ends_day`: 00:00:00 only names the day.
        """
        naive = self._naive(text)
        if ends_day and naive.time() == time():
            naive = datetime.combine(naive, _DAY_END, naive.tzinfo)
        found = self._fixed(naive)
        if after is not None and found < after:
            return max(found, self._fixed(naive.replace(fold=1)))
        return found

    def day(self, text: str) -> date:
        """The day meant by a text, whatever the hour; raises ValueError."""
        return self._naive(text).date()

    def _fixed(self, naive: datetime) -> datetime:
        """In the ledger's zone, but with a fixed offset: times of one zone are compared by the clock on the wall."""
        # by way of UTC, because a skipped time moves on only when it changes zones
        moment = (naive if naive.tzinfo else naive.replace(tzinfo=self.local)).astimezone(UTC).astimezone(self.zone)
        return moment.replace(tzinfo=_offset(moment.utcoffset() or timedelta()), fold=0)

    def _naive(self, text: str) -> datetime:
        plain = fold_width(text)
        for form in self.formats:
            try:
                return numeric.read(plain, form) or datetime.strptime(plain, form)  # noqa: DTZ007 (the zone is the file's)
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(plain).replace(microsecond=0)
        except ValueError:
            forms = ", ".join((*self.formats, "2026-11-21 14:30:00"))
            raise ValueError(_("{text!r} is not a time like {forms}").format(text=text, forms=forms)) from None


@cache
def _offset(offset: timedelta) -> timezone:
    return timezone(offset)
