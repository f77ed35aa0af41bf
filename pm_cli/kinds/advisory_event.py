"""Advisory event (咨询活动): the company or outsiders answer questions in the estate. Rules CONS-02, CONS-18."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, Facts, Shape, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK, DIRECTORS
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Instant, Natural, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

HostKind = Annotated[str, Choice(options=("government", "service_unit"))]
ORGANISERS = frozenset({"company_leader", "property_department_manager"})
"""The company's director and the manager of the property-management department (CONS-02)."""
COMPANY = frozenset({"company_leader"})


class AdvisoryEvent(Declaration):
    """Events of the company stand as arranged; those of others wait for company leaders."""

    prefix = "AE"
    open = ("requested", "approved")
    closed = ("held", "refused", "cancelled")
    columns = ("begins_at", "place", "host", "topic", "assistance", "attendance")
    place = "place"
    summary = "topic"
    search = ("host", "place", "outcome")
    sort = "host_kind"


class Event(Shape):
    """What is known of every event before it is held."""

    topic: Text = need("What it is about")
    begins_at: Instant = need("When it begins")
    place: Text = need("Where")
    ends_at: Instant | None = may("When it ends (default: the same day)")

    def refuse(self, now: Facts) -> Refusal | None:
        """It lies ahead and ends after it begins."""
        if self.ends_at and self.ends_at <= self.begins_at:
            return Refusal(_("it would end before it begins."))
        return later_than_now(self.begins_at, now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Without an end named, it lasts until night."""
        begins = str(fields.get("begins_at", at))
        fields.setdefault("ends_at", f"{begins[:10]}T23:59:59{begins[19:]}")


class Arrange(Event, Action, start=True, to="approved", by=ORGANISERS, rules=("CONS-02",)):
    """Arrange an event of the company's own"""

    occasion: Text | None = may("Why now: what residents have been asking")


class Request(Event, Action, start=True, to="requested", by=DESK | DIRECTORS, rules=("CONS-18",)):
    """Enter that a government body or another service unit asks to hold one in the estate"""

    host: Text = need("Which body or unit")
    host_kind: HostKind = need("Government body, or other service unit")
    attachments: list[Attachment] = may("Letter of the host", add=True)


class Approve(Action, of="requested", to="approved", by=COMPANY, rules=("CONS-18",)):
    """Company leaders agree, before the day"""

    conditions: Text | None = may("On which conditions")

    def refuse(self, now: Facts) -> Refusal | None:
        """Approval precedes the event, and nobody approves what they asked for."""
        if begun(now):
            return Refusal(
                _("it has begun already: approval comes before the day."),
                _("Enter what happened instead: pm advisory-event refuse {id}, or cancel").format(id=now.id),
                ("CONS-18",),
            )
        if now.by.id in {by for action, _at, by in now.events() if action == "request"}:
            return Refusal(_("nobody approves their own request."), _("Act as somebody else: --as LOGIN"), ("ROLE-19",))
        return None


class Refuse(Action, of="requested", to="refused", by=COMPANY, rules=("CONS-18",)):
    """Company leaders do not agree"""

    reason: Text = need("Why")


class Assist(Action, of="approved", by=DIRECTORS, rules=("CONS-18",)):
    """The property manager arranges what the centre does for it"""

    assistance: Text = need("Room, power, guards, notices: what is provided")
    handler: StaffRef | None = may("Who sees to it")


class Hold(Action, of="approved", to="held", by=DESK | DIRECTORS, rules=("CONS-18",)):
    """Note that it was held, and what came of it"""

    outcome: Text = need("What was asked and answered")
    attendance: Natural | None = may("How many residents came")
    attachments: list[Attachment] = may("Photographs, list of questions", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Not before its day; an event of others not without the assistance that was arranged."""
        if not begun(now):
            return Refusal(
                _("it has not begun yet."),
                _("If it does not take place: pm advisory-event cancel {id}").format(id=now.id),
            )
        if "host" in now.fields and "assistance" not in now.fields:
            return Refusal(
                _("the property manager has arranged no assistance."),
                _("Enter first: pm advisory-event assist {id} --assistance TEXT").format(id=now.id),
                ("CONS-18",),
            )
        return None


class Cancel(Action, of=OPEN, to="cancelled", by=DESK | DIRECTORS):
    """It does not take place"""

    reason: Text = need("Why")


CLOCKS = (
    Clock("approval", starts=("request",), stops=("approve", "refuse"), agreed="begins_at", rules=("CONS-18",)),
    Clock("hold", starts=("arrange", "approve"), stops=("hold",), agreed="ends_at", rules=("CONS-02", "CONS-18")),
)

RULES = (
    *recorded("advisory_event arrange topic", "CONS-02"),
    *enforced("advisory_event approve", "CONS-18"),
)


def begun(now: Facts) -> bool:
    """Whether the event's hour has come."""
    return now.at >= datetime.fromisoformat(str(now.fields["begins_at"]))
