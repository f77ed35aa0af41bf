"""Why something is due when it is: start, policy value with its source, every pause and skipped day."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pm_cli.cli.present import runs_of
from pm_cli.cli.session import current
from pm_cli.core.clock import Run
from pm_cli.core.record import Record
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.times import shown
from pm_cli.ui import console
from pm_cli.ui.term import term


def run(number: Annotated[str, typer.Argument(metavar="ID", help=N_("Number, or its tail"))]) -> None:
    ledger = current.ledger
    record = ledger.get(ledger.number(number))
    assert record is not None
    clocks = [explained(record, one) for one in runs_of(ledger, record)]
    if current.json:
        console.as_json({"id": record.id, "kind": record.kind, "state": record.state, "clocks": clocks})
        return
    if not clocks:
        console.out(_("{id} has no clock running or stopped.").format(id=record.id))
    for one, said in zip(runs_of(ledger, record), clocks, strict=True):
        _tell(one, said)


def explained(record: Record, run: Run) -> dict[str, Any]:
    """One clock with everything its due time rests on."""
    ledger = current.ledger
    starter = next(event for event in record.events if event.id == run.started_by)
    value = run.value
    skipped = (
        ledger.calendar.skipped(run.start.astimezone(ledger.zone).date(), run.due.astimezone(ledger.zone).date())
        if run.due and value and "working" in (value.text or "") and not (run.agreed and run.clock.agreed)
        else []
    )
    return {
        "clock": run.clock.name,
        "promise": run.clock.promise,
        "start": run.start.astimezone(ledger.zone).isoformat(),
        "started_by": {"event": run.started_by, "do": starter.do, "by": starter.by},
        "agreed": run.agreed.isoformat() if run.agreed else None,
        "policy": {
            "key": value.key,
            "value": value.text,
            "since": value.since.isoformat(),
            "rule": value.rule,
            "source": value.source,
        }
        if value
        else {},
        "pauses": [{"from": begin.isoformat(), "to": end.isoformat() if end else None} for begin, end in run.pauses],
        "skipped": [{"day": day.isoformat(), "reason": reason} for day, reason in skipped],
        "due": run.due.astimezone(ledger.zone).isoformat() if run.due else None,
        "unknown": run.unknown or None,
        "stopped": run.stopped.isoformat() if run.stopped else None,
        "state": _state(run),
        "rules": list(run.clock.rules),
    }


def _state(run: Run) -> str:
    if run.unknown:
        return "unknown"
    if run.stopped:
        return "missed" if run.late(run.stopped) else "met"
    if run.late(current.now):
        return "overdue"
    return "paused" if run.paused_since else "running"


def _tell(run: Run, said: dict[str, Any]) -> None:
    zone = current.ledger.zone
    console.heading(f"{word('clock', run.clock.name)}: {word('state', said['state'])}")
    started = said["started_by"]
    console.out(
        "  "
        + _("started {at} by {who}: {action}").format(
            at=shown(run.start, zone), who=started["by"], action=word("action", started["do"])
        )
    )
    policy = said["policy"]
    if policy:
        console.out(
            "  "
            + _("term {value} ({key} since {since}; {source})").format(
                value=term(policy["value"]),
                key=policy["key"],
                since=policy["since"],
                source=listed(part for part in (policy["rule"], policy["source"]) if part),
            )
        )
    if run.agreed:
        agreed = _("agreed with the resident: {at}") if run.clock.promise else _("agreed: {at}")
        console.out("  " + agreed.format(at=shown(run.agreed, zone)))
    for begin, end in run.pauses:
        until = shown(end, zone) if end else _("now")
        console.out("  " + _("paused {begin} to {end}").format(begin=shown(begin, zone), end=until))
    for item in said["skipped"]:
        console.out("  " + _("not counted: {day} {reason}").format(day=item["day"], reason=item["reason"]))
    due = shown(run.due, zone) if run.due else _("unknown: {reason}").format(reason=run.unknown)
    console.out("  " + _("due {at}").format(at=due))
    if run.stopped:
        console.out("  " + _("stopped {at}").format(at=shown(run.stopped, zone)))
