"""Key seal (钥匙柜封存): the cabinet key is sealed after work, unsealed by two. Rules KEY-08, KEY-09."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK, RANK
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node

KeyRef = Annotated[str, Link(kinds=("key",))]
NIGHT = DESK | {"security", "security_supervisor"}
"""Who may enter a night opening: the desk the next morning, or security at once."""


class KeySeal(Declaration):
    """One record for each evening, from the sealing to the unsealing of the next day."""

    prefix = "KS"
    open = ("sealed", "opened")
    closed = ("unsealed",)
    columns = ("sealed_at", "sealed_by", "sealed_with", "unsealed_with", "reason")
    place = ""
    handler = "sealed_by"
    summary = "reason"
    search = ("reason",)


class Seal(Action, start=True, to="sealed", rules=("KEY-08",)):
    """Seal the cabinet key after work"""

    sealed_by: StaffRef | None = may("Who sealed it (default: whoever enters it)")
    sealed_with: StaffRef | None = may("Second person on the seal")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From then on nothing leaves the cabinet."""
        fields["sealed_at"] = at


class OpenAtNight(Action, of="sealed", to="opened", by=NIGHT, rules=("KEY-09",)):
    """Break the seal in an emergency: the highest present of the department and of security together"""

    reason: Text = need("Emergency or special reason")
    department_person: StaffRef = need("Highest-ranking person of customer service present")
    security_person: StaffRef = need("Highest-ranking person of security present")
    keys: list[KeyRef] = need("Keys taken; what stays out becomes a loan", add=True)
    present: list[StaffRef] = may("Others of both departments who were present", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """One of the department, one of security, nobody of either outranking them (KEY-09, AMB-49)."""
        others = [person for login in self.present or () if (person := now.find(login))]
        for login, department in (
            (self.department_person, "customer_service"),
            (self.security_person, "security"),
        ):
            person = now.find(login)
            if person is None or person.fields.get("department") != department:
                return Refusal(
                    _("one person must be of customer service and one of security: {who} is not.").format(who=login)
                )
            for other in others:
                if other.fields.get("department") == department and _rank(other) > _rank(person):
                    return Refusal(
                        _("{other} was present and ranks above {who}.").format(other=other.id, who=login),
                        _("The highest-ranking person present opens the cabinet."),
                    )
        return None


class Reseal(Action, of="opened", to="sealed", by=NIGHT, rules=("KEY-09",)):
    """Seal the cabinet key again after a night opening"""

    sealed_by: StaffRef | None = may("Who sealed it (default: whoever enters it)")
    sealed_with: StaffRef | None = may("Second person on the seal")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From then on nothing leaves the cabinet."""
        fields["sealed_at"] = at


class Unseal(Action, of=("sealed", "opened"), to="unsealed", rules=("KEY-08",)):
    """Unseal the cabinet key together, when work begins the next day"""

    unsealed_by: StaffRef | None = may("Who unsealed it (default: whoever enters it)")
    unsealed_with: StaffRef = need("Who was there when it was unsealed")

    def refuse(self, now: Facts) -> Refusal | None:
        """Two people, and not before the next opening: at night the seal is broken otherwise (KEY-09)."""
        if self.unsealed_with == (self.unsealed_by or now.by.id):
            return Refusal(
                _("the cabinet is unsealed together."),
                _("Name somebody else: --unsealed-with LOGIN"),
                ("KEY-08",),
            )
        opening = _next_opening(now)
        if now.at < opening:
            return Refusal(
                _("it stays sealed until {opening}.").format(opening=f"{opening:%Y-%m-%d %H:%M}"),
                _("In an emergency: pm key-seal open-at-night {id}").format(id=now.id),
                ("KEY-08", "KEY-09"),
            )
        return None


CLOCKS = (Clock("unseal", starts=("seal",), stops=("unseal",), within="key.unseal", rules=("KEY-08",)),)

RULES = (
    *enforced("key_seal unseal", "KEY-08"),
    *enforced("key_seal open_at_night", "KEY-09"),
)


def _next_opening(now: Facts) -> datetime:
    """The first opening of the cabinet after the sealing."""
    sealed = datetime.fromisoformat(str(now.fields["sealed_at"]))
    opening = datetime.combine(sealed.date(), now.value("key.opening").time, sealed.tzinfo)
    return opening if opening > sealed else opening + timedelta(days=1)


def _rank(person: Seen) -> int:
    roles = person.fields.get("role", [])
    return max((RANK.get(str(role), 0) for role in roles), default=0)
