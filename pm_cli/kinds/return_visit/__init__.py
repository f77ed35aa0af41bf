"""Return visit (回访): the form is drawn, the resident visited, the form returned, reviewed and filed. Rules RV-01 to RV-28."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.kind import Declaration
from pm_cli.core.rule import computed
from pm_cli.kinds.return_visit import drawing, ending, reviewing, visiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

PARTS = (drawing, visiting, reviewing, ending)


class ReturnVisit(Declaration):
    """One form for one request; whatever it says of the visit also stands on the request, written in the same command.

    That a visit is due is worked out from the requests (`pm visit plan`) and never stored: the form begins it.
    """

    prefix = "RV"
    open = ("assigned", "visited", "returned", "reviewed", "rectifying", "nonconformity")
    closed = ("closed", "unreachable")
    columns = ("unit", "request", "visitor", "way", "result", "acceptable", "visit_by")
    handler = "visitor"
    search = ("content", "opinion", "transcript", "topics", "review_remark")
    sort = "request_kind"

    @staticmethod
    def awaits(signature: str, fields: Mapping[str, Node]) -> bool:
        """Only who was met face to face signs (RV-19)."""
        return fields.get("way") in visiting.ON_PAPER


RULES = (
    *computed("visit quota", "RV-08", "RV-09", "RV-10", "RV-11", "RV-12", note="rates by kind, rounded up (AMB-40)"),
    *computed("visit quota", "RV-13", "RV-18", note="shares with numerator and denominator (AMB-41, AMB-42)"),
    *computed("visit plan", "RV-14", note="the queue, in the order in which the handling was finished"),
    *computed("order_batch hand_over late", "RV-15", note="the batch of 17:30; an order in none is a missed duty"),
    *computed("visit quota", "RV-24", note="by person and month"),
)
