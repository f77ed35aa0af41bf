"""What all parts of a consultation rest on: its states, who may do what, and why an answer has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS, CS_LEADERS, DIRECTORS
from pm_cli.core.policy import PolicyError
from pm_cli.core.text import _
from pm_cli.core.types import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Facts

InfoRef = Annotated[str, Link(kinds=("info",))]

UNANSWERED = ("recorded", "agreed", "transferred", "approval_asked", "approved", "with_manager")
ANSWERED = ("answered", "directed")

FROM_PAPERS = frozenset({"management", "construction", "fees"})
"""Topics answered on the ground of laws and official papers (CONS-23)."""
EXPERT = frozenset({"security", "engineering", "letting"})
"""Topics whose answer is worked out with the department concerned (CONS-14)."""
HANDLERS = CS | {"admin"}
MANAGERS = DIRECTORS | {"cs_manager"}
LEADERS = CS_LEADERS | DIRECTORS


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
    if refusal := unapproved(now, fields) or unasked(now, fields, entries):
        return refusal
    if fields.get("topic") in FROM_PAPERS and not fields.get("legal_basis") and ours(now.fields):
        return Refusal(_("an answer on this topic rests on papers or law."), _("Add --legal-basis TEXT"), ("CONS-23",))
    return None


def unapproved(now: Facts, fields: Mapping[str, object]) -> Refusal | None:
    """A question outside the estate waits for the property-department manager (CONS-15)."""
    if not marked(fields, "outside_estate") or any(action == "approve" for action, _at, _by in now.events()):
        return None
    hint = _("Enter it without the answer, then: pm consultation ask-approval {id}").format(id=now.id)
    return Refusal(_("the property-department manager has not approved an answer."), hint, ("CONS-15",))


def unasked(now: Facts, fields: Mapping[str, object], entries: Iterable[str] | None) -> Refusal | None:
    """An expert answer is not the desk's own: the department, the information file or the property manager give it (CONS-14)."""
    alone = fields.get("topic") in EXPERT and "department" not in now.fields and ours(now.fields)
    if not alone or entries or now.by.may(DIRECTORS) or now.by.department == fields["topic"]:
        return None
    hint = _(
        "Without the answer, then: pm consultation transfer {id} --department NAME; or name the entry: --info CODE"
    )
    hint = hint.format(id=now.id)
    return Refusal(_("on this topic the department concerned has not been asked."), hint, ("CONS-14",))


def out_of_use(now: Facts, entries: Iterable[str] | None) -> Refusal | None:
    """No answer rests on an entry of the information file that was given up (CONS-08)."""
    for code in entries or ():
        entry = now.find(code)
        if entry and entry.state == "retired":
            message = _("{code} is no longer in the information file.").format(code=code)
            return Refusal(message, _("What counts now: pm info list --open"), ("CONS-08", "CONS-11"))
    return None


def unless_holds(now: Facts, login: str, roles: frozenset[str], rule: str) -> Refusal | None:
    """Refuse a member of staff who holds none of these roles."""
    person = now.find(login)
    if person and roles.intersection(person.fields.get("role", ())):
        return None
    return Refusal(_("{who} is not the leader asked for.").format(who=login), rules=(rule,))
