"""Consultation (咨询): a question is answered at once or at the time agreed. Rules CONS-01 to CONS-30."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Department
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS, DIRECTORS, EVERYBODY
from pm_cli.core.rule import computed, enforced, guidance, not_applicable, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.types import Choice, Flag, Instant, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Topic = Annotated[
    str, Choice(options=("security", "engineering", "letting", "management", "construction", "fees", "other"))
]
CloseReason = Annotated[str, Choice(options=("duplicate", "withdrawn", "transferred", "other"))]
ConsultationRef = Annotated[str, Link(kinds=("consultation",))]

FROM_PAPERS = frozenset({"management", "construction", "fees"})
"""Topics answered on the ground of laws and official papers (CONS-23)."""
HANDLERS = CS | {"admin"}
MANAGERS = DIRECTORS | {"cs_manager"}
LEADERS = CS_LEADERS | DIRECTORS
APPROVERS = frozenset({"property_department_manager", "company_leader"})

UNANSWERED = ("recorded", "agreed", "transferred", "approval_asked", "approved", "with_manager")
ANSWERED = ("answered", "directed")


class Consultation(Declaration):
    """Open until it is answered and that is settled; what was answered at once is closed at once."""

    prefix = "CN"
    open = (*UNANSWERED, *ANSWERED, "dissatisfied", "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "topic", "important", "department", "answer_by")
    search = ("content", "answer", "caller", "place")
    request = True
    sort = "topic"
    resolves = ("answer", "direct")
    reopens = ("reopen",)


class Ask(request.Intake, start=True, to="recorded", by=EVERYBODY, rules=("CONS-01", "CONS-05", "CONS-10")):
    """Write a resident's question into the work ledger, with the answer if it can be given now"""

    topic: Topic | None = may("What it is about", rules=("CONS-14", "CONS-23"))
    important: Flag | None = may("Law, press, safety or many households", rules=("CONS-12",))
    major: Flag | None = may("To go up like a major complaint", rules=("CONS-28",))
    outside_estate: Flag | None = may("The estate cannot answer it itself, such as title papers", rules=("CONS-15",))
    sensitive: Flag | None = may("Touches the interests of company or developer", rules=("CONS-25",))
    answer_by: Instant | None = may("Time agreed for the answer", rules=("CONS-09",))
    answer: Text | None = may("Answer given at once", rules=("CONS-11",))
    legal_basis: Text | None = may("Paper or law it rests on", rules=("CONS-23",))

    def refuse(self, now: Facts) -> Refusal | None:
        """An answer at once is bound by the same rules as a later one; history is taken in as it was."""
        if self.external:
            return None
        if self.answer and (refusal := unfounded(now, vars(self))):
            return refusal
        return request.later_than_now(self.answer_by, now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Answered at once is done, unless leaders have to hear of it first."""
        if "answer" not in given:
            return None
        return "answered" if marked(fields, "important") or marked(fields, "major") else "closed"


class Agree(request.Agree, of=UNANSWERED, rules=("CONS-09", "CONS-11", "CONS-26")):
    """Agree with the resident when the answer comes"""

    answer_by: Instant = need("Time of the answer")

    def refuse(self, now: Facts) -> Refusal | None:
        """The time lies ahead."""
        return request.later_than_now(self.answer_by, now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """A question that others have already stays with them."""
        elsewhere = {"department", "manager"} & fields.keys() or marked(fields, "outside_estate")
        return None if elsewhere else "agreed"


class Report(Action, of=OPEN, by=EVERYBODY, rules=("CONS-12", "CONS-28")):
    """Report an important question to the CS officer, a major one to the centre"""

    reported_to: StaffRef = need("Leader told")

    def refuse(self, now: Facts) -> Refusal | None:
        """A major question goes to the head of the centre at once."""
        if marked(now.fields, "major"):
            return unless_holds(now, self.reported_to, MANAGERS, "CONS-28")
        return unless_holds(now, self.reported_to, LEADERS, "CONS-12")


class Transfer(Action, of=UNANSWERED, to="transferred", by=HANDLERS, rules=("CONS-03", "CONS-04", "CONS-13")):
    """Have another department answer; the agreed time stays binding"""

    department: Department = need("Department that answers")
    told: StaffRef | None = may("Who was told there")
    remark: Text | None = may("For the remark column")


class Coordinate(Action, of="transferred", by=DIRECTORS, rules=("CONS-14",)):
    """The property manager settles what departments cannot agree on"""

    decision: Text = need("What was settled")


class AskApproval(Action, of=UNANSWERED, to="approval_asked", by=HANDLERS, rules=("CONS-15",)):
    """Ask the property-department manager about a question the estate cannot answer itself"""

    proposal: Text | None = may("Answer or way proposed")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Whoever asks says that it lies outside the estate."""
        fields["outside_estate"] = "true"


class Approve(Action, of="approval_asked", to="approved", by=APPROVERS, rules=("CONS-15",)):
    """Say what may be answered"""

    approval: Text | None = may("What may be said, if not what was proposed")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody approves what they asked for themselves."""
        if ("ask_approval", now.by.id) in {(action, by) for action, _at, by in now.events()}:
            return Refusal(_("nobody approves their own request."), _("Act as somebody else: --as LOGIN"), ("ROLE-19",))
        return None


class ReceiveByManager(Action, of=UNANSWERED, to="with_manager", by=HANDLERS, rules=("CONS-26",)):
    """Ask the CS manager to receive the resident about a hard question"""

    manager: StaffRef = need("Who receives them")
    answer_by: Instant | None = may("When")

    def refuse(self, now: Facts) -> Refusal | None:
        """A manager, and a time that lies ahead."""
        refusal = unless_holds(now, self.manager, MANAGERS, "CONS-26")
        return refusal or request.later_than_now(self.answer_by, now)


class Answer(Action, of=UNANSWERED, to="answered", by=EVERYBODY, rules=("CONS-09", "CONS-10", "CONS-11")):
    """Answer the question"""

    answer: Text = need("What was answered")
    legal_basis: Text | None = may("Paper or law it rests on", rules=("CONS-23",))
    answered_through: Channel | None = may("How the answer reached the resident", rules=("CONS-11",))
    came_twice: Flag | None = may("The resident had to come again for it", rules=("CONS-11",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Customer service answers, or the department it was transferred to."""
        if not now.by.may(HANDLERS) and now.fields.get("department") != now.by.department:
            hint = _("Customer service transfers it first: pm consultation transfer {id}").format(id=now.id)
            return Refusal(_("it was not transferred to your department."), hint, ("CONS-03", "CONS-13"))
        return unfounded(now, {**now.fields, "legal_basis": self.legal_basis or now.fields.get("legal_basis")})


class Direct(Action, of=UNANSWERED, to="directed", by=HANDLERS, rules=("CONS-15", "CONS-24")):
    """Explain that it lies outside property management and tell the best way to settle it"""

    way: Text = need("Where to turn, what to bring")

    def refuse(self, now: Facts) -> Refusal | None:
        """Not before approval."""
        return unapproved(now, now.fields)


class Visit(request.Visit, of=(*ANSWERED, "closed")):
    """Return visit after a later answer: a satisfied resident closes it"""

    def refuse(self, now: Facts) -> Refusal | None:
        """What leaders must hear of is not closed behind their back."""
        return super().refuse(now) or unreported(now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Only a clear answer moves it."""
        return request.visit_leads_to(given, "closed", "dissatisfied")


class Close(
    Action,
    of=(*UNANSWERED, *ANSWERED, "dissatisfied", "waiting"),
    to="closed",
    by=HANDLERS,
    rules=("CONS-03",),
):
    """Close an answered question, or say why it needs no answer"""

    reason: CloseReason | None = may("Why it ends without an answer", into="close_reason")
    duplicate_of: ConsultationRef | None = may("The question it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nothing ends without outcome (DISP-12), nor before leaders have heard what they must."""
        if now.state not in ANSWERED and not self.reason and "external" not in now.fields:
            hint = _("Enter first: pm consultation answer {id}; or say why: --reason").format(id=now.id)
            return Refusal(_("it has not been answered."), hint, ("CONS-30",))
        return unreported(now)


class Reopen(Action, of=(*ANSWERED, "dissatisfied", "closed"), to="recorded", by=HANDLERS):
    """The answer does not help: take it up again; the time first agreed still counts"""

    reason: Text = need("What is still open", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it."""
        fields["reopened"] = str(int(str(fields.get("reopened", "0"))) + 1)


class Wait(request.Wait, of=UNANSWERED):
    """Stop the clocks while papers or word of the resident are awaited"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is; for a major question the first account"""


class Urge(request.Urge):
    """The resident presses for the answer: counted here, never a new question"""


class Move(request.Move, of=(*UNANSWERED, "waiting"), rules=("CONS-27",)):
    """Re-class into a complaint or a repair; the time of receipt stays"""


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def marked(fields: Mapping[str, object], flag: str) -> bool:
    """Whether a yes-or-no field says yes, typed or stored."""
    return fields.get(flag) in {True, "true"}


CLOCKS = (
    Clock(
        "answer", starts=("ask",), stops=("ask", "answer", "direct"), pauses=("waiting",), promise=True,
        within=lambda fields: "consultation.answer" if ours(fields) else "", agreed="answer_by",
        done=lambda fields: "answer" in fields or "way" in fields, resumes=("reopen",),
        rules=("CONS-09", "CONS-26"),
    ),
    Clock(
        "report", starts=("ask",), stops=("report",), within="consultation.report",
        when=lambda fields: ours(fields) and marked(fields, "important"), rules=("CONS-12",),
    ),
    Clock(
        "to_centre", starts=("ask",), stops=("report",), within="consultation.to_centre",
        when=lambda fields: ours(fields) and marked(fields, "major"), rules=("CONS-28",),
    ),
    Clock(
        "first_account", starts=("report",), stops=("progress", "answer", "direct"), pauses=("waiting",),
        within="consultation.first_account", when=lambda fields: marked(fields, "major"), rules=("CONS-28",),
    ),
)  # fmt: skip

RULES = (
    *recorded("consultation ask content", "CONS-01", "CONS-10", "CONS-29"),
    *enforced("consultation transfer", "CONS-03", note="customer service alone passes on, directs and closes"),
    *recorded("consultation transfer department", "CONS-04"),
    *recorded("consultation ask first_contact", "CONS-05", note="any employee may take a question"),
    *guidance(
        "consultation ask",
        "CONS-06",
        note=N_("Receive the resident sincerely and kindly; answer warmly, patiently, carefully and correctly."),
    ),
    *guidance(
        "consultation answer",
        "CONS-07",
        note=N_("Know the daily running of engineering, concierge, clubhouse and finance."),
    ),
    *computed("consultation clock answer", "CONS-09"),
    *recorded("consultation answer came_twice", "CONS-11"),
    *computed("consultation clock report", "CONS-12"),
    *enforced("consultation answer", "CONS-13", "CONS-15", "CONS-23"),
    *recorded("consultation coordinate decision", "CONS-14"),
    *guidance("consultation answer", "CONS-19", note=N_("Never quarrel with a person asking.")),
    *guidance(
        "consultation answer",
        "CONS-20",
        note=N_('No "don\'t know", "can\'t be done" or "not my job": no excuses, nobody sent round.'),
    ),
    *recorded("consultation direct way", "CONS-24"),
    *guidance("consultation answer", "CONS-25", note=N_("Harm the interests of none: company, developer, resident.")),
    *enforced("consultation receive_by_manager", "CONS-26"),
    *not_applicable("a kind of its own with its own flow (D-27); `move` re-classes what is a complaint", "CONS-27"),
    *computed("consultation clock first_account", "CONS-28"),
    *enforced("consultation close", "CONS-30"),
)


def unfounded(now: Facts, fields: Mapping[str, object]) -> Refusal | None:
    """Why an answer may not be given yet: no approval, or no paper to rest on (CONS-15, CONS-23)."""
    if refusal := unapproved(now, fields):
        return refusal
    if fields.get("topic") in FROM_PAPERS and not fields.get("legal_basis") and "external" not in now.fields:
        return Refusal(_("an answer on this topic rests on papers or law."), _("Add --legal-basis TEXT"), ("CONS-23",))
    return None


def unapproved(now: Facts, fields: Mapping[str, object]) -> Refusal | None:
    """A question outside the estate waits for the property-department manager (CONS-15)."""
    if not marked(fields, "outside_estate") or any(action == "approve" for action, _at, _by in now.events()):
        return None
    hint = _("Enter it without the answer, then: pm consultation ask-approval {id}").format(id=now.id)
    return Refusal(_("the property-department manager has not approved an answer."), hint, ("CONS-15",))


def unreported(now: Facts) -> Refusal | None:
    """An important or major question that no leader has heard of stays open (CONS-12, CONS-28)."""
    due = ours(now.fields) and (marked(now.fields, "important") or marked(now.fields, "major"))
    if not due or "reported_to" in now.fields:
        return None
    hint = _("Enter first: pm consultation report {id} --reported-to LOGIN").format(id=now.id)
    return Refusal(_("it has not been reported."), hint, ("CONS-12",))


def unless_holds(now: Facts, login: str, roles: frozenset[str], rule: str) -> Refusal | None:
    """Refuse a member of staff who holds none of these roles."""
    person = now.find(login)
    if person and roles.intersection(person.fields.get("role", ())):
        return None
    return Refusal(_("{who} is not the leader asked for.").format(who=login), rules=(rule,))
