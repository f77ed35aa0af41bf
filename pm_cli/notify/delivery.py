"""Delivering what lies in the outbox: each message once, tried again with growing pauses, in doubt never again by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.notify.message import NotSent
from pm_cli.notify.outbox import GIVEN_UP, READY, SENDING, SENT, UNKNOWN, Entry, Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pm_cli.notify.message import Notifier

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720))
"""How long to wait after each failure; after one more the message is given up."""


def deliver(
    outbox: Outbox, notifiers: Mapping[str, Notifier], now: Callable[[], datetime], *, resend: bool = False
) -> list[Entry]:
    """Send what is due; returns every message whose state changed. Whoever calls holds the outbox's lock.

    `resend` also sends those that were given up and those of which nobody knows whether they arrived. A channel that
    could not be reached is not tried again with its other messages.
    """
    changed: list[Entry] = []
    unreachable: set[str] = set()
    for entry in outbox.entries():
        if entry.state == SENDING:  # whoever began to send it died before the answer
            _keep(outbox, entry, UNKNOWN, _("pm was interrupted while it was sent"))
            changed.append(entry)
        if resend and entry.state in {UNKNOWN, GIVEN_UP}:
            entry.state, entry.attempts, entry.next = READY, 0, ""
        if entry.state != READY or entry.waits(now()) or entry.channel in unreachable:
            continue
        if entry.channel not in notifiers:
            continue
        if not _sent(outbox, entry, notifiers[entry.channel], now):
            unreachable.add(entry.channel)
        if entry not in changed:
            changed.append(entry)
    return changed


def _sent(outbox: Outbox, entry: Entry, notifier: Notifier, now: Callable[[], datetime]) -> bool:
    """Send one message and keep what became of it; whether its channel is worth another message now."""
    _keep(outbox, entry, SENDING, "")
    try:
        notifier.send(entry.message)
    except NotSent as error:
        entry.attempts += 1
        if error.again and entry.attempts <= len(PAUSES):
            entry.next = (now() + PAUSES[entry.attempts - 1]).isoformat()
            _keep(outbox, entry, READY, error.reason)
        else:
            _keep(outbox, entry, GIVEN_UP, error.reason)
        return not error.again
    except Exception as error:  # whatever it was, it came after the text was out: nobody knows
        _keep(outbox, entry, UNKNOWN, str(error) or type(error).__name__)
        return False
    entry.state = SENT
    outbox.done(entry, now())
    return True


def _keep(outbox: Outbox, entry: Entry, state: str, reason: str) -> None:
    entry.state, entry.reason = state, reason
    outbox.save(entry)
