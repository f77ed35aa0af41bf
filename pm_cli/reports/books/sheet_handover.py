"""Sheet handover book (会签单交接记录本): who took which sheet over when, and when it came back. Rules SHEET-13, SHEET-14."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, Line, at, by, moved, staff

if TYPE_CHECKING:
    from collections.abc import Iterator


def _departments(line: Line) -> Iterator[Line]:
    """A line for each department that was given the sheet in the period."""
    for name, entry in line.get("handover").items():
        if line.scope.start <= datetime.fromisoformat(entry["given_at"]).timestamp() <= line.scope.at:
            yield line.with_fields(department=name, **entry)


BOOK = Book(
    form="F-02",
    zh="会签单交接记录本",
    en="Sheet handover book",
    records=moved("sheet", "issue", "resume"),
    lines=_departments,
    columns=(
        Column("given_at", N_("Handed over"), "when"),
        Column("id", N_("Sheet")),
        Column("unit"),
        Column("reason_for_visit", how="brief"),
        Column("issuer", N_("Issued by"), value=by("issue")),
        Column("forwarded_by", N_("Decided by"), value=staff("forwarded_by", otherwise=by("issue"))),
        Column("department", how="value"),
        Column("receiver.who", N_("Receiver's signature")),
        Column("received_at", N_("Signed for"), "when"),
        Column("returned_at", N_("Given back"), "when"),
        Column("signatory.who", N_("For the department")),
        Column("collected_at", N_("Collected"), "when", at("collect")),
        Column("collected_by", N_("Collected by"), value=by("collect")),
        Column("state", N_("State"), "state"),
    ),
    rules=("SHEET-13", "SHEET-14", "SHEET-15", "SHEET-20"),
)
