"""What the documents show of the program: `docs/commands.md` from the command tree, and the output in console blocks.

`python -m tests.reference` writes both; `test_docs.py` says when they are out of date. A console block is a session:
lines after `$ ` are run in a shell, in an empty folder of the document's own, at the evening of the demo story.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from pm_cli import kinds
from pm_cli.cli import root
from pm_cli.cli.options import common
from pm_cli.cli.verbs import verb
from pm_cli.core import person
from pm_cli.core.action import ANY, BACK, OPEN
from pm_cli.core.standard import STANDARD
from pm_cli.core.text import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind

HOME = Path(__file__).parent.parent
COMMANDS = HOME / "docs" / "commands.md"
EVENING = datetime(2026, 11, 21, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When the sessions in the documents take place: the end of the demo story."""
WIDE = "110"
"""Columns of the terminal that the documents show."""
FAILED = {2, 70, 127}
"""Exit codes that no session shows: a mistyped command, a defect, no such program."""

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)

# -- the command reference ----------------------------------------------------------------------------------------


def commands() -> str:
    """The text of `docs/commands.md`."""
    return "\n".join([*_opening(), *_across(), *_records()]).rstrip() + "\n"


def _opening() -> Iterator[str]:
    yield "# Command reference"
    yield ""
    yield "Made from the declarations by `make docs`; `pm COMMAND --help` says the same in your language."
    yield "`*` marks what must be filled in before a record is complete. Kinds, actions, values and states may be typed"
    yield "in Chinese as they are shown: `pm 投诉 受理`, `--channel 来电`."
    yield ""
    yield "## Options of every command"
    yield ""
    yield from _options(common(writes=True))
    yield "The last four belong to commands that write. An action of a record also takes `--input FILE` (more fields as"
    yield "YAML or JSON, `-` for standard input); one that begins a record takes `--draft`."
    yield ""


def _across() -> Iterator[str]:
    yield "## Across kinds"
    yield ""
    yield "`pm` alone shows today at a glance."
    yield ""
    for name in root.commands():
        command = root.build(name)
        below = getattr(command, "commands", None)
        yield f"### pm {name}"
        yield ""
        yield f"{root.help_of(name)}."
        yield ""
        if below is None:
            yield from _parameters(command)
            continue
        for inner, one in below.items():
            yield f"**pm {name} {inner}{_positions(one)}**: {one.help.rstrip('.')}."
            yield ""
            yield from _options(one.params)


def _records() -> Iterator[str]:
    yield "## Records"
    yield ""
    yield "Who may do something is said in roles or as one of these groups:"
    yield ""
    for name, roles in GROUPS.items():
        yield f"- *{name}*: {', '.join(sorted(word('role', role) for role in roles))}"
    yield ""
    yield "Every kind also has `list` and `show` (as `pm list KIND` and `pm show ID`) and these actions:"
    yield ""
    for action in STANDARD.values():
        yield f"- `{_typed(action.name)}`: {action.help()}"
    yield ""
    for name in kinds.names():
        yield from _kind(kinds.load(name))


def _kind(kind: Kind) -> Iterator[str]:
    yield f"### pm {_typed(kind.name)}"
    yield ""
    yield f"{kind.help}."
    yield ""
    states = ", ".join(kind.declared.open), ", ".join(kind.declared.closed)
    yield "Open: {}. Closed: {}.".format(*(text.replace("_", " ") for text in states))
    yield ""
    for action in kind.actions.values():
        if action.name not in STANDARD:
            yield from _action(kind, action)


def _action(kind: Kind, action: type[Action]) -> Iterator[str]:
    command = verb(kind, action)
    yield f"#### pm {_typed(kind.name)} {command.name}{_positions(command)}"
    yield ""
    says = [action.help(), _step(action), f"By: {_who(action.by)}"]
    if action.rules:
        says.append(f"Rules: {', '.join(action.rules)}")
    yield ". ".join(says) + "."
    yield ""
    yield from _options(command.params)


def _step(action: type[Action]) -> str:
    named = {OPEN: "any open state", ANY: "any state"}
    begin = "nothing" if action.start else ", ".join(named.get(state, state.replace("_", " ")) for state in action.of)
    end = {"": "as it is", BACK: "as before"}.get(action.to, action.to.replace("_", " "))
    return f"From {begin} to {end}"


def _who(roles: frozenset[str]) -> str:
    for name, group in GROUPS.items():
        if group <= roles:
            more = sorted(word("role", role) for role in roles - group)
            return " and ".join([f"*{name}*", *([", ".join(more)] if more else [])])
    return ", ".join(sorted(word("role", role) for role in roles))


