"""`pm` alone: today at a glance - overdue, due today, waiting for signature, drafts, keys out, sheets to chase."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import _, lasting, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.cli.session import Session
    from pm_cli.store.ledger import Ledger

LINES = 12
"""Rows shown per block; the rest is counted."""


def glance(session: Session) -> None:
    """Show the blocks that hold something."""
    ledger = session.ledger
    blocks = gather(ledger, session.now)
    if session.json:
        plain = {
            name: [{key: row[key] for key in row if key != "say"} for row in rows]
            for name, (_t, rows) in blocks.items()
        }
        console.as_json(plain)
        return
    acting = session.ledger.desk_settings.acting_at(session.now)
    console.heading(
        "  ".join(
            part
            for part in (
                ledger.estate.name,
                f"{session.now:%Y-%m-%d %H:%M}",
                _("acting: {who}").format(who=acting) if acting else "",
            )
            if part
        )
    )
    for title, rows in blocks.values():
        if not rows:
            continue
        console.out()
        console.heading(f"{title} ({len(rows)})")
        for line in _lines(rows[:LINES]):
            console.out("  " + line)
        if len(rows) > LINES:
            console.out("  " + _("... and {count} more").format(count=len(rows) - LINES))
    if not any(rows for _title, rows in blocks.values()):
        console.out(_("Nothing is waiting."))
    warn_of_problems(ledger)


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    """Rows with their columns aligned."""
    cells = [[str(row[name]) for name in ("id", "unit", "what", "who", "say")] for row in rows]
    widths = [max(map(console.width, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(console.padded, row, widths)).rstrip() for row in cells]


def gather(ledger: Ledger, now: datetime) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """The blocks by name, each with its title and rows."""
    at = int(now.timestamp())
    tonight = int(datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo).timestamp())
    late = query.overdue(ledger, at)
    seen = {(term.id, term.clock) for term in late}
    today = [
        term
        for term in query.running(ledger, at, "clock.due < ? AND clock.paused IS NULL", tonight)
        if (term.id, term.clock) not in seen
    ]
    return {
        "overdue": (_("Overdue"), [_term(ledger, term, at) for term in late]),
        "due_today": (_("Due today"), [_term(ledger, term, at) for term in today]),
        "contested": (_("Contested after a merge"), _records(ledger, "contested = 1")),
        "drafts": (_("Drafts to complete"), _records(ledger, "state = 'draft'")),
        "signatures": (_("Waiting for signature"), unsigned(ledger)),
        "keys_out": (_("Keys out"), _records(ledger, "open = 1 AND kind = 'key_loan'")),
        "sheets": (
            _("Sheets to chase"),
            _records(ledger, "open = 1 AND kind = 'sheet' AND state IN ('issued', 'received')"),
        ),
    }


def _term(ledger: Ledger, term: query.Term, at: int) -> dict[str, Any]:
    late = max(0, term.late_by(at))
    clock = word("clock", term.clock)
    if late:
        say = _("{clock} {late} late").format(clock=clock, late=lasting(late))
    else:
        say = _("{clock} by {at}").format(clock=clock, at=query.minute(ledger, term.due)[11:])
    row = _row(term.id, term.unit, term.summary, term.handler, say)
    return {**row, "kind": term.kind, "clock": term.clock, "due": query.iso(ledger, term.due), "late_seconds": late}


def _row(number: str, unit: str, summary: str, handler: str, say: str) -> dict[str, Any]:
    return {"id": number, "unit": unit, "what": summary[:30], "who": handler, "say": say}


def _records(ledger: Ledger, where: str) -> list[dict[str, Any]]:
    found = ledger.index.db.execute(
        f"SELECT id, unit, summary, handler, state, began FROM record WHERE {where} ORDER BY began, id"
    )
    return [
        {
            **_row(number, unit, summary, handler, query.minute(ledger, began)),
            "state": state,
            "began": query.iso(ledger, began),
        }
        for number, unit, summary, handler, state, began in found
    ]


def unsigned(ledger: Ledger) -> list[dict[str, Any]]:
    """Open records in a state in which a signature is awaited that is not there yet (KEY-03, SHEET-12, SHEET-14)."""
    found: list[dict[str, Any]] = []
    for name in kinds.names():
        kind = kinds.load(name)
        for field, states in kind.signatures.items():
            marks = ", ".join("?" * len(states))
            rows = ledger.index.db.execute(
                f"SELECT id, unit, summary, handler FROM record WHERE kind = ? AND state IN ({marks})"
                " AND json_extract(fields, ?) IS NULL ORDER BY began, id",
                (name, *states, f"$.{field}"),
            )
            found += [
                {**_row(number, unit, summary, handler, word("field", field)), "field": field}
                for number, unit, summary, handler in rows
            ]
    return found
