"""What has newly reached a level of escalation: kept in the record once, and told to whoever has to know."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.asof import seen_at
from pm_cli.cli.options import AsOf
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import NotCommitted, Usage
from pm_cli.core.text import N_, _, lasting, listed, ngettext, word
from pm_cli.core.times import shown
from pm_cli.flows.escalation import Reached, alerted, newly, withdraw
from pm_cli.flows.telling import messages, without_address
from pm_cli.notify.choose import notifier
from pm_cli.notify.delivery import deliver
from pm_cli.notify.outbox import SENT, Entry, Outbox
from pm_cli.store.lock import locked
from pm_cli.store.write import prepare_local, writing
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.store.channels import Channel

WRITES = True
FEW = 3
"""Records that the commit message names."""


def run(
    list_: Annotated[
        bool, typer.Option("--list", help=N_("Only show: what would be told, and messages not told yet"))
    ] = False,
    as_of: AsOf = "",
    resend: Annotated[
        bool, typer.Option("--resend", help=N_("Also send what was given up or may have arrived already"))
    ] = False,
) -> None:
    if current.at:
        raise Usage(_("What is overdue now is told now: leave out --at."), _("As known at a moment: --as-of TIME"))
    outbox = Outbox(current.ledger.layout.local)
    if list_ or as_of or current.dry_run:
        view = seen_at(current, as_of)
        found = newly(view.ledger, view.moment, view.moment if as_of else None)
        _show(found, outbox.entries(), written=False)
        if not list_:
            console.tell(_("Nothing was written and nobody was told."))
        warn_of_problems(view.ledger)
    else:
        _escalate(outbox, resend)


def _escalate(outbox: Outbox, resend: bool) -> None:
    """Keep the alerts, then send the messages; one such command at a time in each clone.

    What is wrong with the ledger is said only beside alerts: cron would mail it every few minutes.
    """
    ledger = current.ledger
    current.acting = current.acting or os.environ.get("PM_AS", "") or "cron"
    channels = ledger.estate.channels
    prepare_local(ledger.layout.local)
    outbox.prepare()
    with locked(outbox.lock_file):
        found, uncommitted = _fired(outbox, channels)
        line = console.tell if current.json else console.out
        notifiers = {channel.name: notifier(channel, os.environ, ledger.now, line) for channel in channels}
        changed = deliver(outbox, notifiers, ledger.now, resend=resend)
    _show(found, changed, written=True)
    _warn(found, channels, changed)
    if found:
        warn_of_problems(ledger)
    if uncommitted:
        raise uncommitted


def _fired(outbox: Outbox, channels: tuple[Channel, ...]) -> tuple[list[Reached], NotCommitted | None]:
    """Write an alert for every level newly reached, in one commit; the messages are in the outbox before that.

    Alerts that are saved but that git has not got yet are told all the same.
    """
    ledger = current.ledger
    notices: list[str] = []
    with writing(ledger) as batch:
        withdraw(ledger, outbox)
        found = newly(ledger, current.now)
        if not found:
            return [], None
        records, events = alerted(ledger, found, current.actor, current.now)
        outbox.add(
            entry
            for one, event in zip(found, events, strict=True)
            for entry in messages(ledger, one, event, channels, current.now)
        )
        for record in records.values():
            batch.put(record)
        try:
            batch.commit(_message(list(records)), current.author, notices)
        except NotCommitted as trouble:
            return found, trouble
    for notice in notices:
        console.tell(notice)
    return found, None


def _message(numbers: list[str]) -> str:
    """The commit message: the first few records."""
    return f"escalate: {', '.join(numbers[:FEW])}{' ...' if numbers[FEW:] else ''}\n"


def _show(found: list[Reached], entries: list[Entry], *, written: bool) -> None:
    """The `pm escalate --json` contract, or tables of what there is."""
    if current.json:
        alerts, told = list(map(_alert_json, found)), list(map(_entry_json, entries))
        console.as_json({"written": written and bool(found), "alerts": alerts, "messages": told})
        return
    if found:
        titles = [_("ID"), _("Kind"), _("Unit"), _("Clock"), _("Due"), _("Late"), _("Level"), _("Tell"), _("To")]
        console.table(titles, map(_alert_row, found))
    waiting = [entry for entry in entries if entry.state != SENT]
    if waiting and not written:
        console.heading(_("Messages not told yet"))
        titles = [_("ID"), _("Channel"), _("To"), _("State"), _("Attempts"), _("Next"), _("Reason")]
        console.table(titles, map(_entry_row, waiting))


def _alert_json(one: Reached) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "kind": one.record.kind,
        "unit": one.unit,
        "clock": one.run.clock.name,
        "due": one.due.astimezone(current.ledger.zone).isoformat(),
        "late_seconds": one.late,
        "level": one.level,
        "role": one.role,
        "to_role": one.to_role,
        "to": list(one.to),
    }


def _alert_row(one: Reached) -> tuple[str, ...]:
    return (
        one.record.id,
        word("kind", one.record.kind),
        one.unit,
        word("clock", one.run.clock.name),
        shown(one.due, current.ledger.zone),
        lasting(one.late),
        str(one.level),
        word("role", one.role),
        listed(one.to) or "-",
    )


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "id": entry.record,
        "channel": entry.channel,
        "role": entry.to_role,
        "recipients": entry.recipients,
        "state": entry.state,
        "attempts": entry.attempts,
        "next": entry.next or None,
        "reason": entry.reason,
    }


def _entry_row(entry: Entry) -> tuple[str, ...]:
    return (
        entry.record,
        entry.channel,
        listed(entry.recipients) or word("role", entry.to_role),
        word("state", entry.state),
        str(entry.attempts),
        entry.next[:16].replace("T", " "),
        entry.reason,
    )


def _warn(found: list[Reached], channels: tuple[Channel, ...], changed: list[Entry]) -> None:
    """Say on standard error who could not be told."""
    for one in found:
        if not one.to:
            console.tell(_("{id}: nobody holds the role {role} or a higher one.").format(
                id=one.record.id, role=word("role", one.role)
            ))  # fmt: skip
    missing = dict.fromkeys(pair for one in found for pair in without_address(one, channels))
    for channel, login in missing:
        console.tell(_("{channel} has no address for {who}.").format(channel=channel, who=login))
    failed = [entry for entry in changed if entry.state != SENT]
    for entry in failed:
        console.tell(
            _("{id}: not told by {channel}, {state}: {reason}").format(
                id=entry.record, channel=entry.channel, state=word("state", entry.state), reason=entry.reason
            )
        )
    if failed:
        text = ngettext(
            "{count} message was not told; see: pm escalate --list",
            "{count} messages were not told; see: pm escalate --list",
            len(failed),
        )
        console.tell(text.format(count=len(failed)))
