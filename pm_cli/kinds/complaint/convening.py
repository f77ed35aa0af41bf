"""Grave, or unsolved several times: the centre director convenes those concerned and names who carries it out (COMP-25)."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from pm_cli.core.action import Action, Shape, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import DIRECTORS, EVERYBODY
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Flag, StaffRef, Text
from pm_cli.kinds.complaint.about import IN_HAND, PAUSES, Known, about_them, count, here, known_up, yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

FAILED = frozenset({"unsolved", "rectify", "reopen"})
"""Steps that say that what was done did not solve it."""


class Failing(Shape):
    """Mixed into every step that says that an attempt did not solve it."""

    unsolved_often: Flag | None = may("Unsolved several times, so that the director convenes (found by pm)")

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Whether attempts have failed several times by now, since the director last convened (AMB-26)."""
        failed = sum(action in FAILED for action in _since_convened(now)) + 1
        return {"unsolved_often": "true"} if failed >= now.value("complaint.unsolved_times").number else {}


class Unsolved(Failing, Action, of=(*IN_HAND, "handled"), to="handling", by=EVERYBODY, rules=("COMP-25",)):
    """Note that an attempt did not solve it"""

    reason: Text = need("What did not work", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count the attempts."""
        count(fields, "unsolved")


class Convene(Action, of=IN_HAND, to="handling", by=DIRECTORS, rules=("COMP-25",)):
    """The centre director convenes those concerned and names who carries out the solution"""

    plan: Text = need("The solution")
    executing_department: Department = need("Department that carries it out")
    handler: StaffRef | None = may("Who handles it")
    reported_to: Known | None = may("How far up it is known already", rules=("COMP-35",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody whom it is about carries it out."""
        return about_them(now, self.handler)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The director who convenes knows of it."""
        return known_up(now, now.by.roles)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From here on attempts are counted anew."""
        fields.pop("unsolved_often", None)


def not_convened(now: Facts) -> Refusal | None:
    """Why it cannot be handled yet: it is grave or stayed unsolved several times, and the director has not convened."""
    grave = yes(now.fields, "grave") and "executing_department" not in now.fields
    if not (grave or yes(now.fields, "unsolved_often")):
        return None
    hint = _("The director enters the plan: pm complaint convene {id}").format(id=now.id)
    reason = _("it is grave or stayed unsolved several times: the director convenes first.")
    return Refusal(reason, hint, ("COMP-25",))


def _since_convened(now: Facts) -> list[str]:
    """What has happened since the director convened last, the latest first."""
    steps = [action for action, _at, _by in now.events()]
    return list(takewhile(lambda action: action != "convene", reversed(steps)))


CLOCKS = (
    Clock(
        "convene",
        ("judge",),
        stops=("convene", "pass_on"),
        within="complaint.convene",
        pauses=PAUSES,
        when=lambda fields: here("validity", "valid")(fields) and yes(fields, "grave"),
        rules=("COMP-25",),
    ),
    Clock(
        "unsolved",
        ("unsolved", "rectify", "reopen"),
        stops=("convene", "pass_on"),
        within="complaint.convene",
        pauses=PAUSES,
        renews=("unsolved", "rectify", "reopen"),
        when=here("validity", "valid"),
        upon=lambda fields: yes(fields, "unsolved_often"),
        rules=("COMP-25",),
    ),
)
RULES = (
    *enforced("complaint handle", "COMP-25", note="what the director has to convene is convened in time, or overdue"),
)
