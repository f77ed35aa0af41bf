"""Screens of a day: `pm` alone, and what opening, closing and handing over need; plain lines that print well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.cli.blocks import Moment, Row, gathered
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import _
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.cli.session import Session
    from pm_cli.store.ledger import Ledger

GLANCE = ("overdue", "due_today", "contested", "drafts", "signatures", "keys_out", "sheets")
LINES = 12
"""Rows shown per block at a glance; the rest is counted."""


def glance(session: Session) -> None:
    """Today at a glance: the blocks that hold something, their first lines."""
    acting = session.ledger.desk_settings.acting_at(session.now)
    screen(session, GLANCE, heading=_("acting: {who}").format(who=acting) if acting else "", lines=LINES)


def screen(session: Session, wanted: tuple[str, ...], heading: str, lines: int = 0, foot: tuple[str, ...] = ()) -> None:
    """Show the blocks that hold something, whole or their first lines, below estate, time and a heading."""
    blocks = gathered(Moment(session.ledger, session.now), wanted)
    if session.json:
        console.as_json(
            {
                name: [{key: row[key] for key in row if key != "say"} for row in rows]
                for name, (_t, rows) in blocks.items()
            }
        )
        return
    parts = (session.ledger.estate.name, f"{session.now:%Y-%m-%d %H:%M}", heading)
    console.heading("  ".join(part for part in parts if part))
    names = _names(session.ledger)
    for title, rows in blocks.values():
        if rows:
            _block(title, [{**row, "who": names.get(row["who"], row["who"])} for row in rows], lines or len(rows))
    if not any(rows for _title, rows in blocks.values()):
        console.out(_("Nothing is waiting."))
    for line in foot:
        console.out(line)
    warn_of_problems(session.ledger)


def _names(ledger: Ledger) -> dict[str, str]:
    """The names of staff by login: what colleagues call each other."""
    return dict(ledger.index.db.execute("SELECT id, json_extract(fields, '$.name') FROM record WHERE kind = 'staff'"))


def _block(title: str, rows: list[Row], most: int) -> None:
    console.out()
    console.heading(f"{title} ({len(rows)})")
    for line in _lines(rows[:most]):
        console.out("  " + line)
    if len(rows) > most:
        console.out("  " + _("... and {count} more").format(count=len(rows) - most))


def _lines(rows: list[Row]) -> list[str]:
    """Rows with their columns aligned, those that are empty throughout left out."""
    cells = [[str(row[name]) for name in ("id", "unit", "what", "who", "say")] for row in rows]
    columns = [column for column in zip(*cells, strict=True) if any(column)]
    widths = [max(map(console.width, column)) for column in columns]
    return ["  ".join(map(console.padded, row, widths)).rstrip() for row in zip(*columns, strict=True)]
