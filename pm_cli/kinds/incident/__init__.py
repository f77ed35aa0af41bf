"""Incident (紧急事件): casualties first, told, contained, reported; disputes too. Rules EMER-01 to EMER-07, COND-02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DIRECTORS
from pm_cli.core.standard import STANDARD
from pm_cli.core.text import _
from pm_cli.kinds.incident import closing, entry, finding, quarrel, reporting, residents, response
from pm_cli.kinds.incident.reporting import emergency

if TYPE_CHECKING:
    from pm_cli.core.action import Facts

PARTS = (finding, response, quarrel, residents, reporting, closing)


class Incident(Declaration):
    """Open until its course was reported, the superior has decided, and whoever must know has been told."""

    prefix = "IN"
    open = (*entry.UNDER_WAY, "reported")
    closed = ("closed",)
    columns = ("where", "matter", "what", "affected", "expected_end", "residents_told")
    place = "where"
    handler = "responsible"
    summary = "what"
    search = ("what", "place", "informant", "residents_told", "course")
    sort = "matter"

    @staticmethod
    def barred(now: Facts, action: str) -> Refusal | None:
        """With casualties nothing is entered before the rescue call, but for mistakes; the director voids (EMER-01, EMER-02)."""
        if action == "annul" and emergency(now.fields) and not now.by.may(DIRECTORS | {"admin"}):
            hint = _("A false alarm: pm incident dismiss {id} --reason TEXT").format(id=now.id)
            return Refusal(_("an emergency is voided by the centre director."), hint, ("EMER-01",))
        mistakes = STANDARD.keys() - {"note"}
        if action in {"call_rescue", *mistakes} or not unrescued(now):
            return None
        hint = _("Call 120 now, then enter: pm incident call-rescue {id}").format(id=now.id)
        return Refusal(_("people are hurt and the rescue call is not recorded."), hint, ("EMER-02",))


def unrescued(now: Facts) -> bool:
    """Whether somebody is hurt and no rescue was called."""
    return "casualties" in now.fields and "rescue_called" not in now.fields
