"""Duty log, complaints in it (值班记录表): what was entered, passed on and done about them. Rules COMP-17, DUTY-08."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, entries, moved, staff, together
from pm_cli.reports.figures.periods import DAY

SAID = (
    "content", "told", "result", "outcome", "explanation", "finding", "proposal", "plan", "measures", "verification",
    "validity", "departments", "executing_department", "handler", "reported_to", "remark", "reason", "text",
)  # fmt: skip
"""What a step may say, as a shift writes it down."""

BOOK = Book(
    form="F-76",
    zh="值班记录表",
    en="Duty log",
    records=moved("complaint"),
    lines=entries(),
    columns=(
        Column("at", N_("Time"), "when"),
        Column("id", N_("ID")),
        Column("unit"),
        Column("action", N_("Step"), "action"),
        Column("said", N_("What"), "note", together(*(f"given.{name}" for name in SAID))),
        Column("then", N_("State"), "state"),
        Column("by", N_("By"), value=staff("by")),
    ),
    rhythm=DAY,
    signatures=(N_("Handed over by"), N_("Taken over by")),
    rules=("COMP-17", "DUTY-08"),
)
