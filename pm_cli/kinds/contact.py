"""Contact (来访来电): a visit, call or notice that is no request of its own. Rules DISP-01, DISP-03, DISP-13 to DISP-20."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Department, Person
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS_LEADERS, DESK, DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.rank import roles_of
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.source import Gatherer, Source, gatherer_of, source_of
from pm_cli.core.text import _, word
from pm_cli.core.types import Attachment, Choice, Flag, Instant, Link, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

REQUESTED = ("complaint", "repair", "question", "suggestion")
"""Reasons that are requests of their own: a contact about them names the record (D-39: nothing is typed twice)."""
Reason = Annotated[str, Choice(options=(*REQUESTED, "payment", "meeting", "information", "other"))]
Direction = Annotated[str, Choice(options=("in", "out"))]
Party = Annotated[str, Choice(options=("customer", "contractor", "department", "company", "authority", "other"))]
RecordRef = Annotated[str, Link()]
LEADERS = CS_LEADERS | DIRECTORS | HEADS


class Contact(Declaration):
    """Open until those concerned have been told, the visitor has come, or the notice has gone out."""

    prefix = "CT"
    open = ("noted", "to_inform", "announced", "to_publish")
    closed = ("settled", "informed", "came", "not_come", "published")
    columns = ("unit", "channel", "reason", "content", "for_person", "for_department", "expected")
    handler = "for_person"
    search = ("content", "caller", "result", "audience")
    sort = "reason"


class Log(Action, start=True, to="noted", by=EVERYBODY, rules=("DISP-13", "DISP-14", "DISP-19")):
    """Write down a visit or a call: who, from where, about what"""

    channel: Channel = need("How they came or called")
    reason: Reason = need("What it was about", rules=("DISP-09",))
    content: Text = need("What was said", rules=("DISP-14",))
    unit: UnitRef | None = may("Flat they belong to", ask=True)
    caller: Person | None = may("Who came or called")
    for_person: StaffRef | None = may("Member of staff it concerns")
    for_department: Department | None = may("Department it concerns (payment: finance)")
    relayed_to: StaffRef | None = may("Who was told there at once", rules=("DISP-17",))
    result: Text | None = may("How it was settled at once", ask=True, rules=("DISP-18",))
    concerns: RecordRef | None = may("Request or incident it is about or led to")
    direction: Direction = may("They to us, or we to them", default="in")
    party: Party = may("Whom it was with", default="customer", rules=("DISP-19",))
    source: Source | None = may("Where it comes from (default: by way and desk)", rules=("DISP-01",))
    gatherer: Gatherer | None = may("Who gathered it (default: by the role)", rules=("DISP-20",))
    indirect: Flag | None = may("Heard of, not said to us", rules=("DISP-20",))
    first_contact: StaffRef | None = may("Who was asked first (default: whoever enters it)", rules=("SHEET-31",))
    attachments: list[Attachment] = may("Photographs, papers", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """What is a request is entered as one (DISP-09), and whoever was told is the right one."""
        if self.direction == "in" and self.reason in REQUESTED and not self.concerns:
            reason = word("value", self.reason)
            hint = _("Enter it once: pm receive {reason}; if it is there already: --concerns ID")
            return Refusal(
                _("{reason} is a record of its own.").format(reason=reason),
                hint.format(reason=self.reason),
                ("DISP-09",),
            )
        if self.direction == "in" and self.reason == "meeting" and not (self.for_person or self.for_department):
            return _for_nobody()
        said = {**vars(self), **({"for_department": "finance"} if self.reason == "payment" else {})}
        return _not_relayed(now, self.relayed_to, said) if self.relayed_to else None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Source and gatherer as the desk and the way say, unless they were named."""
        return {
            "source": self.source or source_of(self.channel, now.by.roles),
            "gatherer": self.gatherer or gatherer_of(now.by.roles),
        }

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Whoever it concerns has to hear of it; without that, an outcome or a record settles it (DISP-12)."""
        if "relayed_to" in given:
            return "informed"
        if {"for_person", "for_department"} & fields.keys():
            return "to_inform"
        return "settled" if {"result", "concerns"} & given.keys() else None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Charges are a matter of finance (DISP-03)."""
        if given.get("reason") == "payment":
            fields.setdefault("for_department", "finance")


