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
        console.as_json({name: rows for name, (_title, rows) in blocks.items()})
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
        for row in rows[:LINES]:
            console.out(
                "  "
                + "  ".join(_cell(name, row[name]) for name in ("id", "unit", "what", "who", "due") if row.get(name))
            )
        if len(rows) > LINES:
            console.out("  " + _("... and {count} more").format(count=len(rows) - LINES))
    if not any(rows for _title, rows in blocks.values()):
        console.out(_("Nothing is waiting."))
    warn_of_problems(ledger)


def _cell(name: str, text: Any) -> str:
    return console.padded(str(text), 16 if name == "id" else 10) if name in {"id", "unit"} else str(text)


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
    late = term.late_by(at)
    when = (
        _("{clock} {late} late").format(clock=word("clock", term.clock), late=lasting(late))
        if late > 0
        else (_("{clock} by {at}").format(clock=word("clock", term.clock), at=query.minute(ledger, term.due)[11:]))
    )
    return {
        "id": term.id,
        "unit": term.unit,
        "what": term.summary[:30],
        "who": term.handler,
        "due": when,
        "clock": term.clock,
    }


def _records(ledger: Ledger, where: str) -> list[dict[str, Any]]:
    found = ledger.index.db.execute(
        f"SELECT id, unit, summary, handler, state, began FROM record WHERE {where} ORDER BY began, id"
    )
    return [
        {
            "id": number,
            "unit": unit,
            "what": summary[:30],
            "who": handler,
            "due": query.minute(ledger, began),
            "state": state,
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
                {
                    "id": number,
                    "unit": unit,
                    "what": summary[:30],
                    "who": handler,
                    "due": word("field", field),
                    "field": field,
                }
                for number, unit, summary, handler in rows
            ]
    return found
