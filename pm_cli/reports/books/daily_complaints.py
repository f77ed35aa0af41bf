"""Daily complaint report (投诉日报): the cases that moved that day or are open, with their state. Rule COMP-56."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, Line, began, moved, staff
from pm_cli.reports.figures.periods import DAY

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Scope, Seen

KIND = "complaint"


def _cases(scope: Scope) -> list[Seen]:
    """What had a step in the period, and what was open at its end."""
    found = moved(KIND)(scope)
    return found + [record for record in scope.standing(KIND) if record not in found]


def _steps(line: Line) -> list[str]:
    return [step.action for step in line.steps if line.scope.start <= step.at <= line.scope.at]


BOOK = Book(
    form="F-86",
    zh="投诉日报",
    en="Daily complaint report",
    records=_cases,
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("unit"),
        Column("content", N_("What"), "brief"),
        Column("content_class", how="value"),
        Column("validity", how="value"),
        Column("urgent", value=lambda line: line.get("urgent") == "true"),
        Column("handler", value=staff("handler")),
        Column("steps", N_("Steps in the period"), "action", _steps),
        Column("result", N_("Handling result"), "brief"),
        Column("state", N_("State"), "state", lambda line: line.record.state),
    ),
    rhythm=DAY,
    signatures=(N_("Drawn up by"),),
    rules=("COMP-56", "COMP-17"),
)
