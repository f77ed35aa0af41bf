"""Years, quarters and months as people name them in plans, surveys and assessments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.text import _, fold_width
from pm_cli.core.types import Count, Type

if TYPE_CHECKING:
    from pm_cli.core.times import When

Year = Annotated[int, Count(name="year", least=2000)]


@dataclass(frozen=True)
class MonthType(Type):
    """A month, as `2026-11`."""

    name: str = "month"

    def parse(self, raw: object, when: When) -> str:
        """The month as it is stored; raises ValueError."""
        text = fold_width(super().parse(raw, when))
        begins(text)
        return text


Month = Annotated[str, MonthType()]


@dataclass(frozen=True)
class SpanType(Type):
    """A quarter or a month, as `2026-Q4` or `2026-11`."""

    name: str = "span"

    def parse(self, raw: object, when: When) -> str:
        """The span as it is stored; raises ValueError."""
        text = fold_width(super().parse(raw, when)).upper()
        days(text)
        return text


Span = Annotated[str, SpanType()]


def begins(month: str) -> date:
    """The first day of a month; raises ValueError."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
    if match is None:
        raise ValueError(_("{text!r} is not a month; write 2026-11").format(text=month))
    return date(int(match[1]), int(match[2]), 1)


def days(span: str) -> tuple[date, date]:
    """The first and the last day of a quarter or a month; raises ValueError."""
    quarter = re.fullmatch(r"(\d{4})-Q([1-4])", span)
    if quarter:
        first, months = date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1), 3
    elif re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", span):
        first, months = begins(span), 1
    else:
        raise ValueError(_("{text!r} is neither a quarter nor a month; write 2026-Q4 or 2026-11").format(text=span))
    return first, (first + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)


def quarter_of(day: date) -> str:
    """The quarter of a day."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
