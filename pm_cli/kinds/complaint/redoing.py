"""Complaints about special and paid services: their work order is done again, and they end with it (COMP-37)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DESK
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Link, Text
from pm_cli.kinds.complaint.about import IN_HAND, reserved, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

RepairRef = Annotated[str, Link(kinds=("repair",))]
RESTING = frozenset({"done", "accepted", "closed", "dissatisfied"})
"""States of a work order on which nobody works."""
DONE = RESTING - {"dissatisfied"}


class Rework(Action, of=IN_HAND, to="handling", by=DESK, rules=("COMP-37",)):
    """Handle a complaint about a special service by doing its work order again"""

    work_order: RepairRef = need("The work order complained about")
    rounds_due: Text | None = may("Round of rework that has to be done (entered by pm)")

    def refuse(self, now: Facts) -> Refusal | None:
        """The order is one of this unit."""
        order = now.find(self.work_order)
        if order and order.fields.get("unit") != now.fields.get("unit"):
            return Refusal(_("{order} is a work order of another unit.").format(order=order.id))
        return reserved(now)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """A job that rests needs another round, one that is under way just has to end."""
        order = now.find(self.work_order)
        assert order is not None
        return {"rounds_due": str(_rounds(order.fields) + (order.state in RESTING))}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What is handled by a work order is about a special service."""
        fields["special_service"] = "true"


def not_redone(now: Facts) -> Refusal | None:
    """A complaint about a special service is handled when its work order is done again (COMP-37)."""
    if not yes(now.fields, "special_service"):
        return None
    order = now.find(str(now.fields.get("work_order", "")))
    if order is None:
        hint = _("Name the order: pm complaint rework {id} --work-order NUMBER").format(id=now.id)
        return Refusal(_("it is about a special service: its work order is done again."), hint, ("COMP-37",))
    if _rounds(order.fields) < int(str(now.fields["rounds_due"])):
        hint = _("Begin it: pm repair rework {order}, or reopen when it is closed").format(order=order.id)
        return Refusal(_("the rework of {order} has not begun.").format(order=order.id), hint, ("COMP-37",))
    if order.state not in DONE:
        hint = _("Look at it: pm show {order}").format(order=order.id)
        return Refusal(_("the rework of {order} is not done.").format(order=order.id), hint, ("COMP-37",))
    return None


def _rounds(order: Mapping[str, Node]) -> int:
    """How often a work order was begun again."""
    return sum(int(str(order.get(name, "0"))) for name in ("reworks", "reopened"))


RULES = (*enforced("complaint rework", "COMP-37", note="handled only when the linked work order is done again"),)
