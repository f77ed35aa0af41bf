"""Work record (客服组日工作记录表): what a member of the CS group did in a day. Rules CONS-22, CAL-04."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from pm_cli.core.action import Action, Facts, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Day, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

GROUP = CS - CS_LEADERS
"""Members of the customer-service group, each of whom owes a record of every day of duty (CAL-04)."""
VOID = ("draft", "annulled")


class WorkRecord(Declaration):
    """One for each author and day (F-74), read by the CS officer."""

    prefix = "WR"
    open = ("written",)
    closed = ("seen",)
    columns = ("day", "author", "work_done", "further", "remarks", "seen_remark")
    place = ""
    handler = "author"
    summary = "work_done"
    search = ("further", "remarks", "seen_remark")
    sort = ""


class Write(Action, start=True, to="written", by=CS, rules=("CONS-22", "CAL-04")):
    """Write down the work of a day at the end of the shift"""

    work_done: Text = need("Work done")
    remarks: Text | None = may("What others should know, what is left", ask=True)
    day: Day | None = may("Day of duty (default: today)")
    author: StaffRef | None = may("Who worked (whoever writes it, always)")

    def refuse(self, now: Facts) -> Refusal | None:
        """One for each author and day, and none of a day that has not come."""
        day = self.day or now.at.date()
        if day > now.at.date():
            return Refusal(_("{day} has not come yet.").format(day=day))
        before = datetime.combine(day, time(), now.at.tzinfo) - timedelta(seconds=1)
        for other in now.since("work_record", before, author=now.by.id, day=day.isoformat()):
            if other.state not in VOID:
                return Refusal(
                    _("{who} has written the record of {day}: {id}.").format(who=now.by.id, day=day, id=other.id),
                    _("Add to it: pm work-record add {id} --further TEXT").format(id=other.id),
                    ("CONS-22",),
                )
        return None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Nobody writes in another's name; without a day named, that of the entry."""
        return {"author": now.by.id, "day": (self.day or now.at.date()).isoformat()}


class Add(Action, of="written", by=CS, rules=("CONS-22",)):
    """Add to the record of the day"""

    further: list[Text] = need("Further work done", add=True)
    remarks: Text | None = may("What others should know, what is left")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only its author writes on."""
        if now.by.id == now.fields.get("author"):
            return None
        return Refusal(
            _("this is the record of {who}.").format(who=now.fields.get("author")),
            _("Put a remark beside it: pm work-record note {id} --text TEXT").format(id=now.id),
            ("CONS-22",),
        )


class See(Action, of="written", to="seen", by=CS_LEADERS, rules=("CAL-04",)):
    """The CS officer has read it"""

    seen_remark: Text | None = may("Word of the reader")

    def refuse(self, now: Facts) -> Refusal | None:
        """Not by the author."""
        if now.by.id != now.fields.get("author"):
            return None
        return Refusal(_("nobody reads their own record."), _("Act as somebody else: --as LOGIN"), ("ROLE-19",))


RULES = (*enforced("work_record write", "CONS-22", note="one for each author and day; missing ones: pm duties"),)
