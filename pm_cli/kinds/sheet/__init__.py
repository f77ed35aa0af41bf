"""Countersign sheet (会签单): goes to the departments and comes back. Rules SHEET-01 to SHEET-35."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.kind import Declaration
from pm_cli.kinds.sheet import collecting, explaining, filling, handing_over, keeping, prolonging, signing
from pm_cli.kinds.sheet.custody import UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

PARTS = (filling, signing, handing_over, prolonging, explaining, collecting, keeping)


class Sheet(Declaration):
    """Under way until all departments have answered and the resident has signed; then filed."""

    prefix = "CS"
    paused_because = "stop_explanation"
    paused_until = "suspension"
    open = ("filled", *UNDER_WAY, "collected", "suspended", "terminated", "explained", "forwarded")
    closed = ("filed",)
    columns = ("unit", "reason_kind", "reason_for_visit", "departments", "request")
    handler = "collector"
    summary = "reason_for_visit"
    search = ("reason_for_visit", "requester", "cs_opinion")
    sort = "reason_kind"

    @staticmethod
    def awaits(signature: str, fields: Mapping[str, Node]) -> bool:
        """What concerns a third party waits for that party's proof, and for nobody's acceptance (SHEET-17)."""
        return signature != "accepted_by" or fields.get("not_feasible") != "third_party"
