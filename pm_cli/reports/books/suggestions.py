"""Residents' opinions and suggestions ledger (住户意见建议台帐): what was suggested, answered, found. Rule SUGG-07."""

from __future__ import annotations

from pm_cli.core.ident import linked
from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, at, began, begun, staff

BOOK = Book(
    form="F-08",
    zh="住户意见建议台帐",
    en="Residents' opinions and suggestions ledger",
    records=begun("suggestion"),
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("unit"),
        Column("caller.name", N_("Who asks")),
        Column("channel", how="value"),
        Column("content", N_("What"), "brief"),
        Column("department", how="value"),
        Column("analysis", how="brief"),
        Column("reply", how="brief"),
        Column("signer", value=staff("signer")),
        Column("replied_at", N_("Replied"), "when", at("reply")),
        Column("visit_result", how="value"),
        Column("adoption", how="value"),
        Column("ledger_remark", N_("Remark")),
        Column("close_reason", how="value"),
        Column("duplicate_of", value=lambda line: linked(str(line.get("duplicate_of") or ""))),
        Column("state", N_("State"), "state"),
    ),
    rules=("SUGG-07",),
)
