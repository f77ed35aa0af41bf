"""The desk journal: all that was asked, reported, heard and announced, in the order in which it came in."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.source import gatherer_of, source_of
from pm_cli.core.text import N_, _, keys_for, word
from pm_cli.core.times import When, parse_day
from pm_cli.flows.reception import ENTRIES, closed_at, procedure
from pm_cli.ui import console

Entry = dict[str, Any]


def run(
    day: Annotated[str, typer.Option("--date", metavar="DAY", help=N_("Only this day (default: today)"))] = "",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help=N_("From this day on"))] = "",
    kind: Annotated[str, typer.Option("--kind", help=N_("Only this kind"))] = "",
    unit: Annotated[str, typer.Option("--unit", help=N_("Only this unit"))] = "",
    first_contact: Annotated[
        str, typer.Option("--first-contact", metavar="LOGIN", help=N_("Only what this person was asked first"))
    ] = "",
    source: Annotated[str, typer.Option("--source", help=N_("Only from this source"))] = "",
    open_: Annotated[bool, typer.Option("--open", help=N_("Only what is not closed"))] = False,
    after_hours: Annotated[
        bool, typer.Option("--after-hours", help=N_("Only what came in while the office was closed"))
    ] = False,
) -> None:
    entries = [
        entry
        for entry in _entries(*_bounds(day, since))
        if (not kind or entry["kind"] == _key("kind", kind, list(ENTRIES)))
        and (not unit or entry["unit"] == unit)
        and (not first_contact or entry["first_contact"] == first_contact)
        and (not source or entry["source"] == _key("value", source, [entry["source"]]))
        and (not open_ or entry["open"])
        and (not after_hours or closed_at(current.ledger, datetime.fromisoformat(entry["at"])))
    ]
    if current.json:
        console.as_json(entries)
    else:
        titles = (_("Time"), _("ID"), _("Kind"), _("State"), _("Unit"), _("Source"), _("What"), _("First contact"))
        console.table([*titles, _("Handler")], map(_row, entries))
    warn_of_problems(current.ledger)


def _bounds(day: str, since: str) -> tuple[int, int]:
    """First second and the one after the last, since the epoch; raises Usage."""
    ledger, today = current.ledger, current.now.date()
    try:
        first = parse_day(since or day, When(current.now, ledger.zone)) if since or day else today
        last = parse_day(day, When(current.now, ledger.zone)) if day else today
    except ValueError as error:
        raise Usage(str(error)) from None
    return _midnight(first), _midnight(max(first, last) + timedelta(days=1))


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), current.ledger.zone).timestamp())


def _key(context: str, typed: str, known: list[str]) -> str:
    """A key typed in English or Chinese."""
    name = typed.lower().replace("-", "_")
    return name if name in known else next(iter(keys_for(context, typed, known)), name)


def _entries(start: int, end: int) -> list[Entry]:
    """What came in between, each with its first contact, source and gatherer (DISP-01, DISP-20, SHEET-31)."""
    ledger = current.ledger
    there = [name for name in ENTRIES if name in kinds.names()]
    db = ledger.index.db
    roles = {login: frozenset(json.loads(fields).get("role", [])) for login, fields in db.execute(_STAFF)}
    rows = db.execute(_BEGUN.format(marks=", ".join("?" * len(there))), (start, end, *there))
    entries = [_entry(roles, *row) for row in rows]
    return sorted(entries, key=lambda entry: (entry["at"], entry["id"].partition("-")[2]))


def _entry(roles: dict[str, frozenset[str]], began: int, by: str, text: str, *row: Any) -> Entry:
    number, kind, state, is_open, unit, channel, summary, handler = row
    fields = json.loads(text)
    first = str(fields.get("first_contact") or by)
    held = roles.get(first, frozenset())
    return {
        "at": query.iso(current.ledger, began),
        "id": number,
        "kind": kind,
        "state": state,
        "open": bool(is_open),
        "unit": unit,
        "channel": channel,
        "source": fields.get("source") or source_of(channel, held),
        "gatherer": fields.get("gatherer") or gatherer_of(held),
        "procedure": procedure(kind),
        "first_contact": first,
        "handler": handler,
        "summary": summary,
    }


def _row(entry: Entry) -> list[str]:
    return [
        entry["at"][:16].replace("T", " "),
        entry["id"],
        word("kind", entry["kind"]),
        word("state", entry["state"]),
        entry["unit"],
        word("value", entry["source"]),
        entry["summary"][:40],
        entry["first_contact"],
        entry["handler"],
    ]


_STAFF = "SELECT id, fields FROM record WHERE kind = 'staff'"
_BEGUN = (
    "SELECT began, event.by, fields, id, kind, state, open, unit, source, summary, handler"
    " FROM record JOIN event USING (rid) WHERE n = 0 AND began >= ? AND began < ? AND kind IN ({marks})"
    " AND state != 'annulled'"
)
