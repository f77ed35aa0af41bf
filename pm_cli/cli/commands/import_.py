"""Take in records of another system from csv or a spreadsheet, as a mapping file says."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli.session import current
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, keys_for, word
from pm_cli.flows.importing import mapping, plan, table
from pm_cli.flows.importing.bring import REQUEST, Brought, Import
from pm_cli.flows.importing.mapping import Said
from pm_cli.store.write import writing
from pm_cli.ui import console

WRITES = True
SHOWN = 50
"""Faults shown on a terminal; a pipe and `--json` get all."""


def run(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=N_("Kind of record, or request for a file of several kinds"))
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("The table: csv or a spreadsheet"))],
    map_: Annotated[Path, typer.Option("--map", metavar="MAP", help=N_("Mapping file: which column is what"))],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help=N_("Take in the other rows when some do not fit"))
    ] = False,
) -> int | None:
    if current.at:
        raise Usage(_("An import takes its times from the file: leave out --at."))
    asked, notices = _asked(kind), list[str]()
    with _uncollected():
        brought, written = _bring(asked, file, mapping.load(map_), skip_bad, notices)
    if current.json:
        console.as_json(_as_json(brought, written))
    else:
        _show(brought, written)
    for notice in notices:
        console.tell(notice)
    return 1 if brought.faults and not skip_bad else None


def _bring(asked: str, file: Path, said: Said, skip_bad: bool, notices: list[str]) -> tuple[Brought, bool]:
    """What the import comes to, and whether it was written."""
    ledger, login = current.ledger, current.actor
    rows = table.read(file, *plan.written_in(said))
    planned = plan.plan(said, rows.columns, asked, ledger.zone)
    with writing(ledger) as batch, _progress(len(rows.rows)) as done:
        brought = Import(batch, planned, login, current.now, done, trial=current.dry_run).bring(rows, asked)
        written = not current.dry_run and (skip_bad or not brought.faults)
        if written:
            batch.commit(_message(file, brought), current.author, notices)
        else:
            batch.give_up()
    return brought, written


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector, which would go through all rows again and again and find nothing cyclic."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _asked(typed: str) -> str:
    """The kind that was typed, in English or Chinese, or `request`; raises Usage."""
    names = [*kinds.names(), REQUEST]
    name = typed.lower().replace("-", "_")
    found = [name] if name in names else keys_for("kind", typed, names)
    if len(found) != 1:
        raise Usage(_("There is no kind {name!r}: {names}").format(name=typed, names=", ".join(names)))
    return found[0]


def _message(file: Path, brought: Brought) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(brought.records.items()))
    return f"import {file.name}: {counts}\n"


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; yields what is to be told how many rows are finished."""
    if not sys.stderr.isatty() or current.json:
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task(_("Rows"), total=total)

        def done(count: int) -> None:
            before = int(bar.tasks[task].completed)
            bar.update(task, advance=count)
            if before // SHOWN != (before + count) // SHOWN:
                bar.refresh()  # from here and not from a thread of its own, because rows are built by forking

        yield done


def _as_json(brought: Brought, written: bool) -> dict[str, Any]:
    """The `pm import --json` contract: `records` by kind, what was left out, every value that does not fit."""
    return {
        "written": written,
        "rows": brought.rows,
        "records": dict(brought.records),
        "known": brought.known,
        "repeated": brought.repeated,
        "other_kind": brought.others,
        "bad": [asdict(fault) for fault in brought.faults],
    }


def _show(brought: Brought, written: bool) -> None:
    counts = [
        (_("rows"), brought.rows),
        *((word("kind", kind), count) for kind, count in sorted(brought.records.items())),
        (_("in the ledger already"), brought.known),
        (_("repeated in the file"), brought.repeated),
        (_("of another kind"), brought.others),
        (_("bad"), len({fault.line for fault in brought.faults})),
    ]
    console.table([_("What"), _("Count")], [row for row in counts if row[1]])
    if brought.faults:
        console.out()
        shown = brought.faults[: SHOWN if console.on_terminal() else None]
        console.table(
            [_("Line"), _("Column"), _("Value"), _("Reason")],
            [(fault.line, fault.column, fault.value[:60], fault.reason) for fault in shown],
        )
        if more := len(brought.faults) - len(shown):
            console.tell(_("... and {count} more; all of them: --json").format(count=more))
    if current.dry_run:
        console.tell(_("Dry run: nothing was written."))
    elif not written:
        console.tell(_("Nothing was imported."))
        console.tell(
            _("Hint: {hint}").format(hint=_("Correct the file or its mapping, or leave these rows out: --skip-bad"))
        )
