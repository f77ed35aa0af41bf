"""Repeated failures on a nonconformity's page: what else failed with its unit, matter or cause. Rules NC-02, NC-03."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.policy import span
from pm_cli.core.text import _, listed, word
from pm_cli.flows.derived import derived
from pm_cli.store.ledger import Ledger
from pm_cli.store.repeats import Repeat, repeats

if TYPE_CHECKING:
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View


def repeated(ledger: Ledger, now: datetime) -> list[Repeat]:
    """What failed at least nc.repeat_times within nc.repeat_within before a moment, the most frequent first."""
    local = now.astimezone(ledger.zone)
    since = local - span(str(ledger.policy.at("nc.repeat_within", local).text))
    times = int(ledger.policy.at("nc.repeat_times", local).number)
    return repeats(ledger.index.db, int(since.timestamp()), int(now.timestamp()), times)


@derived("nonconformity")
def failed_before(view: View, record: Record) -> dict[str, str]:
    """A line for each repetition this report or its request belongs to."""
    if not isinstance(view, Ledger):
        return {}
    about = {record.id, linked(str(record.fields.get("request", "")))}
    concerned = [one for one in repeated(view, view.now()) if about & set(one.records)]
    return {"repeated": "\n".join(map(told, concerned))} if concerned else {}


def told(one: Repeat) -> str:
    """A repetition in words: `Unit 3-1502: 3 times (CP-..., RP-...)`."""
    return _("{what} {which}: {count} times ({records})").format(
        what=word("field", one.by),
        which="/".join(word("value", part) for part in one.key.split("/")),
        count=len(one.failures),
        records=listed(one.records),
    )
