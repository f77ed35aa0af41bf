"""Verbs built from declared actions: nobody writes a command-line function per action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperOption

from pm_cli.cli.help import Command, Group, titled
from pm_cli.cli.options import common
from pm_cli.cli.root import beside, build, help_of
from pm_cli.core.kind import DRAFT
from pm_cli.core.model import Input, inputs
from pm_cli.core.text import _, keys_for, language, listed, word
from pm_cli.core.types import Choice, FlagType, option_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Action
    from pm_cli.core.kind import Kind

READING = ("list", "show")


class KindGroup(Group):
    """`pm complaint`: the kind's actions, then list and show; an action's options are read only when it is invoked."""

    kind: Kind

    def list_commands(self, ctx: Any) -> list[str]:
        """Actions in the order in which the kind declares them, then what it offers besides."""
        return [*(name.replace("_", "-") for name in self.kind.verbs), *beside(self.kind.name), *READING]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb somebody typed, in English or Chinese."""
        offered = [*READING, *beside(self.kind.name)]
        cmd_name = next(iter(keys_for("command", cmd_name, offered)), cmd_name)
        if cmd_name in READING:
            command = build(cmd_name)
            for parameter in command.params:
                if parameter.name == "kind":
                    parameter.default, parameter.required = self.kind.name, False
                    parameter.hidden = True
            if cmd_name == "list":
                command.params = [parameter for parameter in command.params if parameter.name != "kind"]
                inner = command.callback
                command.callback = lambda **given: inner(kind=self.kind.name, **given)
            return command
        if cmd_name in offered:
            return build(f"{self.kind.name}/{cmd_name}")
        name = cmd_name.lower().replace("-", "_")
        if name == "print" and name in self.kind.actions:
            return build("print")
        if name not in self.kind.verbs:
            found = keys_for("action", cmd_name, list(self.kind.verbs))
            if len(found) != 1:
                return None
            name = found[0]
        return verb(self.kind, self.kind.actions[name])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Actions with their helps, the standard ones apart."""
        from pm_cli.core.standard import STANDARD

        own = [action for name, action in self.kind.actions.items() if name not in STANDARD]
        with formatter.section(_("Actions")):
            formatter.write_dl([_line(action) for action in own])
        with formatter.section(_("For every kind of record")):
            formatter.write_dl(
                [
                    *(_line(self.kind.verbs[name]) for name in STANDARD if name in self.kind.verbs),
                    *(
                        (titled("command", name), _(help_of(f"{self.kind.name}/{name}")))
                        for name in beside(self.kind.name)
                    ),
                    ("list", _("List them")),
                    ("show", _("Show one")),
                ]
            )


def _line(action: type[Action]) -> tuple[str, str]:
    return titled("action", action.name), _(action.help())


def group(kind: Kind) -> KindGroup:
    """The command group of a kind."""
    made = KindGroup(name=kind.name.replace("_", "-"), help=_(kind.help), rich_markup_mode=None, no_args_is_help=True)
    made.kind = kind
    return made


def verb(kind: Kind, action: type[Action]) -> Command:
    """The command of one action, with its options."""

    def run(**typed: Any) -> int | None:
        from pm_cli.cli.act import act

        return act(kind, action, typed)

    return Command(
        name=action.name.replace("_", "-"),
        help=_described(action),
        params=[*parameters(kind, action), *common(writes=True)],
        callback=run,
        rich_markup_mode=None,
    )


def _described(action: type[Action]) -> str:
    named = not any(state.startswith("*") for state in action.of)
    states = listed(word("state", state) for state in action.of) if named else ""
    from_line = _("From: {states}.").format(states=states) if states else ""
    rules = _("Rules: {rules}.").format(rules=", ".join(action.rules)) if action.rules else ""
    return "\n\n".join(part for part in (_(action.help() + "."), " ".join(p for p in (from_line, rules) if p)) if part)


def parameters(kind: Kind, action: type[Action]) -> list[Any]:
    """The positional number and one option for each leaf input."""
    found: list[Any] = []
    leaves = list(offered(kind, action))
    if not action.start:
        found.append(
            TyperArgument(param_decls=["number"], metavar=_("ID"), required=True, help=_("Number, or its tail"))
        )
    for leaf in leaves:
        if action.start and leaf.path == ("code",):
            found.insert(
                0,
                TyperArgument(param_decls=["code"], metavar=_("CODE"), required=False, help=_(leaf.spec.help)),
            )
        else:
            found.append(_option(leaf))
    found.append(
        TyperOption(
            param_decls=["--input", "more"],
            metavar="FILE",
            help=_("More fields as YAML or JSON; - reads standard input"),
        )
    )
    if action.start:
        found.append(
            TyperOption(param_decls=["--draft", "draft"], is_flag=True, help=_("Save it though it is incomplete"))
        )
    return found


def offered(kind: Kind, action: type[Action]) -> Iterable[Input]:
    """Inputs of an action; completing and correcting take the fields of the actions they work on."""
    if action.name == "complete":
        shapes = kind.starts
    elif action.name == "correct":
        shapes = [other for other in kind.actions.values() if not other.meta]
    else:
        return inputs(action)
    leaves = {leaf.option: leaf for shape in shapes for leaf in inputs(shape) if leaf.path != ("code",)}
    if action.name == "correct":
        leaves |= {
            leaf.option: leaf for leaf in inputs(action) if leaf.path in (("event",), ("happened_at",), ("reason",))
        }
    return leaves.values()


def _option(leaf: Input) -> TyperOption:
    name = "--" + leaf.option
    decls = [f"{name}/--no-{leaf.option}" if isinstance(leaf.type, FlagType) else name, "__".join(leaf.path)]
    help_text = _(leaf.spec.help)
    if isinstance(leaf.type, Choice) and len(leaf.type.options) <= 12:
        help_text += " [" + "|".join(_shown(option) for option in leaf.type.options) + "]"
    if leaf.required:
        help_text += " *"
    if isinstance(leaf.type, FlagType):
        return TyperOption(param_decls=decls, help=help_text, default=None, is_flag=True)
    return TyperOption(
        param_decls=decls, help=help_text, default=None, multiple=leaf.many, metavar=leaf.type.name.upper()
    )


def _shown(option: str) -> str:
    """An option as typed, with the Chinese word that may be typed instead."""
    return f"{option} {option_word(option)}" if language() == "zh_CN" else option


def possible_now(kind: Kind, state: str, fields: Mapping[str, Any]) -> list[str]:
    """Verbs that may follow, for hints after a write: those of the kind whose required fields are there."""
    from pm_cli.core.standard import STANDARD

    return [
        action.name
        for action in kind.possible(state)
        if (action.name not in STANDARD or state == DRAFT) and all(fields.get(name) for name in action.requires)
    ]
