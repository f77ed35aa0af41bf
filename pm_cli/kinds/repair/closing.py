"""Return visit, and the ways in which a repair ends. Rules WORK-05, WORK-09, WORK-11, WORK-21, WORK-23."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS_LEADERS
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Link, Text
from pm_cli.kinds.repair.charging import unpaid
from pm_cli.kinds.repair.checking import outdate
from pm_cli.kinds.repair.damage import unsettled
from pm_cli.kinds.repair.papers import lay, missing
from pm_cli.kinds.repair.stages import BEFORE_WORK, CLOSERS, ON_SPOT, UNDER_WAY, count
from pm_cli.kinds.repair.store import tools_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

CloseReason = Annotated[str, Choice(options=("duplicate", "transferred", "no_fault", "no_access", "other"))]
RepairRef = Annotated[str, Link(kinds=("repair",))]


class Visit(request.Visit, of=("accepted", "closed")):
    """Return visit: a satisfied resident closes it, a dissatisfied one wants it reopened"""

    opinion: Text | None = may("Opinion or suggestion, in the resident's words", rules=("SUGG-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Customer service knows from the papers how things stand before it visits (WORK-05)."""
        return super().refuse(now) or (None if now.state == "closed" else _unsettled(now) or _papers_missing(now))

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Only a clear answer moves it."""
        return request.visit_leads_to(given, "closed", "dissatisfied")


class Close(
    Action,
    of=(*UNDER_WAY, "waiting", "done", "accepted", "escalated", "dissatisfied"),
    to="closed",
    by=CLOSERS,
    rules=("WORK-05", "WORK-09", "WORK-11", "WORK-23"),
):
    """File the papers and close it"""

    archived: Text | None = may("Where the papers lie in the owner's archive", rules=("WORK-11",))
    reason: CloseReason | None = may("Why it ends without accepted work", into="close_reason")
    duplicate_of: RepairRef | None = may("The request it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """Accepted, signed, slip back; otherwise a reason, and a leader's word once a worker was sent."""
        if refusal := _unsettled(now):
            return refusal
        if self.reason:
            free = "handler" not in now.fields or "external" in now.fields or now.by.may(CS_LEADERS | {"admin"})
            return None if free else Refusal(_("a worker was sent: without accepted work a CS leader closes it."))
        return _papers_missing(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Customer service files its copy (WORK-29)."""
        lay(fields, "cs_archive", "cs_filing")


class Cancel(Action, of=BEFORE_WORK, to="cancelled", by=ON_SPOT, rules=("WORK-21",)):
    """The resident no longer wants it"""

    reason: Text = need("Why", into="cancel_reason")


class Reopen(Action, of=("done", "accepted", "dissatisfied", "closed"), to="assigned", by=CLOSERS):
    """The fault is back: a worker goes again; the completion first promised still counts"""

    reason: Text = need("What is wrong", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count it; the old appointment, its papers and what was signed are of the past."""
        fields["reopened"] = str(count(fields, "reopened") + 1)
        outdate(fields)
        for name in ("appointment", "signature", "visit_result", "handed_in_at", "written_off_at", "slip_exception"):
            fields.pop(name, None)


class Archive(Action, of=("closed", "written_off"), by=CLOSERS, rules=("WORK-11",)):
    """Put the papers of a repair that ended with the visit into the owner's archive"""

    archived: Text = need("Where the papers lie in the owner's archive")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Customer service files its copy (WORK-29)."""
        lay(fields, "cs_archive", "cs_filing")


def _unsettled(now: Facts) -> Refusal | None:
    """Whatever way it ends, tools are back and damage is settled (WORK-26, WORK-28)."""
    return tools_out(now) or unsettled(now)


def _papers_missing(now: Facts) -> Refusal | None:
    """Accepted and signed by the resident, and the slip is back or excused; history may leave that out."""
    if "external" in now.fields:
        return None
    if now.state != "accepted":
        hint = _("Enter first: pm repair accept {id}; or say why it ends: --reason").format(id=now.id)
        return Refusal(_("the resident has not accepted the work."), hint, ("WORK-23",))
    if "signature" not in now.fields:
        hint = _("Enter first: pm repair accept {id} --signature-who NAME --signature-how ink").format(id=now.id)
        return Refusal(_("the resident has not signed."), hint, ("WORK-09", "WORK-23"))
    return missing(now) or unpaid(now)


def unsatisfied(fields: Mapping[str, Node]) -> bool:
    """Whether the resident still waits for it to be put right; imported history does not."""
    return "external" not in fields and fields.get("visit_result", "dissatisfied") == "dissatisfied"


CLOCKS = (
    Clock(
        "redo", starts=("visit", "reopen", "escalate"), stops=("arrive", "rework", "agree", "cancel"),
        renews=("visit", "reopen", "escalate"), pauses=("waiting",), within="repair.redo", when=unsatisfied,
        rules=("WORK-24", "WORK-25", "RV-21"),
    ),
)  # fmt: skip

RULES = (
    *computed("repair clock redo", "WORK-24", note="somebody is there again; each time is counted"),
    *enforced("repair close", "WORK-09", "WORK-23", note="signature and slip; the copies that came with it are noted"),
    *recorded(
        "repair visit opinion", "SUGG-12", note="the column of the work order; what is to be answered is entered"
    ),
    *recorded("repair close archived", "WORK-11", note="after a visit: repair archive"),
)
