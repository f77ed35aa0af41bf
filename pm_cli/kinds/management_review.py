"""Management review (管理评审): once a year from figures to conclusions and measures. Rules NC-04, NC-09."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS_LEADERS, DIRECTORS
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Day, Instant, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

ReviewRef = Annotated[str, Link(kinds=("management_review",))]
LEADERS = CS_LEADERS | DIRECTORS


class ManagementReview(Declaration):
    """Open from its arrangement until its measures are done; closing it arranges the next one."""

    prefix = "MR"
    open = ("scheduled", "held")
    closed = ("closed",)
    columns = ("covers_from", "held_on", "conclusions", "improvements", "accountable", "measures_by")
    place = ""
    handler = "accountable"
    summary = "conclusions"
    search = ("conclusions", "improvements", "improvements_result")
    sort = ""


class Schedule(Action, start=True, to="scheduled", by=LEADERS, rules=("NC-04",)):
    """Arrange the next review; its page shows what there is to review"""

    covers_from: Day = need("First day it looks at")
    previous: ReviewRef | None = may("The review before")

    def refuse(self, now: Facts) -> Refusal | None:
        """One at a time, about what has happened."""
        if self.covers_from > now.at.date():
            return Refusal(_("{day} has not come yet.").format(day=self.covers_from))
        open_ones = (seen.id for seen in now.open("management_review") if seen.state == "scheduled")
        other = next((number for number in open_ones if number != now.id), "")
        return Refusal(_("{id} is arranged already.").format(id=other)) if other else None


class Hold(Action, of="scheduled", to="held", by=LEADERS, rules=("NC-04", "NC-09")):
    """Write down the review that was held: what was found and what is improved"""

    conclusions: Text = need("What the figures show")
    improvements: list[Text] = need("What is improved")
    chair: StaffRef = need("Who held it")
    accountable: StaffRef = need("Who answers for the measures")
    participants: list[StaffRef] = may("Who took part")
    measures_by: Instant | None = may("Until when the measures are done")
    held_on: Day | None = may("Day of the review (default: today)")
    attachments: list[Attachment] = may("Minutes", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """A day that has come and lies in what it covers; measures lie ahead."""
        day, first = self.held_on or now.at.date(), date.fromisoformat(str(now.fields["covers_from"]))
        if not first <= day <= now.at.date():
            return Refusal(_("{day} does not lie between {first} and today.").format(day=day, first=first))
        return later_than_now(self.measures_by, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Without a day named, that of the entry."""
        fields.setdefault("held_on", at[:10])


class Close(Action, of="held", to="closed", by=LEADERS, rules=("NC-04", "NC-09")):
    """The measures are done; the next review is arranged"""

    improvements_result: Text = need("What came of the measures")


CLOCKS = (
    Clock("hold", starts=("schedule",), stops=("hold",), within="management_review.interval", rules=("NC-04",)),
    Clock(
        "measures", starts=("hold",), stops=("close",), within="management_review.measures", agreed="measures_by",
        rules=("NC-09",),
    ),
)  # fmt: skip

RULES = (
    *computed("management_review clock hold", "NC-04", note="yearly (AMB-94); its page counts what it has to look at"),
    *enforced("management_review hold", "NC-09", note="detection and improvement: conclusions and measures"),
)
