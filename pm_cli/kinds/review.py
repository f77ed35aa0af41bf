"""Review (台帐查阅): supervisor daily, manager weekly read the front-desk ledger. Rules CONS-16, CONS-17."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, Facts, Shape, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK, DIRECTORS, EVERYBODY, RANK
from pm_cli.core.rank import rank_of
from pm_cli.core.request import REQUESTS, later_than_now
from pm_cli.core.rule import enforced
from pm_cli.core.rung import Rung, rungs_of
from pm_cli.core.text import _, listed, word
from pm_cli.core.types import Day, Instant, Link, StaffRef, Text
from pm_cli.core.week import Week, monday, week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Seen
    from pm_cli.core.codec import Node

EntryRef = Annotated[str, Link(kinds=(*REQUESTS, "incident", "unmet_demand", "contact"))]
"""What stands in the ledger that is read (D-39)."""
SUPERVISORS = frozenset({"cs_supervisor", "cs_officer", "cs_manager"})
"""The property supervisor (物业主管), and the CS manager in their stead."""
MANAGERS = frozenset({"centre_director", "property_department_manager"})
"""The property manager (物业经理), and the head above in their stead."""


class Review(Declaration):
    """One record for each reading; open while follow-up that was ordered is not done."""

    prefix = "RW"
    open = ("ordered",)
    closed = ("read", "followed_up")
    columns = ("period", "read_by", "follow_up", "handler", "guidance", "escalations", "reported_to")
    place = ""
    summary = "period"
    search = ("remark", "follow_up", "guidance", "findings", "outcome")
    sort = ""


class Reading(Shape):
    """What both readings may lead to: follow-up, and word to those above."""

    follow_up: list[Text] = may("What is to be done", add=True)
    concerns: list[EntryRef] = may("Entries to be followed up", add=True)
    handler: StaffRef | None = may("Who sees to it")
    done_by: Instant | None = may("Until when")
    escalations: list[EntryRef] = may("Important matters reported higher", add=True)
    reported_to: StaffRef | None = may("Who was told of them")
    remark: Text | None = may("Remark")
    read_by: StaffRef | None = may("Who read it (whoever enters it, always)")

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Nobody reads in another's name."""
        return {"read_by": now.by.id}

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """What was ordered stays open until it is done."""
        return "ordered" if ordered(fields) else None


class ReadDay(Reading, Action, start=True, to="read", by=SUPERVISORS, rules=("CONS-16", "CAL-03")):
    """The property supervisor has read the ledger of a day"""

    day: Day | None = may("Day that was read (default: today)", into="period")

    def refuse(self, now: Facts) -> Refusal | None:
        """A day that has come, and nothing important left where it was."""
        day = self.day or now.at.date()
        return ahead(day, now) or passed_on(self, now, 2, day)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Without a day named, that of the reading."""
        fields.setdefault("period", at[:10])


class ReadWeek(Reading, Action, start=True, to="read", by=MANAGERS, rules=("CONS-17", "CAL-14")):
    """The property manager has read the ledger of a week"""

    guidance: Text = need("Guidance given")
    findings: Text | None = may("How well questions were answered and followed up")
    week: Week | None = may("Week that was read, or any day of it (default: this week)", into="period")

    def refuse(self, now: Facts) -> Refusal | None:
        """A week that has begun, and nothing important left where it was."""
        first = monday(self.week or week_of(now.at.date()))
        return ahead(first, now) or passed_on(self, now, 3, first)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Without a week named, that of the reading."""
        fields.setdefault("period", week_of(date.fromisoformat(at[:10])))


