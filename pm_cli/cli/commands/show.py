"""One record whole: fields, who did what when, clocks, where its copies are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pm_cli import kinds
from pm_cli.cli.present import clock_line, field_lines, record_json, runs_of
from pm_cli.cli.session import current
from pm_cli.core.errors import NotFound
from pm_cli.core.fold import fold
from pm_cli.core.text import N_, _, word
from pm_cli.core.times import shown
from pm_cli.flows import derived
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.core.record import Record
    from pm_cli.store.ledger import Ledger


def run(
    number: Annotated[str, typer.Argument(metavar="ID", help=N_("Number, or its tail"))],
    kind: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    ledger = current.ledger
    record = ledger.get(ledger.number(number, (kind,) if kind else ()))
    if record is None:
        raise NotFound(_("No record answers to {text!r}.").format(text=number))
    if current.json:
        console.as_json(record_json(record))
        return
    console.heading(f"{record.id}  {word('kind', record.kind)}  {word('state', record.state)}")
    if record.contested:
        console.out(_("Contested: two steps contradict each other; see: pm history {id}").format(id=record.id))
    fields = record.reveal(dict(record.fields))
    assert isinstance(fields, dict)
    if record.kind in kinds.names():
        fields |= derived.of(ledger, record)
    wide = max((console.width(word("field", name)) for name in fields), default=0)
    for name, node in fields.items():
        label = console.padded(word("field", name), wide)
        for line in field_lines(name, node, ledger.zone):
            console.out(f"  {label}  {line}")
            label = " " * wide
    if record.kind not in kinds.names():
        console.out(
            _("This version of pm does not know the kind {kind}; it is shown as it is.").format(kind=record.kind)
        )
        return
    _clocks(ledger, record)
    console.out()
    for step in fold(kinds.load(record.kind), record).steps:
        console.out(f"  {shown(step.instant, ledger.zone)}  {word('action', step.event.do)}  {step.event.by}")


def _clocks(ledger: Ledger, record: Record) -> None:
    runs = runs_of(ledger, record)
    if runs:
        console.out()
    for run in runs:
        line = clock_line(ledger, run)
        if run.stopped:
            met = _("missed") if run.late(run.stopped) else _("met")
            line += f"  {met} {shown(run.stopped, ledger.zone)}"
        elif run.late(current.now):
            line += "  " + _("OVERDUE")
        console.out("  " + line)
