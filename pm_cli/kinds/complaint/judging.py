"""Judging a complaint: valid or invalid, major, urgent, whose work; the centre decides what the desk cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import DESK, DIRECTORS
from pm_cli.core.rank import concerned
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _, listed, word
from pm_cli.core.types import Choice, Flag, StaffRef, Text
from pm_cli.kinds.complaint.about import (
    GRADES,
    IN_HAND,
    INTAKE,
    LEADERS,
    About,
    Answering,
    ComplaintRef,
    Content,
    Known,
    for_the_director,
    here,
    known_up,
    lost,
    ours,
    outside,
    reserved,
    roles,
    unnamed,
    unseen,
    yes,
)
from pm_cli.kinds.complaint.promising import open_promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Validity = Annotated[str, Choice(options=("valid", "invalid"))]
MajorReason = Annotated[str, Choice(options=("to_superior", "reputation", "finances"))]


class Classify(Action, by=DESK, rules=("COMP-07", "COMP-31", "COMP-44")):
    """Say how urgent, grave or major it is and whose work it is about"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails")
    grave: Flag | None = may("Money or name of the company, or several households")
    major: Flag | None = may("Valid, and made to a superior body or of great effect on the company")
    major_reason: MajorReason | None = may("What makes it major")
    content_class: Content | None = may("What it is about")
    special_service: Flag | None = may("It is about a special or paid service", rules=("COMP-37",))
    repeat_of: ComplaintRef | None = may("Earlier complaint about the same matter", rules=("COMP-57",))
    complained_about: About | None = may("Whose work it is about", rules=("COMP-21",))
    complained_department: Department | None = may("Department complained about", rules=("COMP-16",))
    complained_person: StaffRef | None = may("Member of staff complained about", rules=("COMP-16", "COMP-21"))
    case_owner: StaffRef | None = may("Specialist who steers it through the departments", rules=("COMP-52",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Major is a valid complaint with a reason (COMP-31); only a leader makes it less than it was."""
        major = yes(now.fields, "major") if self.major is None else self.major
        if major and getattr(self, "validity", now.fields.get("validity")) != "valid":
            return Refusal(_("only a valid complaint is major."), _("Take it back: --no-major"), ("COMP-31",))
        if major and not (self.major_reason or now.fields.get("major_reason")):
            hint = _("Add --major-reason to_superior, reputation or finances")
            return Refusal(_("what makes it major is missing."), hint, ("COMP-31",))
        return self._let_go(now, major) or self._lessened(now) or unnamed(now, vars(self))

    def _lessened(self, now: Facts) -> Refusal | None:
        """Its terms and who deals with it depend on these (COMP-25, COMP-35, COMP-44)."""
        less = [name for name in GRADES if getattr(self, name) is False and yes(now.fields, name)]
        if not less or now.by.may(LEADERS):
            return None
        marks = listed(word("field", name) for name in less)
        reason = _("only the CS supervisor or manager takes back that it is {marks}.").format(marks=marks)
        return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("COMP-44", "COMP-46"))

    def _let_go(self, now: Facts, major: bool) -> Refusal | None:
        """What is the centre director's leaves those hands by the director's own word (COMP-21, COMP-35)."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        after = {**now.fields, **said, "major": str(major).lower()}
        return None if for_the_director(now, after) else reserved(now)


class Judge(Classify, of=("recorded", "judging", "invalid", *IN_HAND), rules=("COMP-31", "COMP-32")):
    """Judge whether it is valid: the company is responsible, or it lies within its services"""

    validity: Validity = need("Valid or invalid")
    consulted: list[Text] = may("Leaders asked", add=True, rules=("COMP-49",))
    plan: Text | None = may("What the centre wants done", rules=("COMP-49", "COMP-51"))
    reported_to: Known | None = may("How far up it is known already", rules=("COMP-19",))

    def refuse(self, now: Facts) -> Refusal | None:
        """What was put to the centre, or judged once, is decided there (COMP-33, COMP-48, COMP-49)."""
        if now.fields.get("validity") == self.validity:
            hint = _("To grade it: pm complaint classify {id}").format(id=now.id)
            return Refusal(_("it has been judged so already."), hint)
        if self._superior(now) and self.major is False and not now.by.may(DIRECTORS):
            return Refusal(_("what went to a superior body and is valid is major."), rules=("COMP-31",))
        if now.state == "recorded" or now.by.may(_deciding(now)):
            return super().refuse(now)
        if now.state == "judging":
            return Refusal(_("the centre was asked and decides."), rules=("COMP-33", "COMP-49"))
        reason = _("it has been judged, and only the centre judges otherwise.")
        return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("COMP-48",))

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """A leader who judges knows of it; what is valid and went to a superior body is major (COMP-31)."""
        graded = self.major is not None or yes(now.fields, "major")
        return {
            **known_up(now, now.by.roles),
            **({"major": "true", "major_reason": "to_superior"} if self._superior(now) and not graded else {}),
        }

    def _superior(self, now: Facts) -> bool:
        return self.validity == "valid" and now.fields.get("channel") == "petition" and ours(now.fields)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Valid or invalid."""
        return str(given["validity"])


class AskJudgement(Action, of="recorded", to="judging", by=DESK, rules=("COMP-33", "COMP-48")):
    """Put to the centre what you cannot judge yourself"""

    proposal: Text = need("What you propose to do")


class Explain(Answering, Action, of="invalid", to="closed", by=DESK, rules=("COMP-34", "COMP-47")):
    """Tell the complainant courteously why the complaint is invalid; that closes it"""

    explanation: Text = need("The reasons given")

    def refuse(self, now: Facts) -> Refusal | None:
        """What concerns somebody outside was copied to them first, with proof (SHEET-17); no promise is left open."""
        if outside(now.fields) and "proof" not in now.fields:
            hint = _("Take it there: pm complaint pass-on {id} --passed-to NAME, then prove").format(id=now.id)
            return Refusal(_("it concerns somebody outside who has not got it yet."), hint, ("SHEET-17",))
        return super().refuse(now) or open_promise(now) or unseen(now)


def _deciding(now: Facts) -> frozenset[str]:
    """Who decides for the centre; where it is complained about, whoever accepts that (D-02, D-04)."""
    about_cs = "customer_service" in concerned(now, now.fields)
    return roles(now, "complaint.about_cs.intake" if about_cs else "complaint.decide_roles")


def at_centre(fields: Mapping[str, Node]) -> bool:
    """Whether the centre was asked, or what was called invalid has come up again."""
    return "proposal" in fields or "explanation" in fields


def explained(fields: Mapping[str, Node]) -> bool:
    """Whether reasons are owed: it is invalid, ours, and somebody can be told."""
    return here("validity", "invalid")(fields) and not lost(fields)


CLOCKS = (
    Clock("judge", INTAKE, ("judge", "ask_judgement"), "complaint.judge", when=ours, rules=("COMP-48",)),
    Clock(
        "decide",
        ("ask_judgement", "reopen"),
        stops=("judge", "reopen"),
        within="complaint.decide",
        renews=("reopen",),
        when=at_centre,
        done=lambda fields: fields.get("validity") != "undetermined",
        rules=("COMP-33", "COMP-49"),
    ),
    Clock(
        "invalid_reason",
        ("judge",),
        stops=("explain",),
        within="complaint.invalid_reason",
        no_later="reply_by",
        renews=("judge",),
        when=explained,
        rules=("COMP-47",),
    ),
    Clock("invalid_latest", INTAKE, ("explain",), "complaint.invalid_latest", when=explained),
)
RULES = (
    *enforced("complaint classify", "COMP-31"),
    *recorded("complaint classify case_owner", "COMP-52"),
    *recorded("complaint judge validity", "COMP-32"),
    *enforced("complaint judge", "COMP-33"),
    *computed("complaint clock judge", "COMP-48"),
    *computed("complaint clock decide", "COMP-49"),
    *computed("complaint clock invalid_reason", "COMP-47"),
    *enforced("complaint explain", "COMP-34"),
)
