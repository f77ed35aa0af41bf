"""A sheet is filled in at once, completely, for any request of a resident. Rules SHEET-01 to SHEET-10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Person, Signature
from pm_cli.core.request import REQUESTS, RequestRef
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Attachment, Choice, Personal, StaffRef, Text, UnitRef
from pm_cli.kinds.sheet.custody import COPIES

if TYPE_CHECKING:
    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields

ASKED = ("repair", "complaint", "situation", "special_service", "suggestion", "other")
RECORDED = frozenset(ASKED) & frozenset(REQUESTS)
"""Demands with a record of their own, by which they are handled: the sheet rides on it (SHEET-15)."""
Asked = Annotated[str, Choice(options=ASKED)]
Copy = Annotated[str, Choice(options=COPIES)]


class Requester(Person):
    """Who asks: never without a name and a way of contact (SHEET-33)."""

    name: Personal = need("Name")
    phone: Personal = need("Phone or other way of contact")


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
        return _off_the_record(self.reason_kind, request)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """All copies lie at the desk."""
        names = given.get("copies") or COPIES
        fields.setdefault("copies", {str(name): {"place": "desk", "since": at} for name in names})


def _off_the_record(asked: str, request: Seen | None) -> Refusal | None:
    """The refusal of a demand that would stand on paper alone, or otherwise than in its record (SHEET-15)."""
    if request is None and asked in RECORDED:
        hint = _("Enter it first: pm {kind} receive; then add --request NUMBER").format(kind=asked)
        return Refusal(_("no {kind} has been entered for it.").format(kind=word("kind", asked)), hint, ("SHEET-15",))
    if request is None or asked == request.kind or RECORDED.isdisjoint({asked, request.kind}):
        return None
    said, kind = word("value", asked), word("kind", request.kind)
    why = _("{id} is a {kind}, and the sheet says {said}.").format(id=request.id, kind=kind, said=said)
    hint = _("Leave out --reason-kind; what was entered wrongly is re-classed: pm {kind} move {id}")
    return Refusal(why, hint.format(kind=request.kind, id=request.id), ("SHEET-15",))


def complete(fields: Fields) -> bool:
    """Whether nothing required is missing."""
    return all(fields.get(name) for name, spec in Fill.fields.items() if spec.required)


CLOCKS = (
    Clock(
        "fill", starts=("fill",), stops=("fill", "complete"), done=complete,
        within="sheet.fill", rules=("SHEET-08",),
    ),
)  # fmt: skip

RULES = (
    *recorded("sheet fill reason_kind", "SHEET-01", "SHEET-07"),
    *computed(
        "sheet clock fill",
        "SHEET-08",
        note="and in reports from the receipt of the request, with requests that have none",
    ),
    *enforced("sheet issue", "SHEET-09", note="a sheet with gaps is a draft and is not issued"),
    *recorded("sheet fill reason_for_visit", "SHEET-10"),
)
