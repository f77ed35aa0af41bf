"""Staff (员工): who works here, in which roles, since when. Rules ROLE-01 to ROLE-05, ROLE-13, ROLE-14."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.kind import Declaration
from pm_cli.core.person import REGISTRARS, ROLES, department_of
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Code, Day, Text, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Role = Annotated[str, one_of(*ROLES)]


class Staff(Declaration):
    """A login stands for one person; several roles are possible."""

    open = ("active",)
    closed = ("left",)
    columns = ("name", "role", "department", "zone")
    place = "zone"
    summary = "name"
    search = ("name",)


class Add(
    Action,
    start=True,
    to="active",
    by=REGISTRARS,
    rules=("ROLE-01", "ROLE-02", "ROLE-03", "ROLE-04", "ROLE-05"),
):
    """Register a member of staff"""

    code: Code = need("Login, such as li.na", keep=False)
    name: Text = need("Name as colleagues know it")  # type: ignore[misc]
    role: list[Role] = need("Roles held (titles of the manuals are mapped to these)")
    department: Department | None = may("Department, if not that of the role", rules=("ROLE-13", "ROLE-14"))
    title: Text | None = may("Local title on the door, such as 楼宇管理员")
    zone: Text | None = may("Buildings looked after, such as 3")
    since: Day | None = may("First day of work")

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Without a department named, the role's own."""
        roles = fields.get("role", [])
        fields.setdefault("department", department_of([str(role) for role in roles]))


class Change(Action, to="active", by=REGISTRARS):
    """Change roles, department, title or zone from now on"""

    name: Text | None = may("Name as colleagues know it")  # type: ignore[assignment, misc]
    role: list[Role] = may("All roles held from now on")
    department: Department | None = may("Department")
    title: Text | None = may("Local title")
    zone: Text | None = may("Buildings looked after")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody raises their own roles (ROLE-19)."""
        if self.role and now.by.id == now.id and "admin" not in now.by.roles:
            return Refusal(_("nobody changes their own roles."), rules=("ROLE-19",))
        return None


class Leave(Action, of=OPEN, to="left", by=REGISTRARS):
    """Note that somebody has left; what they did stays"""

    on: Day | None = may("Last day of work")


RULES = (
    *recorded("staff add", "ROLE-01", "ROLE-02", "ROLE-03", "ROLE-04", "ROLE-05", "ROLE-13", "ROLE-14"),
    *enforced("staff change", "ROLE-19", note="nobody changes their own roles"),
)
