"""After the reply: the return visit is planned and made, the ledger filled in, the suggestion closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS, CS_LEADERS, DESK
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Day, Link, StaffRef, Text
from pm_cli.kinds.suggestion.answering import MANAGERS, day_gone, planned, unreported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Adoption = Annotated[str, Choice(options=("adopted", "partly_adopted", "not_adopted", "passed_on"))]
CloseReason = Annotated[str, Choice(options=("duplicate", "withdrawn", "no_contact", "other"))]
SuggestionRef = Annotated[str, Link(kinds=("suggestion",))]

REPLIED = ("replied", "visit_planned", "visited", "dissatisfied")


class PlanVisit(Action, of=("replied", "visit_planned"), to="visit_planned", by=CS, rules=("SUGG-06", "SUGG-13")):
    """Enter it in the plan of return visits"""

    visit_on: Day = need("Day the visit is planned for")
    visitor: StaffRef | None = may("Who visits")

    def refuse(self, now: Facts) -> Refusal | None:
        """A plan lies ahead."""
        return day_gone(self.visit_on, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """It binds until the end of that day."""
        planned(given, fields, at)


class Visit(request.Visit, of=("visit_planned", "dissatisfied"), by=CS, rules=("SUGG-06", "SUGG-13")):
    """Return visit: ask what the resident says to the reply"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody visits about their own letter."""
        if now.by.id == now.fields.get("signer"):
            return Refusal(_("whoever signed the reply does not visit."), _("Act as somebody else: --as LOGIN"))
        return super().refuse(now)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Visited, unless nobody was reached; the discontent are for the manager."""
        good = "visited" if given.get("result") in {"satisfied", "partly"} else None
        return good or request.visit_leads_to(given, "visited", "dissatisfied")


class Enter(Action, of=("visited", "dissatisfied"), to="closed", by=CS, rules=("SUGG-07", "SUGG-08")):
    """Fill in the ledger of residents' opinions and suggestions; that closes it"""

    adoption: Adoption = need("What became of it")
    ledger_remark: Text | None = may("Remark in the ledger")

    def refuse(self, now: Facts) -> Refusal | None:
        """With a dissatisfied resident the manager ends it, and says why."""
        if now.state == "visited" or (now.by.may(MANAGERS) and self.ledger_remark):
            return None
        hint = _("The CS manager enters it with --ledger-remark TEXT, or: pm suggestion reopen {id}").format(id=now.id)
        return Refusal(_("the resident is dissatisfied."), hint)


class Close(Action, of=OPEN, to="closed", by=CS_LEADERS, rules=("SUGG-06",)):
    """End it without a written reply or a visit, for a reason"""

    reason: CloseReason = need("Why", into="close_reason")
    remark: Text | None = may("Particulars", into="close_remark")
    duplicate_of: SuggestionRef | None = may("The suggestion it repeats")

    def refuse(self, now: Facts) -> Refusal | None:
        """A reason has something behind it; what is valuable the director hears of first."""
        if "external" in now.fields:
            return None
        if self.reason == "duplicate":
            return request.no_duplicate(now, self.duplicate_of)
        return _unfounded(self, now) or unreported(now)


class Reopen(Action, of=("visited", "dissatisfied", "closed"), to="at_manager", by=DESK):
    """Take it up again, counted; the time of the first reply stays"""

    reason: Text = need("What is still open", keep=False)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count it; the ledger is filled in anew."""
        fields["reopened"] = str(int(str(fields.get("reopened", "0"))) + 1)
        for name in ("adoption", "ledger_remark", "close_reason", "close_remark", "duplicate_of"):
            fields.pop(name, None)


def _unfounded(said: Close, now: Facts) -> Refusal | None:
    """Why a reason does not do: not explained, or the resident was not tried as often as the policy asks (AMB-44)."""
    if not said.remark:
        return Refusal(_("the reason is missing."), _("Add --remark TEXT"))
    return request.tried_too_little(now, "suggestion") if said.reason == "no_contact" else None


CLOCKS = (
    Clock(
        "visit", ("reply",), ("visit",), "suggestion.visit", no_later="visit_by", renews=("reply",),
        when=lambda fields: "external" not in fields,
        done=lambda fields: fields.get("visit_result") != "unreachable", rules=("SUGG-06",),
    ),
    Clock(
        "enter", ("visit",), ("enter", "reopen"), "suggestion.enter", renews=("visit",), rules=("SUGG-07",),
        when=lambda fields: "external" not in fields and fields.get("visit_result") != "unreachable",
    ),
)  # fmt: skip

RULES = (
    *enforced(
        "suggestion enter",
        "SUGG-07",
        note="after the visit, within the term of clock enter; the ledger F-08: `pm suggestion list`",
    ),
    *enforced(
        "suggestion enter", "SUGG-13", note="the order of the states; that of situation reports: situation close"
    ),
)
