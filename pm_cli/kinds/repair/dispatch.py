"""A worker is sent, and the resident knows who comes when. Rules WORK-01 to WORK-03, WORK-07, WORK-16 to WORK-19."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core import request
from pm_cli.core.action import OPEN, Action, Facts, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.price_list import PriceRef, not_offered, standard
from pm_cli.core.rule import computed, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Instant, StaffRef, Text
from pm_cli.kinds.repair.stages import DISPATCH, ON_SPOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node


class Assign(
    Action,
    of=("received", "notified", "assigned", "escalated"),
    to="assigned",
    by=ON_SPOT,
    rules=("WORK-01", "WORK-07", "WORK-08"),
):
    """Issue the repair slip to a worker, who is notified now"""

    worker: StaffRef = need("Who goes", into="handler")
    slip: Text | None = may("Number of the repair slip")
    price_item: PriceRef | None = may("Item of the price list, for a chargeable job", rules=("WORK-08", "WORK-15"))
    standard: Text | None = may("Charge standard, if the price list has no such item", rules=("WORK-08",))
    told: Text | None = may("What the resident was told: who comes and when", rules=("WORK-17",))
    order_copies: dict[str, str] = may("Copies of the work order and where they are (kept by pm)", rules=("WORK-29",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Workers send only themselves, to what they were asked directly."""
        own = self.worker == now.by.id and now.fields.get("taken_by") == "worker"
        if not (own or now.by.may(DISPATCH)):
            return Refusal(_("workers take on only what they were asked directly."), _("Ask the dispatcher."))
        special = now.fields.get("service_kind") == "paid_special"
        if special and not (self.price_item or "price_item" in now.fields):
            hint = _("Add --price-item CODE; what cannot be accepted: pm repair decline {id}").format(id=now.id)
            return Refusal(_("the price list decides whether it is accepted."), hint, ("WORK-15",))
        return not_offered(now, self.price_item)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The charge standard of the item, and the copies of the order, which the worker takes along (WORK-29)."""
        named = self.price_item or str(now.fields.get("price_item", ""))
        item = now.find(named) if named and not self.standard else None
        found: dict[str, Node] = {"standard": standard(item, now.at.date())} if item else {}
        if "order_copies" not in now.fields:
            found["order_copies"] = dict.fromkeys(now.value("repair.order_copies").items, "worker")
        return found


class Reply(Action, of=OPEN, rules=("WORK-17",)):
    """Tell the resident who comes and when"""

    told: Text = need("What was said")


class Agree(request.Agree, rules=("WORK-07", "WORK-12", "WORK-16")):
    """Agree the arrival or the completion with the resident, anew when nobody can come in time"""

    appointment: Instant | None = may("Arrival agreed")
    finish_by: Instant | None = may("Completion promised")

    def refuse(self, now: Facts) -> Refusal | None:
        """At least one of them."""
        if not (self.appointment or self.finish_by):
            return Refusal(_("no time is given."), _("Add --appointment TIME or --finish-by TIME"))
        return super().refuse(now)


class Acknowledge(Action, of="assigned", by=ON_SPOT, rules=("WORK-18",)):
    """Enter when the worker accepted the job"""


def provided(fields: Mapping[str, Node]) -> bool:
    """Whether somebody is sent, the resident has a time that counts instead, or nobody goes at all."""
    return not fields.keys().isdisjoint({"handler", "appointment", "cancel_reason", "explained"})


CLOCKS = (
    Clock(
        "assign", starts=("notify",), stops=("notify", "assign", "agree", "cancel", "decline"), pauses=("waiting",),
        within="repair.assign", when=lambda fields: "external" not in fields, done=provided,
        rules=("WORK-01", "DISP-11"),
    ),
    Clock(
        "acknowledge", starts=("assign",), stops=("acknowledge", "arrive", "cancel"),
        within="repair.acknowledge", rules=("WORK-18",),
    ),
    Clock(
        "arrival", starts=("assign",), stops=("arrive", "cancel"), pauses=("waiting",), promise=True,
        within=lambda fields: f"repair.arrival.{fields['priority']}",
        when=lambda fields: "appointment" not in fields, rules=("WORK-02", "WORK-03", "WORK-04"),
    ),
    Clock(
        "appointment", starts=("receive",), stops=("arrive", "cancel"), renews=("reopen",), pauses=("waiting",),
        promise=True, agreed="appointment", rules=("WORK-07", "WORK-19"),
    ),
)  # fmt: skip

RULES = (
    *computed("repair clock assign", "DISP-11", note="from the dispatcher's notice; a time agreed counts instead"),
    *computed("repair clock arrival", "WORK-02", "WORK-03"),
    *computed("repair clock appointment", "WORK-07", "WORK-19"),
    *recorded("repair assign standard", "WORK-08"),
    *recorded("repair agree appointment", "WORK-16"),
    *computed("repair clock acknowledge", "WORK-18"),
)
