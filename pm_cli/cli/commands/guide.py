"""What the manuals ask of you now: by record, kind, action or word; how to go on and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli.present import clock_line, runs_of
from pm_cli.cli.session import current
from pm_cli.core.errors import NotFound, Refusal
from pm_cli.core.model import inputs
from pm_cli.core.standard import STANDARD
from pm_cli.core.text import N_, _, catalogue, keys_for, language, listed, word
from pm_cli.core.types import Choice
from pm_cli.flows.catalogue import claimed, honoured
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record
    from pm_cli.flows.catalogue import Honoured

GENERAL = ("COND-", "CONS-19", "CONS-20", "DISP-16")
"""Rules of conduct that hold at every moment."""
FOUND = 12
"""Rules shown for a word."""
Item = dict[str, Any]


def run(
    topic: Annotated[
        str,
        typer.Argument(metavar="TOPIC", help=N_("Number of a record, kind, action or word (default: general conduct)")),
    ] = "",
) -> None:
    record = _record(topic) if topic else None
    if record is not None:
        _show(_heading(record), _steps(record), clocks=_clocks(record))
        return
    items = _general() if not topic else _of_kind(topic) or _of_action(topic) or _of_word(topic)
    if not items:
        raise NotFound(
            _("The guide has nothing on {topic!r}.").format(topic=topic),
            _("Try a kind, an action, a record's number, or: pm rules"),
        )
    _show(topic or _("At every moment"), items)


def _record(topic: str) -> Record | None:
    """The record of a number or its tail, None when it is none or there is no ledger."""
    if not any(char.isdigit() for char in topic):
        return None
    try:
        return current.ledger.get(current.ledger.number(topic))
    except NotFound:
        return None


def _heading(record: Record) -> str:
    return f"{record.id}  {word('kind', record.kind)}  {word('state', record.state)}"


def _clocks(record: Record) -> list[str]:
    """Terms that run now: what is expected first."""
    running = [run for run in runs_of(current.ledger, record) if run.stopped is None]
    return [clock_line(current.ledger, run) for run in sorted(running, key=lambda run: run.due or run.start)]


def _steps(record: Record) -> list[Item]:
    """What can be done next, each with its exact command, conduct and rules."""
    kind = kinds.load(record.kind)
    return [_step(kind, action, record) for action in kind.possible(record.state) if action.name not in STANDARD]


def _step(kind: Kind, action: type[Action], record: Record | None = None) -> Item:
    lacking = [name for name in action.requires if record is not None and not record.fields.get(name)]
    return {
        "command": _command(kind, action, record.id if record else ""),
        "says": _(action.help()),
        "first": [word("field", name) for name in lacking],
        "notes": [_(rule.note) for rule in _noted(kind.name, action.name)],
        "rules": list(action.rules),
        "by": [] if record is None or _allowed(action) else sorted(action.by),
    }


def _allowed(action: type[Action]) -> bool:
    """Whether whoever acts may do it; everybody while nobody is named."""
    try:
        return current.ledger.actor(current.actor, current.now).may(action.by)
    except Refusal:
        return True


def _command(kind: Kind, action: type[Action], number: str) -> str:
    """The command with the options it cannot do without."""
    words = ["pm", kind.name.replace("_", "-"), action.name.replace("_", "-")]
    if not action.start:
        words.append(number or "ID")
    for leaf in inputs(action):
        if leaf.path == ("code",):
            words.append("CODE")
        elif leaf.required:
            few = isinstance(leaf.type, Choice) and len(leaf.type.options) <= 4
            value = "|".join(leaf.type.options) if few and isinstance(leaf.type, Choice) else leaf.path[-1].upper()
            words.append(f"--{leaf.option}" if leaf.type.name == "flag" else f"--{leaf.option} {value}")
    return " ".join(words)


def _noted(kind: str, action: str) -> list[Any]:
    return [rule for rule in claimed() if rule.status == "guidance" and rule.where in {f"{kind} {action}", action}]


def _general() -> list[Item]:
    """What holds at every moment; the wordings that are forbidden stand among it (CONS-20)."""
    return [
        _rule(rule.id, _(rule.note)) for rule in claimed() if rule.status == "guidance" and rule.id.startswith(GENERAL)
    ]


def _of_kind(topic: str) -> list[Item]:
    """How records of a kind begin, then every step for which the manuals say how."""
    name = _key("kind", topic, list(kinds.names()))
    if not name:
        return []
    kind = kinds.load(name)
    steps = [_step(kind, action) for action in kind.verbs.values() if action.name not in STANDARD]
    begins = {_command(kind, action, "") for action in kind.starts}
    return [step for step in steps if step["notes"] or step["command"] in begins]


def _of_action(topic: str) -> list[Item]:
    """The steps of this name, whatever the kind."""
    loaded = [kinds.load(name) for name in kinds.names()]
    name = _key("action", topic, list({name for kind in loaded for name in kind.verbs}))
    return [_step(kind, kind.actions[name]) for kind in loaded if name in kind.verbs] if name else []


def _of_word(topic: str) -> list[Item]:
    """Conduct, steps and rules in which a word occurs, in English or Chinese; the steps that begin something first."""
    sought = topic.lower()
    said = [
        _rule(rule.id, _(rule.note))
        for rule in claimed()
        if rule.status == "guidance" and any(sought in text for text in _both(rule.note))
    ]
    known = {item["rules"][0] for item in said}
    texts = [
        _rule(item.id, _in_words(item))
        for item in honoured()
        if sought in item.text.lower() or item.id == topic.upper()
    ]
    steps = [] if any(item.id == topic.upper() for item in honoured()) else list(_steps_with(sought))
    return (said + steps + [item for item in texts if item["rules"][0] not in known])[:FOUND]


def _steps_with(sought: str) -> Iterator[Item]:
    """Steps with a word in their help, name or choices, or which end a term of that name."""
    found = [
        (kind, action)
        for kind in map(kinds.load, kinds.names())
        for action in kind.verbs.values()
        if action.name not in STANDARD and (_says(action, sought) or _ends(kind, action, sought))
    ]
    for kind, action in sorted(found, key=lambda one: not one[1].start):
        yield _step(kind, action)


def _says(action: type[Action], sought: str) -> bool:
    """Whether a word occurs in what is said of an action, or in what can be chosen there."""
    if any(sought in text for text in _both(action.help())) or sought in _word_in("action", action.name):
        return True
    types = [leaf.type for leaf in inputs(action)] if action.fields else []
    return any(
        sought in _word_in("value", option) for one in types if isinstance(one, Choice) for option in one.options
    )


def _ends(kind: Kind, action: type[Action], sought: str) -> bool:
    """Whether an action, other than the first one, is what a term of that name waits for."""
    terms = [clock for clock in kind.clocks if action.name in clock.stops and not action.start]
    return any(sought in _word_in("clock", clock.name) for clock in terms)


def _both(message: str) -> tuple[str, str]:
    """A message in English and Chinese, ready to be searched."""
    return message.lower(), catalogue("zh_CN").gettext(message).lower()


def _word_in(context: str, key: str) -> str:
    """A word in English and Chinese, ready to be searched."""
    return f"{key.replace('_', ' ')} {catalogue('zh_CN').pgettext(context, key)}".lower()


def _in_words(rule: Honoured) -> str:
    """What a rule asks for; to readers of Chinese by its conduct or its steps, where those say it."""
    if language() == "en":
        return rule.text
    said = [_(one.note) for one in claimed() if one.id == rule.id and one.status == "guidance"]
    steps = (action for kind in map(kinds.load, kinds.names()) for action in kind.verbs.values())
    said += [_(action.help()) for action in steps if rule.id in action.rules]
    return "；".join(dict.fromkeys(said)) or rule.text


def _rule(number: str, text: str) -> Item:
    return {"command": "", "says": text, "first": [], "notes": [], "rules": [number], "by": []}


def _key(context: str, typed: str, known: list[str]) -> str:
    name = typed.lower().replace("-", "_")
    return name if name in known else next(iter(keys_for(context, typed, known)), "")


def _show(title: str, items: list[Item], clocks: list[str] | None = None) -> None:
    if current.json:
        console.as_json({"topic": title, "clocks": clocks or [], "items": items})
        return
    console.heading(title)
    for line in clocks or []:
        console.out("  " + line)
    for item in items:
        _tell(item)


def _tell(item: Item) -> None:
    rules = f"  ({', '.join(item['rules'])})" if item["rules"] else ""
    if not item["command"]:
        console.out(f"- {item['says']}{rules}")
        return
    console.out()
    console.out(f"{item['says']}{rules}")
    console.out("  " + item["command"])
    if item["by"]:
        console.out(
            "  " + _("Not yours: this is for {roles}.").format(roles=listed(word("role", name) for name in item["by"]))
        )
    if item["first"]:
        console.out("  " + _("Before that: {fields}").format(fields=listed(item["first"])))
    for note in item["notes"]:
        console.out("  ! " + note)
    for number in item["rules"] if language() == "en" else []:
        text = next((rule.text for rule in honoured() if rule.id == number), "")
        console.out(f"    {number}: {text[:160]}")
