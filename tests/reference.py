"""What documents take from the program: the command reference, the glossary, a picture, the answers in sessions.

`python -m tests.reference` brings all of it up to date; `test_docs.py` says when it is not.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from examples import make_demo
from pm_cli import kinds
from pm_cli.cli import root
from pm_cli.cli.options import common
from pm_cli.cli.verbs import verb
from pm_cli.core import person
from pm_cli.core.action import ANY, BACK, OPEN
from pm_cli.core.standard import STANDARD
from pm_cli.core.text import catalogue, use_language
from pm_cli.ui.console import width
from tests import sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    for action in kind.verbs.values():
        if action.name not in STANDARD:
            command = verb(kind, action)
            yield f"#### pm {_typed(kind.name)} {command.name}{_positions(command)}\n"
            yield f"{action.help()}. {_step(action)}. By: {_who(action.by)}.{_rules(action)}\n"
            yield from _options(command)
    for name in root.beside(kind.name):
        command = root.build(f"{kind.name}/{name}")
        yield f"#### pm {_typed(kind.name)} {command.name}{_positions(command)}\n"
        yield f"{root.help_of(f'{kind.name}/{name}')}.\n"
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
        one for one in command.params if one.param_type_name != "argument" and one.name not in known and not one.hidden
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


def picture() -> str:
    """`pm` as the staff of the demo estate sees it, drawn as a terminal with every character in its column."""
    with TemporaryDirectory() as scratch:
        begin = ["--estate", "翠湖花园", "--demo", "--no-git", "--language", "zh_CN"]
        make_demo.run(["init", f"{scratch}/demo", *begin], sessions.EVENING)
        _code, shown, _said = make_demo.run(["--ledger", f"{scratch}/demo"], sessions.EVENING)
    lines = ["$ pm", *shown.splitlines()]
    wide, high = max(map(width, lines)) * COLUMN + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="monospace" font-size="16">',
        f'<rect width="{wide}" height="{high}" rx="8" fill="#20242b"/>',
    ]
    for number, line in enumerate(lines):
        fill = "#d5d9e0" if line.startswith(" ") else "#8fbcff"
        drawn.append(f'<g fill="{fill}">{_drawn(line, EDGE + (number + 1) * LINE - 6)}</g>')
    return "\n".join([*drawn, "</svg>\n"])


COLUMN, LINE, EDGE = 9, 22, 16
"""Width of a terminal column, height of a line, and the margin, in pixels."""


def _drawn(line: str, y: int) -> str:
    """A line in pieces of narrow and of wide characters, each as wide as its columns."""
    found, column = [], 0
    for piece in re.findall(r" +|[\x21-\x7e]+|[^\x20-\x7e]+", line):
        if piece.strip():
            place = f'x="{EDGE + column * COLUMN}" y="{y}" textLength="{width(piece) * COLUMN}"'
            found.append(f'<text {place} lengthAdjust="spacingAndGlyphs">{escape(piece)}</text>')
        column += width(piece)
    return "".join(found)


MADE: dict[str, Callable[[], str]] = {
    "commands.md": lambda: _text(_commands()),
    "glossary.md": lambda: _text(_glossary()),
    "today.svg": picture,
}
"""Documents made entirely from the program, in `docs/`."""


def made(name: str) -> str:
    """One of them as it should be now."""
    use_language("en")
    return MADE[name]()


def main() -> None:
    """Bring all documents up to date."""
    for name in MADE:
        (DOCS / name).write_text(made(name), encoding="utf-8")
    for path in sessions.documents():
        old = path.read_text(encoding="utf-8")
        new = sessions.refreshed(old)
        if new != old:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
