"""Return-visit register (回访登记台帐): every visit and every attempt, on a form or without one. Rule RV-07."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.request import REQUESTS
from pm_cli.core.text import N_
from pm_cli.reports.figures.book import Book, Column, Line, entries, first, moved, staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.reports.figures.scope import Scope, Seen


def _visited(scope: Scope) -> list[Seen]:
    """Requests that were visited in the period; one that a form stands for is its own line."""
    return [record for kind in REQUESTS for record in moved(kind, "visit")(scope)]


def _visits(line: Line) -> Iterator[Line]:
    """A line for each visit of a request, with what its form says as far as there is one."""
    for one in entries("visit")(line):
        form = one.scope.ledger.get(str(one.get("given.visit_form") or ""))
        said = form.reveal(dict(form.fields)) if form is not None else {}
        assert isinstance(said, dict)
        number = form.id if form is not None else None
        kept = {"location": said.get("location"), "state": form.state if form is not None else None}
        yield one.with_fields(form=said, number=number, request=linked(line.record.id), **kept)


BOOK = Book(
    form="F-10",
    zh="回访登记台帐",
    en="Return-visit register",
    records=_visited,
    lines=_visits,
    columns=(
        Column("at", N_("Visited"), "when"),
        Column("number", N_("Form"), value=first("number")),
        Column("request"),
        Column("kind", N_("Kind"), "kind"),
        Column("unit"),
        Column("way", how="value", value=lambda line: line.get("given.way")),
        Column("result", N_("Result"), "value", lambda line: line.get("given.result")),
        Column("remark", N_("In the resident's words"), "brief", lambda line: line.get("given.remark")),
        Column("visitor", value=staff("by")),
        Column("signed", N_("Signed"), value=lambda line: line.get("form.signature.who")),
        Column("review_remark", how="brief", value=lambda line: line.get("form.review_remark")),
        Column("acceptable", how="value", value=lambda line: line.get("form.acceptable")),
        Column("location"),
        Column("state", N_("State"), "state"),
    ),
    rules=("RV-07",),
)
