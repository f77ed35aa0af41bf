"""What the index keeps of one record: computed from its file, its kind, the policy and the calendar alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.clock import Run, Tracker, warn_at
from pm_cli.core.fold import fold, known
from pm_cli.core.ident import linked
from pm_cli.store import files
from pm_cli.store.initials import initials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.codec import Node
    from pm_cli.core.event import Event
    from pm_cli.core.fold import Fold, Step
    from pm_cli.core.kind import Kind
    from pm_cli.core.policy import Policy
    from pm_cli.core.record import Record

LATE_ENTRY = 1800
"""Seconds between happening and being entered from which an entry is shown as late (及时, AMB-08)."""


@dataclass
class Row:
    """Rows for the tables `record`, `event`, `clock` and `alias`; times are seconds since the epoch."""

    record: tuple[object, ...]
    events: list[tuple[object, ...]] = field(default_factory=list)
    clocks: list[tuple[object, ...]] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


def from_content(path: str, content: bytes, policy: Policy, calendar: Calendar) -> Row:
    """The row of a file; raises files.Unreadable."""
    return from_record(files.parse(path, content), policy, calendar)


def from_record(record: Record, policy: Policy, calendar: Calendar, until: datetime | None = None) -> Row:
    """The row of a record, by default with everything known now; kinds unknown to this version are kept as they are."""
    if record.kind not in kinds.names():
        return _unknown(record)
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.clocks, lambda state: not kind.is_open(state))
    folded = fold(kind, record, until, [tracker])
    return Row(
        _record(kind, record, folded),
        [_event(record, number, step) for number, step in enumerate(folded.steps)],
        [_clock(run) for run in tracker.runs(policy, calendar)],
        _texts(folded.fields.get("aliases")),
    )


def _record(kind: Kind, record: Record, folded: Fold) -> tuple[object, ...]:
    fields, declared, steps = folded.fields, kind.declared, folded.steps
    unit = linked(str(fields.get(declared.place) or (record.id if declared.place == "code" else "")))
    first = record.events[0]
    is_open = kind.is_open(folded.state)
    revealed = record.reveal(dict(fields))
    assert isinstance(revealed, dict)
    return (
        record.id,
        record.kind,
        folded.state,
        int(is_open),
        int(folded.contested),
        int("external" in fields),
        unit,
        unit.partition("-")[0] if "-" in unit else unit,
        str(fields.get(declared.handler) or first.by),
        _short(revealed.get(declared.summary)),
        str(fields.get("channel", "")),
        str(fields.get(declared.sort, "")),
        _seconds(steps[0].instant if steps else first.instant),
        None if is_open or not steps else _seconds(steps[-1].instant),
        _seconds(steps[-1].instant if steps else first.instant),
        _seconds(max(known(record, event) for event in record.events)),
        sum(1 for event in record.events if _late_entry(record, event)),
        json.dumps(revealed, ensure_ascii=False, separators=(",", ":")),
        _search(kind, record, revealed, unit),
    )


def _late_entry(record: Record, event: Event) -> bool:
    return (known(record, event) - event.instant).total_seconds() > LATE_ENTRY


def _event(record: Record, number: int, step: Step) -> tuple[object, ...]:
    return (
        number,
        _seconds(step.instant),
        _seconds(known(record, step.event)),
        step.event.do,
        step.event.by,
        step.before,
        step.after,
    )


def _clock(run: Run) -> tuple[object, ...]:
    warn = warn_at(run.value, run.due) if run.due else None
    return (
        run.clock.name,
        int(run.clock.promise),
        _seconds(run.start),
        _seconds(run.due),
        int(run.agreed is not None and bool(run.clock.agreed)),
        _seconds(run.stopped),
        _seconds(run.paused_since),
        _seconds(warn),
        run.key,
        run.value.since.isoformat() if run.value else "",
        run.unknown,
    )


def _unknown(record: Record) -> Row:
    first, last = record.events[0], record.events[-1]
    times = (_seconds(first.instant), None, _seconds(last.instant), _seconds(max(event.known for event in record.events)))
    return Row(
        (record.id, record.kind, record.state, 0, int(record.contested), 0, "", "", first.by, "", "", "", *times, 0,
         json.dumps(record.fields, ensure_ascii=False), record.id)
    )  # fmt: skip


def _search(kind: Kind, record: Record, revealed: Mapping[str, Node], unit: str) -> str:
    texts = [record.id, unit, *_texts(revealed.get("aliases"))]
    for name in (kind.declared.summary, *kind.declared.search):
        texts += _flat(revealed.get(name))
    words = [text for text in dict.fromkeys(texts) if text]
    return "\n".join([*words, *(initials(word) for word in words if len(word) <= 8 and not word.isascii())]).lower()


def _flat(node: Node | None) -> list[str]:
    if isinstance(node, dict):
        return [text for item in node.values() for text in _flat(item)]
    if isinstance(node, list):
        return [text for item in node for text in _flat(item)]
    return [node] if node else []


def _texts(node: Node | None) -> list[str]:
    return [str(item) for item in node] if isinstance(node, list) else []


def _short(node: Node | None) -> str:
    text = node if isinstance(node, str) else ""
    return " ".join(text.split())[:80]


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())
