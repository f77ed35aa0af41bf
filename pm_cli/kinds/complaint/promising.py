"""Promises: none beyond one's power, each with a date, and said whether it was kept (COMP-58, ROLE-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rank import roles_of
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Flag, Instant, Money, StaffRef, Text
from pm_cli.kinds.complaint.about import PAUSES, UNTOLD, promised, roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node


class Promise(Action, of=(*UNTOLD, "told"), by=EVERYBODY, rules=("COMP-58", "ROLE-17")):
    """Note what the complainant was promised: within your power, and fit to be published"""

    promise: Text = need("What was promised")
    promise_by: Instant = need("Until when")
    promise_amount: Money | None = may("Money promised, in yuan")
    approved_by: StaffRef | None = may("Leader who approved it", into="promise_approved_by")

    def refuse(self, now: Facts) -> Refusal | None:
        """One at a time, ahead, and in the power of who gives it or of the leader who approved it."""
        if promised(now.fields):
            hint = _("Say whether it was kept: pm complaint keep-promise {id} --kept or --no-kept").format(id=now.id)
            return Refusal(_("an earlier promise is still open."), hint)
        return later_than_now(self.promise_by, now) or self._beyond_power(now)

    def _beyond_power(self, now: Facts) -> Refusal | None:
        money = self.promise_amount is not None
        allowed = roles(now, "complaint.promise_money_roles" if money else "complaint.promise_roles")
        if now.by.may(allowed) or allowed & roles_of(now, str(self.approved_by or "")):
            return None
        hint = _("Ask first, then add --approved-by LOGIN")
        if self.approved_by:
            return Refusal(_("{who} may not approve this promise.").format(who=self.approved_by), hint)
        if money:
            return Refusal(_("money is not yours to promise."), hint)
        return Refusal(_("this is not yours to promise."), hint)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Nothing of the one before holds for a new promise."""
        fields.pop("promise_kept", None)
        for name, field in (("promise_amount", "promise_amount"), ("approved_by", "promise_approved_by")):
            if name not in given:
                fields.pop(field, None)


class KeepPromise(Action, of=(*UNTOLD, "told"), by=EVERYBODY, requires=("promise",), rules=("COMP-58",)):
    """Say whether the promise was kept"""

    kept: Flag = need("Whether it was kept", into="promise_kept")
    note: Text | None = may("How, or why not", keep=False)


def open_promise(now: Facts) -> Refusal | None:
    """What was promised is carried out before it ends (COMP-58)."""
    if not promised(now.fields):
        return None
    hint = _("Say whether it was kept: pm complaint keep-promise {id} --kept or --no-kept").format(id=now.id)
    return Refusal(_("a promise to the complainant is still open."), hint, ("COMP-58",))


CLOCKS = (
    Clock(
        "promise",
        ("promise",),
        ("keep_promise",),
        within="complaint.promise",
        agreed="promise_by",
        pauses=PAUSES,
        renews=("promise",),
        done=lambda fields: fields.get("promise_kept") == "true",
        promise=True,
        rules=("COMP-58",),
    ),
)
RULES = (*enforced("complaint promise", "COMP-58", note="beyond one's power only with a leader's approval"),)
