"""Whose problem it is: solved inside, or taken to the developer or a third party, whose receipt ends it (COMP-24)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import DESK
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Text
from pm_cli.kinds.complaint.about import IN_HAND, OUTSIDE, UNJUDGED, Answering, Origin, lost, ours, outside, reserved
from pm_cli.kinds.complaint.defects import unwarranted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

ProofKind = Annotated[str, Choice(options=("receipt", "fax"))]


class Establish(Action, of=(*UNJUDGED, "invalid", *IN_HAND, "rectifying"), by=DESK, rules=("COMP-24",)):
    """Verify the facts and say whose problem it is"""

    facts: Text = need("What was verified, and how")
    origin: Origin = need("Ours, left over by the developer, or a third party's")
    third_party: Text | None = may("Which third party")

    def refuse(self, now: Facts) -> Refusal | None:
        """A third party has a name."""
        if self.origin == "third_party" and not (self.third_party or now.fields.get("third_party")):
            return Refusal(_("which third party is missing."), _("Add --third-party NAME"))
        return None


class PassOn(Action, of=(*IN_HAND, "invalid"), by=DESK, rules=("COMP-24", "SHEET-17")):
    """Take it to the developer's customer service or copy it to the third party"""

    passed_to: Text = need("Who got it: department and person")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only what was found to be theirs leaves the house."""
        if now.fields.get("origin") not in OUTSIDE:
            hint = _("Say whose it is: pm complaint establish {id} --origin developer --facts TEXT").format(id=now.id)
            return Refusal(_("it was not found to be anybody else's."), hint)
        return unwarranted(now) or reserved(now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """What is invalid stays so until the reasons are told."""
        return None if fields.get("validity") == "invalid" else "passed_on"

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Each time needs its own proof."""
        fields.pop("proof", None)


class Prove(Action, of=("passed_on", "invalid"), by=DESK, requires=("passed_to",), rules=("COMP-24", "SHEET-17")):
    """Add the receipt or fax that proves it got there: with it our part is done and the complainant is told"""

    proof: Attachment = need("The receipt or the fax")
    proof_kind: ProofKind = need("Receipt or fax")

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """What is invalid stays so until the reasons are told."""
        return None if fields.get("validity") == "invalid" else "handled"


class EnterAnswer(
    Answering,
    Action,
    of=("passed_on", "invalid", "handled", "told", "rectifying", "closed"),
    by=DESK,
    requires=("passed_to",),
    rules=("COMP-24",),
):
    """Enter what the developer or the third party answers, however late"""

    outside_answer: Text = need("What they answer")
    answer_told: Text | None = may("What the complainant was told of it")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once it is closed nothing reminds of telling, so that is done first."""
        if now.state == "closed" and not self.answer_told:
            hint = _("Tell the complainant, then add --answer-told TEXT")
            return Refusal(_("it is closed: nobody would remember to tell the complainant."), hint, ("COMP-28",))
        return super().refuse(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """A new answer has not been told yet."""
        if "answer_told" not in given:
            fields.pop("answer_told", None)


class TellAnswer(
    Answering,
    Action,
    of=("passed_on", "invalid", "handled", "told", "rectifying"),
    by=DESK,
    requires=("outside_answer",),
    rules=("COMP-24", "COMP-28"),
):
    """Tell the complainant what the developer or the third party answers"""

    told: Text = need("What was said", keep=False)


def owed_outside(fields: Mapping[str, Node]) -> bool:
    """Whether somebody outside has to get it."""
    return ours(fields) and outside(fields)


def untold(fields: Mapping[str, Node]) -> bool:
    """Whether an answer from outside has still to be told."""
    return "answer_told" not in fields and not lost(fields)


CLOCKS = (
    Clock("pass_on", ("establish",), ("pass_on",), "complaint.pass_on", when=owed_outside, rules=("COMP-24",)),
    Clock(
        "proof",
        ("pass_on",),
        stops=("prove",),
        within="complaint.proof",
        renews=("pass_on",),
        when=owed_outside,
        rules=("COMP-24", "SHEET-17"),
    ),
    Clock(
        "answer_told",
        ("enter_answer",),
        stops=("tell_answer", "progress", "reply", "explain", "tell_outcome"),
        within="complaint.answer_told",
        renews=("enter_answer",),
        when=untold,
        rules=("COMP-24", "COMP-28"),
    ),
)
RULES = (*enforced("complaint pass_on", "COMP-24", note="what is theirs is not handled here before it got there"),)
