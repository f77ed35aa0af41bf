"""Countersign sheet (会签单): goes to the departments and comes back. Rules SHEET-01 to SHEET-35."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

from pm_cli.core.action import ANY, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Department, Person, Signature, SignedHow
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS, DESK, DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.policy import span
from pm_cli.core.request import RequestRef
from pm_cli.core.rule import computed, enforced, guidance, recorded
from pm_cli.core.text import N_, _, word
from pm_cli.core.types import Attachment, Choice, Flag, Instant, Personal, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]
    Lines = dict[str, dict[str, Node]]

COPIES = ("archive", "cs_filing", "department", "counterfoil")
"""Parts of form F-01: the departments keep the third (WORK-09), the issuer the fourth (AMB-12)."""
COME_BACK = ("archive", "cs_filing")
OUT = ("issued", "received")
UNDER_WAY = (*OUT, "returned", "accepted")

Asked = Annotated[str, Choice(options=("repair", "complaint", "situation", "special_service", "suggestion", "other"))]
NotFeasible = Annotated[str, Choice(options=("outside_capacity", "third_party", "not_offered_yet"))]
Pressed = Annotated[str, Choice(options=("phone", "in_person", "message"))]
Finding = Annotated[str, Choice(options=("good", "poor"))]
Copy = Annotated[str, Choice(options=COPIES)]


class Sheet(Declaration):
    """Under way until all departments have answered and the resident has signed; then filed."""

    prefix = "CS"
    paused_because = "stop_explanation"
    open = ("filled", *UNDER_WAY, "collected", "suspended", "terminated", "explained", "forwarded")
    closed = ("filed",)
    columns = ("unit", "reason_kind", "reason_for_visit", "departments", "request")
    handler = "collector"
    summary = "reason_for_visit"
    search = ("reason_for_visit", "requester", "cs_opinion")
    sort = "reason_kind"


SIGNATURES = {"requester_signature": ("filled", *UNDER_WAY)}


class Requester(Person):
    """Who asks: never without a name and a way of contact (SHEET-33)."""

    name: Personal = need("Name")
    phone: Personal = need("Phone or other way of contact")


class BackAtDesk:
    """Mixed into what brings the sheet back to customer service."""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Two copies come back."""
        _move(fields, at, "desk", *COME_BACK)


class Fill(Action, start=True, to="filled", rules=("SHEET-08", "SHEET-09")):
    """Fill in the sheet at once when a request comes in"""

    unit: UnitRef = need("Flat or public place")
    channel: Channel = need("How it came in")
    reason_kind: Asked = need("What is asked for", rules=("SHEET-01", "SHEET-07"))
    reason_for_visit: Text = need("Situation and demand, clear and brief", rules=("SHEET-10",))
    requester: Requester = need("Who asks", rules=("SHEET-33",))
    signature: Signature | None = may("By the requester", into="requester_signature", rules=("SHEET-11",))
    request: RequestRef | None = may("Request it rides on")
    source_record: Attachment | None = may("Call note or letter it is filled from", rules=("SHEET-12",))
    attachments: list[Attachment] = may("Further pages, signed as well", add=True, rules=("SHEET-10",))
    first_contact: StaffRef | None = may("Who was asked first, if somebody else", rules=("SHEET-31",))
    copies: list[Copy] = may("Copies of the form, where it lacks some", keep=False, rules=("SHEET-06",))

    def refuse(self, now: Facts) -> Refusal | None:
        """It has the copies of the policy (D-13) and is about the same unit as its request (SHEET-09)."""
        policy = now.value("sheet.copies").items
        if set(self.copies or COPIES) != set(policy):
            hint = " ".join(f"--copies {name}" for name in policy)
            return Refusal(_("the form has other copies."), hint, ("SHEET-06",))
        request = now.find(self.request) if self.request else None
        if request and request.fields.get("unit") != self.unit:
            return Refusal(_("{id} is about another unit.").format(id=request.id), rules=("SHEET-09",))
        return None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """All copies lie at the desk."""
        names = given.get("copies") or COPIES
        fields.setdefault("copies", {str(name): {"place": "desk", "since": at} for name in names})


class Sign(Action, of=Sheet.open, rules=("SHEET-11", "SHEET-12")):
    """Add the requester's signature"""

    signature: Signature = need("By the requester", into="requester_signature")

    def refuse(self, now: Facts) -> Refusal | None:
        """One signature never covers another."""
        return Refusal(_("the requester has signed already.")) if "requester_signature" in now.fields else None


