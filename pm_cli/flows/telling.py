"""What is said of a missed term, by which way: a group reads nothing personal, a letter no resident's name or number."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.text import _, lasting, word
from pm_cli.core.times import shown, stored
from pm_cli.notify.outbox import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pm_cli.core.record import Record
    from pm_cli.flows.escalation import Reached
    from pm_cli.store.channels import Channel
    from pm_cli.store.ledger import Ledger

WORDS = 40
"""Characters of a request that an e-mail quotes."""
_DIGITS = re.compile(r"\d{7,}")
_HIDDEN = "…"


def messages(ledger: Ledger, one: Reached, event: str, channels: Sequence[Channel], now: datetime) -> list[Entry]:
    """What is told of one term, by every channel for the role: to a person by e-mail, to a group without anything personal."""
    found: list[Entry] = []
    for channel in channels:
        if not channel.for_role(one.to_role):
            continue
        personal = channel.kind == "mail"
        addresses = [channel.to[login] for login in one.to if login in channel.to] if personal else [""]
        lines = _public(ledger, one) + (_personal(one) if personal else [])
        found += [
            Entry(
                _key(one, channel.name, address),
                one.record.id,
                event,
                channel.name,
                one.to_role,
                [address] if address else [],
                lines,
                stored(now),
            )
            for address in dict.fromkeys(addresses)
        ]
    return found


def without_address(one: Reached, channels: Sequence[Channel]) -> Iterator[tuple[str, str]]:
    """Who should be told by e-mail and has no address there, as (channel, login)."""
    for channel in channels:
        if channel.kind == "mail" and channel.for_role(one.to_role):
            yield from ((channel.name, login) for login in one.to if login not in channel.to)


def _public(ledger: Ledger, one: Reached) -> list[str]:
    """What a group may read: number, kind, clock, how late, role; no name, telephone number, unit or content."""
    kind = kinds.load(one.record.kind)
    number = "" if kind.register else one.record.id  # a register is numbered by what stands on the door
    what = " ".join(filter(None, (number, word("kind", kind.name))))
    clock = word("clock", one.run.clock.name)
    return [
        _("Overdue: {what}, {clock}").format(what=what, clock=clock),
        _("Due {at}, {late} late").format(at=shown(one.due, ledger.zone), late=lasting(one.late)),
        _("Level {level}, for: {role}").format(level=one.level, role=word("role", one.to_role)),
    ]


def _personal(one: Reached) -> list[str]:
    """What a person reads besides: unit and first words, without names and telephone numbers of residents."""
    said = one.record.fields.get(kinds.load(one.record.kind).declared.summary)
    words = scrubbed(one.record, said)[:WORDS] if isinstance(said, str) and said not in one.record.private else ""
    return [
        *([_("Unit or place: {unit}").format(unit=scrubbed(one.record, one.unit))] if one.unit else []),
        *([_("What: {words}").format(words=words)] if words else []),
    ]


def scrubbed(record: Record, text: str) -> str:
    """A text in one line without the personal values of its record, long rows of digits and hidden characters."""
    values = sorted((kept["value"] for kept in record.private.values() if kept.get("value")), key=len, reverse=True)
    for value in values:
        text = text.replace(value, _HIDDEN)
    text = "".join(char if char.isprintable() else " " for char in _DIGITS.sub(_HIDDEN, text))
    return " ".join(text.split())


def _key(one: Reached, channel: str, address: str) -> str:
    """The same for the same level of the same term by the same way: what makes a message go once."""
    parts = (
        one.record.identity,
        one.run.clock.name,
        one.run.started_by,
        str(int(one.due.timestamp())),
        str(one.level),
        channel,
        address,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
