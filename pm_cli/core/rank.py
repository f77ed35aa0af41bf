"""Whom an action names: the roles a member of staff held at the event, and their rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.person import RANK

if TYPE_CHECKING:
    from pm_cli.core.action import Facts

HEAD = RANK["department_manager"]
"""Rank of the head of a department."""


def roles_of(now: Facts, login: str) -> frozenset[str]:
    """The roles of a member of staff at the event; none for somebody unknown."""
    person = now.find(login)
    held = person.fields.get("role", ()) if person else ()
    return frozenset(str(role) for role in held)


def rank_of(now: Facts, login: str) -> int:
    """The highest rank a member of staff held at the event; 0 for somebody unknown."""
    return max((RANK.get(role, 0) for role in roles_of(now, login)), default=0)
