"""Afterwards: the course to the superior, who decides how high it goes; director and supervisor told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DESK, DIRECTORS, EVERYBODY, RANK
from pm_cli.core.rank import SUPERVISOR, rank_of, roles_of
from pm_cli.core.rule import computed, enforced
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Flag, StaffRef, Text
from pm_cli.kinds.incident.entry import ENTRIES, QUARRELS, superior_of
from pm_cli.kinds.incident.response import TECHNICAL, public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Ground = Annotated[str, Choice(options=("grave_accident", "safety_responsibility"))]

HURT = ("injury", "casualty", "call_grave")
"""Steps by which it is, or may be, a grave accident."""
SUPERIORS = frozenset(role for role in RANK if RANK[role] >= SUPERVISOR)
SMALL = frozenset({"public_area", "dispute"})
"""Matters of which the director hears only when the superior says so; all others are emergencies (EMER-01)."""


class CallGrave(Action, of=OPEN, by=EVERYBODY, rules=("EMER-05",)):
    """It is a grave accident or touches safety responsibility: supervisor and director are told promptly"""

    grave: Ground = need("Which of them")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What was said against it counts no more."""
        fields.pop("not_grave", None)


class Inform(Action, of=OPEN, by=EVERYBODY, rules=("EMER-01", "EMER-05")):
    """Report to the centre director, in grave cases to the supervisor responsible as well"""

    director: StaffRef = need("Centre director told")
    supervisor: StaffRef | None = may("Supervisor responsible, told as well", rules=("EMER-05",))
    account: Text = need("What was reported")
    attachments: list[Attachment] = may("Written report, photographs", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Those who have to know, not somebody else."""
        if not roles_of(now, self.director) & DIRECTORS:
            return Refusal(_("{who} is not the centre director.").format(who=self.director))
        if self.supervisor and rank_of(now, self.supervisor) < SUPERVISOR:
            return Refusal(_("{who} is no supervisor.").format(who=self.supervisor))
        if "grave" in now.fields and not (self.supervisor or "supervisor" in now.fields):
            return Refusal(_("it is grave: the supervisor responsible is told too."), _("Add --supervisor LOGIN"))
        return None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When the director heard of it."""
        fields["director_told"] = at


class Report(Action, of="contained", to="reported", by=EVERYBODY):
    """Report the course to the superior afterwards"""

    rules = ("EMER-03", "EMER-04", "EMER-05", "EMER-07", "COND-02")
    course: Text = need("The course: what happened, what was done, by whom")
    superior: StaffRef = need("Superior it is reported to")
    attachments: list[Attachment] = may("Photographs, statements", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """By the finder or the desk, to somebody above, and not with the work half done."""
        finder = str(now.fields.get("finder", ""))
        if now.by.id != finder and not now.by.may(DESK):
            return Refusal(_("{who} found it and reports it.").format(who=finder), _("Act as them: --as LOGIN"))
        if not superior_of(now, self.superior, finder):
            return Refusal(_("{who} is not a superior of the finder.").format(who=self.superior), rules=("EMER-05",))
        return _half_done(now)


class Decide(Action, of="reported", by=SUPERIORS, rules=("EMER-05",)):
    """The superior decides whether it goes higher"""

    goes_higher: Flag = need("It goes up to the centre director")
    not_grave: Text | None = may("Why it is not grave though people are hurt")
    ruling: Text | None = may("Why, or what else is to be done")

    def refuse(self, now: Facts) -> Refusal | None:
        """The superior it was reported to or somebody above, never the finder; and whether it is grave is said."""
        superior = str(now.fields.get("superior", ""))
        if now.by.id == now.fields.get("finder"):
            return Refusal(_("the finder does not decide."), _("Act as somebody else: --as LOGIN"))
        if now.by.id != superior and now.by.rank < rank_of(now, superior):
            return Refusal(_("it was reported to {who}, who decides.").format(who=superior))
        if "grave" in now.fields:
            return Refusal(_("it was called grave.")) if self.not_grave else None
        if self.not_grave or "casualties" not in now.fields:
            return None
        hint = _("Enter first: pm incident call-grave {id} --grave grave_accident; or say why: --not-grave REASON")
        return Refusal(_("people are hurt and nobody has said whether it is grave."), hint.format(id=now.id))


def serious(fields: Fields) -> bool:
    """Whether it is grave, or may be because people are hurt and nobody has said that it is not (EMER-05)."""
    return not fields.keys().isdisjoint({"casualties", "grave"}) and "not_grave" not in fields


def emergency(fields: Fields) -> bool:
    """Whether the director gets a report in any case (EMER-01)."""
    return fields.get("matter") not in SMALL


def told(fields: Fields) -> bool:
    """Whether whoever has to know does: the director of an emergency and of what goes higher, of grave ones both."""
    due = emergency(fields) or "grave" in fields or fields.get("goes_higher") == "true"
    return ("director_told" in fields or not due) and ("supervisor" in fields or "grave" not in fields)


def _half_done(now: Facts) -> Refusal | None:
    """What has to have happened before the course can be told."""
    fields, matter = now.fields, now.fields.get("matter")
    if fields.get("beyond_authority") == "true" and "leader_called" not in fields:
        hint = _("Enter first: pm incident call-leader {id} --leader LOGIN").format(id=now.id)
        return Refusal(_("it is beyond the finder's authority and no superior was called."), hint, ("EMER-07",))
    if matter in TECHNICAL and "technician_told" not in fields:
        hint = _("Enter first: pm incident tell-technician {id} --technician LOGIN").format(id=now.id)
        return Refusal(_("the duty technician was not told."), hint, ("EMER-03",))
    if matter in TECHNICAL and "cause_determined" not in fields:
        hint = _("Enter first: pm incident determine {id} --cause-determined --cause TEXT, or --no-cause-determined")
        why = _("nobody has said whether the technician can tell fault and responsibility.")
        return Refusal(why, hint.format(id=now.id), ("EMER-03",))
    if fields.get("cause_determined") == "false" and "leader_on_scene" not in fields:
        hint = _("Enter first: pm incident call-leader {id} --leader LOGIN, then arrive").format(id=now.id)
        return Refusal(_("fault or responsibility is unclear and no leader was on the scene."), hint, ("EMER-03",))
    if public(now) and "stayed_until" not in fields:
        hint = _("Enter first: pm incident relieve {id} --responsible LOGIN --responsible-arrived TIME")
        return Refusal(_("the finder has not been relieved."), hint.format(id=now.id), ("EMER-04",))
    if matter in QUARRELS and "settlement" not in fields:
        hint = _("Enter first: pm incident reconcile {id} --settlement TEXT").format(id=now.id)
        return Refusal(_("the dispute is not settled."), hint, ("COND-02",))
    return None


CLOCKS = (
    Clock("report", ("contain", "separate", "reconcile"), ("report",), "incident.report", rules=("EMER-05",)),
    Clock("decide", ("report",), ("decide",), "incident.decide", rules=("EMER-05",)),
    Clock("director", ENTRIES, ("inform",), "incident.director", when=emergency, rules=("EMER-01",)),
    Clock(
        "grave", (*HURT, "complete"), (*HURT, "inform", "decide"), "incident.grave", renews=("casualty", "call_grave"),
        upon=serious, done=lambda fields: not serious(fields) or {"director_told", "supervisor"} <= fields.keys(),
        rules=("EMER-05",),
    ),
    Clock(
        "higher", ("decide",), ("decide", "inform"), "incident.higher",
        when=lambda fields: fields.get("goes_higher") == "true",
        done=lambda fields: "director_told" in fields, rules=("EMER-05",),
    ),
)  # fmt: skip

RULES = (
    *enforced("incident report", "EMER-03", note="clocks technician and leader"),
    *computed(
        "incident clock grave", "EMER-05", note="begins with people hurt; beside clocks report, decide and higher"
    ),
    *enforced("incident report", "EMER-07", note="KEY-09 and WORK-04 are kept where keys and repairs are"),
)
