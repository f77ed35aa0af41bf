"""The visit itself: what the resident says, in what words, signed or written down; nobody reached (RV-02, RV-03, RV-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.person import DESK
from pm_cli.core.request import VisitWay
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Flag, Text
from pm_cli.kinds.return_visit.drawing import not_at_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Result = Annotated[str, Choice(options=("satisfied", "partly", "dissatisfied"))]
Score = Annotated[str, Choice(options=("1", "2", "3", "4", "5"))]
SCORES = ("attitude", "speed", "quality")
ON_PAPER = frozenset({"home", "site"})
"""Ways of visiting on which somebody stands there and signs the form."""
ROUND = (
    *("visited_at", "returned_at", "content", "opinion", "transcript", "signature", "unsigned_because", *SCORES),
    *("score_reason", "review_remark", "reviewed_by", "reviewed_at", "acceptable", "attempts"),
)
"""What belongs to one visit and is gone when the resident is visited again; the history keeps it."""


class Visit(Action, of=("assigned", "rectifying"), to="visited", by=DESK, rules=("RV-02", "RV-03", "RV-19", "RV-23")):
    """Visit the resident; the request is visited with it, nothing is entered twice"""

    way: VisitWay = need("Face to face at home, by phone, on the spot, otherwise")
    result: Result = need("What the resident says")
    content: Text = need("Content in short")
    opinion: Text | None = may("Opinion and suggestions in the resident's own words", ask=True)
    transcript: Text | None = may("Not face to face: what the resident said, as it was said", ask=True)
    signature: Signature | None = may("The resident's signature on the form")
    attitude: Score | None = may("Attitude of who came, 1 to 5")
    speed: Score | None = may("How quickly it went, 1 to 5")
    quality: Score | None = may("How well it was done, 1 to 5")
    score_reason: Text | None = may("Why the score is low")
    topics: list[Text] = may("Topics the resident cares about", add=True, rules=("RV-27",))
    attachments: list[Attachment] = may("Photographs, scan of the form", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """At home where it must be; what was said stands there in the resident's words; a low score has a reason."""
        refusal = not_at_home(now, str(now.fields["request"]), self.way)
        if refusal:
            return refusal
        if self.way in ON_PAPER and not self.opinion:
            return Refusal(_("what the resident says is missing."), _("Add --opinion TEXT"), ("RV-19",))
        if self.way not in ON_PAPER and not self.transcript:
            hint = _("Add --transcript TEXT, as it was said")
            return Refusal(_("what the resident said is not written down."), hint, ("RV-19",))
        low = now.value("rv.score_reason").number
        if not self.score_reason and any(int(score) <= low for score in _given(self)):
            return Refusal(
                _("a score of {score} or less has a reason.").format(score=low), _("Add --score-reason TEXT")
            )
        return None

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What was never on paper need not be handed in."""
        return None if given.get("way") in ON_PAPER else "returned"

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Nothing of an earlier round stays."""
        begin_anew(fields, given)
        fields["visited_at"] = at
        if given.get("way") not in ON_PAPER:
            fields["returned_at"] = at


class Attempt(Action, of=("assigned", "rectifying"), by=DESK, rules=("RV-28",)):
    """Nobody was reached: counted apart, and after the last attempt it is final (AMB-44)"""

    way: VisitWay = need("How it was tried")
    note: Text | None = may("When they may be reached", keep=False)
    final: Flag | None = may("It was the last attempt (found by pm)", keep=False)

    def witness(self, now: Facts) -> Fields:
        """How many attempts there are is the estate's to say."""
        made = int(str(now.fields.get("attempts", "0"))) + 1
        return {"final": "true"} if made >= now.value("rv.attempts").number else {}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """The last one ends it."""
        return "unreachable" if given.get("final") == "true" else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count it."""
        fields["attempts"] = str(int(str(fields.get("attempts", "0"))) + 1)
        if given.get("final") == "true":
            fields["result"] = "unreachable"


class Return(Action, of="visited", to="returned", by=DESK, rules=("RV-03", "RV-19")):
    """Take the form back at customer service, signed"""

    signature: Signature | None = may("The resident's signature on the form")
    unsigned_because: Text | None = may("Why nobody signed")

    def refuse(self, now: Facts) -> Refusal | None:
        """Signed, or it says why not."""
        if self.signature or "signature" in now.fields or self.unsigned_because:
            return None
        hint = _("Add --signature-who NAME, or say why not: --unsigned-because TEXT")
        return Refusal(_("the resident has not signed the form."), hint, ("RV-03", "RV-19"))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When it came back."""
        fields["returned_at"] = at


def begin_anew(fields: dict[str, Node], given: Fields) -> None:
    """Take away what belongs to an earlier visit and was not given now."""
    for name in set(ROUND) - given.keys():
        fields.pop(name, None)


def _given(visit: Visit) -> list[str]:
    return [score for name in SCORES if (score := getattr(visit, name))]


CLOCKS = (
    Clock(
        "form", starts=("visit",), stops=("return",), renews=("visit",), within="rv.form",
        when=lambda fields: fields.get("way") in ON_PAPER, rules=("RV-03",),
    ),
    Clock(
        "amends", starts=("visit",), stops=("rectify", "report_nonconformity"), renews=("visit",), within="rv.amends",
        when=lambda fields: fields.get("result") == "dissatisfied", rules=("RV-21",),
    ),
)  # fmt: skip

SIGNATURES = {"signature": ("visited",)}

RULES = (
    *enforced("return_visit return", "RV-03"),
    *enforced("return_visit visit", "RV-19"),
    *recorded("return_visit visit topics", "RV-27", note="the ledger F-11 is pm book visit_topics; topics in reports"),
    *recorded("return_visit visit result", "RV-25", note="satisfaction; promptly: the clocks of the requests"),
    *enforced("return_visit attempt", "RV-28", note="the states; unreachable after rv.attempts (AMB-44)"),
    *computed("return_visit clock amends", "RV-21", note="and visited again when it is put right"),
)
