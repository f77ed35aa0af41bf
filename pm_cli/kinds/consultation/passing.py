"""A question goes to others: up to leaders, over to departments, to whoever may approve the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import DIRECTORS, EVERYBODY, RANK
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.rung import reached
from pm_cli.core.text import _, word
from pm_cli.core.types import Flag, Natural, StaffRef, Text
from pm_cli.kinds.consultation.asking import Importance, unimportant
from pm_cli.kinds.consultation.basis import (
    APPROVERS,
    HANDLERS,
    LEADERS,
    MANAGERS,
    UNANSWERED,
    Timed,
    answered,
    marked,
    ours,
    unless_holds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node


class Upgrade(Action, of=OPEN, by=EVERYBODY, rules=("CONS-12", "CONS-28")):
    """Say that it is important or major after all: from now on it is reported up like one that came in as such"""

    important: Flag | None = may("Law, press, safety or many households", rules=("CONS-12",))
    important_for: Importance | None = may("What makes it important", rules=("CONS-12",))
    major: Flag | None = may("To go up like a major complaint", rules=("CONS-28",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only upwards, and not twice: every time the terms begin."""
        weighty = self.important or self.important_for
        upwards = (weighty and not marked(now.fields, "important")) or (self.major and not marked(now.fields, "major"))
        if not upwards or self.important is False or self.major is False:
            hint = _("Add --important, --important-for REASON or --major; a mistake: pm consultation correct {id}")
            return Refusal(_("that makes it no more than it is."), hint.format(id=now.id))
        return unimportant(now, self.important_for)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What says why it is important says that it is; what turns out major is reported anew, to the centre."""
        if "important_for" in given:
            fields["important"] = "true"
        if "major" in given:
            fields.pop("reported_to", None)


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

    def refuse(self, now: Facts) -> Refusal | None:
        """Told is somebody there."""
        return elsewhere(now, self.told, self.department)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Another department has to be told anew."""
        for name in {"told", "assisting"} - given.keys():
            fields.pop(name, None)


class Tell(Action, of="transferred", by=HANDLERS, rules=("CONS-13",)):
    """Note who was told in the department that answers"""

    told: StaffRef = need("Who was told there")

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody there."""
        return elsewhere(now, self.told, str(now.fields["department"]))


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


class ReceiveByManager(Timed, Action, of=UNANSWERED, to="with_manager", by=HANDLERS, rules=("CONS-26",)):
    """Ask the CS manager to receive the resident about a hard question"""

    manager: StaffRef = need("Who receives them")

    def refuse(self, now: Facts) -> Refusal | None:
        """A manager, and a time that lies ahead."""
        return unless_holds(now, self.manager, MANAGERS, "CONS-26") or self.mistimed(now)


def elsewhere(now: Facts, told: str | None, department: str) -> Refusal | None:
    """Why a department has not been told: whoever was told works in another one (CONS-13)."""
    person = now.find(told) if told else None
    if person is None or person.fields.get("department") == department or not now.open("staff", department=department):
        return None
    why = _("{who} is not of the department {department}.").format(who=told, department=word("value", department))
    return Refusal(why, _("Name somebody there: --told LOGIN"), ("CONS-13",))


def owed(mark: str) -> Callable[[Mapping[str, Node]], bool]:
    """When a report up is owed at all."""
    return lambda fields: ours(fields) and marked(fields, mark)


def reported(mark: str, *told: str) -> Callable[[Mapping[str, Node]], bool]:
    """Whether it was reported, which one of these fields says, or is none of those that are."""
    return lambda fields: not marked(fields, mark) or not fields.keys().isdisjoint(told)


CLOCKS = (
    Clock(
        "report", starts=("ask", "upgrade"), stops=("ask", "upgrade", "report"), renews=("upgrade",),
        within="consultation.report", when=owed("important"), rules=("CONS-12",),
        done=reported("important", "reported_to", "level"),
    ),
    Clock(
        "to_centre", starts=("ask", "upgrade"), stops=("ask", "upgrade", "report"), renews=("upgrade",),
        within="consultation.to_centre", when=owed("major"), rules=("CONS-28",),
        done=reported("major", "reported_to"),
    ),
    Clock(
        "first_account", starts=("report",), stops=("progress", "answer", "direct"), renews=("upgrade",),
        pauses=("waiting",), within="consultation.first_account", rules=("CONS-28",),
        when=lambda fields: marked(fields, "major") and "reported_to" in fields,
    ),
    Clock(
        "tell", starts=("transfer",), stops=("transfer", "tell", "answer", "direct"), renews=("transfer",),
        within="consultation.tell", when=ours, rules=("CONS-13",),
        done=lambda fields: "told" in fields or answered(fields),
    ),
)  # fmt: skip

RULES = (
    *enforced("consultation transfer", "CONS-03", note="customer service alone passes on, directs and closes"),
    *recorded("consultation transfer assisting", "CONS-04"),
    *computed("consultation clock report", "CONS-12", note="and by rungs: D-28, field level"),
    *enforced("consultation receive_by_manager", "CONS-26"),
    *computed("consultation clock first_account", "CONS-28"),
)
