"""Disputes and violence: the superior is called before it breaks out, the people are led aside, it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rule import enforced, guidance
from pm_cli.core.text import N_, _
from pm_cli.core.types import Natural, Text
from pm_cli.kinds.incident.entry import QUARRELS, UNDER_WAY, Entry, stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]


class Dispute(Entry, start=True, to="found", by=EVERYBODY, rules=("COND-02", "ROLE-17")):
    """A dispute threatens: enter it before it breaks out, and call your superior"""

    what: Text = need("What it is about")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What it is."""
        Entry.effect(given, fields, at)
        fields["matter"] = "dispute"


class Violence(Entry, start=True, to="found", by=EVERYBODY, rules=("EMER-06",)):
    """Outsiders use force against staff or residents"""

    what: Text = need("What happens")
    attackers: Natural | None = may("How many attack")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What it is."""
        Entry.effect(given, fields, at)
        fields["matter"] = "violence"


class Separate(Action, of=UNDER_WAY, by=EVERYBODY, rules=("COND-02",)):
    """Lead the people into a separate room"""

    separate_room: Text = need("Which room")

    def refuse(self, now: Facts) -> Refusal | None:
        """Where there is a dispute."""
        return None if now.fields.get("matter") in QUARRELS else Refusal(_("it is not a dispute."))

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Contained once the duty staff knows too."""
        return stage(fields)


class Reconcile(Action, of="contained", by=EVERYBODY, rules=("COND-02",)):
    """Write down how the dispute was settled"""

    settlement: Text = need("What was agreed, or how it ended")

    def refuse(self, now: Facts) -> Refusal | None:
        """With the superior there; a dispute in a separate room."""
        if now.fields.get("matter") not in QUARRELS:
            return Refusal(_("it is not a dispute."))
        if now.fields.get("matter") == "dispute" and "separate_room" not in now.fields:
            hint = _("Enter first: pm incident separate {id} --separate-room TEXT").format(id=now.id)
            return Refusal(_("the people were not led into a separate room."), hint)
        if "leader_on_scene" in now.fields:
            return None
        hint = _("Enter first: pm incident call-leader {id} --leader LOGIN, then arrive").format(id=now.id)
        return Refusal(_("the superior is not there: no lone heroics."), hint)


RULES = (
    *enforced(
        "incident reconcile", "COND-02", note="superior called at once (clock superior), led aside, superior there"
    ),
    *guidance(
        "incident dispute",
        "ROLE-17",
        note=N_(
            "Stop at once; no quarrel, no lone heroics, no casual refusal, and no promise beyond your authority. "
            "Lead the people into a separate room and wait for your superior."
        ),
    ),
    *guidance(
        "incident violence",
        "EMER-06",
        note=N_(
            "Protect yourself no more than needed, give way, do not hit back. "
            "Criminals may be stopped and held, but no force once they are subdued."
        ),
    ),
)
