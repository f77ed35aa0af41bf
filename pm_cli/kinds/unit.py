"""Unit (房号): a flat or a public place, with its zone and household contact. Rules COMP-04, SHEET-02."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.groups import Person
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK
from pm_cli.core.types import Code, Flag, Text, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

Use = Annotated[str, one_of("home", "shop", "office", "public_place", "plant_room", "parking")]


class Unit(Declaration):
    """`3-1502`, `3-2-1502` or the name of a place such as `大堂`."""

    open = ("in_use", "vacant")
    closed = ("removed",)
    columns = ("building", "use", "zone", "contact.name", "contact.phone")
    place = "code"
    summary = "note"
    search = ("contact", "note")


class Add(Action, start=True, to="in_use", by=DESK):
    """Register a flat or a public place"""

    code: Code = need("Building-room or building-entrance-room, or the name of a place", keep=False)
    building: Text | None = may("Building (default: what stands before the first dash)")
    use: Use = may("What it is used for", default="home")
    zone: Text | None = may("Zone of the building manager")
    contact: Person | None = may("Household contact")
    vacant: Flag | None = may("Nobody lives there", keep=False)
    note: Text | None = may("What callers call it")

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Vacant units are marked from the start."""
        return "vacant" if given.get("vacant") == "true" else None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """`3-1502` stands in building 3 unless another is named."""
        building, dash, _room = str(given.get("code", "")).partition("-")
        if dash:
            fields.setdefault("building", building)


class Change(Action, by=DESK):
    """Change contact, zone or use from now on"""

    use: Use | None = may("What it is used for")
    zone: Text | None = may("Zone of the building manager")
    contact: Person | None = may("Household contact")
    note: Text | None = may("What callers call it")


class Occupy(Action, of="vacant", to="in_use"):
    """Somebody lives there now"""

    contact: Person | None = may("Household contact")


class Vacate(Action, of="in_use", to="vacant"):
    """Nobody lives there any more"""


class Remove(Action, of=OPEN, to="removed"):
    """The place no longer exists"""

    reason: Text = need("Why")
