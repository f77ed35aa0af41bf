"""Survey (满意度访问): a resident asked how satisfied they are and what they need, month by month. Rule STAT-06."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, Shape, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel, Person
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, CS_LEADERS
from pm_cli.core.rule import computed
from pm_cli.core.spans import Month, begins
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Count, Flag, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Result = Annotated[str, Choice(options=("answered", "unwilling", "not_reached"))]
Score = Annotated[int, Count(name="score")]
VOID = ("draft", "annulled")


class Survey(Declaration):
    """One for each home and month; open while nobody was reached, or what was heard has to be followed up."""

    prefix = "SV"
    open = ("not_reached", "asked")
    closed = ("evaluated", "unwilling", "given_up")
    columns = ("unit", "month", "result", "score", "needs", "comments")
    summary = "needs"
    search = ("needs", "comments", "offer", "respondent")
    sort = "result"


class Interview(Shape):
    """What came of asking."""

    result: Result = need("Answered, unwilling, or nobody reached")
    score: Score | None = may("How satisfied, from 1 to the highest score", ask=True)
    needs: Text | None = may("Services the resident would like", ask=True)
    comments: Text | None = may("What the resident says")
    respondent: Person | None = may("Who answered")
    satisfied: Flag | None = may("Whether the score counts as satisfied (by the policy)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Whoever answers gives a score of the scale, nobody else does."""
        if self.result != "answered":
            said = self.score or self.needs or self.satisfied is not None
            return Refusal(_("without an answer there is no score."), rules=("STAT-06",)) if said else None
        highest = now.value("survey.scale").number
        if self.score is not None and self.score <= highest:
            return None
        hint = _("Add --score 1 to {highest}").format(highest=highest)
        return Refusal(_("an answer has a score of the scale."), hint, ("STAT-06",))

    def witness(self, now: Facts) -> Fields:
        """Whether the score counts as satisfied on that day (AMB-69)."""
        if self.score is None:
            return {}
        return {"satisfied": "true" if self.score >= now.value("survey.satisfied").number else "false"}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """A need or discontent is followed up; an answer without either is evaluated as it is."""
        if given.get("result") != "answered":
            return str(given.get("result"))
        return "asked" if "needs" in given or given.get("satisfied") == "false" else "evaluated"

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count the attempts; without a month named, that of the interview."""
        fields["attempts"] = str(int(str(fields.get("attempts", "0"))) + 1)
        fields.setdefault("month", at[:7])


class Ask(Interview, Action, start=True, to="asked", by=CS, rules=("STAT-06",)):
    """Ask a resident how satisfied they are; whom: pm survey plan"""

    unit: UnitRef = need("Home that was asked")
    channel: Channel = need("Visit, phone or other way")
    month: Month | None = may("Month it counts for (default: this one)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once for each home and month, and for none that has not come."""
        month = self.month or f"{now.at:%Y-%m}"
        first = datetime.combine(begins(month), time(), now.at.tzinfo)
        if first > now.at:
            return Refusal(_("{month} has not come yet.").format(month=month))
        for other in now.since("survey", first, unit=self.unit, month=month):
            if other.state not in VOID:
                reason = _("{unit} was asked in {month}: {id}.").format(unit=self.unit, month=month, id=other.id)
                return Refusal(reason, _("Look at it: pm show {id}").format(id=other.id), ("STAT-06",))
        return super().refuse(now)


class Retry(Interview, Action, of="not_reached", to="asked", by=CS, rules=("STAT-06",)):
    """Try again where nobody was reached"""

    channel: Channel | None = may("Another way")


class GiveUp(Action, of="not_reached", to="given_up", by=CS, rules=("STAT-06",)):
    """Give a home up for the month after several attempts"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Not before the attempts of the policy were made."""
        least, made = int(now.value("survey.attempts").number), int(str(now.fields.get("attempts", "0")))
        if made >= least:
            return None
        reason = _("{made} of {least} attempts were made.").format(made=made, least=least)
        return Refusal(reason, _("Try again: pm survey retry {id}").format(id=now.id), ("STAT-06",))


class Evaluate(Action, of="asked", to="evaluated", by=CS_LEADERS, rules=("STAT-06",)):
    """Say which service is offered, or what is done about what was heard"""

    offer: Text = need("Service offered, or what is done")


CLOCKS = (
    Clock(
        "retry", starts=("ask",), stops=("ask", "retry", "give_up"), within="survey.retry", rules=("STAT-06",),
        done=lambda fields: fields.get("result") != "not_reached",
    ),
    Clock(
        "evaluate", starts=("ask", "retry"), stops=("evaluate",), within="survey.evaluate", rules=("STAT-06",),
        when=lambda fields: "needs" in fields or fields.get("satisfied") == "false",
    ),
)  # fmt: skip

RULES = (*computed("survey clock evaluate", "STAT-06", note="the month's sample: pm survey plan; the rate: reports"),)
