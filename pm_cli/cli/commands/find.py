"""Find records by a fragment of address, name, phone tail, text or pinyin initials; open ones first."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli import query
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.text import N_, _, fold_width, word
from pm_cli.store.lookout import answered
from pm_cli.ui import console


def run(
    words: Annotated[list[str], typer.Argument(help=N_("Fragments; all of them must occur"))],
    kind: Annotated[str, typer.Option("--kind", help=N_("Only this kind"))] = "",
    limit: Annotated[int, typer.Option("--limit", help=N_("At most so many"))] = 30,
) -> None:
    ledger = current.ledger
    fragments = [fold_width(text).lower() for text in words]
    conditions = " AND ".join("instr(search, ?)" for _fragment in fragments)
    values: list[object] = [*fragments]
    if kind:
        conditions += " AND kind = ?"
        values.append(kind.replace("-", "_"))
    sql = (
        f"SELECT id, kind, state, unit, summary, handler, began FROM record WHERE {conditions}"
        " ORDER BY open DESC, began DESC, id LIMIT ?"
    )
    rows = answered(ledger, lambda: ledger.index.db.execute(sql, (*values, limit)).fetchall())
    if current.json:
        names = ("id", "kind", "state", "unit", "summary", "handler", "began")
        console.as_json([{**dict(zip(names, row, strict=True)), "began": query.iso(ledger, row[6])} for row in rows])
    else:
        console.table(
            [_("ID"), _("Kind"), _("State"), _("Unit"), _("What"), _("Handler"), _("Since")],
            [
                (
                    number,
                    word("kind", name),
                    word("state", state),
                    unit,
                    summary[:40],
                    handler,
                    query.minute(ledger, began),
                )
                for number, name, state, unit, summary, handler, began in rows
            ],
        )
        if not rows:
            console.tell(_("Nothing was found."))
    warn_of_problems(ledger)
