"""Situation report (情况反映): goes to the department in charge and comes back answered. Rules SUGG-01, SUGG-13."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS, DESK, EVERYBODY
from pm_cli.core.policy import span
from pm_cli.core.rule import computed, enforced
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, Instant, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

SheetRef = Annotated[str, Link(kinds=("sheet",))]
SituationRef = Annotated[str, Link(kinds=("situation",))]
CloseReason = Annotated[str, Choice(options=("duplicate", "withdrawn", "no_contact", "other"))]

UNANSWERED = ("recorded", "at_department")
ANSWERED = ("answered", "collected")
BACK_AT_DESK = frozenset({"collected", "terminated", "filed"})
"""States of a countersign sheet whose copies have come back complete or with the reasons why not."""


class Situation(Declaration):
    """Open until the department has answered, its sheet is back and the resident was visited."""

    prefix = "SR"
    open = (*UNANSWERED, *ANSWERED, "dissatisfied", "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "content", "department", "handler", "reply_by", "visit_result")
    search = ("content", "caller", "place", "answer")
    request = True
    sort = "department"
    resolves = ("answer",)
    reopens = ("reopen",)


class Receive(request.Intake, start=True, to="recorded", by=EVERYBODY, rules=("SUGG-01",)):
    """Write down in detail what a resident reports, and pass it to the department in charge if that is clear"""

    department: Department | None = may("Department in charge of the matter", ask=True, rules=("SUGG-01",))
    reply_by: Instant | None = may("When the resident wants to hear of it")

    def refuse(self, now: Facts) -> Refusal | None:
        """A time agreed lies ahead, and not too far."""
        return request.later_than_now(self.reply_by, now) or too_far(now, self.reply_by, now.at)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """With a department named it is passed on at once."""
        return "at_department" if "department" in given else None


class PassOn(Action, of=UNANSWERED, to="at_department", by=DESK, rules=("SUGG-01",)):
    """Pass it to the department in charge, or to another one that really is"""

    department: Department = need("Department in charge of the matter")
    handler: StaffRef | None = may("Who takes it there")

    def refuse(self, now: Facts) -> Refusal | None:
        """With its sheet, and not twice to the same."""
        if now.state == "recorded" or now.fields.get("department") != self.department or self.handler:
            return request.without_sheet(now, "situation")
        return Refusal(_("{department} has it already.").format(department=word("value", self.department)))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Whoever had it in another department has it no longer."""
        if "handler" not in given:
            fields.pop("handler", None)


class Answer(Action, of="at_department", to="answered", by=EVERYBODY, rules=("SUGG-01", "SUGG-13")):
    """Write down what the department found and did, as the resident is told"""

    answer: Text = need("What was found and done")
    handler: StaffRef | None = may("Who looked into it")

    def refuse(self, now: Facts) -> Refusal | None:
        """The department in charge answers on the sheet, or customer service writes down what it says."""
        if now.by.may(DESK) or now.fields.get("department") == now.by.department:
            return request.without_sheet(now, "situation")
        hint = _("Customer service passes it on first: pm situation pass-on {id}").format(id=now.id)
        return Refusal(_("it was not passed to your department."), hint)


class Collect(Action, of="answered", to="collected", rules=("SUGG-01", "SUGG-13")):
    """Note that its countersign sheet is back"""

    sheet: SheetRef = need("Countersign sheet that was issued for it")

    def refuse(self, now: Facts) -> Refusal | None:
        """This report's sheet, and it is back."""
        sheet = now.find(self.sheet)
        if sheet is None or linked(str(sheet.fields.get("request", ""))) != now.id:
            return Refusal(_("{sheet} does not ride on this report.").format(sheet=linked(self.sheet)))
        if sheet.state in BACK_AT_DESK:
            return None
        hint = _("Enter first: pm sheet collect {sheet}").format(sheet=sheet.id)
        return Refusal(_("sheet {sheet} is not back.").format(sheet=sheet.id), hint, ("SHEET-21",))


class Visit(request.Visit, of=(*ANSWERED, "dissatisfied")):
    """Return visit: ask whether it is settled"""

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """The discontent have it settled first; closing needs the sheet too."""
        return request.visit_leads_to(given, "collected" if "sheet" in fields else "answered", "dissatisfied")


