"""Key issue book (钥匙收发本): keys taken and brought back, with both signatures. Rules KEY-03, KEY-04."""

from __future__ import annotations

from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, at, began, begun, by, staff

BOOK = Book(
    form="F-14",
    zh="钥匙收发本",
    en="Key issue book",
    records=begun("key_loan"),
    columns=(
        Column("lent_at", N_("Taken"), "when", began),
        Column("key"),
        Column("count"),
        Column("purpose", how="brief"),
        Column("borrower.name", N_("Who takes them")),
        Column("borrower.department", how="value"),
        Column("signature.who", N_("Taker's signature")),
        Column("issuer", N_("Issued by"), value=staff("issuer", otherwise=by("lend"))),
        Column("due", how="when"),
        Column("returned_at", N_("Returned"), "when", at("return")),
        Column("return_signature.who", N_("Signature on return")),
        Column("receiver", value=staff("receiver", otherwise=by("return"))),
        Column("out"),
        Column("lost"),
        Column("state", N_("State"), "state"),
    ),
    rules=("KEY-03", "KEY-04"),
)
