"""Handling a complaint: seen on the spot, forwarded, taken up, done, verified by somebody else, put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department, Signature
from pm_cli.core.person import DESK, DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.rank import roles_of
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced, guidance, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.times import stored
from pm_cli.core.types import Instant, StaffRef, Text
from pm_cli.kinds.complaint.about import (
    IN_HAND,
    MANAGERS,
    PAUSES,
    Known,
    Origin,
    about_them,
    count,
    for_the_director,
    here,
    known_up,
    ours,
    outside,
    reserved,
    unseen,
    yes,
)
from pm_cli.kinds.complaint.convening import Failing, not_convened
from pm_cli.kinds.complaint.defects import not_for_the_project, not_repaired
from pm_cli.kinds.complaint.redoing import not_redone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node


class Forward(Action, of=IN_HAND, to="forwarded", by=DESK, rules=("COMP-20", "COMP-22")):
    """Forward a valid complaint to who has to handle it"""

    departments: list[Department] = may("Departments concerned")
    handler: StaffRef | None = may("Who handles it")
    plan: Text | None = may("What is to be done")
    responsible: list[StaffRef] = may("Heads of these departments (entered by pm)", rules=("COMP-55",))
    reported_to: Known | None = may("How far up it is known already", rules=("COMP-19",))

    def refuse(self, now: Facts) -> Refusal | None:
        """The manager has seen it (COMP-19); some go to the centre director only (COMP-21, COMP-35)."""
        if not (self.departments or self.handler):
            return Refusal(_("who handles it is missing."), _("Add --departments NAME or --handler LOGIN"))
        if not for_the_director(now, now.fields) and (refusal := unseen(now)):
            return refusal
        if refusal := not_for_the_project(now, self.departments or [], self.handler):
            return refusal
        if now.by.may(DIRECTORS) or DIRECTORS & roles_of(now, str(self.handler or "")):
            return about_them(now, self.handler)
        return reserved(now) or about_them(now, self.handler)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Heads of departments answer for complaints there by office (COMP-55); a leader it goes to knows of it."""
        people = [person for name in self.departments or [] for person in now.open("staff", department=name)]
        heads = sorted(person.id for person in people if HEADS & {str(role) for role in person.fields.get("role", [])})
        known = known_up(now, now.by.roles | roles_of(now, str(self.handler or "")))
        return {**({"responsible": list(heads)} if heads else {}), **known}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Heads of departments it was sent to before answer for it no longer."""
        if "responsible" not in given:
            fields.pop("responsible", None)


class TakeUp(Action, of=(*IN_HAND, "passed_on"), to="handling", by=EVERYBODY, rules=("COMP-43", "COMP-62")):
    """Start handling: draft the measures at once"""

    measures: Text = need("What will be done")
    handler: StaffRef | None = may("Who handles it")
    reported_to: Known | None = may("How far up it is known already", rules=("COMP-19",))

    def refuse(self, now: Facts) -> Refusal | None:
        """What is the director's is not taken up by others, nothing for whom it is about."""
        return reserved(now) or about_them(now, self.handler)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """A leader who takes it up knows of it."""
        return known_up(now, now.by.roles)


