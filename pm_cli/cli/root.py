"""The command tree: names and one-line helps are known without importing what they stand for."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command as command_of

from pm_cli import kinds
from pm_cli.cli import session
from pm_cli.cli.failures import INTERRUPTED, report
from pm_cli.cli.help import Command, Group, titled
from pm_cli.cli.options import common
from pm_cli.core.errors import PmError
from pm_cli.core.text import _, first_line, keys_for

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = Path(__file__).parent / "commands"
"""One file per command that goes across kinds; its first docstring line is the command's help."""


class Root(Group):
    """`pm` itself: commands from `commands/`, one group for each kind, and today at a glance without any."""

    bare = True

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Note that a command was named before it is looked up."""
        self.bare = False
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:
        """Cross-kind commands first, then kinds."""
        return [*commands(), *(name.replace("_", "-") for name in kinds.names())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import just the one that was asked for."""
        return resolve(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Two lists: what works across kinds, and the kinds."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(titled("command", name), _(help_of(name))) for name in commands()])
        with formatter.section(_("Records (each with its own actions)")):
            formatter.write_dl([(titled("kind", name), _(kinds.heading(name))) for name in kinds.names()])


def commands() -> list[str]:
    """Names of the commands that go across kinds."""
    return sorted(path.stem.rstrip("_") for path in COMMANDS.glob("[a-z]*.py"))


def beside(kind: str) -> list[str]:
    """Names of what a kind offers besides the actions of its records: one file each in `commands/KIND/`."""
    return sorted(path.stem for path in (COMMANDS / kind).glob("[a-z]*.py"))


def _file(name: str) -> Path:
    plain = COMMANDS / f"{name}.py"
    return plain if plain.exists() else COMMANDS / f"{name}_.py"


def help_of(name: str) -> str:
    """The first line of a command's file, without importing it."""
    with _file(name).open(encoding="utf-8") as file:
        return first_line(file.readline().strip().strip('"'))


def resolve(typed: str) -> Any:
    """The command somebody meant, in English or Chinese; None if there is none."""
    name = typed.lower()
    if name in commands():
        return build(name)
    kind = name.replace("-", "_")
    if kind not in kinds.names():
        found = keys_for("command", typed, commands())
        if found:
            return build(found[0])
        chinese = keys_for("kind", typed, list(kinds.names()))
        if not chinese:
            return None
        kind = chinese[0]
    from pm_cli.cli.verbs import group

    return group(kinds.load(kind))


def build(name: str) -> Any:
    """The typer command (or group) of one file in `commands/` (`survey/plan` of a kind's), with the common options added."""
    path = _file(name).relative_to(COMMANDS).with_suffix("")
    module = import_module(".".join(("pm_cli.cli.commands", *path.parts)))
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    group = getattr(module, "app", None)
    if group is not None:
        command = command_of(group)
        for below in command.commands.values():  # type: ignore[attr-defined]
            below.params += common(writes=getattr(module, "WRITES", False))
    else:
        app.command(name=name, cls=Command, help=_(first_line(module.__doc__ or "")))(module.run)
        command = command_of(app)
        command.params += common(writes=getattr(module, "WRITES", False))
    for one in [command, *getattr(command, "commands", {}).values()]:
        one.help = _(one.help) if one.help else None
        for parameter in one.params:
            if getattr(parameter, "help", None):
                parameter.help = _(parameter.help)
    command.name = name.rpartition("/")[2]
    return command


def _root() -> Root:
    def at_a_glance() -> None:
        if root.bare:
            from pm_cli.cli.glance import glance

            glance(session.current)

    root = Root(
        name="pm",
        help=_("Tickets, countersign sheets and keys of a residential customer-service centre, as plain files."),
        invoke_without_command=True,
        callback=at_a_glance,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    root.params += common(writes=True)
    return root


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; nothing but messages ever reaches the user."""
    from pm_cli.ui import console

    console.prepare()
    session.begin()
    if "_PM_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    try:
        if not arguments or {"-h", "--help"} & set(arguments):
            with suppress(PmError):  # help in the language of the ledger one stands in, if one does
                session.current.ledger.estate  # noqa: B018
        result = _root().main(args=arguments, prog_name="pm", standalone_mode=False)
        sys.stdout.flush()
        if result == INTERRUPTED:  # what typer makes of Ctrl-C
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except BaseException as error:
        return report(error)


def walk() -> Iterator[tuple[str, str]]:
    """All command names with their helps, for completion and the reference."""
    for name in commands():
        yield name, help_of(name)
    for name in kinds.names():
        yield name.replace("_", "-"), kinds.heading(name)
