"""What follows an answer: return visit, closing, reopening; and what may happen on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Link, Text
from pm_cli.kinds.consultation.basis import ANSWERED, HANDLERS, UNANSWERED, answered, ours, setting, unreported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

CloseReason = Annotated[str, Choice(options=("duplicate", "withdrawn", "transferred", "other"))]
ConsultationRef = Annotated[str, Link(kinds=("consultation",))]


class Visit(request.Visit, of=(*ANSWERED, "closed")):
    """Return visit after a later answer: a satisfied resident closes it"""

    def refuse(self, now: Facts) -> Refusal | None:
        """What leaders must hear of is not closed behind their back."""
        return super().refuse(now) or unreported(now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Only a clear answer moves it."""
        return request.visit_leads_to(given, "closed", "dissatisfied")


class Close(
    Action,
    of=(*UNANSWERED, *ANSWERED, "dissatisfied", "waiting"),
    to="closed",
    by=HANDLERS,
    rules=("CONS-03",),
):
    """Close an answered question, or say why it needs no answer"""

    reason: CloseReason | None = may("Why it ends without an answer", into="close_reason")
    duplicate_of: ConsultationRef | None = may("The question it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nothing ends without outcome (DISP-12), nor before leaders have heard what they must."""
        if now.state not in ANSWERED and not self.reason and ours(now.fields):
            hint = _("Enter first: pm consultation answer {id}; or say why: --reason").format(id=now.id)
            return Refusal(_("it has not been answered."), hint, ("CONS-30",))
        return unreported(now) or unvisited(now)


class Reopen(Action, of=(*ANSWERED, "dissatisfied", "closed"), to="recorded", by=HANDLERS):
    """The answer does not help: take it up again; the time first agreed still counts"""

    reason: Text = need("What is still open", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it; what was answered, and how it was found, belongs to the history."""
        fields["reopened"] = str(int(str(fields.get("reopened", "0"))) + 1)
        for name in ("answer", "way", "visit_result"):
            fields.pop(name, None)


class Wait(request.Wait, of=UNANSWERED):
    """Stop the clocks while papers or word of the resident are awaited"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is; for a major question the first account"""


class Urge(request.Urge):
    """The resident presses for the answer: counted here, never a new question"""


class Move(request.Move, of=(*UNANSWERED, "waiting"), rules=("CONS-12", "CONS-27", "CONS-28")):
    """Re-class into a complaint or a repair; the time of receipt stays"""

    def refuse(self, now: Facts) -> Refusal | None:
        """What leaders must hear of does not leave the ledger of questions before they have."""
        return unreported(now)


CLOCKS = (
    request.AWAITED,
    Clock(
        "close", starts=("report", "answer", "direct"), stops=("report", "reopen"), renews=("answer", "direct"),
        within="consultation.close", done=lambda fields: not answered(fields), rules=("CONS-30",),
        when=lambda fields: ours(fields) and (answered(fields) or "reopened" in fields),
    ),
)  # fmt: skip
"""What was answered is closed or visited; what was answered at once and stays open for leaders counts from the report."""

RULES = (*enforced("consultation close", "CONS-30", note="and not left open once it is answered: clock close"),)


def unvisited(now: Facts) -> Refusal | None:
    """Where the estate asks for it, an answer at an agreed later time is followed by a return visit (AMB-34)."""
    later = now.state in ANSWERED and "answer_by" in now.fields and "visit_result" not in now.fields
    if not later or setting(now, "return_visit") != "required":
        return None
    hint = _("Visit first: pm consultation visit {id} --way phone --result satisfied").format(id=now.id)
    return Refusal(_("an answer given later is followed by a return visit here."), hint, ("CONS-26",))
