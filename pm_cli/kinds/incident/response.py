"""What is done at once: rescue, technician, leader on the scene, measures; the finder stays until relieved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rule import enforced, guidance
from pm_cli.core.text import N_, _
from pm_cli.core.types import Attachment, Choice, Flag, Instant, Positive, StaffRef, Text
from pm_cli.kinds.incident.entry import ENTRIES, QUARRELS, UNDER_WAY, no_technician, not_yet, stage, too_low

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Rescue = Annotated[str, Choice(options=("ambulance", "fire_brigade", "police"))]

TECHNICAL = frozenset({"supply", "equipment", "house_quality"})
"""Matters of which the duty technician hears first (EMER-03)."""
ON_SCENE = (*UNDER_WAY, "reported")


class CallRescue(Action, of=(OPEN, "draft"), by=EVERYBODY, rules=("EMER-02",)):
    """Record the rescue call: before everything else"""

    rescue: Rescue = may("Who was called", default="ambulance")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When it was called."""
        fields["rescue_called"] = at


class Casualty(Action, of=OPEN, by=EVERYBODY, rules=("EMER-02",)):
    """Somebody turns out to be hurt: from then on the rescue call comes first"""

    casualties: Positive = need("How many are hurt or dead now, roughly")
    rescue_called: Instant | None = may("When the rescue was called (120, 119, 110)", ask=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """The call has been made, not planned."""
        return not_yet(self.rescue_called, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What the superior had decided is decided anew."""
        for name in ("not_grave", "goes_higher"):
            fields.pop(name, None)


class TellTechnician(Action, of=UNDER_WAY, by=EVERYBODY, rules=("EMER-03",)):
    """Tell the duty technician"""

    technician: StaffRef = need("Duty technician told")

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody of engineering."""
        return no_technician(now, self.technician)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When."""
        fields["technician_told"] = at


class Determine(Action, of=ON_SCENE, by=EVERYBODY, requires=("technician",), rules=("EMER-03",)):
    """Say whether the technician can tell the fault and who is responsible"""

    cause_determined: Flag = need("Fault and responsibility are clear; if not, leaders come")
    cause: Text | None = may("What it was and who is responsible")

    def refuse(self, now: Facts) -> Refusal | None:
        """What is clear can be written down."""
        if self.cause_determined and not self.cause:
            return Refusal(_("what it was is missing."), _("Add --cause TEXT, or: --no-cause-determined"))
        return None


class CallLeader(Action, of=ON_SCENE, by=EVERYBODY, rules=("EMER-03", "COND-02", "ROLE-16")):
    """Call a superior: to a dispute, to an unclear fault, to what is beyond your authority"""

    leader: StaffRef = need("Superior called")

    def refuse(self, now: Facts) -> Refusal | None:
        """Above the finder, and of the rank the matter needs."""
        return too_low(now, self.leader, str(now.fields.get("finder", "")), str(now.fields.get("matter", "other")))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When; whoever came before was somebody else."""
        fields["leader_called"] = at
        fields.pop("leader_on_scene", None)


class Arrive(Action, of=ON_SCENE, by=EVERYBODY, requires=("leader",), rules=("EMER-03", "COND-02")):
    """The superior called is on the scene"""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When."""
        fields["leader_on_scene"] = at


class Contain(Action, of=UNDER_WAY, by=EVERYBODY, rules=("EMER-01", "EMER-04")):
    """Write down what is done on the spot, own and victims' safety first, so that event and loss do not grow"""

    measures: Text = need("What was done", add=True)
    attachments: list[Attachment] = may("Photographs", add=True)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Contained once the duty staff knows too."""
        return stage(fields)


class Relieve(Action, of=ON_SCENE, by=EVERYBODY, rules=("EMER-04",)):
    """The finder may go: the responsible people have come and taken over"""

    responsible: StaffRef = need("Who took over")
    responsible_arrived: Instant = need("When they came")

    def refuse(self, now: Facts) -> Refusal | None:
        """Neither left alone, nor merely waited beside, nor handed over to oneself."""
        if "stayed_until" in now.fields:
            return Refusal(_("the finder has been relieved already."))
        if now.fields.keys().isdisjoint({"measures", "separate_room"}):
            hint = _("Enter first: pm incident contain {id} --measures TEXT").format(id=now.id)
            return Refusal(_("nothing was done on the spot: the finder does not just wait."), hint)
        if self.responsible == now.fields.get("finder"):
            return Refusal(_("somebody else than the finder takes over."))
        if self.responsible_arrived.timestamp() > now.at.timestamp():
            why = _("the responsible people come at {at}: until then the finder stays.")
            return Refusal(why.format(at=f"{self.responsible_arrived:%Y-%m-%d %H:%M}"))
        began = now.events()[0][1]
        if self.responsible_arrived.timestamp() < began.timestamp():
            return Refusal(_("nobody can have come before it was found."))
        return None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Until when the finder stayed."""
        fields["stayed_until"] = at


def public(now: Facts) -> bool:
    """Whether the finder stays until relieved: by the matter or by the place (EMER-04); in quarrels the superior comes."""
    matter, unit = now.fields.get("matter"), str(now.fields.get("unit", ""))
    place = now.find(unit) if unit and matter not in QUARRELS else None
    return matter == "public_area" or (place is not None and place.fields.get("use") == "public_place")


CLOCKS = (
    Clock(
        "rescue", ("injury", "casualty"), ("injury", "casualty", "call_rescue"), "incident.rescue",
        done=lambda fields: "rescue_called" in fields, rules=("EMER-02",),
    ),
    Clock(
        "contain", ENTRIES, ("contain", "separate"), "incident.contain", rules=("EMER-01", "EMER-04"),
    ),
    Clock(
        "technician", ("injury", "discover"), ("discover", "tell_technician"), "incident.technician",
        when=lambda fields: fields.get("matter") in TECHNICAL,
        done=lambda fields: "technician_told" in fields, rules=("EMER-03",),
    ),
    Clock(
        "leader", ("determine",), ("determine", "call_leader"), "incident.leader",
        when=lambda fields: fields.get("cause_determined") == "false",
        done=lambda fields: "leader_called" in fields or fields.get("cause_determined") == "true",
        rules=("EMER-03",),
    ),
)  # fmt: skip

RULES = (
    *enforced("incident call_rescue", "EMER-02", note="with casualties nothing else is entered before; clock rescue"),
    *enforced("incident relieve", "EMER-04", note="measures first, and not before the responsible people came"),
    *guidance("incident discover", "EMER-02", note=N_("People who are hurt come first: call 120, then help them.")),
    *guidance("incident discover", "EMER-01", note=N_("Mind your own safety, then keep event and loss from growing.")),
    *guidance(
        "incident discover",
        "EMER-04",
        note=N_("Do something on the spot; neither just wait nor leave before the responsible people have come."),
    ),
)
