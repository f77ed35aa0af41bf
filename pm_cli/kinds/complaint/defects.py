"""Construction defects: the warranty decides the route, the project department steers the builder (COMP-53, COMP-54)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import DESK, EVERYBODY
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, Day, Instant, Text
from pm_cli.kinds.complaint.about import IN_HAND, PAUSES, UNJUDGED, UNTOLD, ours, staff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Found = Annotated[str, Choice(options=("before_move_in", "after_move_in"))]
PROJECT = "project"


def by_the_project(now: Facts) -> Refusal | None:
    """The desk and the project department, nobody else."""
    if now.by.department == PROJECT or now.by.may(DESK):
        return None
    return Refusal(_("this is for the project department."), rules=("COMP-53",))


class Defect(Action, of=(*UNJUDGED, *IN_HAND, "rectifying"), by=EVERYBODY, rules=("COMP-53",)):
    """Enter a construction defect: found when, warranty until when, what is to be done about it"""

    found: Found = need("Before or after the owners moved in")
    warranty_until: Day | None = may("Last day of the builder's warranty")
    builder: Text | None = may("Builder who is liable")
    defect_plan: Text | None = may("Plan and measures")
    reported_on: Day | None = may("Day of the complaint (entered by pm)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Without the warranty nobody knows which way it goes."""
        if self.found == "after_move_in" and not (self.warranty_until or now.fields.get("warranty_until")):
            return Refusal(_("the warranty decides the route."), _("Add --warranty-until DAY"))
        return by_the_project(now)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The complaint counts from the day it came in."""
        return {"reported_on": now.events()[0][1].date().isoformat()}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Before move-in and under warranty it is the project department's, afterwards the property's own."""
        covered = str(fields.get("warranty_until", "")) >= str(given.get("reported_on", at[:10]))
        fields["route"] = PROJECT if given.get("found") == "before_move_in" or covered else "property"


class Coordinate(Action, of=IN_HAND, to="handling", by=EVERYBODY, requires=("defect_plan",)):
    """Agree with the builder who repairs it and until when"""

    builder_by: Instant = need("When the builder will have repaired it")
    builder: Text | None = may("Builder who repairs")

    def refuse(self, now: Facts) -> Refusal | None:
        """A builder is bound as long as the warranty lasts (COMP-53)."""
        if now.fields.get("route") != PROJECT:
            reason = _("no warranty binds the builder any more: it is solved inside.")
            return Refusal(reason, _("Go on: pm complaint take-up {id}").format(id=now.id), ("COMP-53",))
        if not (self.builder or now.fields.get("builder")):
            return Refusal(_("the builder is missing."), _("Add --builder NAME"), ("COMP-53",))
        return by_the_project(now) or later_than_now(self.builder_by, now)


class AskSupport(Action, of=UNTOLD, rules=("COMP-54", "COMP-55")):
    """Ask a department for its professional support: facts, explanation, advice"""

    asked_department: Department = need("Who knows about it")
    question: Text = need("What is to be explained", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """One at a time, so that the first answer is not lost sight of."""
        asked = now.fields.get("asked_department")
        if not asked or now.fields.get("advised_by") == asked:
            return None
        reason = _("{department} was asked and has not answered yet.").format(department=word("value", str(asked)))
        return Refusal(reason, _("Enter the answer: pm complaint advise {id}").format(id=now.id), ("COMP-55",))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """A new question has not been answered yet."""
        fields.pop("advised_by", None)


class Advise(Action, of=(*UNTOLD, "told"), by=EVERYBODY, rules=("COMP-54", "COMP-55")):
    """Explain or advise in support of the specialist, and return what you know to the centre"""

    advice: list[Text] = need("Explanation or advice", add=True)
    advised_by: Department | None = may("Department (entered by pm)")

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The department of whoever advises."""
        return {"advised_by": now.by.department} if now.by.department else {}


def unwarranted(now: Facts) -> Refusal | None:
    """Why a complaint about construction goes no further: nobody has asked for the warranty (COMP-53)."""
    if now.fields.get("content_class") != "construction" or not ours(now.fields) or "route" in now.fields:
        return None
    hint = _("Say it: pm complaint defect {id} --found after_move_in --warranty-until DAY").format(id=now.id)
    return Refusal(_("nobody has said yet whether the warranty covers it."), hint, ("COMP-53",))


def not_repaired(now: Facts) -> Refusal | None:
    """Why a construction defect is not handled yet: nobody asked for the warranty, or no builder repairs it (COMP-53)."""
    if "origin" not in now.fields and (refusal := unwarranted(now)):
        return refusal
    if now.fields.get("route") != PROJECT or "builder_by" in now.fields:
        return None
    hint = _("Agree it with the builder: pm complaint coordinate {id} --builder-by TIME").format(id=now.id)
    return Refusal(_("it is under warranty and no builder repairs it yet."), hint, ("COMP-53",))


def not_for_the_project(now: Facts, departments: list[str], handler: object) -> Refusal | None:
    """Why a construction defect cannot be forwarded to these (COMP-53)."""
    named = {*departments, str(staff(now, handler).get("department", ""))}
    if now.fields.get("route") != PROJECT or PROJECT in named:
        return None
    return Refusal(
        _("it is under warranty: the project department handles it."), _("Add --departments project"), ("COMP-53",)
    )


CLOCKS = (
    Clock(
        "builder",
        ("coordinate",),
        stops=("handle",),
        within="complaint.builder",
        agreed="builder_by",
        pauses=PAUSES,
        renews=("coordinate",),
        rules=("COMP-53",),
    ),
    Clock(
        "support",
        ("ask_support",),
        stops=("advise",),
        within="complaint.support",
        renews=("ask_support",),
        done=lambda fields: fields.get("advised_by") == fields.get("asked_department"),
        rules=("COMP-54", "COMP-55"),
    ),
)
RULES = (
    *enforced("complaint defect", "COMP-53", note="warranty decides the route; the builder's term is watched"),
    *recorded("complaint advise advice", "COMP-54"),
    *computed("complaint clock support", "COMP-55", note="the heads of the departments stand on what is forwarded"),
)
