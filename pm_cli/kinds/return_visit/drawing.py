"""Drawing the form: which request, who visits, how, by when; who may be sent where (RV-01, RV-02, RV-16, RV-22, RV-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import linked
from pm_cli.core.person import DESK
from pm_cli.core.rank import roles_of
from pm_cli.core.request import RequestKind, RequestRef, VisitWay
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, listed, word
from pm_cli.core.types import Choice, Day, Instant, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Rule = Annotated[str, Choice(options=("major", "complaint", "front_desk", "other"))]
DID_IT = ("handler", "signer", "case_owner")
"""Fields of a request that name who did the work it asked for, or answers for it."""
TIMED = frozenset({"complaint", "suggestion", "situation"})
"""Requests that have a clock of their own for the return visit."""


class Draw(Action, start=True, to="assigned", by=DESK, rules=("RV-01", "RV-16", "RV-22", "RV-23")):
    """Draw a return-visit form for a request whose handling is finished"""

    request: RequestRef = need("Request the resident is visited about")
    visitor: StaffRef | None = may("Who visits (default: whoever enters it)")
    planned_way: VisitWay | None = may("How it is meant to be made")
    planned_for: Day | None = may("Day it is planned for")
    reason: Text | None = may("Why somebody visits whom the rule does not name", into="assigned_because")
    visit_by: Instant | None = may("Until when (found by pm from the end of the handling)")
    unit: UnitRef | None = may("Flat or public place (default: that of the request)")
    request_kind: RequestKind | None = may("What was asked for (found by pm)")

    def refuse(self, now: Facts) -> Refusal | None:
        """One form at a time, the right visitor, at home where that is a must."""
        other = next(
            (seen.id for seen in now.open("return_visit", request=linked(self.request)) if seen.id != now.id), ""
        )
        if other:
            hint = _("Go on with that one: pm show {id}").format(id=other)
            return Refusal(_("{id} is open for it already.").format(id=other), hint, ("RV-01",))
        visitor = self.visitor or now.by.id
        refusal = not_theirs(now, self.request, visitor, self.reason)
        return refusal or not_at_home(now, self.request, self.planned_way) or not_sent(now, visitor)

    def witness(self, now: Facts) -> Fields:
        """Visitor, flat and kind of request, unless they were named."""
        request = now.find(self.request)
        assert request is not None
        unit = self.unit or str(request.fields.get("unit", ""))
        return {"visitor": self.visitor or now.by.id, "request_kind": request.kind, **({"unit": unit} if unit else {})}


class Assign(Action, of="assigned", by=DESK, rules=("RV-16",)):
    """Send somebody else, or on another day"""

    visitor: StaffRef = need("Who visits")
    planned_for: Day | None = may("Day it is planned for")
    reason: Text | None = may("Why somebody visits whom the rule does not name", into="assigned_because")

    def refuse(self, now: Facts) -> Refusal | None:
        """The same rules as when the form was drawn."""
        return not_theirs(now, str(now.fields["request"]), self.visitor, self.reason) or not_sent(now, self.visitor)


def not_theirs(now: Facts, request: str, visitor: str, reason: str | None) -> Refusal | None:
    """Why this visit is not theirs: their own work, a major complaint, or another is named by the rule (D-12)."""
    asked = now.find(request)
    fields = asked.fields if asked else {}
    if visitor in {fields.get(name) for name in DID_IT}:
        hint = _("Send somebody else: --visitor LOGIN")
        return Refusal(_("whoever did the work does not visit."), hint, ("RV-16", "ROLE-19"))
    rule = rule_for(now, request)
    held, named = roles_of(now, visitor), now.value(f"rv.assign_rules.{rule}").items
    meant = listed(word("role", role) for role in named)
    if rule == "major":
        if held & frozenset(named):
            return None
        return Refusal(_("a major complaint is visited by: {roles}.").format(roles=meant), rules=("RV-22",))
    if reason or held & frozenset(now.value("rv.assign_rules.always").items):
        return None
    if held & frozenset(named) and (rule != "front_desk" or _of_zone(now, fields.get("unit"), visitor)):
        return None
    hint = _("Send one of them: --visitor LOGIN; or say why not: --reason TEXT")
    return Refusal(_("this visit is for {roles}.").format(roles=meant), hint, ("RV-16", "RV-22"))


def not_sent(now: Facts, visitor: str) -> Refusal | None:
    """Why somebody else is not sent by whoever enters it: the head of dispatch assigns the visits (DISP-05)."""
    assigning = now.value("rv.assigners").items
    if visitor == now.by.id or now.by.roles & frozenset(assigning):
        return None
    who = listed(word("role", role) for role in assigning)
    hint = _("Visit yourself, or act as somebody else: --as LOGIN")
    return Refusal(_("somebody else is sent by: {roles}.").format(roles=who), hint, ("DISP-05",))


def rule_for(now: Facts, request: str) -> str:
    """Which of the assignment rules applies: by kind, gravity and where it was reported."""
    asked = now.find(request)
    if asked is not None and asked.kind == "complaint":
        return "major" if asked.fields.get("major") == "true" else "complaint"
    at_desk = asked is not None and asked.fields.get("channel") in now.value("rv.front_desk").items
    return "front_desk" if at_desk else "other"


def not_at_home(now: Facts, request: str, way: str | None) -> Refusal | None:
    """Major complaints are visited at home (RV-23, D-10)."""
    if way in {None, "home"} or rule_for(now, request) != "major" or now.value("rv.major_requires_home").text != "yes":
        return None
    return Refusal(_("a major complaint is visited at home."), rules=("RV-23",))


def _of_zone(now: Facts, unit: Node | None, visitor: str) -> bool:
    """Whether somebody looks after the zone of a unit; where none is registered everybody does."""
    where, person = now.find(str(unit)) if unit else None, now.find(visitor)
    zones = {seen.fields.get("zone") for seen in (where, person) if seen is not None and seen.fields.get("zone")}
    return len(zones) < 2


CLOCKS = (
    Clock(
        "visit", starts=("draw",), stops=("visit", "attempt"), renews=("revisit",), within="rv.due", no_later="visit_by",
        when=lambda fields: fields.get("request_kind") not in TIMED or "revisit_told_at" in fields,
        done=lambda fields: "visited_at" in fields, rules=("RV-02", "RV-17"),
    ),
)  # fmt: skip

RULES = (
    *recorded("return_visit draw visitor", "RV-01"),
    *computed("return_visit clock visit", "RV-02", note="terms by kind (AMB-35); complaints: complaint clock visit"),
    *computed("return_visit clock visit", "RV-17", note="the 10th of the month after the handling; pm visit quota"),
    *enforced("return_visit draw", "RV-16", note="policy rv.assign_rules; others with a reason (D-12)"),
    *enforced(
        "return_visit assign",
        "DISP-05",
        note="only what is finished; who goes themself is named by rv.assign_rules, others are sent by rv.assigners",
    ),
    *enforced("return_visit draw", "RV-22", "RV-23", note="and of pm complaint visit directly (flows)"),
    *enforced("return_visit draw", "RV-26", note="leaders visit whatever they like: rv.assign_rules.always"),
)
