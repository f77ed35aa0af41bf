"""Work that is not done in time: extended, suspended, terminated, resumed. Rules SHEET-24, SHEET-25."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.action import Action, Shape, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import SignedHow
from pm_cli.core.person import CS_LEADERS, DESK, DIRECTORS, HEADS
from pm_cli.core.policy import span
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import enforced
from pm_cli.core.text import _, listed, word
from pm_cli.core.types import Instant, StaffRef, Text
from pm_cli.kinds.sheet.custody import COME_BACK, OUT, UNDER_WAY, BackAtDesk, handover, move, unaccepted
from pm_cli.kinds.sheet.handing_over import issuer
from pm_cli.kinds.sheet.signing import roles

if TYPE_CHECKING:
    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields


class Extend(Action, of=UNDER_WAY, by=CS_LEADERS, rules=("SHEET-24", "ROLE-19")):
    """Give it more time because the work goes on"""

    due: Instant = need("New due time")
    reason: Text = need("Why", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """By whom and how much the policy allows at a time, any number of times, never by who issued it (AMB-10, AMB-95)."""
        allowed = now.value("sheet.extension_roles").items
        if now.by.roles.isdisjoint(allowed):
            who = listed(word("role", role) for role in allowed)
            return Refusal(_("it is extended by: {roles}.").format(roles=who), _("Act as somebody else: --as LOGIN"))
        return own(now, issuer(now)) or self._out_of_range(now)

    def _out_of_range(self, now: Facts) -> Refusal | None:
        """The new time lies between the present one, or now, and so much later."""
        present = _present_due(now)
        latest = max(present, now.at) + span(now.value("sheet.extension").text or "")
        if max(present, now.at) < self.due <= latest:
            return None
        why = _("it is due {present:%Y-%m-%d %H:%M} and can be extended to {latest:%Y-%m-%d %H:%M} now.")
        return Refusal(why.format(present=present, latest=latest), _("Later it can be extended again."))


class Stop(BackAtDesk, Shape):
    """What suspends or ends the work: an explanation signed by the department's head."""

    explanation: Text = need("Why it cannot be finished", into="stop_explanation")
    head: StaffRef = need("Head of the responsible department who signed", into="stop_signed_by")
    signed: SignedHow = need("Ink on paper, scan, or at the desk", into="stop_signed_how")

    def refuse(self, now: Facts) -> Refusal | None:
        """The head of a department that has the sheet, or of the centre, answers for that (SHEET-25)."""
        held, person, book = roles(now, self.head), now.find(self.head), handover(now.fields)
        if held & DIRECTORS or (person and held & HEADS and person.fields.get("department") in book):
            return None
        names = ", ".join(word("value", name) for name in book)
        return Refusal(_("{who} is not the head of {names}.").format(who=self.head, names=names))


class Suspend(Stop, Action, of=OUT, to="suspended", by=DESK | HEADS, rules=("SHEET-24", "SHEET-25")):
    """Stop the work for a time; the sheet comes back with an explanation the department's head signed"""

    until: Instant | None = may("When the work goes on, as far as is known", into="suspended_until")

    def refuse(self, now: Facts) -> Refusal | None:
        """The head's word, and a time that lies ahead, how far is the policy's unless a director suspends it."""
        return super().refuse(now) or later_than_now(self.until, now) or self._without_end(now)

    def _without_end(self, now: Facts) -> Refusal | None:
        latest = now.at + span(now.value("sheet.suspension_longest").text or "")
        if self.until is None or self.until <= latest or now.by.may(DIRECTORS):
            return None
        why = _("it can be suspended to {latest:%Y-%m-%d %H:%M} at the latest.").format(latest=latest)
        return Refusal(why, _("Longer it is suspended by the centre director: --as LOGIN"))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Two copies come back; an earlier suspension's end does not count."""
        Stop.effect(given, fields, at)
        if "until" not in given:
            fields.pop("suspended_until", None)


class Terminate(Stop, Action, of=(*OUT, "returned", "suspended"), to="terminated", by=DESK | HEADS):
    """End the work unfinished; the sheet comes back with an explanation the department's head signed"""

    rules = ("SHEET-24", "SHEET-25")


class Resume(Action, of="suspended", to="issued", rules=("SHEET-24",)):
    """Hand it over again; the clock runs on with the hours that were left"""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Departments that are not done sign for it anew; what was accepted before is not what they will have done."""
        book = handover(fields)
        fields["handover"] = {name: line if "returned_at" in line else {"given_at": at} for name, line in book.items()}
        move(fields, at, "departments", *COME_BACK)
        unaccepted(fields)


def _present_due(now: Facts) -> datetime:
    """When it is due as things stand: as last agreed or by the policy, moved by the suspensions since."""
    agreed, events = now.fields.get("due"), now.events()
    since = max(when for action, when, _by in events if action == ("extend" if agreed else "issue"))
    term = span(now.value("sheet.collect").text or "")
    due = datetime.fromisoformat(str(agreed)) if agreed else since + term
    stopped = since
    for action, when, _by in events:
        if when >= since and action == "suspend":
            stopped = when
        elif when >= since and action == "resume" and stopped <= due:
            due += when - stopped
    return due


CLOCKS = (
    Clock(
        "suspension", starts=("suspend",), stops=("resume", "terminate", "explain"), renews=("suspend",),
        within="sheet.suspension", agreed="suspended_until", rules=("SHEET-24",),
    ),
)  # fmt: skip
"""Nothing is suspended for good: whoever stopped it looks again in time."""

RULES = (
    *enforced(
        "sheet extend", "SHEET-24", note="what is suspended has a longest span and is looked at again: clock suspension"
    ),
    *enforced("sheet suspend", "SHEET-25"),
)
