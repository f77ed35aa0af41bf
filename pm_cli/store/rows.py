"""What the index keeps of one record: computed from its file, its kind, the policy and the calendar alone."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pm_cli import kinds
from pm_cli.core.clock import Run, Tracker
from pm_cli.core.escalation import ALERT, next_level, told
from pm_cli.core.flow import Flow, flow
from pm_cli.core.fold import fold, known
from pm_cli.core.ident import linked
from pm_cli.core.policy import span
from pm_cli.store import files
from pm_cli.store.initials import initials
from pm_cli.store.schema import LATE_ENTRY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.codec import Node
    from pm_cli.core.fold import Fold, Step
    from pm_cli.core.kind import Kind
    from pm_cli.core.policy import Policy
    from pm_cli.core.record import Record

VISIT = "visit"
"""The action by which all kinds enter a return visit."""
_SETTLED, _REOPENED = int(Flow.RESOLVED | Flow.CLOSED), int(Flow.REOPENED)
NAME = 6
"""Longest text, in characters, that is taken for a name and can be found by its initials."""


class Row(NamedTuple):
    """Rows for the tables `record`, `event`, `clock` and `alias`; times are seconds since the epoch."""

    record: tuple[object, ...]
    events: list[tuple[object, ...]]
    clocks: list[tuple[object, ...]]
    aliases: list[str]


def from_content(path: str, content: bytes, policy: Policy, calendar: Calendar) -> Row:
    """The row of a file; raises files.Unreadable."""
    return from_record(files.parse(path, content), policy, calendar)


def from_record(record: Record, policy: Policy, calendar: Calendar, until: datetime | None = None) -> Row:
    """The row of a record, by default with everything known now; kinds unknown to this version are kept as they are."""
    if record.kind not in kinds.names():
        return _unknown(record)
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.plan, kind.is_closed)
    folded = fold(kind, record, until, [tracker])
    return from_fold(kind, record, folded, tracker.runs(policy, calendar), calendar)


def from_fold(kind: Kind, record: Record, folded: Fold, runs: list[Run], calendar: Calendar) -> Row:
    """The row of a record that was folded already, with its clocks."""
    learned = {event.id: _seconds(known(record, event)) for event in record.events}
    counts = _counts(kind, folded)
    events = [_event(number, step, learned, counts[number]) for number, step in enumerate(folded.steps)]
    happened = {step.event.id: row[1] for step, row in zip(folded.steps, events, strict=True)}
    alerts = [step for step in folded.steps if step.event.do == ALERT]
    settled = not kind.is_open(folded.state) or "external" in folded.fields
    return Row(
        _record(kind, record, folded, events, learned),
        events,
        [_clock(run, happened, None if settled or run.stopped_by else _alert(run, alerts, calendar)) for run in runs],
        _texts(folded.fields.get("aliases")),
    )


def _record(
    kind: Kind, record: Record, folded: Fold, events: list[tuple[object, ...]], learned: dict[str, int]
) -> tuple[object, ...]:
    fields, declared = folded.fields, kind.declared
    unit = linked(str(fields.get(declared.place) or (record.id if declared.place == "code" else "")))
    first = record.events[0]
    is_open = kind.is_open(folded.state)
    revealed = record.reveal(dict(fields))
    assert isinstance(revealed, dict)
    touched = next((event[1] for event in reversed(events) if event[3] != ALERT), _seconds(first.instant))
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
        events[0][1] if events else _seconds(first.instant),
        None if is_open or not events else touched,
        touched,
        max(learned.values()),
        sum(1 for event in record.events if learned[event.id] - _seconds(event.instant) > LATE_ENTRY),
        _as_json(revealed),
        _search(kind, record, revealed, unit),
    )


def _event(number: int, step: Step, learned: dict[str, int], counts_as: int) -> tuple[object, ...]:
    event = step.event
    result, way = (event.given.get(name) if event.do == VISIT else None for name in ("result", "way"))
    happened, entered = _seconds(step.instant), learned[event.id]
    return (number, happened, entered, event.do, event.by, step.before, step.after, counts_as, result, way)


def _counts(kind: Kind, folded: Fold) -> list[int]:
    """What each step counts as; what was resolved is reopened once, by a bad answer or by name, until it is so anew."""
    found, reopened = [], False
    for step in folded.steps:
        counted = _flow(kind.name, step.event.do, step.before, step.after)
        if counted & _SETTLED:
            reopened = False
        elif counted & _REOPENED:
            counted, reopened = counted & ~_REOPENED if reopened else counted, True
        found.append(counted)
    return found


@cache
def _flow(kind: str, action: str, before: str, after: str) -> int:
    """What a step counts as, worked out once for all steps alike."""
    return int(flow(kinds.load(kind), action, before, after))


def _alert(run: Run, alerts: list[Step], calendar: Calendar) -> int | None:
    """When the next level of a running clock is reached that nobody was told of; None when there is none."""
    reached = next_level(run, told(run, alerts) if alerts else 0, calendar)
    return _seconds(reached) if reached else None


def _clock(run: Run, happened: dict[str, object], alert: int | None) -> tuple[object, ...]:
    due = _seconds(run.due) if run.due else None
    paused = run.paused_since
    return (
        run.clock.name,
        int(run.clock.promise),
        happened[run.started_by],
        due,
        int(run.agreed is not None and bool(run.clock.agreed)),
        happened[run.stopped_by] if run.stopped_by else None,
        _seconds(paused) if paused else None,
        due - _ahead(run.value.warn) if due and run.value and run.value.warn else None,
        run.key,
        run.value.since.isoformat() if run.value else "",
        run.unknown,
        alert,
    )


def _unknown(record: Record) -> Row:
    first, last = record.events[0], record.events[-1]
    learned = max(_seconds(event.known) for event in record.events)
    times = (_seconds(first.instant), None, _seconds(last.instant), learned)
    return Row(
        (record.id, record.kind, record.state, 0, int(record.contested), 0, "", "", first.by, "", "", "", *times, 0,
         json.dumps(record.fields, ensure_ascii=False), record.id), [], [], []
    )  # fmt: skip


def _search(kind: Kind, record: Record, revealed: Mapping[str, Node], unit: str) -> str:
    texts = [record.id, unit, *_texts(revealed.get("aliases"))]
    for name in (kind.declared.summary, *kind.declared.search):
        texts += _flat(revealed.get(name))
    words = [text for text in dict.fromkeys(texts) if text]
    return "\n".join([*words, *(initials(word) for word in words if len(word) <= NAME and not word.isascii())]).lower()


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


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


@lru_cache(maxsize=256)
def _ahead(warn: str) -> int:
    """Seconds before the due time at which a clock is shown as nearly due."""
    return int(span(warn).total_seconds())


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
