"""The sheet goes to the departments responsible, who sign for it and answer. Rules SHEET-13 to SHEET-15, SHEET-26."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department, Signature
from pm_cli.core.person import CS_LEADERS, DIRECTORS, EVERYBODY
from pm_cli.core.rank import concerned
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Attachment, StaffRef, Text
from pm_cli.kinds.sheet.custody import COME_BACK, OUT, all_have, copies, enter, handover, meant, move, unclear
from pm_cli.kinds.sheet.filling import RECORDED, complete
from pm_cli.kinds.sheet.signing import Pressed, request_of, roles, unsigned_visit

if TYPE_CHECKING:
    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields

MANAGERS = DIRECTORS | {"cs_manager"}


class Issue(Action, of="filled", to="issued", rules=("SHEET-13",)):
    """Hand it over to the departments and enter that in the handover book"""

    cs_opinion: Text = need("Opinion of customer service")
    departments: list[Department] = need("Departments responsible", rules=("SHEET-15",))
    forwarded_by: StaffRef | None = may("CS manager or supervisor who decided that", rules=("SHEET-15",))
    source_record: Attachment | None = may("Call note or letter, if not attached yet", rules=("SHEET-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """What has to be on it or behind it, and who says where it goes."""
        return self._unfounded(now) or self._misdirected(now)

    def _unfounded(self, now: Facts) -> Refusal | None:
        """Signed by who came in person; else with the call note, the letter or the request it rides on behind it."""
        if refusal := unsigned_visit(now):
            return refusal
        behind = self.source_record or now.fields.get("source_record") or now.fields.get("request")
        if behind or now.fields.get("channel") == "visit":
            return None
        hint = _("Attach it: --source-record FILE")
        return Refusal(_("the call note or letter is missing."), hint, ("SHEET-12",))

    def _misdirected(self, now: Facts) -> Refusal | None:
        """Repairs go to engineering, complaints and suggestions where those say who decide (WORK-01, COMP-20, SUGG-02)."""
        asked = _asked(now)
        if asked == "repair" and "engineering" not in self.departments:
            return Refusal(_("repairs go to engineering."), "--departments engineering", ("SHEET-15",))
        decides = roles(now, self.forwarded_by) if self.forwarded_by else now.by.roles
        hint = _("Name who decided: --forwarded-by LOGIN")
        if _about_cs(now) and not decides & DIRECTORS:
            why = _("it is about customer service: the centre director says where it goes.")
            return Refusal(why, hint, ("SHEET-15", "COMP-21"))
        if asked == "complaint" and not decides & CS_LEADERS:
            return Refusal(_("the CS manager or supervisor says where this goes."), hint, ("SHEET-15",))
        if asked == "suggestion" and not decides & MANAGERS:
            return Refusal(_("the CS manager says where a suggestion goes."), hint, ("SHEET-15", "SUGG-02"))
        return self._past_who_is_in_charge(now)

    def _past_who_is_in_charge(self, now: Facts) -> Refusal | None:
        """A situation report goes to the department it was passed to (SUGG-01)."""
        request = request_of(now)
        department = str(request.fields.get("department", "")) if request and request.kind == "situation" else ""
        if not request or not department or department in self.departments:
            return None
        why = _("{department} is in charge of {id}.").format(department=word("value", department), id=request.id)
        return Refusal(why, f"--departments {department}", ("SHEET-15", "SUGG-01"))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """One line of the handover book each; the counterfoil stays with the issuer (SHEET-30)."""
        fields["handover"] = {str(name): {"given_at": at} for name in given["departments"]}
        move(fields, at, "departments", *COME_BACK, "department")
        move(fields, at, "issuer", "counterfoil")


class Receive(Action, of=OUT, by=EVERYBODY, rules=("SHEET-14",)):
    """Sign for it in the handover book"""

    department: Department | None = may("Department that takes it over, if there are several", keep=False)
    receiver: Signature = need("Whoever takes it over", keep=False)
    charge_standard: Text | None = may("Charge standard of a paid job", keep=False, rules=("WORK-08",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only a department it was handed to, and only once."""
        return None if meant(now.fields, self.department, "received_at") else unclear(now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The line in the handover book."""
        enter(fields, given, "received_at", at)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Received when all departments have signed."""
        return "received" if all_have(fields, "received_at") else None


class Remind(Action, of=OUT, rules=("SHEET-26",)):
    """Press for its return"""

    channel: Pressed = need("How", keep=False)
    department: Department | None = may("Department pressed (default: all that still have it)", keep=False)
    reminded: StaffRef | None = may("Who was spoken to", keep=False)


class Return(Action, of=OUT, by=EVERYBODY, rules=("SHEET-06",)):
    """Give it back finished, with the department's opinion"""

    department: Department | None = may("Department that gives it back, if there are several", keep=False)
    opinion: Text = need("The department's opinion", keep=False)
    signatory: Signature = need("Who signed for the department", keep=False)
    result: Text | None = may("What was done", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """What was never signed for cannot be given back (SHEET-14)."""
        name = meant(now.fields, self.department, "returned_at")
        if not name:
            return unclear(now)
        if "received_at" in handover(now.fields)[name]:
            return None
        why = _("{department} has not signed for it in the handover book.")
        hint = f"pm sheet receive {now.id} --department {name} --receiver-who NAME --receiver-how ink"
        return Refusal(why.format(department=word("value", name)), hint, ("SHEET-14",))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The line in the handover book; the last department sends it home."""
        enter(fields, given, "returned_at", at)
        if all_have(fields, "returned_at"):
            move(fields, at, "desk", *COME_BACK)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Returned when all departments have answered; accepted if the resident has signed before."""
        if not all_have(fields, "returned_at"):
            return None
        return "accepted" if "acceptance_opinion" in fields else "returned"


def issuer(now: Facts) -> str:
    """Who issued it."""
    return next((by for action, _when, by in now.events() if action == "issue"), "")


def _asked(now: Facts) -> object:
    """What is asked for: what the request is that it rides on, whatever the paper says."""
    request = request_of(now)
    return request.kind if request and request.kind in RECORDED else now.fields.get("reason_kind")


def _about_cs(now: Facts) -> bool:
    """Whether the complaint it rides on is about customer service or one of its people (COMP-21)."""
    request = request_of(now)
    if not request or request.kind != "complaint":
        return False
    return "customer_service" in concerned(now, request.fields)


def taken_over(fields: Fields) -> bool:
    """Whether every department has signed for it, or it has come back before they did."""
    held = copies(fields)
    back = all(held[name]["place"] != "departments" for name in COME_BACK if name in held)
    return back or all_have(fields, "received_at")


CLOCKS = (
    Clock(
        "issue", starts=("fill", "complete"), stops=("issue", "explain"), upon=complete,
        within="sheet.issue", rules=("SHEET-13",),
    ),
    Clock(
        "receipt", starts=("issue",), stops=("receive", "suspend", "terminate", "explain"), renews=("resume",),
        within="sheet.receipt", done=taken_over, rules=("SHEET-14",),
    ),
)  # fmt: skip

RULES = (
    *recorded("sheet return opinion", "SHEET-06", note="and where each copy is, as many as the policy says"),
    *enforced(
        "sheet issue", "SHEET-13", note="within the term of clock issue, also where the signature is still missing"
    ),
    *enforced(
        "sheet issue",
        "SHEET-15",
        note="by the kind of the request, without which none is filled in; who decided stands in the handover book",
    ),
    *enforced("sheet return", "SHEET-14", note="issued stays open until all have signed the handover book"),
    *recorded("sheet remind department", "SHEET-26"),
)
