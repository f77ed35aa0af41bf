"""Years and months as people name them in plans and surveys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
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


def begins(month: str) -> date:
    """The first day of a month; raises ValueError."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
    if match is None:
        raise ValueError(_("{text!r} is not a month; write 2026-11").format(text=month))
    return date(int(match[1]), int(match[2]), 1)
