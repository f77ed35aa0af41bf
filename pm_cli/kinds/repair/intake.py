"""A repair or service is asked for: what, how urgent, when somebody comes. Rules WORK-01, WORK-04, WORK-06, WORK-12 to 15."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.price_list import PriceRef, not_offered
from pm_cli.core.rule import computed, enforced, guidance, not_applicable, recorded
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.types import Choice, Instant, Text
from pm_cli.kinds.repair.stages import ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Utility = Annotated[str, Choice(options=("water", "heating", "gas", "electricity", "lift", "lock"))]
Priority = Annotated[str, Choice(options=("ordinary", "simple", "urgent"))]
TakenBy = Annotated[str, Choice(options=("front_desk", "worker", "security", "department"))]
ServiceKind = Annotated[str, Choice(options=("routine", "paid_special", "business"))]
DeclineReason = Annotated[str, Choice(options=("not_in_price_list", "out_of_scope", "nobody_free", "other"))]


class Receive(request.Intake, start=True, to="received", by=EVERYBODY, rules=("WORK-01", "WORK-04", "WORK-12")):
    """Enter a repair request in the register"""

    utility: Utility | None = may("Supply that fails: water, heating and gas are urgent", rules=("WORK-04",))
    priority: Priority | None = may("How fast somebody comes (default: ordinary)", rules=("WORK-02", "WORK-03"))
    category: Text | None = may("Trade or item, such as plumbing", rules=("WORK-17",))
    appointment: Instant | None = may("Arrival agreed with the resident", rules=("WORK-07",))
    finish_by: Instant | None = may("Completion promised to the resident")
    taken_by: TakenBy | None = may("Who was asked (default: front desk)", rules=("WORK-01", "WORK-12"))
    asked_at: Instant | None = may("When a worker was asked directly, if before now")
    service_kind: ServiceKind | None = may("Kind of service (default: routine)", rules=("WORK-13",))
    price_item: PriceRef | None = may("Item of the price list", rules=("WORK-13", "WORK-15"))

    def refuse(self, now: Facts) -> Refusal | None:
        """Times agreed lie ahead and urgency follows the policy; history is taken in as it was."""
        if self.external:
            return None
        return (
            ahead(now, self.appointment, self.finish_by)
            or _urgency(self, now)
            or _direct(self, now)
            or _register(self)
            or not_offered(now, self.price_item)
        )

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The class of the item in the price list (AMB-16)."""
        item = now.find(self.price_item) if self.price_item else None
        return {"priority": item.fields["item_class"]} if item and not (self.priority or self.utility) else {}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """A failing supply is urgent unless a class is named; everything else is ordinary (AMB-16)."""
        if "priority" not in given:
            fields["priority"] = "urgent" if "utility" in fields else fields.get("priority", "ordinary")


class Decline(Action, of=("received", "notified"), to="declined", rules=("WORK-15",)):
    """It cannot be accepted for now, and the customer is told why"""

    decline_reason: DeclineReason = need("Why")
    explained: Text = need("How it was explained to the customer")

    def refuse(self, now: Facts) -> Refusal | None:
        """Routine services are in the management contract."""
        if now.fields.get("service_kind", "routine") != "routine":
            return None
        reason = _("routine services are in the management contract.")
        return Refusal(reason, _("Correct the kind if it is none: --service-kind paid_special"), ("WORK-13", "WORK-15"))


class Notify(Action, of="received", to="notified", rules=("WORK-01", "WORK-06")):
    """Phone the engineering dispatcher"""


def _urgency(said: Receive, now: Facts) -> Refusal | None:
    """The utilities of the policy are urgent; for any other one the class is named (AMB-15)."""
    if not said.utility:
        return None
    utility, listed = word("value", said.utility), said.utility in now.value("repair.urgent_utilities").items
    if listed and said.priority not in {None, "urgent"}:
        return Refusal(
            _("{utility} is always urgent.").format(utility=utility), _("Leave --priority out"), ("WORK-04",)
        )
    if not listed and not said.priority:
        hint = _("Add --priority ordinary, simple or urgent")
        return Refusal(_("{utility} is not urgent by itself.").format(utility=utility), hint, ("WORK-04",))
    return None


def _direct(said: Receive, now: Facts) -> Refusal | None:
    """Workers may be asked directly where the policy allows it (D-36)."""
    if said.asked_at and said.asked_at > now.at:
        return Refusal(_("asked after it was received."))
    if said.taken_by != "worker" or now.value("repair.direct_intake").text == "allowed":
        return None
    return Refusal(_("workers do not take requests here."), _("The front desk enters it."), ("WORK-01",))


def _register(said: Receive) -> Refusal | None:
    """The register of special paid services has columns that may not stay empty (WORK-14)."""
    if said.service_kind != "paid_special":
        return None
    caller: Any = said.caller or {}
    known = {"name": caller.get("name"), "phone": caller.get("phone"), "appointment": said.appointment}
    lacking = [word("field", name) for name, value in known.items() if not value]
    if not lacking:
        return None
    reason = _("the register of special services lacks: {fields}.").format(fields=listed(lacking))
    return Refusal(reason, _("Add it, or save what is known: --draft"), ("WORK-14",))


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def answered(fields: Mapping[str, Node]) -> bool:
    """Whether the resident knows who comes, or when, or why nobody does, or no longer wants it."""
    return not fields.keys().isdisjoint({"told", "appointment", "cancel_reason", "explained"})


CLOCKS = (
    Clock(
        "answer", starts=("receive",), stops=("receive", "reply", "assign", "agree", "cancel", "decline"), done=answered,
        within="repair.answer", when=ours, rules=("WORK-17",),
    ),
    Clock(
        "notify", starts=("receive",), stops=("notify", "assign", "cancel"),
        within="repair.notify", when=ours, rules=("WORK-06",),
    ),
)  # fmt: skip

RULES = (
    *recorded("repair receive taken_by", "WORK-01", "WORK-12"),
    *enforced("repair receive", "WORK-04", note="urgent utilities come from the policy"),
    *computed("repair clock notify", "WORK-06"),
    *computed("repair clock answer", "WORK-17"),
    *enforced("repair receive", "WORK-14", note="what the register of special services lacks is named"),
    *guidance("repair decline", "COND-03", note=N_("Not lightly a no: say why, and who can help instead.")),
    *enforced("repair decline", "WORK-15", note="by the price list; assign refuses what is not in it"),
    *not_applicable("the chart is announced in the contents and missing; WORK-34 takes its place", "WORK-33"),
)
