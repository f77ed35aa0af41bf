"""The service fees that go on the fee notices of a month: work order, amount, flat."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from pm_cli.cli.session import current
from pm_cli.core.errors import NotFound
from pm_cli.core.ident import linked
from pm_cli.core.text import N_, _
from pm_cli.kinds.charge_month import way_of
from pm_cli.ui import console

NAMES = ("unit", "order", "accepted_on", "standard", "amount", "paid")


def run(
    number: Annotated[str, typer.Argument(metavar="ID", help=N_("Charge month, or its tail"))],
) -> None:
    ledger = current.ledger
    month = ledger.get(ledger.number(number, ("charge_month",)))
    if month is None:
        raise NotFound(_("There is no record {id}.").format(id=number))
    orders = month.fields.get("orders")
    found = [ledger.get(str(order)) for order in (orders if isinstance(orders, list) else [])]
    lines = sorted(
        (str(fields["unit"]), linked(order.id), *(str(fields.get(name, "")) for name in NAMES[2:]))
        for order in found
        if order is not None and way_of(fields := order.fields) == "monthly_notice"
    )
    if current.json:
        console.as_json([dict(zip(NAMES, line, strict=True)) for line in lines])
        return
    console.table([_("Unit"), _("Work order"), _("Accepted on"), _("Charge standard"), _("Amount"), _("Paid")], lines)
    total = sum((Decimal(line[4]) for line in lines), Decimal("0.00"))
    console.tell(_("{count} lines, {total} yuan").format(count=len(lines), total=total))
