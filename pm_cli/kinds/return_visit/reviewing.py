"""Review by the CS manager and spot checks of the work, never of one's own visit (RV-04, RV-20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DIRECTORS
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Flag, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

REVIEWERS = DIRECTORS | {"cs_manager"}


class Review(Action, of=("returned", "reviewed"), to="reviewed", by=REVIEWERS, rules=("RV-04", "RV-05")):
    """Review the form and add a remark"""

    review_remark: Text = need("Remark")
    acceptable: Flag = need("Whether the feedback can be accepted")
    reviewed_by: StaffRef | None = may("Who reviewed (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody reviews their own visit; a dissatisfied resident is nothing to accept."""
        if self.acceptable and now.fields.get("result") == "dissatisfied":
            hint = _("Say --no-acceptable, then: pm return-visit rectify {id} or report-nonconformity {id}")
            return Refusal(_("the resident is dissatisfied."), hint.format(id=now.id), ("RV-05", "RV-21"))
        return own(now, now.fields.get("visitor"))

    def witness(self, now: Facts) -> Fields:
        """Nobody reviews in another's name."""
        return {"reviewed_by": now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When."""
        fields["reviewed_at"] = at


class SpotCheck(
    Action,
    of=("visited", "returned", "reviewed", "rectifying", "nonconformity", "closed"),
    by=REVIEWERS,
    rules=("RV-20",),
):
    """Check on the spot how a visit was made, three a month each (D-33)"""

    correct: Flag = need("Whether the form says what the resident confirms", into="spot_correct")
    finding: Text = need("What was found", add=True, into="spot_findings")

    def refuse(self, now: Facts) -> Refusal | None:
        """Not one's own visit, and each visit once."""
        if any(action == "spot_check" and by == now.by.id for action, _at, by in now.events()):
            return Refusal(_("you have checked it already."), rules=("RV-20",))
        return own(now, now.fields.get("visitor"))


CLOCKS = (
    Clock(
        "review", starts=("visit",), stops=("review", "rectify", "report_nonconformity"), renews=("visit",), within="rv.review",
        rules=("RV-04",),
    ),
)  # fmt: skip

RULES = (
    *enforced("return_visit review", "RV-04", note="forms waiting for it: clock review"),
    *enforced("return_visit spot_check", "RV-20", note="counted by person and month: pm visit quota (D-33, AMB-43)"),
)
