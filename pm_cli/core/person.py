"""Roles of the centre and who may do what: titles of the manuals mapped to canonical roles (role map, D-30, D-43)."""

from __future__ import annotations

from dataclasses import dataclass

RANK = {
    "company_leader": 90,
    "property_department_manager": 80,
    "centre_director": 70,
    "department_manager": 60,
    "cs_manager": 60,
    "administration": 50,
    "cs_supervisor": 50,
    "cs_officer": 45,
    "engineering_supervisor": 45,
    "security_supervisor": 45,
    "building_manager": 30,
    "cs_assistant": 30,
    "dispatcher": 30,
    "archivist": 25,
    "finance": 25,
    "receptionist": 20,
    "monitoring_duty": 20,
    "security": 15,
    "technician": 15,
    "environment": 10,
    "contractor": 5,
    "admin": 0,
    "cron": 0,
}
"""Higher ranks may stand in for lower ones in escalation and decide who is highest present (KEY-09)."""

ROLES = tuple(RANK)
DEPARTMENTS = (
    "customer_service",
    "engineering",
    "security",
    "environment",
    "finance",
    "administration",
    "concierge",
    "clubhouse",
    "project",
    "property_management",
    "contractor",
    "company",
)
"""Departments named by the manuals (ROLE-13, ROLE-14)."""

CS_LEADERS = frozenset({"cs_supervisor", "cs_officer", "cs_manager", "centre_director", "property_department_manager"})
CS = CS_LEADERS | {
    "receptionist",
    "cs_assistant",
    "building_manager",
    "dispatcher",
    "monitoring_duty",
    "archivist",
}
DESK = CS | {"admin", "administration"}
"""Whoever works at the desk; `admin` keeps the registers and may stand in."""
HEADS = frozenset({"department_manager", "cs_manager", "centre_director", "property_department_manager"})
"""Heads of departments and above."""
DIRECTORS = frozenset({"centre_director", "property_department_manager", "company_leader"})
EVERYBODY = frozenset(ROLES) - {"cron"}
"""Any employee or contractor (SHEET-31, SHEET-32)."""
REGISTRARS = CS_LEADERS | {"admin", "administration", "department_manager"}
"""Who may change staff; desk staff may add units and keys."""

DEPARTMENT_OF = {
    "technician": "engineering",
    "dispatcher": "engineering",
    "engineering_supervisor": "engineering",
    "security": "security",
    "security_supervisor": "security",
    "finance": "finance",
    "administration": "administration",
    "environment": "environment",
    "contractor": "contractor",
    "company_leader": "company",
    "property_department_manager": "property_management",
}
"""The department a role belongs to unless the staff record says otherwise; all others are customer service."""


@dataclass(frozen=True)
class Actor:
    """Who acts: login, roles as of the event, department."""

    id: str
    roles: frozenset[str]
    department: str = ""

    def may(self, allowed: frozenset[str]) -> bool:
        """Whether one of the roles is among those allowed."""
        return bool(self.roles & allowed)

    @property
    def rank(self) -> int:
        """The highest rank held."""
        return max((RANK.get(role, 0) for role in self.roles), default=0)


def department_of(roles: list[str] | frozenset[str]) -> str:
    """The department of somebody with these roles when none is recorded."""
    return next((DEPARTMENT_OF[role] for role in sorted(roles) if role in DEPARTMENT_OF), "customer_service")
