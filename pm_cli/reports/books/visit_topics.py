"""Return-visit ledger of topics (回访记录台帐): what residents cared about when they were visited. Rule RV-27."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, entries, moved, staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.reports.figures.book import Line


def _topics(line: Line) -> Iterator[Line]:
    """A line for each topic of each visit."""
    for one in entries("visit")(line):
        for topic in one.get("given.topics") or []:
            yield one.with_fields(topic=topic)


BOOK = Book(
    form="F-11",
    zh="回访记录台帐",
    en="Return-visit ledger of topics",
    records=moved("return_visit", "visit"),
    lines=_topics,
    columns=(
        Column("at", N_("Heard"), "when"),
        Column("topic", N_("Topic"), "brief"),
        Column("unit"),
        Column("request_kind", how="kind"),
        Column("opinion", how="brief", value=lambda line: line.get("given.opinion") or line.get("given.transcript")),
        Column("visitor", value=staff("visitor")),
        Column("id", N_("ID")),
    ),
    rules=("RV-27",),
)
