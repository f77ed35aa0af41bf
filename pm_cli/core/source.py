"""Where customer information comes from and who gathers it, told by how it arrived and the roles of who took it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.person import CS, CS_LEADERS, DIRECTORS
from pm_cli.core.types import one_of

if TYPE_CHECKING:
    from collections.abc import Set

Source = Annotated[
    str, one_of("monitoring_centre", "hotline", "service_desk", "complaint_box", "repair_centre", "other")
]
"""The four sources of customer information, the second one by its three desks (DISP-01)."""
Gatherer = Annotated[str, one_of("cs_centre", "managers", "all_staff")]
"""Who gathers: the CS centre; director, supervisor and named staff; all departments and employees (DISP-20)."""

_MONITORS = frozenset({"monitoring_duty"})
_REPAIRERS = frozenset({"technician", "engineering_supervisor"})
_DESKS = {"phone": "hotline", "visit": "service_desk", "mailbox": "complaint_box", "letter": "complaint_box"}


def source_of(channel: str, roles: Set[str]) -> str:
    """The source of what arrived so and was taken by somebody with these roles (DISP-01)."""
    if roles & _MONITORS:
        return "monitoring_centre"
    return "repair_centre" if roles & _REPAIRERS else _DESKS.get(channel, "other")


def gatherer_of(roles: Set[str]) -> str:
    """Who of the three gatherers somebody with these roles is (DISP-20)."""
    if roles & (CS_LEADERS | DIRECTORS):
        return "managers"
    return "cs_centre" if roles & CS else "all_staff"
