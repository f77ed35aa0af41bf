"""Suggestion (意见建议): analysed, answered in writing, visited, entered in the ledger. Rules SUGG-02 to SUGG-13."""

from __future__ import annotations

from pm_cli.core.kind import Declaration
from pm_cli.kinds.suggestion import afterwards, answering, intake

PARTS = (intake, answering, afterwards)


class Suggestion(Declaration):
    """Open until the resident was answered in writing, visited, and the ledger is filled in.

    `pm suggestion list` is the ledger of residents' opinions and suggestions (F-08).
    """

    prefix = "SG"
    open = (*intake.BEFORE_ANALYSIS, *answering.ANALYSED, *afterwards.REPLIED, "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "content", "department", "valuable", "signer", "visit_result", "adoption")
    handler = "cs_manager"
    search = ("content", "caller", "place", "analysis", "reply")
    request = True
    sort = "department"
    resolves = ("reply",)
    reopens = ("reopen",)
