"""Reporting a complaint up, and what is added to it: missing signatures, a look at the place (COMP-15, 19, 23, 35, 36, 51)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.person import DESK, DIRECTORS, EVERYBODY
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Flag, StaffRef, Text
from pm_cli.kinds.complaint.about import (
    INTAKE,
    RUNGS,
    UNTOLD,
    at_the_top,
    here,
    no_papers,
    no_receiver,
    ours,
    unsigned,
    yes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

RUNGS_UP = (*RUNGS, "company")
Rung = Annotated[str, Choice(options=RUNGS_UP)]
SEEN = (*INTAKE, "report", "judge", "ask_judgement", "forward", "convene")


class Report(Action, by=DESK, rules=("COMP-19", "COMP-35", "COMP-51")):
    """Report it up: every one to CS manager or supervisor, a major one to the centre director"""

    reported_to: Rung = need("How far up")
    company_handler: Text | None = may("Who takes it at the company", rules=("COMP-36",))
    received_by_manager: StaffRef | None = may("CS manager or director who received the visitor", rules=("COMP-14",))

    def refuse(self, now: Facts) -> Refusal | None:
        """The company gets what is major, from the centre director (COMP-36); visitors are received by somebody of rank."""
        if self.reported_to == "company" and not (yes(now.fields, "major") and now.by.may(DIRECTORS)):
            return Refusal(_("only the centre director passes on, and only major ones."), rules=("COMP-36",))
        if self.reported_to == "company" and not (self.company_handler or now.fields.get("company_handler")):
            return Refusal(_("who takes it there is missing."), _("Add --company-handler NAME"), ("COMP-36",))
        known = str(now.fields.get("reported_to", ""))
        if known in RUNGS_UP and RUNGS_UP.index(self.reported_to) < RUNGS_UP.index(known):
            return Refusal(_("it is known further up already."), rules=("COMP-19",))
        return no_receiver(now, self.received_by_manager)


class Sign(Action, of=(OPEN, "closed"), by=DESK, rules=("COMP-15", "COMP-27")):
    """Add a signature that was still missing"""

    signature: Signature | None = may("The complainant's signature")
    papers_signed: Flag | None = may("The attachments bear the signature too", rules=("COMP-15",))
    responsible_signature: Signature | None = may("Signature of who is responsible for the handling")

    def refuse(self, now: Facts) -> Refusal | None:
        """Papers are signed that are there."""
        return no_papers(self.papers_signed, now.fields.get("attachments"))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Not signed is still awaited."""
        unsigned(fields)


class Inspect(Action, of=UNTOLD, by=EVERYBODY, rules=("COMP-23",)):
    """Look at the place with the complainant or take photographs"""

    finding: Text = need("What was found", keep=False)
    met: Flag | None = may("The complainant was there", rules=("SHEET-12",))
    special: Flag | None = may("A special situation: tell the department manager")
    attachments: list[Attachment] = may("Photographs", add=True)


def seen(fields: Mapping[str, Node]) -> bool:
    """Whether CS manager or supervisor knows of it: told or asked."""
    return not fields.keys().isdisjoint({"reported_to", "proposal"})


AWAITED = (*UNTOLD, "told", "waiting", "closed")
SIGNATURES = {"signature": AWAITED, "papers_signed": AWAITED}
CLOCKS = (
    Clock("seen", INTAKE, SEEN, "complaint.seen", when=ours, done=seen, rules=("COMP-19",)),
    Clock(
        "escalate",
        INTAKE,
        stops=SEEN,
        within="complaint.escalate.urgent",
        no_later="reply_by",
        when=here("urgent", "true"),
        done=seen,
        rules=("COMP-51",),
    ),
    Clock(
        "escalate_major",
        INTAKE,
        stops=SEEN,
        within="complaint.escalate.major",
        when=here("major", "true"),
        done=at_the_top,
        rules=("COMP-35", "COMP-51"),
    ),
    Clock(
        "special",
        ("inspect",),
        stops=("report",),
        within="complaint.special",
        when=here("special", "true"),
        upon=lambda fields: yes(fields, "special"),
        done=lambda fields: fields.get("reported_to") != "cs_supervisor",
        rules=("COMP-23",),
    ),
    Clock(
        "major_account",
        (*SEEN, "take_up"),
        stops=("reply", "tell_outcome"),
        within="complaint.major_account",
        upon=seen,
        done=lambda fields: yes(fields, "major"),
        when=here("major", "true"),
        rules=("COMP-50",),
    ),
)
RULES = (
    *computed("complaint clock seen", "COMP-19"),
    *enforced("complaint report", "COMP-36"),
    *recorded("complaint inspect finding", "COMP-23", note="what is special is reported to the manager in time"),
    *computed("complaint clock escalate", "COMP-51"),
    *computed("complaint clock major_account", "COMP-50"),
)