class Close(Action, of=(*UNANSWERED, *ANSWERED, "dissatisfied", "waiting"), to="closed", by=CS, rules=("SUGG-13",)):
    """Close it: answered, sheet back, resident visited"""

    reason: CloseReason | None = may("Why it ends without that", into="close_reason")
    remark: Text | None = may("Particulars", into="close_remark")
    duplicate_of: SituationRef | None = may("The report it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """A sheet that is out is always waited for; a leader may leave out the rest for a reason."""
        here = BACK_AT_DESK | {"filled"} if self.reason else BACK_AT_DESK
        out = next((seen.id for seen in now.open("sheet", request=now.id) if seen.state not in here), "")
        if out:
            hint = _("Enter first: pm sheet collect {sheet}").format(sheet=out)
            return Refusal(_("sheet {sheet} is not back.").format(sheet=out), hint, ("SHEET-21",))
        if "external" in now.fields:
            return None
        if self.reason:
            return _unfounded(self, now)
        if now.state not in ANSWERED:
            hint = _("Enter first: pm situation answer {id} --answer TEXT").format(id=now.id)
            return Refusal(_("it has not been answered."), hint)
        if now.fields.get("visit_result") == "satisfied" or now.fields.get("anonymous") == "true":
            return None
        hint = _("Enter first: pm situation visit {id} --way phone --result satisfied; or say why not: --reason")
        return Refusal(_("no return visit has found the resident satisfied."), hint.format(id=now.id), ("RV-10",))


class Reopen(Action, of=(*ANSWERED, "dissatisfied", "closed"), by=DESK, to="at_department"):
    """The department takes it up again, counted; the time first promised stays"""

    reason: Text = need("What is still open", keep=False)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What never went to a department is passed on first."""
        return None if "department" in fields else "recorded"

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count it; the earlier visit and end no longer count."""
        fields["reopened"] = str(int(str(fields.get("reopened", "0"))) + 1)
        for name in ("visit_result", "attempts", "close_reason", "close_remark", "duplicate_of"):
            fields.pop(name, None)


class Urge(request.Urge):
    """The resident presses for it: counted here, never a new report"""


class Wait(request.Wait, of=UNANSWERED):
    """Stop the clocks while it is the resident's turn"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is"""


class Agree(request.Agree, of=UNANSWERED):
    """Agree with the resident when they hear of it"""

    reply_by: Instant = need("Time of the answer")

    def refuse(self, now: Facts) -> Refusal | None:
        """The time lies ahead and not too far from receipt; one agreed before moves for a reason (AMB-24)."""
        _action, received, _by = now.events()[0]
        return super().refuse(now) or too_far(now, self.reply_by, received)


class Move(request.Move):
    """Re-class it into another kind of request; the time of receipt stays (D-07)"""


def ours(fields: Fields) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def too_far(now: Facts, reply_by: datetime | None, received: datetime) -> Refusal | None:
    """Why the desk does not put the answer off that long: from some days after receipt on a CS leader does (SUGG-01)."""
    longest = str(now.value("situation.longest").text)
    if reply_by is None or reply_by <= received + span(longest) or now.by.may(CS_LEADERS) or "external" in now.fields:
        return None
    reason = _("more than {term} after receipt is for a CS leader to agree.").format(term=longest)
    return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("SUGG-01",))


def _unfounded(said: Close, now: Facts) -> Refusal | None:
    """Why a reason does not do: not a leader's word, not explained, or the resident not tried often enough (AMB-44)."""
    if not now.by.may(CS_LEADERS):
        return Refusal(_("a CS leader ends it for a reason."), _("Act as somebody else: --as LOGIN"))
    if said.reason == "duplicate":
        return request.no_duplicate(now, said.duplicate_of)
    if not said.remark:
        return Refusal(_("the reason is missing."), _("Add --remark TEXT"))
    return request.tried_too_little(now, "situation") if said.reason == "no_contact" else None


CLOCKS = (
    request.AWAITED,
    Clock(
        "pass_on", starts=("receive",), stops=("receive", "complete", "pass_on", "reopen"), renews=("reopen",),
        pauses=("waiting",), within="situation.pass_on", when=ours, done=lambda fields: "department" in fields,
        rules=("SUGG-01",),
    ),
    Clock(
        "answer", starts=("receive",), stops=("answer",), pauses=("waiting",), resumes=("reopen",), promise=True,
        within=lambda fields: "sheet.collect" if ours(fields) else "", agreed="reply_by",
        rules=("SUGG-01", "SHEET-21"),
    ),
    Clock(
        "visit", starts=("answer",), stops=("visit",), renews=("answer",), within="situation.visit", when=ours,
        done=lambda fields: fields.get("visit_result") != "unreachable", rules=("RV-10", "RV-17"),
    ),
    Clock(
        "close", starts=("visit",), stops=("close", "reopen"), renews=("visit",), within="situation.close",
        when=lambda fields: ours(fields) and fields.get("visit_result") != "unreachable", rules=("SUGG-13",),
    ),
)  # fmt: skip

RULES = (
    *enforced(
        "situation answer",
        "SUGG-01",
        note="not without its countersign sheet (policy sheet.requests), and within the hours of one: clock answer",
    ),
    *computed("situation clock pass_on", "DISP-18", note="it does not lie at the desk"),
)
