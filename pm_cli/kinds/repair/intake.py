"""A repair comes in: what fails, how urgent it is, when somebody comes. Rules WORK-01, WORK-04, WORK-06, WORK-12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, Instant, Text
from pm_cli.kinds.repair.stages import ahead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Utility = Annotated[str, Choice(options=("water", "heating", "gas", "electricity", "lift", "lock"))]
Priority = Annotated[str, Choice(options=("ordinary", "simple", "urgent"))]
TakenBy = Annotated[str, Choice(options=("front_desk", "worker", "security", "department"))]


class Receive(request.Intake, start=True, to="received", by=EVERYBODY, rules=("WORK-01", "WORK-04", "WORK-12")):
    """Enter a repair request in the register"""

    utility: Utility | None = may("Supply that fails: water, heating and gas are urgent", rules=("WORK-04",))
    priority: Priority | None = may("How fast somebody comes (default: ordinary)", rules=("WORK-02", "WORK-03"))
    category: Text | None = may("Trade or item, such as plumbing", rules=("WORK-17",))
    appointment: Instant | None = may("Arrival agreed with the resident", rules=("WORK-07",))
    finish_by: Instant | None = may("Completion promised to the resident")
    taken_by: TakenBy | None = may("Who was asked (default: front desk)", rules=("WORK-01", "WORK-12"))

    def refuse(self, now: Facts) -> Refusal | None:
        """Times agreed lie ahead and urgency follows the policy; history is taken in as it was."""
        return None if self.external else ahead(now, self.appointment, self.finish_by) or _urgency(self, now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """A failing supply is urgent unless a class is named; everything else is ordinary (AMB-16)."""
        if "priority" not in given:
            fields["priority"] = "urgent" if "utility" in fields else fields.get("priority", "ordinary")


class Notify(Action, of="received", to="notified", rules=("WORK-01", "WORK-06")):
    """Phone the engineering dispatcher"""


def _urgency(said: Receive, now: Facts) -> Refusal | None:
    """The utilities of the policy are urgent; for any other one the class is named (AMB-15)."""
    if not said.utility:
        return None
    utility, listed = word("value", said.utility), said.utility in now.value("repair.urgent_utilities").items
    if listed and said.priority not in {None, "urgent"}:
        return Refusal(
            _("{utility} is always urgent.").format(utility=utility), _("Leave --priority out"), ("WORK-04",)
        )
    if not listed and not said.priority:
        hint = _("Add --priority ordinary, simple or urgent")
        return Refusal(_("{utility} is not urgent by itself.").format(utility=utility), hint, ("WORK-04",))
    return None


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def answered(fields: Mapping[str, Node]) -> bool:
    """Whether the resident knows who comes, or when, or no longer wants it."""
    return not fields.keys().isdisjoint({"told", "appointment", "cancel_reason"})


CLOCKS = (
    Clock(
        "answer", starts=("receive",), stops=("receive", "reply", "assign", "agree", "cancel"), done=answered,
        within="repair.answer", when=ours, rules=("WORK-17",),
    ),
    Clock(
        "notify", starts=("receive",), stops=("notify", "assign", "cancel"),
        within="repair.notify", when=ours, rules=("WORK-06",),
    ),
)  # fmt: skip

RULES = (
    *recorded("repair receive taken_by", "WORK-01", "WORK-12"),
    *enforced("repair receive", "WORK-04", note="urgent utilities come from the policy"),
    *computed("repair clock notify", "WORK-06"),
    *computed("repair clock answer", "WORK-17"),
)