class Inform(Action, of=("noted", "to_inform"), to="informed", by=EVERYBODY, rules=("DISP-03", "DISP-17", "DISP-18")):
    """Pass on to the people concerned what was said"""

    relayed_to: StaffRef = need("Who was told")
    remark: Text | None = may("What they said to it")

    def refuse(self, now: Facts) -> Refusal | None:
        """Whom it concerns, or somebody of the department; charges are heard by finance."""
        return _not_relayed(now, self.relayed_to, now.fields)


class Conclude(Action, of=("noted", "to_inform"), to="settled", by=EVERYBODY, rules=("DISP-12", "DISP-14", "DISP-18")):
    """Say how it was settled: what concerns somebody, by whom it concerns"""

    result: Text = need("What came of it")
    concerns: RecordRef | None = may("Request it led to")

    def refuse(self, now: Facts) -> Refusal | None:
        """Whom it concerns knows of it: nobody else settles it before they were told, charges nobody but finance."""
        hint = _("Tell them, then: pm contact inform {id} --relayed-to LOGIN").format(id=now.id)
        if now.fields.get("reason") == "payment":
            told = now.by.department == "finance"
            return None if told else Refusal(_("finance has not been told."), hint, ("DISP-03",))
        if _concerns(now, now.by.id, now.fields):
            return None
        return Refusal(_("nobody concerned has been told."), hint, ("DISP-14", "DISP-17"))


class Announce(Action, start=True, to="announced", by=EVERYBODY, rules=("DISP-14",)):
    """Note a visit announced beforehand: who comes, when, to whom"""

    expected: Instant = need("When they come")
    content: Text = need("What they come for")
    caller: Person | None = may("Who comes")
    for_person: StaffRef | None = may("To whom", ask=True)
    for_department: Department | None = may("To which department")
    informed: StaffRef | None = may("Leader or colleague who was told of it")
    unit: UnitRef | None = may("Flat they belong to or visit")
    channel: Channel = may("How it was announced", default="phone")

    def refuse(self, now: Facts) -> Refusal | None:
        """Who and to whom are known; the visit lies ahead."""
        if not (isinstance(self.caller, dict) and {"name", "affiliation"} & self.caller.keys()):
            return Refusal(_("who comes is missing."), _("Add --caller-name NAME or --caller-affiliation COMPANY"))
        if not (self.for_person or self.for_department):
            return _for_nobody()
        refusal = later_than_now(self.expected, now)
        return refusal or (_not_told(now, self.informed, vars(self)) if self.informed else None)


class Tell(Action, of="announced", by=EVERYBODY, rules=("DISP-14",)):
    """Report the announced visit to the leader or department concerned"""

    informed: StaffRef = need("Who was told")

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody whom the visit concerns."""
        return _not_told(now, self.informed, now.fields)


class Postpone(Action, of="announced", by=EVERYBODY):
    """The visitor comes at another time"""

    expected: Instant = need("When they come now")

    def refuse(self, now: Facts) -> Refusal | None:
        """It lies ahead."""
        return later_than_now(self.expected, now)


class Come(Action, of="announced", to="came", by=EVERYBODY, rules=("DISP-14",)):
    """The announced visitor is here"""

    informed: StaffRef | None = may("Who was told, if nobody had been")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody is led in whom nobody knows of."""
        if self.informed:
            return _not_told(now, self.informed, now.fields)
        hint = _("Tell them now and add --informed LOGIN")
        return None if "informed" in now.fields else Refusal(_("nobody concerned has been told."), hint, ("DISP-14",))


class NotCome(Action, of="announced", to="not_come", by=EVERYBODY):
    """The announced visitor did not come"""

    remark: Text | None = may("What is known of it")


class Notice(Action, start=True, to="to_publish", by=DESK, rules=("DISP-15",)):
    """Note what the centre has to let owners know; with a way, it has gone out"""

    content: Text = need("What they are to know")
    audience: Text = need("Whom: flats, buildings or all")
    channel: Channel | None = may("Way by which it went out already")
    concerns: RecordRef | None = may("Incident or request it is about")

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """A way means it is done."""
        return "published" if "channel" in given else None


class Publish(Action, of="to_publish", to="published", by=DESK, rules=("DISP-15",)):
    """The notice has gone out"""

    channel: Channel = need("By which way")


