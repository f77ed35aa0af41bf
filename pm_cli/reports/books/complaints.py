"""Owner opinion and complaint ledger (业主意见投诉台帐): each complaint with its outcome. Rule COMP-29."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, at, began, begun, first, staff, together

BOOK = Book(
    form="F-06",
    zh="业主意见投诉台帐",
    en="Owner opinion and complaint ledger",
    records=begun("complaint"),
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("unit"),
        Column("caller.name", N_("Complainant")),
        Column("caller.phone"),
        Column("channel", how="value"),
        Column("content", N_("What"), "brief"),
        Column("content_class", how="value"),
        Column("validity", how="value"),
        Column("departments", how="value", value=together("departments", "executing_department")),
        Column("handler", value=staff("handler")),
        Column("result", N_("Handling result"), "brief"),
        Column("outcome", how="brief", value=first("outcome", "explanation", "close_reason")),
        Column("told_at", N_("Told"), "when", at("tell_outcome", "explain")),
        Column("visit_result", how="value"),
        Column("state", N_("State"), "state"),
    ),
    rules=("COMP-29", "COMP-13"),
)
