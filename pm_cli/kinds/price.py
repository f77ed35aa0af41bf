"""Price (有偿服务收费标准): items of the paid service price list, each with its dated prices. Rules WORK-13, WORK-15."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DIRECTORS
from pm_cli.core.price_list import price_on
from pm_cli.core.rule import recorded
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Code, Day, Link, Money, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Class = Annotated[str, Choice(options=("ordinary", "simple", "urgent"))]
DocumentRef = Annotated[str, Link(kinds=("document",))]
PRICERS = DIRECTORS | {"cs_manager", "finance", "admin"}


class Price(Declaration):
    """A price is never overwritten: a new one applies from its day on."""

    open = ("offered",)
    closed = ("retired",)
    columns = ("item", "prices", "per", "item_class", "scope")
    place = ""
    summary = "item"
    search = ("item", "scope")
    sort = "item_class"


class Dated:
    """What a new price does to the list."""

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """One line for each day from which a price applies; the same day said again replaces it."""
        if "amount" not in given:
            return
        since, so_far = str(given.get("valid_from", at[:10])), fields.get("prices")
        kept = [str(line) for line in so_far if str(line)[:10] != since] if isinstance(so_far, list) else []
        fields["prices"] = [*sorted([*kept, f"{since} {given['amount']}"])]


class Add(Dated, Action, start=True, to="offered", by=PRICERS, rules=("WORK-13",)):
    """Put an item on the price list"""

    code: Code = need("Code of the item, such as SD-01", keep=False)
    item: Text = need("What is done")
    amount: Money = need("Price, in yuan", keep=False)
    per: Text = need("For what: piece, hour, metre, time")
    item_class: Class = may("How fast somebody comes for it (AMB-16)", default="ordinary")
    valid_from: Day | None = may("From which day (default: today)", keep=False)
    scope: Text | None = may("What is in the price and what is not")
    document: DocumentRef | None = may("Price list it stands in")


class Change(Dated, Action, by=PRICERS, rules=("WORK-13",)):
    """Set a new price from a day on"""

    amount: Money = need("Price, in yuan", keep=False)
    valid_from: Day | None = may("From which day (default: today)", keep=False)
    document: DocumentRef | None = may("Price list it stands in")

    def refuse(self, now: Facts) -> Refusal | None:
        """What was charged before does not change afterwards, and a change changes something."""
        day = self.valid_from or now.at.date()
        if day < now.at.date():
            return Refusal(_("{day} is past: prices do not change afterwards.").format(day=day))
        if price_on(now.fields, day) == self.amount:
            return Refusal(_("{amount} is the price on {day} already.").format(amount=self.amount, day=day))
        return None


class Retire(Action, of="offered", to="retired", by=PRICERS, rules=("WORK-15",)):
    """Take the item off the price list"""

    reason: Text = need("Why it is not offered any more")


RULES = (*recorded("price add amount", "WORK-13", note="and `repair receive service_kind`: routine, paid, business"),)
