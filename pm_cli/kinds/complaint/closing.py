"""Ending a complaint: outcome told, return visit, closing with a reason, opening again, papers filed (COMP-29 to COMP-42)."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from pm_cli.core import request
from pm_cli.core.action import Action, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DESK
from pm_cli.core.request import tried_too_little, visit_leads_to
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Text
from pm_cli.kinds.complaint.about import (
    IN_HAND,
    MANAGERS,
    PAUSES,
    UNJUDGED,
    Answering,
    count,
    lost,
    ours,
    unfollowed,
    unreachable,
    unseen,
)
from pm_cli.kinds.complaint.convening import Failing
from pm_cli.kinds.complaint.handling import unverified
from pm_cli.kinds.complaint.promising import open_promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node


class TellOutcome(Answering, Action, of="handled", to="told", by=DESK, rules=("COMP-17", "COMP-29")):
    """Tell the complainant the outcome"""

    outcome: Text = need("What was said")

    def refuse(self, now: Facts) -> Refusal | None:
        """The outcome is an account, too: of a major one somebody follows it through."""
        return unfollowed(now) or super().refuse(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Visits are tried anew."""
        fields.pop("attempts", None)


class Visit(request.Visit, of="told", by=DESK, rules=("COMP-30", "COMP-41")):
    """Return visit: tell how it was solved and ask whether it is right now"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody visits their own job; a satisfied visit ends no open promise."""
        refusal = request.Visit.refuse(self, now)
        return refusal or (open_promise(now) or unseen(now) if self.result == "satisfied" else None)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Satisfied closes it, dissatisfied calls for rectification (AMB-28)."""
        return visit_leads_to(given, "closed", "rectifying")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Who was met and is not satisfied can still sign (AMB-14)."""
        request.Visit.effect(given, fields, at)
        if given.get("way") in {"home", "site"} and given.get("result") in {"partly", "dissatisfied"}:
            fields["met"] = "true"


class Close(Action, of=("told", "rectifying", "handled", "invalid"), to="closed", by=MANAGERS, rules=("COMP-30",)):
    """Close it without a satisfied return visit, for a reason (AMB-28)"""

    reason: Text = need("Why it needs nothing more", into="close_reason")

    def refuse(self, now: Facts) -> Refusal | None:
        """Told before, unless there is nobody to tell, visited, and verified by somebody else than who handled it."""
        if now.state == "invalid" and not lost(now.fields):
            hint = _("Tell them: pm complaint explain {id} --explanation TEXT").format(id=now.id)
            return Refusal(_("it is invalid and the reasons have not been told."), hint, ("COMP-34",))
        if now.state == "handled" and not lost(now.fields):
            hint = _("Tell it: pm complaint tell-outcome {id} --outcome TEXT").format(id=now.id)
            return Refusal(_("the outcome has not been told."), hint, ("COMP-29",))
        if refusal := unvisited(now) or open_promise(now) or unseen(now):
            return refusal
        if not unverified(now.fields):
            return None
        hint = _("Enter first: pm complaint verify {id} --verification TEXT").format(id=now.id)
        return Refusal(_("nobody has verified that it was done."), hint, ("COMP-39",))


class Reopen(Failing, Action, of="closed", by=DESK):
    """Open it again, counted; it keeps its first reply time"""

    reason: Text = need("What the complainant says", keep=False)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Back to handling; what was called invalid is judged anew by the centre."""
        return "handling" if fields.get("validity") == "valid" else "judging"

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count how often; from here on it goes its own way and is judged or handled anew."""
        count(fields, "reopened")
        if fields.get("validity") == "invalid":
            fields["validity"] = "undetermined"
        fields.pop("group", None)


class File(Action, of="closed", by=DESK, rules=("COMP-42",)):
    """File the papers"""

    location: Text = need("Where they are kept")


class Move(request.Move, of=(*UNJUDGED, *IN_HAND, "relayed", "passed_on", "handled", "waiting"), by=DESK):
    """Re-class it into another kind of request; the successor keeps the time of receipt (D-07)"""

    def refuse(self, now: Facts) -> Refusal | None:
        """A promise does not move with it."""
        return open_promise(now)


def unvisited(now: Facts) -> Refusal | None:
    """Why not even the manager closes it yet: no visit since the outcome was told, or nothing put right after it."""
    if now.state not in {"told", "rectifying"} or not ours(now.fields) or unreachable(now.fields):
        return None
    if now.state == "rectifying" and "rounds" not in now.fields:
        hint = _("Assign somebody: pm complaint rectify {id} --handler LOGIN --rectify-by TIME").format(id=now.id)
        return Refusal(_("the complainant is dissatisfied, and nothing has been put right."), hint, ("COMP-41",))
    steps = [action for action, _at, _by in now.events()]
    if "visit" in takewhile(lambda action: action != "tell_outcome", reversed(steps)):
        return tried_too_little(now, "complaint") if "attempts" in now.fields else None
    hint = _("Visit first: pm complaint visit {id} --way phone").format(id=now.id)
    return Refusal(_("nobody has visited the complainant since the outcome was told."), hint, ("COMP-30",))


CLOCKS = (
    Clock(
        "visit",
        ("tell_outcome",),
        stops=("visit",),
        within="complaint.visit",
        pauses=PAUSES,
        renews=("tell_outcome",),
        when=lambda fields: ours(fields) and not unreachable(fields),
        done=lambda fields: fields.get("visit_result") != "unreachable",
        rules=("COMP-30",),
    ),
    Clock(
        "amends",
        ("visit",),
        stops=("rectify", "close"),
        within="complaint.amends",
        pauses=PAUSES,
        renews=("visit",),
        when=ours,
        upon=lambda fields: fields.get("visit_result") in {"partly", "dissatisfied"},
        rules=("COMP-41",),
    ),
    Clock(
        "unvisited",
        ("judge", "handle", "prove", "tell_outcome"),
        stops=("close",),
        within="complaint.unvisited",
        pauses=PAUSES,
        upon=lambda fields: (
            fields.get("validity") == "invalid" or not fields.keys().isdisjoint({"result", "proof", "outcome"})
        ),
        when=lambda fields: ours(fields) and unreachable(fields),
        rules=("COMP-30",),
    ),
)
RULES = (
    *recorded("complaint tell_outcome outcome", "COMP-17", "COMP-29", note="log and ledger are views (D-06)"),
    *enforced("complaint tell_outcome", "COMP-65", note="the order of the states"),
    *enforced("complaint close", "COMP-30"),
    *recorded("complaint file location", "COMP-42", note="closed and not filed yet: report weekly"),
)