CLOCKS = (
    Clock(
        "finance_told", starts=("log",), stops=("log", "inform"), within="contact.finance",
        when=lambda fields: fields.get("reason") == "payment",
        done=lambda fields: "relayed_to" in fields, rules=("DISP-03",),
    ),
    Clock(
        "inform", starts=("log",), stops=("log", "inform"), within="contact.inform",
        when=lambda fields: fields.get("reason") != "payment" and bool({"for_person", "for_department"} & fields.keys()),
        done=lambda fields: "relayed_to" in fields, rules=("DISP-14", "DISP-17", "DISP-18"),
    ),
    Clock(
        "outcome", starts=("log",), stops=("log", "inform", "conclude"), within="contact.outcome",
        when=lambda fields: not {"for_person", "for_department"} & fields.keys(),
        done=lambda fields: bool({"relayed_to", "result", "concerns"} & fields.keys()), rules=("DISP-12",),
    ),
    Clock(
        "tell", starts=("announce",), stops=("announce", "tell", "come"), within="contact.tell",
        done=lambda fields: "informed" in fields, rules=("DISP-14",),
    ),
    Clock("visitor", starts=("announce",), stops=("come", "not_come"), agreed="expected", rules=("DISP-14",)),
    Clock(
        "publish", starts=("notice",), stops=("notice", "publish"), within="contact.publish",
        done=lambda fields: "channel" in fields, rules=("DISP-15",),
    ),
)  # fmt: skip

RULES = (
    *recorded("contact log source", "DISP-01"),
    *computed("contact clock finance_told", "DISP-03", note="only finance can be told of charges"),
    *enforced("contact log", "DISP-09", note="what is a request is entered as one"),
    *recorded("contact log reason", "DISP-13", note="requests are their own entries; pm journal shows both"),
    *enforced("contact come", "DISP-14", note="clocks `tell`, `inform`; no telling oneself, nobody led in unannounced"),
    *computed("contact clock publish", "DISP-15"),
    *computed(
        "contact clock inform",
        "DISP-17",
        note="complaints by clock relay of a complaint, services by notify of a repair",
    ),
    *computed("contact clock inform", "DISP-18", note="solved at once or passed on"),
    *recorded("contact log party", "DISP-19"),
    *recorded("contact log gatherer", "DISP-20"),
)


def _for_nobody() -> Refusal:
    """The refusal of a visitor of whom nobody would be told."""
    hint = _("Add --for-person LOGIN or --for-department NAME")
    return Refusal(_("to whom they come is missing."), hint, ("DISP-14",))


def _not_relayed(now: Facts, login: str, said: Mapping[str, object]) -> Refusal | None:
    """Why telling this person passes nothing on: a department hears it through its people, charges always do so."""
    department = said.get("for_department")
    bound = department and (said.get("reason") == "payment" or not said.get("for_person"))
    if bound and _department(now, login) != department and now.open("staff", department=str(department)):
        shown = word("value", str(department))
        rules = ("DISP-03",) if department == "finance" else ("DISP-17",)
        reason = _("{who} is not of {department}.").format(who=login, department=shown)
        return Refusal(reason, _("Who is: pm list staff"), rules)
    return _not_told(now, login, said)


def _not_told(now: Facts, login: str, said: Mapping[str, object]) -> Refusal | None:
    """Why telling this person does not count: it is nothing to them, or they knew it themselves."""
    if not _concerns(now, login, said):
        hint = _("Tell whom the visit is for, or a leader")
        return Refusal(_("the visit does not concern {who}.").format(who=login), hint, ("DISP-14",))
    if login == now.by.id != said.get("for_person"):
        hint = _("Name who was told besides you, or act as somebody else: --as LOGIN")
        return Refusal(_("nobody passes it on to themselves."), hint, ("DISP-14", "DISP-17"))
    return None


def _concerns(now: Facts, login: str, said: Mapping[str, object]) -> bool:
    """Whether a contact is for this person: asked for, of that department or that person's, or a leader; or for anybody."""
    person, department = said.get("for_person"), said.get("for_department")
    if login == person or not (person or department) or LEADERS & roles_of(now, login):
        return True
    return _department(now, login) in {department, _department(now, person)} - {None, ""}


def _department(now: Facts, login: object) -> str:
    person = now.find(str(login)) if login else None
    return str(person.fields.get("department", "")) if person else ""
