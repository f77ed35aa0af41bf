"""Sheets across records: one open sheet for a request, and which copy is where. Rules SHEET-03, SHEET-06, SHEET-30."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.request import REQUESTS
from pm_cli.core.text import _, listed, word
from pm_cli.flows.derived import derived
from pm_cli.flows.following import follows
from pm_cli.flows.invariants import Violation, invariant
from pm_cli.kinds.sheet.custody import whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.action import Seen
    from pm_cli.core.perform import Books, Order, Outcome
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View
    from pm_cli.kinds.sheet.custody import Whereabouts


@follows("sheet", "explain")
def wish(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """A wish for what is not offered yet is promised a notice, which only an unmet demand sees to (SHEET-34)."""
    number = outcome.record.id
    if order.raw.get("reason") == "not_offered_yet" and not books.matching("unmet_demand", {"concerns": number}):
        hint = _("Enter the wish, so that a notice can follow: pm unmet-demand record --concerns {id}")
        outcome.notices.append(hint.format(id=number))
    return []


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


def told(lies: Whereabouts, issuer: str) -> str:
    """Where a copy is, in words: the place, the departments that have it and whether they signed, or the archive."""
    if lies.place == "issuer":
        return issuer
    if lies.place == "filed":
        return " ".join(part for part in (word("value", lies.location), lies.keeper) if part)
    if not lies.departments:
        return word("value", lies.place)
    unsigned = _("{department} (not signed for)")
    return listed(
        unsigned.format(department=word("value", name)) if name in lies.unsigned else word("value", name)
        for name in lies.departments
    )


@derived("sheet")
def where_its_copies_are(_view: View, record: Record) -> dict[str, str]:
    """A line for each copy (SHEET-06, SHEET-30)."""
    issuer = next((event.by for event in record.events if event.do == "issue"), "")
    lines = (f"{word('value', lies.copy)}: {told(lies, issuer)}" for lies in whereabouts(record.fields))
    return {"copies": "\n".join(lines)}


def on_its_way(view: View, record: Record) -> dict[str, str]:
    """The open sheet a request rides on: watching it is watching the request (SHEET-03)."""
    sheets = view.matching("sheet", {"request": record.id})
    return {"sheet": listed(f"{sheet.id} {word('state', sheet.state)}" for sheet in sheets)} if sheets else {}


for kind in REQUESTS:
    derived(kind)(on_its_way)
