"""An emergency is found: people hurt, a supply out, something broken; and the duty staff is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Instant, Positive, StaffRef, Text
from pm_cli.kinds.incident.entry import ENTRIES, QUARRELS, UNDER_WAY, Entry, no_technician, not_yet, stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

FOUND = ("supply", "equipment", "house_quality", "fire", "public_area", "other")
Found = Annotated[str, Choice(options=FOUND)]
Matter = Annotated[str, Choice(options=("injury", *FOUND))]
Supply = Annotated[str, Choice(options=("water", "electricity", "gas", "heating", "lift"))]

EVERYWHERE = frozenset({"all", "全部", "全小区"})


class Injury(Entry, start=True, to="found", by=EVERYBODY, rules=("EMER-01", "EMER-02")):
    """People are hurt: this first, everything else after the rescue call"""

    casualties: Positive = need("How many are hurt or dead, roughly", rules=("EMER-02",))
    rescue_called: Instant | None = may("When the rescue was called (120, 119, 110)", ask=True, rules=("EMER-02",))
    what: Text | None = may("What happened")
    matter: Matter | None = may("What it comes from (default: injury)")

    def refuse(self, now: Facts) -> Refusal | None:
        """The call has been made, not planned."""
        return super().refuse(now) or not_yet(self.rescue_called, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """An accident, unless something else is behind it."""
        Entry.effect(given, fields, at)
        fields.setdefault("matter", "injury")


class Discover(Entry, start=True, to="found", by=EVERYBODY, rules=("EMER-01", "EMER-03", "EMER-04")):
    """An emergency without casualties: a supply is out, equipment fails, a public place is in danger"""

    matter: Found = need("What it is")
    what: Text = need("What happened")
    supply: Supply | None = may("Which supply is out")
    affected: list[Text] = may("Units or buildings concerned, or: all")
    expected_end: Instant | None = may("When it will be over, as far as is known")
    technician: StaffRef | None = may("Duty technician told", rules=("EMER-03",))

    def refuse(self, now: Facts) -> Refusal | None:
        """An outage says what is out, and where, so that callers can be told."""
        if self.matter == "supply" and not (self.supply and self.affected):
            why = _("it has to say which supply is out, and where.")
            return Refusal(why, _("Add --supply water|electricity|gas|heating|lift --affected BUILDING|UNIT|all"))
        if self.technician and (refusal := no_technician(now, self.technician)):
            return refusal
        return super().refuse(now) or _unknown(now, self.affected or ()) or later_than_now(self.expected_end, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When the technician was told."""
        Entry.effect(given, fields, at)
        if "technician" in given:
            fields["technician_told"] = at


class TellDuty(Action, of=UNDER_WAY, by=EVERYBODY, rules=("EMER-01",)):
    """Tell the duty staff of the management office"""

    duty_staff: StaffRef = need("Duty staff told")

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """As far as it has come."""
        return stage(fields)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When."""
        fields["duty_told"] = at


def _unknown(now: Facts, places: Sequence[str]) -> Refusal | None:
    """Why callers would not be told: what is affected is neither all, nor a unit, nor a building."""
    for place in places:
        unit = now.find(place)
        known = place in EVERYWHERE or (unit is not None and unit.kind == "unit")
        if not known and not now.open("unit", building=place):
            why = _("{place} is neither a unit nor a building.").format(place=place)
            return Refusal(why, _("Name units or buildings as they are registered, or: --affected all"))
    return None


CLOCKS = (
    Clock(
        "duty", ENTRIES, (*ENTRIES, "tell_duty"), "incident.duty",
        done=lambda fields: "duty_told" in fields, rules=("EMER-01",),
    ),
    Clock(
        "superior", ENTRIES, (*ENTRIES, "call_leader"),
        within=lambda fields: f"incident.superior.{'quarrel' if fields.get('matter') in QUARRELS else 'beyond'}",
        when=lambda fields: fields.get("beyond_authority") == "true" or fields.get("matter") in QUARRELS,
        done=lambda fields: "leader_called" in fields, rules=("COND-02", "ROLE-16"),
    ),
)  # fmt: skip

RULES = (*computed("incident clock superior", "ROLE-16", note="beyond the rank that policy incident.authority names"),)
