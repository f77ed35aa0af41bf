"""A question comes in: it is written down, answered at once if it can be, else a time is agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rule import computed, enforced, guidance, recorded
from pm_cli.core.text import N_, _, word
from pm_cli.core.types import Choice, Flag, Instant, Text
from pm_cli.kinds.consultation.basis import (
    HANDLERS,
    UNANSWERED,
    InfoRef,
    Timed,
    Topic,
    answered,
    marked,
    ours,
    out_of_use,
    setting,
    unfounded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Importance = Annotated[str, Choice(options=("law", "press", "safety", "many_households"))]


class Ask(request.Intake, start=True, to="recorded", by=EVERYBODY, rules=("CONS-01", "CONS-05", "CONS-10")):
    """Write a resident's question into the work ledger, with the answer if it can be given now"""

    topic: Topic | None = may("What it is about", rules=("CONS-14", "CONS-23"), ask=True)
    important: Flag | None = may("Law, press, safety or many households", rules=("CONS-12",))
    important_for: Importance | None = may("What makes it important", rules=("CONS-12",))
    major: Flag | None = may("To go up like a major complaint", rules=("CONS-28",))
    outside_estate: Flag | None = may("The estate cannot answer it itself, such as title papers", rules=("CONS-15",))
    sensitive: Flag | None = may("Touches the interests of company or developer", rules=("CONS-25",))
    answer_by: Instant | None = may("Time agreed for the answer", rules=("CONS-09",))
    answer: Text | None = may("Answer given at once", rules=("CONS-11",))
    info: list[InfoRef] = may(
        "Entry of the information file it was answered from", add=True, into="searched_info", rules=("CONS-11",)
    )
    legal_basis: Text | None = may("Paper or law it rests on", rules=("CONS-23",))

    def refuse(self, now: Facts) -> Refusal | None:
        """An answer at once is bound by the same rules as a later one; history is taken in as it was."""
        if self.external:
            return None
        if refusal := elsewhere(now) or unimportant(now, self.important_for) or out_of_use(now, self.info):
            return refusal
        if self.answer and (refusal := unfounded(now, vars(self), self.info)):
            return refusal
        return request.later_than_now(self.answer_by, now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What says why it is important says that it is."""
        if "important_for" in given:
            fields["important"] = "true"

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Answered at once is done, unless leaders have to hear of it first."""
        if "answer" not in given:
            return None
        return "answered" if marked(fields, "important") or marked(fields, "major") else "closed"


class Classify(Action, of=(*UNANSWERED, "waiting"), by=HANDLERS, rules=("CONS-14", "CONS-23", "CONS-25")):
    """Say what the question is about, which decides what an answer rests on"""

    topic: Topic = need("What it is about", rules=("CONS-14", "CONS-23"))
    sensitive: Flag | None = may("Touches the interests of company or developer", rules=("CONS-25",))


class Agree(Timed, request.Agree, of=UNANSWERED, rules=("CONS-09", "CONS-11", "CONS-26")):
    """Agree with the resident when the answer comes"""

    answer_by: Instant = need("Time of the answer")

    def refuse(self, now: Facts) -> Refusal | None:
        """The time lies ahead, and why another one does not hold is said."""
        return self.mistimed(now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """A question that others have already stays with them."""
        elsewhere = {"department", "manager"} & fields.keys() or marked(fields, "outside_estate")
        return None if elsewhere else "agreed"


CLOCKS = (
    Clock(
        "answer", starts=("ask",), stops=("ask", "answer", "direct"), pauses=("waiting",), promise=True,
        within=lambda fields: "consultation.answer" if ours(fields) else "", agreed="answer_by",
        done=answered, resumes=("reopen",),
        rules=("CONS-09", "CONS-26"),
    ),
)  # fmt: skip

RULES = (
    *recorded("consultation ask content", "CONS-01", "CONS-10", "CONS-29"),
    *recorded("consultation ask first_contact", "CONS-05", note="any employee may take a question"),
    *guidance(
        "consultation ask",
        "CONS-06",
        note=N_("Receive the resident sincerely and kindly; answer warmly, patiently, carefully and correctly."),
    ),
    *computed("consultation clock answer", "CONS-09"),
    *enforced("consultation ask", "CONS-27", note="a kind of its own unless consultation.flow says otherwise (D-27)"),
)


def elsewhere(now: Facts) -> Refusal | None:
    """Where questions are classed with complaints they are taken as complaints (CONS-27, D-27)."""
    if setting(now, "flow") != "complaint":
        return None
    return Refusal(
        _("here questions are handled under the complaint procedure (policy consultation.flow)."),
        _("Enter: pm complaint receive"),
        ("CONS-27",),
    )


def unimportant(now: Facts, reason: str | None) -> Refusal | None:
    """What makes a question important is for the estate to say (AMB-31)."""
    reasons = setting(now, "important")
    if not reason or not reasons or reason in {one.strip() for one in reasons.split(",")}:
        return None
    return Refusal(
        _("{reason} does not make a question important here.").format(reason=word("value", reason)),
        _("Policy consultation.important: {reasons}").format(reasons=reasons),
        ("CONS-12",),
    )
