"""Repair register (报修登记台帐): what came in, who was told, what was agreed. Rule WORK-01."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, at, began, begun, by, staff

BOOK = Book(
    form="F-03",
    zh="报修登记台帐",
    en="Repair register",
    records=begun("repair"),
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("unit"),
        Column("caller.name", N_("Who asks")),
        Column("caller.phone"),
        Column("channel", how="value"),
        Column("content", N_("What"), "brief"),
        Column("priority", how="value"),
        Column("taken_by", N_("Taken by"), value=staff("first_contact", otherwise=by("receive"))),
        Column("notified_at", N_("Engineering told"), "when", at("notify", "assign")),
        Column("handler", value=staff("handler")),
        Column("appointment", how="when"),
        Column("state", N_("State"), "state"),
    ),
    rules=("WORK-01", "WORK-12"),
)
