"""Unmet demand (未开通服务需求): kept until the service is offered and those who asked are told. Rules SHEET-34."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Department, Person
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, DESK, DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.rule import enforced, guidance
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.types import Day, Flag, Link, Personal, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Notice = Annotated[str, Link(kinds=("contact",))]
RecordRef = Annotated[str, Link()]
OFFERERS = CS | HEADS | DIRECTORS | {"admin", "administration"}


class UnmetDemand(Declaration):
    """A service the centre does not offer: open until it does and a notice has told those who asked."""

    prefix = "UD"
    open = ("recorded", "reported", "offered")
    closed = ("published", "declined")
    columns = ("unit", "content", "department", "asked", "offered_from")
    handler = "reported_to"
    search = ("content", "caller", "also_callers")
    sort = "department"


class Record(Action, start=True, to="recorded", by=EVERYBODY, rules=("SHEET-34",)):
    """Write down a service that was asked for and is not offered yet"""

    content: Text = need("What was asked for")
    department: Department = need("Department it concerns")
    apologised: Flag = need("Apologised, and promised a notice once it exists")
    channel: Channel = may("How it came in", default="visit")
    unit: UnitRef | None = may("Flat of whoever asked", ask=True)
    caller: Person | None = may("Who asked", rules=("SHEET-33",))
    anonymous: Flag | None = may("Whoever asked gives no name")
    reported_to: StaffRef | None = may("Who was told in that department already")
    concerns: RecordRef | None = may("Request in which it was asked for")
    first_contact: StaffRef | None = may("Who was asked first (default: whoever enters it)", rules=("SHEET-31",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody is sent away with a bare no, and the wish reaches the right department."""
        if not self.apologised:
            hint = _("Apologise and promise the notice, then: --apologised")
            return Refusal(_("nobody is sent away with a bare no."), hint, ("SHEET-34",))
        if not (self.unit or self.caller or self.anonymous):
            hint = _("Add --unit UNIT or --caller-name NAME; who will not say: --anonymous")
            return Refusal(_("who is to be told of it later is missing."), hint, ("SHEET-33", "SHEET-34"))
        return _elsewhere(now, self.reported_to, self.department)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Told at once is reported."""
        return "reported" if "reported_to" in given else None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """The first who asked."""
        fields["asked"] = "1"


class AskAgain(Action, of=("recorded", "reported", "offered"), by=EVERYBODY, rules=("SHEET-34",)):
    """Another resident asks for the same: counted here, told with the others"""

    unit: UnitRef = need("Flat of whoever asked", add=True, into="also_units")
    caller_name: Personal | None = may("Who asked", add=True, into="also_callers", ask=True)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """One more."""
        fields["asked"] = str(int(str(fields.get("asked", "1"))) + 1)


class Report(Action, of=("recorded", "reported"), to="reported", by=EVERYBODY, rules=("SHEET-34",)):
    """Report the wish to the department concerned"""

    reported_to: StaffRef = need("Who was told there")
    department: Department | None = may("Another department, if it is theirs")

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody of that department."""
        return _elsewhere(now, self.reported_to, self.department or str(now.fields.get("department", "")))


class FollowUp(Action, of="reported", by=EVERYBODY, rules=("DISP-11",)):
    """Ask the department again how it stands with the service"""

    answer: Text = need("What the department says")


class Offer(Action, of=("recorded", "reported"), to="offered", by=OFFERERS, rules=("SHEET-34",)):
    """The service is offered now"""

    offered_from: Day = need("From which day")
    terms: Text | None = may("Where, when, at what charge")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What begins later is announced on the day on which it exists."""
        if str(given["offered_from"]) > at[:10]:
            fields["notice_by"] = f"{given['offered_from']}T23:59:59{at[19:]}"


class Publish(Action, of="offered", to="published", by=DESK, rules=("SHEET-34",)):
    """A notice has told users; those who asked have heard of it"""

    notice: Text = need("Where and when the notice stands, or its number")
    notice_contact: Notice | None = may("Entry of the notice in the desk journal")
    told_units: list[UnitRef] = may("Flats that asked and were told in person")

    def refuse(self, now: Facts) -> Refusal | None:
        """The notice tells users once it exists; where flats are told in person besides, none that asked is left out."""
        begins = str(now.fields["offered_from"])
        if begins > f"{now.at:%Y-%m-%d}":
            return Refusal(_("the service is not offered before {day}.").format(day=begins), rules=("SHEET-34",))
        missing = [unit for unit in _askers(now.fields) if unit not in self.told_units] if self.told_units else []
        if not missing:
            return None
        reason = _("these flats asked too: {units}.").format(units=listed(missing))
        return Refusal(reason, _("Tell them and name them all: --told-units UNIT"), ("SHEET-34",))


class Decline(Action, of="reported", to="declined", by=HEADS, rules=("SHEET-34", "DISP-12")):
    """A head decides, the department having heard of it, that it will not be offered; those who asked hear why"""

    reason: Text = need("Why not")
    told: Text = need("What those who asked were told")


CLOCKS = (
    Clock(
        "report", starts=("record",), stops=("record", "report", "offer"), within="unmet_demand.report",
        done=lambda fields: bool({"reported_to", "offered_from"} & fields.keys()), rules=("SHEET-34",),
    ),
    Clock(
        "follow_up", starts=("record", "report"), stops=("offer", "decline"), within="unmet_demand.follow_up",
        renews=("report", "follow_up"), when=lambda fields: "reported_to" in fields, rules=("DISP-11",),
    ),
    Clock(
        "publish", starts=("offer",), stops=("publish",), within="unmet_demand.publish", agreed="notice_by",
        promise=True, rules=("SHEET-34",),
    ),
)  # fmt: skip

RULES = (
    *enforced("unmet_demand record", "SHEET-34", note="refused without apology; open until a notice, whose clock runs"),
    *guidance("unmet_demand record", "COND-03", note=N_("No bare no: say what can be done instead and who will see.")),
)


def _elsewhere(now: Facts, login: str | None, department: str) -> Refusal | None:
    """Why telling this person does not report the wish to the department."""
    person = now.find(login) if login else None
    if not login or (person and person.fields.get("department") == department):
        return None
    shown = word("value", department)
    reason = _("{who} is not of {department}.").format(who=login, department=shown)
    return Refusal(reason, _("Who is: pm list staff"), ("SHEET-34",))


def _askers(fields: Mapping[str, Node]) -> list[str]:
    """The flats that asked, the first one first."""
    also = fields.get("also_units", [])
    return list(dict.fromkeys(str(unit) for unit in (fields.get("unit"), *also) if unit))
