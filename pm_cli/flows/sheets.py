"""Sheets across records: a request has at most one open countersign sheet. Rules SHEET-03, SHEET-06."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.text import _
from pm_cli.flows.invariants import Violation, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.action import Seen
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View


@invariant("sheet")
def one_open_sheet(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """A request rides on one sheet at a time, so that watching it is watching the request (SHEET-03)."""
    request, is_open = record.fields.get("request"), view.kind("sheet").is_open
    if not isinstance(request, str) or not is_open(record.state):
        return
    sheets: dict[str, Seen] = {seen.id: seen for seen in view.matching("sheet", {"request": request})}
    sheets.update({number: other for number, other in changed.items() if other.kind == "sheet"})
    for number, other in sorted(sheets.items()):
        same = linked(str(other.fields.get("request", ""))) == linked(request)
        if number != record.id and same and is_open(other.state):
            yield Violation(
                "second_open_sheet",
                record.id,
                _("{request} has an open sheet already: {sheet}").format(request=linked(request), sheet=number),
                _("Go on with that one: pm show {sheet}").format(sheet=number),
            )
