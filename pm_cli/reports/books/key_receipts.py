"""Key receipt record (钥匙交接纪录): who brought which keys, and who took them in. Rule KEY-01."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, entries, moved, staff

BOOK = Book(
    form="F-13",
    zh="钥匙交接纪录",
    en="Key receipt record",
    records=moved("key", "receive"),
    lines=entries("receive"),
    columns=(
        Column("at", N_("Time"), "when"),
        Column("id", N_("Number on the tag")),
        Column("room"),
        Column("given.count"),
        Column("given.deliverer.name", N_("Who brought them")),
        Column("given.deliverer.department"),
        Column("given.signature.who", N_("Deliverer's signature")),
        Column("receiver", value=staff("given.receiver", "by")),
    ),
    rules=("KEY-01",),
)
