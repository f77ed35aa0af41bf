"""What a service costs: quoted from the price list, confirmed on site, paid. Rules WORK-10, WORK-15, WORK-20, WORK-27."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DESK
from pm_cli.core.price_list import PriceRef, not_offered, price_on, standard
from pm_cli.core.rule import computed, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Money, Positive, StaffRef, Text
from pm_cli.kinds.repair.stages import ON_SPOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Settlement = Annotated[str, Choice(options=("immediate", "monthly"))]
PayMethod = Annotated[str, Choice(options=("cash", "card", "transfer", "mobile", "monthly_notice"))]
AFTER_WORK = ("done", "accepted", "escalated", "dissatisfied", "closed")
CASHIERS = DESK | {"finance"}


class Quote(Action, of=("on_site", "quoted", "working"), to="quoted", by=ON_SPOT, rules=("WORK-08", "WORK-20")):
    """Tell the resident the price before the work begins"""

    amount: Money | None = may("Fee, in yuan (default: by the price list)", into="quoted", ask=True)
    price_item: PriceRef | None = may("Item of the price list (default: what the dispatcher named)")
    quantity: Positive | None = may("How many of it (default: 1)")
    standard: Text | None = may("Charge standard, if the price list has no such item")
    materials: list[Text] = may("Materials needed")
    tools: list[Text] = may("Tools needed")

    def refuse(self, now: Facts) -> Refusal | None:
        """A fee rests on the price list (D-17); what was accepted is charged as it is, and done again for nothing."""
        if "accepted_on" in now.fields:
            reason = _("the work was accepted on {day} and is not charged again.").format(day=now.fields["accepted_on"])
            return Refusal(reason, _("Other work is an order of its own: pm repair receive"), ("WORK-20", "WORK-24"))
        item = self.price_item or now.fields.get("price_item")
        if not (item or self.standard or "standard" in now.fields):
            return Refusal(_("no charge standard is written down."), _("Add --price-item CODE or --standard TEXT"))
        if not (item or self.amount is not None):
            return Refusal(_("no amount is given."), _("Add --amount YUAN"), ("WORK-20",))
        return not_offered(now, self.price_item)

    def witness(self, now: Facts) -> Fields:
        """Standard and amount by the price list, unless they were said (D-17)."""
        named = self.price_item or str(now.fields.get("price_item", ""))
        item, day = now.find(named) if named else None, now.at.date()
        price = price_on(item.fields, day) if item else None
        if item is None or price is None:
            return {}
        found: dict[str, Node] = {} if self.standard else {"standard": standard(item, day)}
        if self.amount is None:
            found["amount"] = str(price * (self.quantity or 1))
        return found


class AcceptQuote(Action, of="quoted", to="working", by=ON_SPOT, requires=("quoted",), rules=("WORK-20", "WORK-27")):
    """Both have confirmed the price: the work begins"""

    amount: Money | None = may("Fee agreed, in yuan, if another than was quoted")
    settlement: Settlement | None = may("Paid at once, or with the monthly notice (default: by the policy)")

    def witness(self, now: Facts) -> Fields:
        """The way of payment that the policy names, unless another was agreed (D-15)."""
        return {"settlement": self.settlement or str(now.value("repair.settlement").text)}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The fee is what was confirmed; until then it is a quotation."""
        quoted = fields.pop("quoted")
        fields["amount"] = given.get("amount", quoted)


class DeclineQuote(Action, of="quoted", to="on_site", by=ON_SPOT):
    """The resident does not want it at that price"""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """A fee confirmed before still stands."""
        fields.pop("quoted", None)


class Pay(Action, of=AFTER_WORK, by=CASHIERS, requires=("amount",), rules=("WORK-10", "WORK-27")):
    """The resident pays the fee at finance"""

    paid: Money = need("Amount, in yuan")
    method: PayMethod | None = may("How it was paid", default="cash", into="pay_method", rules=("WORK-30",))
    receipt: Text | None = may("Number of the receipt")
    invoice: Text | None = may("Number of the invoice")
    assisted_by: StaffRef | None = may("Building manager who helped")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once, and the fee agreed (FEE-03: exact)."""
        if "paid" in now.fields:
            return Refusal(_("it is paid already."), _("A wrong amount is corrected: pm repair correct"))
        fee = str(now.fields["amount"])
        if str(self.paid) == fee:
            return None
        return Refusal(_("the fee is {amount}.").format(amount=fee), rules=("WORK-10",))


class Voucher(Action, of=AFTER_WORK, by=CASHIERS, requires=("paid",), rules=("WORK-10",)):
    """Hand out the receipt or the invoice afterwards"""

    receipt: Text | None = may("Number of the receipt")
    invoice: Text | None = may("Number of the invoice")

    def refuse(self, now: Facts) -> Refusal | None:
        """A number that was not given yet."""
        if not (self.receipt or self.invoice):
            return Refusal(_("no number is given."), _("Add --receipt NUMBER or --invoice NUMBER"))
        given = next((name for name in ("receipt", "invoice") if getattr(self, name) and name in now.fields), "")
        return Refusal(_("it was handed out already: {number}.").format(number=now.fields[given])) if given else None


def unpaid(now: Facts) -> Refusal | None:
    """What is to be paid at once is paid before the order is filed (D-15)."""
    if now.fields.get("settlement") != "immediate" or "paid" in now.fields:
        return None
    hint = _("Enter first: pm repair pay {id} --paid {amount}").format(id=now.id, amount=now.fields["amount"])
    return Refusal(_("the fee is not paid."), hint, ("WORK-10",))


RULES = (
    *recorded("repair pay paid", "WORK-10"),
    *computed("repair accept_quote settlement", "WORK-27", note="monthly unless another way was agreed (D-15)"),
)
