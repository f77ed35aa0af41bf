"""Visit register and call record (来访登记、电话记录): who came or called, about what. Rules DISP-13, DISP-14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.request import REQUESTS
from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, Line, at, began, begun, first, staff
from pm_cli.reports.figures.periods import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

WAYS = frozenset({"visit", "phone"})


def _came_or_called(line: Line) -> Iterator[Line]:
    """What came by visit or phone: contacts, and requests, which are their own entries (D-39); no notices of ours."""
    if line.get("channel") in WAYS and line.steps[0].action != "notice":
        yield line


BOOK = Book(
    form="F-55",
    zh="来访登记、电话记录",
    en="Visit register and call record",
    records=begun("contact", *REQUESTS),
    lines=_came_or_called,
    columns=(
        Column("at", N_("Time"), "when", began),
        Column("channel", how="value"),
        Column("caller.name", N_("Visitor or caller")),
        Column("caller.affiliation"),
        Column("caller.phone"),
        Column("unit"),
        Column("about", N_("About"), "value", first("reason", "kind")),
        Column("content", N_("What was said"), "brief"),
        Column("indirect", how="value"),
        Column("expected", N_("Announced for"), "when"),
        Column("came_at", N_("Came"), "when", at("come")),
        Column("for", N_("For"), value=staff("for_person", "handler")),
        Column("relayed_to", value=staff("relayed_to", "informed")),
        Column("outcome", how="brief", value=first("outcome", "answer", "reply", "result")),
        Column("written_by", N_("By"), value=lambda line: line.scope.name_of(line.steps[0].by)),
        Column("id", N_("ID")),
    ),
    rhythm=DAY,
    rules=("DISP-13", "DISP-14"),
)