class Handle(Action, of=IN_HAND, to="handled", by=EVERYBODY, rules=("COMP-26", "COMP-27")):
    """Write down the result of the handling"""

    result: Text = need("What was done")
    remedy_given: Text | None = may("What the complainant gets, beside what was asked for")
    handler: StaffRef | None = may("Who handled it (default: who had it, else whoever enters it)")
    origin: Origin | None = may("Whose problem it was (default: ours)", rules=("COMP-24",))
    handling_opinion: Text | None = may("Handling opinion of who is responsible")
    responsible_signature: Signature | None = may("Signature of who is responsible")

    def refuse(self, now: Facts) -> Refusal | None:
        """Convened where it must be, done where it had to be done, and what was asked for is answered."""
        if "remedy_sought" in now.fields and not (self.remedy_given or now.fields.get("remedy_given")):
            reason = _("the complainant asked for: {remedy}.").format(remedy=now.fields["remedy_sought"])
            return Refusal(reason, _("Say what was given: --remedy-given TEXT"))
        missing = not_convened(now) or _not_outside(now, self.origin) or not_repaired(now) or not_redone(now)
        return missing or reserved(now) or about_them(now, self.handler)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Somebody handled it, so that it is not they who verify and visit (COMP-39, ROLE-19); it was ours if nobody's else."""
        found = {"handler": self.handler or now.by.id, "origin": self.origin or "property"}
        owed = found.keys() - now.fields.keys() if ours(now.fields) else ()
        return {name: found[name] for name in sorted(owed)}

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What is done again is verified again."""
        for name in ("verification", "tracker", "verified_at"):
            fields.pop(name, None)


class Verify(Action, of=("handled", "told", "rectifying"), by=DESK, rules=("COMP-39",)):
    """Follow up on the spot whether it was really done"""

    verification: Text = need("What was found")
    tracker: StaffRef | None = may("Who followed it up (entered by pm)")
    verified_at: Instant | None = may("When it was looked at (entered by pm)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Major ones are verified by the CS manager, none by who handled it (COMP-39)."""
        if yes(now.fields, "major") and not now.by.may(MANAGERS):
            return Refusal(_("a major complaint is verified by the CS manager."), rules=("COMP-39",))
        if now.fields.get("handler") == now.by.id:
            return Refusal(_("whoever handled it does not verify it."), rules=("COMP-39", "ROLE-19"))
        return None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Who followed it up, and when."""
        return {"tracker": now.by.id, "verified_at": stored(now.at)}


class Rectify(Failing, Action, of=("told", "rectifying"), to="handling", by=DESK, rules=("COMP-41",)):
    """Assign somebody to put right within a limit what the complainant is not satisfied with"""

    rectify_by: Instant = need("Until when")
    handler: StaffRef = need("Who puts it right")

    def refuse(self, now: Facts) -> Refusal | None:
        """The limit lies ahead; what is the director's stays so."""
        return later_than_now(self.rectify_by, now) or reserved(now) or about_them(now, self.handler)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Count the rounds; what the complainant said before belongs to the history."""
        count(fields, "rounds")
        fields.pop("visit_result", None)


def unverified(fields: Mapping[str, Node]) -> bool:
    """Whether it was done here and nobody has looked yet whether it really was."""
    return to_verify(fields) and "verification" not in fields


def _not_outside(now: Facts, said: str | None) -> Refusal | None:
    """What is the developer's or a third party's gets there first, with proof (COMP-24)."""
    if not outside({**now.fields, "origin": said or now.fields.get("origin", "")}) or "proof" in now.fields:
        return None
    hint = _("Take it there: pm complaint pass-on {id} --passed-to NAME, then prove").format(id=now.id)
    return Refusal(_("it concerns somebody outside who has not got it yet."), hint, ("COMP-24",))


def to_verify(fields: Mapping[str, Node]) -> bool:
    """Whether it has to be verified: valid, ours, and not left to somebody outside, whose receipt stands for it."""
    return here("validity", "valid")(fields) and not outside(fields)


def drafted(fields: Mapping[str, Node]) -> bool:
    """Whether it is written down what is done about it, or done already."""
    return not fields.keys().isdisjoint(
        {"measures", "plan", "promise", "builder_by", "work_order", "passed_to", "result"}
    )


def looked_after(fields: Mapping[str, Node]) -> bool:
    """Whether somebody has looked whether it was done, or has heard the complainant say so or deny it."""
    return "verification" in fields or fields.get("visit_result") != "unreachable"


SIGNATURES = {"responsible_signature": ("handled", "told", "rectifying", "waiting", "closed")}
CLOCKS = (
    Clock(
        "forward",
        ("judge",),
        stops=("forward", "pass_on", "rework", "coordinate", "take_up", "convene", "handle"),
        within="complaint.forward",
        renews=("judge",),
        when=here("validity", "valid"),
        rules=("COMP-22",),
    ),
    Clock(
        "measures",
        ("forward",),
        stops=("forward", "take_up", "reply", "convene", "coordinate", "rework", "pass_on", "handle"),
        within="complaint.measures",
        no_later="reply_by",
        pauses=PAUSES,
        renews=("forward",),
        when=here("validity", "valid"),
        done=drafted,
        rules=("COMP-43",),
    ),
    Clock(
        "verify",
        ("handle",),
        stops=("verify", "visit", "unsolved"),
        within="complaint.verify",
        renews=("handle",),
        pauses=PAUSES,
        when=to_verify,
        done=looked_after,
        rules=("COMP-39",),
    ),
    Clock(
        "rectify",
        ("rectify",),
        ("handle", "prove"),
        within="complaint.rectify",
        agreed="rectify_by",
        pauses=PAUSES,
        renews=("rectify",),
        rules=("COMP-41",),
    ),
)
RULES = (
    *enforced("complaint forward", "COMP-20", "COMP-21"),
    *computed("complaint clock forward", "COMP-22"),
    *computed("complaint clock measures", "COMP-43", note="and the reply by clock reply"),
    *enforced("complaint take_up", "COMP-35"),
    *recorded("complaint take_up handler", "COMP-62"),
    *recorded("complaint handle result", "COMP-26"),
    *recorded("complaint handle responsible_signature", "COMP-27"),
    *guidance("complaint handle", "COMP-60", note=N_("Solve the real problem, fair to both sides.")),
    *recorded("complaint note text", "COMP-38"),
    *enforced(
        "complaint verify",
        "COMP-39",
        note="not closed before; a satisfied return visit, a major one's by the CS manager (RV-22), verifies as well",
    ),
    *guidance("complaint verify", "COMP-59", note=N_("Go by facts and evidence, and respect the customer.")),
    *computed("complaint clock rectify", "COMP-41"),
)
