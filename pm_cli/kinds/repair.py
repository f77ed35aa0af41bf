"""Repair (报修): from the call to the resident's acceptance. Rules WORK-01 to WORK-12, WORK-16 to WORK-25."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS, DESK, DIRECTORS, EVERYBODY
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, Instant, Link, Money, Positive, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Utility = Annotated[str, Choice(options=("water", "heating", "gas", "electricity", "lift", "lock"))]
Priority = Annotated[str, Choice(options=("ordinary", "simple", "urgent"))]
TakenBy = Annotated[str, Choice(options=("front_desk", "worker", "security", "department"))]
CloseReason = Annotated[str, Choice(options=("duplicate", "transferred", "no_fault", "no_access", "other"))]
RepairRef = Annotated[str, Link(kinds=("repair",))]

DISPATCH = DESK | {"engineering_supervisor", "department_manager"}
WORKERS = frozenset({"technician", "contractor", "environment"})
ON_SPOT = DISPATCH | WORKERS
CLOSERS = CS | {"admin"}
MANAGERS = DIRECTORS | {"cs_manager"}

BEFORE_WORK = ("received", "notified", "assigned", "on_site", "quoted")
UNDER_WAY = (*BEFORE_WORK, "working")


class Repair(Declaration):
    """From the call to the return visit; what the resident was promised is the arrival and the completion."""

    prefix = "RP"
    open = (*UNDER_WAY, "waiting", "done", "accepted", "escalated", "dissatisfied", "cancelled")
    closed = ("closed", "written_off", "moved")
    columns = ("unit", "priority", "handler", "appointment", "finish_by")
    search = ("content", "caller", "place")
    request = True
    sort = "priority"
    resolves = ("finish",)
    reopens = ("reopen", "rework")


SIGNATURES = {"signature": ("accepted",)}


class Receive(request.Intake, start=True, to="received", by=EVERYBODY, rules=("WORK-01", "WORK-04", "WORK-12")):
    """Enter a repair request in the register"""

    utility: Utility | None = may("Supply that fails: water, heating and gas are urgent", rules=("WORK-04",))
    priority: Priority | None = may("How fast somebody comes (default: ordinary)", rules=("WORK-02", "WORK-03"))
    category: Text | None = may("Trade or item, such as plumbing", rules=("WORK-17",))
    appointment: Instant | None = may("Arrival agreed with the resident", rules=("WORK-07",))
    finish_by: Instant | None = may("Completion promised to the resident")
    taken_by: TakenBy | None = may("Who was asked (default: front desk)", rules=("WORK-01", "WORK-12"))

    def refuse(self, now: Facts) -> Refusal | None:
        """Times agreed lie ahead and urgency follows the policy; history is taken in as it was."""
        return None if self.external else _ahead(self, now) or _urgency(self, now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """A failing supply is urgent unless a class is named; everything else is ordinary (AMB-16)."""
        if "priority" not in given:
            fields["priority"] = "urgent" if "utility" in fields else fields.get("priority", "ordinary")


class Notify(Action, of="received", to="notified", rules=("WORK-01", "WORK-06")):
    """Phone the engineering dispatcher"""


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
    standard: Text | None = may("Charge standard, for a chargeable job", rules=("WORK-08",))
    told: Text | None = may("What the resident was told: who comes and when", rules=("WORK-17",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Workers send only themselves, to what they were asked directly."""
        own = self.worker == now.by.id and now.fields.get("taken_by") == "worker"
        if own or now.by.may(DISPATCH):
            return None
        return Refusal(_("workers take on only what they were asked directly."), _("Ask the dispatcher."))


class Reply(Action, of=OPEN, rules=("WORK-17",)):
    """Tell the resident who comes and when"""

    told: Text = need("What was said")


class Agree(request.Agree, rules=("WORK-07", "WORK-12", "WORK-16")):
    """Agree the arrival or the completion with the resident, anew when nobody can come in time"""

    appointment: Instant | None = may("Arrival agreed")
    finish_by: Instant | None = may("Completion promised")

    def refuse(self, now: Facts) -> Refusal | None:
        """At least one of them, and ahead."""
        if self.appointment or self.finish_by:
            return _ahead(self, now)
        return Refusal(_("no time is given."), _("Add --appointment TIME or --finish-by TIME"))


class Acknowledge(Action, of="assigned", by=ON_SPOT, rules=("WORK-18",)):
    """Enter when the worker accepted the job"""


class Arrive(Action, of="assigned", to="on_site", by=ON_SPOT, rules=("WORK-02", "WORK-03", "WORK-04", "WORK-19")):
    """The worker is on the spot"""


