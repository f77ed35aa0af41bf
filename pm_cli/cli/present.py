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
    running = [run for run in runs_of(ledger, record) if run.stopped is None and run.started_by]
    for run in running if kind.is_open(record.state) else ():
        console.tell("  " + clock_line(ledger, run))
    for notice in outcome.notices:
        console.tell("  " + notice)
    follow = [word("action", name) for name in pressing_too(possible_now(kind, record.state, record.fields), running)]
    if follow and not kind.register:
        more = [_("...")] if len(follow) > FEW else []
        console.tell("  " + _("Next: {actions}").format(actions=listed([*follow[:FEW], *more])))


def pressing_too(names: list[str], running: list[Run]) -> list[str]:
    """Verbs in their order, but among the few that are shown also those that what is due soonest asks for."""
    soonest = min((run.due for run in running if run.due), default=None)
    asked = dict.fromkeys(run.clock.stops[0] for run in running if run.due and run.due == soonest)
    pressing = [name for name in asked if name in names[FEW:]]
    others = [name for name in names if name not in pressing]
    room = FEW - len(pressing)
    return [*others[:room], *pressing, *others[room:]]


def reply_lines(ledger: Ledger, record: Record) -> tuple[str, str]:
    """Two lines to read to the caller or paste into a chat: number, who takes care, by when; nothing personal."""
    number = _("Your {kind} has the number {id}; {who} takes care of it.").format(
        kind=word("kind", record.kind), id=record.id, who=_carer(ledger, record)
    )
    promise = _promised(ledger, record)
    if kinds.load(record.kind).is_closed(record.state):
        return number, _("It is settled. Should it not be right, name this number.")
    if promise is None:
        return number, _("Ask how far it is at any time under this number.")
    clock, at = word("clock", promise.clock.name), shown(promise.due or promise.start, ledger.zone)
    return number, _("You will hear by {at} ({clock}); ask at any time under this number.").format(at=at, clock=clock)


def reply_in_short(ledger: Ledger, record: Record) -> str:
    """The same in one line, below the echo of an intake."""
    promise = _promised(ledger, record)
    by_when = _("by {at}").format(at=shown(promise.due, ledger.zone)) if promise and promise.due else ""
    parts = (record.id, _carer(ledger, record), by_when)
    return _("For the caller: {words}").format(words=listed(part for part in parts if part))


def missing_in_relay(ledger: Ledger, record: Record) -> list[str]:
    """What a complete relay would say of the caller: name, way of contact, whom they belong to (SHEET-33).

    Address and demand are asked of every request anyway; whoever calls about a flat belongs to it unless it says
    otherwise. Whoever stays anonymous is asked for nothing.
    """
    if record.fields.get("anonymous") == "true":
        return []
    caller = record.fields.get("caller", {})
    said = set(caller) if isinstance(caller, dict) else set()
    unit = ledger.get(str(record.fields.get("unit", "")))
    if unit is not None and unit.fields.get("use", "home") in _BELONGED_TO:
        said.add("relation")
    wanted = {"name": {"name"}, "phone": {"phone"}, "affiliation": {"relation", "affiliation"}}
    return [name for name, ways in wanted.items() if not ways & said]


_BELONGED_TO = ("home", "shop", "office")
"""Uses of a unit whose callers belong to it."""


def _carer(ledger: Ledger, record: Record) -> str:
    """Who takes care: the handler, the department, else the first contact, who stays responsible (SHEET-31)."""
    fields, declared = record.fields, kinds.load(record.kind).declared
    if handler := fields.get(declared.handler):
        return ledger.display_name(str(handler))
    named = next((fields[name] for name in _DEPARTMENTS if fields.get(name)), None)
    if named is not None:
        return listed(word("value", str(name)) for name in ([named] if isinstance(named, str) else named))
    return ledger.display_name(str(fields.get("first_contact") or record.events[0].by))


_DEPARTMENTS = ("executing_department", "departments", "department", "for_department")


def _promised(ledger: Ledger, record: Record) -> Run | None:
    """What runs until the caller hears: the promise that falls due first, else the answer we owe (WORK-17)."""
    running = [run for run in runs_of(ledger, record) if run.stopped is None and run.due]
    promised = [run for run in running if run.clock.promise] or [run for run in running if run.clock.name in _HEARD]
    return min(promised, key=lambda run: run.due or run.start, default=None)


_HEARD = ("answer", "reply")
"""Clocks by whose end the caller has heard something, though nothing was agreed."""


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