class Issue(Action, of="filled", to="issued", rules=("SHEET-13",)):
    """Hand it over to the departments and enter that in the handover book"""

    cs_opinion: Text = need("Opinion of customer service")
    departments: list[Department] = need("Departments responsible", rules=("SHEET-15",))
    forwarded_by: StaffRef | None = may("CS manager or supervisor who decided that", rules=("SHEET-15",))
    source_record: Attachment | None = may("Call note or letter, if not attached yet", rules=("SHEET-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """What has to be on it or behind it, and who says where it goes (WORK-01, COMP-20, SUGG-02)."""
        if now.fields.get("channel") == "visit":
            if refusal := _unsigned(now, "SHEET-11"):
                return refusal
        elif not (self.source_record or now.fields.get("source_record") or now.fields.get("request")):
            hint = _("Attach it: --source-record FILE")
            return Refusal(_("the call note or letter is missing."), hint, ("SHEET-12",))
        asked = now.fields.get("reason_kind")
        if asked == "repair" and "engineering" not in self.departments:
            return Refusal(_("repairs go to engineering."), "--departments engineering", ("SHEET-15",))
        decides = _roles(now, self.forwarded_by) if self.forwarded_by else now.by.roles
        if asked in {"complaint", "suggestion"} and not decides & CS_LEADERS:
            hint = _("Name who decided: --forwarded-by LOGIN")
            return Refusal(_("the CS manager or supervisor says where this goes."), hint, ("SHEET-15",))
        return None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """One line of the handover book each; the counterfoil stays with the issuer (SHEET-30)."""
        fields["handover"] = {str(name): {"given_at": at} for name in given["departments"]}
        _move(fields, at, "departments", *COME_BACK, "department")
        _move(fields, at, "issuer", "counterfoil")


class Receive(Action, of=OUT, by=EVERYBODY, rules=("SHEET-14",)):
    """Sign for it in the handover book"""

    department: Department | None = may("Department that takes it over, if there are several", keep=False)
    receiver: Signature = need("Whoever takes it over", keep=False)
    charge_standard: Text | None = may("Charge standard of a paid job", keep=False, rules=("WORK-08",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only a department it was handed to, and only once."""
        return None if _meant(now.fields, self.department, "received_at") else _unclear(now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The line in the handover book."""
        _enter(fields, given, "received_at", at)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Received when all departments have signed."""
        return "received" if _all_have(fields, "received_at") else None


class Remind(Action, of=OUT, rules=("SHEET-26",)):
    """Press for its return"""

    channel: Pressed = need("How", keep=False)
    department: Department | None = may("Department pressed (default: all that still have it)", keep=False)
    reminded: StaffRef | None = may("Who was spoken to", keep=False)


class Extend(Action, of=UNDER_WAY, by=CS_LEADERS, rules=("SHEET-24",)):
    """Give it more time because the work goes on"""

    due: Instant = need("New due time")
    reason: Text = need("Why", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Later than it is due now, by what the policy allows at a time, any number of times (AMB-10)."""
        present = _present_due(now)
        latest = present + span(now.value("sheet.extension").text or "")
        if present < self.due <= latest:
            return None
        why = _("it is due {present:%Y-%m-%d %H:%M} and can be extended to {latest:%Y-%m-%d %H:%M} now.")
        return Refusal(why.format(present=present, latest=latest), _("Later it can be extended again."))


class Suspend(BackAtDesk, Action, of=OUT, to="suspended", by=DESK | HEADS, rules=("SHEET-24", "SHEET-25")):
    """Stop the work for a time; the sheet comes back with an explanation the department's head signed"""

    explanation: Text = need("Why it cannot be finished", into="stop_explanation")
    head: StaffRef = need("Head of the responsible department who signed", into="stop_signed_by")
    signed: SignedHow = need("Ink on paper, scan, or at the desk", into="stop_signed_how")

    def refuse(self, now: Facts) -> Refusal | None:
        """The head of a department that has the sheet, or of the centre, answers for that (SHEET-25)."""
        roles, person, book = _roles(now, self.head), now.find(self.head), _handover(now.fields)
        if roles & DIRECTORS or (person and roles & HEADS and person.fields.get("department") in book):
            return None
        names = ", ".join(word("value", name) for name in book)
        return Refusal(_("{who} is not the head of {names}.").format(who=self.head, names=names))


class Terminate(Suspend, of=(*OUT, "returned", "suspended"), to="terminated"):
    """End the work unfinished; the sheet comes back with an explanation the department's head signed"""


class Resume(Action, of="suspended", to="issued", rules=("SHEET-24",)):
    """Hand it over again; the clock runs on with the hours that were left"""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Departments that are not done sign for it anew."""
        book = _handover(fields)
        fields["handover"] = {name: line if "returned_at" in line else {"given_at": at} for name, line in book.items()}
        _move(fields, at, "departments", *COME_BACK)


class Return(Action, of=OUT, by=EVERYBODY, rules=("SHEET-06",)):
    """Give it back finished, with the department's opinion"""

    department: Department | None = may("Department that gives it back, if there are several", keep=False)
    opinion: Text = need("The department's opinion", keep=False)
    signatory: Signature = need("Who signed for the department", keep=False)
    result: Text | None = may("What was done", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """What was never signed for cannot be given back (SHEET-14)."""
        name = _meant(now.fields, self.department, "returned_at")
        if not name:
            return _unclear(now)
        if "received_at" in _handover(now.fields)[name]:
            return None
        why = _("{department} has not signed for it in the handover book.")
        hint = f"pm sheet receive {now.id} --department {name} --receiver-who NAME --receiver-how ink"
        return Refusal(why.format(department=word("value", name)), hint, ("SHEET-14",))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The line in the handover book; the last department sends it home."""
        _enter(fields, given, "returned_at", at)
        if _all_have(fields, "returned_at"):
            _move(fields, at, "desk", *COME_BACK)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Returned when all departments have answered; accepted if the resident has signed before."""
        if not _all_have(fields, "returned_at"):
            return None
        return "accepted" if "acceptance_opinion" in fields else "returned"


class Explain(BackAtDesk, Action, of=("filled", *OUT, "returned", "suspended"), to="explained"):
    """Explain to the resident that the centre cannot do it"""

    rules = ("SHEET-16", "SHEET-34")
    reason: NotFeasible = need("Why not", into="not_feasible")
    explanation: Text = need("What was explained", into="situation_note")
    apologised: Flag | None = may("We apologised and promised a notice once it is offered")
    reported_to: Department | None = may("Department that was told of the wish")

    def refuse(self, now: Facts) -> Refusal | None:
        """A service not offered yet is not lightly refused (SHEET-34)."""
        if self.reason != "not_offered_yet" or (self.apologised and self.reported_to):
            return None
        why = _("for a service not offered yet we apologise, promise a notice and pass the wish on.")
        return Refusal(why, "--apologised yes --reported-to DEPARTMENT", ("SHEET-34",))


class Forward(Action, of="explained", to="forwarded", rules=("SHEET-17",)):
    """Copy what the resident reported to the third party"""

    third_party: Text = need("To whom")


class Prove(Action, of="forwarded", to="collected", rules=("SHEET-17",)):
    """Attach the third party's proof; with it the matter counts as resolved"""

    proof: Attachment = need("Receipt or fax letter")


class Accept(Action, of=(*OUT, "returned", "explained"), rules=("SHEET-22", "SHEET-23")):
    """Write down the acceptance opinion, signed by the resident"""

    opinion: Text = need("Acceptance opinion", into="acceptance_opinion")
    signature: Signature | None = may("By the resident", into="client_signature")
    director: StaffRef | None = may("Centre director who accepts instead", into="accepted_by")
    special_case_reason: Text | None = may("Why the director accepts")

    def refuse(self, now: Facts) -> Refusal | None:
        """The resident signs; in a special case the centre director accepts instead."""
        if self.director and not _roles(now, self.director) & DIRECTORS:
            return Refusal(_("{who} is not the centre director.").format(who=self.director))
        if self.signature or (self.director and self.special_case_reason):
            return None
        hint = "--signature-who NAME --signature-how ink | --director LOGIN --special-case-reason TEXT"
        return Refusal(_("the resident has not signed."), hint)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What was explained is back already; anything else still needs the opinions of all departments."""
        if "not_feasible" in fields:
            return "collected"
        return "accepted" if _all_have(fields, "returned_at") else None


class Delegate(Action, of=UNDER_WAY, by=CS_LEADERS, rules=("SHEET-19",)):
    """Appoint somebody to collect it because the issuer cannot"""

    collector: StaffRef = need("Receptionist who collects it")
    reason: Text = need("Why the issuer cannot", keep=False)


class Collect(Action, of=("returned", "accepted"), to="collected", requires=("acceptance_opinion",)):
    """Take it in at the desk, complete"""

    rules = ("SHEET-18", "SHEET-20", "SHEET-22")
    issuer_absent: Flag | None = may("Signed in for an issuer who is absent")

    def refuse(self, now: Facts) -> Refusal | None:
        """By whoever issued it, was appointed or stands in; signed at the latest by now (AMB-14)."""
        if "accepted_by" not in now.fields and (refusal := _unsigned(now, "SHEET-12")):
            return refusal
        issuer = next((by for action, _when, by in now.events() if action == "issue"), "")
        if self.issuer_absent or now.by.id in {issuer, now.fields.get("collector")}:
            return None
        hint = _("If absent: --issuer-absent yes; otherwise a leader appoints you: pm sheet delegate {id}")
        return Refusal(_("{who} issued it and collects it.").format(who=issuer), hint.format(id=now.id))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The counterfoil has done its service (SHEET-30)."""
        _move(fields, at, "desk", "counterfoil")


class File(Action, of=("collected", "terminated"), rules=("SHEET-29",)):
    """Put one copy where it is kept; the sheet is filed when all are"""

    copy: Copy = need("Which copy", keep=False)
    location: Text = need("Archive, folder or box", keep=False)
    keeper: StaffRef | None = may("Archivist who took it", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Each copy once."""
        lies = _copies(now.fields).get(self.copy, {"place": "filed"})
        return Refusal(_("no such copy is left to file.")) if lies["place"] == "filed" else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Where the copy lies and who keeps it."""
        said = {name: given[name] for name in ("location", "keeper") if name in given}
        fields["copies"] = {**_copies(fields), str(given["copy"]): {"place": "filed", "since": at, **said}}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Filed when every copy is."""
        return "filed" if all(lies["place"] == "filed" for lies in _copies(fields).values()) else None


class Supervise(Action, of=ANY, by=CS, rules=("SHEET-04",)):
    """Note what the sheet shows of attitude and service quality"""

    department: Department = need("Department", keep=False)
    finding: Finding = need("Good or poor", keep=False)
    remark: Text = need("What the sheet shows", keep=False)
    served_by: StaffRef | None = may("Who served", keep=False)


class Print(Action, of=(*Sheet.open, *Sheet.closed), rules=("SHEET-06",)):
    """Print one copy; from the second time on it is marked as a reprint"""

    copy: Copy = need("Which copy", keep=False)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count the prints of each copy."""
        so_far, copy = fields.get("prints"), str(given["copy"])
        prints = so_far if isinstance(so_far, dict) else {}
        fields["prints"] = {**prints, copy: str(int(str(prints.get(copy, "0"))) + 1)}


def _copies(fields: Fields) -> Lines:
    return cast("Lines", fields.get("copies", {}))


def _move(fields: dict[str, Node], at: str, place: str, *names: str) -> None:
    moved: Lines = {name: {"place": place, "since": at} for name in names}
    fields["copies"] = {name: moved.get(name, lies) for name, lies in _copies(fields).items()}


def _handover(fields: Fields) -> Lines:
    return cast("Lines", fields.get("handover", {}))


def _meant(fields: Fields, named: Node | None, lacking: str) -> str:
    """The department whose line still lacks something: the one named, or the only one; otherwise none."""
    waiting = [name for name, line in _handover(fields).items() if lacking not in line]
    return next((name for name in waiting if name == named or (named is None and len(waiting) == 1)), "")


def _unclear(now: Facts) -> Refusal:
    names = ", ".join(word("value", name) for name in _handover(now.fields))
    return Refusal(_("say which department, each once: {names}.").format(names=names), "--department NAME")


def _enter(fields: dict[str, Node], given: Fields, mark: str, at: str) -> None:
    book, name = _handover(fields), _meant(fields, given.get("department"), mark)
    if name:
        said = {key: value for key, value in given.items() if key != "department"}
        fields["handover"] = {**book, name: {**book[name], mark: at, **said}}


def _all_have(fields: Fields, mark: str) -> bool:
    return all(mark in line for line in _handover(fields).values())


def _roles(now: Facts, login: str) -> set[str]:
    person = now.find(login)
    held = person.fields.get("role", []) if person else []
    return {str(role) for role in held}


def _unsigned(now: Facts, rule: str) -> Refusal | None:
    hint = f"pm sheet sign {now.id} --signature-who NAME --signature-how ink"
    signed = "requester_signature" in now.fields
    return None if signed else Refusal(_("the requester has not signed."), hint, (rule,))


def _present_due(now: Facts) -> datetime:
    """When it is due as things stand: as last agreed or by the policy, moved by the suspensions since."""
    agreed, events = now.fields.get("due"), now.events()
    since = max(when for action, when, _by in events if action == ("extend" if agreed else "issue"))
    term = span(now.value("sheet.collect").text or "")
    due = datetime.fromisoformat(str(agreed)) if agreed else since + term
    stopped = since
    for action, when, _by in events:
        if when >= since and action == "suspend":
            stopped = when
        elif when >= since and action == "resume" and stopped <= due:
            due += when - stopped
    return due


def _complete(fields: Fields) -> bool:
    return all(fields.get(name) for name, spec in Fill.fields.items() if spec.required)


def _taken_over(fields: Fields) -> bool:
    copies = _copies(fields)
    back = all(copies[name]["place"] != "departments" for name in COME_BACK if name in copies)
    return back or _all_have(fields, "received_at")


CLOCKS = (
    Clock(
        "fill",
        starts=("fill",),
        stops=("fill", "complete"),
        within="sheet.fill",
        done=_complete,
        rules=("SHEET-08",),
    ),
    Clock(
        "late_signature",
        starts=("fill",),
        stops=("fill", "complete", "sign"),
        within="sheet.late_sign",
        when=lambda fields: fields.get("channel") not in {None, "visit"},
        done=lambda fields: "requester_signature" in fields,
        rules=("SHEET-12",),
    ),
    Clock(
        "receipt",
        starts=("issue",),
        stops=("receive", "suspend", "terminate", "explain"),
        renews=("resume",),
        within="sheet.receipt",
        done=_taken_over,
        rules=("SHEET-14",),
    ),
    Clock(
        "return",
        starts=("issue",),
        stops=("collect", "explain", "terminate"),
        within="sheet.collect",
        agreed="due",
        pauses=("suspended",),
        rules=("SHEET-21", "SHEET-24"),
    ),
)

RULES = (
    *recorded("sheet fill reason_kind", "SHEET-01", "SHEET-07"),
    *recorded("sheet supervise finding", "SHEET-04"),
    *recorded("sheet return opinion", "SHEET-06", note="and where each copy is, as many as the policy says"),
    *computed("sheet clock fill", "SHEET-08"),
    *enforced("sheet issue", "SHEET-09", note="a sheet with gaps is a draft and is not issued"),
    *recorded("sheet fill reason_for_visit", "SHEET-10"),
    *enforced("sheet issue", "SHEET-11", "SHEET-12", "SHEET-13", "SHEET-15"),
    *enforced("sheet return", "SHEET-14", note="issued stays open until all have signed the handover book"),
    *recorded("sheet explain explanation", "SHEET-16"),
    *enforced("sheet prove", "SHEET-17", note="the only way out of forwarded"),
    *enforced("sheet collect", "SHEET-18", "SHEET-22"),
    *enforced("sheet delegate", "SHEET-19"),
    *recorded("sheet collect issuer_absent", "SHEET-20"),
    *computed("sheet clock return", "SHEET-21"),
    *enforced("sheet accept", "SHEET-23"),
    *enforced("sheet extend", "SHEET-24"),
    *enforced("sheet suspend", "SHEET-25"),
    *recorded("sheet remind department", "SHEET-26"),
    *computed("report weekly", "SHEET-27", note="sheets that came back out of those due, by clock return"),
    *computed("report weekly", "SHEET-28", note="the same by issuer"),
    *enforced("sheet file", "SHEET-29"),
    *recorded("sheet file location", "SHEET-30", note="the counterfoil is the issuer's until collection"),
    *recorded("sheet fill first_contact", "SHEET-31"),
    *guidance("sheet fill", "SHEET-32", note=N_("Send nobody to another department: pass it on yourself.")),
    *enforced("sheet fill", "SHEET-33", note="no sheet without name, address, way of contact and demand"),
    *enforced("sheet explain", "SHEET-34"),
    *enforced("sheet collect", "SHEET-35", note="the states and what leads from one to the next"),
)
