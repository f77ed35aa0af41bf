"""Complaints that belong together: each joins a group and leaves it, with clocks and visit of its own (COMP-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, need
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import linked
from pm_cli.core.text import _
from pm_cli.core.types import Link, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

GroupRef = Annotated[str, Link(kinds=("complaint_group",))]


class Join(Action, rules=("COMP-40",)):
    """Put it with the other complaints about the same matter, or into another group"""

    group: GroupRef = need("The group")

    def refuse(self, now: Facts) -> Refusal | None:
        """Into a group that is open, and not twice."""
        group = now.find(self.group)
        if group is None or group.state not in {"open", "answered"}:
            return Refusal(_("that group is closed."), _("Open another: pm complaint-group open"))
        if linked(str(now.fields.get("group", ""))) == group.id:
            return Refusal(_("it is in {group} already.").format(group=group.id))
        return None


class Detach(Action, requires=("group",), rules=("COMP-40",)):
    """Take it out of its group: it turned out to be about something else"""

    reason: Text = need("Why", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """The history keeps where it was."""
        fields.pop("group", None)
