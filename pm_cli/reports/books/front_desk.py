"""Front-desk work ledger (客服前台工作台帐): all requests of the day, consultations too, with remark. Rule CONS-10."""

from __future__ import annotations

from pm_cli.core.request import REQUESTS
from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, began, begun, first, together
from pm_cli.reports.figures.periods import DAY

BOOK = Book(
    form="F-73",
    zh="客服前台工作台帐",
    en="Front-desk work ledger",
    records=begun(*REQUESTS),
    columns=(
        Column("at", N_("Time"), "when", began),
        Column("id", N_("ID")),
        Column("kind", N_("Kind"), "kind"),
        Column("unit"),
        Column("caller.name", N_("Who asks")),
        Column("caller.phone"),
        Column("channel", how="value"),
        Column("content", N_("Question or matter"), "brief"),
        Column("remark", N_("Remark"), "note", together("departments", "department", "assisting", "remark")),
        Column("answer", N_("Answer"), "brief", first("answer", "reply", "outcome", "result", "work_done", "way")),
        Column("written_by", N_("By"), value=lambda line: line.scope.name_of(line.steps[0].by)),
        Column("state", N_("State"), "state"),
    ),
    rhythm=DAY,
    rules=("CONS-10",),
)
