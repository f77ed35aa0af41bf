"""The resident accepts, and the sheet is collected by who issued it or stands in. Rules SHEET-18 to SHEET-23, SHEET-35."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.person import CS, CS_LEADERS, DESK, DIRECTORS
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Flag, StaffRef, Text
from pm_cli.kinds.sheet.custody import UNDER_WAY, all_have, move
from pm_cli.kinds.sheet.explaining import unpromised
from pm_cli.kinds.sheet.handing_over import issuer
from pm_cli.kinds.sheet.signing import roles, unsigned

if TYPE_CHECKING:
    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields


class Accept(Action, of=("received", "returned", "explained"), by=DESK | DIRECTORS):
    """Write down the acceptance opinion, signed by the resident"""

    rules = ("SHEET-22", "SHEET-23")
    opinion: Text = need("Acceptance opinion", into="acceptance_opinion")
    signature: Signature | None = may("By the resident", into="client_signature")
    director: StaffRef | None = may("Centre director who accepts instead", into="accepted_by")
    special_case_reason: Text | None = may("Why the director accepts")
    acceptance_scan: Attachment | None = may("What the director wrote, if somebody else enters it")

    def refuse(self, now: Facts) -> Refusal | None:
        """The resident signs; in a special case the centre director accepts instead, a third party's matter nobody."""
        if now.fields.get("not_feasible") == "third_party":
            hint = _("Enter first: pm sheet forward {id} --third-party NAME").format(id=now.id)
            return Refusal(_("it has not been copied to the third party."), hint, ("SHEET-17",))
        if refusal := unpromised(now):
            return refusal
        if self.director:
            return self._by_director(now, self.director)
        if self.signature:  # what was explained is not collected again: this is the last moment (AMB-14)
            return unsigned(now, "SHEET-12") if now.state == "explained" else None
        hint = "--signature-who NAME --signature-how ink | --director LOGIN --special-case-reason TEXT"
        return Refusal(_("the resident has not signed."), hint)

    def _by_director(self, now: Facts, director: str) -> Refusal | None:
        """In person or on paper, with the reason, of what is back: the exception of a special case (SHEET-23)."""
        rules = ("SHEET-23",)
        if not roles(now, director) & DIRECTORS:
            return Refusal(_("{who} is not the centre director.").format(who=director), rules=rules)
        if now.state == "received":
            return Refusal(_("the director accepts what is back."), f"pm sheet return {now.id}", rules)
        if not self.special_case_reason:
            return Refusal(_("it is not said why the director accepts."), "--special-case-reason TEXT", rules)
        if director == now.by.id or self.acceptance_scan:
            return None
        hint = _("Act as the director: --as {who}; or attach the paper: --acceptance-scan FILE").format(who=director)
        return Refusal(_("the director writes the acceptance opinion in person."), hint, rules)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What was explained is back already; anything else still needs the opinions of all departments."""
        if "not_feasible" in fields:
            return "collected"
        return "accepted" if all_have(fields, "returned_at") else None


class Delegate(Action, of=UNDER_WAY, by=CS_LEADERS, rules=("SHEET-19",)):
    """Appoint somebody to collect it because the issuer cannot"""

    collector: StaffRef = need("Receptionist who collects it")
    reason: Text = need("Why the issuer cannot", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Another one, of customer service."""
        if self.collector == issuer(now):
            return Refusal(_("{who} issued it and collects it anyway.").format(who=self.collector))
        if roles(now, self.collector) & CS:
            return None
        return Refusal(_("{who} does not belong to customer service.").format(who=self.collector))


class Collect(Action, of=("returned", "accepted"), to="collected", requires=("acceptance_opinion",)):
    """Take it in at the desk, complete"""

    rules = ("SHEET-18", "SHEET-20", "SHEET-22")
    issuer_absent: Flag | None = may("Signed in for an issuer who is absent")

    def refuse(self, now: Facts) -> Refusal | None:
        """By whoever issued it, was appointed or stands in; signed at the latest by now (AMB-14)."""
        if "accepted_by" not in now.fields and (refusal := unsigned(now, "SHEET-12")):
            return refusal
        who = issuer(now)
        if self.issuer_absent and now.by.id == who:
            return Refusal(_("{who} issued it and is here.").format(who=who), rules=("SHEET-20",))
        if self.issuer_absent or now.by.id in {who, now.fields.get("collector")}:
            return None
        hint = _("If absent: --issuer-absent yes; otherwise a leader appoints you: pm sheet delegate {id}")
        return Refusal(_("{who} issued it and collects it.").format(who=who), hint.format(id=now.id))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The counterfoil has done its service (SHEET-30)."""
        move(fields, at, "desk", "counterfoil")


CLOCKS = (
    Clock(
        "return", starts=("issue",), stops=("collect", "explain", "terminate"), pauses=("suspended",),
        within="sheet.collect", agreed="due", rules=("SHEET-21", "SHEET-24"),
    ),
)  # fmt: skip

RULES = (
    *enforced("sheet collect", "SHEET-18", note="by whoever issued it; what went through other hands: report weekly"),
    *enforced("sheet collect", "SHEET-22"),
    *enforced("sheet delegate", "SHEET-19"),
    *recorded("sheet collect issuer_absent", "SHEET-20", note="and listed in the weekly report"),
    *computed("sheet clock return", "SHEET-21"),
    *enforced("sheet accept", "SHEET-23", note="by the director in person or on paper; listed in the weekly report"),
    *computed("report weekly", "SHEET-27", note="sheets that came back out of those due, by clock return"),
    *computed("report weekly", "SHEET-28", note="the same by issuer"),
    *enforced("sheet collect", "SHEET-35", note="the states and what leads from one to the next"),
)
