"""Charge month (财务收费报表): a month's service fees, checked and approved. Rules WORK-30, WORK-32, CAL-22, FEE-14, FEE-15."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, Shape, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import link, linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DIRECTORS
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.spans import Month, begins
from pm_cli.core.text import _, listed
from pm_cli.core.types import Link, Money, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

RepairRef = Annotated[str, Link(kinds=("repair",))]
FINANCE = frozenset({"finance", "admin"})


class ChargeMonth(Declaration):
    """One for each month; what it says is worked out from the work orders and held against them when it is checked."""

    prefix = "CM"
    open = ("drawn_up", "checked", "approved")
    closed = ("on_notice",)
    columns = ("month", "total", "totals", "drawn_up_by", "checked_by", "approved_by")
    place = ""
    handler = "drawn_up_by"
    summary = "month"
    sort = ""


class Drawn(Shape):
    """What `pm` fills in when the report is drawn up."""

    orders: list[RepairRef] = may("Chargeable orders accepted in the month (found by pm)")
    totals: dict[str, str] = may("Sum of each way of payment (summed by pm)")
    total: Money | None = may("Sum of all, in yuan (summed by pm)")
    drawn_up_by: StaffRef | None = may("Who draws it up (whoever enters it)")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Ways of payment that have no order any more are gone."""
        fields["totals"] = given.get("totals", {})


