"""Repair guides (入户维修指南) as checklists: answers are judged by the limits of the policy. Rules WORK-35 to WORK-42."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.limit import Limit
from pm_cli.core.policy import PolicyError
from pm_cli.core.rule import enforced
from pm_cli.core.text import _, fold_width, listed
from pm_cli.core.types import Choice, Text, Type
from pm_cli.kinds.repair.stages import ON_SPOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.core.policy import Value
    from pm_cli.core.times import When

    Fields = Mapping[str, Node]

Verdict = Annotated[str, Choice(options=("passed", "failed", "outdated"))]
Urgent = Annotated[str, Choice(options=("urgent",))]
GUIDES = tuple(f"WORK-{number}" for number in range(35, 43))


@dataclass(frozen=True)
class AnswerType(Type):
    """An answer of a checklist: `flashes=2`."""

    name: str = "name=answer"

    def parse(self, raw: object, when: When) -> str:
        """Name and answer; raises ValueError naming the form."""
        text = fold_width(super().parse(raw, when))
        match = re.fullmatch(r"([A-Za-z][\w-]*)\s*=\s*(\S.*)", text)
        if not match:
            raise ValueError(_("{text!r} is no answer; write NAME=ANSWER: flashes=2").format(text=text))
        return f"{match[1].lower().replace('-', '_')}={match[2]}"


@dataclass(frozen=True)
class GuideType(Type):
    """The name of a guide, as policy files spell it."""

    name: str = "guide"

    def parse(self, raw: object, when: When) -> str:
        """`air-conditioner` is `air_conditioner`."""
        return str(super().parse(raw, when)).lower().replace("-", "_")


Answer = Annotated[str, AnswerType()]
GuideName = Annotated[str, GuideType()]


class Check(Action, of=("on_site", "quoted", "working", "done"), by=ON_SPOT, rules=GUIDES):
    """Go through a repair guide: what was found and measured is judged by its limits"""

    guide: GuideName = need("Which guide: see pm repair guide")
    value: list[Answer] = need("NAME=ANSWER, as the guide lists them", into="check_values")
    verdict: Verdict | None = may("Passed or failed (judged by pm)", into="check")
    failed: list[Text] = may("What did not pass (judged by pm)", into="check_failed")
    priority: Urgent | None = may("Urgent when the guide says so (judged by pm)", rules=("WORK-39",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only what the guide asks, each once, measured values as numbers."""
        if _policy(now, f"guide_{self.guide}.accept") is None:
            return Refusal(_("there is no guide {name}.").format(name=self.guide), _("See: pm repair guide"))
        answers = _answers(self.value)
        if len(answers) < len(self.value):
            return Refusal(_("something is answered twice."))
        unknown = [name for name in answers if _limit(now, self.guide, name) is None]
        if unknown:
            reason = _("the guide does not ask for {names}.").format(names=listed(unknown))
            return Refusal(reason, _("See: pm repair guide {name}").format(name=self.guide))
        try:
            list(_failing(now, self.guide, answers))
        except ValueError as error:
            return Refusal(f"{error}.", _("See: pm repair guide {name}").format(name=self.guide))
        return None

    def witness(self, now: Facts) -> Fields:
        """The verdict by the limits in force; a dangerous finding makes it urgent (WORK-39)."""
        answers = _answers(self.value)
        bad = list(dict.fromkeys(_failing(now, self.guide, answers)))
        dangerous = _policy(now, f"guide_{self.guide}.urgent")
        urgent = dangerous is not None and not set(bad).isdisjoint(dangerous.items)
        return {
            "verdict": "failed" if bad else "passed",
            "failed": list(bad),
            **({"priority": "urgent"} if urgent else {}),
        }


def not_passed(now: Facts) -> Refusal | None:
    """The last check has to have passed before the resident takes the work over."""
    if now.fields.get("check", "passed") == "passed":
        return None
    failed = now.fields.get("check_failed")
    names = listed(str(name) for name in failed) if isinstance(failed, list) and failed else _("since the rework")
    hint = _("Repeat it: pm repair check {id} --guide {guide} --value NAME=ANSWER")
    return Refusal(
        _("the check has not passed: {what}.").format(what=names),
        hint.format(id=now.id, guide=now.fields["guide"]),
        GUIDES,
    )


def outdate(fields: dict[str, Node]) -> None:
    """What was checked before work is done again no longer counts."""
    if "check" in fields:
        fields["check"], fields["check_failed"] = "outdated", []


def _failing(now: Facts, guide: str, answers: Mapping[str, str]) -> Iterator[str]:
    """Answers outside their limits, and those without which nothing passes; raises ValueError for what is no number.

    A limit `ITEM.OTHER_ANSWER` holds only beside that other answer: pressures at an ambient of 30 degrees.
    """
    for name, answer in answers.items():
        beside = (f"{name}.{other}_{said}" for other, said in answers.items() if other != name)
        limits = (_limit(now, guide, key) for key in (name, *beside))
        if not all(limit.holds(answer, answers) for limit in limits if limit):
            yield name
    needed = _policy(now, f"guide_{guide}.accept")
    yield from (name for name in (needed.items if needed else ()) if name not in answers)


def _limit(now: Facts, guide: str, name: str) -> Limit | None:
    value = None if name in {"accept", "urgent"} else _policy(now, f"guide_{guide}.{name}")
    return Limit.parse(str(value.text)) if value else None


def _policy(now: Facts, key: str) -> Value | None:
    try:
        return now.value(key)
    except PolicyError:
        return None


def _answers(lines: list[str]) -> dict[str, str]:
    return {name: answer for name, _equals, answer in (line.partition("=") for line in lines)}


RULES = (
    *enforced("repair check", *GUIDES, note="limits: policy guide_*; accept is refused until the check has passed"),
)
