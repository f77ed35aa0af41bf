"""The work order (服务工作单): its three copies, written off when the job is over. Rules WORK-09, WORK-21, WORK-28, WORK-29."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import ANY, OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS_LEADERS, DESK
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, Positive, StaffRef, Text
from pm_cli.kinds.repair.stages import CLOSERS
from pm_cli.kinds.repair.store import tools_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

OrderCopy = Annotated[str, Choice(options=("owner", "cs_filing", "finance"))]
CopyPlace = Annotated[str, Choice(options=("worker", "dispatch", "owner", "cs_archive", "finance"))]


class ExcuseSlip(Action, of=OPEN, by=CS_LEADERS | {"dispatcher", "admin"}, requires=("handler",), rules=("WORK-05",)):
    """Record why the repair slip cannot be back in time"""

    slip_exception: Text = need("The special circumstances")


class ReturnSlip(Action, of=OPEN, requires=("handler",), rules=("WORK-05", "WORK-09", "RV-15")):
    """Take the repair slip back at customer service"""

    copies: list[Positive] = may("Copies of the sheet that came with it: 1 and 2", rules=("WORK-09",))
    dispatch_told: StaffRef | None = may("Dispatcher who was told of it by word of mouth", rules=("RV-15",))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The work order came with it."""
        handed_in(fields, at)


class WriteOff(Action, of=("cancelled", "accepted"), by=CLOSERS, rules=("WORK-21", "WORK-28")):
    """Write the work order off at dispatch or front desk: it is done and signed, or it was cancelled"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Nothing is left at the worker's, and what was done is signed (WORK-28)."""
        if "written_off_at" in now.fields:
            return Refusal(_("it is written off already."))
        if now.state == "accepted" and "signature" not in now.fields:
            hint = _("Enter first: pm repair accept {id} --signature-who NAME --signature-how ink").format(id=now.id)
            return Refusal(_("the resident has not signed."), hint, ("WORK-28",))
        return tools_out(now)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """A cancelled job is over; one that was done is still visited and filed."""
        return "written_off" if "cancel_reason" in fields else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When, and the copies are at the dispatcher's."""
        fields["written_off_at"] = at
        handed_in(fields, at)


class HandCopy(Action, of=ANY, by=DESK | {"finance"}, requires=("order_copies",), rules=("WORK-29",)):
    """Note where a copy of the work order has gone"""

    copy: OrderCopy = need("Which copy: the owner's, for filing at customer service, for finance", keep=False)
    place: CopyPlace = need("Where it is now", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """A copy that the order has, in another place than before."""
        held = copies(now.fields)
        if self.copy not in held:
            return Refusal(_("the order has no such copy: {copy}.").format(copy=word("value", self.copy)))
        if held[self.copy] == self.place:
            return Refusal(_("it is there already: {place}.").format(place=word("value", self.place)))
        return None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """From now on it is there."""
        lay(fields, str(given["place"]), str(given["copy"]))


def copies(fields: Fields) -> dict[str, str]:
    """Where each copy of the work order is, by name; empty before a worker was sent."""
    held = fields.get("order_copies")
    return {name: str(place) for name, place in held.items()} if isinstance(held, dict) else {}


def lay(fields: dict[str, Node], place: str, *names: str) -> None:
    """Put those of these copies that the order has into a place."""
    held = copies(fields)
    if held:
        fields["order_copies"] = {**held, **{name: place for name in names if name in held}}


def handed_in(fields: dict[str, Node], at: str) -> None:
    """What the worker still had of the work order lies at the dispatcher's now."""
    fields.setdefault("handed_in_at", at)
    lay(fields, "dispatch", *(name for name, place in copies(fields).items() if place == "worker"))


def missing(now: Facts) -> Refusal | None:
    """The paper of the last round is back or excused (D-13); a special service is written off (WORK-28)."""
    if now.fields.get("service_kind", "routine") != "routine" and "written_off_at" not in now.fields:
        hint = _("Enter first: pm repair write-off {id}").format(id=now.id)
        return Refusal(_("the work order is not written off."), hint, ("WORK-28",))
    if "slip_exception" in now.fields or "handed_in_at" in now.fields:
        return None
    hint = _("Enter first: pm repair return-slip {id}").format(id=now.id)
    return Refusal(_("the slip is not back."), hint, ("WORK-05",))


CLOCKS = (
    Clock(
        "slip", starts=("assign",), stops=("return_slip", "write_off"), renews=("reopen",), pauses=("waiting",),
        within="repair.slip", when=lambda fields: "slip_exception" not in fields, rules=("WORK-05",),
    ),
)  # fmt: skip

RULES = (
    *computed("repair clock slip", "WORK-05"),
    *recorded("repair return_slip dispatch_told", "RV-15", note="told at once; the paper follows with the day's batch"),
    *enforced("repair write_off", "WORK-21", note="cancelled jobs stay open until written off"),
    *enforced("repair write_off", "WORK-28", note="unreturned tools refuse it, and are overdue by `clock tools`"),
    *recorded("repair hand_copy place", "WORK-29", note="copies and their number are a policy value (D-13)"),
)
