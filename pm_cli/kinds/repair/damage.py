"""Damage to or loss of a resident's property: reported, negotiated, compensated (损坏或丢失客户财产). Rule WORK-26."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS_LEADERS, DIRECTORS
from pm_cli.core.rank import roles_of
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Money, StaffRef, Text
from pm_cli.kinds.repair.stages import MANAGERS, ON_SPOT, count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

DamageKind = Annotated[str, Choice(options=("damaged", "lost"))]
AT_HOME = ("on_site", "quoted", "working", "waiting", "done", "accepted", "escalated", "dissatisfied")
NEGOTIATORS = CS_LEADERS | DIRECTORS
ONE_CASE = ("damage_reported_to", "compensation", "agreed_with", "compensation_paid", "no_compensation")
"""What belongs to one damage and is gone when the next one is entered; the history keeps it."""


class Damage(Action, of=AT_HOME, by=ON_SPOT, rules=("WORK-26",)):
    """Something of the resident's was damaged or is missing"""

    damaged: Text = need("What it is")
    damage_kind: DamageKind = need("Damaged or lost")
    damage_cause: Text = need("How it happened")
    damage_value: Money | None = may("What it is worth, in yuan")
    reported_to: StaffRef | None = may("CS manager or centre director told at once", into="damage_reported_to")
    attachments: list[Attachment] = may("Photographs", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """One after the other, and told to the right rank."""
        if open_case := unsettled(now):
            return open_case
        return _not_manager(now, self.reported_to) if self.reported_to else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """A new case begins with nothing reported, agreed or paid."""
        fields["damages"] = str(count(fields, "damages") + 1)
        for name in ONE_CASE:
            fields.pop(name, None)
        if "reported_to" in given:
            fields["damage_reported_to"] = given["reported_to"]


class ReportDamage(Action, of=AT_HOME, by=ON_SPOT, requires=("damages",), rules=("WORK-26",)):
    """Report the damage to the CS manager or the centre director"""

    reported_to: StaffRef = need("Who was told", into="damage_reported_to")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody below the CS manager will do."""
        return _not_manager(now, self.reported_to)


class Compensate(Action, of=AT_HOME, by=NEGOTIATORS, requires=("damage_reported_to",), rules=("WORK-26",)):
    """Agree the compensation with the resident, or that there is none"""

    compensation: Money | None = may("Amount agreed, in yuan", ask=True)
    agreed_with: Text = need("With whom, and what was agreed")
    no_compensation: Text | None = may("Why none is due: repaired, replaced, found again")

    def refuse(self, now: Facts) -> Refusal | None:
        """Exactly one of both, and not after it was paid."""
        if "compensation_paid" in now.fields:
            return Refusal(_("it is paid already."))
        if bool(self.compensation) != bool(self.no_compensation):
            return None
        hint = _("Add --compensation YUAN or --no-compensation REASON")
        return Refusal(_("either an amount or the reason why there is none."), hint, ("WORK-26",))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What is agreed last counts."""
        fields.pop("no_compensation" if "compensation" in given else "compensation", None)


class PayCompensation(Action, of=AT_HOME, by=NEGOTIATORS | {"finance"}, requires=("compensation",), rules=("WORK-26",)):
    """The compensation was paid to the resident"""

    amount: Money = need("Amount paid, in yuan", into="compensation_paid")
    voucher: Text | None = may("Number of the resident's receipt", into="compensation_voucher")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once, and what was agreed."""
        agreed = str(now.fields["compensation"])
        if "compensation_paid" in now.fields:
            return Refusal(_("it is paid already."))
        if str(self.amount) == agreed:
            return None
        hint = _("Agree it anew: pm repair compensate {id} --compensation YUAN").format(id=now.id)
        return Refusal(_("{amount} was agreed.").format(amount=agreed), hint, ("WORK-26",))


def unsettled(now: Facts) -> Refusal | None:
    """A damage about which nothing is agreed, or whose compensation is not paid (WORK-26)."""
    fields = now.fields
    if "damages" not in fields or "compensation_paid" in fields or "no_compensation" in fields:
        return None
    step = "compensate" if "damage_reported_to" in fields else "report-damage"
    step = "pay-compensation" if "compensation" in fields else step
    hint = _("Enter first: pm repair {step} {id}").format(step=step, id=now.id)
    return Refusal(_("the damage is not settled: {what}.").format(what=fields["damaged"]), hint, ("WORK-26",))


def _not_manager(now: Facts, login: str) -> Refusal | None:
    if roles_of(now, login) & MANAGERS:
        return None
    return Refusal(_("{who} is neither CS manager nor director.").format(who=login), rules=("WORK-26",))


CLOCKS = (
    Clock(
        "damage", starts=("damage",), stops=("damage", "report_damage"), renews=("damage",),
        within="repair.damage", done=lambda fields: "damage_reported_to" in fields, rules=("WORK-26",),
    ),
)  # fmt: skip

RULES = (*enforced("repair compensate", "WORK-26", note="an unsettled damage keeps the repair open; `clock damage`"),)
