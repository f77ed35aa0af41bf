"""Complaint group (集体投诉): what several complain about, answered to all of them at once. Rules COMP-40."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK, DIRECTORS
from pm_cli.core.rank import RESERVED, concerned
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import enforced
from pm_cli.core.text import _, listed
from pm_cli.core.types import Attachment, Choice, Count, Instant, Link, Text, UnitRef

if TYPE_CHECKING:
    from pm_cli.core.action import Facts

ComplaintRef = Annotated[str, Link(kinds=("complaint",))]
GroupRef = Annotated[str, Link(kinds=("complaint_group",))]
Content = Annotated[
    str,
    Choice(options=("construction", "design", "sales", "property_management", "customer_service", "other")),
]
People = Annotated[int, Count()]
SPEAKERS = DESK | DIRECTORS


class ComplaintGroup(Declaration):
    """Each complaint names its group and keeps its own clocks and visit; the group owes one account to all."""

    prefix = "CG"
    open = ("open", "answered")
    closed = ("closed", "merged")
    columns = ("unit", "matter", "content_class", "meeting_at", "account")
    handler = "held_by"
    summary = "matter"
    search = ("matter", "account", "place")


class Open(Action, start=True, to="open", rules=("COMP-40",)):
    """Put together what several complain about"""

    matter: Text = need("What they all complain about")
    members: list[ComplaintRef] = need("The first complaints; others join later", keep=False)
    content_class: Content | None = may("What it is about")
    unit: UnitRef | None = may("Public place concerned")
    place: Text | None = may("Where exactly")

    def refuse(self, now: Facts) -> Refusal | None:
        """One complaint is no group."""
        if len(set(self.members)) < 2:
            return Refusal(_("several complaints make a group."), _("Add --members NUMBER for each"))
        return None


class Call(Action, of=("open", "answered"), by=SPEAKERS, rules=("COMP-40",)):
    """Call a meeting of the complainants"""

    meeting_at: Instant = need("When")
    meeting_place: Text = need("Where")

    def refuse(self, now: Facts) -> Refusal | None:
        """By the manager, and ahead."""
        return not_in_charge(now) or later_than_now(self.meeting_at, now)


class Hold(Action, of=("open", "answered"), to="answered", by=SPEAKERS, rules=("COMP-40",)):
    """The meeting was held: what was said and agreed"""

    account: Text = need("What the complainants were told and what was agreed")
    attended: People = need("Complainants who came")
    minutes: list[Attachment] = may("Minutes, list of those present", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """The manager's meeting (COMP-40)."""
        return not_in_charge(now)


class Publish(Action, of=("open", "answered"), to="answered", by=SPEAKERS, rules=("COMP-40",)):
    """Publish in the estate how it was handled"""

    account: Text = need("What was published")
    posted_at: Text = need("Where: notice boards, chat group")
    notice: list[Attachment] = may("The notice", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """The manager's word (COMP-40)."""
        return not_in_charge(now)


class Merge(Action, of=("open", "answered"), to="merged", rules=("COMP-40",)):
    """It is about the same as another group, which its complaints have joined"""

    merged_into: GroupRef = need("The other group")

    def refuse(self, now: Facts) -> Refusal | None:
        """Another one, still open, and no complaint stays behind."""
        other = now.find(self.merged_into)
        if other is None or other.id == now.id or other.state not in {"open", "answered"}:
            return Refusal(_("that is no other open group."))
        return members_left(now)


class Close(Action, of="answered", to="closed", rules=("COMP-40",)):
    """Close it: an account was given, and each complaint has come to its own end"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody is forgotten."""
        return members_left(now)


class Reopen(Action, of="closed", to="open", rules=("COMP-40",)):
    """The same matter comes up again"""

    reason: Text = need("What is said", keep=False)


def not_in_charge(now: Facts) -> Refusal | None:
    """CS manager or general property manager speak to all complainants at once, the director where it is theirs."""
    members = now.open("complaint", group=now.id)
    if not now.by.may(DIRECTORS) and any(concerned(now, member.fields) & RESERVED for member in members):
        return Refusal(
            _("it is for the centre director."), _("Act as somebody else: --as LOGIN"), ("COMP-21", "COMP-40")
        )
    if now.by.may(frozenset(now.value("complaint.account_roles").items)):
        return None
    return Refusal(
        _("the CS manager or the general property manager does this."), _("Act as somebody else: --as LOGIN")
    )


def members_left(now: Facts) -> Refusal | None:
    """Why it cannot end: complaints in it are open."""
    members = sorted(member.id for member in now.open("complaint", group=now.id))
    if not members:
        return None
    hint = _("Finish them, or: pm complaint detach {id} --reason TEXT").format(id=members[0])
    return Refusal(_("complaints in it are open: {members}.").format(members=listed(members)), hint, ("COMP-40",))


CLOCKS = (
    Clock(
        "account",
        ("open",),
        stops=("hold", "publish", "merge"),
        within="complaint.group_account",
        renews=("reopen",),
        rules=("COMP-40",),
    ),
    Clock(
        "meeting",
        ("call",),
        stops=("hold",),
        within="complaint.group_meeting",
        agreed="meeting_at",
        renews=("call",),
        promise=True,
        rules=("COMP-40",),
    ),
)
RULES = (
    *enforced(
        "complaint_group close", "COMP-40", note="one account to all, then each complaint ends by itself; see pm groups"
    ),
)
