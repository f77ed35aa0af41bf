"""Looking at the ledger as it was known at a moment, so that an old list or report can be reproduced exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from pm_cli.cli.session import Session
    from pm_cli.store.ledger import Ledger


class View(NamedTuple):
    """A ledger whose index shows what was known at a moment; `at` in seconds since the epoch."""

    ledger: Ledger
    at: int
    moment: datetime


def seen_at(session: Session, as_of: str = "", with_late_entries: bool = False) -> View:
    """The view for `--as-of`: the index itself for now, else a copy in which later knowledge is taken back.

    Records of which nothing became known after the moment are used as they are; only the others are folded again.
    """
    ledger = session.ledger
    if not as_of:
        return View(ledger, int(session.now.timestamp()), session.now)
    moment = session.moment(as_of)
    at = int(moment.timestamp())
    column = "touched" if with_late_entries else "known"
    if ledger.index.db.execute(f"SELECT 1 FROM record WHERE {column} > ? LIMIT 1", (at,)).fetchone():
        _rewind(ledger, moment, at, with_late_entries)
    return View(ledger, at, moment)


def _rewind(ledger: Ledger, moment: datetime, at: int, with_late_entries: bool) -> None:
    """Replace the open index by a copy in memory as of the moment."""
    import sqlite3

    from pm_cli.core.fold import known
    from pm_cli.store import files, rows
    from pm_cli.store.index import Index

    present = ledger.index
    past = sqlite3.connect(":memory:", isolation_level=None)
    present.db.backup(past)
    index = Index(ledger, past)
    column = "at" if with_late_entries else "known"
    later = past.execute(
        f"SELECT DISTINCT path FROM record JOIN event USING (rid) WHERE event.{column} > ?", (at,)
    ).fetchall()
    past.execute("BEGIN")
    for (path,) in later:
        record = files.demand(ledger.root, path)
        index.drop(path)
        if with_late_entries:
            record.events = [event for event in record.events if event.instant <= moment]
            until = None
        else:
            until = moment
            if all(known(record, event) > moment for event in record.events):
                continue
        if record.events:
            index.insert(path, (0, 0, 0), rows.from_record(record, ledger.policy, ledger.calendar, until))
    past.execute("COMMIT")
    vars(ledger)["index"] = index
