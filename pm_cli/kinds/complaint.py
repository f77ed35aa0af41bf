"""Complaint (投诉): judged, handled away from those concerned, told, visited. Rules COMP-01 to COMP-65."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department, Signature
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS, DESK, DIRECTORS, EVERYBODY, RANK
from pm_cli.core.request import later_than_now, visit_leads_to
from pm_cli.core.rule import computed, enforced, guidance, not_applicable, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.types import Attachment, Choice, Flag, Instant, Personal, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Form = Annotated[str, Choice(options=("oral", "written"))]
Complainant = Annotated[str, Choice(options=("owner", "prospective_owner", "target_customer", "other"))]
CONTENTS = ("construction", "design", "sales", "property_management", "customer_service", "other")
Content = Annotated[str, Choice(options=CONTENTS)]
ABOUT = ("manager", "customer_service", "administration", "department", "none")
About = Annotated[str, Choice(options=ABOUT)]
Validity = Annotated[str, Choice(options=("valid", "invalid"))]
MajorReason = Annotated[str, Choice(options=("to_superior", "reputation", "finances"))]
Rung = Annotated[str, Choice(options=("cs_supervisor", "cs_manager", "centre_director", "company"))]

IN_HAND = ("valid", "forwarded", "handling")
UNTOLD = ("recorded", "judging", "invalid", *IN_HAND, "handled", "rectifying")
RESERVED = frozenset({"manager", "customer_service", "administration"})
IMPARTIAL = DIRECTORS | {"administration", "admin"}
MANAGERS = DIRECTORS | {"cs_manager", "admin"}
SUPERVISOR = min(RANK[role] for role in RANK if role.endswith("_supervisor"))


class Complaint(Declaration):
    """Open until a satisfied return visit, a reason of the manager, or the reasons why it is invalid."""

    prefix = "CP"
    open = ("relayed", *UNTOLD, "told", "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "content", "urgent", "validity", "handler", "reply_by")
    search = ("caller", "content", "place", "cause", "persons", "result", "outcome")
    request = True
    resolves = ("handle",)
    reopens = ("reopen",)

    @staticmethod
    def barred(now: Facts, action: str) -> Refusal | None:
        """Customer service keeps out of complaints about itself, everybody out of their own (D-04)."""
        if action in {"urge", "note", "accept"}:
            return None
        if "customer_service" in concerned(now, now.fields) and not now.by.may(IMPARTIAL):
            return Refusal(
                _("it is about customer service, whose people keep out of it."),
                _("Administration or the centre director does it: --as LOGIN"),
                ("COMP-10",),
            )
        if now.fields.get("complained_person") == now.by.id:
            return Refusal(_("nobody deals with a complaint about themselves."), rules=("ROLE-19",))
        return None


class Receive(request.Intake, start=True, to="recorded", by=DESK, rules=("COMP-10", "COMP-13", "COMP-18")):
    """Take a complaint in and write it down"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails", ask=True, rules=("COMP-44",))
    grave: Flag | None = may("Money or name of the company, or several households", rules=("COMP-46",))
    reply_by: Instant | None = may("When the complainant wants the reply", rules=("COMP-43",))
    form: Form | None = may("By word of mouth or in writing", rules=("COMP-01",))
    complainant_class: Complainant | None = may("What the complainant is to the company", rules=("COMP-06",))
    content_class: Content | None = may("What it is about", rules=("COMP-07",))
    complained_about: About | None = may("Whose work it is about", rules=("COMP-21",))
    complained_department: Department | None = may("Department complained about", rules=("COMP-16",))
    complained_person: StaffRef | None = may("Member of staff complained about", rules=("COMP-16",))
    event_time: Instant | None = may("When it happened", rules=("COMP-15",))
    cause: Text | None = may("Why it happened", rules=("COMP-15",))
    course: Text | None = may("How it went", rules=("COMP-15",))
    persons: list[Personal] = may("Who was involved", add=True, rules=("COMP-15",))
    signature: Signature | None = may("The complainant's signature", rules=("COMP-15",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only at the right desk; an imported wish may have passed."""
        return wrong_desk(now, vars(self)) or (None if self.external else later_than_now(self.reply_by, now))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Nobody has judged it yet (COMP-31)."""
        fields.setdefault("validity", "undetermined")


class Relay(Receive, to="relayed", by=EVERYBODY, rules=("COMP-11", "COMP-12")):
    """Enter a first note of a complaint heard elsewhere, for the CS centre to take in"""

    slight: Flag | None = may("It is slight: only such a one may be relayed", rules=("COMP-11",))
    escorted: Flag | None = may("The complainant was led to the CS centre", rules=("COMP-11",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Anybody may note what they heard (D-05)."""
        return later_than_now(self.reply_by, now)


class Accept(Action, of="relayed", to="recorded", by=DESK, rules=("COMP-10", "COMP-12")):
    """Take a relayed complaint in"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails")
    reply_by: Instant | None = may("When the complainant wants the reply")

    def refuse(self, now: Facts) -> Refusal | None:
        """The same desks as for one that comes in directly."""
        return wrong_desk(now, now.fields) or later_than_now(self.reply_by, now)


class Answering:
    """Mixed into every word to the complainant."""

    def refuse(self, now: Facts) -> Refusal | None:
        """Forum and mailbox are answered by the CS centre only (COMP-09)."""
        if now.fields.get("channel") in {"forum", "mailbox"} and not now.by.may(CS | {"admin"}):
            return Refusal(_("forum and mailbox are answered by the CS centre only."), rules=("COMP-09",))
        return None


class Report(Action, by=DESK, rules=("COMP-19", "COMP-35", "COMP-51")):
    """Report it up: every one to CS manager or supervisor, a major one to the centre director"""

    reported_to: Rung = need("How far up")
    company_handler: Text | None = may("Who takes it at the company", rules=("COMP-36",))

    def refuse(self, now: Facts) -> Refusal | None:
        """The company gets what is major, from the centre director (COMP-36)."""
        if self.reported_to == "company" and not (yes(now.fields, "major") and now.by.may(DIRECTORS)):
            return Refusal(_("only the centre director passes on, and only major ones."), rules=("COMP-36",))
        return None


class Sign(Action, by=DESK, rules=("COMP-15", "COMP-27")):
    """Add a signature that was still missing"""

    signature: Signature | None = may("The complainant's signature")
    responsible_signature: Signature | None = may("Signature of who is responsible for the handling")


class Inspect(Action, of=UNTOLD, by=EVERYBODY, rules=("COMP-23",)):
    """Look at the place with the complainant or take photographs"""

    finding: Text = need("What was found", keep=False)
    special: Flag | None = may("A special situation: tell the department manager")
    attachments: list[Attachment] = may("Photographs", add=True)


class Classify(Action, by=DESK, rules=("COMP-07", "COMP-31", "COMP-44")):
    """Say how urgent, grave or major it is and whose work it is about"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails")
    grave: Flag | None = may("Money or name of the company, or several households")
    major: Flag | None = may("Valid, and made to a superior body or of great effect on the company")
    major_reason: MajorReason | None = may("What makes it major")
    content_class: Content | None = may("What it is about")
    complained_about: About | None = may("Whose work it is about")
    case_owner: StaffRef | None = may("Specialist who steers it through the departments", rules=("COMP-52",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Major is a valid complaint with a reason (COMP-31)."""
        major = yes(now.fields, "major") if self.major is None else self.major
        if major and getattr(self, "validity", now.fields.get("validity")) != "valid":
            return Refusal(_("only a valid complaint is major."), _("Take it back: --major no"), ("COMP-31",))
        if major and not (self.major_reason or now.fields.get("major_reason")):
            hint = _("Add --major-reason to_superior, reputation or finances")
            return Refusal(_("what makes it major is missing."), hint, ("COMP-31",))
        return None


class Judge(Classify, of=("recorded", "judging", "invalid", *IN_HAND), rules=("COMP-31", "COMP-32")):
    """Judge whether it is valid: the company is responsible, or it lies within its services"""

    validity: Validity = need("Valid or invalid")
    consulted: list[Text] = may("Leaders asked", add=True, rules=("COMP-49",))
    plan: Text | None = may("What the centre wants done", rules=("COMP-49", "COMP-51"))

    def refuse(self, now: Facts) -> Refusal | None:
        """What was put to the centre is decided there (COMP-33, COMP-49)."""
        if now.fields.get("validity") == self.validity:
            hint = _("To grade it: pm complaint classify {id}").format(id=now.id)
            return Refusal(_("it has been judged so already."), hint)
        if now.state == "judging" and not now.by.may(CS_LEADERS | IMPARTIAL):
            return Refusal(_("the centre was asked and decides."), rules=("COMP-33", "COMP-49"))
        return super().refuse(now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Valid or invalid."""
        return str(given["validity"])


class AskJudgement(Action, of="recorded", to="judging", by=DESK, rules=("COMP-33", "COMP-48")):
    """Put to the centre what you cannot judge yourself"""

    proposal: Text = need("What you propose to do")


class Explain(Answering, Action, of="invalid", to="closed", by=DESK, rules=("COMP-34", "COMP-47")):
    """Tell the complainant courteously why the complaint is invalid; that closes it"""

    explanation: Text = need("The reasons given")


class Reply(Answering, Action, of=UNTOLD, by=DESK, rules=("COMP-43", "COMP-50")):
    """Reply to the complainant: what is being done about it"""

    told: Text = need("What was said", keep=False)
    measures: Text | None = may("Measures drafted")
    expert_opinion: Text | None = may("Opinion of the expert advisory group", rules=("COMP-50",))
    case_owner: StaffRef | None = may("Specialist told to follow it through", rules=("COMP-50",))


class Forward(Action, of=IN_HAND, to="forwarded", by=DESK, rules=("COMP-20", "COMP-22")):
    """Forward a valid complaint to who has to handle it"""

    departments: list[Department] = may("Departments concerned")
    handler: StaffRef | None = may("Who handles it")
    plan: Text | None = may("What is to be done")

    def refuse(self, now: Facts) -> Refusal | None:
        """The manager has seen it (COMP-19); some go to the centre director only (COMP-21, COMP-35)."""
        if not (self.departments or self.handler):
            return Refusal(_("who handles it is missing."), _("Add --departments NAME or --handler LOGIN"))
        if not now.by.may(CS_LEADERS | IMPARTIAL) and not {"reported_to", "proposal"} & now.fields.keys():
            hint = _("Report it first: pm complaint report {id} --reported-to cs_manager").format(id=now.id)
            return Refusal(_("neither CS manager nor supervisor has seen it."), hint, ("COMP-19", "COMP-20"))
        if now.by.may(DIRECTORS) or DIRECTORS.intersection(map(str, staff(now, self.handler).get("role", []))):
            return None
        return reserved(now)


class TakeUp(Action, of=IN_HAND, to="handling", by=EVERYBODY, rules=("COMP-43", "COMP-62")):
    """Start handling: draft the measures at once"""

    measures: Text = need("What will be done")
    handler: StaffRef | None = may("Who handles it")

    def refuse(self, now: Facts) -> Refusal | None:
        """What is the director's is not taken up by others."""
        return reserved(now)


class Convene(Action, of=(*IN_HAND, "rectifying"), to="handling", by=DIRECTORS, rules=("COMP-25",)):
    """The centre director convenes those concerned and names who carries out the solution"""

    plan: Text = need("The solution")
    executing_department: Department = need("Department that carries it out")
    handler: StaffRef | None = may("Who handles it")


class Unsolved(Action, of=(*IN_HAND, "handled"), to="handling", by=EVERYBODY, rules=("COMP-25",)):
    """Note that an attempt did not solve it"""

    reason: Text = need("What did not work", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count the attempts."""
        count(fields, "unsolved")


class Handle(Action, of=IN_HAND, to="handled", by=EVERYBODY, rules=("COMP-26", "COMP-27")):
    """Write down the result of the handling"""

    result: Text = need("What was done")
    handler: StaffRef | None = may("Who handled it")
    handling_opinion: Text | None = may("Handling opinion of who is responsible")
    responsible_signature: Signature | None = may("Signature of who is responsible")

    def refuse(self, now: Facts) -> Refusal | None:
        """Grave or unsolved several times: the centre director convenes first (COMP-25)."""
        steps = [action for action, _at, _by in now.events()]
        since = list(takewhile(lambda action: action != "convene", reversed(steps)))
        often = since.count("unsolved") >= now.value("complaint.unsolved_times").number
        if often or (yes(now.fields, "grave") and since == steps[::-1]):
            hint = _("The director enters the plan: pm complaint convene {id}").format(id=now.id)
            reason = _("it is grave or stayed unsolved several times: the director convenes first.")
            return Refusal(reason, hint, ("COMP-25",))
        return reserved(now)


class Verify(Action, of="handled", by=DESK, rules=("COMP-39",)):
    """Follow up on the spot whether it was really done"""

    verification: Text = need("What was found")

    def refuse(self, now: Facts) -> Refusal | None:
        """Major ones are verified by the CS manager, none by who handled it (COMP-39)."""
        if yes(now.fields, "major") and not now.by.may(MANAGERS):
            return Refusal(_("a major complaint is verified by the CS manager."), rules=("COMP-39",))
        if now.fields.get("handler") == now.by.id:
            return Refusal(_("whoever handled it does not verify it."), rules=("COMP-39", "ROLE-19"))
        return None


class TellOutcome(Answering, Action, of="handled", to="told", by=DESK, rules=("COMP-17", "COMP-29")):
    """Tell the complainant the outcome"""

    outcome: Text = need("What was said")


class Visit(request.Visit, of="told", by=DESK, rules=("COMP-30", "COMP-41")):
    """Return visit: tell how it was solved and ask whether it is right now"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody visits their own job."""
        return request.Visit.refuse(self, now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Satisfied closes it, dissatisfied calls for rectification (AMB-28)."""
        return visit_leads_to(given, "closed", "rectifying")


class Rectify(Action, of=("told", "rectifying"), to="handling", by=DESK, rules=("COMP-41",)):
    """Assign somebody to put right within a limit what the complainant is not satisfied with"""

    rectify_by: Instant = need("Until when")
    handler: StaffRef = need("Who puts it right")

    def refuse(self, now: Facts) -> Refusal | None:
        """The limit lies ahead; what is the director's stays so."""
        return later_than_now(self.rectify_by, now) or reserved(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count the rounds."""
        count(fields, "rounds")


class Close(Action, of=("told", "rectifying"), to="closed", by=MANAGERS, rules=("COMP-30",)):
    """Close it without a satisfied return visit, for a reason (AMB-28)"""

    reason: Text = need("Why it needs nothing more", into="close_reason")


class Reopen(Action, of="closed", by=DESK):
    """Open it again, counted; it keeps its first reply time"""

    reason: Text = need("What the complainant says", keep=False)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Back to handling; what was called invalid is judged anew by the centre."""
        return "judging" if fields.get("validity") == "invalid" else "handling"

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count how often."""
        count(fields, "reopened")


class File(Action, of="closed", by=DESK, rules=("COMP-42",)):
    """File the papers"""

    location: Text = need("Where they are kept")


class Urge(request.Urge):
    """The complainant presses for it: counted on the same record, never a new one"""


class Wait(request.Wait):
    """Stop the clocks while it is the complainant's turn"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(Answering, request.Progress, of=UNTOLD, by=DESK):
    """Tell the complainant how far it is, again and again until it is solved"""


class Agree(request.Agree, by=DESK):
    """Agree a new time for the reply; the one before stays visible in the history (AMB-24)"""

    reply_by: Instant = need("When the reply is given")

    def refuse(self, now: Facts) -> Refusal | None:
        """A new time lies ahead."""
        return later_than_now(self.reply_by, now)


class Move(request.Move, by=DESK):
    """Re-class it into another kind of request; the successor keeps the time of receipt (D-07)"""


def yes(fields: Mapping[str, Node], flag: str) -> bool:
    """Whether a flag is set."""
    return fields.get(flag) == "true"


def count(fields: dict[str, Node], counter: str) -> None:
    """Raise a counter by one."""
    fields[counter] = str(int(str(fields.get(counter, "0"))) + 1)


def staff(now: Facts, login: object) -> Mapping[str, Node]:
    """What is registered about a member of staff; nothing for nobody."""
    person = now.find(str(login)) if login else None
    return person.fields if person else {}


def concerned(now: Facts, said: Mapping[str, Any]) -> set[object]:
    """Whom it is about: as stated, and by department and rank of the person complained about."""
    person = staff(now, said.get("complained_person"))
    found = {said.get("complained_about"), said.get("complained_department"), person.get("department")}
    highest = max((RANK.get(str(role), 0) for role in person.get("role", [])), default=0)
    return found | {"manager"} if highest >= SUPERVISOR else found


def wrong_desk(now: Facts, said: Mapping[str, Any]) -> Refusal | None:
    """The CS centre accepts complaints; administration and personnel those about the centre (COMP-10)."""
    hint = _("Enter a first note instead: pm complaint relay")
    if "customer_service" in concerned(now, said):
        reason, accepting = _("it is about customer service: administration accepts it."), IMPARTIAL
    else:
        reason, accepting = _("it is the CS centre that accepts complaints."), CS | {"admin"}
    return None if now.by.may(accepting) else Refusal(reason, hint, ("COMP-10",))


def reserved(now: Facts) -> Refusal | None:
    """What only the centre director deals with, or whom the director named (COMP-21, COMP-35)."""
    about = concerned(now, now.fields) & RESERVED
    named = now.by.may(DIRECTORS) or now.fields.get("handler") == now.by.id
    if named or not (about or yes(now.fields, "major")):
        return None
    hint = _("Send it up: pm complaint forward {id} --handler LOGIN").format(id=now.id)
    return Refusal(_("it is for the centre director."), hint, ("COMP-21",) if about else ("COMP-35",))


def here(field: str, value: str) -> Callable[[Mapping[str, Node]], bool]:
    """When a term runs that depends on a field and never runs on imported history."""
    return lambda fields: ours(fields) and fields.get(field) == value


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it was taken in here and not imported."""
    return "external" not in fields


def reply_term(fields: Mapping[str, Node]) -> str:
    """Urgency alone decides, gravity does not (COMP-46)."""
    return "complaint.reply.urgent" if yes(fields, "urgent") else "complaint.reply.ordinary"


INTAKE = ("receive", "accept")
SEEN = ("report", "ask_judgement", "forward")
PAUSES = ("waiting",)
CLOCKS = (
    Clock("relay", ("relay",), ("accept",), "complaint.relay", when=ours, rules=("COMP-12",)),
    Clock(
        "reply",
        INTAKE,
        stops=("reply", "tell_outcome", "explain"),
        within=reply_term,
        agreed="reply_by",
        pauses=PAUSES,
        resumes=("reopen",),
        promise=True,
        rules=("COMP-43", "COMP-44", "COMP-45", "COMP-46"),
    ),
    Clock("seen", INTAKE, SEEN, "complaint.seen", when=ours, rules=("COMP-19",)),
    Clock("judge", INTAKE, ("judge", "ask_judgement"), "complaint.judge", when=ours, rules=("COMP-48",)),
    Clock("decide", ("ask_judgement",), ("judge",), "complaint.decide", rules=("COMP-33", "COMP-49")),
    Clock(
        "invalid_reason",
        ("judge",),
        stops=("explain",),
        within="complaint.invalid_reason",
        no_later="reply_by",
        renews=("judge",),
        when=here("validity", "invalid"),
        rules=("COMP-47",),
    ),
    Clock("invalid_latest", INTAKE, ("explain",), "complaint.invalid_latest", when=here("validity", "invalid")),
    Clock(
        "escalate",
        INTAKE,
        stops=("report",),
        within="complaint.escalate.urgent",
        no_later="reply_by",
        when=here("urgent", "true"),
        rules=("COMP-51",),
    ),
    Clock(
        "escalate_major",
        INTAKE,
        stops=("report",),
        within="complaint.escalate.major",
        when=here("major", "true"),
        done=lambda fields: fields.get("reported_to") in {"centre_director", "company"},
        rules=("COMP-35", "COMP-51"),
    ),
    Clock(
        "major_account",
        ("report", "ask_judgement"),
        stops=("reply", "tell_outcome"),
        within="complaint.major_account",
        when=here("major", "true"),
        rules=("COMP-50",),
    ),
    Clock(
        "forward",
        ("judge",),
        stops=("forward", "take_up", "convene", "handle"),
        within="complaint.forward",
        renews=("judge",),
        when=here("validity", "valid"),
        rules=("COMP-22",),
    ),
    Clock(
        "progress",
        INTAKE,
        stops=("tell_outcome", "explain"),
        within="complaint.progress",
        pauses=PAUSES,
        renews=("progress", "reply", "rectify", "reopen"),
        when=ours,
        rules=("COMP-28",),
    ),
    Clock("rectify", ("rectify",), ("handle",), agreed="rectify_by", renews=("rectify",), rules=("COMP-41",)),
    Clock(
        "visit",
        ("tell_outcome",),
        stops=("visit",),
        within="complaint.visit",
        pauses=PAUSES,
        renews=("tell_outcome",),
        when=ours,
        done=lambda fields: fields.get("visit_result") != "unreachable",
        rules=("COMP-30",),
    ),
)

SIGNATURES = {"signature": ("recorded", "judging", *IN_HAND), "responsible_signature": ("handled", "told")}

RULES = (
    *guidance("complaint receive", "COMP-02", note=N_("Discontent put as a suggestion is a complaint.")),
    *guidance("complaint receive", "COMP-14", note=N_("Apologise, listen, say what will be done better.")),
    *recorded("complaint receive form", "COMP-01"),
    *recorded("complaint receive", "COMP-03", note="a kind of its own beside the other demands of residents"),
    *recorded("complaint receive first_contact", "COMP-05"),
    *recorded("complaint receive complainant_class", "COMP-06"),
    *recorded("complaint receive content_class", "COMP-07"),
    *recorded("complaint receive channel", "COMP-08"),
    *recorded("complaint receive caller", "COMP-13"),
    *recorded("complaint receive course", "COMP-15", note="beside time, place, cause, persons, signature"),
    *recorded("complaint receive complained_person", "COMP-16"),
    *recorded("complaint receive content", "COMP-18"),
    *enforced("complaint receive", "COMP-10"),
    *recorded("complaint relay slight", "COMP-11"),
    *computed("complaint clock relay", "COMP-12"),
    *computed("complaint clock reply", "COMP-43", "COMP-44", "COMP-45", "COMP-46"),
    *computed("complaint clock seen", "COMP-19"),
    *enforced("complaint report", "COMP-36"),
    *computed("complaint clock escalate", "COMP-51"),
    *computed("complaint clock major_account", "COMP-50"),
    *recorded("complaint inspect finding", "COMP-23"),
    *enforced("complaint classify", "COMP-31"),
    *recorded("complaint classify case_owner", "COMP-52"),
    *recorded("complaint judge validity", "COMP-32"),
    *enforced("complaint judge", "COMP-33"),
    *computed("complaint clock judge", "COMP-48"),
    *computed("complaint clock decide", "COMP-49"),
    *computed("complaint clock invalid_reason", "COMP-47"),
    *enforced("complaint explain", "COMP-34"),
    *enforced("complaint reply", "COMP-09"),
    *enforced("complaint forward", "COMP-20", "COMP-21"),
    *computed("complaint clock forward", "COMP-22"),
    *enforced("complaint take_up", "COMP-35"),
    *recorded("complaint take_up handler", "COMP-62"),
    *guidance("complaint take_up", "COMP-55", note=N_("The department's head answers for its complaints.")),
    *enforced("complaint handle", "COMP-25"),
    *recorded("complaint handle result", "COMP-26"),
    *recorded("complaint handle responsible_signature", "COMP-27"),
    *guidance("complaint handle", "COMP-60", note=N_("Solve the real problem, fair to both sides.")),
    *recorded("complaint note text", "COMP-38"),
    *enforced("complaint verify", "COMP-39"),
    *guidance("complaint verify", "COMP-59", note=N_("Go by facts and evidence, and respect the customer.")),
    *computed("complaint clock progress", "COMP-28"),
    *recorded("complaint tell_outcome outcome", "COMP-17", "COMP-29", note="log and ledger are views (D-06)"),
    *enforced("complaint tell_outcome", "COMP-65", note="the order of the states"),
    *enforced("complaint close", "COMP-30"),
    *computed("complaint clock rectify", "COMP-41"),
    *recorded("complaint file location", "COMP-42"),
    *not_applicable("the complaint supervisor is a local title of the CS supervisor (D-30)", "COMP-61"),
    *not_applicable("the manuals announce it and do not contain it", "COMP-63", "COMP-64"),
)
