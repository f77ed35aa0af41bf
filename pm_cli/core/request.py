"""What all requests share: intake, urging, waiting for the resident, progress told, return visit, moving."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import BACK, OPEN, Action, Facts, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Person
from pm_cli.core.person import CS, CS_LEADERS, DESK, DIRECTORS, EVERYBODY
from pm_cli.core.policy import span
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Flag, Instant, Link, StaffRef, Text, UnitRef, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

REQUESTS = ("complaint", "repair", "consultation", "suggestion", "situation")
RequestRef = Annotated[str, Link(kinds=REQUESTS)]
RequestKind = Annotated[str, one_of(*REQUESTS)]
FormRef = Annotated[str, Link(kinds=("return_visit",))]
WaitReason = Annotated[str, one_of("not_at_home", "resident_asked", "papers_awaited", "third_party", "parts_awaited")]
VisitWay = Annotated[str, one_of("home", "phone", "site", "other")]
VisitResult = Annotated[str, one_of("satisfied", "partly", "dissatisfied", "unreachable")]


class Intake(Action):
    """First contact: who asks what and where; `first_contact` never changes (SHEET-31, SHEET-33)."""

    unit: UnitRef = need("Flat or public place")
    channel: Channel = need("How it came in", rules=("COMP-08",))
    content: Text = need("What happened and what is asked for", rules=("SHEET-10",))
    caller: Person | None = may("Who asks")
    anonymous: Flag | None = may("The caller gives no name")
    place: Text | None = may("Where exactly, if not the whole unit")
    first_contact: StaffRef | None = may("Who was asked first (default: whoever enters it)", rules=("SHEET-31",))
    attachments: list[Attachment] = may("Call note, letter, photographs", add=True, rules=("SHEET-12",))
    moved_from: RequestRef | None = may("Request it was re-classed from")
    external: Text | None = may("System and number it was imported from")


class Urge(Action, of=(OPEN, "draft"), by=EVERYBODY):
    """The resident presses for it: counted on the same record, never a new one"""

    note: Text | None = may("What was said", keep=False)


class Wait(Action, of=OPEN, to="waiting", by=DESK | {"technician"}):
    """Stop the clocks while it is the resident's turn"""

    wait_reason: WaitReason = need("What is awaited")
    wait_until: Instant | None = may("Until when, if not the usual days", ask=True)
    note: Text | None = may("Particulars", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """The end of it lies ahead, and not beyond what the policy allows: clocks that stand still hide what is owed."""
        if refusal := later_than_now(self.wait_until, now):
            return refusal
        longest = now.value("request.wait_longest")
        if (
            self.wait_until is None
            or now.by.may(CS_LEADERS | DIRECTORS)
            or self.wait_until <= now.at + span(str(longest.text))
        ):
            return None
        hint = _("A leader enters it: --as LOGIN; or name an earlier day and look again then")
        return Refusal(_("it waits {longest} at most.").format(longest=str(longest.text)), hint, ("AMB-27",))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Waiting once more has an end of its own."""
        if "wait_until" not in given:
            fields.pop("wait_until", None)


class Resume(Action, of="waiting", to=BACK, by=DESK | {"technician"}):
    """Go on: the clocks run again with what was left"""

    note: Text | None = may("What has come", keep=False)


class Progress(Action, of=(OPEN, "draft"), by=CS, rules=("COMP-28",)):
    """Tell the resident how far it is"""

    told: Text = need("What was said", keep=False)


class Agree(Action, of=(OPEN, "draft"), by=CS):
    """Agree a time with the resident; the one before stays visible in the history (AMB-24)"""

    reason: Text | None = may("Why the time moves", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """The times given lie ahead; one that was agreed before moves for a reason."""
        times = {name: value for name, value in vars(self).items() if isinstance(value, datetime)}
        return agreed_anew(now, times, self.reason)


class Visit(Action, by=CS):
    """Return visit: ask the resident whether it is right now"""

    way: VisitWay = need("Face to face at home, by phone, on the spot", keep=False)
    result: VisitResult = need("What the resident says", into="visit_result")
    remark: Text | None = may("In the resident's words", keep=False)
    visit_form: FormRef | None = may("Return-visit form it stands on (made by pm)", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody visits their own job."""
        if now.fields.get("handler") == now.by.id:
            return Refusal(_("whoever did the work does not visit."), _("Act as somebody else: --as LOGIN"), ("RV-16",))
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Attempts in vain are counted until somebody is reached (AMB-44)."""
        made = int(str(fields.pop("attempts", "0")))
        if given.get("result") == "unreachable":
            fields["attempts"] = str(made + 1)


class Move(Action, of=OPEN, to="moved", by=CS):
    """Re-class into another kind of request; the successor keeps the time of receipt (D-07)"""

    to_kind: RequestKind = need("What it really is", keep=False)
    reason: Text = need("Why", keep=False)
    moved_to: RequestRef | None = may("The successor (made by pm)")


AWAITED = Clock(
    "awaited",
    ("wait",),
    stops=("resume",),
    within="request.awaited",
    agreed="wait_until",
    renews=("wait",),
    when=lambda fields: "external" not in fields,
    rules=("COMP-28",),
)
"""Whoever stopped the clocks looks again in time: what is awaited has come, or it is awaited until another day."""


def without_sheet(now: Facts, kind: str) -> Refusal | None:
    """Why it goes no further: its countersign sheet has not been filled in (SUGG-01); whether policy asks for one.

    Whoever gives no name can have none (SHEET-33), and history is taken in as it was.
    """
    fields = now.fields
    if "external" in fields or fields.get("anonymous") == "true" or kind not in now.value("sheet.requests").items:
        return None
    _action, received, _by = now.events()[0]
    if any(sheet.state not in {"draft", "annulled"} for sheet in now.since("sheet", received, request=now.id)):
        return None
    hint = _("Fill it in first: pm sheet fill --request {id}").format(id=now.id)
    return Refusal(_("its countersign sheet has not been filled in."), hint)


def later_than_now(when: Instant | None, now: Facts) -> Refusal | None:
    """A time agreed for later cannot lie before it was agreed, except for imported history."""
    if when is not None and when.timestamp() <= now.at.timestamp() and "external" not in now.fields:
        return Refusal(_("the agreed time {at} has passed already.").format(at=f"{when:%Y-%m-%d %H:%M}"))
    return None


def agreed_anew(now: Facts, times: Mapping[str, datetime | None], reason: str | None) -> Refusal | None:
    """Why times are not agreed so: one has passed, or nobody says why it is not the one agreed before (AMB-24)."""
    for when in times.values():
        if refusal := later_than_now(when, now):
            return refusal
    moved = [name for name, when in times.items() if when is not None and name in now.fields]
    if not moved or reason or "external" in now.fields:
        return None
    at = str(now.fields[moved[0]])[:16].replace("T", " ")
    return Refusal(
        _("a time was agreed already: {at}.").format(at=at), _("Say why it moves: --reason TEXT"), ("AMB-24",)
    )


def no_duplicate(now: Facts, number: str | None) -> Refusal | None:
    """Why another request is not the one repeated: not named, itself, of another unit, or not gone into either."""
    other = now.find(number) if number else None
    if other is None:
        return Refusal(_("the one it repeats is not named."), _("Add --duplicate-of NUMBER"))
    if other.id == now.id:
        return Refusal(_("it does not repeat itself."), _("Add --duplicate-of NUMBER"))
    if other.fields.get("unit") != now.fields.get("unit"):
        return Refusal(_("{id} is about another unit.").format(id=other.id))
    if other.fields.get("close_reason") == "duplicate" or other.state == "annulled":
        hint = _("Look at it: pm show {id}").format(id=other.id)
        return Refusal(_("{id} was not gone into either.").format(id=other.id), hint)
    return None


def tried_too_little(now: Facts, kind: str) -> Refusal | None:
    """Why nobody can be said to be out of reach: fewer visits were tried than the policy asks for (AMB-44, RV-10)."""
    made, least = int(str(now.fields.get("attempts", "0"))), int(now.value("rv.attempts").number)
    if made >= least:
        return None
    hint = _("Enter each: pm {kind} visit {id} --way phone --result unreachable").format(kind=kind, id=now.id)
    return Refusal(_("{made} of {least} attempts were made.").format(made=made, least=least), hint, ("RV-10",))


def visit_leads_to(given: Mapping[str, Node], good: str, bad: str) -> str | None:
    """State after a return visit: `good` when satisfied, `bad` when not; anything else leaves it as it is (AMB-28)."""
    return {"satisfied": good, "dissatisfied": bad}.get(str(given.get("result")))
