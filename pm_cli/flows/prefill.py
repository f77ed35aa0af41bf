"""What need not be asked again because another record says it: a sheet takes over what stands on its request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pm_cli.core.request import REQUESTS
from pm_cli.kinds.sheet.filling import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.core.perform import Books

    Fill = Callable[[Books, dict[str, Any]], dict[str, Any]]

SHEET = {"unit": "unit", "channel": "channel", "reason_for_visit": "content", "requester": "caller"}
"""Fields of a sheet and the fields of its request they are taken from."""

WISH = {
    "unit": "unit",
    "channel": "channel",
    "content": "reason_for_visit",
    "caller": "requester",
    "department": "reported_to",
    "apologised": "apologised",
    "first_contact": "first_contact",
}
"""Fields of an unmet demand and the fields of the sheet they are taken from."""


def sheet(books: Books, raw: dict[str, Any]) -> dict[str, Any]:
    """A sheet's unit, channel, reason and requester, from the request it rides on (SHEET-08: filled in at once)."""
    link = raw.get("request")
    if not link:
        return {}
    request = books.get(books.resolve(str(link), ()))
    if request is None:
        return {}
    known = request.reveal(dict(request.fields))
    assert isinstance(known, dict)
    found: dict[str, Any] = {name: known[source] for name, source in SHEET.items() if source in known}
    found["reason_kind"] = request.kind if request.kind in RECORDED else "other"
    return found


def return_visit(books: Books, raw: dict[str, Any]) -> dict[str, Any]:
    """Until when a request is to be visited, counted from the end of its handling (RV-02, RV-17)."""
    from pm_cli.flows.return_visits import visit_by

    link = raw.get("request")
    request = books.get(books.resolve(str(link), REQUESTS)) if link else None
    latest = visit_by(books, request) if request else None
    return {"visit_by": latest} if latest else {}


def unmet_demand(books: Books, raw: dict[str, Any]) -> dict[str, Any]:
    """What a sheet or a request says of the wish that could not be fulfilled (SHEET-34)."""
    link = raw.get("concerns")
    asked = books.get(books.resolve(str(link), ())) if link else None
    if asked is None:
        return {}
    known = asked.reveal(dict(asked.fields))
    assert isinstance(known, dict)
    sources = WISH if asked.kind == "sheet" else {name: name for name in ("unit", "channel", "content", "caller")}
    return {name: known[source] for name, source in sources.items() if source in known}


FILLS: dict[tuple[str, str], Fill] = {
    ("sheet", "fill"): sheet,
    ("return_visit", "draw"): return_visit,
    ("unmet_demand", "record"): unmet_demand,
}


def prefilled(books: Books, kind: str, action: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The input with what other records say added; what was typed always counts."""
    fill = FILLS.get((kind, action))
    if fill is None:
        return raw
    found = fill(books, raw)
    return {**found, **raw, **{name: {**found[name], **raw[name]} for name in raw if isinstance(found.get(name), dict)}}
