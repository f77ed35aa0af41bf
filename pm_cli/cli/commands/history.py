"""Every event of a record, with late entries, corrections, struck and contested steps marked."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli.present import value_text
from pm_cli.cli.session import current
from pm_cli.core.fold import fold, known
from pm_cli.core.text import N_, _, word
from pm_cli.core.times import shown
from pm_cli.store.schema import LATE_ENTRY
from pm_cli.ui import console


def run(number: Annotated[str, typer.Argument(metavar="ID", help=N_("Number, or its tail"))]) -> None:
    ledger = current.ledger
    record = ledger.get(ledger.number(number))
    assert record is not None
    folded = fold(kinds.load(record.kind), record)
    illegal = {event.id: reason for event, reason in folded.illegal}
    after = {step.event.id: step.after for step in folded.steps}
    found: list[dict[str, Any]] = []
    for event in record.events:
        late = (known(record, event) - event.instant).total_seconds() > LATE_ENTRY
        mark = (
            "void" if event.id in folded.void else "contested" if event.id in illegal else "late entry" if late else ""
        )
        found.append(
            {
                "event": event.id,
                "at": event.at,
                "recorded": event.recorded,
                "by": event.by,
                "do": event.do,
                "state": after.get(event.id, ""),
                "mark": mark,
                "reason": illegal.get(event.id, ""),
                "with": record.reveal(dict(event.given)),
            }
        )
    if current.json:
        console.as_json({"id": record.id, "kind": record.kind, "events": found})
        return
    console.table(
        [_("Event"), _("When"), _("Entered"), _("Who"), _("What"), _("Then"), _("Mark"), _("With")],
        [
            (
                item["event"][:8],
                shown(event.instant, ledger.zone),
                shown(event.known, ledger.zone) if item["mark"] == "late entry" else "",
                item["by"],
                word("action", item["do"]),
                word("state", item["state"]) if item["state"] else "",
                " ".join(part for part in (_(item["mark"]) if item["mark"] else "", item["reason"]) if part),
                value_text("with", item["with"], ledger.zone)[:200],
            )
            for item, event in zip(found, record.events, strict=True)
        ],
    )


MARKS = (N_("void"), N_("contested"), N_("late entry"))
