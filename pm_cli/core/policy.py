"""Dated policy: every figure of the regulation with the day it came into force, its rule and its source."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from pm_cli.core.duration import Duration

T = TypeVar("T")


class PolicyError(ValueError):
    """A policy file does not say what is asked of it."""


class Value(NamedTuple):
    """One figure in force from `since` until the next one; None as text means that the rule ended."""

    key: str
    text: str | None
    since: date
    rule: str
    source: str
    warn: str = ""
    escalate: tuple[tuple[str, str], ...] = ()

    @property
    def duration(self) -> Duration:
        """The figure as a duration; raises PolicyError."""
        return self._typed(_duration)

    @property
    def number(self) -> Decimal:
        """The figure without its unit (`30 %` is 30); raises PolicyError."""
        from decimal import Decimal

        return self._typed(lambda text: Decimal(text.split()[0]))

    @property
    def time(self) -> time:
        """The figure as a time of day; raises PolicyError."""
        return self._typed(time.fromisoformat)

    @property
    def items(self) -> tuple[str, ...]:
        """The figure as a list of words separated by commas."""
        return tuple(item.strip() for item in (self.text or "").split(",") if item.strip())

    def _typed(self, read: Callable[[str], T]) -> T:
        try:
            return read(self.text or "")
        except (ValueError, ArithmeticError, IndexError) as error:
            raise PolicyError(
                _("policy {key}: {text!r} does not fit: {error}").format(key=self.key, text=self.text, error=error)
            ) from None


@lru_cache(maxsize=512)
def _duration(text: str) -> Duration:
    from pm_cli.core.duration import Duration

    return Duration.parse(text)


class Entry:
    """A policy key with its history."""

    def __init__(self, key: str, zh: str, en: str, rule: str) -> None:
        self.key, self.zh, self.en, self.rule = key, zh, en, rule
        self.values: list[Value] = []

    def at(self, day: date) -> Value | None:
        """The value in force on a day; None before the first one and after the rule ended."""
        latest = self.values[-1]
        if latest.since <= day:
            return latest if latest.text is not None else None
        index = bisect_right(self.values, day, key=lambda value: value.since) - 1
        value = self.values[index] if index >= 0 else None
        return value if value and value.text is not None else None


class Policy:
    """All entries by `system.key`; built from plain data so that a compiled cache can hold it."""

    def __init__(self, plain: Mapping[str, Mapping[str, Any]]) -> None:
        self._plain = plain
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __contains__(self, key: object) -> bool:
        return key in self._plain

    def entry(self, key: str) -> Entry:
        """The history of one key; raises PolicyError for an unknown one."""
        if key not in self._entries:
            if key not in self._plain:
                raise PolicyError(_("there is no policy {key}").format(key=key))
            self._entries[key] = read_entry(key, self._plain[key])
        return self._entries[key]

    def at(self, key: str, when: datetime | date) -> Value:
        """The value in force; raises PolicyError when there is none."""
        day = when.date() if isinstance(when, datetime) else when
        value = self.entry(key).at(day)
        if value is None:
            raise PolicyError(_("policy {key} has no value for {day}").format(key=key, day=day))
        return value


def read_entry(key: str, plain: Mapping[str, Any]) -> Entry:
    """An entry from the plain data of its file; raises PolicyError naming what is wrong."""
    values = plain.get("values")
    if not isinstance(values, dict) or not values:
        raise PolicyError(_("policy {key} has no values").format(key=key))
    entry = Entry(key, str(plain.get("zh", key)), str(plain.get("en", key)), str(plain.get("rule", "")))
    for since, said in sorted(values.items(), key=lambda item: str(item[0])):
        said = said if isinstance(said, dict) else {"value": said}
        try:
            day = date.fromisoformat(str(since))
        except ValueError:
            raise PolicyError(_("policy {key}: {since!r} is not a day").format(key=key, since=since)) from None
        text = said.get("value")
        entry.values.append(
            Value(
                key,
                None if text is None else str(text),
                day,
                str(said.get("rule", entry.rule)),
                str(said.get("source", "")),
                str(said.get("warn", "") or ""),
                tuple((str(role), str(after)) for role, after in (said.get("escalate") or {}).items()),
            )
        )
    return entry


def span(text: str) -> timedelta:
    """A plain stretch of minutes, hours or days (`30 minutes`); raises ValueError for anything else."""
    number, _blank, unit = text.partition(" ")
    unit = unit.rstrip("s") + "s"
    if unit not in {"minutes", "hours", "days"}:
        raise ValueError(text)
    return timedelta(**{unit: int(number)})


@lru_cache(maxsize=256)
def plain_levels(escalate: tuple[tuple[str, str], ...]) -> tuple[int, ...] | None:
    """Seconds after the due time at which each level is reached; None when that needs the calendar."""
    try:
        return tuple(int(span(text).total_seconds()) for _role, text in escalate)
    except ValueError:
        return None
