"""Carrying out one verb: collect what was typed, ask for what is missing, do it under the lock, say what follows."""

from __future__ import annotations

import json
import shlex
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pm_cli.cli.session import current
from pm_cli.core.amend import AMENDING, answered, born_by, outcome_of
from pm_cli.core.errors import Refusal, Usage
from pm_cli.core.kind import DRAFT
from pm_cli.core.model import InputErrors, inputs
from pm_cli.core.perform import Order, Outcome, possible
from pm_cli.core.standard import Settle
from pm_cli.core.text import _, listed, word
from pm_cli.core.times import When
from pm_cli.core.types import AttachmentType
from pm_cli.flows import hints, invariants, move
from pm_cli.flows.following import following
from pm_cli.flows.prefill import prefilled
from pm_cli.store.write import Writing, content_hash, writing
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record


def act(kind: Kind, action: type[Action], typed: dict[str, Any]) -> int | None:
    """Run a verb with its parsed options; returns an exit code other than 0 if there is one."""
    tell(carried_out(kind, action, typed), kind, action)
    return None


def carried_out(kind: Kind, action: type[Action], typed: dict[str, Any]) -> list[Outcome]:
    """Do what a verb with its parsed options asks for, asking for what is missing."""
    number = typed.pop("number", None)
    draft = bool(typed.pop("draft", False))
    raw = gathered(typed, typed.pop("more", None))
    if action.name == "correct":
        raw = _as_correction(raw)
    raw = prefilled(current.ledger, kind.name, action.name, raw)
    if number:
        _hint(kind, action, raw, number)
    asked = False
    if not draft and action.name not in AMENDING and current.may_ask:
        if number:
            possible(kind, action, _found(kind, number), current.when)
        draft, asked = _asked(action, raw), True
    elif action.name == "complete" and number and current.may_ask:
        _complete(kind, _found(kind, number), raw)
    if not number:
        _hint(kind, action, raw)
    try:
        return do(kind, action, raw, number=number, draft=draft)
    except (Refusal, InputErrors):
        if asked:
            console.tell(_("What you answered: {command}").format(command=_again(kind, action, raw, number)))
        raise


def _hint(kind: Kind, action: type[Action], raw: Mapping[str, Any], number: str | None = None) -> None:
    """Show what other records have to say on what is about to be written."""
    for line in hints.before(current.ledger, kind.name, action.name, raw, number, current.when):
        console.tell(line)


def _again(kind: Kind, action: type[Action], raw: Mapping[str, Any], number: str | None) -> str:
    """The command line that says the same, for repeating it with a change."""
    words = ["pm", kind.name.replace("_", "-"), action.name.replace("_", "-"), *([number] if number else [])]
    for leaf in inputs(action):
        place: Any = raw
        for part in leaf.path:
            place = place.get(part) if isinstance(place, dict) else None
        for value in place if isinstance(place, list) else [place]:
            if value is not None and leaf.path == ("code",):
                words.append(str(value))
            elif value is not None:
                words += [f"--{leaf.option}", str(value)]
    return shlex.join(words)


def gathered(typed: Mapping[str, Any], more: str | None = None) -> dict[str, Any]:
    """Options given, nested by their names, over what `--input` brought; raises Usage."""
    raw: dict[str, Any] = _from_input(more) if more else {}
    for name, value in typed.items():
        if value is None or value == () or value == []:
            continue
        *above, last = name.split("__")
        place = raw
        for part in above:
            place = place.setdefault(part, {})
        place[last] = list(value) if isinstance(value, tuple) else value
    return raw


def _from_input(name: str) -> dict[str, Any]:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    try:
        loaded: Any = json.loads(text)
    except ValueError:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            loaded = YAML(typ="base", pure=True).load(text)
        except YAMLError as error:
            raise Usage(_("--input is neither JSON nor YAML: {reason}").format(reason=error)) from None
    if not isinstance(loaded, dict):
        raise Usage(_("--input must hold a mapping of fields."))
    return loaded


