"""At the resident's home: work, trial and acceptance, rework. Rules WORK-20, WORK-23 to WORK-25, WORK-34."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import StaffRef, Text
from pm_cli.kinds.repair.checking import not_passed, outdate
from pm_cli.kinds.repair.papers import lay
from pm_cli.kinds.repair.stages import MANAGERS, ON_SPOT, count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

SIGNATURES = {"signature": ("accepted",)}


class Arrive(Action, of="assigned", to="on_site", by=ON_SPOT, rules=("WORK-02", "WORK-03", "WORK-04", "WORK-19")):
    """The worker is on the spot"""


class Finish(Action, of=("received", "notified", "assigned", "on_site", "working"), to="done", by=ON_SPOT):
    """The work is done"""

    work_done: Text | None = may("What was done, parts changed", rules=("WORK-05",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody was there and a price was confirmed, then or when it was done before (D-17); history may leave that out."""
        if now.state == "working" or "external" in now.fields:
            return None
        if now.state != "on_site":
            return Refusal(_("nobody has been there."), _("Enter first: pm repair arrive {id}").format(id=now.id))
        if (
            "amount" in now.fields
            or "standard" not in now.fields
            or now.value("repair.price_confirm").text != "on_site_required"
        ):
            return None
        hint = _("Enter first: pm repair quote {id} --amount YUAN, then accept-quote").format(id=now.id)
        return Refusal(_("the price is not confirmed."), hint, ("WORK-20",))


class Accept(Action, of=("done", "accepted"), to="accepted", by=ON_SPOT, rules=("WORK-09", "WORK-23")):
    """The resident has tried the result and finds it right; the signature may follow later"""

    test_result: Text | None = may("What was tried and how it went", rules=("WORK-23",))
    opinion: Text | None = may("In the resident's words")
    signature: Signature | None = may("The resident's signature", rules=("WORK-09", "WORK-23"))

    def refuse(self, now: Facts) -> Refusal | None:
        """What is taken over has passed its guide, if one was gone through (WORK-35 to WORK-42)."""
        return not_passed(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """The month in which it was first accepted is charged; whoever signs keeps the owner's copy (WORK-29)."""
        fields.setdefault("accepted_on", at[:10])
        if "signature" in given:
            lay(fields, "owner", "owner")


class Rework(Action, of=("done", "accepted", "escalated"), to="working", by=ON_SPOT, rules=("WORK-24", "WORK-25")):
    """The resident is not satisfied: apologise and do it again"""

    reason: Text = need("What is not right", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """After the first failures the manager has to know."""
        if now.state == "escalated" or count(now.fields, "reworks") < now.value("repair.reworks").number:
            return None
        hint = _("Report it: pm repair escalate {id} --reported-to LOGIN --reason TEXT").format(id=now.id)
        return Refusal(_("the resident is still not satisfied after rework."), hint, ("WORK-25",))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it; what was signed before no longer holds."""
        fields["reworks"] = str(count(fields, "reworks") + 1)
        outdate(fields)
        for name in ("signature", "handed_in_at", "written_off_at"):
            fields.pop(name, None)


class Escalate(Action, of=("done", "accepted"), to="escalated", by=ON_SPOT, rules=("WORK-25",)):
    """Report to the manager that the resident is still not satisfied"""

    reported_to: StaffRef = need("CS manager or centre director told")
    reason: Text = need("What is not right", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody below the CS manager will do."""
        person = now.find(self.reported_to)
        if person and MANAGERS.intersection(person.fields.get("role", ())):
            return None
        return Refusal(_("{who} is neither CS manager nor director.").format(who=self.reported_to))


CLOCKS = (
    Clock(
        "finish", starts=("receive",), stops=("finish", "cancel"), pauses=("waiting",), promise=True,
        agreed="finish_by", resumes=("reopen",),
    ),
)  # fmt: skip

RULES = (
    *enforced("repair finish", "WORK-20"),
    *recorded("repair rework reason", "WORK-24"),
    *enforced("repair rework", "WORK-25"),
    *enforced("repair accept", "WORK-34", note="states and side states of a work order; charge_month bills it"),
)
