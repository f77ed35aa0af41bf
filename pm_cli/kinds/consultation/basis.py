"""What all parts of a consultation rest on: its states, who may do what, and why an answer has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Shape, may
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS, CS_LEADERS, DIRECTORS
from pm_cli.core.policy import PolicyError
from pm_cli.core.request import agreed_anew
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Instant, Link, Natural, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

InfoRef = Annotated[str, Link(kinds=("info",))]
TOPICS = ("security", "engineering", "letting", "management", "construction", "fees", "other")
Topic = Annotated[str, Choice(options=TOPICS)]

UNANSWERED = ("recorded", "agreed", "transferred", "approval_asked", "approved", "with_manager")
ANSWERED = ("answered", "directed")

FROM_PAPERS = frozenset({"management", "construction", "fees"})
"""Topics answered on the ground of laws and official papers (CONS-23)."""
EXPERT = {
    "security": frozenset({"security", "concierge"}),
    "engineering": frozenset({"engineering", "project"}),
    "letting": frozenset({"administration", "clubhouse", "company", "finance", "project", "property_management"}),
}
"""Topics whose answer is worked out with the department concerned, and which that may be (CONS-14, ROLE-14)."""
HANDLERS = CS | {"admin"}
MANAGERS = DIRECTORS | {"cs_manager"}
APPROVERS = frozenset({"property_department_manager", "company_leader"})
"""Who approves an answer on what the estate cannot answer itself (CONS-15)."""
LEADERS = CS_LEADERS | DIRECTORS


class Timed(Shape):
    """Mixed into every step by which the time of the answer may be agreed; one that was agreed already is counted."""

    answer_by: Instant | None = may("Time of the answer", rules=("CONS-09",))
    reason: Text | None = may("Why the time moves", keep=False)
    postponed: Natural | None = may("How often the time agreed has moved (counted by pm)")

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """How often it has moved, with this time."""
        moves = self.answer_by and "answer_by" in now.fields
        return {"postponed": str(int(str(now.fields.get("postponed", "0"))) + 1)} if moves else {}

    def mistimed(self, now: Facts) -> Refusal | None:
        """Why the time does not hold: it has passed, or nobody says why it is not the one agreed before (CONS-09)."""
        return agreed_anew(now, {"answer_by": self.answer_by}, self.reason)


def ours(fields: Mapping[str, object]) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def marked(fields: Mapping[str, object], flag: str) -> bool:
    """Whether a yes-or-no field says yes, typed or stored."""
    return fields.get(flag) in {True, "true"}


def answered(fields: Mapping[str, object]) -> bool:
    """Whether it was answered or the way was pointed."""
    return "answer" in fields or "way" in fields


def setting(now: Facts, key: str) -> str:
    """What the policy says of consultations in a word or a list; "" where the estate has not said or ended it."""
    try:
        return now.value(f"consultation.{key}").text or ""
    except PolicyError:
        return ""


def unfounded(now: Facts, fields: Mapping[str, object], entries: Iterable[str] | None) -> Refusal | None:
    """Why an answer may not be given yet: not approved, the experts not asked, no paper to rest on (CONS-14 to CONS-23)."""
    if refusal := unapproved(now, fields) or unsorted(now, fields) or unasked(now, fields, entries):
        return refusal
    if fields.get("topic") in FROM_PAPERS and not fields.get("legal_basis") and ours(now.fields):
        return Refusal(_("an answer on this topic rests on papers or law."), _("Add --legal-basis TEXT"), ("CONS-23",))
    return None


def unapproved(now: Facts, fields: Mapping[str, object]) -> Refusal | None:
    """A question outside the estate waits for the property-department manager (CONS-15)."""
    if not marked(fields, "outside_estate") or any(action == "approve" for action, _at, _by in now.events()):
        return None
    hint = _("Enter it without the answer, then: pm consultation ask-approval {id}")
    if now.state:
        hint = _("Ask for it: pm consultation ask-approval {id}")
    hint = hint.format(id=now.id)
    return Refusal(_("the property-department manager has not approved an answer."), hint, ("CONS-15",))


def unsorted(now: Facts, fields: Mapping[str, object]) -> Refusal | None:
    """What the question is about decides who answers and on what ground, so that is known first (CONS-14, CONS-23)."""
    if fields.get("topic") or not ours(now.fields):
        return None
    hint = _("Add --topic {topics}").format(topics=", ".join(TOPICS))
    return Refusal(_("what it is about decides what an answer rests on."), hint, ("CONS-14", "CONS-23"))


def unasked(now: Facts, fields: Mapping[str, object], entries: Iterable[str] | None) -> Refusal | None:
    """An expert answer is not the desk's own: the department, the information file or the property manager give it (CONS-14)."""
    experts = EXPERT.get(str(fields.get("topic")), frozenset())
    if not experts or entries or not ours(now.fields) or now.by.may(DIRECTORS):
        return None
    if experts & {now.by.department, *asked(now.fields)}:
        return None
    hint = _(
        "Without the answer, then: pm consultation transfer {id} --department NAME; or name the entry: --info CODE"
    )
    hint = hint.format(id=now.id)
    return Refusal(_("on this topic the department concerned has not been asked."), hint, ("CONS-14",))


def asked(fields: Mapping[str, object]) -> set[str]:
    """The departments a question was transferred to: the one that answers, and those that help."""
    assisting = fields.get("assisting")
    return {str(fields.get("department", "")), *(assisting if isinstance(assisting, list) else ())}


def out_of_use(now: Facts, entries: Iterable[str] | None) -> Refusal | None:
    """No answer rests on an entry of the information file that was given up (CONS-08)."""
    for code in entries or ():
        entry = now.find(code)
        if entry and entry.state == "retired":
            message = _("{code} is no longer in the information file.").format(code=code)
            return Refusal(message, _("What counts now: pm info list --open"), ("CONS-08", "CONS-11"))
    return None


def unreported(now: Facts) -> Refusal | None:
    """An important or major question that no leader has heard of stays open, and a question (CONS-12, CONS-28)."""
    due = ours(now.fields) and (marked(now.fields, "important") or marked(now.fields, "major"))
    if not due or "reported_to" in now.fields:
        return None
    hint = _("Enter first: pm consultation report {id} --reported-to LOGIN").format(id=now.id)
    return Refusal(_("it has not been reported."), hint, ("CONS-12", "CONS-28"))


def unless_holds(now: Facts, login: str, roles: frozenset[str], rule: str) -> Refusal | None:
    """Refuse a member of staff who holds none of these roles."""
    person = now.find(login)
    if person and roles.intersection(person.fields.get("role", ())):
        return None
    return Refusal(_("{who} is not the leader asked for.").format(who=login), rules=(rule,))
