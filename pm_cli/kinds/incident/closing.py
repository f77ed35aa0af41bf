"""The end: closed once whoever must know was told; a false alarm, which its finder does not declare alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Text
from pm_cli.kinds.incident.entry import UNDER_WAY
from pm_cli.kinds.incident.reporting import SUPERIORS, emergency, told

if TYPE_CHECKING:
    from pm_cli.core.action import Facts


class Close(Action, of="reported", to="closed", by=SUPERIORS, rules=("EMER-01", "EMER-05")):
    """Close it: decided, reported as high as it has to be, over"""

    ending: Text = need("How it ended, and what is left to do elsewhere")

    def refuse(self, now: Facts) -> Refusal | None:
        """Decided, told to those who have to know, and no supply is out any more."""
        if "goes_higher" not in now.fields:
            hint = _("Enter first: pm incident decide {id} --goes-higher or --no-goes-higher").format(id=now.id)
            return Refusal(_("the superior has not decided whether it goes higher."), hint, ("EMER-05",))
        if not told(now.fields):
            hint = _("Enter first: pm incident inform {id} --director LOGIN --account TEXT").format(id=now.id)
            return Refusal(_("the centre director, or in a grave case the supervisor, has no report."), hint)
        if "affected" in now.fields and now.fields.get("matter") == "supply":
            hint = _("Enter first: pm incident restore {id}").format(id=now.id)
            return Refusal(_("the supply is not back."), hint)
        return None


class Dismiss(Action, of=UNDER_WAY, to="closed", by=SUPERIORS, rules=("EMER-01", "EMER-05")):
    """It was a false alarm"""

    reason: Text = need("What it was", into="close_reason")

    def refuse(self, now: Facts) -> Refusal | None:
        """Not by the finder; nor where somebody was hurt, something had to be done, or somebody still has to hear."""
        if now.by.id == now.fields.get("finder"):
            return Refusal(_("whoever found it does not put it aside."), _("Act as somebody else: --as LOGIN"))
        return _no_false_alarm(now) or _still_to_hear(now)


def _no_false_alarm(now: Facts) -> Refusal | None:
    """Where it was called grave, somebody is hurt or something was done on the spot, there was something."""
    hint = _("Report and close it; a wrong entry: pm incident correct {id}").format(id=now.id)
    if not now.fields.keys().isdisjoint({"casualties", "grave"}):
        return Refusal(_("people are hurt or it is grave: that is no false alarm."), hint, ("EMER-02", "EMER-05"))
    if not now.fields.keys().isdisjoint({"measures", "separate_room"}):
        return Refusal(_("something was done on the spot: its course is reported."), hint, ("EMER-05",))
    return None


def _still_to_hear(now: Facts) -> Refusal | None:
    """Residents who were told of it hear that it is over, and the director of what is theirs to know (EMER-01)."""
    fields = now.fields
    if "affected" in fields and "told_at" in fields:
        hint = _("Enter first: pm incident restore {id}").format(id=now.id)
        return Refusal(_("residents were told of it, and it is not back."), hint, ("EMER-01",))
    if "next_word" in fields and "restored" not in fields:
        hint = _("Tell them first: pm incident tell-residents {id} --words TEXT --through WAY").format(id=now.id)
        return Refusal(_("residents were promised another word."), hint, ("EMER-01",))
    if emergency(fields) and "director_told" not in fields:
        hint = _("Enter first: pm incident inform {id} --director LOGIN --account TEXT").format(id=now.id)
        return Refusal(_("the centre director has not heard of it."), hint, ("EMER-01",))
    return None


CLOCKS = (Clock("close", ("decide",), ("close",), "incident.close", rules=("EMER-01",)),)

RULES = (*enforced("incident close", "EMER-01", note="told, contained, reported; clocks duty, contain and director"),)
