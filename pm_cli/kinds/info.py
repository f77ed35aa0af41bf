"""Information file (信息档案): useful phones and facts, searched first when answering. Rules CONS-08, CONS-11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK
from pm_cli.core.rule import computed
from pm_cli.core.text import _
from pm_cli.core.types import Code, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node


class Info(Declaration):
    """One entry for each thing residents ask for; nothing personal stands in it."""

    open = ("in_use",)
    closed = ("retired",)
    columns = ("topic", "content", "phone", "source", "checked_at")
    place = ""
    summary = "topic"
    search = ("words", "content", "phone")
    sort = ""


class Fresh:
    """What says that the entry is right today."""

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From now on it counts as checked."""
        fields["checked_at"] = at


class Add(Fresh, Action, start=True, to="in_use", by=DESK, rules=("CONS-08",)):
    """Add a phone number or a fact that residents ask for"""

    code: Code = need("Short name, such as 派出所", keep=False)
    topic: Text = need("What it answers")
    content: Text = need("The answer")
    source: Text = need("Where it comes from")
    phone: Text | None = may("Phone number of the service", ask=True)
    words: list[Text] = may("Other words in which callers ask for it", add=True)


class Change(Fresh, Action, by=DESK, rules=("CONS-08",)):
    """Change what is no longer right"""

    topic: Text | None = may("What it answers")
    content: Text | None = may("The answer")
    source: Text | None = may("Where it comes from")
    phone: Text | None = may("Phone number of the service")
    words: list[Text] = may("More words in which callers ask for it", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """A change changes something."""
        if any(vars(self).values()):
            return None
        return Refusal(
            _("nothing to change was given."), _("If it is still right: pm info check {id}").format(id=now.id)
        )


class Check(Fresh, Action, by=DESK, rules=("CONS-08",)):
    """Confirm that it is still right"""

    how: Text = need("How it was checked: called, looked up, asked whom", keep=False)


class Retire(Action, to="retired", by=DESK):
    """Take it out of the file; what was answered from it stays"""

    reason: Text = need("Why")


CLOCKS = (
    Clock("check", starts=("add",), stops=(), renews=("change", "check"), within="info.max_age", rules=("CONS-08",)),
)

RULES = (*computed("info clock check", "CONS-08", note="an entry nobody has checked for a year is overdue"),)
