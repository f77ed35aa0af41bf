"""What the centre cannot do is explained, and passed on to whom it concerns. Rules SHEET-16, SHEET-17."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Flag, Text
from pm_cli.kinds.sheet.custody import OUT, BackAtDesk

if TYPE_CHECKING:
    from pm_cli.core.action import Facts

SIGNATURES = {"accepted_by": ("explained",)}
"""What was explained waits for the centre director, or for the resident who accepts it (SHEET-16, SHEET-23)."""

NotFeasible = Annotated[str, Choice(options=("outside_capacity", "third_party", "not_offered_yet"))]


class Explain(BackAtDesk, Action, of=("filled", *OUT, "returned", "suspended"), to="explained"):
    """Explain to the resident that the centre cannot do it"""

    rules = ("SHEET-16", "SHEET-34")
    reason: NotFeasible = need("Why not", into="not_feasible")
    explanation: Text = need("What was explained", into="situation_note")
    apologised: Flag | None = may("We apologised and promised a notice once it is offered")
    reported_to: Department | None = may("Department that was told of the wish")

    def refuse(self, now: Facts) -> Refusal | None:
        """A service not offered yet is not lightly refused (SHEET-34)."""
        if self.reason != "not_offered_yet" or (self.apologised and self.reported_to):
            return None
        why = _("for a service not offered yet we apologise, promise a notice and pass the wish on.")
        return Refusal(why, "--apologised yes --reported-to DEPARTMENT", ("SHEET-34",))


class Forward(Action, of="explained", to="forwarded", rules=("SHEET-17",)):
    """Copy what the resident reported to the third party"""

    third_party: Text = need("To whom")


class Prove(Action, of="forwarded", to="collected", rules=("SHEET-17",)):
    """Attach the third party's proof; with it the matter counts as resolved"""

    proof: Attachment = need("Receipt or fax letter")


RULES = (
    *recorded("sheet explain explanation", "SHEET-16"),
    *enforced("sheet prove", "SHEET-17", note="the only way out of forwarded, and a third party's matter is forwarded"),
)
