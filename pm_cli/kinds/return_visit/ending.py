"""What follows a form: put right and visited again, a nonconformity report, filed in the register (RV-05 to RV-07, RV-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS_LEADERS, DESK
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Instant, Link, StaffRef, Text
from pm_cli.kinds.return_visit.drawing import not_theirs
from pm_cli.kinds.return_visit.visiting import ON_PAPER, begin_anew

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

NonconformityRef = Annotated[str, Link(kinds=("nonconformity",))]
VERIFIED = frozenset({"verified", "closed"})
"""States of a nonconformity report whose measures work."""


class Rectify(Action, of=("visited", "returned", "reviewed"), to="rectifying", by=DESK, rules=("RV-21",)):
    """Have put right what the resident is not satisfied with; the request is taken up again with it"""

    rectification: Text = need("What is put right")
    responsible: StaffRef = need("Who puts it right")
    rectify_by: Instant = need("Until when")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only what somebody is not satisfied with, and within a limit that lies ahead."""
        if now.fields.get("result") == "satisfied" and now.fields.get("acceptable") != "false":
            return Refusal(_("the resident is satisfied."), rules=("RV-21",))
        return later_than_now(self.rectify_by, now)


class ReportNonconformity(
    Action, of=("visited", "returned", "reviewed", "rectifying"), to="nonconformity", by=CS_LEADERS, rules=("RV-05",)
):
    """Have a nonconformity report carried out: pm opens one, or name the one that is open"""

    description: Text = need("What does not conform", keep=False)
    nonconformity: NonconformityRef | None = may("Report that is open already")


class Revisit(Action, of=("reviewed", "nonconformity", "unreachable"), to="assigned", by=CS_LEADERS, rules=("RV-06",)):
    """Tell the visitor to visit once more"""

    reason: Text = need("Why", into="revisit_because")
    visit_by: Instant = need("Until when")
    visitor: StaffRef | None = may("Who visits, if somebody else")

    def refuse(self, now: Facts) -> Refusal | None:
        """The term lies ahead; the measures have been verified before; a new visitor is one whom the rules allow."""
        request = str(now.fields["request"])
        return (
            later_than_now(self.visit_by, now)
            or _unverified(now)
            or (not_theirs(now, request, self.visitor, self.reason) if self.visitor else None)
        )

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When the visitor was told; the round begins anew."""
        begin_anew(fields, given)
        fields.pop("result", None)
        fields["revisit_told_at"] = at


class File(Action, of=("reviewed", "nonconformity"), to="closed", by=DESK, rules=("RV-05", "RV-06", "RV-07")):
    """File the form: it stands in the register of return visits"""

    location: Text | None = may("Where the paper lies")

    def refuse(self, now: Facts) -> Refusal | None:
        """Accepted, or the measures are verified; paper lies somewhere."""
        if now.state == "reviewed" and now.fields.get("acceptable") != "true":
            hint = _("pm return-visit rectify {id}, report-nonconformity {id} or revisit {id}").format(id=now.id)
            return Refusal(_("the feedback was not accepted."), hint, ("RV-05",))
        if now.fields.get("way") in ON_PAPER and not self.location:
            return Refusal(_("where the form lies is missing."), _("Add --location TEXT"), ("RV-07",))
        return _unverified(now)


def _unverified(now: Facts) -> Refusal | None:
    """The nonconformity report of this form whose measures nobody has verified yet."""
    if now.state != "nonconformity":
        return None
    named = now.find(str(now.fields.get("nonconformity", "")))
    reports = [*now.open("nonconformity", return_visit=now.id), *([named] if named else [])]
    waiting = next((report.id for report in reports if report.state not in VERIFIED), "")
    if not waiting:
        return None
    hint = _("Look at it: pm show {id}").format(id=waiting)
    return Refusal(_("the measures of {id} are not verified.").format(id=waiting), hint, ("RV-05",))


CLOCKS = (
    Clock(
        "rectify", starts=("rectify",), stops=("visit", "report_nonconformity"), renews=("rectify",),
        within="rv.rectify", agreed="rectify_by", rules=("RV-21",),
    ),
    Clock(
        "file", starts=("review",), stops=("file",), renews=("review",), pauses=("rectifying", "nonconformity", "assigned"),
        within="rv.file", rules=("RV-07",),
    ),
)  # fmt: skip

RULES = (
    *enforced("return_visit file", "RV-05", note="verified by the right rank: nonconformity verify"),
    *recorded("return_visit revisit reason", "RV-06", note="when the visitor was told to visit again"),
    *enforced("return_visit file", "RV-07", note="the register F-10 is pm book return_visits"),
)
