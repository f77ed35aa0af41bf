"""What the complainant is owed while it lasts: the reply in time, and how far it is (COMP-28, COMP-43 to COMP-46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.person import DESK
from pm_cli.core.rule import computed, enforced
from pm_cli.core.types import StaffRef, Text
from pm_cli.kinds.complaint.about import INTAKE, PAUSES, UNTOLD, Answering, lost, ours, silent, unfollowed, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.core.errors import Refusal


class Reply(Answering, Action, of=UNTOLD, by=DESK, rules=("COMP-43", "COMP-50")):
    """Reply to the complainant: what is being done about it"""

    told: Text = need("What was said", keep=False)
    measures: Text | None = may("Measures drafted")
    expert_opinion: Text | None = may("Opinion of the expert advisory group", rules=("COMP-50",))
    case_owner: StaffRef | None = may("Specialist told to follow it through", rules=("COMP-50",))

    def refuse(self, now: Facts) -> Refusal | None:
        """With the account of a major one a specialist is told to follow it through (COMP-50)."""
        return unfollowed(now, self.case_owner) or super().refuse(now)


def reply_term(fields: Mapping[str, Node]) -> str:
    """Urgency alone decides, gravity does not (COMP-46)."""
    return "complaint.reply.urgent" if yes(fields, "urgent") else "complaint.reply.ordinary"


CLOCKS = (
    Clock(
        "reply",
        INTAKE,
        stops=("reply", "tell_outcome", "explain"),
        within=reply_term,
        agreed="reply_by",
        pauses=PAUSES,
        resumes=("reopen",),
        when=lambda fields: not silent(fields),
        promise=True,
        rules=("COMP-43", "COMP-44", "COMP-45", "COMP-46"),
    ),
    Clock(
        "progress",
        INTAKE,
        stops=("tell_outcome", "explain"),
        within="complaint.progress",
        renews=("progress", "reply", "rectify", "reopen"),
        when=lambda fields: ours(fields) and not lost(fields),
        rules=("COMP-28",),
    ),
)
RULES = (
    *computed("complaint clock reply", "COMP-44", "COMP-45", "COMP-46"),
    *enforced("complaint reply", "COMP-09"),
    *computed("complaint clock progress", "COMP-28", note="it runs on while the complaint waits"),
)
