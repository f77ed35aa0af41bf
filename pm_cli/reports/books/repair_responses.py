"""Owner repair response ledger (业主报修反映台帐): what became of each repair. Rule WORK-11."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, at, began, begun, first, staff

BOOK = Book(
    form="F-05",
    zh="业主报修反映台帐",
    en="Owner repair response ledger",
    records=begun("repair"),
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("unit"),
        Column("caller.name", N_("Who asks")),
        Column("content", N_("What"), "brief"),
        Column("handler", value=staff("handler")),
        Column("arrived_at", N_("Arrived"), "when", at("arrive")),
        Column("finished_at", N_("Finished"), "when", at("finish")),
        Column("work_done", how="brief"),
        Column("opinion", N_("Resident's opinion"), "brief", first("opinion", "test_result")),
        Column("signature.who", N_("Signature")),
        Column("paid"),
        Column("visit_result", how="value"),
        Column("archived"),
        Column("state", N_("State"), "state"),
    ),
    rules=("WORK-11",),
)
