"""A question goes to others: up to leaders, over to departments, to whoever may approve the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core import request
from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import DIRECTORS, EVERYBODY, RANK
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.rung import reached
from pm_cli.core.text import _, word
from pm_cli.core.types import Instant, Natural, StaffRef, Text
from pm_cli.kinds.consultation.basis import HANDLERS, LEADERS, MANAGERS, UNANSWERED, marked, ours, unless_holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

APPROVERS = frozenset({"property_department_manager", "company_leader"})


class Report(Action, of=OPEN, by=EVERYBODY, rules=("CONS-12", "CONS-28")):
    """Report an important question to the CS officer and rung by rung higher, a major one to the centre"""

    reported_to: StaffRef = need("Leader told")
    level: Natural | None = may("Rung it has reached (found by pm)", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """A major question goes to the head of the centre at once; higher rungs are for those who stand below them."""
        major = marked(now.fields, "major")
        roles, rule = (MANAGERS, "CONS-28") if major else (LEADERS, "CONS-12")
        if refusal := unless_holds(now, self.reported_to, roles, rule):
            return refusal
        rung = reached(now, self.reported_to)
        if rung is None or rung.level == 1 or now.by.rank >= RANK[rung.by]:
            return None
        return Refusal(
            _("to {to} it is reported by {by}.").format(to=word("role", rung.to), by=word("role", rung.by)),
            _("Report it to the CS officer, who sees to the rest: --reported-to LOGIN"),
            ("CONS-12", "CONS-16", "CONS-17"),
        )

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The rung on which the leader who was told stands (D-28)."""
        rung = reached(now, self.reported_to)
        return {"level": str(rung.level)} if rung else {}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """The highest rung reached so far."""
        level = max(int(str(node.get("level", "0"))) for node in (given, fields))
        if level:
            fields["level"] = str(level)


class Transfer(Action, of=UNANSWERED, to="transferred", by=HANDLERS, rules=("CONS-03", "CONS-04", "CONS-13")):
    """Have another department answer; the agreed time stays binding"""

    department: Department = need("Department that answers")
    assisting: list[Department] = may("Other departments that help", rules=("CONS-04",))
    told: StaffRef | None = may("Who was told there", rules=("CONS-13",))
    remark: Text | None = may("For the remark column")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Another department has to be told anew."""
        for name in {"told", "assisting"} - given.keys():
            fields.pop(name, None)


class Tell(Action, of="transferred", by=HANDLERS, rules=("CONS-13",)):
    """Note who was told in the department that answers"""

    told: StaffRef = need("Who was told there")


class Coordinate(Action, of="transferred", by=DIRECTORS, rules=("CONS-14",)):
    """The property manager settles what departments cannot agree on"""

    decision: Text = need("What was settled")


class AskApproval(Action, of=UNANSWERED, to="approval_asked", by=HANDLERS, rules=("CONS-15",)):
    """Ask the property-department manager about a question the estate cannot answer itself"""

    proposal: Text | None = may("Answer or way proposed")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Whoever asks says that it lies outside the estate."""
        fields["outside_estate"] = "true"


class Approve(Action, of="approval_asked", to="approved", by=APPROVERS, rules=("CONS-15",)):
    """Say what may be answered"""

    approval: Text | None = may("What may be said, if not what was proposed")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody approves what they asked for themselves."""
        if ("ask_approval", now.by.id) in {(action, by) for action, _at, by in now.events()}:
            return Refusal(_("nobody approves their own request."), _("Act as somebody else: --as LOGIN"), ("ROLE-19",))
        return None


class ReceiveByManager(Action, of=UNANSWERED, to="with_manager", by=HANDLERS, rules=("CONS-26",)):
    """Ask the CS manager to receive the resident about a hard question"""

    manager: StaffRef = need("Who receives them")
    answer_by: Instant | None = may("When")

    def refuse(self, now: Facts) -> Refusal | None:
        """A manager, and a time that lies ahead."""
        refusal = unless_holds(now, self.manager, MANAGERS, "CONS-26")
        return refusal or request.later_than_now(self.answer_by, now)


CLOCKS = (
    Clock(
        "report", starts=("ask",), stops=("report",), within="consultation.report",
        when=lambda fields: ours(fields) and marked(fields, "important"), rules=("CONS-12",),
    ),
    Clock(
        "to_centre", starts=("ask",), stops=("report",), within="consultation.to_centre",
        when=lambda fields: ours(fields) and marked(fields, "major"), rules=("CONS-28",),
    ),
    Clock(
        "first_account", starts=("report",), stops=("progress", "answer", "direct"), pauses=("waiting",),
        within="consultation.first_account", when=lambda fields: marked(fields, "major"), rules=("CONS-28",),
    ),
    Clock(
        "tell", starts=("transfer",), stops=("transfer", "tell", "answer", "direct"), renews=("transfer",),
        within="consultation.tell", when=ours, rules=("CONS-13",),
        done=lambda fields: "told" in fields or "answer" in fields or "way" in fields,
    ),
)  # fmt: skip

RULES = (
    *enforced("consultation transfer", "CONS-03", note="customer service alone passes on, directs and closes"),
    *recorded("consultation transfer assisting", "CONS-04"),
    *computed("consultation clock report", "CONS-12", note="and by rungs: D-28, field level"),
    *enforced("consultation receive_by_manager", "CONS-26"),
    *computed("consultation clock first_account", "CONS-28"),
)