class DrawUp(Drawn, Action, start=True, to="drawn_up", by=FINANCE, rules=("WORK-30", "CAL-22", "FEE-15")):
    """Sort the month's work orders by way of payment and draw up the report"""

    month: Month = need("Which month")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once for each month, from its last day on."""
        if (now.at + timedelta(days=1)).strftime("%Y-%m") <= self.month:
            return Refusal(_("{month} is not over.").format(month=self.month), rules=("CAL-22",))
        same = [seen for seen in now.since("charge_month", _first(now, self.month), month=self.month) if _valid(seen)]
        if not same:
            return None
        hint = _("Go on with that one: pm show {id}").format(id=same[0].id)
        return Refusal(_("{id} is the report of {month} already.").format(id=same[0].id, month=self.month), hint)

    def witness(self, now: Facts) -> Fields:
        """The figures as the orders stand now."""
        return {**_figures(now, self.month), "drawn_up_by": now.by.id}


class Redraw(Drawn, Action, of="drawn_up", by=FINANCE, rules=("WORK-30",)):
    """Draw it up anew from the orders as they stand now"""

    def witness(self, now: Facts) -> Fields:
        """The figures as the orders stand now."""
        return {**_figures(now, str(now.fields["month"])), "drawn_up_by": now.by.id}


class Check(Action, of="drawn_up", to="checked", by=FINANCE, rules=("WORK-29", "WORK-30")):
    """Check the month's charges against the work orders"""

    checked_by: StaffRef | None = may("Who checked (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nothing has changed since it was drawn up, and finance has its copy of every order."""
        if refusal := _outdated(now, _("Draw it up anew: pm charge-month redraw {id}").format(id=now.id)):
            return refusal
        away = [order.id for order in charged(now, str(now.fields["month"])) if not _at_finance(order)]
        if not away:
            return None
        hint = _("Enter first: pm repair hand-copy {id} --copy finance --place finance").format(id=away[0])
        return Refusal(_("finance has no copy of {orders}.").format(orders=listed(away)), hint, ("WORK-29",))

    def witness(self, now: Facts) -> Fields:
        """Nobody checks in another's name."""
        return {"checked_by": now.by.id}


class SendBack(Action, of="checked", to="drawn_up", by=DIRECTORS, rules=("WORK-30",)):
    """Send it back to finance"""

    reason: Text = need("What has to be looked at again", keep=False)


class Approve(Action, of="checked", to="approved", by=DIRECTORS, rules=("WORK-30", "CAL-22", "ROLE-19")):
    """Review and approve the report"""

    opinion: Text | None = may("Opinion")
    approved_by: StaffRef | None = may("Who approved (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Never who drew it up or checked it; of a month that is over, and as the orders stand."""
        if refusal := own(now, now.fields.get("drawn_up_by"), now.fields.get("checked_by")):
            return refusal
        month = str(now.fields["month"])
        if f"{now.at:%Y-%m}" <= month:
            return Refusal(_("{month} is not over.").format(month=month), rules=("WORK-30",))
        return _outdated(
            now, _("Have it drawn up anew: pm charge-month send-back {id} --reason TEXT").format(id=now.id)
        )

    def witness(self, now: Facts) -> Fields:
        """Nobody approves in another's name."""
        return {"approved_by": now.by.id}


class PutOnNotice(Action, of="approved", to="on_notice", by=FINANCE, rules=("WORK-32", "FEE-14")):
    """The lines stand on the month's fee notices: see pm charge-month lines"""

    notice: Text = need("Which notices: number, or the day on which they went out")


def charged(now: Facts, month: str) -> Sequence[Seen]:
    """Work orders with a fee accepted in a month, or in the one before and left out there: entered after its report."""
    before = f"{begins(month) - timedelta(days=1):%Y-%m}"
    reports = (seen for seen in now.since("charge_month", _first(now, before)) if seen.fields.get("month") != month)
    reported = {number for report in reports if _valid(report) for number in _orders(report)}
    found = [
        seen
        for seen in now.since("repair", _first(now, before))
        if "amount" in seen.fields and str(seen.fields.get("accepted_on", ""))[:7] in {before, month}
        if seen.id not in reported and _valid(seen)
    ]
    return sorted(found, key=lambda seen: seen.id)


def way_of(fields: Fields) -> str:
    """How an order was paid, or is to be paid."""
    if "paid" in fields:
        return str(fields.get("pay_method", "cash"))
    return "monthly_notice" if fields.get("settlement") == "monthly" else "unpaid"


def _figures(now: Facts, month: str) -> dict[str, Node]:
    """Orders, sum of each way of payment, and sum of all, as they are stored."""
    orders, sums = charged(now, month), defaultdict[str, Decimal](Decimal)
    for order in orders:
        sums[way_of(order.fields)] += Decimal(str(order.fields["amount"]))
    return {
        "orders": [link(order.id, order.identity) for order in orders],
        "totals": {way: str(amount) for way, amount in sorted(sums.items())},
        "total": str(sum(sums.values(), Decimal("0.00"))),
    }


def _outdated(now: Facts, hint: str) -> Refusal | None:
    """Why the figures do not hold any more: the work orders have changed since it was drawn up."""
    figures = _figures(now, str(now.fields["month"]))
    if all(figures[name] == now.fields.get(name, type(figures[name])()) for name in figures):
        return None
    return Refusal(_("the work orders say something else by now."), hint, ("WORK-30",))


def _orders(report: Seen) -> list[str]:
    found = report.fields.get("orders")
    return [linked(str(order)) for order in found] if isinstance(found, list) else []


def _at_finance(order: Seen) -> bool:
    held = order.fields.get("order_copies")
    return not isinstance(held, dict) or held.get("finance", "finance") == "finance"


def _valid(seen: Seen) -> bool:
    return seen.state not in {"draft", "annulled"}


def _first(now: Facts, month: str) -> datetime:
    return datetime.combine(begins(month), datetime.min.time(), now.at.tzinfo)


CLOCKS = (Clock("approve", starts=("draw_up",), stops=("approve",), within="charge_month.approve", rules=("WORK-30",)),)

RULES = (
    *enforced("charge_month check", "WORK-30", note="figures by pm; four eyes; finance's copies are there"),
    *recorded("charge_month put_on_notice notice", "WORK-32", "FEE-14", note="lines: pm charge-month lines"),
    *computed("charge_month draw_up totals", "CAL-22", "FEE-15", note="a month without its report is a missed duty"),
)
