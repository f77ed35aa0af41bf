"""What all requests share: intake, urging, waiting for the resident, progress told, return visit, moving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import BACK, OPEN, Action, Facts, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Person
from pm_cli.core.person import CS, DESK, EVERYBODY
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
        """The end of it lies ahead."""
        return later_than_now(self.wait_until, now)

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


def visit_leads_to(given: Mapping[str, Node], good: str, bad: str) -> str | None:
    """State after a return visit: `good` when satisfied, `bad` when not; anything else leaves it as it is (AMB-28)."""
    return {"satisfied": good, "dissatisfied": bad}.get(str(given.get("result")))
