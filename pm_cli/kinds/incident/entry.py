"""What every emergency begins with: where it is, who found it, who knows; and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Person
from pm_cli.core.person import CS, RANK
from pm_cli.core.rank import SUPERVISOR, rank_of, roles_of
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Flag, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

UNDER_WAY = ("found", "told", "contained")
QUARRELS = frozenset({"dispute", "violence"})
ENTRIES = ("injury", "discover", "dispute", "violence")
TECHNICIANS = frozenset({"technician", "engineering_supervisor", "contractor"})


class Entry(Action):
    """Fields and checks of all actions that begin one."""

    unit: UnitRef | None = may("Flat or public place", ask=True)
    place: Text | None = may("Where exactly, if no unit says it", ask=True)
    finder: StaffRef | None = may("Who found it or was told of it (default: whoever enters it)", rules=("EMER-04",))
    informant: Person | None = may("Resident or passer-by who reported it")
    duty_staff: StaffRef | None = may("Duty staff told (default: whoever enters it at the desk)", rules=("EMER-01",))
    leader: StaffRef | None = may("Superior called", rules=("COND-02", "ROLE-16"))
    beyond_authority: Flag | None = may(
        "It goes beyond what the finder may settle (default: by the policy)", rules=("ROLE-16",)
    )
    attachments: list[Attachment] = may("Photographs, notes", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody has to find the place, the superior has to be one, and nobody raises their own authority."""
        if not (self.unit or self.place):
            return Refusal(_("no place is given."), _("Add --unit CODE or --place TEXT"))
        finder, matter = self.finder or now.by.id, matter_of(vars(self), self.name)
        if self.beyond_authority is False and (refusal := own_word(now, finder, matter)):
            return refusal
        return too_low(now, self.leader, finder, matter) if self.leader else None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The finder; the duty staff when the desk itself enters it; whether it is beyond the finder's authority."""
        finder, matter = self.finder or now.by.id, matter_of(vars(self), self.name)
        seen: dict[str, Node] = {"finder": finder}
        if not self.duty_staff and now.by.may(CS):
            seen["duty_staff"] = now.by.id
        if self.beyond_authority is None and rank_of(now, finder) < limit(now, matter):
            seen["beyond_authority"] = "true"
        return seen

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Who knows of it already."""
        return stage(fields)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """In one word where it is, and when duty staff and superior were told."""
        for name in ("place", "unit"):
            if name in given:
                fields["where"] = given[name]
        for person, told in (("duty_staff", "duty_told"), ("leader", "leader_called")):
            if person in given:
                fields[told] = at


def stage(fields: Fields) -> str:
    """Found, told, contained: measures taken before anybody was told do not count as told."""
    if "duty_told" not in fields:
        return "found"
    return "contained" if {"measures", "separate_room"} & fields.keys() else "told"


def matter_of(said: Mapping[str, object], action: str) -> str:
    """What an emergency is, by what was typed or by the action that began it; a draft may not say it yet."""
    return str(said.get("matter") or ("other" if action == "discover" else action))


def limit(now: Facts, matter: str) -> int:
    """The rank that may settle such a matter on its own authority (ROLE-16, EMER-07)."""
    return RANK.get(now.value(f"incident.authority.{matter}").text or "", 0)


def superior_of(now: Facts, leader: str, finder: str) -> bool:
    """Whether somebody stands above the finder: a supervisor or head, not merely a post of a higher rank."""
    return rank_of(now, leader) >= max(SUPERVISOR, rank_of(now, finder) + 1)


def own_word(now: Facts, finder: str, matter: str) -> Refusal | None:
    """Why it is not within the finder's authority: the policy says so, or somebody of the rank it names (ROLE-16)."""
    needed = limit(now, matter)
    if max(rank_of(now, finder), now.by.rank) >= needed:
        return None
    hint = _("Leave out --no-beyond-authority, or let a superior enter it: --as LOGIN")
    return Refusal(_("it is beyond the finder's authority by the policy."), hint, ("ROLE-16", "EMER-07"))


def too_low(now: Facts, leader: str, finder: str, matter: str) -> Refusal | None:
    """Why somebody is not the superior this needs: below the policy's rank, or not above the finder."""
    if rank_of(now, leader) >= limit(now, matter) and superior_of(now, leader, finder):
        return None
    return Refusal(_("{who} is not the superior this needs.").format(who=leader), rules=("EMER-07", "ROLE-16"))


def no_technician(now: Facts, login: str) -> Refusal | None:
    """Why somebody is not the duty technician (EMER-03)."""
    if roles_of(now, login) & TECHNICIANS:
        return None
    return Refusal(_("{who} is no technician.").format(who=login), rules=("EMER-03",))


def not_yet(when: datetime | None, now: Facts) -> Refusal | None:
    """Why a time cannot be entered as past."""
    if when is None or when.timestamp() <= now.at.timestamp():
        return None
    return Refusal(_("{at} lies in the future.").format(at=f"{when:%Y-%m-%d %H:%M}"))