class Order(Action, of=("read", "ordered", "followed_up"), to="ordered", by=SUPERVISORS | MANAGERS):
    """Order further follow-up"""

    follow_up: list[Text] = need("What is to be done", add=True)
    concerns: list[EntryRef] = may("Entries it is about", add=True)
    handler: StaffRef | None = may("Who sees to it")
    done_by: Instant | None = may("Until when")

    def refuse(self, now: Facts) -> Refusal | None:
        """The time lies ahead."""
        return later_than_now(self.done_by, now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Its own term and handler, and nothing has come of it yet."""
        for name in {"outcome", "handler", "done_by"} - given.keys():
            fields.pop(name, None)


class FollowUp(Action, of="ordered", to="followed_up", by=EVERYBODY, rules=("CONS-16",)):
    """Say what came of the follow-up that was ordered"""

    outcome: Text = need("What was done", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Whoever was charged with it says so, or the desk."""
        if now.by.id == now.fields.get("handler") or now.by.may(DESK | DIRECTORS):
            return None
        return Refusal(_("somebody else was charged with it."), _("Act as them: --as LOGIN"))


def ordered(fields: Mapping[str, Node]) -> bool:
    """Whether the reading led to follow-up."""
    return "follow_up" in fields or "concerns" in fields


CLOCKS = (
    Clock(
        "follow_up", starts=("read_day", "read_week"), stops=("read_day", "read_week", "follow_up"), renews=("order",),
        agreed="done_by", within="review.follow_up", rules=("CONS-16",), when=ordered,
        done=lambda fields: "outcome" in fields or not ordered(fields),
    ),
)  # fmt: skip

RULES = (
    *enforced("review read_day", "CONS-16", note="days without a reading: pm duties"),
    *enforced("review read_week", "CONS-17", note="weeks without a reading: pm duties"),
)


def ahead(day: date, now: Facts) -> Refusal | None:
    """Nobody has read the ledger of a day that has not come."""
    if day <= now.at.date():
        return None
    return Refusal(_("{day} has not come yet.").format(day=day))


def passed_on(reading: Reading, now: Facts, level: int, first: date) -> Refusal | None:
    """Important matters are reported to the next rung at once, and whoever is told stands on it (D-28)."""
    if bool(reading.escalations) != bool(reading.reported_to):
        return Refusal(
            _("what was reported and to whom belong together."), _("Add --escalations ID and --reported-to LOGIN")
        )
    rung = next((rung for rung in rungs_of(now) if rung.level == level), None)
    return below(reading, now, rung, first) if rung else later_than_now(reading.done_by, now)


def below(reading: Reading, now: Facts, rung: Rung, first: date) -> Refusal | None:
    """What has not reached a rung, or was told to somebody who does not stand on it."""
    role = word("role", rung.to)
    if reading.reported_to and rank_of(now, reading.reported_to) < RANK[rung.to]:
        return Refusal(
            _("{who} is below the {role}, who has to hear of it.").format(who=reading.reported_to, role=role)
        )
    left = unreported(now, rung, first, reading.escalations or ())
    if left:
        hint = _("Say that you have: --escalations {id} --reported-to LOGIN").format(id=left[0].id)
        if left[0].kind == "consultation":
            hint = _("Report first: pm consultation report {id} --reported-to LOGIN").format(id=left[0].id)
        ids = listed(one.id for one in left)
        return Refusal(
            _("important matters have not been reported to the {role}: {ids}.").format(role=role, ids=ids), hint
        )
    return later_than_now(reading.done_by, now)


def unreported(now: Facts, rung: Rung, first: date, named: Iterable[str]) -> list[Seen]:
    """Important matters of the days read, and questions named, that have not reached a rung.

    A question keeps the rungs it has reached itself; of other matters the reading says that they were reported.
    """
    begin = datetime.combine(first, time(), now.at.tzinfo)
    told = {linked(link) for link in named}
    found = {
        one.id: one
        for kind, marked in WEIGHTY
        for one in now.since(kind, begin, **marked)
        if one.state not in SKIPPED and weighty(one) and (kind == "consultation" or one.id not in told)
    }
    for one in map(now.find, told):
        if one and one.kind == "consultation":
            found[one.id] = one
    low = [one for one in found.values() if level_of(now, one) < rung.level and "external" not in one.fields]
    return sorted(low, key=lambda one: one.id)


def weighty(one: Seen) -> bool:
    """What was marked so, and every emergency unless it was none or does not go higher (EMER-05, AMB-73)."""
    fields = one.fields
    if one.kind != "incident":
        return True
    if "goes_higher" in fields or "close_reason" in fields:
        return fields.get("goes_higher") == "true"
    return "grave" in fields or fields.get("matter") not in MINOR


def level_of(now: Facts, one: Seen) -> int:
    """The rung a matter has reached: the director is on the second, the company on the third (D-28)."""
    if one.kind == "consultation":
        return int(str(one.fields.get("level", "0")))
    if one.kind == "complaint":
        return {"centre_director": 2, "company": 3}.get(str(one.fields.get("reported_to")), 0)
    director = str(one.fields.get("director", ""))
    return 2 + (rank_of(now, director) >= RANK["company_leader"]) if director else 0


WEIGHTY: tuple[tuple[str, dict[str, str]], ...] = (
    ("consultation", {"important": "true"}),
    ("consultation", {"major": "true"}),
    ("complaint", {"major": "true"}),
    ("incident", {}),
)
"""Important matters: kinds, and what marks them."""
MINOR = frozenset({"public_area", "dispute"})
"""Incidents that are important only where the superior says so (EMER-05)."""
SKIPPED = ("draft", "moved", "annulled")
"""States of matters that nobody has to report."""