def _as_correction(raw: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {name: raw.pop(name) for name in ("event", "happened_at", "reason") if name in raw}
    return {**own, "set": raw}


def _asked(action: type[Action], raw: dict[str, Any]) -> bool:
    """Ask for what is missing; whether somebody broke off and the answers are to be kept as a draft."""
    from pm_cli.ui.prompt import ask

    asked = ask(action, raw, When(current.now, current.ledger.zone), current.ledger.resolve)
    if asked.broken_off and not (action.start and raw):
        raise KeyboardInterrupt
    return asked.broken_off


def _complete(kind: Kind, record: Record, raw: dict[str, Any]) -> None:
    """Ask for what a draft still lacks; what was answered before somebody broke off is kept."""
    from pm_cli.ui.prompt import ask

    if record.state != DRAFT:
        return
    known: Any = record.reveal(answered(kind, record))
    whole = deepcopy({**known, **raw})
    asked = ask(born_by(kind, record), whole, When(current.now, current.ledger.zone), current.ledger.resolve)
    raw.update({name: value for name, value in whole.items() if value != known.get(name)})
    if asked.broken_off and not raw:
        raise KeyboardInterrupt


def do(
    kind: Kind, action: type[Action], raw: dict[str, Any], *, number: str | None = None, draft: bool = False
) -> list[Outcome]:
    """Carry out one action with everything that follows from it, in one commit; the outcome asked for comes first."""
    ledger = current.ledger
    order = Order(action, raw, current.actor, current.when, current.now, draft)
    with writing(ledger) as batch:
        raw.update(_attached(action, raw, batch))
        record = _found(kind, number) if number else None
        outcomes = outcomes_of(kind, order, record)
        broken = invariants.broken(ledger, [outcome.record for outcome in outcomes])
        if broken and action is not Settle:  # what a merge brought in is put right one contradiction at a time
            raise Refusal(broken[0].message, broken[0].hint)
        if current.dry_run:
            return outcomes
        for outcome in outcomes:
            batch.put(outcome.record)
        batch.commit(_message(kind, action, outcomes[0]), current.author, outcomes[0].notices)
    current.seen_acting()
    return outcomes


def outcomes_of(kind: Kind, order: Order, record: Record | None) -> list[Outcome]:
    """The outcome of an order and of those that follow from it."""
    ledger = current.ledger
    if record is not None and order.action.name == "move":
        return move.moved(ledger, kind, order, record)
    outcome = outcome_of(ledger, kind, order, record)
    return [outcome, *following(ledger, kind, order, outcome)]


def _found(kind: Kind, number: str) -> Record:
    record = current.ledger.get(current.ledger.number(number, (kind.name,)))
    assert record is not None
    return record


def _attached(action: type[Action], raw: dict[str, Any], batch: Writing) -> dict[str, Any]:
    """Files named in attachment fields, stored under the hash of their content."""
    stored: dict[str, Any] = {}
    for leaf in inputs(action) if action.fields else ():
        if isinstance(leaf.type, AttachmentType) and len(leaf.path) == 1 and raw.get(leaf.path[0]):
            names = raw[leaf.path[0]]
            kept = [_attach(str(name), batch) for name in (names if isinstance(names, list) else [names])]
            stored[leaf.path[0]] = kept if leaf.many else kept[0]
        elif (
            isinstance(leaf.type, AttachmentType)
            and isinstance(inner := raw.get(leaf.path[0]), dict)
            and inner.get(leaf.path[-1])
        ):
            inner[leaf.path[-1]] = _attach(str(inner[leaf.path[-1]]), batch)
    return stored


def _attach(name: str, batch: Writing) -> str:
    path = Path(name).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Usage(_("{file} cannot be attached: {reason}").format(file=name, reason=error.strerror)) from None
    digest = content_hash(content)
    place = current.ledger.layout.attachment(digest, path.suffix.lower())
    if not (current.ledger.root / place).exists():
        batch.put_file(place, content)
    return f"sha256:{digest} {path.name}"


def _message(kind: Kind, action: type[Action], outcome: Outcome) -> str:
    """The commit message: what was done to which record, without personal data."""
    unit = str(outcome.record.fields.get(kind.declared.place, ""))
    return (
        " ".join(part for part in (f"{kind.name.replace('_', '-')} {action.name}: {outcome.record.id}", unit) if part)
        + "\n"
    )


def tell(outcomes: list[Outcome], kind: Kind, action: type[Action], *, in_short: bool = True) -> None:
    """Echo what was written: number, unit, first words, state, what is due, what can follow.

    After an intake also what the relay lacks, and in one line what the caller is told unless that follows at length.
    """
    from pm_cli.cli.present import echo, record_json

    if current.json:
        console.as_json(record_json(outcomes[0].record))
        return
    if current.dry_run:
        console.tell(_("Dry run: nothing was written."))
    for outcome in outcomes:
        echo(current.ledger, outcome)
    if kind.declared.request and (action.start or action.name == "complete"):
        _tell_of_intake(kind, outcomes[0].record, in_short=in_short)
    for note in guidance(kind, action):
        console.tell("  " + note)


def _tell_of_intake(kind: Kind, record: Record, *, in_short: bool) -> None:
    """What a complete relay would also say (SHEET-33), and what the caller is told."""
    from pm_cli.cli.present import missing_in_relay, reply_in_short

    if lacking := missing_in_relay(current.ledger, record):
        console.tell("  " + _("Not known yet: {fields}").format(fields=listed(word("field", name) for name in lacking)))
        if record.state != DRAFT:
            options = " ".join(f"--caller-{name} {name.upper()}" for name in lacking)
            hint = _("Add it when you learn it: pm {kind} correct {id} {options} --reason TEXT")
            console.tell("  " + hint.format(kind=kind.name.replace("_", "-"), id=record.id, options=options))
    if in_short:
        console.tell("  " + reply_in_short(current.ledger, record))


def guidance(kind: Kind, action: type[Action]) -> list[str]:
    """Rules of conduct that matter at this moment."""
    where = f"{kind.name} {action.name}"
    return [_(rule.note) for rule in kind.rules if rule.status == "guidance" and rule.where == where and rule.note]
