"""What the documents take from the program: command reference, glossary, picture; `python -m tests.reference` writes all.

It also runs the sessions of all documents anew. `test_docs.py` says what is out of date.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.cli import root
from pm_cli.cli.options import common
from pm_cli.cli.verbs import verb
from pm_cli.core import person
from pm_cli.core.action import ANY, BACK, OPEN
from pm_cli.core.standard import STANDARD
from pm_cli.core.text import catalogue, use_language
from tests import sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind

DOCS = Path(__file__).parent.parent / "docs"
COMMON = common(writes=True)
GROUPS = {
    "everybody": person.EVERYBODY,
    "desk": person.DESK,
    "customer service": person.CS,
    "leaders of customer service": person.CS_LEADERS,
    "heads": person.HEADS,
    "directors": person.DIRECTORS,
}
"""Sets of roles that the reference calls by a name."""

COMMANDS = """\
# Command reference

Made from the declarations by `make docs`; `pm COMMAND --help` says the same in your language. `*` marks what must be
filled in before a record is complete. Kinds, actions, values and states may be typed in Chinese as they are shown.

## Options of every command
"""
WRITING = """\
The last four belong to commands that write. An action of a record also takes `--input FILE` (more fields as YAML or
JSON; `-` is standard input), one that begins a record `--draft` (save it though it is incomplete).
"""
GLOSSARY = """\
# Words

The words of `pm` as they stand in files and commands, and as staff read them. Made from the catalogue by `make docs`.
"""


def made() -> dict[Path, str]:
    """The documents that are made entirely from the program, by path."""
    use_language("en")
    return {DOCS / "commands.md": _text(_commands()), DOCS / "glossary.md": _text(_glossary())}


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


# -- commands -----------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield COMMANDS
    yield from (_option(one) for one in COMMON)
    yield f"\n{WRITING}\n## Across kinds\n\n`pm` alone shows today at a glance.\n"
    for name in root.commands():
        command = root.build(name)
        yield f"### pm {name}\n\n{root.help_of(name)}.\n"
        for inner in getattr(command, "commands", {"": command}).values():
            within = "" if inner is command else f" {inner.name}"
            said = "" if inner is command else f": {inner.help}"
            yield f"`pm {name}{within}{_positions(inner)}`{said}\n"
            yield from _options(inner)
    yield "## Records\n\nWho may do something is said in roles or as one of these groups:\n"
    yield from (f"- *{name}*: {_roles(roles)}" for name, roles in GROUPS.items())
    yield "\nEvery kind has these actions, `list` and `show`:\n"
    yield from (f"- `{_typed(action.name)}`: {action.help()}" for action in STANDARD.values())
    yield ""
    for name in kinds.names():
        yield from _kind(kinds.load(name))


def _kind(kind: Kind) -> Iterator[str]:
    declared = kind.declared
    yield f"### pm {_typed(kind.name)}\n\n{kind.help}."
    yield f"Open: {_words(declared.open)}. Closed: {_words(declared.closed)}.\n"
    for action in kind.actions.values():
        if action.name not in STANDARD:
            command = verb(kind, action)
            yield f"#### pm {_typed(kind.name)} {command.name}{_positions(command)}\n"
            yield f"{action.help()}. {_step(action)}. By: {_who(action.by)}.{_rules(action)}\n"
            yield from _options(command)


def _step(action: type[Action]) -> str:
    named = {OPEN: "any open state", ANY: "any state"}
    begin = "nothing" if action.start else _words(named.get(state, state) for state in action.of)
    return f"From {begin} to {_words([{'': 'what follows', BACK: 'the state before'}.get(action.to, action.to)])}"


def _rules(action: type[Action]) -> str:
    return f" Rules: {', '.join(action.rules)}." if action.rules else ""


def _who(roles: frozenset[str]) -> str:
    for name, group in GROUPS.items():
        if group <= roles:
            return " and ".join(filter(None, [f"*{name}*", _roles(roles - group)]))
    return _roles(roles)


def _roles(roles: frozenset[str]) -> str:
    return _words(sorted(roles))


def _words(keys: Iterable[str]) -> str:
    return ", ".join(key.replace("_", " ") for key in keys)


def _typed(name: str) -> str:
    return name.replace("_", "-")


def _positions(command: Any) -> str:
    found = (one for one in command.params if one.param_type_name == "argument" and not getattr(one, "hidden", False))
    names = ((str(one.metavar or one.name.upper()), one.required) for one in found)
    return "".join(f" {name}" if required else f" [{name}]" for name, required in names)


def _options(command: Any) -> Iterator[str]:
    """One line for each option that is the command's own, and a blank one."""
    known = {one.name for one in COMMON} | {"more", "draft", "help"}
    own = [
        one
        for one in command.params
        if one.param_type_name != "argument" and one.name not in known and not one.hidden
    ]
    yield from (_option(one) for one in own)
    if own:
        yield ""


def _option(option: Any) -> str:
    metavar = f" {option.metavar}" if option.metavar else ""
    return f"- `{' / '.join([*option.opts, *option.secondary_opts])}{metavar}`: {option.help or ''}".rstrip(": ")


# -- words --------------------------------------------------------------------------------------------------------


def _glossary() -> Iterator[str]:
    loaded = [kinds.load(name) for name in kinds.names()]
    yield GLOSSARY
    yield from _terms("Kinds", "kind", (kind.name for kind in loaded))
    yield from _terms("States", "state", sorted({state for kind in loaded for state in kind.states}))
    yield from _terms("Actions", "action", sorted({name for kind in loaded for name in kind.actions}))
    yield from _terms("Clocks", "clock", sorted({clock.name for kind in loaded for clock in kind.clocks}))
    yield from _terms("Roles", "role", person.ROLES)
    yield from _terms("Departments", "value", person.DEPARTMENTS)


def _terms(title: str, context: str, keys: Iterable[str]) -> Iterator[str]:
    chinese = catalogue("zh_CN")
    yield f"## {title}\n\n| in files | Chinese |\n|---|---|"
    yield from (f"| `{key}` | {chinese.pgettext(context, key)} |" for key in keys)
    yield ""


# -- the picture --------------------------------------------------------------------------------------------------


def main() -> None:
    """Bring all documents up to date."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    for path in sessions.documents():
        old = path.read_text(encoding="utf-8")
        new = sessions.refreshed(old)
        if new != old:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
