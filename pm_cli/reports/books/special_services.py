"""Special service register (特约(有偿)服务登记表): who asks for which service, for when, and what was decided. Rule WORK-14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, Line, began, begun, by, first, staff

if TYPE_CHECKING:
    from collections.abc import Iterator


def _special(line: Line) -> Iterator[Line]:
    """Services that are not part of the management contract."""
    if line.get("service_kind") in {"paid_special", "business"}:
        yield line


BOOK = Book(
    form="F-61",
    zh="特约(有偿)服务登记表",
    en="Special service register",
    records=begun("repair"),
    lines=_special,
    columns=(
        Column("received_at", N_("Received"), "when", began),
        Column("id", N_("ID")),
        Column("caller.name", N_("Who asks")),
        Column("unit"),
        Column("service_kind", how="value"),
        Column("content", N_("What"), "brief"),
        Column("appointment", how="when"),
        Column("caller.phone"),
        Column("taken_in_by", N_("Taken by"), value=staff("first_contact", otherwise=by("receive"))),
        Column("standard", N_("Charge standard")),
        Column("explained", N_("Why not"), "brief", first("explained", "cancel_reason")),
        Column("state", N_("State"), "state"),
    ),
    rules=("WORK-14",),
)