GROUPS = {
    "everybody": person.EVERYBODY,
    "desk": person.DESK,
    "customer service": person.CS,
    "leaders of customer service": person.CS_LEADERS,
    "heads": person.HEADS,
    "directors": person.DIRECTORS,
}


def _typed(name: str) -> str:
    return name.replace("_", "-")


def _parameters(command: Any) -> Iterator[str]:
    if positions := _positions(command):
        yield f"`pm {command.name}{positions}`"
        yield ""
    yield from _options(command.params)


def _positions(command: Any) -> str:
    return "".join(f" {_metavar(one)}" for one in command.params if one.param_type_name == "argument")


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper())
    return name if argument.required else f"[{name}]"


COMMON = {option.name for option in common(writes=True)} | {"more", "draft", "help"}


def _options(parameters: Iterable[Any]) -> Iterator[str]:
    """One line for each option, the common ones only where they alone are listed."""
    parameters = list(parameters)
    general = all(one.name in COMMON for one in parameters)
    found = False
    for one in parameters:
        hidden = getattr(one, "hidden", False) or (one.name in COMMON and not general)
        if one.param_type_name != "argument" and not hidden:
            found = True
            metavar = f" {one.metavar}" if one.metavar else ""
            yield f"- `{' / '.join([*one.opts, *one.secondary_opts])}{metavar}`: {one.help or ''}".rstrip(": ")
    if found:
        yield ""


# -- the sessions in console blocks -------------------------------------------------------------------------------


def refreshed(text: str) -> str:
    """A document with the output of its sessions as the program gives it now; raises SessionFailed."""
    blocks = [block.group(1) for block in _BLOCK.finditer(text)]
    typed = [match.group(1) for block in blocks for match in _COMMAND.finditer(block)]
    if not typed:
        return text
    answers = iter(_session(typed))
    return _BLOCK.sub(
        lambda block: "```console\n" + "".join(f"$ {match.group(1)}\n{next(answers)}" for match in _COMMAND.finditer(block.group(1))) + "```",
        text,
    )


class SessionFailed(Exception):
    """A command in a document does not do what a reader would expect of it."""


def _session(typed: list[str]) -> list[str]:
    """What each of these commands answers, run one after the other in one shell."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        home = folder / "home"
        home.mkdir()
        (folder / "bin").mkdir()
        program = folder / "bin" / "pm"
        program.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(HOME)!r})\n{_PROGRAM}")
        program.chmod(0o755)
        mark = "=-=-= "
        script = "".join(f"export PM_LOOK={_look(one)}\n{{ {one}\n}} 2>&1\necho '{mark}'$?\n" for one in typed)
        done = subprocess.run(
            ["sh"], input=script, cwd=home, env=_surroundings(folder), capture_output=True, text=True, check=False
        )
        if done.stderr:
            raise SessionFailed(done.stderr)
        answers = re.split(rf"^{mark}(\d+)\n", done.stdout.replace(str(home), "~"), flags=re.MULTILINE)
    for command, answer, code in zip(typed, answers[::2], answers[1::2], strict=False):
        if int(code) in FAILED:
            raise SessionFailed(f"$ {command}\n{answer}exit {code}")
    return [_trimmed(answer) for answer in answers[:-1:2]]


_PROGRAM = "from tests.reference import pm_in_the_evening\nsys.exit(pm_in_the_evening(sys.argv[1:]))\n"


def pm_in_the_evening(words: list[str]) -> int:
    """`pm` as it answers at the end of the demo story; on a terminal unless the output goes elsewhere."""
    look = os.environ.get("PM_LOOK") == "terminal"
    with (
        patch("pm_cli.store.ledger.now", lambda zone: EVENING.astimezone(zone)),
        patch("pm_cli.ui.console.on_terminal", lambda: look),
    ):
        return root.run(words)


def _look(command: str) -> str:
    return "pipe" if re.search(r"[|>]", command) else "terminal"


def _surroundings(folder: Path) -> dict[str, str]:
    return {
        "HOME": str(folder / "home"),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": WIDE,
        "NO_COLOR": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _trimmed(answer: str) -> str:
    return "".join(line.rstrip() + "\n" for line in answer.splitlines())


def documents() -> list[Path]:
    """Everything that is written for readers."""
    return sorted([*HOME.glob("*.md"), *(HOME / "docs").glob("*.md"), *(HOME / "examples").glob("*.md")])


def main() -> None:
    """Bring all documents up to date."""
    COMMANDS.write_text(commands(), encoding="utf-8")
    for document in documents():
        old = document.read_text(encoding="utf-8")
        new = refreshed(old)
        if new != old:
            document.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    shutil.which("sh") or sys.exit("needs a shell")
    main()
