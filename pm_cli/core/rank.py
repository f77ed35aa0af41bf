"""Whom an action names: the roles a member of staff held at the event, and their rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_cli.core.person import RANK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts

HEAD = RANK["department_manager"]
"""Rank of the head of a department."""
SUPERVISOR = min(rank for role, rank in RANK.items() if role.endswith("_supervisor"))
RESERVED = frozenset({"manager", "customer_service", "administration"})
"""Whom a complaint may be about that only the centre director deals with (COMP-21)."""


def roles_of(now: Facts, login: str) -> frozenset[str]:
    """The roles of a member of staff at the event; none for somebody unknown."""
    person = now.find(login)
    held = person.fields.get("role", ()) if person else ()
    return frozenset(str(role) for role in held)


def rank_of(now: Facts, login: str) -> int:
    """The highest rank a member of staff held at the event; 0 for somebody unknown."""
    return max((RANK.get(role, 0) for role in roles_of(now, login)), default=0)


def concerned(now: Facts, said: Mapping[str, Any]) -> set[object]:
    """Whom a complaint with these fields is about: as stated, and by department and rank of the person complained about."""
    login = str(said.get("complained_person") or "")
    person = now.find(login) if login else None
    found = {said.get("complained_about"), said.get("complained_department")}
    found |= {person.fields.get("department")} if person else set()
    return found | {"manager"} if login and rank_of(now, login) >= SUPERVISOR else found
