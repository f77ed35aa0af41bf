"""Records for people and programs: the echo after a write, the JSON contract, values in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.cli.verbs import possible_now
from pm_cli.core.clock import Run, Tracker
from pm_cli.core.fold import fold
from pm_cli.core.ident import linked
from pm_cli.core.kind import DRAFT
from pm_cli.core.text import _, listed, word
from pm_cli.core.times import shown
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node
    from pm_cli.core.perform import Outcome
    from pm_cli.core.record import Record
    from pm_cli.store.ledger import Ledger


FEW = 8
"""Verbs named after a write; `--help` lists them all."""


def record_json(record: Record) -> dict[str, Any]:
    """A record as the JSON contract shows it: number, kind, state, fields and events with personal values revealed."""
    found: dict[str, Any] = {
        "id": record.id,
        "kind": record.kind,
        "state": record.state,
        "contested": record.contested,
        "fields": record.reveal(dict(record.fields)),
        "events": [],
    }
    for event in record.events:
        node = event.to_node()
        found["events"].append({**node, "with": record.reveal(node.get("with", {}))})
    return found


def runs_of(ledger: Ledger, record: Record, until: datetime | None = None) -> list[Run]:
    """The clocks of a record, in the order in which its kind declares them."""
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.plan, kind.is_closed)
    fold(kind, record, until, [tracker])
    return tracker.runs(ledger.policy, ledger.calendar)


def echo(ledger: Ledger, outcome: Outcome) -> None:
    """The lines after a write: what it is now, what is due, what can follow."""
    record, kind = outcome.record, kinds.load(outcome.record.kind)
    parts = [record.id, _place(record), _first_words(record), word("state", record.state)]
    console.out("  ".join(part for part in parts if part))
    if record.state == DRAFT:
        missing = listed(word("field", name) for name in outcome.fold.missing)
        console.tell("  " + _("Draft, still missing: {fields}").format(fields=missing))
        console.tell(
            "  " + _("Complete it: pm {kind} complete {id}").format(kind=kind.name.replace("_", "-"), id=record.id)
        )
    if outcome.event.known - outcome.event.instant > _LATE:
        console.tell(
            "  " + _("Entered late: it happened at {at}.").format(at=shown(outcome.event.instant, ledger.zone))
        )
    for run in runs_of(ledger, record):
        if run.stopped is None and run.started_by and kind.is_open(record.state):
            console.tell("  " + clock_line(ledger, run))
    for notice in outcome.notices:
        console.tell("  " + notice)
    follow = [word("action", name) for name in possible_now(kind, record.state, record.fields)]
    if follow and not kind.register:
        more = [_("...")] if len(follow) > FEW else []
        console.tell("  " + _("Next: {actions}").format(actions=listed([*follow[:FEW], *more])))


_LATE = datetime(2000, 1, 1, 0, 30, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)


def clock_line(ledger: Ledger, run: Run) -> str:
    """A running clock in one line."""
    name = word("clock", run.clock.name)
    if run.unknown:
        return f"{name}: {_('unknown')} ({run.unknown})"
    if run.due is None:
        return f"{name}: -"
    line = _("{clock} due {at}").format(clock=name, at=shown(run.due, ledger.zone))
    if run.paused_since:
        line += " " + _("(paused since {at})").format(at=shown(run.paused_since, ledger.zone))
    return line


def _place(record: Record) -> str:
    declared = kinds.load(record.kind).declared
    return linked(str(record.fields.get(declared.place, "")))


def _first_words(record: Record) -> str:
    text = record.reveal(record.fields.get(kinds.load(record.kind).declared.summary, ""))
    return console.cell(text)[:40] if isinstance(text, str) else ""


def value_text(name: str, node: Node, zone: Any = None) -> str:
    """A field's value as people read it: keys translated, instants to the minute, links by number."""
    if isinstance(node, list):
        return listed(value_text(name, item, zone) for item in node)
    if isinstance(node, dict):
        return "; ".join(f"{_key_text(key)} {value_text(key, item, zone)}" for key, item in node.items())
    if zone is not None and len(node) == 25 and node[10] == "T":
        try:
            return shown(datetime.fromisoformat(node), zone)
        except ValueError:
            return node
    if node in {"true", "false"}:
        return _("yes") if node == "true" else _("no")
    for context in ("role", "value"):
        translated = word(context, node) if node.replace("_", "").isascii() and node.islower() else node
        if translated not in (node, node.replace("_", " ")):
            return translated
    return linked(node) if "@" in node and node[:2].isupper() else node


def field_lines(name: str, node: Node, zone: Any = None) -> list[str]:
    """A field's value for people, one line for each part where it has several with fields of their own."""
    if isinstance(node, dict) and node and all(isinstance(part, dict) for part in node.values()):
        return [f"{_key_text(key)}: {value_text(key, part, zone)}" for key, part in node.items()]
    if isinstance(node, str) and "\n" in node:
        return node.split("\n")
    return [value_text(name, node, zone)]


def _key_text(key: str) -> str:
    """A key within a field: a field's name, or where the keys are departments or copies, a value."""
    shown = word("field", key)
    return shown if shown != key.replace("_", " ") else word("value", key)


def flat(fields: Mapping[str, Any], name: str) -> Any:
    """A field by its dotted name; "" when it is not there."""
    found: Any = fields
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return found
