"""The price list as other kinds read it: which price of an item was in force on a day (D-17)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.errors import Refusal
from pm_cli.core.text import _
from pm_cli.core.types import Link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node

PriceRef = Annotated[str, Link(kinds=("price",))]


def price_on(fields: Mapping[str, Node], day: date) -> Decimal | None:
    """The price of an item on a day, in yuan, from its dated prices `2026-01-01 30.00`; None before the first one."""
    prices = fields.get("prices")
    dated = sorted(str(line) for line in prices) if isinstance(prices, list) else []
    begun = [line for line in dated if line.partition(" ")[0] <= day.isoformat()]
    return Decimal(begun[-1].partition(" ")[2]) if begun else None


def standard(item: Seen, day: date) -> str:
    """The charge standard as it is written down: item, price, unit."""
    fields = item.fields
    return f"{fields['item']} {price_on(fields, day)}/{fields['per']}"


def not_offered(now: Facts, item: str | None) -> Refusal | None:
    """An item can be accepted while it stands in the price list with a price (WORK-15)."""
    seen = now.find(item) if item else None
    if seen is None or (seen.state == "offered" and price_on(seen.fields, now.at.date()) is not None):
        return None
    reason = _("{item} is not offered on this day.").format(item=seen.fields.get("item", seen.id))
    return Refusal(reason, _("See what is: pm price list; else: pm repair decline"), ("WORK-15",))