class Quote(Action, of=("on_site", "quoted", "working"), to="quoted", by=ON_SPOT, rules=("WORK-08", "WORK-20")):
    """Tell the resident the price before the work begins"""

    amount: Money = need("Fee, in yuan")
    standard: Text | None = may("Item of the price list (default: what the dispatcher wrote)")
    materials: list[Text] = may("Materials needed")
    tools: list[Text] = may("Tools needed")

    def refuse(self, now: Facts) -> Refusal | None:
        """A fee rests on the price list (D-17)."""
        if self.standard or "standard" in now.fields:
            return None
        return Refusal(_("no charge standard is written down."), _("Add --standard TEXT"))


class AcceptQuote(Action, of="quoted", to="working", by=ON_SPOT, rules=("WORK-20",)):
    """Both have confirmed the price: the work begins"""


class DeclineQuote(Action, of="quoted", to="on_site", by=ON_SPOT):
    """The resident does not want it at that price"""


class Finish(Action, of=("received", "notified", "assigned", "on_site", "working"), to="done", by=ON_SPOT):
    """The work is done"""

    work_done: Text | None = may("What was done, parts changed", rules=("WORK-05",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody was there and a price was confirmed before; history may leave that out."""
        if now.state == "working" or "external" in now.fields:
            return None
        if now.state != "on_site":
            return Refusal(_("nobody has been there."), _("Enter first: pm repair arrive {id}").format(id=now.id))
        if "standard" not in now.fields:
            return None
        hint = _("Enter first: pm repair quote {id} --amount YUAN, then accept-quote").format(id=now.id)
        return Refusal(_("the price is not confirmed."), hint, ("WORK-20",))


class Accept(Action, of=("done", "accepted"), to="accepted", by=ON_SPOT, rules=("WORK-09", "WORK-23")):
    """The resident has tried the result and finds it right; the signature may follow later"""

    test_result: Text | None = may("What was tried and how it went", rules=("WORK-23",))
    opinion: Text | None = may("In the resident's words")
    signature: Signature | None = may("The resident's signature", rules=("WORK-09", "WORK-23"))


class Rework(Action, of=("done", "accepted", "escalated"), to="working", by=ON_SPOT, rules=("WORK-24", "WORK-25")):
    """The resident is not satisfied: apologise and do it again"""

    reason: Text = need("What is not right", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """After the first failures the manager has to know."""
        if now.state == "escalated" or _count(now.fields, "reworks") < now.value("repair.reworks").number:
            return None
        hint = _("Report it: pm repair escalate {id} --reported-to LOGIN --reason TEXT").format(id=now.id)
        return Refusal(_("the resident is still not satisfied after rework."), hint, ("WORK-25",))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it; what was signed before no longer holds."""
        fields["reworks"] = str(_count(fields, "reworks") + 1)
        fields.pop("signature", None)


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


class Pay(
    Action,
    of=("done", "accepted", "escalated", "dissatisfied", "closed"),
    by=DESK | {"finance"},
    requires=("amount",),
    rules=("WORK-10",),
):
    """The resident pays the fee at finance"""

    paid: Money = need("Amount, in yuan")
    assisted_by: StaffRef | None = may("Building manager who helped")


class ExcuseSlip(Action, of=OPEN, by=CS_LEADERS | {"dispatcher", "admin"}, requires=("handler",), rules=("WORK-05",)):
    """Record why the repair slip cannot be back in time"""

    slip_exception: Text = need("The special circumstances")


class ReturnSlip(Action, of=OPEN, requires=("handler",), rules=("WORK-05", "WORK-09")):
    """Take the repair slip back at customer service"""

    copies: list[Positive] = may("Copies of the sheet that came with it: 1 and 2", rules=("WORK-09",))


class Visit(request.Visit, of=("accepted", "closed")):
    """Return visit: a satisfied resident closes it, a dissatisfied one wants it reopened"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Customer service knows from the papers how things stand before it visits (WORK-05)."""
        return super().refuse(now) or (None if now.state == "closed" else _papers_missing(now))

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Only a clear answer moves it."""
        return request.visit_leads_to(given, "closed", "dissatisfied")


class Close(
    Action,
    of=(*UNDER_WAY, "waiting", "done", "accepted", "escalated", "dissatisfied"),
    to="closed",
    by=CLOSERS,
    rules=("WORK-05", "WORK-09", "WORK-11", "WORK-23"),
):
    """File the papers and close it"""

    archived: Text | None = may("Where the papers lie in the owner's archive", rules=("WORK-11",))
    reason: CloseReason | None = may("Why it ends without accepted work", into="close_reason")
    duplicate_of: RepairRef | None = may("The request it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """Accepted, signed, slip back; otherwise a reason, and a leader's word once a worker was sent."""
        if self.reason:
            free = "handler" not in now.fields or "external" in now.fields or now.by.may(CS_LEADERS | {"admin"})
            return None if free else Refusal(_("a worker was sent: without accepted work a CS leader closes it."))
        return _papers_missing(now)


class Cancel(Action, of=BEFORE_WORK, to="cancelled", by=ON_SPOT, rules=("WORK-21",)):
    """The resident no longer wants it"""

    reason: Text = need("Why", into="cancel_reason")


class WriteOff(Action, of="cancelled", to="written_off", by=CLOSERS, rules=("WORK-21",)):
    """Confirm at dispatch or front desk that a cancelled job is off the books"""


class Reopen(Action, of=("done", "accepted", "dissatisfied", "closed"), to="assigned", by=CLOSERS):
    """The fault is back: a worker goes again; the completion first promised still counts"""

    reason: Text = need("What is wrong", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it; the old appointment and what was signed are of the past."""
        fields["reopened"] = str(_count(fields, "reopened") + 1)
        for name in ("appointment", "signature", "visit_result"):
            fields.pop(name, None)


class Wait(request.Wait, of=UNDER_WAY):
    """Stop the clocks: nobody at home, or the resident asked for it"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is"""


class Urge(request.Urge):
    """The resident presses for it: counted here, never a new request"""


class Move(request.Move):
    """Re-class into a complaint or a consultation; the time of receipt stays"""


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def answered(fields: Mapping[str, Node]) -> bool:
    """Whether the resident knows who comes, or when, or no longer wants it."""
    return not fields.keys().isdisjoint({"told", "appointment", "cancel_reason"})


CLOCKS = (
    Clock(
        "answer", starts=("receive",), stops=("receive", "reply", "assign", "agree", "cancel"), done=answered,
        within="repair.answer", when=ours, rules=("WORK-17",),
    ),
    Clock(
        "notify", starts=("receive",), stops=("notify", "assign", "cancel"),
        within="repair.notify", when=ours, rules=("WORK-06",),
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
        "appointment", starts=("receive",), stops=("arrive", "cancel"), pauses=("waiting",), promise=True,
        agreed="appointment", rules=("WORK-07", "WORK-19"),
    ),
    Clock(
        "finish", starts=("receive",), stops=("finish", "cancel"), pauses=("waiting",), promise=True,
        agreed="finish_by", resumes=("reopen",),
    ),
    Clock(
        "slip", starts=("assign",), stops=("return_slip",), pauses=("waiting",),
        within="repair.slip", when=lambda fields: "slip_exception" not in fields, rules=("WORK-05",),
    ),
)  # fmt: skip


RULES = (
    *recorded("repair receive taken_by", "WORK-01", "WORK-12"),
    *computed("repair clock arrival", "WORK-02", "WORK-03"),
    *enforced("repair receive", "WORK-04", note="urgent utilities come from the policy"),
    *computed("repair clock slip", "WORK-05"),
    *computed("repair clock notify", "WORK-06"),
    *computed("repair clock appointment", "WORK-07", "WORK-19"),
    *recorded("repair assign standard", "WORK-08"),
    *enforced("repair close", "WORK-09", "WORK-23", note="signature, then slip with copies one and two"),
    *recorded("repair pay paid", "WORK-10"),
    *recorded("repair close archived", "WORK-11"),
    *recorded("repair agree appointment", "WORK-16"),
    *computed("repair clock answer", "WORK-17"),
    *computed("repair clock acknowledge", "WORK-18"),
    *enforced("repair finish", "WORK-20"),
    *enforced("repair write_off", "WORK-21", note="cancelled jobs stay open until written off"),
    *recorded("repair rework reason", "WORK-24"),
    *enforced("repair rework", "WORK-25"),
)


def _ahead(said: Receive | Agree, now: Facts) -> Refusal | None:
    return request.later_than_now(said.appointment, now) or request.later_than_now(said.finish_by, now)


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


def _papers_missing(now: Facts) -> Refusal | None:
    """Accepted and signed by the resident, and the slip is back or excused; history may leave that out."""
    if "external" in now.fields:
        return None
    if now.state != "accepted":
        hint = _("Enter first: pm repair accept {id}; or say why it ends: --reason").format(id=now.id)
        return Refusal(_("the resident has not accepted the work."), hint, ("WORK-23",))
    if "signature" not in now.fields:
        hint = _("Enter first: pm repair accept {id} --signature-who NAME --signature-how ink").format(id=now.id)
        return Refusal(_("the resident has not signed."), hint, ("WORK-09", "WORK-23"))
    if "slip_exception" in now.fields or any(action == "return_slip" for action, _at, _by in now.events()):
        return None
    return Refusal(
        _("the slip is not back."),
        _("Enter first: pm repair return-slip {id}").format(id=now.id),
        ("WORK-05",),
    )


def _count(fields: Mapping[str, Node], name: str) -> int:
    return int(str(fields.get(name, "0")))
