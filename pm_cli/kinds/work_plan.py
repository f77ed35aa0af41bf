"""Work plan (年度工作计划): tasks and targets of a year, held against what was reached. Rules STAT-10, STAT-11, ASSESS-11."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DIRECTORS
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.spans import Year
from pm_cli.core.text import _, listed
from pm_cli.core.types import Attachment, Choice, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

NewsSource = Annotated[str, Choice(options=("own_visit", "owners_committee", "departments", "trade"))]
"""Managers' sources: own visits; owners' committee; departments; company, society and trade (STAT-10)."""
TargetSort = Annotated[str, Choice(options=("service", "economic", "management"))]
PLANNERS = DIRECTORS | {"cs_manager", "department_manager"}


class WorkPlan(Declaration):
    """One for each year, open until its targets are evaluated."""

    prefix = "WP"
    open = ("drafted", "approved")
    closed = ("evaluated",)
    columns = ("year", "tasks", "targets", "evaluate_by", "evaluation")
    place = ""
    summary = "tasks"
    search = ("tasks", "plan_measures", "evaluation")
    sort = ""


class Draft(Action, start=True, to="drafted", by=PLANNERS, rules=("STAT-11", "ASSESS-11")):
    """Draft the plan of a year"""

    year: Year = need("Which year")
    tasks: Text = need("What the department sets out to do")
    plan_measures: Text = need("Measures that realise the service targets")
    company_targets: Text | None = may("Targets set by the company, as they were told", rules=("ASSESS-11",))
    attachments: list[Attachment] = may("The plan", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """One open plan for each year."""
        other = next((seen.id for seen in now.open("work_plan", year=str(self.year)) if seen.id != now.id), "")
        return Refusal(_("{year} has a plan: {id}.").format(year=self.year, id=other)) if other else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """It is evaluated by the last day of its year."""
        fields["evaluate_by"] = f"{fields.get('year', at[:4])}-12-31T23:59:59{at[19:]}"


class Target(Action, of="drafted", by=PLANNERS, rules=("ASSESS-11",)):
    """Set a target: an indicator and the value to be reached"""

    target_sort: TargetSort = need("Service, economic or management", keep=False)
    indicator: Text = need("What is measured", keep=False)
    target: Text = need("Value to be reached", keep=False)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Set anew if it was there."""
        put(fields, str(given["indicator"]), {"target_sort": given["target_sort"], "target": given["target"]})


class Gather(Action, of=("drafted", "approved"), by=PLANNERS, rules=("STAT-10", "STAT-11")):
    """Note news of the trade or of owners that the plan has to heed"""

    news_source: NewsSource = need(
        "Own visit, owners' committee, departments, or company, society and trade", keep=False
    )
    news: Text = need("What was heard", keep=False)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """In the order in which it came."""
        one: dict[str, Node] = {"news_source": given["news_source"], "news": given["news"]}
        so_far = fields.get("gathered")
        fields["gathered"] = [*(so_far if isinstance(so_far, list) else []), one]


class Approve(Action, of="drafted", to="approved", by=DIRECTORS, rules=("STAT-11", "ASSESS-11", "ROLE-19")):
    """The centre director approves the plan"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Service targets are in it, and nobody approves their own."""
        if not any(one.get("target_sort") == "service" for one in targets(now.fields)):
            hint = _("Set one: pm work-plan target {id} --target-sort service").format(id=now.id)
            return Refusal(_("the plan has no service target."), hint, ("ASSESS-11",))
        return own(now, *(by for action, _at, by in now.events() if action == "draft"))


class Reach(Action, of="approved", by=PLANNERS, rules=("ASSESS-11",)):
    """Enter the value that was reached"""

    indicator: Text = need("Which target", keep=False)
    actual: Text = need("Value reached", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Of a target of this plan."""
        known = [str(one.get("indicator")) for one in targets(now.fields)]
        if self.indicator in known:
            return None
        return Refusal(_("no such target; there are: {targets}.").format(targets=listed(known)))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Beside the value to be reached."""
        put(fields, str(given["indicator"]), {"actual": given["actual"]})


class Evaluate(Action, of="approved", to="evaluated", by=DIRECTORS, rules=("ASSESS-11",)):
    """Evaluate the year's targets"""

    evaluation: Text = need("What was reached, what was not and why")

    def refuse(self, now: Facts) -> Refusal | None:
        """In full: every target has its value."""
        lacking = [str(one.get("indicator")) for one in targets(now.fields) if "actual" not in one]
        if not lacking:
            return None
        hint = _("Enter it: pm work-plan reach {id} --indicator TEXT --actual TEXT").format(id=now.id)
        return Refusal(_("no value yet for: {targets}.").format(targets=listed(lacking)), hint, ("ASSESS-11",))


CLOCKS = (
    Clock("approve", starts=("draft",), stops=("approve",), within="work_plan.approve", rules=("STAT-11",)),
    Clock(
        "evaluate", starts=("approve",), stops=("evaluate",), within="work_plan.evaluate", agreed="evaluate_by",
        rules=("ASSESS-11",),
    ),
)  # fmt: skip

RULES = (
    *recorded("work_plan gather news_source", "STAT-10"),
    *enforced("work_plan approve", "STAT-11", note="yearly, with measures; by the centre director"),
    *enforced("work_plan evaluate", "ASSESS-11", note="indicator, value, actual; by 31 December"),
)


def targets(fields: Fields) -> list[dict[str, Node]]:
    """The targets set so far."""
    found = fields.get("targets", [])
    return [one for one in found if isinstance(one, dict)]


def put(fields: dict[str, Node], indicator: str, said: dict[str, Node]) -> None:
    """Say something of a target, of a new one if it is not there."""
    so_far = {str(one["indicator"]): one for one in targets(fields)}
    one = {"indicator": indicator, **so_far.get(indicator, {}), **said}
    fields["targets"] = [*({**so_far, indicator: one}).values()]
